package tickets

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrReused says that an idempotency key came with another request before.
var ErrReused = errors.New("idempotency key was used for another request")

// Once makes a piece of work happen once: Scope and Key name it, Request tells a repetition from a
// mistake. The zero value sets no such bound.
type Once struct{ Scope, Key, Request string }

// Act is a piece of work on one ticket.
type Act struct {
	Ticket  int64
	By      string // who of the staff, or which program
	Version int64  // that the actor saw; 0 does not compare
	Once    Once
}

// Step is a move that staff make.
type Step struct {
	To     State
	Reason string // for colleagues
	Text   string // for the citizen
}

// Work lets f change one ticket, as a person does: in one transaction, with the ticket as it stands
// then, ErrStale where it is not the version the actor saw. f sees the ticket as the situation's
// first case, with its citizen and the address it came from. A repetition under the same Once
// returns the first Result with again true.
func (s *Store) Work(ctx context.Context, act Act, f Decide) (res Result, again bool, err error) {
	once := func() error {
		return s.inTx(ctx, person, func(x *tx) error {
			res, again, err = s.work(x, act, f)
			if err != nil || again {
				return err
			}
			return x.keep(act.Once, res, s.now())
		})
	}
	if err = once(); errors.Is(err, errKept) {
		err = once() // somebody kept a result under this key at the same moment
	}
	if err != nil {
		return Result{}, false, fmt.Errorf("working on a ticket: %w", err)
	}
	hint(s.dirty)
	return res, again, nil
}

func (s *Store) work(x *tx, act Act, f Decide) (res Result, again bool, err error) {
	sit, err := s.workSituation(x, act.Ticket)
	if err != nil {
		return Result{}, false, err
	}
	// Behind the ticket's lock: a repetition at the same moment waits there, and then finds the result.
	if res, again, err = x.once(act.Once); err != nil || again {
		return res, again, err
	}
	if act.Version != 0 && act.Version != sit.Cases[0].Version {
		return Result{}, false, ErrStale
	}
	p := &plan{store: s, now: sit.Now}
	_, res, err = p.decide(&sit, f)
	if u, ok := errors.AsType[*undecided](err); ok && u.err != nil {
		err = u.err // for the actor, who knows what he asked for
	}
	if err != nil {
		return Result{}, false, err
	}
	return res, false, p.write(x)
}

func (s *Store) workSituation(x *tx, ticket int64) (Situation, error) {
	sit := Situation{Now: s.now(), Cases: make([]Case, 1)}
	t := &sit.Cases[0].Ticket
	row := x.QueryRowContext(x.ctx, x.dialect.bind(`SELECT `+ticketTable.names("")+` FROM ticket WHERE id = ?`+x.dialect.forUpdate()), ticket)
	if err := row.Scan(t.targets()...); err != nil {
		return sit, notFound(err)
	}
	c := &sit.Citizen
	row = x.QueryRowContext(x.ctx, x.dialect.bind(`SELECT id, name, language, quiet, created_at FROM citizen WHERE id = ?`), t.CitizenID)
	if err := row.Scan(&c.ID, &c.Name, &c.Language, &c.Quiet, stamp{&c.CreatedAt}); err != nil {
		return sit, notFound(err)
	}
	a := &sit.Contact
	row = x.QueryRowContext(x.ctx, x.dialect.bind(`SELECT id, citizen_id, kind, value, state, reason, last_in_at, account, thread FROM address WHERE kind = ? AND value = ?`),
		t.Return.Address.Kind, t.Return.Address.Value)
	err := row.Scan(&a.ID, &a.CitizenID, &a.Kind, &a.Value, &a.State, &a.Reason, stamp{&a.LastInAt}, &a.Account, &a.Thread)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil // a report entered for someone who left no address
	}
	return sit, err
}

