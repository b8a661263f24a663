package app

import (
	"fmt"
	"net"
	"net/http"

	"tanggap/bot"
	"tanggap/tickets/staff"
	"tanggap/web/console"
	"tanggap/web/ui"
)

// makePages makes what people see in a browser: one UI of every package's bundle, then each package's
// handler.
func (a *App) makePages() error {
	bundles := []ui.Bundle{console.Bundle()}
	if a.extra.Handler != nil {
		bundles = append(bundles, a.extra.Bundle)
	}
	var err error
	a.ui, err = ui.New(ui.Options{Log: a.log, City: a.City, PublicURL: a.cfg.Server.PublicURL}, bundles...)
	if err == nil {
		a.console, err = console.New(console.Options{
			UI: a.ui, Store: a.store, Desk: bot.NewDesk(a.bot, a.store), Staff: staff.New(a.store), City: a.City, File: a.files.Get, From: from, Log: a.log,
		})
	}
	if err == nil && a.extra.Handler != nil {
		a.playing, err = a.extra.Handler(a)
	}
	if err != nil {
		return fmt.Errorf("making the pages: %w", err)
	}
	return nil
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
	if a.playing != nil {
		mux.Handle("/{$}", a.playing)
		mux.Handle("/playground", a.playing)
		mux.Handle("/playground/", a.playing)
	}
}
