// Package learned keeps the router's text models, so that every node decides by the same and a decision
// can be explained by the one that was in force.
package learned

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tanggap/tickets"
)

// Kept is how many versions are kept: to look back, and to go back.
const Kept = 10

// Model is one version.
type Model struct {
	Version   int64 // from 1
	MadeAt    time.Time
	Basis     string // names what it began with: the pack's examples, and imports
	LearnedTo int64  // the id of the last event whose correction can be in it
	Examples  int    // that it was made of, corrections among them
	Lessons   int    // how many of these were corrections
	Body      []byte // as router/classify writes it
}

// Store keeps models in the database of a tickets.Store. It is safe for concurrent use.
type Store struct{ db *tickets.Store }

// New keeps models in a database.
func New(db *tickets.Store) *Store { return &Store{db: db} }

// After returns the newest model, if its version is greater than one that is known.
func (s *Store) After(ctx context.Context, version int64) (m Model, ok bool, err error) {
	row := s.db.Row(ctx, `SELECT version, made_at, basis, learned_to, examples, lessons, body FROM router_model
		WHERE version > ? ORDER BY version DESC LIMIT 1`, version)
	err = tickets.Found(row.Scan(&m.Version, tickets.Stamp(&m.MadeAt), &m.Basis, &m.LearnedTo, &m.Examples, &m.Lessons, &m.Body))
	if errors.Is(err, tickets.ErrNotFound) {
		return Model{}, false, nil
	}
	if err != nil {
		return Model{}, false, fmt.Errorf("reading the router's model: %w", err)
	}
	return m, true, nil
}

// List returns all that are kept without their bodies, the newest first.
func (s *Store) List(ctx context.Context) (all []Model, err error) {
	err = s.db.Rows(ctx, func(rows *sql.Rows) error {
		var m Model
		err := rows.Scan(&m.Version, tickets.Stamp(&m.MadeAt), &m.Basis, &m.LearnedTo, &m.Examples, &m.Lessons)
		all = append(all, m)
		return err
	}, `SELECT version, made_at, basis, learned_to, examples, lessons FROM router_model ORDER BY version DESC`)
	if err != nil {
		return nil, fmt.Errorf("listing the router's models: %w", err)
	}
	return all, nil
}

// Add keeps a model as its version, and reports whether it was the first of that version: of two nodes
// that make the next one at a time, one is told false, and takes the other's.
func (s *Store) Add(ctx context.Context, m Model) (bool, error) {
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`INSERT INTO router_model (version, made_at, basis, learned_to, examples, lessons, body) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			m.Version, tickets.Micros(m.MadeAt), m.Basis, m.LearnedTo, m.Examples, m.Lessons, m.Body)
		if err != nil {
			return err
		}
		_, err = x.Exec(`DELETE FROM router_model WHERE version <= ?`, m.Version-Kept)
		return err
	})
	if tickets.Taken(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("keeping the router's model: %w", err)
	}
	return true, nil
}
