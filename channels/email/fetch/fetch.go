// Package fetch follows one folder of a mail server: by UIDVALIDITY and UID, which it keeps with what it hands
// over, never by flags or dates, and without a trace in the folder.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// Options are what a Reader follows, and how.
type Options struct {
	Account string
	Server  wire.Server
	Sent    string // the folder in which staff's mail program keeps what they answer past us; "" for none
	// Inbound makes of a mail what the Inbox takes, always something; Copied of one in Sent, maybe nothing.
	Inbound    func(wire.Mail) channels.Inbound
	Copied     func(wire.Mail) []channels.Inbound
	Past       Answer        // to what lay there before the first start; not given, people are asked
	MaxMessage int64         // bytes of a mail that is read whole
	IdleFor    time.Duration // how long one IDLE lasts at most
	PollEvery  time.Duration // between two looks where there is none
	Retry      time.Duration // the least wait before a broken connection is tried again
	Log        *slog.Logger
}

// retryMost is the longest wait before a broken connection is tried again.
const retryMost = time.Minute

// refusals is how often in a row a login must be refused before it counts: servers also refuse when
// they are busy. Between them we wait longer than for a broken line: who hammers is locked out.
const (
	refusals    = 3
	refusedWait = 20 // times the wait for a broken line
)

// lately is how old a mail may be at the account's first start and still be new: who wrote while the
// account was being set up is answered.
const lately = time.Hour

// Reader follows a folder. Poll may be called again after it ended, not beside itself.
type Reader struct {
	Options
	refused atomic.Bool // since a login was refused, none has gone well
}

// New is a Reader that has done nothing yet.
func New(o Options) *Reader { return &Reader{Options: o} }

// Poll delivers new mail until ctx ends. At the account's first start it begins with what came lately,
// remembers that at once where the Inbox is a channels.Marker, and asks what is to become of what lay there before;
// where it is none, that is delivered too, mute. It ends with an error of kind
// Suspended where the server refuses us: at once, when that was so at the end of the last Poll.
func (r *Reader) Poll(ctx context.Context, in channels.Inbox) error {
	wait, refused := r.Retry, 0
	if r.refused.Load() {
		refused = refusals - 1
	}
	run := &run{Reader: r, in: in, asks: true, read: func(m wire.Mail) []channels.Inbound { return []channels.Inbound{r.Inbound(m)} }}
	run.marker, _ = in.(channels.Marker)
	run.keeper, _ = in.(channels.Keeper)
	run.shelf = r.Account
	run.sent = r.sentReader(run.marker)
	for ctx.Err() == nil {
		worked, err := run.follow(ctx)
		if worked {
			wait, refused = r.Retry, 0
			r.refused.Store(false)
		}
		if ctx.Err() != nil {
			return nil
		}
		pause := wait/2 + rand.N(wait/2+1)
		e, ours := errors.AsType[*channels.Error](err)
		code := "inbox"
		if ours {
			code = e.Code
			pause = max(pause, e.RetryAfter)
		}
		if ours && e.Kind == channels.Suspended {
			if refused++; refused >= refusals {
				r.refused.Store(true)
				return err
			}
			pause *= refusedWait
		}
		r.Log.Warn("mailbox lost, trying again", "kind", channels.KindOf(err), "code", code, "wait", pause)
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

// run is one run of Poll.
type run struct {
	*Reader
	in     channels.Inbox
	marker channels.Marker // in, where it is one
	keeper channels.Keeper // in, where it is one
	shelf  string          // the name of what it keeps of this folder
	clear  bool            // nothing is left there of an earlier run
	read   func(wire.Mail) []channels.Inbound
	sent   *sentReader // nil for none
	asks   bool        // what is to become of the past
	first  position    // of an account's first start, until the Inbox has a cursor of its own
	bad    trouble

	badPast  trouble
	recallAt time.Time // the past is not read on before then

	recallSpan uint32
	left       bool // something was left to the people who are asked about the past
}

// follow reads the mailbox over one connection until something breaks. worked is whether it got anywhere.
func (r *run) follow(ctx context.Context) (worked bool, err error) {
	if err := r.leftovers(ctx); err != nil {
		return false, err
	}
	s, err := r.Server.Login(ctx)
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
		switch more, err := r.recall(ctx, s, p, b); {
		case err != nil:
			return worked, err
		case more && ctx.Err() == nil:
			continue
		}
		longest := r.IdleFor
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
			sleep(ctx, r.PollEvery)
		}
		if err != nil || ctx.Err() != nil {
			return worked, err
		}
	}
}

// position is where to go on, by the Inbox's cursor and the mailbox's numbering.
func (r *run) position(ctx context.Context, s *wire.Mailbox, b wire.Box) (position, error) {
	cursor, err := r.in.Cursor(ctx, r.Account)
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
		if r.marker != nil {
			first, err := s.Since(p.since)
			if err != nil {
				return position{}, err
			}
			p.uid = p.base
			if first > 0 {
				p.uid = min(first-1, p.base)
			}
			if r.asks {
				err = r.ask(ctx, s, p, b)
			}
			if err != nil {
				return position{}, err
			}
		}
		r.first = p
		return p, r.mark(ctx, p)
	}
	if p.validity != b.Validity || !b.Guessed && b.Next <= p.uid {
		// Every mail has a new number, also where the server does not say so and counts from below again.
		return r.renumbered(ctx, s, b, p)
	}
	return p, nil
}

// newestMost is how many mails of a renumbered mailbox are read before the rest, which then goes on beside new mail.
const newestMost = 500

// renumbered begins again in a mailbox whose mails have new numbers. What was taken is known by its EventID, so all
// is read again: first what may have come since, then, where new mail goes on, the rest.
func (r *run) renumbered(ctx context.Context, s *wire.Mailbox, b wire.Box, old position) (position, error) {
	r.Log.Warn("mailbox renumbered, reading it again", "messages", b.Messages)
	p := position{validity: b.Validity, base: b.Next - 1, since: old.since, arrived: old.arrived}
	if r.marker != nil && r.asks {
		first := uint32(1)
		if !old.arrived.IsZero() {
			var err error
			if first, err = s.Since(old.arrived.Add(-2 * clockSkew)); err != nil {
				return position{}, err
			}
		}
		if b.Messages > newestMost { // where a restored mailbox has all of them arrive today, the date does not help
			top, err := s.At(b.Messages - newestMost + 1)
			if err != nil {
				return position{}, err
			}
			first = max(first, top)
		}
		p.uid = p.base
		if first > 0 {
			p.uid = min(first-1, p.base)
		}
		if err := write(ctx, r.marker, r.Account+againMark, Past{Validity: p.validity, Next: 1, Last: p.uid}); err != nil {
			return position{}, err
		}
	}
	return p, r.mark(ctx, p)
}

// mark makes p durable where the Inbox can.
func (r *run) mark(ctx context.Context, p position) error {
	r.first = p
	if r.marker == nil {
		return nil
	}
	if err := r.marker.Mark(ctx, r.Account, p.String()); err != nil {
		return fmt.Errorf("marking the place in the mailbox: %w", err)
	}
	return nil
}
