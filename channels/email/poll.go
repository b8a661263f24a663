package email

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// How many mails go to the Inbox at once, at most, and how many bytes before it is asked to take them.
const (
	batchMails = 32
	batchBytes = 4 << 20
)

// refusals is how often in a row a login must be refused before it counts: servers also refuse when
// they are busy.
const refusals = 3

// clockSkew is how far our clock and the mailbox's may be apart.
const clockSkew = 24 * time.Hour

// position is how far the mailbox has been read. Its text is the account's cursor.
type position struct {
	validity uint32
	uid      uint32 // the last that is done
	// base is the last UID that was there when this numbering was first seen, and since when the account
	// was first started: what is up to base and arrived before since is from before our time.
	base  uint32
	since time.Time
}

// String is "UIDVALIDITY:UID:base:since", padded so that later ones compare greater.
func (p position) String() string {
	return fmt.Sprintf("%010d:%010d:%010d:%010d", p.validity, p.uid, p.base, p.since.Unix())
}

func parsePosition(s string) (position, error) {
	var p position
	var since int64
	if _, err := fmt.Sscanf(s, "%d:%d:%d:%d", &p.validity, &p.uid, &p.base, &since); err != nil {
		return position{}, errors.New("reading the cursor: it is not one of a mailbox")
	}
	p.since = time.Unix(since, 0).UTC()
	return p, nil
}

// past reports whether m, with uid p.uid, lay in the mailbox before our time.
func (p position) past(m wire.Mail, skew time.Duration) bool {
	return p.uid <= p.base && m.Arrived.Before(p.since.Add(-skew))
}

// lately is how old a mail may be at the account's first start and still be new: who wrote while the
// account was being set up is answered.
const lately = time.Hour

// Poll delivers new mail until ctx ends. At the account's first start it begins with what came lately,
// and remembers that at once where the Inbox is a channels.Marker; where it is none, or with
// Config.ImportPast, what is there from before is delivered too, mute.
func (a *Adapter) Poll(ctx context.Context, in channels.Inbox) error {
	wait, refused := a.retry, 0
	r := &reader{Adapter: a, in: in, read: func(m wire.Mail) []channels.Inbound { return []channels.Inbound{a.inbound(m)} }}
	r.marker, _ = in.(channels.Marker)
	r.sent = a.sentReader(r.marker)
	for ctx.Err() == nil {
		worked, err := r.follow(ctx)
		if ctx.Err() != nil {
			return nil
		}
		var e *channels.Error
		if errors.As(err, &e) && e.Kind == channels.Suspended {
			if refused++; refused >= refusals {
				return err
			}
		} else {
			refused = 0
		}
		if worked {
			wait = a.retry
		}
		code := "inbox"
		if e != nil {
			code = e.Code
		}
		pause := wait/2 + rand.N(wait/2+1)
		a.log.Warn("mailbox lost, trying again", "kind", channels.KindOf(err), "code", code, "wait", pause)
		sleep(ctx, pause)
		wait = min(2*wait, retryMost)
	}
	return nil
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// reader is one run of Poll.
type reader struct {
	*Adapter
	in     channels.Inbox
	marker channels.Marker // in, where it is one
	read   func(wire.Mail) []channels.Inbound
	sent   *sentReader // nil for none
	first  position    // of an account's first start, until the Inbox has a cursor of its own
}

// follow reads the mailbox over one connection until something breaks. worked is whether it got anywhere.
func (r *reader) follow(ctx context.Context) (worked bool, err error) {
	s, err := r.imap.Login(ctx)
	if err != nil {
		return false, err
	}
	defer s.Close()
	idles := s.Idles()
	for {
		s.Hear()
		b, err := s.Open()
		if err != nil {
			return worked, err
		}
		p, err := r.position(ctx, s, b)
		if err != nil {
			return worked, err
		}
		got, err := r.take(ctx, s, p, b)
		worked = worked || got || err == nil
		if err != nil {
			return worked, err
		}
		longest := r.config.IdleFor
		if r.sent != nil {
			longest = min(longest, sentEvery)
			if more, err := r.sent.visit(ctx, s, b); err != nil {
				return worked, err
			} else if more {
				continue
			}
		}
		if idles {
			err = s.Idle(ctx, longest)
		} else {
			sleep(ctx, r.config.PollEvery)
		}
		if err != nil || ctx.Err() != nil {
			return worked, err
		}
	}
}

// position is where to go on, by the Inbox's cursor and the mailbox's numbering.
func (r *reader) position(ctx context.Context, s *wire.Mailbox, b wire.Box) (position, error) {
	cursor, err := r.in.Cursor(ctx, r.name)
	if err != nil {
		return position{}, fmt.Errorf("asking for the cursor: %w", err)
	}
	p := r.first
	switch {
	case cursor != "":
		if p, err = parsePosition(cursor); err != nil {
			return position{}, err
		}
	case p.since.IsZero():
		p = position{validity: b.Validity, base: b.Next - 1, since: time.Now().UTC().Truncate(time.Second).Add(-lately)}
		if r.marker != nil && !r.config.ImportPast {
			first, err := s.Since(p.since)
			if err != nil {
				return position{}, err
			}
			p.uid = p.base
			if first > 0 {
				p.uid = min(first-1, p.base)
			}
		}
		r.first = p
		return p, r.mark(ctx, p)
	}
	if p.validity != b.Validity {
		// Every mail has a new number. What was taken is known by its EventID, so all is read again.
		r.log.Warn("mailbox renumbered, reading it again")
		p = position{validity: b.Validity, base: b.Next - 1, since: p.since}
		return p, r.mark(ctx, p)
	}
	return p, nil
}

// mark makes p durable where the Inbox can.
func (r *reader) mark(ctx context.Context, p position) error {
	if r.marker == nil {
		return nil
	}
	if err := r.marker.Mark(ctx, r.name, p.String()); err != nil {
		return fmt.Errorf("marking the place in the mailbox: %w", err)
	}
	return nil
}

// take delivers what came after p, and reports whether it got any further.
func (r *reader) take(ctx context.Context, s *wire.Mailbox, p position, b wire.Box) (got bool, err error) {
	if b.Next <= p.uid+1 {
		return false, nil
	}
	uids, err := s.After(p.uid)
	if err != nil {
		return false, err
	}
	var batch []channels.Inbound
	size, skipped := 0, false
	deliver := func() error {
		if len(batch) == 0 {
			return nil
		}
		if err := r.in.Accept(ctx, batch...); err != nil {
			return fmt.Errorf("handing mail to the inbox: %w", err)
		}
		batch, size, got = nil, 0, true
		return nil
	}
	var broken error
	for _, uid := range uids {
		var m wire.Mail
		var found bool
		if m, found, broken = s.Fetch(uid, r.config.MaxMessage); broken != nil {
			break
		}
		p.uid = uid
		switch {
		case !found:
		case r.marker != nil && !r.config.ImportPast && p.past(m, clockSkew):
			skipped = true
		default:
			messages := r.read(m)
			for i := range messages {
				messages[i].Cursor, messages[i].Mute = p.String(), p.past(m, 0)
			}
			batch = append(batch, messages...)
			size += len(messages) * len(m.Raw)
			skipped = skipped || len(messages) == 0
		}
		if len(batch) >= batchMails || size >= batchBytes {
			if err := deliver(); err != nil {
				return got, err
			}
		}
	}
	// Also what came before the line broke: over one that breaks again and again nothing else would get further.
	if err := deliver(); err != nil {
		return got, err
	}
	if skipped {
		if err := r.mark(ctx, p); err != nil {
			return got, err
		}
		got = true
	}
	return got, broken
}
