package app

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tanggap/bot"
	"tanggap/internal/config"
	"tanggap/tickets/asked"
	"tanggap/tickets/breaker"
	"tanggap/tickets/figures"
	"tanggap/tickets/oncall"
	"tanggap/tickets/originals"
	"tanggap/tickets/quality"
	"tanggap/tickets/staff"
	"tanggap/tickets/triage"
	"tanggap/web/console"
	"tanggap/web/portal"
	"tanggap/web/rules"
	"tanggap/web/ui"
)

// makePages makes what people see in a browser: one UI of every package's bundle, then each package's
// handler.
func (a *App) makePages() error {
	public, err := a.portalOptions()
	if err != nil {
		return fmt.Errorf("making the pages: %w", err)
	}
	from := func(r *http.Request) string { return ui.Caller(r, public.Proxies).String() }
	bundles := []ui.Bundle{console.Bundle(), rules.Bundle(), portal.Bundle()}
	if a.extra.Handler != nil {
		bundles = append(bundles, a.extra.Bundle)
	}
	a.ui, err = ui.New(ui.Options{Log: a.log, City: a.City, PublicURL: a.cfg.Server.PublicURL}, bundles...)
	var book *rules.Book
	if err == nil {
		book, err = rules.New(rules.Options{
			UI: a.ui, City: a.City, Mind: a.Mind, Pack: a.Loaded, Aside: a.Aside, Edits: a.edits, Heed: a.HeedEdits, Asked: asked.New(a.store).Last, Log: a.log,
		})
	}
	if err == nil {
		desk := bot.NewDesk(a.bot, a.store)
		a.console, err = console.New(console.Options{
			UI: a.ui, Store: a.store, Desk: desk, Crowd: bot.NewCrowd(desk), Alike: a.alikeTo, Staff: staff.New(a.store), City: a.City, Mind: a.Mind, File: a.files.Get, From: from, Log: a.log,
			Emergencies: figures.New(a.store).Emergencies, Judged: quality.New(a.store).Since, Waiting: triage.New(a.store).Waiting, Accounts: a.consoleAccounts, Ours: a.ours, URL: a.publicURL(),
			Rules: book, Mails: originals.New(a.store), Breaker: breaker.New(a.store, a.limits()), Seen: oncall.New(a.store).Seen, Told: oncall.New(a.store).Of,
			Contacts: func(ctx context.Context) ([]bot.Contact, error) { return a.posts.Contacts(ctx) }, // made after the pages
		})
	}
	if err == nil {
		a.portal, err = portal.New(a.ui, a.store, a.passes, bot.NewDesk(a.bot, a.store), public)
	}
	if err == nil && a.extra.Handler != nil {
		a.playing, err = a.extra.Handler(a)
	}
	if err != nil {
		return fmt.Errorf("making the pages: %w", err)
	}
	return nil
}

// consoleAccounts are the configured ones.
func (a *App) consoleAccounts() (all []console.Account) {
	for name, ad := range a.adapters {
		all = append(all, console.Account{Name: name, Channel: ad.Capabilities().Channel})
	}
	return all
}

// ours reports whether citizens write to a mail address.
func (a *App) ours(mail string) bool {
	return slices.ContainsFunc(a.cfg.Accounts, func(acc config.Account) bool {
		m, ok := acc.Channel.(*config.Email)
		return ok && strings.EqualFold(m.Address, mail)
	})
}

// publicURL is where people reach the pages.
func (a *App) publicURL() string {
	if a.cfg.Server.PublicURL == "" {
		return "http://" + a.cfg.Server.Listen
	}
	return a.cfg.Server.PublicURL
}

// pages mounts them. What no route knows gets the page that says so.
func (a *App) pages(mux *http.ServeMux) {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /assets/{hash}/{name}", a.ui.Assets)
	routes.HandleFunc("POST /language", a.ui.SetLanguage)
	a.console(routes)
	mux.Handle("/", a.ui.Serve(routes))
	for _, path := range portal.Paths() {
		mux.Handle(path, a.portal.Handler())
	}
	if a.playing != nil {
		mux.Handle("/playground", a.playing)
		mux.Handle("/playground/", a.playing)
	}
}
