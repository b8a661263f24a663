package router

import (
	"slices"

	"tanggap/internal/language"
)

// conduct decides a report about the conduct of officials, and reports whether it is one. Such a
// report goes to the inspectorate, or to the root desk where it concerns the inspectorate itself or
// where it is not clear that it is one; never to the agency concerned or a part of it (invariant 6).
// It is sealed, and no guess names another agency.
func (c *City) conduct(v *view) bool {
	officials := v.text.has(c.official) || c.acts(v.text)
	others := slices.ContainsFunc(v.matches, func(m match) bool { return m.rule.use == private })
	excused := others && !officials && !v.text.has(c.plain)
	best := slices.IndexFunc(v.candidates, func(x candidate) bool { return c.categories[x.category].Conduct })
	switch {
	case excused:
		return false
	case best >= 0 && v.candidates[best].score >= strong:
		c.accuse(v, v.candidates[best])
		return true
	case best >= 0 && officials:
		x := v.candidates[best]
		c.suspect(v, c.categories[x.category].ID, evidence(v.text, v.source, x.matches))
		return true
	}
	if words, ok := c.suspicion(v); ok {
		c.suspect(v, "", words)
		return true
	}
	return false
}

// acts reports whether a sentence begins with an office that nothing excuses: it is told of, whoever
// else is named.
func (c *City) acts(t *text) bool {
	for i := range t.tokens {
		if t.means(i, c.authority) && c.begins(t, i) {
			return true
		}
	}
	return false
}

// accuse hands the report to the inspectorate.
func (c *City) accuse(v *view, x candidate) {
	d := &v.decision
	cat := &c.categories[x.category]
	agency, code := c.facts.Inspector, "conduct"
	for _, i := range c.named(v) {
		if c.Within(c.agencies[i].ID, c.facts.Inspector) {
			agency, code = c.facts.Root, "conduct.desk"
		}
	}
	c.seal(v, Reason{Code: code, Args: evidence(v.text, v.source, x.matches)})
	d.Agency, d.Category, d.Confidence = agency, cat.ID, max(believe(x.score, 0), 0.3)
	d.Top = []Guess{{Agency: d.Agency, Category: cat.ID, Confidence: d.Confidence}}
}

// suspect leaves the report to the root desk, where a person reads on.
func (c *City) suspect(v *view, category string, words []string) {
	d := &v.decision
	c.seal(v, Reason{Code: "conduct.maybe", Args: words})
	d.Abstained, d.Category, d.Confidence = true, category, 0.3
	d.Top = []Guess{{Agency: d.Agency, Category: category, Confidence: d.Confidence}}
}

func (c *City) seal(v *view, why Reason) {
	d := &v.decision
	d.Agency, d.Kind, d.Sealed = c.facts.Root, Misconduct, true
	if i := c.alarm(v.text, v.candidates); i >= 0 {
		d.Emergency = true
		d.Reasons = append(d.Reasons, Reason{Code: "emergency", Args: evidence(v.text, v.source, v.candidates[i].matches)})
	}
	d.Reasons = append(d.Reasons, why)
	c.placeReason(v)
	for _, i := range c.named(v) {
		d.Reasons = append(d.Reasons, Reason{Code: "conduct.named", Args: []string{c.agencies[i].Name}})
	}
}

// named lists the agencies that the report names, each once.
func (c *City) named(v *view) []int {
	var out []int
	for _, m := range v.matches {
		if m.rule.use == forAgency && !slices.Contains(out, m.rule.of) {
			out = append(out, m.rule.of)
		}
	}
	return out
}

// suspicion looks for what leaves open whether an official is accused: suspect words, or an official
// whom nothing excuses. Who cries for help is not asked twice: in an emergency the official must be
// the one of whom the sentence tells.
func (c *City) suspicion(v *view) ([]string, bool) {
	t := v.text
	for _, m := range v.matches {
		if m.rule.use == suspect {
			return evidence(t, v.source, []match{m}), true
		}
	}
	alarm := c.alarm(t, v.candidates) >= 0
	for i := range t.tokens {
		if end := t.ends(i, c.official); end > 0 && (!alarm || c.begins(t, i)) {
			return []string{t.words(v.source, i, end)}, true
		}
		if end := t.ends(i, c.force); end > 0 && c.begins(t, i) {
			return []string{t.words(v.source, i, end)}, true
		}
		if end := t.ends(i, c.office); end > 0 && c.begins(t, i) && c.bears(t, end) {
			return []string{t.words(v.source, i, end+1)}, true
		}
	}
	return nil, false
}

// bears reports whether the word at i tells what somebody bears from the office named before it:
// "puskesmas menolak …". Its own works ("PLN memadamkan …") are no one's conduct.
func (c *City) bears(t *text, i int) bool {
	if i >= len(t.tokens) || t.tokens[i].Stop || t.tokens[i].Pause || t.means(i, c.works) {
		return false
	}
	return language.Active(t.tokens[i].Text) || t.means(i, c.deed) && !t.means(i, c.demand)
}

// begins reports whether only words that carry nothing stand before a token in its sentence.
func (c *City) begins(t *text, i int) bool {
	for ; !t.tokens[i].Stop && i > 0; i-- {
		if !t.silent[i-1] || t.place[i-1] {
			return false
		}
	}
	return true
}
