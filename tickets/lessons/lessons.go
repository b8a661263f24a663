// Package lessons reads what the router learns from: which reports staff passed on, and to whom.
package lessons

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"

	"tanggap/tickets"
)

// Most is how many transfers are read at once, the newest: a city's last months.
const Most = 5000

// Passed is a report that a person passed on, or that came back: then it has no Agency, and what was
// said of its Ticket before was wrong.
type Passed struct {
	Event     int64 // its id, by which time goes
	Ticket    int64
	Reference tickets.Reference
	Agency    string // to which, "" for back
	Category  string // that its sender chose, "" where he chose none
	Subject   string
	Text      string // the first that the citizen wrote
	Language  string
	At        *Point
}

// Point is where it lies, in degrees.
type Point struct{ Lat, Lng float64 }

// Store reads the database of a tickets.Store. It is safe for concurrent use.
type Store struct{ db *tickets.Store }

// New reads from a database.
func New(db *tickets.Store) *Store { return &Store{db: db} }

// A sealed report is nobody's example, nor is a test.
const passed = `SELECT e.id, e.ticket_id, e.data, t.reference, t.language, t.located, t.lat, t.lng, m.subject, m.text
	FROM event e JOIN ticket t ON t.id = e.ticket_id
	JOIN message m ON m.id = (SELECT min(f.id) FROM message f WHERE f.ticket_id = t.id AND f.direction = 'in')
	WHERE e.type = 'transferred' AND e.id >= ? AND NOT t.sealed AND NOT t.test ORDER BY e.id DESC LIMIT ?`

// Along the index event_returned.
const returned = `SELECT id, ticket_id FROM event WHERE type = 'returned' AND id >= ? ORDER BY id DESC LIMIT ?`

// Since returns the transfers, and what came back, whose event's id is at least from, oldest first, at most
// the newest Most.
func (s *Store) Since(ctx context.Context, from int64) ([]Passed, error) {
	var all []Passed
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var p Passed
		var data []byte
		var at Point
		var located bool
		if err := rows.Scan(&p.Event, &p.Ticket, &data, &p.Reference, &p.Language, &located, &at.Lat, &at.Lng, &p.Subject, &p.Text); err != nil {
			return err
		}
		var to struct{ To, Category string }
		if json.Unmarshal(data, &to) != nil || to.To == "" {
			return nil // of a program that wrote its events otherwise
		}
		if p.Agency, p.Category = to.To, to.Category; located {
			p.At = &at
		}
		all = append(all, p)
		return nil
	}, passed, from, Most)
	if err != nil {
		return nil, fmt.Errorf("reading what was passed on: %w", err)
	}
	err = s.db.Rows(ctx, func(rows *sql.Rows) error {
		var p Passed
		err := rows.Scan(&p.Event, &p.Ticket)
		all = append(all, p)
		return err
	}, returned, from, Most)
	if err != nil {
		return nil, fmt.Errorf("reading what came back: %w", err)
	}
	slices.SortFunc(all, func(a, b Passed) int { return cmp.Compare(a.Event, b.Event) })
	return all[max(0, len(all)-Most):], nil
}
