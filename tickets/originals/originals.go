// Package originals finds the mails, byte for byte as they came, behind the messages of a ticket.
package originals

import (
	"context"
	"database/sql"
	"fmt"

	"tanggap/tickets"
)

// Store reads them. It is safe for concurrent use.
type Store struct{ db *tickets.Store }

// New reads from a store.
func New(db *tickets.Store) *Store { return &Store{db} }

// behind are the inbox rows of a ticket's messages that came as mails and whose bytes are still kept. What a citizen
// writes cannot look like it: in JSON his quotation marks have a backslash before them.
const behind = ` FROM inbox_work w JOIN inbox i ON i.id = w.id
	WHERE w.ticket_id = ? AND w.message_id <> 0 AND length(i.raw) > 0 AND i.payload LIKE '%"raw_type":"message/rfc822"%'`

// Of tells which messages of a ticket can be read as the mails that they were: at most a thousand, as a thread has.
func (s *Store) Of(ctx context.Context, ticket int64) (map[int64]bool, error) {
	all := map[int64]bool{}
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var message int64
		err := rows.Scan(&message)
		all[message] = true
		return err
	}, `SELECT w.message_id`+behind+` ORDER BY w.id LIMIT 1000`, ticket)
	if err != nil {
		return nil, fmt.Errorf("looking for a ticket's mails: %w", err)
	}
	return all, nil
}

// Raw is the mail behind a message of a ticket; tickets.ErrNotFound where it is none, or is not kept any more.
func (s *Store) Raw(ctx context.Context, ticket, message int64) ([]byte, error) {
	var raw []byte
	row := s.db.Row(ctx, `SELECT i.raw`+behind+` AND w.message_id = ? ORDER BY w.id LIMIT 1`, ticket, message)
	if err := row.Scan(&raw); err != nil {
		return nil, fmt.Errorf("reading a mail: %w", tickets.Found(err))
	}
	return raw, nil
}

// Size is how many bytes a platform delivered with an inbox row.
func (s *Store) Size(ctx context.Context, row int64) (n int64, err error) {
	if err := tickets.Found(s.db.Row(ctx, `SELECT length(raw) FROM inbox WHERE id = ?`, row).Scan(&n)); err != nil {
		return 0, fmt.Errorf("reading the size of raw bytes: %w", err)
	}
	return n, nil
}

// Use calls use with the bytes that a platform delivered with an inbox row. It may not keep them; its error is Use's.
func (s *Store) Use(ctx context.Context, row int64, use func(raw []byte) error) error {
	found := false
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		found = true
		var raw sql.RawBytes // a mail of 40 MB is not copied once more
		if err := rows.Scan(&raw); err != nil {
			return err
		}
		return use(raw)
	}, `SELECT raw FROM inbox WHERE id = ?`, row)
	if err == nil && !found {
		return fmt.Errorf("reading raw bytes: %w", tickets.ErrNotFound)
	}
	return err
}
