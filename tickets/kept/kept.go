// Package kept keeps what adapters have fetched and not read yet: for moments, unless reading it ends the process.
package kept

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"

	"tanggap/tickets"
)

// Shelf keeps it in the database of a tickets.Store. It is safe for concurrent use.
type Shelf struct{ store *tickets.Store }

// New is the shelf in a store.
func New(store *tickets.Store) *Shelf { return &Shelf{store: store} }

// Item is one message as it came.
type Item struct {
	Note  string
	Raw   []byte
	Tried int // how often it was kept without being let go of
}

// Put makes all durable under name in one transaction, and counts how often each was. Equal bytes are one item.
func (s *Shelf) Put(ctx context.Context, name string, all []Item) error {
	tried := make(map[[sha256.Size]byte]int, len(all))
	err := s.store.Write(ctx, func(x tickets.Tx) error {
		clear(tried)
		for i := range all {
			digest := sha256.Sum256(all[i].Raw)
			if _, twice := tried[digest]; twice {
				continue
			}
			var n int
			err := x.Row(`INSERT INTO kept (name, digest, id, note, tried, raw) VALUES (?, ?, ?, ?, 1, ?)
				ON CONFLICT (name, digest) DO UPDATE SET note = excluded.note, raw = excluded.raw, tried = kept.tried + 1 RETURNING tried`,
				name, digest[:], s.store.NewID(), all[i].Note, all[i].Raw).Scan(&n)
			if err != nil {
				return tickets.Found(err)
			}
			tried[digest] = n
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping what was fetched: %w", err)
	}
	for i := range all {
		all[i].Tried = tried[sha256.Sum256(all[i].Raw)]
	}
	return nil
}

// Left is what was put under name and not taken away, oldest first, but for what is remembered by its count alone.
func (s *Shelf) Left(ctx context.Context, name string) ([]Item, error) {
	var all []Item
	err := s.store.Rows(ctx, func(rows *sql.Rows) error {
		var i Item
		err := rows.Scan(&i.Note, &i.Raw, &i.Tried)
		all = append(all, i)
		return err
	}, `SELECT note, raw, tried FROM kept WHERE name = ? AND length(raw) > 0 ORDER BY id`, name)
	if err != nil {
		return nil, fmt.Errorf("reading what was fetched: %w", err)
	}
	return all, nil
}

// Remove lets go of all. Of those that were tried more often than most the count stays, so that they are known when
// they are fetched again.
func (s *Shelf) Remove(ctx context.Context, name string, all []Item, most int) error {
	err := s.store.Write(ctx, func(x tickets.Tx) error {
		for i := range all {
			digest := sha256.Sum256(all[i].Raw)
			var err error
			if all[i].Tried > most {
				_, err = x.Exec(`UPDATE kept SET raw = ? WHERE name = ? AND digest = ?`, []byte{}, name, digest[:])
			} else {
				_, err = x.Exec(`DELETE FROM kept WHERE name = ? AND digest = ?`, name, digest[:])
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("letting go of what was fetched: %w", err)
	}
	return nil
}
