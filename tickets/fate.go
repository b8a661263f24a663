package tickets

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Fate is how an attempt ended, or what was found out about a part without one.
type Fate struct {
	State      string // of the part: sent, delivered, failed, uncertain, or queued to try again
	ExternalID string
	Segments   int
	Kind       string // of a failure: channels.ErrorKind
	Code       string
	Reason     string
	Again      time.Time // when to go on with the parcel; of queued and uncertain
	Free       bool      // does not count as a try (throttled, suspended)
	Doubt      bool      // may have arrived although we were not told
	Address    string    // "unreachable" or "stopped": what the failure says about the address
	HoldUntil  time.Time // the account waits so long
	Suspend    bool      // the account stops until a person mends it
}

// End writes how the attempt at a part ended; attempt 0 is for what was learnt without one. The
// parcel is done when its last part is out, and done as failed with its first part that failed. An
// end that comes after the lease was lost is written all the same: what is out is out.
func (s *Store) End(ctx context.Context, p *Parcel, part *Part, attempt int64, f Fate) error {
	now := s.now()
	err := s.inTx(ctx, machine, func(x *tx) error { return x.end(p, part, attempt, f, now) })
	if err != nil {
		return fmt.Errorf("ending an attempt: %w", err)
	}
	part.State, part.ExternalID = f.State, f.ExternalID
	return nil
}

func (x *tx) end(p *Parcel, part *Part, attempt int64, f Fate, now time.Time) error {
	f.ExternalID, f.Code, f.Reason = name(f.ExternalID), clean(f.Code), clean(f.Reason)
	if err := x.meet(p.Via.Account, f.ExternalID); err != nil {
		return err
	}
	held := true
	if err := x.hold(p); errors.Is(err, ErrLost) {
		held = false
	} else if err != nil {
		return err
	}
	if attempt == 0 && !held {
		return ErrLost
	}
	if err := x.endAttempt(part, attempt, f, now); err != nil {
		return err
	}
	if held || f.out() {
		if err := x.endPart(p, part, f, now); err != nil {
			return err
		}
	}
	if err := x.endAccount(p, f, now); err != nil {
		return err
	}
	if f.Address != "" {
		if err := x.markAddress(p.Via.Address, f.Address, f.Reason, now); err != nil {
			return err
		}
	}
	if f.ExternalID == "" {
		return nil
	}
	return x.matchEarly(p.Via.Account, f.ExternalID, part.ID, now)
}

// out reports whether the platform has the part.
func (f *Fate) out() bool { return f.State == "sent" || f.State == "delivered" }

// endAttempt closes the attempt, or, where there was none, those that nobody ended.
func (x *tx) endAttempt(part *Part, attempt int64, f Fate, now time.Time) error {
	var err error
	switch {
	case attempt == 0 && f.out():
		_, err = x.exec(closeOpen, "found", micros(now), part.ID)
	case attempt == 0:
		_, err = x.exec(closeOpen, "absent", micros(now), part.ID)
	default:
		outcome := f.Kind
		if outcome == "" {
			outcome = f.State
		}
		_, err = x.exec(`UPDATE attempt SET outcome = ?, code = ?, ended_at = ? WHERE id = ?`, outcome, f.Code, micros(now), attempt)
	}
	return err
}

const closeOpen = `UPDATE attempt SET outcome = ?, ended_at = ? WHERE part_id = ? AND outcome = ''`

// endPart moves the part and its parcel on. A part that is out stays out, whatever a late attempt says;
// but its platform's name is kept.
func (x *tx) endPart(p *Parcel, part *Part, f Fate, now time.Time) error {
	free, doubt := 0, 0
	if f.Free {
		free = 1
	}
	if f.Doubt {
		doubt = 1
	}
	done := int64(0)
	if f.out() || f.State == "failed" {
		done = micros(now)
	}
	n, err := x.exec(`UPDATE outbox_part SET state = ?, tries = tries - ?, doubts = doubts + ?, external_id = CASE WHEN ? = '' THEN external_id ELSE ? END, segments = ?, kind = ?, code = ?, reason = ?, done_at = ?
		WHERE id = ? AND done_at = 0`, f.State, free, doubt, f.ExternalID, f.ExternalID, f.Segments, f.Kind, f.Code, f.Reason, done, part.ID)
	if err == nil && n == 0 && f.ExternalID != "" {
		_, err = x.exec(`UPDATE outbox_part SET external_id = ?, segments = ? WHERE id = ? AND external_id = ''`, f.ExternalID, f.Segments, part.ID)
		if err == nil {
			return nil
		}
	}
	if err != nil {
		return err
	}
	return x.endParcel(p.ID, f, now)
}

