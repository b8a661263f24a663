package router

import (
	"slices"

	"tanggap/internal/language"
	"tanggap/router/place"
)

// view is one report with everything that is known about it while it is being decided.
type view struct {
	source     string
	text       *text
	matches    []match
	guards     []span // look-alikes that explained an alarm away
	candidates []candidate
	area       *Area
	beyond     *Area // the area that it names outside the city, if none inside
	decision   Decision
}

// Decide finds the agency for a report. It is pure: equal reports get equal decisions. It never
// fails: what it cannot place, it leaves to the root desk, and says why.
//
// The order: what concerns the conduct of officials goes to the inspectorate, sealed, whatever else
// it says; an emergency is flagged and goes to who helps; the rest goes to the agency of the
// best-supported category, or to the office of the area where the category or the pack's first hop
// says so; below the pack's threshold the root desk verifies.
func (c *City) Decide(r Report) Decision { return c.decide(c.view(r), nil) }

func (c *City) decide(v *view, m *Mind) Decision {
	if c.conduct(v) {
		return v.decision
	}
	v.candidates = slices.DeleteFunc(v.candidates, func(x candidate) bool { return c.categories[x.category].Conduct })
	best, ruled := 0, true
	if i := c.alarm(v.text, v.candidates); i >= 0 {
		v.decision.Emergency, best = true, i
	} else if i := c.outside(v); i >= 0 {
		best = i
	} else {
		ruled = !m.knows(c)
	}
	if !v.decision.Emergency {
		for _, g := range v.guards {
			v.decision.Reasons = append(v.decision.Reasons, Reason{Code: "guard", Args: []string{v.text.words(v.source, g.from, g.to)}})
		}
	}
	switch {
	case !ruled && c.settle(v, m):
	case len(v.candidates) == 0:
		return c.abstain(v, Reason{Code: "abstain.empty"})
	default:
		c.choose(v, m, best)
	}
	return v.decision
}

func (c *City) view(r Report) *view {
	v := &view{source: r.Text}
	if r.Subject != "" {
		v.source = r.Subject + "\n" + r.Text
	}
	tokens := language.Tokens(v.source, limit)
	found, spans, ok := c.places.Locate(v.source, tokens)
	point := r.Point
	if point == nil {
		point = found.Point
	}
	if v.area = c.area(r.Point, found, ok); v.area != nil && v.area.Outside {
		v.area, v.beyond = nil, v.area
	}
	covered := make([]place.Span, 0, len(spans))
	covered = append(covered, spans...)
	v.text = c.vocabulary.read(tokens, covered)
	v.text.locate(c.locative, c.landmark)
	c.excuse(v.text)
	v.matches = c.rules.match(v.text)
	v.matches, v.guards = c.guarded(v.matches)
	heaviest(v.matches)
	v.candidates = c.scores(v.text, v.matches)
	v.decision = Decision{
		Agency: c.facts.Root, Kind: Complaint, Area: v.area, Point: point, Top: []Guess{},
		Language: language.Detect(tokens, r.Language),
	}
	return v
}

// area joins what the pin and the text say: a pin inside the city decides.
func (c *City) area(pin *Point, named place.Found, ok bool) *Area {
	if pin != nil {
		if at, inside := c.places.At(*pin); inside {
			if ok && slices.Contains(c.places.Parents(at.Area.Code), named.Area.Code) || ok && named.Area.Code == at.Area.Code {
				at.Confidence = min(0.99, at.Confidence+0.02)
			}
			return c.found(at)
		}
	}
	if !ok {
		return nil
	}
	return c.found(named)
}

func (c *City) found(f place.Found) *Area {
	how := Reason{Code: "how." + f.How, Args: []string{f.Area.Level}}
	if f.Word != "" {
		how.Args = append(how.Args, f.Word)
	}
	return &Area{
		Code: f.Area.Code, Level: f.Area.Level, Name: f.Area.Name, Parents: c.places.Parents(f.Area.Code),
		Confidence: f.Confidence, How: how, Outside: f.Area.Outside,
	}
}

// choose takes candidate best, by the rules alone.
func (c *City) choose(v *view, m *Mind, best int) {
	x := v.candidates[best]
	cat := &c.categories[x.category]
	r := verdict{cat: cat, route: c.route(v.area, cat), words: evidence(v.text, v.source, x.matches)}
	r.confidence = believe(x.score, c.rival(v, best, r.route.agency))
	if v.decision.Emergency {
		r.confidence = max(r.confidence, 0.85)
	}
	for i, x := range v.candidates {
		if i != best && c.route(v.area, &c.categories[x.category]).agency != r.route.agency {
			r.rival = &c.categories[x.category]
			break
		}
	}
	c.top(v, best, r.confidence)
	c.conclude(v, m, r)
}

// verdict is what was found to be the likeliest.
type verdict struct {
	cat        *Category // nil where no topic is known
	route      route
	confidence float64
	words      []string  // for which the rules say so
	learned    []string  // for which the model does
	rival      *Category // the likeliest that another agency would act on; may be nil
}

// conclude gives the report to whom the verdict names, or leaves it to the root desk where it is too weak.
func (c *City) conclude(v *view, m *Mind, r verdict) {
	d := &v.decision
	d.Kind = c.kind(v, r.cat)
	for _, x := range v.candidates {
		d.Sealed = d.Sealed || c.categories[x.category].Sensitive && x.score >= strong
	}
	if r.cat != nil {
		d.Category, d.Sealed = r.cat.ID, d.Sealed || r.cat.Sensitive
	}
	c.wordsReason(d, r)
	c.placeReason(v)
	d.Confidence = round(min(r.confidence, r.route.confidence))
	if d.Confidence < c.threshold(m) {
		c.doubtful(v, r)
		return
	}
	d.Agency = r.route.agency
	d.Reasons = append(d.Reasons, r.route.reason)
}

