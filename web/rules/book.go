// Package rules is the part of the console where the rules of the router are read and edited: which words speak
// for which topic, and who acts. The city pack is the ground; what is edited stands above it, version by version.
// Before anything is saved the pages show what it would have done to the last reports.
//
// The console lets people in, and hands each call on as a Visit.
package rules

import (
	"context"
	"embed"
	"log/slog"
	"net/http"
	"net/url"

	"tanggap/cities"
	"tanggap/cities/amend"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/asked"
	"tanggap/tickets/edits"
	"tanggap/web/ui"
)

//go:embed words.tsv all:templates
var content embed.FS

// Bundle is what the pages are made of; see ui.New.
func Bundle() ui.Bundle {
	return ui.Bundle{
		Name: "rules", Files: content, Keys: []string{"rules.office", "rules.trust"},
		Families: map[string][]string{
			"nav": {"rules"}, "flash": {"rule_saved"}, "rules_tab": {"all", "edited"}, "rule_wrong": ruleFaults, "words": wordLists, "unit": ruleUnits,
			"pattern": patternCodes,
		},
	}
}

// Options of New. All are needed.
type Options struct {
	UI    *ui.UI // made with Bundle among its bundles
	City  func() *router.City
	Mind  func() *router.Mind  // what the router has learned; nil where that is nothing
	Pack  func() cities.Pack   // as it was loaded, without edits
	Aside func() []amend.Aside // edits that do not count
	Edits *edits.Store
	Heed  func(context.Context) error // takes over at once what was saved
	// Asked are the newest reports, as the router was asked about them; see asked.Store.
	Asked func(ctx context.Context, limit int) ([]asked.Report, error)
	Log   *slog.Logger
}

// Book serves the pages. It is safe for concurrent use.
type Book struct {
	Options
	pages  pages
	trying chan struct{} // held while a change is tried
}

type pages struct {
	rules ui.Page[rulesPage]
	rule  ui.Page[rulePage]
	try   ui.Page[tryPage]
}

// New makes the pages; its error is about templates and words.
func New(o Options) (*Book, error) {
	k := &Book{Options: o, trying: make(chan struct{}, 1)}
	set := o.UI.Pages("rules")
	k.pages = pages{
		rules: ui.Add(set, "rules.html", sampleRules),
		rule:  ui.Add(set, "rule.html", sampleRule),
		try:   ui.Add(set, "rule_try.html", sampleTry),
	}
	return k, set.Err()
}

// Visit is a call of somebody who works at the root desk.
type Visit struct {
	W             http.ResponseWriter
	R             *http.Request
	Lang          string
	Login, Agency string
	Works         bool // he may edit
	Frame         func() ui.Frame
}

// Route is a pattern, and what serves it; Works where it is only for who may edit.
type Route struct {
	Pattern string
	Works   bool
	Serve   func(*Visit)
}

// Routes are all there are.
func (k *Book) Routes() []Route {
	return []Route{
		{"GET /console/rules", false, k.showRules},
		{"GET /console/rules/new", true, k.newRule},
		{"GET /console/rules/{rule}", false, k.showRule},
		{"POST /console/rules/{rule}/try", true, k.tryRule},
		{"POST /console/rules/{rule}/save", true, k.saveRule},
	}
}

// failed answers an error of what a page reads, and reports whether there was one.
func (k *Book) failed(v *Visit, err error) bool {
	if err != nil {
		k.UI.Unexpected(v.W, v.R, err)
	}
	return err != nil
}

// agency is an agency's name; one that the city does not have any more goes by its id.
func (k *Book) agency(id string) string {
	if a, ok := k.City().Agency(id); ok {
		return a.Name
	}
	return id
}

func (k *Book) category(id, lang string) string {
	cat, ok := k.City().Category(id)
	if !ok {
		return ""
	}
	if name := cat.Name[lang]; name != "" {
		return name
	}
	return cat.Name["id"]
}

type (
	tab struct {
		Name, Path string
		Current    bool
	}
	choice struct{ ID, Name string }
	link   struct{ Reference, Path string }
)

// mostText is how many characters of a search or a reason count.
const mostText = 200

func cut(text string) string {
	if runes := []rune(text); len(runes) > mostText {
		return string(runes[:mostText])
	}
	return text
}

// without drops the values that say nothing.
func without(q url.Values) url.Values {
	for name, values := range q {
		if values[0] == "" {
			q.Del(name)
		}
	}
	return q
}

func ticketPath(t *tickets.Ticket) string { return "/console/tickets/" + string(t.Reference) }
