package tickets

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Parcel is an intent that dispatch has leased: nobody else works on it until the lease ends.
type Parcel struct {
	ID        int64 // of the message
	TicketID  int64
	Purpose   string
	Via       Return
	Subject   string
	Text      string
	Author    string
	Choices   []Choice
	Automatic bool
	Files     []Attachment
	Parts     []Part    // none before the first Render
	Stopped   bool      // the citizen shut this address out, or it cannot be reached
	Barred    string    // which of the two: "stopped" or "unreachable"
	LastInAt  time.Time // when the citizen last wrote from this address, on any account
	holder    int64
}

// Part is one platform message of a parcel. It never changes once rendered.
type Part struct {
	ID         int64
	N          int // from 1
	Key        string
	Text       string
	State      string // queued, sent, delivered, failed, uncertain
	Tries      int    // attempts that count
	Doubts     int    // attempts that may have arrived although we were not told
	ExternalID string
	FirstAt    time.Time // of the first attempt
	// InFlight is when an attempt began that nobody ended: the process died during it.
	InFlight time.Time
}

// Out reports whether the part left, so that it must never be sent again.
func (p *Part) Out() bool { return p.State == "sent" || p.State == "delivered" || p.State == "failed" }

// The limit is written out: for a parameter PostgreSQL plans as if all were wanted.
const claimParcels = `UPDATE outbox SET lease_until = ?, holder = ? WHERE id IN (
		SELECT o.id FROM outbox o WHERE o.account = ? AND o.done_at = 0 AND o.next_at <= ? AND o.lease_until < ?
		AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.account = o.account AND p.address = o.address AND p.done_at = 0 AND p.id < o.id)
		ORDER BY o.next_at, o.id LIMIT %d%s) RETURNING id`

const readParcel = `SELECT o.id, o.ticket_id, o.purpose, o.account, o.address_kind, o.address, o.thread, o.reply_to, o.choices, o.automatic,
	m.channel, m.subject, m.text, m.author, COALESCE(a.state, ''), COALESCE(a.last_in_at, 0)
	FROM outbox o JOIN message m ON m.id = o.id LEFT JOIN address a ON a.kind = o.address_kind AND a.value = o.address WHERE o.id = ?`

const readParts = `SELECT p.id, p.n, p.key, p.text, p.state, p.tries, p.doubts, p.external_id, p.first_at,
	COALESCE((SELECT max(t.at) FROM attempt t WHERE t.part_id = p.id AND t.outcome = ''), 0) AS in_flight
	FROM outbox_part p WHERE p.outbox_id = ? ORDER BY p.n`

