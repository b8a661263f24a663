package app

import (
	"fmt"
	"net/http"

	"tanggap/web/ui"
)

// makePages makes what people see in a browser: one UI of every package's bundle, then each package's
// handler.
func (a *App) makePages() error {
	var err error
	a.ui, err = ui.New(ui.Options{Log: a.log, City: a.City, PublicURL: a.cfg.Server.PublicURL})
	if err != nil {
		return fmt.Errorf("making the pages: %w", err)
	}
	return nil
}

// pages mounts them. What no route knows gets the page that says so.
func (a *App) pages(mux *http.ServeMux) {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /assets/{hash}/{name}", a.ui.Assets)
	routes.HandleFunc("POST /language", a.ui.SetLanguage)
	mux.Handle("/", a.ui.Serve(routes))
	if a.extra != nil {
		mux.Handle("/{$}", a.extra)
		mux.Handle("/playground", a.extra)
		mux.Handle("/playground/", a.extra)
	}
}
