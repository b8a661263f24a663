package router

// Decide finds the agency for a report. It is pure: equal reports get equal decisions.
func (c *City) Decide(r Report) Decision {
	return Decision{
		Agency: c.facts.Root, Kind: Complaint, Abstained: true, Point: r.Point, Language: "id",
		Top: []Guess{}, Reasons: []Reason{{Code: "abstain.empty"}},
	}
}
