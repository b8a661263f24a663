package app

import (
	"context"
	"time"

	"tanggap/bot/alert"
	"tanggap/internal/config"
	"tanggap/tickets"
)

// newAlerts is what wakes those on call, as the configuration says.
func (a *App) newAlerts() *alert.Alerts {
	return alert.New(a.store, alert.Options{
		City: a.City, URL: a.cfg.Server.PublicURL, After: time.Duration(a.cfg.OnCall.After), Gather: time.Duration(a.cfg.OnCall.Gather),
		Account: a.reaching, Allow: a.allowed, Tests: a.cfg.Server.Mode == config.Pilot,
	})
}

// onCall wakes those on call. A lease keeps two processes from trying the same, and is not what keeps
// them from telling it twice.
func (a *App) onCall(ctx context.Context, _ tickets.Lease) {
	for wait(ctx, noticeEvery) {
		if _, err := a.alerts.Tell(ctx); err != nil && ctx.Err() == nil {
			a.log.Error("telling those on call", "cause", err)
		}
	}
}

// OnCall tells who is on call, with a store that the caller has opened, without running anything: for
// `tanggap check` and `tanggap oncall`.
func OnCall(ctx context.Context, cfg *config.Config, store *tickets.Store) ([]alert.Contact, error) {
	a, err := beside(cfg, store)
	if err != nil {
		return nil, err
	}
	return a.newAlerts().Contacts(ctx)
}
