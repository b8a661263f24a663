package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"tanggap/channels"
	"tanggap/tickets"
)

const (
	settle    = 5 * time.Second  // that a platform is given before it is asked what it has
	doubtWait = 15 * time.Second // before what may have arrived is sent once more
	lastWait  = 20 * time.Second // for an answer, when tanggap is told to stop
	askFor    = 48 * time.Hour   // that a platform which cannot answer is asked
	maxLost   = 3                // attempts at one part that a process may die in
	dbWait    = 20 * time.Second // that writing down an outcome is tried
)

// delivery is one parcel on its way through one attempt at one of its parts.
type delivery struct {
	*line
	parcel *tickets.Parcel
	result result
}

// guarded keeps one parcel that breaks us from taking everyone else's along: it comes back when its
// lease ends.
func (d *delivery) guarded(ctx context.Context) {
	defer func() {
		if recover() != nil {
			d.log.Error("working on a parcel", "outbox", d.parcel.ID, "kind", "panic")
		}
	}()
	d.run(ctx)
}

// run makes at most one attempt. The next part, or the next try, is another claim.
func (d *delivery) run(ctx context.Context) {
	p := d.parcel
	safe := context.WithoutCancel(ctx) // what has begun is brought to its end
	kind, reason := d.refusal(p, time.Now())
	if len(p.Parts) == 0 {
		if reason == "" && d.held(safe) {
			return
		}
		if err := d.store.Render(safe, p, texts(p.Text, d.caps.Text)); err != nil {
			d.trouble("rendering", err)
			return
		}
	}
	part := next(p)
	switch {
	case part == nil:
		d.trouble("finding a part", errors.New("all parts are out"))
	case open(part) && d.caps.Finds:
		d.ask(ctx, part)
	case reason != "":
		if open(part) {
			reason = "may have arrived; not sent once more: " + reason
		}
		d.end(safe, part, 0, tickets.Fate{State: "failed", Kind: string(kind), Reason: reason})
	case !part.InFlight.IsZero() && part.Doubts >= maxLost:
		d.end(safe, part, 0, tickets.Fate{State: "failed", Kind: string(channels.UnknownSent), Reason: "may have arrived, more than once; tanggap stopped during each attempt"})
	case ctx.Err() != nil:
		d.release(safe, time.Now())
	default:
		d.attempt(ctx, part)
	}
}

// held reports whether the breaker holds the parcel back, or cannot say: then it is asked again when the lease ends.
// Only mail is asked about, for only there programs answer programs.
func (d *delivery) held(ctx context.Context) bool {
	if d.o.Breaker == nil || d.caps.Addresses != channels.Mail {
		return false
	}
	pass, fresh, err := d.o.Breaker.Pass(ctx, d.parcel)
	if err != nil {
		d.trouble("asking the breaker", err)
		return true
	}
	if fresh {
		d.log.Warn("a storm: automatic answers are held back", "outbox", d.parcel.ID, "kind", "storm")
	}
	return !pass
}

// next is the part to work on: the first that is not out.
func next(p *tickets.Parcel) *tickets.Part {
	for i := range p.Parts {
		if !p.Parts[i].Out() {
			return &p.Parts[i]
		}
	}
	return nil
}

// open tells whether an earlier attempt at the part may have arrived and has not been asked about.
func open(part *tickets.Part) bool { return part.State == "uncertain" || !part.InFlight.IsZero() }

// attempt hands the part to the platform, once. When stopping ends, so does the time for it, soon.
func (d *delivery) attempt(stopping context.Context, part *tickets.Part) {
	p, ctx := d.parcel, context.WithoutCancel(stopping)
	attempt, err := d.store.Begin(ctx, p, part, d.timeout+slack)
	if err != nil {
		d.trouble("beginning an attempt", err)
		return
	}
	log := d.log.With("outbox", p.ID, "ticket", p.TicketID, "attempt", attempt)
	if part.Doubts > 0 {
		log.Warn("sending once more what may have arrived", "kind", string(channels.UnknownSent))
	}
	out, err := d.message(ctx, p, part)
	if err != nil {
		d.end(ctx, part, attempt, tickets.Fate{State: "queued", Kind: string(channels.Temporary), Reason: "the store did not answer", Again: time.Now().Add(settle), Free: true})
		return
	}
	began := time.Now()
	if until := d.holdsUntil(); until.After(began) {
		d.end(ctx, part, attempt, tickets.Fate{State: "queued", Kind: string(channels.Throttled), Reason: "the platform wants us to wait", Again: until, Free: true})
		return
	}
	receipt, err := d.send(stopping, out)
	d.result.called = true
	fate := d.judge(part, receipt, err, time.Now())
	d.result.kind = fate.Kind
	d.hold(fate.HoldUntil)
	if err != nil {
		said := detail(err)
		log.LogAttrs(ctx, levelOf(fate), "not sent", slog.String("kind", fate.Kind), slog.String("code", said.Code), slog.Duration("wait", max(0, time.Until(fate.Again))))
	} else {
		log.Debug("sent", "wait", time.Since(began))
	}
	d.end(ctx, part, attempt, fate)
	if fate.State == "sent" || fate.State == "delivered" {
		if next(p) != nil {
			d.release(ctx, time.Now().Add(d.result.gap))
		}
	}
}

