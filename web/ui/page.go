package ui

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
)

// Pages is where a bundle's pages are added; Err tells what was wrong with any of them.
type Pages struct {
	ui     *UI
	bundle Bundle
	errs   []error
}

// Pages begins the pages of the bundle of a name.
func (u *UI) Pages(bundle string) *Pages {
	p := &Pages{ui: u, bundle: u.bundles[bundle]}
	if p.bundle.Files == nil {
		p.errs = append(p.errs, fmt.Errorf("there is no bundle %s", bundle))
	}
	return p
}

// Err is what was wrong with the pages added.
func (p *Pages) Err() error { return errors.Join(p.errs...) }

// Page is one kind of page, whose template takes a T. The zero Page is none.
type Page[T any] struct {
	ui   *UI
	name string
	sets map[string]*template.Template // by language
}

// Frame is what stands around a page. The zero value is a page with nothing but the city's name.
type Frame struct {
	Status  int    // 0 is 200
	Home    string // where the city's name leads, "" is "/"
	Nav     []Link
	User    string // who is signed in, "" nobody
	Own     string // where that name leads, "" nowhere
	SignOut string // where the form to sign out goes, "" for none
	Alerts  []Link // what the person should know on every page; Name is of the family "alert"
	Wide    bool   // for tables: as wide as the screen
	Private bool   // for one reader: asks search engines to stay away
	Foot    []Link // in the footer
}

// Link is one of the places in the header or the footer; Name is of the family "nav".
type Link struct {
	Path, Name string
	Current    bool
}

// Add reads the template file of a page and executes it with a sample in every language: what fails
// then would fail in use.
func Add[T any](p *Pages, file string, sample T) Page[T] {
	page := Page[T]{ui: p.ui, name: p.bundle.Name + "/" + file, sets: map[string]*template.Template{}}
	if p.bundle.Files == nil {
		return page
	}
	for _, lang := range languages {
		set, err := p.ui.base[lang].Clone()
		if err == nil {
			err = parts(set, p.bundle)
		}
		if err == nil {
			_, err = set.ParseFS(p.bundle.Files, "templates/"+file)
		}
		if err == nil {
			page.sets[lang] = set
			err = rehearse(set, layout{Frame: Frame{}, Page: sample, City: p.ui.cityName(), Path: "/"})
		}
		if err != nil {
			p.errs = append(p.errs, fmt.Errorf("page %s in %s: %w", page.name, lang, err))
		}
	}
	return page
}

// rehearse renders a page for nobody. What html/template refuses to write in a place it replaces by a sign,
// without an error.
func rehearse(set *template.Template, l layout) error {
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, "layout", l); err != nil {
		return err
	}
	if bytes.Contains(b.Bytes(), []byte("ZgotmplZ")) {
		return errors.New("a value is not safe where it stands, such as the scheme of a link")
	}
	return nil
}

func parts(set *template.Template, b Bundle) error {
	if b.Name == "ui" {
		return nil // they are in the base
	}
	_, err := set.ParseFS(b.Files, "templates/_*.html")
	if err != nil && bytes.Contains([]byte(err.Error()), []byte("matches no files")) {
		return nil
	}
	return err
}

// layout is the dot of the layout's template.
type layout struct {
	Frame
	Page  any
	City  string
	Path  string // of this page, to come back to
	Flash string
}

// Write renders the page in the caller's language. It writes all of it, or a page that says that
// something went wrong.
func (p Page[T]) Write(w http.ResponseWriter, r *http.Request, f Frame, data T) {
	u := p.ui
	l := layout{Frame: f, Page: data, City: u.cityName(), Path: "/", Flash: u.takeFlash(w, r)}
	if r.Method == http.MethodGet {
		l.Path = r.URL.RequestURI()
	}
	var b bytes.Buffer
	if err := p.sets[u.Language(r)].ExecuteTemplate(&b, "layout", l); err != nil {
		// Its text may quote what the page was to show.
		u.log.Error("a page could not be rendered", "kind", "template", "code", p.name)
		if p.name == u.failure.name {
			http.Error(w, "500", http.StatusInternalServerError)
			return
		}
		u.Fail(w, r, http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Language, Cookie")
	if f.Status != 0 {
		w.WriteHeader(f.Status)
	}
	_, _ = b.WriteTo(w) // an error is the caller's hanging up
}

func (u *UI) cityName() string {
	if u.city == nil {
		return "tanggap"
	}
	return u.city().Facts().Name
}
