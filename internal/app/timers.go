package app

import (
	"context"
	"time"

	"tanggap/tickets"
)

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

// sweepEvery is the time between two looks for what has served its time.
const sweepEvery = 10 * time.Minute

// sweep takes away what has served its time, a little at once.
func (a *App) sweep(ctx context.Context, _ tickets.Lease) {
	for ctx.Err() == nil {
		n, err := a.store.Sweep(ctx)
		if err == nil && n == 0 {
			n, err = a.passes.Sweep(ctx)
		}
		switch {
		case err != nil && ctx.Err() == nil:
			a.log.Error("sweeping", "cause", err)
		case n > 0:
			continue
		}
		wait(ctx, sweepEvery)
	}
}
