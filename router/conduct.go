package router

import "slices"

// conduct decides a report about the conduct of officials, and reports whether it is one. Such a
// report goes to the inspectorate, or to the root desk where it concerns the inspectorate itself or
// where it is not clear that it is one; never to the agency concerned or a part of it (invariant 6).
// It is sealed, and no guess names another agency.
func (c *City) conduct(v *view) bool {
	best := slices.IndexFunc(v.candidates, func(x candidate) bool { return c.categories[x.category].Conduct })
	if best < 0 {
		return c.suspect(v)
	}
	x := v.candidates[best]
	officials := v.text.has(c.official)
	if x.score < strong && !officials {
		return false
	}
	others := slices.ContainsFunc(v.matches, func(m match) bool { return m.rule.use == private })
	if others && !officials {
		return false
	}
	d := &v.decision
	cat := &c.categories[x.category]
	d.Agency, d.Category, d.Kind, d.Sealed = c.facts.Inspector, cat.ID, Misconduct, true
	d.Confidence = max(believe(x.score, 0), 0.3)
	if i := c.alarm(v.text, v.candidates); i >= 0 {
		d.Emergency = true
		d.Reasons = append(d.Reasons, Reason{Code: "emergency", Args: evidence(v.text, v.source, v.candidates[i].matches)})
	}
	d.Reasons = append(d.Reasons, Reason{Code: "conduct", Args: evidence(v.text, v.source, x.matches)})
	c.placeReason(v)
	for _, m := range v.matches {
		if m.rule.use != forAgency {
			continue
		}
		accused := c.agencies[m.rule.of]
		d.Reasons = append(d.Reasons, Reason{Code: "conduct.named", Args: []string{accused.Name}})
		if c.Within(accused.ID, c.facts.Inspector) {
			d.Agency = c.facts.Root
		}
	}
	if x.score < strong {
		d.Agency, d.Abstained = c.facts.Root, true
		d.Reasons = append(d.Reasons, Reason{Code: "abstain.weak"})
	}
	d.Top = append(d.Top, Guess{Agency: c.facts.Inspector, Category: cat.ID, Confidence: d.Confidence})
	if d.Agency == c.facts.Root {
		d.Top = []Guess{{Agency: c.facts.Root, Category: cat.ID, Confidence: d.Confidence}}
	}
	return true
}

// suspect seals a report whose first word of a sentence is an official who is neither called for nor
// missed: "petugas loket …" begins to tell what one did, in whatever words. A person at the root desk
// reads on, so that no unforeseen wording carries it to the agency concerned.
func (c *City) suspect(v *view) bool {
	t := v.text
	for i := range t.tokens {
		if !t.means(i, c.official) || !c.begins(t, i) || c.calls(t, i) {
			continue
		}
		d := &v.decision
		d.Agency, d.Kind, d.Sealed, d.Abstained, d.Confidence = c.facts.Root, Misconduct, true, true, 0.3
		if i := c.alarm(t, v.candidates); i >= 0 {
			d.Emergency = true
			d.Reasons = append(d.Reasons, Reason{Code: "emergency", Args: evidence(t, v.source, v.candidates[i].matches)})
		}
		d.Reasons = append(d.Reasons, Reason{Code: "conduct.maybe", Args: []string{t.words(v.source, i, t.ends(i, c.official))}})
		c.placeReason(v)
		d.Top = []Guess{{Agency: c.facts.Root, Confidence: d.Confidence}}
		return true
	}
	return false
}

// begins reports whether only words that carry nothing stand before a token in its sentence, none of
// them a preposition.
func (c *City) begins(t *text, i int) bool {
	for ; !t.tokens[i].Stop && i > 0; i-- {
		if before := t.tokens[i-1].Text; !t.silent[i-1] || t.place[i-1] || prepositions[before] {
			return false
		}
	}
	return true
}

// prepositions make an official the one who is told, not the one who is told about.
var prepositions = map[string]bool{"ke": true, "di": true, "dari": true, "untuk": true, "tolong": true, "mohon": true, "agar": true, "supaya": true, "biar": true, "dengan": true, "to": true, "for": true, "of": true}

// calls reports whether the words behind an official, in its sentence, call for one or miss one.
func (c *City) calls(t *text, i int) bool {
	for j := i + 1; j < len(t.tokens) && !t.tokens[j].Stop; j++ {
		if t.means(j, c.called) {
			return true
		}
	}
	return false
}
