package pass

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"math/big"
	"strings"
	"time"

	"tanggap/tickets"
)

// Draw makes a code of six digits for a ticket, which is good until expires; one made before is good no
// more.
func (b *Book) Draw(ctx context.Context, ticket int64, expires time.Time) (code string, err error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return "", fmt.Errorf("drawing a code: %w", err)
	}
	code = fmt.Sprintf("%06d", n)
	salt := rand.Text()
	err = b.store.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`INSERT INTO portal_code (ticket_id, hash, expires_at, tries) VALUES (?, ?, ?, 0)
			ON CONFLICT (ticket_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at, tries = 0`,
			ticket, salt+":"+tickets.HashSecret(salt+code), tickets.Micros(expires))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("drawing a code: %w", err)
	}
	return code, nil
}

// tries is how often a code may be tried.
const tries = 5

// Try reports whether code is the ticket's, once: a code that was right, or was tried too often, is good
// no more. Every try is counted before it is judged, and a ticket without a code, such as 0, costs the
// same statements.
func (b *Book) Try(ctx context.Context, ticket int64, code string) (ok bool, err error) {
	err = b.store.Write(ctx, func(x tickets.Tx) error {
		ok = false
		if _, err := x.Exec(`UPDATE portal_code SET tries = tries + 1 WHERE ticket_id = ?`, ticket); err != nil {
			return err
		}
		kept := ""
		row := x.Row(`SELECT COALESCE(max(hash), '') FROM portal_code WHERE ticket_id = ? AND tries <= ? AND expires_at > ?`, ticket, tries, tickets.Micros(b.store.Now()))
		if err := row.Scan(&kept); err != nil {
			return err
		}
		salt, want, _ := strings.Cut(kept, ":")
		ok = subtle.ConstantTimeCompare([]byte(tickets.HashSecret(salt+code)), []byte(want)) == 1
		spent := int64(0)
		if ok {
			spent = ticket
		}
		_, err := x.Exec(`DELETE FROM portal_code WHERE ticket_id = ?`, spent)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("trying a code: %w", err)
	}
	return ok, nil
}
