package console

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"

	"tanggap/bot"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/triage"
)

const (
	mostProposals = 3 // each has a key
	mostFound     = 9
	mostSaid      = 5 // messages of the citizen
	mostUndone    = 5 // assignments that can be taken back, the last first
)

// triagePage is one report that waits for a person, with the agencies that it may belong to.
type triagePage struct {
	Waiting, Urgent int
	More            bool // there are more than were counted
	Passed          bool // some wait, and all of them were passed over
	Again           string
	Said            string // what came of the form before
	Undo            *undoForm
	Case            *triageCase
}

// triageCase is the report before the person.
type triageCase struct {
	row
	Version   int64
	Once      string
	How       string // the area is known
	Lines     []line
	Doubts    []string
	Proposals []proposal
	Reader    string // a colleague who has it before him too
	Works     bool   // the person may decide
	Assign    string // where the forms go
	Course    carried
	Skip      string // path
	Query     string
	Found     []choice // what the search found
}

// proposal is an agency with the key that assigns to it.
type proposal struct {
	Key int
	guess
	Topic   string // the id of its category, "" for none
	Above   string // the agency above it
	Reasons []string
}

// undoForm takes the last assignment back.
type undoForm struct {
	Path, Reference, Agency string
	Version                 int64
	Once                    string
	Course                  carried
}

// carried is what the forms of the page take along.
type carried struct{ At, Ref, Done string }

var sampleTriage = triagePage{
	Waiting: 1, Urgent: 1, More: true, Passed: true, Again: "/", Said: "x", Undo: &undoForm{"/", "x", "x", 1, "x", carried{"x", "x", "x"}},
	Case: &triageCase{
		row: sampleRow, Version: 1, Once: "x", How: "x", Lines: []line{sampleLine}, Doubts: []string{"x"}, Reader: "x", Works: true, Assign: "/", Course: carried{"x", "x", "x"},
		Proposals: []proposal{{1, guess{"x", "x", "x", 1}, "x", "x", []string{"x"}}, {2, guess{"x", "x", "", 0}, "", "", nil}}, Skip: "/", Query: "x", Found: []choice{{"x", "x"}},
	},
}

// course is where somebody is on his way through the line. It stands in the address, so that a page that is
// loaded again is the same.
type course struct {
	at   triage.Mark
	ref  tickets.Reference   // to be shown, whatever is next
	done []tickets.Reference // that he assigned, the last first
	said string              // of the keys "triage.…"
	of   tickets.Reference   // what it is said of
}

func readCourse(q url.Values) course {
	x := course{at: triage.ParseMark(q.Get("at")), said: q.Get("said")}
	x.ref, _ = tickets.ParseReference(q.Get("ref"))
	x.of, _ = tickets.ParseReference(q.Get("of"))
	for _, text := range strings.Split(q.Get("done"), ".") {
		if ref, ok := tickets.ParseReference(text); ok && len(x.done) < mostUndone {
			x.done = append(x.done, ref)
		}
	}
	return x
}

func (x course) carried() carried {
	all := make([]string, len(x.done))
	for i, ref := range x.done {
		all[i] = string(ref)
	}
	return carried{x.at.String(), string(x.ref), strings.Join(all, ".")}
}

func (x course) path() string {
	c := x.carried()
	q := without(url.Values{"at": {c.At}, "ref": {c.Ref}, "done": {c.Done}, "said": {x.said}, "of": {string(x.of)}})
	if len(q) == 0 {
		return "/console/triage"
	}
	return "/console/triage?" + q.Encode()
}

