package dispatch

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"tanggap/channels"
	"tanggap/tickets"
)

const (
	leaseTTL   = 15 * time.Second // of the account, so that pace holds across nodes
	leaseRenew = 5 * time.Second
	slack      = 30 * time.Second // that a parcel's lease is longer than a Send
)

// line serves one account. Its loop is one goroutine, which owns every field below held; each parcel
// taken has a goroutine of its own until its attempt is over.
type line struct {
	store   store
	adapter channels.Adapter
	name    string
	caps    channels.Capabilities
	o       Options
	log     *slog.Logger
	wake    chan struct{}
	held    atomic.Int64 // until when the platform wants us to wait, Unix nanoseconds

	timeout time.Duration // of one Send

	pace     *pace
	over     chan result
	underWay int
	lease    tickets.Lease
	renewAt  time.Time
	outage   outage
	again    time.Time // the earliest time that a parcel waits for, as far as we know
}

// result is what an attempt, or the lack of one, means for the account.
type result struct {
	key    string
	gap    time.Duration
	called bool      // the platform was asked to take something
	kind   string    // of the failure, "" for none
	again  time.Time // the parcel waits so long, zero where it does not
}

func newLine(s store, a channels.Adapter, o Options) *line {
	caps := a.Capabilities()
	return &line{
		store: s, adapter: a, name: a.Name(), caps: caps, o: o, log: o.Log.With("account", a.Name()),
		wake: make(chan struct{}, 1), timeout: max(o.Timeout, caps.Patience), pace: newPace(caps.Pace), over: make(chan result),
	}
}

// nudge makes the loop look at once.
func (l *line) nudge() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *line) run(ctx context.Context) {
	for ctx.Err() == nil {
		l.rest(ctx, l.turn(ctx))
	}
	for l.underWay > 0 {
		l.note(context.WithoutCancel(ctx), <-l.over)
	}
	if l.lease.Fence != 0 {
		if err := l.store.Drop(context.WithoutCancel(ctx), l.lease); err != nil {
			l.log.Warn("giving the account's lease back", "kind", "store")
		}
	}
}

// rest waits, at most until a time, for anything that makes another turn worth while.
func (l *line) rest(ctx context.Context, until time.Time) {
	wait := time.Until(until)
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.wake:
	case r := <-l.over:
		l.note(ctx, r)
	case <-ctx.Done():
	}
}

// note takes in how a parcel's goroutine ended.
func (l *line) note(ctx context.Context, r result) {
	l.underWay--
	l.pace.end(r.key, r.gap, r.called, time.Now())
	l.waitFor(r.again)
	if r.called && l.outage.over(r.kind, time.Now()) {
		l.log.Info("the platform is back")
		if err := l.store.Hurry(ctx, l.name); err != nil {
			l.log.Warn("hurrying what waits", "kind", "store")
		}
	}
}

// hold makes the account wait; it is never shortened. It is safe for concurrent use, so that what is
// on its way to the platform stops too.
func (l *line) hold(until time.Time) {
	for {
		was := l.held.Load()
		if until.IsZero() || until.UnixNano() <= was || l.held.CompareAndSwap(was, until.UnixNano()) {
			return
		}
	}
}

func (l *line) holdsUntil() time.Time { return time.Unix(0, l.held.Load()) }

func (l *line) waitFor(at time.Time) {
	if !at.IsZero() && (l.again.IsZero() || at.Before(l.again)) {
		l.again = at
	}
}

// turn takes what may be sent now, and tells when to look again at the latest.
func (l *line) turn(ctx context.Context) time.Time {
	now := time.Now()
	later := now.Add(l.o.Poll)
	if !l.open(ctx, now) {
		return later
	}
	if until := l.holdsUntil(); until.After(now) {
		return earlier(until, now.Add(leaseRenew))
	}
	n, at := l.pace.free(now, l.underWay)
	if n == 0 {
		return earlier(at, later)
	}
	parcels, err := l.store.Claim(ctx, l.name, n, l.timeout+slack)
	if err != nil {
		if ctx.Err() == nil {
			l.log.Error("taking from the outbox", "kind", "store")
		}
		return later
	}
	if !l.again.After(now) {
		l.again = time.Time{}
	}
	for i := range parcels {
		l.start(ctx, &parcels[i], now)
	}
	if len(parcels) == n {
		return now
	}
	return earlier(l.again, later)
}

// earlier is the earlier of two times, where a zero one does not count.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// open tells whether this process serves the account now, and nobody stopped it.
func (l *line) open(ctx context.Context, now time.Time) bool {
	if !now.Before(l.renewAt) {
		lease, ok, err := l.store.Take(ctx, "dispatch/"+l.name, l.o.Holder, leaseTTL)
		switch {
		case err != nil:
			if ctx.Err() == nil {
				l.log.Error("taking the account's lease", "kind", "store")
			}
			return false
		case !ok:
			l.lease = tickets.Lease{}
			return false
		}
		l.lease, l.renewAt = lease, now.Add(leaseRenew)
	}
	state, hold, err := l.store.Gate(ctx, l.name)
	if err != nil {
		if ctx.Err() == nil {
			l.log.Error("reading the account", "kind", "store")
		}
		return false
	}
	l.hold(hold)
	return state == ""
}

// start sends a parcel in a goroutine of its own, or gives it back where its conversation must wait.
func (l *line) start(ctx context.Context, p *tickets.Parcel, now time.Time) {
	key, gap := l.pace.thread(p)
	if ok, at := l.pace.start(key, gap, now); !ok {
		l.waitFor(at)
		if err := l.store.Release(ctx, p, at); err != nil {
			l.log.Warn("giving a parcel back", "outbox", p.ID, "kind", "store")
		}
		return
	}
	l.underWay++
	go func() {
		d := delivery{line: l, parcel: p, result: result{key: key, gap: gap}}
		defer func() { l.over <- d.result }()
		d.guarded(ctx)
	}()
}
