package tickets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// Incoming is one thing that a platform delivered, as the inbox keeps it.
type Incoming struct {
	Account string
	EventID string // with Account what deduplicates
	Kind    string
	Sender  string    // Address.String() of who sent it: rows of one sender are processed in order
	Payload []byte    // JSON of what the adapter made of it
	Raw     []byte    // as delivered
	Hold    time.Time // not processed before this, unless a later row of the sender says so
	Cursor  string    // where to go on when this is committed, "" for no change
}

const (
	maxBatchRows  = 1024
	maxBatchBytes = 8 << 20
)

type arrival struct {
	rows  []Incoming
	bytes int
	done  chan error
}

// Receive makes rows durable and returns when they are. It is idempotent on (Account, EventID). Rows
// of many callers share one commit. An error means that nothing of this call may be acknowledged;
// after the end of ctx the rows may be committed all the same, which a repetition does not mind.
func (s *Store) Receive(ctx context.Context, rows ...Incoming) error {
	if len(rows) == 0 {
		return nil
	}
	a := arrival{rows: rows, done: make(chan error, 1)}
	for i := range rows {
		if rows[i].EventID == "" || rows[i].Account == "" {
			return errors.New("receiving: a row without account or event id")
		}
		a.bytes += len(rows[i].Payload) + len(rows[i].Raw)
	}
	select {
	case s.arrivals <- a:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return errClosed
	}
	select {
	case err := <-a.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return errClosed
	}
}

var errClosed = errors.New("receiving: the store is closed")

// skew is how far the clock of the process that works on a row may be behind ours without its waiting.
const skew = 5 * time.Second

// commitTime bounds one commit of arrivals, which everyone else waits for: a connection that has died
// without a word must not stop the intake for longer.
const commitTime = 20 * time.Second

// receiveLoop is the one committer: while a commit is under way the next batch gathers.
func (s *Store) receiveLoop(ctx context.Context) {
	for {
		select {
		case first := <-s.arrivals:
			s.commitArrivals(ctx, s.gatherArrivals(first))
		case <-ctx.Done():
			return
		}
	}
}

func (s *Store) gatherArrivals(first arrival) []arrival {
	batch, rows, bytes := []arrival{first}, len(first.rows), first.bytes
	for rows < maxBatchRows && bytes < maxBatchBytes {
		select {
		case a := <-s.arrivals:
			batch = append(batch, a)
			rows += len(a.rows)
			bytes += a.bytes
		default:
			return batch
		}
	}
	return batch
}

func (s *Store) commitArrivals(ctx context.Context, batch []arrival) {
	ctx, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	err := s.insertArrivals(ctx, batch)
	if err == nil {
		hint(s.wake[:]...)
	}
	if err == nil || len(batch) == 1 {
		for _, a := range batch {
			a.done <- err
		}
		return
	}
	// One caller's rows may be what the database refuses: each stands alone then.
	for _, a := range batch {
		err := s.insertArrivals(ctx, []arrival{a})
		if err == nil {
			hint(s.wake[:]...)
		}
		a.done <- err
	}
}

const pgReceive = `
WITH u AS (
	SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bytea[], $8::text[], $9::bigint[])
		AS u(id, account, event_id, kind, received_at, payload, raw, sender, hold_until)
), i AS (
	INSERT INTO inbox (id, account, event_id, kind, received_at, payload, raw)
	SELECT id, account, event_id, kind, received_at, payload, raw FROM u
	ON CONFLICT (account, event_id) DO NOTHING RETURNING id
)
INSERT INTO inbox_work (id, sender, hold_until, state, outcome, ticket_id, message_id, reason)
SELECT u.id, u.sender, u.hold_until, 0, '', 0, 0, '' FROM u JOIN i ON i.id = u.id`

const (
	liteReceive = `INSERT INTO inbox (id, account, event_id, kind, received_at, payload, raw) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (account, event_id) DO NOTHING`
	liteWork = `INSERT INTO inbox_work (id, sender, hold_until, state, outcome, ticket_id, message_id, reason) VALUES (?, ?, ?, 0, '', 0, 0, '')`
	// A platform's position only moves as its poller says: the lease lets one poller at a time.
	writeCursor = `INSERT INTO account (name, cursor, state, last_in_at, last_out_at, hold_until, error, error_at) VALUES (?, ?, '', ?, 0, 0, '', 0)
		ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor, last_in_at = excluded.last_in_at`
	writeSeen = `INSERT INTO account (name, cursor, state, last_in_at, last_out_at, hold_until, error, error_at) VALUES (?, '', '', ?, 0, 0, '', 0)
		ON CONFLICT (name) DO UPDATE SET last_in_at = excluded.last_in_at`
)

