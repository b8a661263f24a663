package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/internal/config"
	"tanggap/migrations"
	"tanggap/tickets"
	"tanggap/tickets/figures"
)

// Usage is what an account carried, in the units that it is paid by.
type Usage struct {
	Account string
	Channel string
	Paid    bool
	Unit    string // "segment" or "message"
	Tickets int
	In, Out int // units from citizens, and to them
}

// Usages counts what each account carried since a time, in the configuration's order. gone are accounts that
// said something to citizens, and that the configuration does not have any more.
func Usages(ctx context.Context, cfg *config.Config, store *tickets.Store, since time.Time) (all []Usage, gone []string, err error) {
	if all, err = usages(cfg); err != nil {
		return nil, nil, err
	}
	counts := figures.New(store)
	opened, err := counts.Opened(ctx, since)
	if err != nil {
		return nil, nil, err
	}
	at := map[string]*Usage{}
	for i := range all {
		all[i].Tickets = opened[all[i].Account]
		at[all[i].Account] = &all[i]
	}
	err = counts.EachCarried(ctx, since, func(c figures.Carried) {
		if u, ok := at[c.Account]; ok {
			u.add(c)
		} else if !c.Inbound && !slices.Contains(gone, c.Account) {
			gone = append(gone, c.Account)
		}
	})
	return all, gone, err
}

func usages(cfg *config.Config) (all []Usage, err error) {
	adapters, err := makeAdapters(cfg, platformClient(), slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	for _, acc := range cfg.Accounts {
		caps := adapters[acc.Name].Capabilities()
		u := Usage{Account: acc.Name, Channel: caps.Channel, Paid: caps.Paid, Unit: "message"}
		if caps.Text.Unit == channels.Segments {
			u.Unit = "segment"
		}
		all = append(all, u)
	}
	return all, nil
}

func (u *Usage) add(c figures.Carried) {
	n := c.Segments
	if u.Unit == "message" {
		n = 1
	} else if n == 0 {
		n = max(1, sms.Segments(c.Text))
	}
	if c.Inbound {
		u.In += n
	} else {
		u.Out += n
	}
}

// The case that Rehearse plays: what a citizen writes, what the agency says, and what the citizen answers.
const (
	sampleReport  = "Lampu jalan di depan sekolah mati sudah tiga hari, gelap sekali kalau malam"
	sampleOutcome = "Lampu sudah kami ganti hari ini dan sudah menyala kembali."
	sampleAnswer  = "SUDAH"
)

// Rehearse plays one case through on every paid account, in a store of its own that is thrown away, and
// counts what it takes: the report, its receipt, the outcome with the question whether it is so, the answer
// and what is said to that. Tickets is 1 in each.
func Rehearse(ctx context.Context, cfg *config.Config) (all []Usage, err error) {
	dir, err := os.MkdirTemp("", "tanggap-costs-")
	if err != nil {
		return nil, fmt.Errorf("playing a case: %w", err)
	}
	defer os.RemoveAll(dir)
	url := "sqlite:" + filepath.Join(dir, "t.db")
	if err := migrations.UpURL(ctx, url); err != nil {
		return nil, err
	}
	store, err := tickets.Open(ctx, url, tickets.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	p, err := loadPack(cfg.City)
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, store: store, log: slog.New(slog.DiscardHandler)}
	a.pack.Store(p)
	if err := a.makeBot(Options{}); err != nil {
		return nil, err
	}
	if all, err = usages(cfg); err != nil {
		return nil, err
	}
	for i := range all {
		if !all[i].Paid {
			continue
		}
		if err := a.rehearse(ctx, &all[i], fmt.Sprintf("+6281000000%03d", i)); err != nil {
			return nil, fmt.Errorf("playing a case: %w", err)
		}
	}
	return all, nil
}

// rehearse plays the case of a citizen of the account's own, whose number is nobody's.
func (a *App) rehearse(ctx context.Context, u *Usage, number string) error {
	if err := a.says(ctx, u.Account, number, sampleReport); err != nil {
		return err
	}
	newest, _, err := a.store.List(ctx, tickets.Filter{Limit: 1})
	if err != nil || len(newest) == 0 || newest[0].Return.Account != u.Account {
		return errors.Join(err, errors.New("the report became no ticket"))
	}
	act := tickets.Act{Ticket: newest[0].ID, By: "rehearsal", Once: tickets.Once{Scope: "rehearsal", Key: u.Account, Request: "1"}}
	if err := bot.NewDesk(a.bot, a.store).Move(ctx, act, tickets.Step{To: tickets.Resolved, Text: sampleOutcome}); err != nil {
		return err
	}
	if err := a.says(ctx, u.Account, number, sampleAnswer); err != nil {
		return err
	}
	thread, err := a.store.Thread(ctx, newest[0].ID)
	if err != nil {
		return err
	}
	u.Tickets = 1
	for _, l := range thread {
		switch l.Direction {
		case tickets.In:
			u.add(figures.Carried{Inbound: true, Text: l.Text})
		case tickets.Out:
			u.add(figures.Carried{Text: sms.Fit(l.Text)})
		}
	}
	return nil
}

// says lets a citizen say something, and decides what it means.
func (a *App) says(ctx context.Context, account, number, text string) error {
	event := "rehearsal:" + text
	err := bot.NewInbox(a.store).Accept(ctx, channels.Inbound{
		Account: account, Kind: channels.Message, EventID: event, MessageID: event, From: channels.Address{Kind: channels.Tel, Value: number}, Text: text, Raw: []byte(text), RawType: "text/plain", SentAt: time.Now(),
	})
	if err != nil {
		return err
	}
	lease, ok, err := a.store.Take(ctx, "processor", "rehearsal", time.Minute)
	if err != nil || !ok {
		return errors.Join(err, errors.New("the processor's lease is taken"))
	}
	for {
		round, err := a.store.Process(ctx, lease, tickets.Share{Max: 10}, bot.Mentions, a.bot.Decide)
		if err != nil || round.Senders == 0 {
			return err
		}
	}
}