// wordsReason says which words weighed.
func (c *City) wordsReason(d *Decision, r verdict) {
	if r.cat == nil {
		return
	}
	name := []string{r.cat.Name["id"], r.cat.Name["en"]}
	switch {
	case len(r.words) == 0:
	case d.Emergency:
		d.Reasons = append(d.Reasons, Reason{Code: "emergency", Args: r.words})
	case r.cat.Sensitive:
		d.Reasons = append(d.Reasons, Reason{Code: "sensitive", Args: r.words})
	default:
		d.Reasons = append(d.Reasons, Reason{Code: "words", Args: append(name, r.words...)})
	}
	if len(r.learned) > 0 {
		d.Reasons = append(d.Reasons, Reason{Code: "learned", Args: append(name[:2:2], r.learned...)})
	}
}

// outside finds the candidate whose category lies beyond the city, -1 where there is none or where
// the report also names a place inside: by the category's words, or by the area that is named.
func (c *City) outside(v *view) int {
	if v.area != nil && len(v.area.Parents) > 0 {
		return -1
	}
	i := slices.IndexFunc(v.candidates, func(x candidate) bool { return c.categories[x.category].Outside && x.score >= strong })
	if i < 0 {
		i = c.neighbour(v)
	}
	return i
}

// neighbour adds the candidate of the agency in whose area something happened outside the city, and
// finds it. What is no matter of a place stays with the city: people from elsewhere ask for things too.
func (c *City) neighbour(v *view) int {
	if v.beyond == nil || v.beyond.Confidence < 0.8 || len(v.candidates) == 0 || !c.categories[v.candidates[0].category].Located {
		return -1
	}
	for _, code := range append([]string{v.beyond.Code}, v.beyond.Parents...) {
		id, ok := c.offices[code]
		i := slices.IndexFunc(c.categories, func(cat Category) bool { return cat.Outside && cat.Agency == id })
		if ok && i >= 0 {
			v.candidates = append(v.candidates, candidate{category: i, score: sure})
			return len(v.candidates) - 1
		}
	}
	return -1
}

// route is who acts on a category at a place.
type route struct {
	agency     string
	confidence float64 // that it is the right office, given the category
	reason     Reason
}

func (c *City) route(area *Area, cat *Category) route {
	if cat.Office != "" {
		if office, ok := c.officeFor(area, cat.Office); ok {
			return route{office.ID, 0.5 + area.Confidence/2, Reason{Code: "agency.area", Args: []string{office.Name}}}
		}
		return route{c.facts.Root, 0.5, Reason{Code: "abstain.place"}}
	}
	agency, _ := c.Agency(cat.Agency)
	hop := c.facts.FirstHop != "agency" && cat.Located && !cat.Emergency && !cat.Sensitive
	if hop && area != nil && area.Level == c.facts.FirstHop && area.Confidence >= 0.7 {
		if office, ok := c.officeFor(area, c.facts.FirstHop); ok {
			return route{office.ID, 0.5 + area.Confidence/2, Reason{Code: "agency.firsthop", Args: []string{office.Name}}}
		}
	}
	return route{agency.ID, 1, Reason{Code: "agency.topic", Args: []string{agency.Name, cat.Name["id"], cat.Name["en"]}}}
}

// officeFor finds the office of the level for an area: its own, that of the area around it of that
// level, or, where only a wider area is known, the wider area's.
func (c *City) officeFor(area *Area, level string) (Agency, bool) {
	if area == nil {
		return Agency{}, false
	}
	codes := append([]string{area.Code}, area.Parents...)
	for _, code := range codes {
		if a, ok := c.places.Area(code); ok && a.Level == level {
			if office, ok := c.Agency(c.offices[code]); ok {
				return office, true
			}
		}
	}
	return c.Agency(c.offices[area.Code])
}

// rival is the score of the best candidate that somebody else would act on.
func (c *City) rival(v *view, best int, agency string) float64 {
	if c.categories[v.candidates[best].category].Outside && c.outside(v) == best {
		return 0
	}
	for i, x := range v.candidates {
		cat := &c.categories[x.category]
		if cat.Emergency && !v.decision.Emergency {
			continue // what it speaks of is over, feared or meant otherwise
		}
		if i != best && !cat.Conduct && c.route(v.area, cat).agency != agency {
			return x.score
		}
	}
	return 0
}

// top lists the three best agencies, the chosen candidate first.
func (c *City) top(v *view, best int, confidence float64) {
	add := func(x candidate, confidence float64) {
		cat := &c.categories[x.category]
		agency := c.route(v.area, cat).agency
		if cat.Conduct || len(v.decision.Top) == 3 || slices.ContainsFunc(v.decision.Top, func(g Guess) bool { return g.Agency == agency }) {
			return
		}
		v.decision.Top = append(v.decision.Top, Guess{Agency: agency, Category: cat.ID, Confidence: round(confidence)})
	}
	add(v.candidates[best], confidence)
	left := 1 - confidence
	total := 0.0
	for i, x := range v.candidates {
		if i != best {
			total += x.score
		}
	}
	for i, x := range v.candidates {
		if i != best {
			add(x, min(confidence, left*x.score/(total+doubt)))
		}
	}
}
