package console

import (
	"slices"
	"strings"

	"tanggap/bot"
	"tanggap/router/similar"
	"tanggap/tickets"
	"tanggap/tickets/incidents"
)

// nearPage is what a ticket's page says of incidents: the one that it is part of, those that it may belong to, and
// reports that may be about the same.
type nearPage struct {
	State  string // of the family "incident_part", "" none
	Path   string // of its incident, for the root desk
	Others int    // reports that were confirmed beside it
	Fits   []incidentRow
	Alike  []alike
	Open   string // path of the form that opens an incident for it, "" where the person may not
	Form   bool   // the person may put it under one
	Ref    string // the ticket's number, for the forms
}

// alike is another report, with what speaks for one incident.
type alike struct {
	row
	Part    bool // it is under an incident already
	Reasons []string
}

var (
	incidentParts = []string{incidents.Held, incidents.Joined, incidents.Lead}
	alikeCodes    = []string{"metres", "minutes", "area", "category", "street", "words", "other"}
	sampleNear    = nearPage{"held", "/", 1, []incidentRow{sampleIncidentRow}, []alike{{sampleRow, true, []string{"x"}}}, "/", true, "x"}
)

// near looks for what the ticket may be part of. Only the root desk opens incidents; who holds the report that is worked
// on for all sees for how many that is.
func (c *console) near(v *visit, t *tickets.Ticket) (*nearPage, error) {
	under, err := c.Crowd.Of(v.r.Context(), t.ID)
	if err != nil {
		return nil, err
	}
	if m, is := under[t.ID]; is {
		p := &nearPage{State: m.State}
		if c.root(v) {
			p.Path = incidentPath(m.Incident)
		}
		n, err := c.Crowd.Counts(v.r.Context(), m.Incident)
		p.Others = max(n.Confirmed()-1, 0)
		return p, err
	}
	if !c.root(v) || t.Sealed || t.Emergency || !t.State.Open() {
		return nil, nil
	}
	p := &nearPage{Form: !v.reads(), Ref: string(t.Reference)}
	if p.Form && t.State != tickets.Pending {
		p.Open = incidentsHome + "/new?from=" + string(t.Reference)
	}
	all, err := c.Crowd.Current(v.r.Context())
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Category != t.Category || len(p.Fits) == 3 {
			continue
		}
		row, err := c.incidentRow(v, &all[i])
		if err != nil {
			return nil, err
		}
		p.Fits = append(p.Fits, row)
	}
	p.Alike, err = c.alike(v, t)
	return p, err
}

// alike are open reports like the ticket, the likeliest first.
func (c *console) alike(v *visit, t *tickets.Ticket) (all []alike, err error) {
	found, err := c.Alike(v.r.Context(), t)
	if err != nil {
		return nil, err
	}
	for _, m := range found {
		other, err := c.Store.TicketByID(v.r.Context(), m.ID)
		if err != nil {
			return nil, err
		}
		if m.ID == t.ID || other.Sealed || !other.State.Open() && other.State != tickets.Merged || !bot.MaySee(c.City(), &other, v.who.Agency) {
			continue
		}
		rows, err := c.rows(v, []tickets.Ticket{other})
		if err != nil {
			return nil, err
		}
		a := alike{row: rows[0], Part: other.State == tickets.Merged}
		for _, r := range m.Reasons {
			a.Reasons = append(a.Reasons, c.alikeReason(v, r))
		}
		all = append(all, a)
	}
	return all, nil
}

// alikeReason puts a reason into words.
func (c *console) alikeReason(v *visit, r similar.Reason) string {
	code := strings.TrimPrefix(r.Code, "similar.")
	value := strings.Join(r.Args, ", ")
	switch code {
	case "area":
		value = c.area(value)
	case "category":
		value = c.category(value, v.lang)
	}
	if !slices.Contains(alikeCodes, code) {
		code = "other"
	}
	return c.UI.Say(v.lang, "alike."+code, "value", value)
}
