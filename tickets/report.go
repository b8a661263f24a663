package tickets

import (
	"context"
	"fmt"
	"time"
)

// Report is a delivery receipt as the store keeps it. MessageID or Key names the part it speaks of.
type Report struct {
	Account, EventID, MessageID, Key string
	State                            string // sent, delivered, failed
	Kind, Code, Reason               string
	At                               time.Time
	Bounce                           bool // a mail of ours came back
}

// Report takes a delivery receipt, idempotent on (Account, EventID). One that comes before Send has
// returned waits for the part to get its name.
func (s *Store) Report(ctx context.Context, r Report) error {
	err := s.inTx(ctx, machine, func(x *tx) error { return x.report(r, s.now()) })
	if err != nil {
		return fmt.Errorf("taking a delivery receipt: %w", err)
	}
	return nil
}

const insertReport = `INSERT INTO report (account, event_id, message_id, key, state, kind, code, reason, at, part_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (account, event_id) DO NOTHING`

func (x *tx) report(r Report, now time.Time) error {
	if r.At.IsZero() {
		r.At = now
	}
	r.EventID, r.MessageID, r.Key = name(r.EventID), name(r.MessageID), name(r.Key)
	r.Kind, r.Code, r.Reason = clean(r.Kind), clean(r.Code), clean(r.Reason)
	if err := x.meet(r.Account, r.MessageID); err != nil {
		return err
	}
	part, err := x.findPart(r)
	if err != nil {
		return err
	}
	n, err := x.exec(insertReport, r.Account, r.EventID, r.MessageID, r.Key, r.State, r.Kind, r.Code, r.Reason, micros(r.At), part)
	if err != nil || n == 0 || part == 0 {
		return err
	}
	return x.apply(part, r, now)
}

// meet makes a receipt and the end of its attempt see each other: without it, each of two transactions at
// the same moment would miss what the other writes.
func (x *tx) meet(account, messageID string) error {
	if messageID == "" {
		return nil
	}
	return x.takeTurns("message", account, messageID)
}

func (x *tx) findPart(r Report) (int64, error) {
	var found []int64
	var err error
	if r.Key != "" {
		err = x.all(&found, `SELECT id FROM outbox_part WHERE key = ? AND account = ?`, r.Key, r.Account)
	}
	if err == nil && len(found) == 0 && r.MessageID != "" {
		err = x.all(&found, `SELECT id FROM outbox_part WHERE account = ? AND external_id = ? AND external_id <> '' ORDER BY id LIMIT 1`, r.Account, r.MessageID)
	}
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0], nil
}

// apply moves a part forward; what was delivered never becomes less than that by an older "sent".
func (x *tx) apply(part int64, r Report, now time.Time) error {
	var was struct {
		Outbox int64  `db:"outbox_id"`
		State  string `db:"state"`
		Done   int64  `db:"done_at"`
	}
	if err := x.get(&was, `SELECT outbox_id, state, done_at FROM outbox_part WHERE id = ?`, part); err != nil {
		return err
	}
	if was.State == r.State || was.State == "delivered" || (was.State == "failed" && r.State == "sent") {
		return nil
	}
	done := was.Done
	if done == 0 {
		done = micros(now)
	}
	if _, err := x.exec(`UPDATE outbox_part SET state = ?, kind = ?, code = ?, reason = ?, done_at = ?, external_id = CASE WHEN external_id = '' THEN ? ELSE external_id END
		WHERE id = ?`, r.State, r.Kind, r.Code, r.Reason, done, r.MessageID, part); err != nil {
		return err
	}
	if err := x.endParcel(was.Outbox, Fate{State: r.State, Reason: r.Reason}, now); err != nil {
		return err
	}
	if r.State != "failed" || r.Kind != "unreachable" && !r.Bounce {
		return nil
	}
	var a Address
	if err := x.QueryRowContext(x.ctx, x.dialect.bind(`SELECT address_kind, address FROM outbox WHERE id = ?`), was.Outbox).Scan(&a.Kind, &a.Value); err != nil {
		return err
	}
	if r.Kind != "unreachable" {
		return x.soft(a, r.Reason, now)
	}
	return x.markAddress(a, "unreachable", r.Reason, now)
}

// matchEarly applies the receipts that came before the part had its platform's name.
func (x *tx) matchEarly(account, externalID string, part int64, now time.Time) error {
	rows, err := x.QueryContext(x.ctx, x.dialect.bind(`SELECT event_id, state, kind, code, reason, at FROM report
		WHERE account = ? AND message_id = ? AND part_id = 0 ORDER BY at, event_id`), account, externalID)
	if err != nil {
		return err
	}
	var early []Report
	err = drain(rows, func() error {
		r := Report{Account: account, MessageID: externalID}
		err := rows.Scan(&r.EventID, &r.State, &r.Kind, &r.Code, &r.Reason, stamp{&r.At})
		early = append(early, r)
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range early {
		if _, err := x.exec(`UPDATE report SET part_id = ? WHERE account = ? AND event_id = ?`, part, account, r.EventID); err != nil {
			return err
		}
		if err := x.apply(part, r, now); err != nil {
			return err
		}
	}
	return nil
}
