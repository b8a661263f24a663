package router

import "slices"

// conduct decides a report about the conduct of officials, and reports whether it is one. Such a
// report goes to the inspectorate, or to the root desk where it concerns the inspectorate itself or
// where it is not clear that it is one; never to the agency concerned or a part of it (invariant 6).
// It is sealed, and no guess names another agency.
func (c *City) conduct(v *view) bool {
	best := slices.IndexFunc(v.candidates, func(x candidate) bool { return c.categories[x.category].Conduct })
	if best < 0 {
		return false
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
