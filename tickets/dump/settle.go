package dump

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"tanggap/migrations"
)

// Restored is the reason that staff read beside a message that a restore closed.
const Restored = "restored from a backup: it may have been sent after that; if the citizen has not got it, send it again by hand"

// Held is a message that waited to be sent when the dump was made, and was closed as failed.
type Held struct {
	Message   int64
	Reference string // of its ticket, "" where it has none
}

// What waited to be sent when the dump was made. Whether it went out afterwards only the platforms know:
// so it is closed, and a clerk decides. An attempt that was under way counts as a doubt.
const (
	heldMessages = `SELECT o.id, COALESCE(t.reference, '') FROM outbox o LEFT JOIN ticket t ON t.id = o.ticket_id WHERE o.done_at = 0 ORDER BY o.id`
	// The days in which a citizen may object to a resolution begin now: the question was most likely asked.
	startClocks = `INSERT INTO timer (kind, subject, due_at, data, tries)
		SELECT DISTINCT tell, ticket_id, CAST(? AS BIGINT), 'sent', 0 FROM outbox WHERE done_at = 0 AND tell <> '' ON CONFLICT (kind, subject) DO NOTHING`
	doubtParts   = `UPDATE outbox_part SET doubts = doubts + 1 WHERE done_at = 0 AND EXISTS (SELECT 1 FROM attempt a WHERE a.part_id = outbox_part.id AND a.outcome = '')`
	loseAttempts = `UPDATE attempt SET outcome = 'lost', ended_at = ? WHERE outcome = ''`
	closeParts   = `UPDATE outbox_part SET state = 'failed', kind = 'unknown', code = 'restored', reason = ?, done_at = ? WHERE done_at = 0`
	closeParcels = `UPDATE outbox SET state = 'failed', reason = ?, lease_until = 0, done_at = ? WHERE done_at = 0`
	freeAccounts = `UPDATE account SET hold_until = 0`
	// Agencies heard of what was there, or see it in the daily list of what is due: only what opens or moves
	// after the restore is news.
	tellMarks    = `UPDATE notice_mark SET ticket_id = (SELECT COALESCE(max(id), 0) FROM ticket) WHERE ticket_id < (SELECT COALESCE(max(id), 0) FROM ticket)`
	tellBeginner = `UPDATE meta SET value = (SELECT COALESCE(max(id), 0) FROM ticket) WHERE name = 'notices' AND value < (SELECT COALESCE(max(id), 0) FROM ticket)`
	dropNotices  = `DELETE FROM notice`
	// Whom an answer to an incident had reached nobody knows: a clerk gives it again to who has not got it.
	endTasks = `UPDATE incident_task SET done_at = ? WHERE done_at = 0`
)

type step struct {
	query string
	args  []any
}

// Settle closes what a restored server must not do once more, and tells what that is.
func (l *Filling) Settle(ctx context.Context, now time.Time) ([]Held, error) {
	held, err := l.held(ctx)
	if err != nil {
		return nil, fmt.Errorf("settling the outbox: %w", err)
	}
	us := now.UnixMicro()
	steps := []step{
		{startClocks, []any{us}},
		{doubtParts, nil},
		{loseAttempts, []any{us}},
		{closeParts, []any{Restored, us}},
		{closeParcels, []any{Restored, us}},
		{freeAccounts, nil},
	}
	if slices.Contains(l.Tables(), "notice_mark") { // else the migration that makes it does the same
		steps = append(steps, step{tellMarks, nil}, step{tellBeginner, nil}, step{dropNotices, nil})
	}
	if slices.Contains(l.Tables(), "incident_task") {
		steps = append(steps, step{endTasks, []any{us}})
	}
	for _, step := range steps {
		if _, err := l.tx.ExecContext(ctx, bind(l.dialect, step.query), step.args...); err != nil {
			return nil, fmt.Errorf("settling what is under way: %w", discreet(err))
		}
	}
	return held, nil
}

func (l *Filling) held(ctx context.Context) (all []Held, err error) {
	rows, err := l.tx.QueryContext(ctx, heldMessages)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var h Held
		if err := rows.Scan(&h.Message, &h.Reference); err != nil {
			return nil, err
		}
		all = append(all, h)
	}
	return all, rows.Err()
}

// bind numbers the parameters as PostgreSQL wants them.
func bind(dialect, query string) string {
	if dialect == migrations.SQLite {
		return query
	}
	var out []byte
	n := byte('0')
	for i := range len(query) {
		if query[i] == '?' {
			n++
			out = append(out, '$', n)
			continue
		}
		out = append(out, query[i])
	}
	return string(out)
}

// discreet keeps what PostgreSQL quotes of a refused row out of errors: it may be a citizen's.
func discreet(err error) error {
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fmt.Errorf("the database refused it (%s)", pg.Code)
	}
	return err
}
