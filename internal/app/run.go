package app

import (
	"context"
	"errors"
	"log"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/router/dispatch"
	"tanggap/tickets"
	"tanggap/tickets/breaker"
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
	defer public.Close()
	failed := make(chan error, 2)
	go func() { failed <- public.Serve(a.listen) }()
	var admin *http.Server
	if a.admin != nil {
		admin = a.server(a.adminHandler())
		defer admin.Close()
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
	if public.Shutdown(grace) != nil {
		public.Close() // what did not end in time is not acknowledged, and comes again
	}
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
		ReadHeaderTimeout: a.headers,
		ReadTimeout:       a.request,
		WriteTimeout:      90 * time.Second,
		IdleTimeout:       120 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          log.New(complaints{a.log}, "", 0),
	}
}

// complaints are what net/http says about connections: addresses of callers, and whatever a handler
// panicked with. Only that there was one is kept.
type complaints struct{ log *slog.Logger }

// Write notes one.
func (c complaints) Write(p []byte) (int, error) {
	c.log.Debug("a connection failed", "kind", "http")
	return len(p), nil
}

// start begins the loops: those that take messages in end with ctx, the others with run.
func (a *App) start(ctx, run context.Context) {
	teacher := a.teacher()
	teacher.tryLook(ctx) // nothing is decided before the router knows what it knew
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
	out := dispatch.New(a.store, sending, dispatch.Options{Holder: a.holder, Log: a.log, Open: a.openFile, Allow: a.allowed, Breaker: breaker.New(a.store, a.limits())})
	a.loops.Go(func() {
		if err := out.Run(run); err != nil {
			a.log.Error("dispatch ended", "cause", err)
		}
	})
	a.loops.Go(func() { a.hold(run, "processor", a.process) })
	a.loops.Go(func() { a.hold(run, "timers", a.timers) })
	a.loops.Go(func() { a.hold(run, "oncall", a.onCall) })
	a.loops.Go(func() { a.hold(run, "files", a.fetchFiles) })
	a.loops.Go(func() { a.hold(run, "sweep", a.sweep) })
	a.loops.Go(func() { teacher.learn(run) })
	a.loops.Go(func() { a.heed(run) })
	a.loops.Go(func() { a.compare(run) })
	a.loops.Go(func() { a.hold(run, "incidents", a.crowds) })
	a.loops.Go(func() { a.followEdits(run) })
	a.loops.Go(func() { a.portal.Run(run) })
}

// hold runs f while this process has the lease, and tries to get it while it has not.
func (a *App) hold(ctx context.Context, name string, f func(context.Context, tickets.Lease)) {
	for ctx.Err() == nil {
		lease, ok, err := a.take(ctx, name)
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

// take takes or renews a lease, in less than its time: a connection that has died without a word must
// not look like a lease that is held.
func (a *App) take(ctx context.Context, name string) (tickets.Lease, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseTime/3)
	defer cancel()
	return a.store.Take(ctx, name, a.holder, leaseTime)
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
			l, ok, err := a.take(held, lease.Name)
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

// process turns inbox rows into tickets, woken by arrivals and looking by itself for what other
// nodes took in and for what was held.
func (a *App) process(ctx context.Context, lease tickets.Lease) {
	if err := errors.Join(a.alerts.Load(ctx), a.posts.Heed(ctx)); err != nil && ctx.Err() == nil {
		a.log.Error("reading agencies' chats", "cause", err)
		wait(ctx, time.Second)
		return // and is held anew: what is said in agencies' chats must not become reports
	}
	var workers sync.WaitGroup
	for worker := range tickets.Workers {
		workers.Go(func() { a.processShare(ctx, lease, tickets.Share{Worker: worker, Of: tickets.Workers, Max: batch}) })
	}
	workers.Go(func() { a.notices(ctx, lease) })
	workers.Wait()
}

func (a *App) processShare(ctx context.Context, lease tickets.Lease, share tickets.Share) {
	decide := a.meters.deciding(a.bot.Decide)
	for ctx.Err() == nil {
		began := time.Now()
		round, err := a.store.Process(ctx, lease, share, bot.Mentions, decide)
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