var receiveColumns = []column{
	{"id", "bigint"},
	{"account", "text"},
	{"event_id", "text"},
	{"kind", "text"},
	{"received_at", "bigint"},
	{"payload", "text"},
	{"raw", "bytea"},
	{"sender", "text"},
	{"hold_until", "bigint"},
}

func (s *Store) insertArrivals(ctx context.Context, batch []arrival) error {
	now := s.now()
	var rows [][]any
	cursors := map[string]string{}
	for _, a := range batch {
		for i := range a.rows {
			r := &a.rows[i]
			hold := max(micros(r.Hold), micros(now.Add(-skew)))
			raw := r.Raw
			if raw == nil {
				raw = []byte{}
			}
			rows = append(rows, []any{s.ids.next(), r.Account, name(r.EventID), r.Kind, micros(now), clean(string(r.Payload)), raw, name(r.Sender), hold})
			if r.Cursor != "" {
				cursors[r.Account] = r.Cursor
			} else if _, ok := cursors[r.Account]; !ok && s.seen.due(r.Account, now) {
				cursors[r.Account] = ""
			}
		}
	}
	// In one order on every node, so that two of them cannot wait for each other.
	slices.SortStableFunc(rows, func(a, b []any) int {
		if c := strings.Compare(a[1].(string), b[1].(string)); c != 0 {
			return c
		}
		return strings.Compare(a[2].(string), b[2].(string))
	})
	err := s.inTx(ctx, platform, func(x *tx) error {
		if err := x.receive(rows); err != nil {
			return err
		}
		return x.writeCursors(cursors, now)
	})
	if err != nil {
		return fmt.Errorf("receiving: %w", err)
	}
	return nil
}

func (x *tx) receive(rows [][]any) error {
	if x.dialect == postgres {
		_, err := x.ExecContext(x.ctx, pgReceive, arrays(receiveColumns, rows)...)
		return err
	}
	inbox, work := x.statement(liteReceive), x.statement(liteWork)
	for _, row := range rows {
		r, err := inbox.ExecContext(x.ctx, row[:7]...)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			if err != nil {
				return err
			}
			continue
		}
		if _, err := work.ExecContext(x.ctx, row[0], row[7], row[8]); err != nil {
			return err
		}
	}
	return nil
}

func (x *tx) writeCursors(cursors map[string]string, now time.Time) error {
	names := make([]string, 0, len(cursors))
	for name := range cursors {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		var err error
		if cursors[name] == "" {
			_, err = x.exec(writeSeen, name, micros(now))
		} else {
			_, err = x.exec(writeCursor, name, cursors[name], micros(now))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Cursor is the account's last committed cursor, "" at the first start.
func (s *Store) Cursor(ctx context.Context, account string) (string, error) {
	var c []string
	if err := s.read.SelectContext(ctx, &c, s.dialect.bind(`SELECT cursor FROM account WHERE name = ?`), account); err != nil {
		return "", fmt.Errorf("reading the cursor: %w", err)
	}
	if len(c) == 0 {
		return "", nil
	}
	return c[0], nil
}

// Mark makes cursor the account's committed one, without a message: where a poller begins.
func (s *Store) Mark(ctx context.Context, account, cursor string) error {
	err := s.inTx(ctx, machine, func(x *tx) error {
		_, err := x.exec(`INSERT INTO account (name, cursor, state, last_in_at, last_out_at, hold_until, error, error_at) VALUES (?, ?, '', 0, 0, 0, '', 0)
			ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor`, account, cursor)
		return err
	})
	if err != nil {
		return fmt.Errorf("marking a cursor: %w", err)
	}
	return nil
}

// accountTimes lets an account's "last inbound" be written every few seconds, not with every row:
// nodes would wait for each other on it.
type accountTimes struct {
	mu   sync.Mutex
	last map[string]time.Time
}

func (a *accountTimes) due(name string, now time.Time) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now.Sub(a.last[name]) < 5*time.Second {
		return false
	}
	if a.last == nil {
		a.last = map[string]time.Time{}
	}
	a.last[name] = now
	return true
}
