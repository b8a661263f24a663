package demo

import (
	"embed"
	"net/http"
	"net/url"
	"slices"

	"tanggap/internal/app"
	"tanggap/tickets"
	"tanggap/web/ui"
)

//go:embed words.tsv all:templates assets
var files embed.FS

// playground is the page.
type playground struct {
	Me      citizen
	People  []citizen
	Console bool // there is a way to it

	Examples []example
	Try      example // what stands in the fields
	Pictures []string
	Places   []place

	Chat    chatView
	Phone   phoneView
	Mail    mailView
	Events  happened
	Levers  []lever
	Queues  []waiting
	Now     string // differs each time, so that asking for the page again is no jump within it
	Problem string // what a device refused, of the family playground.problem
}

// Broken are the levers that are on.
func (p playground) Broken() (all []lever) {
	for _, l := range p.Levers {
		if l.On {
			all = append(all, l)
		}
	}
	return all
}

// Waits reports whether anything waits to go out.
func (p playground) Waits() bool {
	return slices.ContainsFunc(p.Queues, func(q waiting) bool { return q.N > 0 })
}

// At is the address of the page with another choice of who writes, from which number, and what stands
// in the fields; "" leaves one as it is.
func (p playground) At(who, via, try string) string {
	q := url.Values{"as": {p.Me.Key}, "via": {p.Phone.Account}}
	for name, value := range map[string]string{"as": who, "via": via, "try": try} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return "/playground?" + q.Encode()
}

// problems are what a form can be refused for.
var problems = map[string]error{"empty": errEmpty, "picture": errPicture, "blocked": errBlocked, "button": errButton}

// bundle are the playground's words, templates and assets.
func bundle() ui.Bundle {
	var names, sent, states []string
	for _, e := range examples {
		names = append(names, e.Name)
	}
	for _, s := range tickets.States() {
		states = append(states, string(s))
	}
	sent = []string{"queued", "again", "sent", "delivered", "failed", "uncertain"}
	return ui.Bundle{Name: "playground", Files: files, Families: map[string][]string{
		"nav":                    {"playground"},
		"playground.try":         names,
		"playground.picture":     pictureNames,
		"playground.state":       states,
		"playground.sent":        sent,
		"playground.encoding":    {"gsm7", "ucs2"},
		"playground.channel":     {"telegram", "sms", "mail"},
		"playground.account":     {"bot", "sms", "smsc", "mail"},
		"playground.switch":      switchNames,
		"playground.switch_help": switchNames,
		"playground.problem":     {"empty", "picture", "blocked", "button", "platform"},
		"playground.became": {
			"waiting", "posted", tickets.BecameTicket, tickets.BecameFollowUp, tickets.BecameCommand, tickets.BecameDuplicate,
			tickets.BecameIgnored, tickets.BecameQuarantine,
		},
	}}
}

// sample fills every part of the page, so that all of it is executed when the program starts.
func sample() playground {
	b := bubble{
		ID: "1", Text: "a", Subject: "b", Quote: "c", At: "12:00", Segments: 1, Encoding: "gsm7", Place: &places[0],
		Files: []picked{{Name: "a.jpg", Path: "/a", Picture: true}, {Name: "b"}}, Buttons: [][]key{{{"a", "1:a"}}},
	}
	ours := b
	ours.Ours = true
	t := cased{State: "triage", Reasons: []string{"a"}, Abstained: true, Sealed: true, Emergency: true, Area: "a", Category: "b"}
	return playground{
		Me: citizen{Key: "siti", Name: "Siti A", Phone: "+6281234567890"}, People: []citizen{{Key: "siti", Name: "S"}}, Console: true,
		Examples: examples, Pictures: pictureNames, Places: places,
		Chat:  chatView{Bubbles: []bubble{b, ours}},
		Phone: phoneView{Account: "smsc", Bubbles: []bubble{b, ours}, Other: 1, Count: counted{1, "gsm7"}},
		Mail:  mailView{Letters: []bubble{b, ours}, Threads: []thread{{"1", "a"}}},
		Events: happened{
			Last: &written{Account: "bot"}, Became: "ticket", Ticket: &t, Console: true, Others: []cased{t},
			Said: []said{{State: "sent", Segments: 1, Twice: true, Reason: "a"}},
		},
		Levers: []lever{{"telegram", true}, {"blocked", false}}, Queues: []waiting{{"sms", 1}}, Problem: "empty",
	}
}

// handler makes the playground's handler once the app is there.
func (d *Demo) handler(a *app.App) (http.Handler, error) {
	d.store, d.city = a.Store(), a.City
	set := a.UI().Pages("playground")
	s := &site{Demo: d, ui: a.UI(), page: ui.Add(set, "playground.html", sample())}
	return a.UI().Serve(s.routes()), set.Err()
}
