package staff

import (
	"context"
	"fmt"
	"strconv"

	"tanggap/tickets"
)

const readAside = `SELECT i.id, i.account, i.event_id, i.kind, w.reason, length(i.raw), i.received_at
	FROM inbox_work w JOIN inbox i ON i.id = w.id WHERE w.state = 2 AND w.id = ?`

// Aside finds one row of the quarantine; ErrNotFound where it is not there, or not any more.
func (s *Store) Aside(ctx context.Context, id int64) (tickets.Quarantined, error) {
	var q tickets.Quarantined
	row := s.db.Row(ctx, readAside, id)
	if err := row.Scan(&q.ID, &q.Account, &q.EventID, &q.Kind, &q.Reason, &q.Bytes, tickets.Stamp(&q.ReceivedAt)); err != nil {
		return tickets.Quarantined{}, fmt.Errorf("reading the quarantine: %w", tickets.Found(err))
	}
	return q, nil
}

// Replay lets a row of the quarantine be processed once more, as if it had just come: nothing was made
// of it, so nothing is made twice. One that fails again comes back. by, who of the staff asks for it, is
// kept. ErrNotFound where the row is not in the quarantine, or somebody was faster.
func (s *Store) Replay(ctx context.Context, by string, id int64) error {
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		n, err := x.Exec(`UPDATE inbox_work SET state = 0, outcome = '', reason = '', hold_until = ? WHERE id = ? AND state = 2`, tickets.Micros(s.db.Now()), id)
		if err == nil && n == 0 {
			err = tickets.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.event(x, by, "", "replayed "+strconv.FormatInt(id, 36))
	})
	if err != nil {
		return fmt.Errorf("replaying a row: %w", err)
	}
	return nil
}
