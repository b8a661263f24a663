package app

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/router/dispatch"
	"tanggap/tickets"
)

const (
	leaseTime = 6 * time.Second
	// batch is how many senders one round of Process takes: large enough to spread a commit's cost,
	// small enough that on SQLite nobody waits long for the writer.
	batch = 128
)

// Run starts everything, and when ctx ends stops it in order: first what takes messages in, then
// what works on them. It returns nil after an orderly stop.
func (a *App) Run(ctx context.Context) error {
	defer a.Close()
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	public := a.server(a.Handler())
	failed := make(chan error, 2)
	go func() { failed <- public.Serve(a.listen) }()
	var admin *http.Server
	if a.admin != nil {
		admin = a.server(a.adminHandler())
		go func() { failed <- admin.Serve(a.admin) }()
	}
	a.clearSuspensions(ctx)
	a.start(ctx, run)
	a.ready.Store(true)
	a.log.Info("ready", "listen", a.Addr())

	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	a.ready.Store(false)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	public.Shutdown(grace) // what it cannot end in time, Close of the store refuses
	if admin != nil {
		admin.Shutdown(grace)
	}
	stop()
	a.loops.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

func (a *App) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       60 * time.Second,
		WriteTimeout:      90 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    32 << 10,
	}
}

// start begins the loops: those that take messages in end with ctx, the others with run.
func (a *App) start(ctx, run context.Context) {
	var sending []channels.Adapter
	for name, ad := range a.adapters {
		sending = append(sending, a.meters.sending(ad))
		if p, ok := ad.(channels.Poller); ok && a.polls(name) {
			a.loops.Go(func() { a.hold(ctx, "poll/"+name, func(ctx context.Context, _ tickets.Lease) { a.poll(ctx, p) }) })
		}
	}
	for name, ad := range a.adapters {
		if r, ok := ad.(channels.Registrar); ok && !a.polls(name) {
			a.loops.Go(func() { a.register(ctx, r) })
		}
	}
	out := dispatch.New(a.store, sending, dispatch.Options{Holder: a.holder, Log: a.log, Open: a.openFile, Allow: a.allowed})
	a.loops.Go(func() {
		if err := out.Run(run); err != nil {
			a.log.Error("dispatch ended", "cause", err)
		}
	})
	a.loops.Go(func() { a.hold(run, "processor", a.process) })
	a.loops.Go(func() { a.hold(run, "timers", a.timers) })
	a.loops.Go(func() { a.hold(run, "files", a.fetchFiles) })
}

// hold runs f while this process has the lease, and tries to get it while it has not.
func (a *App) hold(ctx context.Context, name string, f func(context.Context, tickets.Lease)) {
	for ctx.Err() == nil {
		lease, ok, err := a.store.Take(ctx, name, a.holder, leaseTime)
		if err != nil && ctx.Err() == nil {
			a.log.Error("taking a lease", "lease", name, "cause", err)
		}
		if !ok {
			wait(ctx, leaseTime/5)
			continue
		}
		a.holding(ctx, lease, f)
	}
}

// holding renews the lease beside f, and ends f when that fails for as long as the lease lasts.
func (a *App) holding(ctx context.Context, lease tickets.Lease, f func(context.Context, tickets.Lease)) {
	held, lose := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer lose()
		renewed := time.Now()
		for wait(held, leaseTime/3) {
			l, ok, err := a.store.Take(held, lease.Name, a.holder, leaseTime)
			switch {
			case err == nil && ok && l.Fence == lease.Fence:
				renewed = time.Now()
			case err == nil || time.Since(renewed) > leaseTime*2/3:
				return
			}
		}
	}()
	f(held, lease)
	lose()
	<-done
	free, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if err := a.store.Drop(free, lease); err != nil {
		a.log.Debug("a lease runs out by itself", "lease", lease.Name, "cause", err)
	}
}