// showTriage shows what is next in the line.
func (c *console) showTriage(v *visit) {
	x := readCourse(v.r.URL.Query())
	line, err := c.Waiting(v.r.Context(), v.who.Agency, x.at)
	if c.failed(v, err) {
		return
	}
	p := triagePage{Waiting: line.Waiting, Urgent: line.Urgent, More: line.Waiting >= triage.Most}
	t, reader, err := c.nextUp(v, x, line.Entries)
	if c.failed(v, err) {
		return
	}
	if t != nil {
		if p.Case, err = c.triageCase(v, t, x); c.failed(v, err) {
			return
		}
		p.Case.Reader = reader
	}
	p.Passed = t == nil && line.Waiting > 0
	p.Again = course{done: x.done}.path()
	if p.Said, err = c.saidOf(v, x); c.failed(v, err) {
		return
	}
	if p.Undo, err = c.undoForm(v, x); c.failed(v, err) {
		return
	}
	c.pages.triage.Write(v.w, v.r, c.frame(v, "verify"), p)
}

// seen finds a ticket; nil where there is none, or none for this person.
func (c *console) seen(v *visit, ref tickets.Reference) (*tickets.Ticket, error) {
	if ref == "" {
		return nil, nil
	}
	t, err := c.Store.Ticket(v.r.Context(), ref)
	switch {
	case errors.Is(err, tickets.ErrNotFound), err == nil && !bot.MaySee(c.City(), &t, v.who.Agency):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &t, nil
}

// nextUp is the report that is asked for, where it still waits, or the first that is nobody else's; nil
// where nothing is left. Between the list and its reading a colleague may have assigned what was listed.
func (c *console) nextUp(v *visit, x course, line []triage.Entry) (t *tickets.Ticket, reader string, err error) {
	me := reading{login: v.who.Login, name: v.who.Name}
	if t, err = c.seen(v, x.ref); err != nil {
		return nil, "", err
	}
	if c.waits(v, t) {
		_, reader = c.readings.take([]triage.Entry{{Ticket: t.ID}}, me, c.Now())
		return t, reader, nil
	}
	for len(line) > 0 {
		e, reader := c.readings.take(line, me, c.Now())
		if t, err = c.seen(v, e.Reference); err != nil || c.waits(v, t) {
			return t, reader, err
		}
		rest := line[:0:0]
		for _, other := range line {
			if other.Ticket != e.Ticket {
				rest = append(rest, other)
			}
		}
		line = rest
	}
	return nil, "", nil
}

// waits reports whether a ticket waits at the person's own desk to be assigned.
func (c *console) waits(v *visit, t *tickets.Ticket) bool {
	return t != nil && t.State == tickets.Triage && t.Agency == v.who.Agency
}

func (c *console) triageCase(v *visit, t *tickets.Ticket, x course) (*triageCase, error) {
	if err := c.looks(v, t); err != nil {
		return nil, err
	}
	who, err := c.Staff.Identity(v.r.Context(), t)
	if err != nil && !errors.Is(err, tickets.ErrNotFound) {
		return nil, err
	}
	over := newVeil(who, false)
	all, err := c.Store.Thread(v.r.Context(), t.ID)
	if err != nil {
		return nil, err
	}
	x.ref = t.Reference
	p := &triageCase{row: c.row(v, t, &over), Version: t.Version, Once: rand.Text(), Works: !v.reads(), Assign: "/console/triage/" + string(t.Reference) + "/assign", Course: x.carried()}
	skip := course{at: x.at.Past(triage.Entry{Ticket: t.ID, Emergency: t.Emergency}), done: x.done}
	p.Skip = skip.path()
	report := router.Report{Language: t.Language}
	if t.Located {
		report.Point = &router.Point{Lat: t.Lat, Lng: t.Lng}
	}
	for i, l := range c.lines(v.lang, t, all, &over) {
		if l.Who != "citizen" || len(p.Lines) == mostSaid {
			continue
		}
		if len(p.Lines) == 0 {
			report.Subject, report.Text = all[i].Subject, all[i].Text
		}
		p.Lines = append(p.Lines, l)
	}
	c.propose(v, t, p, report, &over)
	p.Query = cut(v.r.URL.Query().Get("q"), mostQuery)
	p.Found = c.findAgencies(t, p.Query)
	return p, nil
}

// propose adds the agencies that the report may belong to, and why the router was in doubt.
func (c *console) propose(v *visit, t *tickets.Ticket, p *triageCase, report router.Report, over *veil) {
	var d router.Decision
	if len(t.Decision.Data) > 2 && json.Unmarshal(t.Decision.Data, &d) != nil {
		d = router.Decision{}
	}
	if d.Area != nil && d.Area.Code == t.Area {
		p.How = over.text(d.Area.How.Text(v.lang))
	}
	readable := strings.ToLower(over.text(report.Subject + "\n" + report.Text))
	shown := map[string]bool{}
	for _, g := range c.City().Proposals(report, &d, c.Mind(), 2*mostProposals) {
		if len(p.Proposals) == mostProposals || g.Agency == t.Agency || !bot.MayHold(c.City(), t, g.Agency) {
			continue
		}
		a, _ := c.City().Agency(g.Agency)
		one := proposal{len(p.Proposals) + 1, guess{a.ID, a.Name, c.category(g.Category, v.lang), percent(g.Confidence)}, g.Category, "", nil}
		if a.Parent != "" && a.Parent != c.City().Root().ID {
			one.Above = c.agency(a.Parent)
		}
		for _, r := range g.Reasons {
			if text := reasonText(r, v.lang, readable, over); text != "" {
				one.Reasons, shown[text] = append(one.Reasons, text), true
			}
		}
		p.Proposals = append(p.Proposals, one)
	}
	for _, r := range d.Reasons {
		if text := reasonText(r, v.lang, readable, over); text != "" && !shown[text] {
			p.Doubts = append(p.Doubts, text)
		}
	}
}

// reasonsFor are a decision's reasons in words. readable is what the person may read of the report.
func reasonsFor(d *router.Decision, lang, readable string, over *veil) (all []string) {
	readable = strings.ToLower(readable)
	for _, r := range d.Reasons {
		if text := reasonText(r, lang, readable, over); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// quotes are the reasons that quote the citizen, with how many of their arguments are ours.
var quotes = map[string]int{
	"words": 2, "learned": 2, "emergency": 0, "sensitive": 0, "conduct": 0, "conduct.desk": 0, "conduct.maybe": 0, "guard": 0,
}

// reasonText is a reason in words, "" for one that is hidden. A single word of a name is no name to the veil: of
// what a reason quotes only that is shown which stands in the report as it can be read.
func reasonText(r router.Reason, lang, readable string, over *veil) string {
	if ours, quoting := quotes[r.Code]; quoting && len(r.Args) > ours {
		kept := slices.Clone(r.Args[:ours])
		for _, word := range r.Args[ours:] {
			if strings.Contains(readable, strings.ToLower(word)) {
				kept = append(kept, word)
			}
		}
		if len(kept) == ours {
			return ""
		}
		r.Args = kept
	}
	if strings.HasPrefix(r.Code, "lesson") { // it names a report, whose number the veil takes for a telephone's
		return r.Text(lang)
	}
	return over.text(r.Text(lang))
}

// findAgencies are those whose names hold all words, that the ticket may go to; names that begin so first.
func (c *console) findAgencies(t *tickets.Ticket, query string) []choice {
	words := strings.Fields(strings.ToLower(query))
	if len(words) == 0 {
		return nil
	}
	var first, then []choice
	for _, a := range c.City().Agencies() {
		name := strings.ToLower(a.Name + " " + a.Short + " " + a.ID)
		holds := a.ID != t.Agency && bot.MayHold(c.City(), t, a.ID)
		for _, w := range words {
			holds = holds && strings.Contains(name, w)
		}
		switch {
		case !holds:
		case strings.HasPrefix(name, words[0]) || strings.HasPrefix(strings.ToLower(a.Short), words[0]):
			first = append(first, choice{a.ID, a.Name})
		default:
			then = append(then, choice{a.ID, a.Name})
		}
	}
	all := append(first, then...)
	return all[:min(len(all), mostFound)]
}
