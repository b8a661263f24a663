// Package ui is what the pages of the console and the portal share: the layout, the words in Indonesian
// and English, the style sheet, error pages, and the rules that every page is served under. Pages are
// rendered on the server and work without JavaScript.
//
// A package of pages brings a Bundle: a folder with words.tsv, templates/ and perhaps assets/. The app
// makes one UI of all bundles; New refuses words that are missing, are not used, or differ in their
// placeholders. A page is a struct and a template beside it:
//
//	type queuePage struct{ Tickets []row }
//
//	set := u.Pages("console")
//	queue := ui.Add(set, "queue.html", queuePage{Tickets: []row{{}}}) // a sample: it is executed at once
//	if err := set.Err(); err != nil { … }
//	…
//	queue.Write(w, r, ui.Frame{Nav: nav}, queuePage{…})
//
// templates/queue.html defines "title" and "main", both with the struct as dot; files whose names begin
// with an underscore are parts for all pages of their bundle (embed them with all:templates). Templates
// have these functions:
//
//	{{t "queue.title"}}  {{t "queue.more" "count" 5}}   words, with what stands in {braces}
//	{{tf "state" .State}}                               the word "state.triage" of a family, see Bundle
//	{{when .At}} {{day .At}} {{iso .At}}                times in the city's zone: for people, and for datetime=
//	{{asset "ui.css"}} {{lang}}
//
// The handler of the pages is wrapped by Serve. A form that was accepted ends with Redirect.
package ui

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"tanggap/router"
)

//go:embed words.tsv all:templates assets
var own embed.FS

// Bundle is what a package of pages brings.
type Bundle struct {
	Name  string
	Files fs.FS // words.tsv, templates/*.html, assets/*
	// Families are words that templates choose by a value: the family "state" with the value "triage"
	// is the key state.triage. Two bundles may add to the same family.
	Families map[string][]string
	// Keys are used by code and by no template.
	Keys []string
}

// Options of New.
type Options struct {
	Log       *slog.Logger
	City      func() *router.City // asked at each page, so that a reload of the pack takes effect
	PublicURL string              // of the configuration: where it is https, cookies are for https alone
	Now       func() time.Time    // the clock, for tests
}

// UI renders pages. It is safe for concurrent use.
type UI struct {
	log     *slog.Logger
	city    func() *router.City
	now     func() time.Time
	secure  bool
	words   *words
	assets  assets
	bundles map[string]Bundle
	base    map[string]*template.Template // layout and parts, by language
	guard   *http.CrossOriginProtection
	failure Page[failure]
	zones   zones
}

// New reads and checks the bundles, beside what the package has itself.
func New(o Options, bundles ...Bundle) (*UI, error) {
	u := &UI{log: o.Log, city: o.City, now: o.Now, bundles: map[string]Bundle{}, base: map[string]*template.Template{}}
	if u.log == nil {
		u.log = slog.New(slog.DiscardHandler)
	}
	if u.now == nil {
		u.now = time.Now
	}
	all := append([]Bundle{{Name: "ui", Files: own, Families: map[string][]string{
		"failure": failures, "failure.help": failures, "language": languages,
		"nav": nil, "flash": nil, "alert": nil, // filled by the bundles
	}}}, bundles...)
	for _, b := range all {
		if _, twice := u.bundles[b.Name]; twice {
			return nil, fmt.Errorf("reading the bundles: there are two named %s", b.Name)
		}
		u.bundles[b.Name] = b
	}
	var err error
	if u.words, err = readWords(all); err != nil {
		return nil, err
	}
	if u.assets, err = readAssets(all); err != nil {
		return nil, err
	}
	if err := u.protect(o.PublicURL); err != nil {
		return nil, err
	}
	for _, lang := range languages {
		u.base[lang], err = template.New("").Funcs(u.funcs(lang)).ParseFS(own, "templates/_*.html")
		if err != nil {
			return nil, fmt.Errorf("reading the layout: %w", err)
		}
	}
	if err := u.checkWords(all); err != nil {
		return nil, err
	}
	set := u.Pages("ui")
	u.failure = Add(set, "failure.html", failure{Code: "404", Help: true})
	return u, set.Err()
}

func (u *UI) funcs(lang string) template.FuncMap {
	return template.FuncMap{
		"t":     func(key string, values ...any) (string, error) { return u.words.say(lang, key, values...) },
		"tf":    func(family string, value any) (string, error) { return u.words.say(lang, family+"."+fmt.Sprint(value)) },
		"when":  func(at time.Time) string { return u.When(lang, at) },
		"day":   func(at time.Time) string { return u.Day(lang, at) },
		"iso":   func(at time.Time) string { return at.In(u.zone()).Format(time.RFC3339) },
		"asset": u.assets.path,
		"lang":  func() string { return lang },
	}
}

// Say is the word of a key, which the bundle lists in Keys or in a family; an unknown one is the key.
func (u *UI) Say(lang, key string, values ...any) string {
	text, err := u.words.say(lang, key, values...)
	if err != nil {
		return key
	}
	return text
}