// wait sleeps for d; false when ctx ended first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// poll keeps an account polling. What no waiting mends is shown on the account, and tried again now
// and then, since the platform may have been mended.
func (a *App) poll(ctx context.Context, p channels.Poller) {
	for ctx.Err() == nil {
		err := p.Poll(ctx, a.inbox)
		if err == nil || ctx.Err() != nil {
			continue
		}
		a.log.Error("polling stopped", "account", p.Name(), "kind", channels.KindOf(err), "cause", err)
		state := ""
		if channels.KindOf(err) == channels.Suspended {
			state = "suspended"
		}
		if err := a.store.SetAccount(ctx, p.Name(), state, err.Error()); err != nil && ctx.Err() == nil {
			a.log.Error("noting an account's state", "account", p.Name(), "cause", err)
		}
		wait(ctx, time.Minute)
	}
}

// register tells a platform where to call us, until it has heard.
func (a *App) register(ctx context.Context, r channels.Registrar) {
	for back := time.Second; ; back = min(2*back, 10*time.Minute) {
		err := r.Register(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		a.log.Error("telling the platform where to call us", "account", r.Name(), "kind", channels.KindOf(err), "cause", err, "wait", back)
		if !wait(ctx, back) {
			return
		}
	}
}

// process turns inbox rows into tickets, woken by arrivals and looking by itself for what other
// nodes took in and for what was held.
func (a *App) process(ctx context.Context, lease tickets.Lease) {
	var workers sync.WaitGroup
	for worker := range tickets.Workers {
		workers.Go(func() { a.processShare(ctx, lease, tickets.Share{Worker: worker, Of: tickets.Workers, Max: batch}) })
	}
	workers.Wait()
}

func (a *App) processShare(ctx context.Context, lease tickets.Lease, share tickets.Share) {
	for ctx.Err() == nil {
		began := time.Now()
		round, err := a.store.Process(ctx, lease, share, bot.Mentions, a.bot.Decide)
		switch {
		case errors.Is(err, tickets.ErrLost):
			return
		case err != nil && ctx.Err() == nil:
			a.log.Error("processing", "cause", err)
			wait(ctx, time.Second)
			continue
		}
		a.meters.processed(round.Rows, time.Since(began))
		if round.Senders > 0 {
			continue
		}
		idle, cancel := context.WithTimeout(ctx, 250*time.Millisecond)
		select {
		case <-a.store.Wake(share.Worker):
		case <-idle.Done():
		}
		cancel()
	}
}

// timers fires what is due. One that fails waits longer each time and holds up no other.
func (a *App) timers(ctx context.Context, _ tickets.Lease) {
	for wait(ctx, 500*time.Millisecond) {
		due, err := a.store.Due(ctx, 100)
		if err != nil && ctx.Err() == nil {
			a.log.Error("reading timers", "cause", err)
			continue
		}
		for _, t := range due {
			err := a.store.Fire(ctx, t, a.bot.Timer(t))
			if err == nil || ctx.Err() != nil {
				continue
			}
			a.log.Error("firing a timer", "kind", t.Kind, "ticket", t.Subject, "cause", err)
			back := time.Minute << min(t.Tries, 10)
			if err := a.store.Postpone(ctx, t, time.Now().Add(back)); err != nil && ctx.Err() == nil {
				a.log.Error("postponing a timer", "kind", t.Kind, "ticket", t.Subject, "cause", err)
			}
		}
	}
}

// clearSuspensions lets accounts work again that were stopped for a reason which an operator has
// mended by now, or will be told of again.
func (a *App) clearSuspensions(ctx context.Context) {
	accounts, err := a.store.Accounts(ctx)
	if err != nil {
		a.log.Error("reading accounts", "cause", err)
	}
	for _, acc := range accounts {
		if acc.State != "suspended" {
			continue
		}
		if err := a.store.SetAccount(ctx, acc.Name, "", ""); err != nil {
			a.log.Error("noting an account's state", "account", acc.Name, "cause", err)
		}
	}
}
