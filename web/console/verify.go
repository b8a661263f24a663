package console

import (
	"crypto/rand"
	"encoding/json"

	"tanggap/bot"
	"tanggap/router"
	"tanggap/tickets"
)

// perVerify is how many tickets a page of the verification queue shows, with their words.
const perVerify = 15

type verifyPage struct {
	Rows  []unsure
	Next  string
	First string
}

// unsure is a ticket that the router left to a person.
type unsure struct {
	row
	Version int64
	Once    string
	Words   string
	Files   int
	Reasons []string
	Top     []guess
	Works   bool // the person may decide
}

var sampleVerify = verifyPage{Rows: []unsure{{sampleRow, 1, "x", "x", 1, []string{"x"}, []guess{{"x", "x", "x", 1}}, true}}, Next: "/", First: "/"}

// showVerify is the verification queue: what the router was not sure of, with its three best guesses.
func (c *console) showVerify(v *visit) {
	after := v.r.URL.Query().Get("after")
	f := tickets.Filter{Agencies: []string{c.City().Root().ID}, States: []tickets.State{tickets.Triage}, Limit: perVerify, After: after}
	found, next, err := c.list(v, f)
	if c.failed(v, err) {
		return
	}
	who, err := c.Staff.Identities(v.r.Context(), found)
	if c.failed(v, err) {
		return
	}
	var p verifyPage
	for i := range found {
		over := newVeil(who[i], false)
		u, err := c.unsure(v, &found[i], &over)
		if c.failed(v, err) {
			return
		}
		p.Rows = append(p.Rows, u)
	}
	if next != "" {
		p.Next = "/console/verify?after=" + next
	}
	if after != "" {
		p.First = "/console/verify"
	}
	c.pages.verify.Write(v.w, v.r, c.frame(v, "verify"), p)
}

func (c *console) unsure(v *visit, t *tickets.Ticket, over *veil) (unsure, error) {
	u := unsure{row: c.row(v, t, over), Version: t.Version, Once: rand.Text(), Works: !v.reads()}
	lines, err := c.Store.Thread(v.r.Context(), t.ID)
	if err != nil {
		return u, err
	}
	readable := over.text(t.Subject)
	for i := range lines {
		if l := &lines[i]; l.Direction == tickets.In {
			readable += "\n" + over.text(l.Subject) + "\n" + over.text(l.Text)
			if u.Words == "" {
				u.Words = over.text(l.Text)
			}
			u.Files += len(l.Files)
		}
	}
	var d router.Decision
	if len(t.Decision.Data) > 2 && json.Unmarshal(t.Decision.Data, &d) == nil {
		u.Reasons = reasonsFor(&d, v.lang, readable, over)
		for _, g := range c.guesses(&d, v.lang) {
			if g.ID != t.Agency && bot.MayHold(c.City(), t, g.ID) {
				u.Top = append(u.Top, g)
			}
		}
	}
	return u, nil
}
