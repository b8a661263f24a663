package breaker

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tanggap/tickets"
)

// Storm is what was held back for one limit.
type Storm struct {
	Name    string // of Release and Drop
	Account string
	Scope   Scope
	Whom    string // the address or the domain; it names a citizen
	Since   time.Time
	LastAt  time.Time // when an answer was held back last
	Held    int       // answers that wait for staff to decide
	EndedBy string    // who decided about the earlier ones, "" for nobody
}

const readStorms = `SELECT name, account, scope, whom, since, last_at, held, ended_by FROM storm WHERE held > 0 ORDER BY last_at DESC, name LIMIT 100`

// Storms are those of which something is held back, the newest first, at most 100.
func (b *Breaker) Storms(ctx context.Context) ([]Storm, error) {
	var all []Storm
	err := b.store.Rows(ctx, func(rows *sql.Rows) error {
		var s Storm
		err := rows.Scan(&s.Name, &s.Account, &s.Scope, &s.Whom, tickets.Stamp(&s.Since), tickets.Stamp(&s.LastAt), &s.Held, &s.EndedBy)
		all = append(all, s)
		return err
	}, readStorms)
	if err != nil {
		return nil, fmt.Errorf("reading storms: %w", err)
	}
	return all, nil
}

// Held is how many answers are held back, by account.
func (b *Breaker) Held(ctx context.Context) (map[string]int, error) {
	all := map[string]int{}
	err := b.store.Rows(ctx, func(rows *sql.Rows) error {
		var account string
		var n int
		err := rows.Scan(&account, &n)
		all[account] = n
		return err
	}, `SELECT account, sum(held) FROM storm WHERE held > 0 GROUP BY account`)
	if err != nil {
		return nil, fmt.Errorf("counting what is held back: %w", err)
	}
	return all, nil
}

const (
	whose       = ` WHERE state = 'held' AND account = ? AND reason = ?`
	sendHeld    = `UPDATE outbox SET state = 'queued', reason = ?, done_at = 0, next_at = ?` + whose
	dropHeld    = `UPDATE outbox SET state = 'failed', reason = ?, next_at = ?` + whose
	endStorm    = `UPDATE storm SET held = 0, ended_by = ? WHERE name = ? AND held > 0`
	forgetCount = `DELETE FROM answered WHERE name = ?`
)

// Release sends what a storm held back, and begins to count anew: by, who of the staff, found that it is none.
// tickets.ErrNotFound where nothing is held.
func (b *Breaker) Release(ctx context.Context, by, storm string) error {
	return b.decide(ctx, by, storm, sendHeld, released)
}

// Drop gives up what a storm held back: it is never sent. tickets.ErrNotFound where nothing is held.
func (b *Breaker) Drop(ctx context.Context, by, storm string) error {
	return b.decide(ctx, by, storm, dropHeld, dropped)
}

func (b *Breaker) decide(ctx context.Context, by, storm, statement, reason string) error {
	err := b.store.Write(ctx, func(x tickets.Tx) error {
		n, err := x.Exec(endStorm, tickets.Clean(by), storm)
		if err == nil && n == 0 {
			err = tickets.ErrNotFound
		}
		if err != nil {
			return err
		}
		var s Storm
		if err := x.Row(`SELECT account, scope, whom FROM storm WHERE name = ?`, storm).Scan(&s.Account, &s.Scope, &s.Whom); err != nil {
			return tickets.Found(err)
		}
		args := []any{reason, tickets.Micros(b.store.Now()), s.Account, s.Scope.reason()}
		switch s.Scope {
		case Address:
			statement, args = statement+` AND address = ?`, append(args, s.Whom)
		case Domain:
			end := "@" + s.Whom
			statement, args = statement+` AND substr(address, length(address) - ? + 1) = ?`, append(args, len([]rune(end)), end)
		}
		if _, err := x.Exec(statement, args...); err != nil {
			return err
		}
		if reason == released {
			_, err = x.Exec(forgetCount, storm)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("deciding about a storm: %w", err)
	}
	return nil
}
