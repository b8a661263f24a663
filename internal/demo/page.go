package demo

import (
	_ "embed"
	"html/template"
	"net/http"
	"time"
)

const patience = 10 * time.Second

//go:embed page.html
var pageText string

// pages is parsed once; a fault in it is a programmer's.
var pages = template.Must(template.New("page").Parse(pageText))

// view is what the page shows of one channel.
type view struct {
	Name, Title, Hint string
	Subject           bool
	Lines             []line
}

func viewOf(p phone) view {
	title, hint := p.Title()
	return view{Name: p.Name(), Title: title, Hint: hint, Subject: p.Name() == "mail", Lines: p.Lines()}
}

func (d *Demo) page(w http.ResponseWriter, _ *http.Request) {
	var views []view
	for _, p := range d.phones {
		views = append(views, viewOf(p))
	}
	d.render(w, "page", views)
}

func (d *Demo) transcript(w http.ResponseWriter, r *http.Request) {
	p, ok := d.phone(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	d.render(w, "lines", viewOf(p))
}

func (d *Demo) render(w http.ResponseWriter, name string, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; form-action 'self'; base-uri 'none'")
	pages.ExecuteTemplate(w, name, data) // a broken connection is the only way to fail
}
