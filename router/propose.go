package router

import "slices"

// Proposal is an agency that a report may belong to, with what speaks for it.
type Proposal struct {
	Guess            // Confidence is 0 where nothing in the report's words speaks for the agency
	Reasons []Reason // may quote the report, as those of a Decision do
}

// Proposals are the agencies among which a person chooses where the router left him to: what the decision
// guessed, then the offices of the area, the nearest first; at most n, and never the root desk itself. It
// is pure. The mind, which may be nil, says what other reports speak for.
func (c *City) Proposals(r Report, d *Decision, m *Mind, n int) []Proposal {
	v := c.view(r)
	if d.Area != nil {
		v.area = d.Area // a later message may have told it
	}
	var all []Proposal
	add := func(g Guess, reasons []Reason) {
		known := func(p Proposal) bool { return p.Agency == g.Agency }
		if _, ok := c.Agency(g.Agency); ok && len(all) < n && g.Agency != c.facts.Root && !slices.ContainsFunc(all, known) {
			all = append(all, Proposal{g, reasons})
		}
	}
	for _, g := range d.Top {
		add(g, c.speaks(v, d, m, g))
	}
	if v.area == nil {
		return all
	}
	for _, code := range append([]string{v.area.Code}, v.area.Parents...) {
		if office, ok := c.Agency(c.offices[code]); ok {
			add(Guess{Agency: office.ID}, []Reason{v.area.reason(), {Code: "agency.area", Args: []string{office.Name}}})
		}
	}
	return all
}

// speaks is what speaks for a guess: what staff did with a like report, the words, the place where it
// weighed, and who handles such things.
func (c *City) speaks(v *view, d *Decision, m *Mind, g Guess) (why []Reason) {
	agency, _ := c.Agency(g.Agency)
	for _, r := range d.Reasons {
		if (r.Code == "lesson" || r.Code == "lesson.maybe") && len(r.Args) == 2 && r.Args[1] == agency.Name {
			why = append(why, r)
		}
	}
	cat, ok := c.Category(g.Category)
	switch {
	case !ok && len(why) == 0:
		return []Reason{{Code: "agency.learned", Args: []string{agency.Name}}}
	case !ok:
		return why
	}
	name := []string{cat.Name["id"], cat.Name["en"]}
	heard := false
	for _, x := range v.candidates {
		if c.categories[x.category].ID != cat.ID {
			continue
		}
		if words := evidence(v.text, v.source, x.matches); len(words) > 0 {
			why, heard = append(why, Reason{Code: "words", Args: append(name[:2:2], words...)}), true
		}
	}
	if !heard && m.knows(c) {
		var words []string
		for _, w := range m.model.Explain(v.bare(), cat.ID, 3) {
			words = append(words, w.Text)
		}
		if len(words) > 0 {
			why = append(why, Reason{Code: "learned", Args: append(name[:2:2], words...)})
		}
	}
	route := c.route(v.area, &cat)
	if route.agency != agency.ID {
		return why
	}
	if v.area != nil && route.reason.Code != "agency.topic" {
		why = append(why, v.area.reason())
	}
	return append(why, route.reason)
}

// reason names the area and how it is known.
func (a *Area) reason() Reason {
	return Reason{Code: "place", Args: append([]string{a.Name, a.How.Code}, a.How.Args...)}
}
