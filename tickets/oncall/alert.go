package oncall

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tanggap/tickets"
)

// Emergency is an open one, and what those on call know of it.
type Emergency struct {
	Ticket    int64
	Reference tickets.Reference
	Agency    string // that holds it
	State     tickets.State
	Category  string
	Area      string
	Sealed    bool
	Test      bool
	Changed   time.Time
	Told      map[string]Told // by the agency of those on call
}

// Told is that those on call of an agency were told of an emergency.
type Told struct {
	Agency string
	Times  int // how often, counting who stood in for those that nothing reached
	At     time.Time
	Seen   time.Time // when somebody first looked; zero for nobody
	By     string    // who
}

// most is how many open emergencies are looked at, the newest.
const most = 2000

// The condition on tickets is that of the index ticket_urgent, word for word: only so is it used.
var open = fmt.Sprintf(`SELECT t.id, t.reference, t.agency, t.state, t.category, t.area, t.sealed, t.test, t.updated_at,
	COALESCE(a.agency, ''), COALESCE(a.times, 0), COALESCE(a.told_at, 0), COALESCE(a.seen_at, 0), COALESCE(a.seen_by, '')
	FROM (SELECT id, reference, agency, state, category, area, sealed, test, updated_at FROM ticket
		WHERE emergency AND state IN ('triage', 'assigned', 'in_progress', 'pending') ORDER BY id DESC LIMIT %d) t
	LEFT JOIN alert a ON a.ticket_id = t.id ORDER BY t.id DESC`, most)

// Open are the open emergencies, the newest first.
func (b *Book) Open(ctx context.Context) ([]Emergency, error) {
	var all []Emergency
	err := b.store.Rows(ctx, func(rows *sql.Rows) error {
		var e Emergency
		var told Told
		err := rows.Scan(&e.Ticket, &e.Reference, &e.Agency, &e.State, &e.Category, &e.Area, &e.Sealed, &e.Test, tickets.Stamp(&e.Changed),
			&told.Agency, &told.Times, tickets.Stamp(&told.At), tickets.Stamp(&told.Seen), &told.By)
		if err != nil {
			return err
		}
		if n := len(all); n == 0 || all[n-1].Ticket != e.Ticket {
			e.Told = map[string]Told{}
			all = append(all, e)
		}
		if told.Times > 0 {
			all[len(all)-1].Told[told.Agency] = told
		}
		return nil
	}, open)
	if err != nil {
		return nil, fmt.Errorf("reading open emergencies: %w", err)
	}
	return all, nil
}

// Of is what those on call know of a ticket, of the whole city first.
func (b *Book) Of(ctx context.Context, ticket int64) ([]Told, error) {
	var all []Told
	err := b.store.Rows(ctx, func(rows *sql.Rows) error {
		var t Told
		err := rows.Scan(&t.Agency, &t.Times, tickets.Stamp(&t.At), tickets.Stamp(&t.Seen), &t.By)
		all = append(all, t)
		return err
	}, `SELECT agency, times, told_at, seen_at, seen_by FROM alert WHERE ticket_id = ? ORDER BY agency`, ticket)
	if err != nil {
		return nil, fmt.Errorf("reading who was told of an emergency: %w", err)
	}
	return all, nil
}

// Seen notes who first looked at an emergency that those on call were told of: nobody else is woken for
// it. Of every other ticket it costs a read.
func (b *Book) Seen(ctx context.Context, ticket int64, by string) error {
	var waits int
	if err := b.store.Row(ctx, `SELECT count(*) FROM alert WHERE ticket_id = ? AND seen_at = 0`, ticket).Scan(&waits); err != nil || waits == 0 {
		return tickets.Found(err)
	}
	err := b.store.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`UPDATE alert SET seen_at = ?, seen_by = ? WHERE ticket_id = ? AND seen_at = 0`, tickets.Micros(b.store.Now()), tickets.Clean(by), ticket)
		return err
	})
	if err != nil {
		return fmt.Errorf("noting who looked at an emergency: %w", err)
	}
	return nil
}

// Mark is when those of a step were last written to.
type Mark struct {
	Agency string
	Step   int
	At     time.Time
	Gap    time.Duration // how long they are left in peace from then on
}

// Marks are all that there are.
func (b *Book) Marks(ctx context.Context) ([]Mark, error) {
	var all []Mark
	err := b.store.Rows(ctx, func(rows *sql.Rows) error {
		var m Mark
		var gap int64
		err := rows.Scan(&m.Agency, &m.Step, tickets.Stamp(&m.At), &gap)
		m.Gap = time.Duration(gap) * time.Microsecond
		all = append(all, m)
		return err
	}, `SELECT agency, step, told_at, gap FROM alert_mark`)
	if err != nil {
		return nil, fmt.Errorf("reading when those on call were told: %w", err)
	}
	return all, nil
}

// Call is what those of a step are told now: the mark that this moves on, of which emergencies with how
// often they were told of each before, and the messages.
type Call struct {
	Was  Mark
	Gap  time.Duration
	Of   map[int64]int
	Next map[int64]int // how often they have been told of each then
	Say  []tickets.Intent
}

// Tell writes the messages of a call into the outbox and notes who was told of what, in one transaction:
// tickets.ErrStale where another process has told them meanwhile, and then nothing is written.
func (b *Book) Tell(ctx context.Context, c Call) error {
	now := tickets.Micros(b.store.Now())
	err := b.store.Tell(ctx, c.Say, func(x tickets.Tx) error {
		n, err := x.Exec(`INSERT INTO alert_mark (agency, step, told_at, gap) VALUES (?, ?, ?, ?)
			ON CONFLICT (agency, step) DO UPDATE SET told_at = excluded.told_at, gap = excluded.gap WHERE alert_mark.told_at = ?`,
			c.Was.Agency, c.Was.Step, now, c.Gap.Microseconds(), tickets.Micros(c.Was.At))
		if err == nil && n != 1 {
			err = tickets.ErrStale
		}
		for ticket, times := range c.Of {
			if err != nil {
				break
			}
			n, err = x.Exec(`INSERT INTO alert (ticket_id, agency, times, told_at, seen_at, seen_by) VALUES (?, ?, ?, ?, 0, '')
				ON CONFLICT (ticket_id, agency) DO UPDATE SET times = excluded.times, told_at = excluded.told_at WHERE alert.times = ? AND alert.seen_at = 0`,
				ticket, c.Was.Agency, c.Next[ticket], now, times)
			if err == nil && n != 1 {
				err = tickets.ErrStale
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("telling those on call: %w", err)
	}
	return nil
}
