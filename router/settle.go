package router

import (
	"cmp"
	"slices"
)

// learnedWeight is what the model's guess weighs against the rules, in the scale of power. Both are evidence, and are added
// up as counts are to those that a prior stands for; what neither speaks for stays doubt.
const learnedWeight = 12

// belief is how likely a topic is, by rules and model together, and who would act on it.
type belief struct {
	meaning
	label   string // the model's, "" where it says nothing
	share   float64
	learned float64 // by the model alone
	matches []match // for which the rules say so
	route   route
}

// settle decides by rules and model together, and reports whether there was anything to decide on.
func (c *City) settle(v *view, m *Mind) bool {
	v.decision.Model = m.trust.Version
	text := v.bare()
	beliefs := c.beliefs(v, m, text)
	sides := gather(beliefs)
	if len(sides) == 0 {
		return false
	}
	for i, s := range sides[:min(len(sides), 3)] {
		b := &beliefs[s.best]
		if i > 0 && s.share < leastShown {
			break
		}
		v.decision.Top = append(v.decision.Top, Guess{Agency: s.agency, Category: c.idOf(b), Confidence: round(min(s.share, mostSure))})
	}
	best := &beliefs[sides[0].best]
	r := verdict{route: best.route, confidence: min(sides[0].share, mostSure), words: evidence(v.text, v.source, best.matches)}
	if best.category >= 0 {
		r.cat = &c.categories[best.category]
	}
	if best.learned >= worthSaying && len(r.words) == 0 {
		for _, w := range m.model.Explain(text, best.label, 3) {
			r.learned = append(r.learned, w.Text)
		}
	}
	if len(sides) > 1 && sides[1].share >= leastShown {
		if b := &beliefs[sides[1].best]; b.category >= 0 {
			r.rival = &c.categories[b.category]
		}
	}
	c.conclude(v, m, r)
	return true
}

const (
	mostSure    = 0.98
	leastShown  = 0.03 // of a guess: less is none
	worthSaying = 0.3  // of what the model says
)

func (c *City) idOf(b *belief) string {
	if b.category < 0 {
		return ""
	}
	return c.categories[b.category].ID
}

// beliefs weighs the topics, the likeliest first.
func (c *City) beliefs(v *view, m *Mind, text string) []belief {
	says := float64(learnedWeight)
	if len(v.candidates) > 0 {
		if _, heard := m.means[c.categories[v.candidates[0].category].ID]; !heard {
			says = doubt // it was never told of what the rules are for, and cannot speak against that
		}
	}
	total := says
	var all []belief
	for _, x := range v.candidates {
		weight := power(x.score)
		total += weight
		all = append(all, belief{meaning: meaning{category: x.category}, share: weight, matches: x.matches})
	}
	for _, g := range m.model.Predict(text) {
		if g.Confidence < leastShown/2 {
			break
		}
		means, ok := m.means[g.Label]
		if !ok || means.category >= 0 && !c.ordinary(&c.categories[means.category]) {
			continue // for the rules alone
		}
		i := slices.IndexFunc(all, func(b belief) bool { return b.meaning == means })
		if i < 0 {
			i, all = len(all), append(all, belief{meaning: means})
		}
		b := &all[i]
		b.label, b.learned = g.Label, g.Confidence
		b.share += says * g.Confidence
	}
	for i := range all {
		all[i].share /= total
		all[i].route = c.routeOf(v.area, all[i].meaning)
	}
	all = slices.DeleteFunc(all, func(b belief) bool { return b.route.agency == "" })
	slices.SortStableFunc(all, func(a, b belief) int { return cmp.Compare(b.share, a.share) })
	return all
}

// routeOf is who acts on what a label means at a place.
func (c *City) routeOf(area *Area, means meaning) route {
	if means.category >= 0 {
		return c.route(area, &c.categories[means.category])
	}
	agency, ok := c.Agency(c.destination(area, means))
	if !ok {
		return route{}
	}
	return route{agency.ID, 1, Reason{Code: "agency.learned", Args: []string{agency.Name}}}
}

// side is an agency with what the beliefs that lead to it sum up to.
type side struct {
	agency string
	share  float64
	best   int // the likeliest of its beliefs
}

// gather sums up by agency, the likeliest first. The beliefs are sorted.
func gather(beliefs []belief) []side {
	var sides []side
	for i, b := range beliefs {
		k := slices.IndexFunc(sides, func(s side) bool { return s.agency == b.route.agency })
		if k < 0 {
			k, sides = len(sides), append(sides, side{agency: b.route.agency, best: i})
		}
		sides[k].share += b.share
	}
	slices.SortStableFunc(sides, func(a, b side) int { return cmp.Compare(b.share, a.share) })
	return sides
}