// Claim leases at most n due parcels of the account for ttl: of each address only the oldest that
// is not done, so that order holds per citizen.
func (s *Store) Claim(ctx context.Context, account string, n int, ttl time.Duration) ([]Parcel, error) {
	lock := ""
	if s.dialect == postgres {
		lock = " FOR UPDATE SKIP LOCKED"
	}
	now, holder := micros(s.now()), s.ids.next()
	var parcels []Parcel
	err := s.inTx(ctx, machine, func(x *tx) error {
		parcels = nil
		var due []int64
		err := x.all(&due, fmt.Sprintf(claimParcels, n, lock), now+ttl.Microseconds(), holder, account, now, now)
		for _, id := range due {
			if err == nil {
				var p Parcel
				p, err = x.parcel(id)
				p.holder = holder
				parcels = append(parcels, p)
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claiming: %w", err)
	}
	return parcels, nil
}

func (x *tx) parcel(id int64) (Parcel, error) {
	var p Parcel
	err := x.QueryRowContext(x.ctx, x.dialect.bind(readParcel), id).Scan(&p.ID, &p.TicketID, &p.Purpose, &p.Via.Account, &p.Via.Address.Kind,
		&p.Via.Address.Value, &p.Via.Thread, &p.Via.ReplyTo, asJSON{&p.Choices}, &p.Automatic, &p.Via.Channel, &p.Subject, &p.Text, &p.Author, &p.Barred,
		stamp{&p.LastInAt})
	if err != nil {
		return p, err
	}
	p.Stopped = p.Barred != ""
	rows, err := x.QueryContext(x.ctx, x.dialect.bind(readParts), id)
	if err != nil {
		return p, err
	}
	err = drain(rows, func() error {
		var q Part
		err := rows.Scan(&q.ID, &q.N, &q.Key, &q.Text, &q.State, &q.Tries, &q.Doubts, &q.ExternalID, stamp{&q.FirstAt}, stamp{&q.InFlight})
		p.Parts = append(p.Parts, q)
		return err
	})
	if err != nil {
		return p, err
	}
	rows, err = x.QueryContext(x.ctx, x.dialect.bind(`SELECT `+attachmentColumns+` FROM attachment WHERE message_id = ? ORDER BY id`), id)
	if err != nil {
		return p, err
	}
	return p, drain(rows, func() error {
		var a Attachment
		err := rows.Scan(a.targets()...)
		p.Files = append(p.Files, a)
		return err
	})
}

// Chain returns the platform's names of what was said before the part between its address and us, oldest first, the
// last 50: what a mail refers to. At every attempt it is the same, and an agency is told of no citizen's message.
func (s *Store) Chain(ctx context.Context, p *Parcel, part *Part) (ids []string, err error) {
	heard := p.ID
	if p.Purpose == ToAgency {
		heard = 0
	}
	err = s.read.SelectContext(ctx, &ids, s.dialect.bind(`SELECT external_id FROM (
		SELECT m.id AS id, m.external_id AS external_id FROM message m WHERE m.ticket_id = ? AND m.id < ? AND m.account = ? AND m.external_id <> ''
		UNION ALL SELECT p.id, p.external_id FROM message m JOIN outbox o ON o.id = m.id JOIN outbox_part p ON p.outbox_id = o.id
			WHERE m.ticket_id = ? AND o.account = ? AND o.address = ? AND p.id < ? AND p.external_id <> ''
		) x ORDER BY id DESC LIMIT 50`), p.TicketID, heard, p.Via.Account, p.TicketID, p.Via.Account, clean(p.Via.Address.Value), part.ID)
	if err != nil {
		return nil, fmt.Errorf("reading a thread's names: %w", err)
	}
	slices.Reverse(ids)
	return ids, nil
}

// Render fixes a parcel's parts, once; a parcel that has parts keeps them.
func (s *Store) Render(ctx context.Context, p *Parcel, texts []string) error {
	if len(p.Parts) > 0 {
		return nil
	}
	var parts []Part
	var rows [][]any
	for i, text := range texts {
		id := s.ids.next()
		q := Part{ID: id, N: i + 1, Key: strconv.FormatInt(id, 36), Text: clean(text), State: "queued"}
		parts = append(parts, q)
		rows = append(rows, []any{q.ID, p.ID, int64(q.N), p.Via.Account, q.Key, q.Text, q.State, int64(0), int64(0), "", int64(0), "", "", "", int64(0), int64(0)})
	}
	err := s.inTx(ctx, machine, func(x *tx) error {
		if err := x.hold(p); err != nil {
			return err
		}
		return x.insertAll(partTable, rows)
	})
	if err != nil {
		return fmt.Errorf("rendering: %w", err)
	}
	p.Parts = parts
	return nil
}

// hold proves that the parcel is still this holder's; its row lock keeps it so.
func (x *tx) hold(p *Parcel) error {
	n, err := x.exec(`UPDATE outbox SET holder = holder WHERE id = ? AND holder = ? AND done_at = 0`, p.ID, p.holder)
	if err == nil && n != 1 {
		err = ErrLost
	}
	return err
}

// Begin notes, durably, that the part is about to be handed to the platform, and extends the lease:
// only so can a crash tell "may have been sent" from "was taken".
func (s *Store) Begin(ctx context.Context, p *Parcel, part *Part, ttl time.Duration) (attempt int64, err error) {
	now := s.now()
	attempt = s.ids.next()
	var doubts int64
	err = s.inTx(ctx, machine, func(x *tx) error {
		n, err := x.exec(`UPDATE outbox SET lease_until = ? WHERE id = ? AND holder = ? AND done_at = 0`, micros(now.Add(ttl)), p.ID, p.holder)
		if err != nil {
			return err
		}
		if n != 1 {
			return ErrLost
		}
		// What an earlier process left open is closed in the same breath: it is a doubt from now on.
		doubts, err = x.exec(`UPDATE attempt SET outcome = 'lost', ended_at = ? WHERE part_id = ? AND outcome = ''`, micros(now), part.ID)
		if err != nil {
			return err
		}
		if _, err := x.exec(`UPDATE outbox_part SET tries = tries + 1, doubts = doubts + ?, first_at = CASE WHEN first_at = 0 THEN ? ELSE first_at END
			WHERE id = ?`, doubts, micros(now), part.ID); err != nil {
			return err
		}
		_, err = x.exec(`INSERT INTO attempt (id, part_id, holder, at, ended_at, outcome, code) VALUES (?, ?, ?, ?, 0, '', '')`,
			attempt, part.ID, p.holder, micros(now))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("beginning an attempt: %w", err)
	}
	part.Tries++
	part.Doubts += int(doubts)
	part.InFlight = time.Time{}
	if part.FirstAt.IsZero() {
		part.FirstAt = now
	}
	return attempt, nil
}

// Release gives a parcel back without an attempt, to be claimed again not before until.
func (s *Store) Release(ctx context.Context, p *Parcel, until time.Time) error {
	return s.inTx(ctx, machine, func(x *tx) error {
		_, err := x.exec(`UPDATE outbox SET lease_until = 0, next_at = ? WHERE id = ? AND holder = ? AND done_at = 0`, micros(until), p.ID, p.holder)
		return err
	})
}

// Hurry makes the account's parcels that wait after a failure due at once: its platform is back. What
// was asked to go later, or is held, stays.
func (s *Store) Hurry(ctx context.Context, account string) error {
	now := micros(s.now())
	return s.inTx(ctx, machine, func(x *tx) error {
		_, err := x.exec(`UPDATE outbox SET next_at = ? WHERE account = ? AND done_at = 0 AND next_at > ? AND state = 'queued' AND reason <> '' AND lease_until < ?`, now, account, now, now)
		return err
	})
}