// endParcel moves the parcel on: done with its last part, failed with the first that failed.
func (x *tx) endParcel(id int64, f Fate, now time.Time) error {
	switch f.State {
	case "failed":
		return x.finish(id, "failed", f.Reason, now)
	case "queued", "uncertain":
		_, err := x.exec(`UPDATE outbox SET lease_until = 0, next_at = ?, state = ?, reason = ? WHERE id = ? AND done_at = 0`, micros(f.Again), f.State, clean(f.Reason), id)
		return err
	}
	var left int
	if err := x.get(&left, `SELECT count(*) FROM outbox_part WHERE outbox_id = ? AND done_at = 0`, id); err != nil || left > 0 {
		return err
	}
	var worst struct {
		Failed      int `db:"failed"`
		Undelivered int `db:"undelivered"`
	}
	if err := x.get(&worst, `SELECT COALESCE(sum(CASE WHEN state = 'failed' THEN 1 ELSE 0 END), 0) AS failed,
		COALESCE(sum(CASE WHEN state = 'delivered' THEN 0 ELSE 1 END), 0) AS undelivered FROM outbox_part WHERE outbox_id = ?`, id); err != nil {
		return err
	}
	switch {
	case worst.Failed > 0:
		return nil // it was finished as failed with that part
	case worst.Undelivered == 0:
		return x.finish(id, "delivered", "", now)
	}
	return x.finish(id, "sent", "", now)
}

// finish closes the parcel and tells who asked to know.
func (x *tx) finish(id int64, state, reason string, now time.Time) error {
	if _, err := x.exec(`UPDATE outbox SET state = ?, reason = ?, lease_until = 0, done_at = ? WHERE id = ?`, state, clean(reason), micros(now), id); err != nil {
		return err
	}
	return x.tell(id, state, now)
}

func (x *tx) tell(id int64, state string, now time.Time) error {
	_, err := x.exec(`INSERT INTO timer (kind, subject, due_at, data, tries) SELECT tell, ticket_id, CAST(? AS BIGINT), CAST(? AS TEXT), 0 FROM outbox WHERE id = ? AND tell <> ''
		ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, data = excluded.data, tries = 0`, micros(now), state, id)
	return err
}

func (x *tx) endAccount(p *Parcel, f Fate, now time.Time) error {
	const ensure = `INSERT INTO account (name, cursor, state, last_in_at, last_out_at, hold_until, error, error_at) VALUES (?, '', '', 0, 0, 0, '', 0) ON CONFLICT (name) DO NOTHING`
	var err error
	switch {
	case f.State == "sent" || f.State == "delivered":
		if _, err = x.exec(ensure, p.Via.Account); err == nil {
			_, err = x.exec(`UPDATE account SET last_out_at = ? WHERE name = ?`, micros(now), p.Via.Account)
		}
	case f.Suspend:
		if _, err = x.exec(ensure, p.Via.Account); err == nil {
			_, err = x.exec(`UPDATE account SET state = 'suspended', error = ?, error_at = ? WHERE name = ?`, clean(f.Reason), micros(now), p.Via.Account)
		}
	case !f.HoldUntil.IsZero():
		if _, err = x.exec(ensure, p.Via.Account); err == nil {
			_, err = x.exec(`UPDATE account SET hold_until = ? WHERE name = ? AND hold_until < ?`, micros(f.HoldUntil), p.Via.Account, micros(f.HoldUntil))
		}
	}
	return err
}

// markAddress notes that an address cannot be reached, be it a citizen's or an agency's.
func (x *tx) markAddress(a Address, state, reason string, now time.Time) error {
	_, err := x.exec(`UPDATE address SET state = ?, reason = ? WHERE kind = ? AND value = ?`, state, clean(reason), a.Kind, a.Value)
	if err == nil {
		_, err = x.exec(`UPDATE notice_address SET state = ?, reason = ?, at = ? WHERE kind = ? AND value = ?`, state, clean(reason), micros(now), a.Kind, a.Value)
	}
	return err
}
