package console

import (
	"net/url"
	"slices"
	"time"

	"tanggap/bot"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/history"
	"tanggap/web/discreet"
)

// perPage is how many tickets a page of a queue shows.
const perPage = 30

// view is one cut of a queue, of the family "view".
type view struct {
	name   string
	states []tickets.State
}

// views are those of an agency's queue, the first for who asks for none.
func views() []view {
	return []view{
		{"open", []tickets.State{tickets.Triage, tickets.Assigned, tickets.InProgress}},
		{"pending", []tickets.State{tickets.Pending}},
		{"resolved", []tickets.State{tickets.Resolved}},
		{"ended", []tickets.State{tickets.Closed, tickets.Rejected, tickets.Withdrawn, tickets.Merged}},
		{"all", nil},
	}
}

type queuePage struct {
	Views    []tab
	View     string
	Agency   string // narrowed to it, "" for all that are seen
	Agencies []choice
	Query    string
	Urgent   []row // open emergencies, on the first page of what is to be done
	Rows     []row
	Next     string // path of the next page, "" at the end
	First    string // path of the first page, "" on it
}

type tab struct {
	Name, Path string
	Current    bool
}

// choice is an agency to choose.
type choice struct{ ID, Name string }

// row is a ticket in a list. It says of who wrote it no more than the channel.
type row struct {
	Reference, Path   string
	Subject           string
	State, Kind       string
	Agency            string
	Category, Area    string
	Channel, Tail     string
	CreatedAt, DueAt  time.Time
	Late              bool
	Emergency, Sealed bool
	Test              bool
}

var sampleQueue = queuePage{
	Views: []tab{{"open", "/", true}}, View: "open", Agencies: []choice{{"a", "A"}}, Query: "x", Next: "/", First: "/",
	Urgent: []row{sampleRow}, Rows: []row{sampleRow},
}

var sampleRow = row{
	Reference: "x", Path: "/", Subject: "x", State: "triage", Kind: "complaint", Agency: "x", Category: "x", Area: "x", Channel: "sms", Tail: "x",
	CreatedAt: time.Unix(1, 0), DueAt: time.Unix(1, 0), Late: true, Emergency: true, Sealed: true, Test: true,
}

func (c *console) showQueue(v *visit) {
	q := v.r.URL.Query()
	p := queuePage{Query: cut(q.Get("q"), mostQuery), Agency: q.Get("agency")}
	city := c.City()
	all := views()
	now := all[max(0, slices.IndexFunc(all, func(x view) bool { return x.name == q.Get("view") }))]
	p.View = now.name
	f := tickets.Filter{Agencies: city.Children(v.who.Agency), States: now.states, Text: p.Query, Limit: perPage, After: q.Get("after")}
	p.Agencies = c.choices(f.Agencies)
	if slices.Contains(f.Agencies, p.Agency) {
		f.Agencies = city.Children(p.Agency)
	} else {
		p.Agency = ""
	}
	found, next, err := c.list(v, f)
	if c.failed(v, err) {
		return
	}
	path := func(view, after string) string {
		return "/console/queue?" + without(url.Values{"view": {view}, "agency": {p.Agency}, "q": {p.Query}, "after": {after}}).Encode()
	}
	for _, x := range all {
		p.Views = append(p.Views, tab{x.name, path(x.name, ""), x.name == now.name})
	}
	if next != "" {
		p.Next = path(now.name, next)
	}
	if f.After != "" {
		p.First = path(now.name, "")
	}
	if p.Rows, err = c.rows(v, found); c.failed(v, err) {
		return
	}
	if p.View == "open" && f.After == "" && p.Query == "" {
		if p.Urgent, err = c.urgent(v, f.Agencies); c.failed(v, err) {
			return
		}
	}
	frame := c.frame(v, "queue")
	c.pages.queue.Write(v.w, v.r, frame, p)
}

// mostUrgent is how many emergencies stand above a queue.
const mostUrgent = 20

