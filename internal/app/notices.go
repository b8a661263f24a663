package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/internal/config"
	"tanggap/tickets"
)

// noticeEvery is the time between two looks for what agencies are to be told.
const noticeEvery = 2 * time.Second

// newNotices is what tells agencies of their work, as the configuration says.
func (a *App) newNotices() *bot.Notices {
	c := a.cfg.Notices
	o := bot.NoticeOptions{
		URL: strings.TrimSuffix(a.cfg.Server.PublicURL, "/"), Gather: time.Duration(c.Gather), Account: a.reaching, Allow: a.allowed, Workday: a.workday,
	}
	if a.alerts != nil {
		o.Groups = a.alerts.Groups
	}
	if at, err := c.DailyAt(); err == nil {
		o.Daily = at
	}
	return bot.NewNotices(a.bot, a.store, o)
}

// reaching is the account that agencies and those on call are written to through: the one that the configuration names,
// else the first that can write to such an address at any time.
func (a *App) reaching(kind channels.AddressKind) (string, channels.Capabilities, bool) {
	wanted := map[channels.AddressKind]string{channels.Mail: a.cfg.Notices.MailAccount, channels.TelegramID: a.cfg.Notices.TelegramAccount, channels.Tel: a.cfg.OnCall.SMSAccount}[kind]
	for _, acc := range a.cfg.Accounts {
		ad, ok := a.adapters[acc.Name]
		if !ok || wanted != "" && wanted != acc.Name {
			continue
		}
		if caps := ad.Capabilities(); caps.Addresses == kind && !caps.Mute && caps.ReplyWindow == 0 {
			return acc.Name, caps, true
		}
	}
	return "", channels.Capabilities{}, false
}

// workday is an instant on the wall clock of a zone, and whether its offices work on that day.
func (a *App) workday(at time.Time, zone string) (time.Time, bool) {
	calendar := a.pack.Load().calendar
	if zone != "" {
		if c, err := calendar.In(zone); err == nil {
			calendar = c
		}
	}
	local := at.In(calendar.Zone())
	y, m, d := local.Date()
	ny, nm, nd := calendar.Next(time.Date(y, m, d, 0, 0, 0, 0, local.Location())).Date()
	return local, y == ny && m == nm && d == nd
}

// notices tells agencies of their work. It runs beside the workers of the processor, under its lease.
func (a *App) notices(ctx context.Context, lease tickets.Lease) {
	if !a.cfg.Notices.Enabled {
		return
	}
	for wait(ctx, noticeEvery) {
		_, err := a.posts.Tell(ctx, lease)
		switch {
		case errors.Is(err, tickets.ErrLost):
			return
		case err != nil && ctx.Err() == nil:
			a.log.Error("telling agencies", "cause", err)
		}
	}
}

// Contacts tells how the agencies hear of their work, with a store that the caller has opened, without
// running anything: for `tanggap check` and `tanggap agency`.
func Contacts(ctx context.Context, cfg *config.Config, store *tickets.Store) ([]bot.Contact, error) {
	a, err := beside(cfg, store)
	if err != nil {
		return nil, err
	}
	return a.newNotices().Contacts(ctx)
}

// beside is an App that runs nothing, for what commands ask.
func beside(cfg *config.Config, store *tickets.Store) (*App, error) {
	p, err := loadPack(cfg.City)
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, store: store, log: slog.New(slog.DiscardHandler), bot: bot.New(p.city, bot.Options{})}
	a.pack.Store(p)
	if a.adapters, err = makeAdapters(cfg, platformClient(), a.log); err != nil {
		return nil, err
	}
	return a, nil
}
