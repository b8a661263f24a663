package tickets

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"time"
)

// Tx is a write transaction for the packages below this one that keep tables of their own in the same
// database. Statements have ? for parameters, on both databases.
type Tx struct{ x *tx }

// Exec runs a statement and returns how many rows it changed.
func (t Tx) Exec(query string, args ...any) (int64, error) { return t.x.exec(query, args...) }

// Row reads one row; see Found.
func (t Tx) Row(query string, args ...any) *sql.Row {
	return t.x.QueryRowContext(t.x.ctx, t.x.dialect.bind(query), args...)
}

// Write runs f in one transaction, before what machines write; again, on PostgreSQL, where the database
// chose it as the victim of a deadlock.
func (s *Store) Write(ctx context.Context, f func(Tx) error) error {
	return s.inTx(ctx, person, func(x *tx) error { return f(Tx{x}) })
}

// Row reads one row outside of any transaction; see Found.
func (s *Store) Row(ctx context.Context, query string, args ...any) *sql.Row {
	return s.read.QueryRowContext(ctx, s.dialect.bind(query), args...)
}

// Rows calls scan for each row that is found.
func (s *Store) Rows(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := s.read.QueryContext(ctx, s.dialect.bind(query), args...)
	if err != nil {
		return discreet(err)
	}
	return drain(rows, func() error { return scan(rows) })
}

// NewID draws a row's id: time-ordered, unique among the processes on one database.
func (s *Store) NewID() int64 { return s.ids.next() }

// FirstID is the least id that a row made at or after a time can have.
func FirstID(at time.Time) int64 { return idFloor(at) }

// Now is the store's clock.
func (s *Store) Now() time.Time { return s.now() }

// Micros is how a time is kept: microseconds UTC, 0 for none.
func Micros(t time.Time) int64 { return micros(t) }

// Stamp scans what Micros made into t.
func Stamp(t *time.Time) sql.Scanner { return stamp{t} }

// Clean is text as it can be kept: valid UTF-8 without NUL.
func Clean(text string) string { return clean(text) }

// Found makes ErrNotFound of a scan that found no row, and an error tell no value.
func Found(err error) error {
	if err == nil {
		return nil
	}
	return discreet(notFound(err))
}

// Taken reports whether a statement failed for a key that is there already.
func Taken(err error) bool { return isTaken(err) }

// HashSecret is what is kept of a secret of at least 128 random bits, such as a token.
func HashSecret(secret string) string { return hashToken(secret) }

// DrawReference draws a reference; one that is there already is refused as Taken.
func DrawReference() Reference { return newReference() }

// File writes tickets that were dealt with elsewhere, as they are, with their messages and events, in bulk. Ids,
// references and times are the caller's; the events of a ticket are chained in their order.
func (t Tx) File(all []Ticket, messages []Message, events []Event) error {
	var rows [3][][]any
	index := make(map[int64]int, len(all))
	for i := range all {
		index[all[i].ID], all[i].chain = i, make([]byte, sha256.Size)
	}
	for i := range events {
		e := &events[i]
		of := &all[index[e.TicketID]]
		e.Hash = e.link(of.chain)
		of.chain = e.Hash
		rows[2] = append(rows[2], e.row())
	}
	for i := range all {
		rows[0] = append(rows[0], all[i].row())
	}
	for i := range messages {
		rows[1] = append(rows[1], messages[i].row())
	}
	for i, table := range []*table{ticketTable, messageTable, eventTable} {
		if err := t.x.insertAll(table, rows[i]); err != nil {
			return err
		}
	}
	return nil
}
