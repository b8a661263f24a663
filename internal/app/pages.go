package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"tanggap/bot"
	"tanggap/internal/config"
	"tanggap/tickets/staff"
	"tanggap/web/console"
	"tanggap/web/ui"
)

// makePages makes what people see in a browser: one UI of every package's bundle, then each package's
// handler.
func (a *App) makePages() error {
	var err error
	a.ui, err = ui.New(ui.Options{Log: a.log, City: a.City, PublicURL: a.cfg.Server.PublicURL}, console.Bundle())
	if err == nil {
		a.console, err = console.New(console.Options{
			UI: a.ui, Store: a.store, Desk: bot.NewDesk(a.bot, a.store), Staff: staff.New(a.store), City: a.City, File: a.files.Get, From: from, Log: a.log,
			Accounts: a.consoleAccounts, Ours: a.ours, URL: a.consoleURL(),
			Contacts: func(ctx context.Context) ([]bot.Contact, error) { return a.posts.Contacts(ctx) }, // made after the pages
		})
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

// consoleURL is where people reach the console.
func (a *App) consoleURL() string {
	if a.cfg.Server.PublicURL == "" {
		return "http://" + a.cfg.Server.Listen
	}
	return a.cfg.Server.PublicURL
}

// from is the caller's network address.
func from(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// pages mounts them. What no route knows gets the page that says so.
func (a *App) pages(mux *http.ServeMux) {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /assets/{hash}/{name}", a.ui.Assets)
	routes.HandleFunc("POST /language", a.ui.SetLanguage)
	a.console(routes)
	mux.Handle("/", a.ui.Serve(routes))
	if a.extra != nil {
		mux.Handle("/{$}", a.extra)
		mux.Handle("/playground", a.extra)
		mux.Handle("/playground/", a.extra)
	}
}
