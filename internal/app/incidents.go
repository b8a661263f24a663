package app

import (
	"context"
	"time"

	"tanggap/bot"
	"tanggap/tickets"
	"tanggap/tickets/incidents"
)

// heedEvery is the time between two looks for incidents that staff opened, changed or closed.
const heedEvery = 2 * time.Second

// heed tells the bot which incidents hold new reports, on every node by itself. It ends with ctx.
func (a *App) heed(ctx context.Context) {
	store := incidents.New(a.store)
	for {
		all, err := store.Current(ctx)
		switch {
		case err == nil:
			a.bot.SetIncidents(all)
		case ctx.Err() == nil:
			a.log.Error("reading incidents", "cause", err)
		}
		if !wait(ctx, heedEvery) {
			return
		}
	}
}

// crowds goes on with what a crash or a slow database left undone for the members of incidents. What is begun
// in the console is done there at once; a task is taken up here when it should have ended.
func (a *App) crowds(ctx context.Context, _ tickets.Lease) {
	store, crowd := incidents.New(a.store), bot.NewCrowd(bot.NewDesk(a.bot, a.store))
	for wait(ctx, heedEvery) {
		all, err := store.Unfinished(ctx)
		if err != nil && ctx.Err() == nil {
			a.log.Error("reading what is to be done for incidents", "cause", err)
		}
		for _, task := range all {
			if err := crowd.Run(ctx, task); err != nil && ctx.Err() == nil {
				a.log.Error("working on an incident", "cause", err)
			}
		}
	}
}
