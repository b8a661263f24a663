package app

import (
	"context"
	"time"

	"tanggap/bot"
	"tanggap/tickets"
)

// heedEvery is the time between two looks for incidents that staff opened, changed or closed.
const heedEvery = 2 * time.Second

// takeUpAfter is when a task should have ended where it was begun.
const takeUpAfter = 30 * time.Second

// heed tells the bot which incidents hold new reports, on every node by itself. It ends with ctx.
func (a *App) heed(ctx context.Context) {
	crowd := bot.NewCrowd(bot.NewDesk(a.bot, a.store))
	for {
		if err := crowd.Heed(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("reading incidents", "cause", err)
		}
		if !wait(ctx, heedEvery) {
			return
		}
	}
}

// crowds tends incidents, and goes on with what a crash or a slow database left undone for the members of incidents. What is begun
// in the console is done there at once; a task is taken up here when it should have ended.
func (a *App) crowds(ctx context.Context, _ tickets.Lease) {
	crowd := bot.NewCrowd(bot.NewDesk(a.bot, a.store))
	for wait(ctx, heedEvery) {
		if err := crowd.Tend(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("tending incidents", "cause", err)
		}
		all, err := crowd.Unfinished(ctx)
		if err != nil && ctx.Err() == nil {
			a.log.Error("reading what is to be done for incidents", "cause", err)
		}
		for _, task := range all {
			if a.store.Now().Sub(task.At) < takeUpAfter {
				continue
			}
			if err := crowd.Run(ctx, task); err != nil && ctx.Err() == nil {
				a.log.Error("working on an incident", "cause", err)
			}
		}
	}
}
