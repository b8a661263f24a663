// Package breaker stops storms of automatic answers: two programs that write to each other, or a flood of mail under
// one name. It counts, in the database, what each account answers by itself to an address, to a mail domain and in all,
// and holds back what goes over a limit, where staff see it and may send it after all. What citizens wrote, and what
// staff write, is never held.
package breaker

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"tanggap/tickets"
)

// Limits are how many automatic answers leave an account in a Window; 0 sets no bound.
type Limits struct {
	Address int // to one address. What is held counts too: who goes on stays held until he is silent for a Window
	Domain  int // to all addresses of one mail domain
	Account int
	Window  time.Duration // at least a minute
}

// Scope is which limit was reached.
type Scope string

// The scopes.
const (
	Address Scope = "address"
	Domain  Scope = "domain"
	Account Scope = "account"
)

// reason stands on what is held, for staff; by it a storm's messages are found again.
func (s Scope) reason() string {
	switch s {
	case Address:
		return "held back: too many automatic answers to this address"
	case Domain:
		return "held back: too many automatic answers to this mail domain"
	}
	return "held back: too many automatic answers from this account"
}

// What the outbox says of a message that staff decided on.
const (
	released = "released by staff"
	dropped  = "held back, and not sent: staff decided so"
)

// slots is in how many parts a window is counted.
const slots = 6

// quiet is how long a storm must be over for the next to be told of as a new one.
const quiet = 24 * time.Hour

// keep is how long a storm is remembered.
const keep = 90 * 24 * time.Hour

// Breaker counts in the database of a store. It is safe for concurrent use, and by many processes.
type Breaker struct {
	store  *tickets.Store
	limits Limits
}

// New counts in a store.
func New(store *tickets.Store, l Limits) *Breaker {
	l.Window = max(l.Window, time.Minute)
	return &Breaker{store, l}
}

// answers reports whether a message is one of those that citizens' messages bring about, which alone can be
// a storm. What staff or a deadline say is none.
func answers(p *tickets.Parcel) bool {
	switch p.Purpose {
	case "receipt", "emergency", "status", "menu", "language", "notice":
		return p.Automatic
	}
	return false
}

// Pass counts a parcel that dispatch has leased and not yet begun, and reports whether it may go out. One that
// may not is done with from then on, as held; fresh is whether that is the beginning of a storm.
func (b *Breaker) Pass(ctx context.Context, p *tickets.Parcel) (pass, fresh bool, err error) {
	if !answers(p) {
		return true, false, nil
	}
	err = b.store.Write(ctx, func(x tickets.Tx) error {
		pass, fresh = true, false
		var was string
		if err := x.Row(`SELECT reason FROM outbox WHERE id = ?`, p.ID).Scan(&was); err != nil || was == released {
			return err
		}
		scope, err := b.count(x, p)
		if err != nil || scope == "" {
			return err
		}
		pass = false
		fresh, err = b.hold(x, p, scope)
		return err
	})
	if err != nil {
		return false, false, fmt.Errorf("counting automatic answers: %w", err)
	}
	return pass, fresh, nil
}

const (
	// The account's row is written first by everybody, who so count one after the other.
	openSlot = `INSERT INTO answered (name, slot, times) VALUES (?, ?, 0) ON CONFLICT (name, slot) DO UPDATE SET times = answered.times`
	addSlot  = `INSERT INTO answered (name, slot, times) VALUES (?, ?, 1) ON CONFLICT (name, slot) DO UPDATE SET times = answered.times + 1`
	sumSlots = `SELECT COALESCE(sum(times), 0) FROM answered WHERE name = ? AND slot > ?`
	oldSlots = `DELETE FROM answered WHERE slot < ?`
)

// count adds the answer to what was counted, and tells which limit it goes over, "" for none.
func (b *Breaker) count(x tickets.Tx, p *tickets.Parcel) (Scope, error) {
	now := b.store.Now()
	size := b.limits.Window / slots
	slot, from := tickets.Micros(now.Truncate(size)), tickets.Micros(now.Truncate(size).Add(-b.limits.Window))
	account := name(p.Via.Account, Account, "")
	if _, err := x.Exec(openSlot, account, slot); err != nil {
		return "", err
	}
	bounds := []struct {
		scope Scope
		whom  string
		most  int
	}{
		{Address, p.Via.Address.Value, b.limits.Address},
		{Domain, domain(p.Via.Address), b.limits.Domain},
		{Account, "", b.limits.Account},
	}
	for _, l := range bounds {
		if l.most <= 0 || l.scope != Account && l.whom == "" {
			continue
		}
		key := name(p.Via.Account, l.scope, l.whom)
		var times int
		if err := x.Row(sumSlots, key, from).Scan(&times); err != nil {
			return "", err
		}
		if l.scope == Address {
			if _, err := x.Exec(addSlot, key, slot); err != nil {
				return "", err
			}
		}
		if times >= l.most {
			return l.scope, nil
		}
	}
	for _, l := range bounds[1:] {
		if l.scope != Account && l.whom == "" {
			continue
		}
		if _, err := x.Exec(addSlot, name(p.Via.Account, l.scope, l.whom), slot); err != nil {
			return "", err
		}
	}
	_, err := x.Exec(oldSlots, tickets.Micros(now.Add(-2*b.limits.Window)))
	return "", err
}

// name is what is counted, and what a storm is called.
func name(account string, s Scope, whom string) string {
	return account + " " + string(s) + " " + whom
}

// domain is that of a mail address, "" for any other.
func domain(a tickets.Address) string {
	at := strings.LastIndexByte(a.Value, '@')
	if at < 0 {
		return ""
	}
	return a.Value[at+1:]
}

const (
	holdParcel = `UPDATE outbox SET state = 'held', reason = ?, done_at = ?, lease_until = 0 WHERE id = ? AND done_at = 0`
	readLast   = `SELECT last_at FROM storm WHERE name = ?`
	addStorm   = `INSERT INTO storm (name, account, scope, whom, since, last_at, held, told_at, ended_by) VALUES (?, ?, ?, ?, ?, ?, 1, 0, '')
		ON CONFLICT (name) DO UPDATE SET last_at = excluded.last_at, held = storm.held + 1`
	newStorm  = `UPDATE storm SET since = ?, told_at = 0, ended_by = '' WHERE name = ?`
	oldStorms = `DELETE FROM storm WHERE held = 0 AND last_at < ?`
)

func (b *Breaker) hold(x tickets.Tx, p *tickets.Parcel, s Scope) (fresh bool, err error) {
	now := b.store.Now()
	if n, err := x.Exec(holdParcel, s.reason(), tickets.Micros(now), p.ID); err != nil || n == 0 {
		return false, err
	}
	whom := ""
	switch s {
	case Address:
		whom = p.Via.Address.Value
	case Domain:
		whom = domain(p.Via.Address)
	}
	key := name(p.Via.Account, s, whom)
	var last time.Time
	if err := x.Row(readLast, key).Scan(tickets.Stamp(&last)); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	if _, err := x.Exec(addStorm, key, p.Via.Account, string(s), whom, tickets.Micros(now), tickets.Micros(now)); err != nil {
		return false, err
	}
	if fresh = now.Sub(last) > quiet; !fresh {
		return false, nil
	}
	if _, err := x.Exec(newStorm, tickets.Micros(now), key); err != nil {
		return false, err
	}
	_, err = x.Exec(oldStorms, tickets.Micros(now.Add(-keep)))
	return true, err
}
