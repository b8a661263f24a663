package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"tanggap/tickets"
)

// Why the bytes of a row of the quarantine are read. The list is short, so that it can be counted.
const (
	ToMend    = "mend"    // to find out why it was not understood
	ToAnswer  = "answer"  // somebody wrote who waits for an answer
	ToInspect = "inspect" // an abuse is looked into
	ToLaw     = "law"     // an authority asks, with a letter
)

// AsideReasons lists them in the order in which they are offered.
func AsideReasons() []string { return []string{ToMend, ToAnswer, ToInspect, ToLaw} }

// ErrReason: the reason is none of AsideReasons.
var ErrReason = errors.New("no reason")

// Rows of the quarantine, and those that were found to be for nobody: robots', mostly.
const (
	isAside   = `(w.state = 2 OR w.outcome = 'ignored')`
	readAside = `SELECT i.id, i.account, i.event_id, i.kind, w.reason, length(i.raw), i.received_at, w.outcome = 'ignored'
		FROM inbox_work w JOIN inbox i ON i.id = w.id WHERE ` + isAside + ` AND w.id = ?`
	readIgnored = `SELECT i.id, i.account, i.event_id, i.kind, w.reason, length(i.raw), i.received_at, w.outcome = 'ignored'
		FROM inbox_work w JOIN inbox i ON i.id = w.id WHERE w.outcome = 'ignored' AND w.id < ? ORDER BY w.id DESC LIMIT ?`
	replayAside = `UPDATE inbox_work SET state = 0, outcome = CASE WHEN outcome = 'ignored' THEN 'person' ELSE '' END, reason = '', hold_until = ?
		WHERE (state = 2 OR outcome = 'ignored') AND id = ?`
)

// Aside finds one row of the quarantine, or one that was ignored; ErrNotFound where it is not there, or not
// any more.
func (s *Store) Aside(ctx context.Context, id int64) (tickets.Quarantined, error) {
	q, err := scanAside(s.db.Row(ctx, readAside, id))
	if err != nil {
		return tickets.Quarantined{}, fmt.Errorf("reading the quarantine: %w", tickets.Found(err))
	}
	return q, nil
}

func scanAside(row interface{ Scan(...any) error }) (q tickets.Quarantined, err error) {
	err = row.Scan(&q.ID, &q.Account, &q.EventID, &q.Kind, &q.Reason, &q.Bytes, tickets.Stamp(&q.ReceivedAt), &q.Ignored)
	return q, err
}

// Ignored lists what came in and was found to be for nobody, with its reason, newest first, with the cursor of
// the next page. tickets.ErrCursor.
func (s *Store) Ignored(ctx context.Context, limit int, after string) (all []tickets.Quarantined, next string, err error) {
	before := int64(1<<63 - 1)
	if after != "" {
		if before, err = strconv.ParseInt(after, 36, 64); err != nil {
			return nil, "", tickets.ErrCursor
		}
	}
	err = s.db.Rows(ctx, func(rows *sql.Rows) error {
		q, err := scanAside(rows)
		all = append(all, q)
		return err
	}, readIgnored, before, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("reading what was ignored: %w", err)
	}
	if len(all) > limit {
		all, next = all[:limit], strconv.FormatInt(all[limit-1].ID, 36)
	}
	return all, next, nil
}

// Replay lets a row of the quarantine be processed once more, as if it had just come: nothing was made
// of it, so nothing is made twice. One that fails again comes back. A row that was ignored is taken for a
// person's from now on. by, who of the staff asks for it, is kept. ErrNotFound where the row is in neither, or
// somebody was faster.
func (s *Store) Replay(ctx context.Context, by string, id int64) error {
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		n, err := x.Exec(replayAside, tickets.Micros(s.db.Now()), id)
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

// ReadAside returns a row's bytes as the platform delivered them, after it has been written down who asked
// for them and why. They name citizens, and are for that person alone. ErrNotFound as Aside, ErrReason.
func (s *Store) ReadAside(ctx context.Context, by string, id int64, reason string) ([]byte, error) {
	if !slices.Contains(AsideReasons(), reason) {
		return nil, fmt.Errorf("reading a row: %w", ErrReason)
	}
	var raw []byte
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		row := x.Row(`SELECT i.raw FROM inbox_work w JOIN inbox i ON i.id = w.id WHERE `+isAside+` AND w.id = ?`, id)
		if err := row.Scan(&raw); err != nil {
			return tickets.Found(err)
		}
		return s.event(x, by, "", "read_aside "+strconv.FormatInt(id, 36)+" "+reason)
	})
	if err != nil {
		return nil, fmt.Errorf("reading a row: %w", err)
	}
	return raw, nil
}