// urgent are the newest open emergencies of the agencies.
func (c *console) urgent(v *visit, agencies []string) ([]row, error) {
	all, err := c.Emergencies(v.r.Context())
	if err != nil {
		return nil, err
	}
	var found []tickets.Ticket
	for _, u := range all {
		if len(found) == mostUrgent || !slices.Contains(agencies, u.Agency) {
			continue
		}
		t, err := c.Store.Ticket(v.r.Context(), u.Reference)
		if err != nil {
			return nil, err
		}
		found = append(found, t)
	}
	return c.rows(v, found)
}

// mostQuery is how many characters of a search count.
const mostQuery = 200

func cut(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// list is a page of the tickets that the person may see; its words find what he can read.
func (c *console) list(v *visit, f tickets.Filter) ([]tickets.Ticket, string, error) {
	s := discreet.Search{Store: c.Store, Names: c.Staff.Names, Sees: func(t *tickets.Ticket) bool { return bot.MaySee(c.City(), t, v.who.Agency) }}
	return s.List(v.r.Context(), f)
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

// choices are agencies by name; none where there is but one.
func (c *console) choices(ids []string) (all []choice) {
	if len(ids) < 2 {
		return nil
	}
	city := c.City()
	for _, id := range ids {
		if a, ok := city.Agency(id); ok {
			all = append(all, choice{id, a.Name})
		}
	}
	return all
}

// rows are the tickets of a list, each behind its veil.
func (c *console) rows(v *visit, found []tickets.Ticket) ([]row, error) {
	who, err := c.Staff.Identities(v.r.Context(), found)
	if err != nil {
		return nil, err
	}
	all := make([]row, 0, len(found))
	for i := range found {
		over := newVeil(who[i], false)
		all = append(all, c.row(v, &found[i], &over))
	}
	return all, nil
}

func (c *console) row(v *visit, t *tickets.Ticket, over *veil) row {
	return row{
		Reference: t.Reference.String(), Path: ticketPath(t), Subject: over.text(t.Subject), State: string(t.State), Kind: string(t.Kind),
		Agency: c.agency(t.Agency), Category: c.category(t.Category, v.lang), Area: c.area(t.Area), Channel: channelOf(t), Tail: tail(t),
		CreatedAt: t.CreatedAt, DueAt: t.DueAt, Late: c.late(t), Emergency: t.Emergency, Sealed: t.Sealed, Test: t.Test,
	}
}

func (c *console) late(t *tickets.Ticket) bool {
	return t.State.Open() && t.State != tickets.Pending && !t.DueAt.IsZero() && c.Now().After(t.DueAt)
}

func ticketPath(t *tickets.Ticket) string { return "/console/tickets/" + string(t.Reference) }

// agency is an agency's name; one that the city does not have any more goes by its id.
func (c *console) agency(id string) string {
	if a, ok := c.City().Agency(id); ok {
		return a.Name
	}
	return id
}

func (c *console) category(id, lang string) string {
	cat, ok := c.City().Category(id)
	if !ok {
		return ""
	}
	if name := cat.Name[lang]; name != "" {
		return name
	}
	return cat.Name["id"]
}

func (c *console) area(code string) string {
	if a, ok := c.City().Area(code); ok {
		return a.Name
	}
	return ""
}

// channelOf is one of the family "channel".
func channelOf(t *tickets.Ticket) string {
	if slices.Contains(channelNames, t.Return.Channel) {
		return t.Return.Channel
	}
	return "other"
}

var channelNames = []string{"telegram", "sms", "whatsapp", "email", "messenger", "x", "phone", "web", history.Channel}

// guesses are the router's best, in names.
func (c *console) guesses(d *router.Decision, lang string) (all []guess) {
	for _, g := range d.Top {
		all = append(all, guess{ID: g.Agency, Agency: c.agency(g.Agency), Category: c.category(g.Category, lang), Percent: percent(g.Confidence)})
	}
	return all
}

func percent(share float64) int { return int(share*100 + 0.5) }
