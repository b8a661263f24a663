// Package pass keeps the private ways to a case on the public pages: links, codes that go to the
// citizen's own channel, and what may happen only so often. Of tokens and codes it keeps hashes alone.
package pass

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"tanggap/tickets"
)

// Book keeps passes in the tickets' database. It is safe for concurrent use.
type Book struct{ store *tickets.Store }

// New is the book in a store.
func New(store *tickets.Store) *Book { return &Book{store: store} }

// Pass opens one case to whoever holds its token.
type Pass struct {
	Ticket  int64
	Kind    string // Link or Code
	Expires time.Time
}

// The kinds of passes.
const (
	Link = "link" // shown to who reported on the web page
	Code = "code" // opened with a code that went to the citizen's own channel
)

// NewToken is 130 random bits, fit for a path.
func NewToken() string { return strings.ToLower(rand.Text()) }

// Issue makes a token, of at least 128 random bits, open a case. The same token once again changes
// nothing, also where it was revoked.
func (b *Book) Issue(ctx context.Context, token string, p Pass) error {
	err := b.store.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`INSERT INTO portal_link (id, ticket_id, kind, hash, created_at, expires_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, 0) ON CONFLICT (hash) DO NOTHING`,
			b.store.NewID(), p.Ticket, p.Kind, tickets.HashSecret(token), tickets.Micros(b.store.Now()), tickets.Micros(p.Expires))
		return err
	})
	if err != nil {
		return fmt.Errorf("issuing a pass: %w", err)
	}
	return nil
}

// Find is what a token opens: tickets.ErrNotFound, wrapped, where it opens nothing, or nothing any more.
func (b *Book) Find(ctx context.Context, token string) (Pass, error) {
	var p Pass
	row := b.store.Row(ctx, `SELECT ticket_id, kind, expires_at FROM portal_link WHERE hash = ? AND revoked_at = 0 AND expires_at > ?`,
		tickets.HashSecret(token), tickets.Micros(b.store.Now()))
	if err := tickets.Found(row.Scan(&p.Ticket, &p.Kind, tickets.Stamp(&p.Expires))); err != nil {
		return p, fmt.Errorf("finding a pass: %w", err)
	}
	return p, nil
}

// Revoke ends one pass.
func (b *Book) Revoke(ctx context.Context, token string) error {
	err := b.store.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`UPDATE portal_link SET revoked_at = ? WHERE hash = ? AND revoked_at = 0`, tickets.Micros(b.store.Now()), tickets.HashSecret(token))
		return err
	})
	if err != nil {
		return fmt.Errorf("revoking a pass: %w", err)
	}
	return nil
}

// Sweep takes away what opens and counts nothing any more, at most a thousand rows of each kind at once. It
// returns how many went.
func (b *Book) Sweep(ctx context.Context) (n int, err error) {
	now := b.store.Now()
	err = b.store.Write(ctx, func(x tickets.Tx) error {
		n = 0
		for _, q := range []struct {
			text   string
			before time.Time
		}{
			{`DELETE FROM portal_link WHERE id IN (SELECT id FROM portal_link WHERE expires_at < ? ORDER BY expires_at LIMIT 1000)`, now},
			{`DELETE FROM portal_code WHERE ticket_id IN (SELECT ticket_id FROM portal_code WHERE expires_at < ? ORDER BY expires_at LIMIT 1000)`, now},
			{`DELETE FROM portal_use WHERE (scope, key) IN (SELECT scope, key FROM portal_use WHERE began < ? ORDER BY began LIMIT 1000)`, now.Add(-longest)},
		} {
			k, err := x.Exec(q.text, tickets.Micros(q.before))
			if err != nil {
				return err
			}
			n += int(k)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("sweeping passes: %w", err)
	}
	return n, nil
}