// Reserve notes a request whose effect is made elsewhere, and idempotently: ErrReused where the key
// came with another request before.
func (s *Store) Reserve(ctx context.Context, o Once) error {
	err := s.inTx(ctx, person, func(x *tx) error {
		_, again, err := x.once(o)
		if err != nil || again || o.Key == "" {
			return err
		}
		_, err = x.exec(`INSERT INTO idempotency (scope, key, request, result, created_at) VALUES (?, ?, ?, '{}', ?) ON CONFLICT (scope, key) DO NOTHING`,
			o.Scope, o.Key, o.Request, micros(s.now()))
		if err != nil {
			return err
		}
		_, _, err = x.once(o) // whoever was first at the same moment
		return err
	})
	if err != nil {
		return fmt.Errorf("reserving a key: %w", err)
	}
	return nil
}

func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

func (x *tx) once(o Once) (res Result, again bool, err error) {
	if o.Key == "" {
		return Result{}, false, nil
	}
	var was []struct {
		Request string `db:"request"`
		Result  string `db:"result"`
	}
	err = x.all(&was, `SELECT request, result FROM idempotency WHERE scope = ? AND key = ?`, o.Scope, o.Key)
	if err != nil || len(was) == 0 {
		return Result{}, false, err
	}
	if was[0].Request != o.Request {
		return Result{}, false, ErrReused
	}
	err = json.Unmarshal([]byte(was[0].Result), &res)
	return res, true, err
}

// keep notes the result. Two calls at once with one key: the second one's insert fails, and with it
// all it did.
func (x *tx) keep(o Once, res Result, now time.Time) error {
	if o.Key == "" {
		return nil
	}
	_, err := x.exec(`INSERT INTO idempotency (scope, key, request, result, created_at) VALUES (?, ?, ?, ?, ?)`, o.Scope, o.Key, o.Request, toJSON(res), micros(now))
	if isTaken(err) {
		return errKept
	}
	return err
}

var errKept = errors.New("a result is kept under this key already")

// Due returns timers of the kinds whose time has come, the longest overdue first.
func (s *Store) Due(ctx context.Context, n int) ([]Timer, error) {
	rows, err := s.read.QueryContext(ctx, s.dialect.bind(`SELECT kind, subject, due_at, data, tries FROM timer WHERE due_at <= ? ORDER BY due_at, kind, subject LIMIT ?`),
		micros(s.now()), n)
	if err != nil {
		return nil, fmt.Errorf("reading timers: %w", err)
	}
	var due []Timer
	err = drain(rows, func() error {
		var t Timer
		err := rows.Scan(&t.Kind, &t.Subject, stamp{&t.Due}, &t.Data, &t.Tries)
		due = append(due, t)
		return err
	})
	return due, err
}

// Fire lets f act on the ticket of a due timer and takes the timer away, in one transaction. A timer
// that was changed, or fired by another node, meanwhile is left alone. f may set it anew. One of no ticket
// goes away.
func (s *Store) Fire(ctx context.Context, t Timer, f Decide) error {
	err := s.inTx(ctx, machine, func(x *tx) error {
		n, err := x.exec(`DELETE FROM timer WHERE kind = ? AND subject = ? AND due_at = ? AND data = ?`, t.Kind, t.Subject, micros(t.Due), t.Data)
		if err != nil || n == 0 {
			return err
		}
		if _, _, err = s.work(x, Act{Ticket: t.Subject}, f); errors.Is(err, ErrNotFound) {
			return nil // of a ticket that is gone
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("firing a timer: %w", err)
	}
	hint(s.dirty)
	return nil
}

// Postpone puts a timer that failed off, so that one which always fails does not starve the others.
func (s *Store) Postpone(ctx context.Context, t Timer, until time.Time) error {
	return s.inTx(ctx, machine, func(x *tx) error {
		_, err := x.exec(`UPDATE timer SET due_at = ?, tries = tries + 1 WHERE kind = ? AND subject = ? AND due_at = ?`, micros(until), t.Kind, t.Subject, micros(t.Due))
		return err
	})
}
