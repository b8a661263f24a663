// Package asked reads the newest reports as the router was asked about them, so that what a change of its
// rules would do can be seen on what people really write.
package asked

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"tanggap/tickets"
)

// Report is what a citizen first wrote, and where the ticket is now.
type Report struct {
	Reference tickets.Reference
	Agency    string // that holds it
	Sealed    bool
	At        time.Time // when it came in
	Subject   string
	Text      string
	Language  string
	Point     *Point // a pin, or read from a link
}

// Point is a place, in degrees.
type Point struct{ Lat, Lng float64 }

// Store reads the database of a tickets.Store. It is safe for concurrent use.
type Store struct{ db *tickets.Store }

// New reads from a database.
func New(db *tickets.Store) *Store { return &Store{db: db} }

// last reads along the keys of tickets and of their messages. Tests are none, nor what was imported: nobody asked
// the router about that.
const last = `SELECT t.reference, t.agency, t.sealed, t.created_at, t.language, t.decision, m.subject, m.text
	FROM (SELECT id, reference, agency, sealed, created_at, language, decision FROM ticket WHERE NOT test ORDER BY id DESC LIMIT ?) t
	JOIN message m ON m.id = (SELECT min(f.id) FROM message f WHERE f.ticket_id = t.id AND f.direction = 'in')
	ORDER BY t.id DESC`

// Last returns the newest reports, the newest first, at most limit.
func (s *Store) Last(ctx context.Context, limit int) ([]Report, error) {
	var all []Report
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var r Report
		var data []byte
		if err := rows.Scan(&r.Reference, &r.Agency, &r.Sealed, tickets.Stamp(&r.At), &r.Language, &data, &r.Subject, &r.Text); err != nil {
			return err
		}
		var d tickets.Decision
		if json.Unmarshal(data, &d) != nil || d.Agency == "" {
			return nil // the router was not asked
		}
		var said struct{ Point *Point }
		_ = json.Unmarshal(d.Data, &said) // one without a point has none
		r.Point = said.Point
		all = append(all, r)
		return nil
	}, last, limit)
	if err != nil {
		return nil, fmt.Errorf("reading the last reports: %w", err)
	}
	return all, nil
}
