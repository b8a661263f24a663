// Package edits keeps what the database says otherwise than the city pack: an append-only table of versions.
// The newest version of a (section, key) counts; its value null leaves the matter to the pack again. Package
// cities/amend says what values mean, puts them over a pack, and is the way to write them: its Save checks
// that a city comes of it, and nothing here does.
//
// Versions are counted for all keys together, without a gap: who saves names the version up to which he has
// read, and is refused with ErrStale where there is a newer one.
package edits

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tanggap/tickets"
)

// ErrStale: there are versions that who saves has not seen.
var ErrStale = errors.New("somebody else has changed something since")

// Change is what a person or a program says about one thing of a pack.
type Change struct {
	Section string          // of the pack: "agency", "category", "facts"
	Key     string          // the id within it
	Value   json.RawMessage // null is what the pack says
	Base    json.RawMessage // what the pack said at the time, null where it had no such thing
}

// Edit is one version.
type Edit struct {
	Version int64
	Change
	By, Why string
	At      time.Time
}

// Returns reports whether the edit leaves the matter to the pack.
func (e *Edit) Returns() bool { return len(e.Value) == 0 || string(e.Value) == "null" }

// Store keeps the edits in the database of a tickets.Store. It is safe for concurrent use.
type Store struct{ db *tickets.Store }

// New is the edits of a database.
func New(db *tickets.Store) *Store { return &Store{db: db} }

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.db.Now() }

// Version is the newest, 0 before the first.
func (s *Store) Version(ctx context.Context) (v int64, err error) {
	if err := s.db.Row(ctx, `SELECT coalesce(max(version), 0) FROM pack_edit`).Scan(&v); err != nil {
		return 0, fmt.Errorf("reading the version of the edits: %w", tickets.Found(err))
	}
	return v, nil
}

const columns = `SELECT e.version, e.section, e.key, e.value, e.base, e.actor, e.at, e.why FROM pack_edit e `

// Current are the edits that count, the oldest first, and the newest version of all.
func (s *Store) Current(ctx context.Context) ([]Edit, int64, error) {
	all, err := s.read(ctx, columns+`WHERE NOT EXISTS (SELECT 1 FROM pack_edit n WHERE n.section = e.section AND n.key = e.key AND n.version > e.version) ORDER BY e.version`)
	if err != nil {
		return nil, 0, err
	}
	newest, n := int64(0), 0
	for i := range all {
		newest = all[i].Version
		if !all[i].Returns() {
			all[n] = all[i]
			n++
		}
	}
	return all[:n], newest, nil
}

// History are the versions of one thing, the newest first.
func (s *Store) History(ctx context.Context, section, key string, limit int) ([]Edit, error) {
	return s.read(ctx, columns+`WHERE e.section = ? AND e.key = ? ORDER BY e.version DESC LIMIT ?`, section, key, limit)
}

// Recent are the newest versions of everything, the newest first.
func (s *Store) Recent(ctx context.Context, limit int) ([]Edit, error) {
	return s.read(ctx, columns+`ORDER BY e.version DESC LIMIT ?`, limit)
}

func (s *Store) read(ctx context.Context, query string, args ...any) ([]Edit, error) {
	var all []Edit
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var e Edit
		var value, base string
		if err := rows.Scan(&e.Version, &e.Section, &e.Key, &value, &base, &e.By, tickets.Stamp(&e.At), &e.Why); err != nil {
			return err
		}
		e.Value, e.Base = json.RawMessage(value), json.RawMessage(base)
		all = append(all, e)
		return nil
	}, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading what the database says otherwise than the pack: %w", err)
	}
	return all, nil
}

// Save appends a version for each change, all or none, and returns the newest. seen is the newest version that
// the writer knows of: ErrStale where it is not the newest any more. by is a login or a program's name.
func (s *Store) Save(ctx context.Context, by, why string, seen int64, changes ...Change) (int64, error) {
	now := tickets.Micros(s.db.Now())
	version := seen
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		version = seen
		var newest int64
		if err := x.Row(`SELECT coalesce(max(version), 0) FROM pack_edit`).Scan(&newest); err != nil {
			return err
		}
		if newest != seen {
			return ErrStale
		}
		for i := range changes {
			c := &changes[i]
			version++
			_, err := x.Exec(`INSERT INTO pack_edit (version, section, key, value, base, actor, at, why) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
				version, tickets.Clean(c.Section), tickets.Clean(c.Key), text(c.Value), text(c.Base), tickets.Clean(by), now, tickets.Clean(why))
			if tickets.Taken(err) { // by who saved in this moment
				return ErrStale
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("saving an edit: %w", err)
	}
	return version, nil
}

func text(value json.RawMessage) string {
	if len(value) == 0 {
		return "null"
	}
	return tickets.Clean(string(value))
}
