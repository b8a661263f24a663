package router

// doubtful leaves a report to the root desk, with what it might be.
func (c *City) doubtful(v *view, r verdict) {
	d := &v.decision
	d.Agency, d.Abstained = c.facts.Root, true
	if r.route.reason.Code == "abstain.place" {
		d.Reasons = append(d.Reasons, r.route.reason)
		return
	}
	if r.rival != nil {
		d.Reasons = append(d.Reasons, Reason{Code: "rival", Args: []string{r.rival.Name["id"], r.rival.Name["en"]}})
	}
	d.Reasons = append(d.Reasons, Reason{Code: "abstain.weak"})
}

// abstain leaves a report to the root desk because nothing in it is known.
func (c *City) abstain(v *view, why Reason) Decision {
	d := &v.decision
	d.Abstained = true
	d.Kind = c.kind(v, nil)
	c.placeReason(v)
	d.Reasons = append(d.Reasons, why)
	return *d
}

func (c *City) placeReason(v *view) {
	d := &v.decision
	if v.beyond != nil {
		d.Reasons = append(d.Reasons, Reason{Code: "place.outside", Args: []string{v.beyond.Name}})
		return
	}
	if v.area == nil {
		d.Reasons = append(d.Reasons, Reason{Code: "place.none"})
		return
	}
	d.Reasons = append(d.Reasons, Reason{Code: "place", Args: append([]string{v.area.Name, v.area.How.Code}, v.area.How.Args...)})
}

// kind says whether the report complains, asks or proposes.
func (c *City) kind(v *view, cat *Category) string {
	if cat != nil && cat.Kind != "" {
		return cat.Kind
	}
	var asks, proposes, complains bool
	for _, m := range v.matches {
		switch m.rule.use {
		case asking:
			asks = true
		case proposing:
			proposes = true
		case complaining:
			complains = true
		}
	}
	switch {
	case v.decision.Emergency || complains:
		return Complaint
	case asks:
		return Information
	case proposes:
		return Suggestion
	}
	return Complaint
}
