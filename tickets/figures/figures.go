// Package figures counts what operators and accountants ask for. Whoever asks for a time reads that time's
// rows, along their ids, and no others.
package figures

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tanggap/tickets"
)

// Store counts in the database of a tickets.Store. It is safe for concurrent use.
type Store struct{ db *tickets.Store }

// New is the figures of a database.
func New(db *tickets.Store) *Store { return &Store{db: db} }

// Opened counts the tickets that were opened since a time by the account that their citizen uses, tests too.
func (s *Store) Opened(ctx context.Context, since time.Time) (map[string]int, error) {
	all := map[string]int{}
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var account string
		var n int
		err := rows.Scan(&account, &n)
		all[account] = n
		return err
	}, `SELECT account, count(*) FROM ticket WHERE id >= ? GROUP BY account`, tickets.FirstID(since))
	if err != nil {
		return nil, fmt.Errorf("counting tickets: %w", err)
	}
	return all, nil
}

// Carried is one message that an account carried: a citizen's, or a part of ours as a platform took it.
type Carried struct {
	Account  string
	Inbound  bool
	Segments int // of an SMS of ours, as its platform counted; 0 where it said nothing
	Text     string
}

const (
	received = `SELECT account, text FROM message WHERE id >= ? AND direction = 'in'`
	// What a platform took and could not deliver is paid for too.
	taken = `SELECT account, segments, text FROM outbox_part WHERE id >= ? AND (external_id <> '' OR state IN ('sent', 'delivered', 'uncertain'))`
)

// EachCarried calls f with every message since a time, in no order.
func (s *Store) EachCarried(ctx context.Context, since time.Time, f func(Carried)) error {
	from := tickets.FirstID(since)
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		c := Carried{Inbound: true}
		err := rows.Scan(&c.Account, &c.Text)
		f(c)
		return err
	}, received, from)
	if err == nil {
		err = s.db.Rows(ctx, func(rows *sql.Rows) error {
			var c Carried
			err := rows.Scan(&c.Account, &c.Segments, &c.Text)
			f(c)
			return err
		}, taken, from)
	}
	if err != nil {
		return fmt.Errorf("reading what was carried: %w", err)
	}
	return nil
}