// send bounds the call, and keeps an adapter that panics from taking everyone else's messages along.
func (d *delivery) send(stopping context.Context, out channels.Outbound) (receipt channels.Receipt, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(stopping), d.timeout)
	defer cancel()
	defer context.AfterFunc(stopping, func() {
		select {
		case <-time.After(lastWait):
			cancel()
		case <-ctx.Done():
		}
	})()
	defer func() {
		if recover() != nil {
			err = channels.Errorf(channels.UnknownSent, "panic", "the adapter broke down")
		}
	}()
	return d.adapter.Send(ctx, out)
}

// ask finds out what became of an attempt whose outcome is unknown.
func (d *delivery) ask(ctx context.Context, part *tickets.Part) {
	safe := context.WithoutCancel(ctx)
	p, now := d.parcel, time.Now()
	finder, ok := d.adapter.(channels.Finder)
	if !ok {
		d.trouble("asking the platform", errors.New("the adapter says that it finds, and cannot"))
		return
	}
	if ready := part.InFlight.Add(settle); !part.InFlight.IsZero() && now.Before(ready) {
		d.release(safe, ready)
		return
	}
	bounded, cancel := context.WithTimeout(safe, d.timeout)
	defer cancel()
	out, err := d.message(bounded, p, part)
	var receipt channels.Receipt
	var found bool
	if err == nil {
		d.result.called = true
		receipt, found, err = finder.Find(bounded, out, part.FirstAt)
	}
	log := d.log.With("outbox", p.ID, "ticket", p.TicketID)
	switch {
	case err != nil:
		d.unanswered(safe, part, err, time.Now())
	case found:
		log.Info("the platform has what may not have arrived", "kind", string(channels.UnknownSent))
		d.end(safe, part, 0, tickets.Fate{State: stateOf(receipt), ExternalID: receipt.MessageID, Segments: receipt.Segments})
		if next(p) != nil {
			d.release(safe, time.Now().Add(d.result.gap))
		}
	default:
		log.Info("the platform has nothing of an attempt", "kind", string(channels.UnknownSent))
		d.end(safe, part, 0, tickets.Fate{State: "queued", Again: now})
	}
}

// unanswered leaves the question open for later, and for good after two days.
func (d *delivery) unanswered(ctx context.Context, part *tickets.Part, err error, now time.Time) {
	said := detail(err)
	age := now.Sub(part.FirstAt)
	wait := min(max(age/4, 2*settle), time.Hour)
	switch {
	case age > askFor:
		d.end(ctx, part, 0, tickets.Fate{State: "failed", Kind: string(channels.UnknownSent), Reason: "may have arrived; the platform could not be asked for two days"})
		return
	case said.Kind == channels.Throttled:
		wait = max(said.RetryAfter, settle)
		d.hold(now.Add(wait))
	case said.Kind == channels.Suspended:
		if err := d.store.SetAccount(ctx, d.name, "suspended", said.Reason); err != nil {
			d.log.Error("stopping the account", "kind", "store")
		}
		wait = 0
	}
	d.log.Warn("asking the platform", "outbox", d.parcel.ID, "kind", string(said.Kind), "code", said.Code, "wait", wait)
	d.release(ctx, now.Add(wait))
}

// end writes a fate down, as long as it takes within reason: what is not written is a doubt later.
func (d *delivery) end(ctx context.Context, part *tickets.Part, attempt int64, f tickets.Fate) {
	ctx, cancel := context.WithTimeout(ctx, dbWait)
	defer cancel()
	for wait := 100 * time.Millisecond; ; wait *= 2 {
		err := d.store.End(ctx, d.parcel, part, attempt, f)
		if err == nil {
			break
		}
		d.trouble("writing an outcome down", err)
		if errors.Is(err, tickets.ErrLost) {
			return // another holder goes on with it
		}
		select {
		case <-time.After(wait):
			continue
		case <-ctx.Done():
			return
		}
	}
	d.result.again = f.Again
}

func (d *delivery) release(ctx context.Context, until time.Time) {
	d.result.again = until
	ctx, cancel := context.WithTimeout(ctx, dbWait)
	defer cancel()
	if err := d.store.Release(ctx, d.parcel, until); err != nil {
		d.trouble("giving a parcel back", err)
	}
}

// trouble is told without the error's text, which may quote a statement's values.
func (d *delivery) trouble(doing string, err error) {
	kind := "store"
	if errors.Is(err, tickets.ErrLost) {
		kind = "lost"
	}
	d.log.Warn(doing, "outbox", d.parcel.ID, "kind", kind)
}
