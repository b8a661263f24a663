package figures

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tanggap/tickets"
)

// mostLate bounds what is counted; it stands in the statement too.
const mostLate = 1000

// Late is what should have been answered by now, of one kind.
type Late struct {
	Kind   tickets.Kind
	Count  int       // of the mostLate that are late the longest
	Oldest time.Time // when the answer to the first of them was due
}

// The conditions are those of the index ticket_due, word for word: only so is it used.
const late = `SELECT kind, count(*), min(due_at) FROM (SELECT kind, due_at FROM ticket
	WHERE due_at > 0 AND paused_at = 0 AND state IN ('triage', 'assigned', 'in_progress', 'pending') AND due_at < ?
	ORDER BY due_at, kind LIMIT 1000) q GROUP BY kind`

// LateTickets counts the open tickets whose answer is overdue, by kind, 1,000 at most in all; those that wait
// for their citizen with a clock that stands still are not among them. A kind without any is not there.
func (s *Store) LateTickets(ctx context.Context) ([]Late, error) {
	var all []Late
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var l Late
		err := rows.Scan(&l.Kind, &l.Count, tickets.Stamp(&l.Oldest))
		all = append(all, l)
		return err
	}, late, tickets.Micros(s.db.Now()))
	if err != nil {
		return nil, fmt.Errorf("counting late tickets: %w", err)
	}
	return all, nil
}
