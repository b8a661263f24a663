package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// rowError says at which inbox row a decision or its writing failed.
type rowError struct {
	row int64
	err error
}

// Error is the cause's.
func (e *rowError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *rowError) Unwrap() error { return e.err }

// undecided is an error of a decision. It keeps what it is told to itself, since that may quote what
// was written; only our own words are shown.
type undecided struct {
	doing string
	err   error
}

// Error is our own words.
func (e *undecided) Error() string { return e.doing }

// Unwrap returns the cause.
func (e *undecided) Unwrap() error { return e.err }

// decide asks what becomes of a situation and adds it to the plan. A panic on one message, there or in
// what the plan makes of it, stops nobody else's.
func (p *plan) decide(sit *Situation, decide Decide) (c Change, res Result, err error) {
	doing := "the decision broke down"
	defer func() {
		if recover() != nil {
			err = &undecided{doing, nil}
		}
	}()
	if c, err = decide(*sit); err != nil {
		return c, res, &undecided{"the decision failed", err}
	}
	doing = "the decision cannot be written down"
	if res, err = p.add(sit, &c); err != nil {
		err = &undecided{"the decision contradicts the rules of the store", err}
	}
	return c, res, err
}

// alone tries one sender again, then his oldest row without those behind it, and sets that row aside
// when it fails too.
func (b *batch) alone(ctx context.Context, sender string) (int, error) {
	limit := allRows
	for stale := 0; ; {
		n, err := b.run(ctx, []string{sender}, limit)
		reason, his := blame(err)
		switch {
		case err == nil && n == 0 && limit == 1:
			// A piece that waits for the others, with which it cannot be decided.
			return 0, b.store.putOff(ctx, sender, time.Second)
		case err == nil:
			return n, nil
		case errors.Is(err, ErrLost) || ctx.Err() != nil:
			return 0, err
		case errors.Is(err, ErrStale):
			if stale++; stale > 5 {
				return 0, nil // somebody works on it without pause; the next round sees what he did
			}
		case !his:
			return 0, fmt.Errorf("processing: %w", err)
		case limit > 1:
			limit = 1
		default:
			return 1, b.setAside(ctx, err, reason)
		}
	}
}

// blame tells whether an error is the row's own fault, and why in words fit to be shown.
func blame(err error) (reason string, his bool) {
	if u, ok := errors.AsType[*undecided](err); ok {
		return u.doing, true
	}
	if code, data := refused(err); data {
		return "the database does not take it (" + code + ")", true
	}
	return "", false
}

// setAside puts the row that failed into quarantine, unless it was taken meanwhile.
func (b *batch) setAside(ctx context.Context, err error, reason string) error {
	at, ok := errors.AsType[*rowError](err)
	if !ok {
		return fmt.Errorf("processing: %w", err)
	}
	return b.store.inTx(ctx, machine, func(x *tx) error {
		if _, err := x.exec(`UPDATE inbox_work SET state = 2, outcome = ?, reason = ? WHERE id = ? AND state = 0`, BecameQuarantine, reason, at.row); err != nil {
			return err
		}
		return x.renew(b.lease, b.store.now())
	})
}

// putOff lets all waiting rows of a sender wait a little.
func (s *Store) putOff(ctx context.Context, sender string, wait time.Duration) error {
	until := micros(s.now().Add(wait))
	return s.inTx(ctx, machine, func(x *tx) error {
		_, err := x.exec(`UPDATE inbox_work SET hold_until = ? WHERE state = 0 AND sender = ? AND hold_until < ?`, until, sender, until)
		return err
	})
}
