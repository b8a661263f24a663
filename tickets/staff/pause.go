package staff

import (
	"context"
	"fmt"

	"tanggap/tickets"
)

const pauseAccount = `INSERT INTO account (name, cursor, state, last_in_at, last_out_at, hold_until, error, error_at) VALUES (?, '', 'paused', 0, 0, 0, '', 0)
	ON CONFLICT (name) DO UPDATE SET state = 'paused' WHERE account.state = ''`

// Pause stops what an account sends, or lets it go on; what comes in is taken as ever. by, who of the staff
// asks for it, is kept. ErrNotFound where there is nothing to change: an account that is suspended is
// mended, not paused.
func (s *Store) Pause(ctx context.Context, by, account string, paused bool) error {
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		what, q := "resumed ", `UPDATE account SET state = '' WHERE name = ? AND state = 'paused'`
		if paused {
			what, q = "paused ", pauseAccount
		}
		n, err := x.Exec(q, account)
		if err == nil && n == 0 {
			err = tickets.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.event(x, by, "", what+tickets.Clean(account))
	})
	if err != nil {
		return fmt.Errorf("pausing an account: %w", err)
	}
	return nil
}
