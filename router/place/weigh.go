package place

// claim is what all mentions together say for one area.
type claim struct {
	area     int
	own      float64 // the heaviest mention that names it
	how      string
	first    int // the token where it was first named
	support  float64
	conflict float64
	others   int // an area that contradicts it, -1
}

// decide weighs the mentions against each other. Names around or within one another support each
// other, others contradict; the deepest area that is well supported wins.
func (x *Index) decide(mentions []mention) (Found, bool) {
	claims := x.claims(mentions)
	if len(claims) == 0 {
		return Found{}, false
	}
	best, bestScore := -1, 0.0
	for i := range claims {
		c := &claims[i]
		x.weighClaim(c, mentions)
		score := c.own + 0.35*min(c.support, 1.5) - 0.3*c.conflict + 0.12*float64(x.rank[c.area])
		if best < 0 || score > bestScore+1e-9 || score > bestScore-1e-9 && c.first < claims[best].first {
			best, bestScore = i, score
		}
	}
	c := claims[best]
	conf := c.own
	if c.support > 0 {
		conf = min(0.99, conf+0.12*min(c.support, 1))
	}
	if c.others >= 0 {
		if up := x.common(c.area, c.others); up >= 0 && x.rank[up] == len(x.levels)-2 && claims[best].conflict > 0.8*c.own && c.own < 0.97 {
			return Found{Area: x.areas[up], Confidence: min(0.9, conf), How: Parent}, true
		}
		conf *= 1 - 0.35*min(1, c.conflict/c.own)
	}
	return Found{Area: x.areas[c.area], Confidence: round(conf), How: c.how}, true
}

// claims lists every area that some mention may mean.
func (x *Index) claims(mentions []mention) []claim {
	var claims []claim
	for _, m := range mentions {
		list := x.meant(m)
		for _, n := range list {
			own, how := m.weight, m.how
			if how == "" {
				how = n.how
			}
			switch {
			case n.how == Head:
				own *= 0.9
			case n.how == IsLandmark:
				own *= 0.92
			}
			if n.how == Head && (how == Named || how == Head) {
				how = Head
			}
			if len(m.names) > 1 && how == Named {
				how = Shared
			}
			claims = enter(claims, claim{area: n.area, own: own, how: how, first: m.From, others: -1})
		}
	}
	return claims
}

func enter(claims []claim, c claim) []claim {
	for i := range claims {
		if claims[i].area == c.area {
			if c.own > claims[i].own {
				claims[i].own, claims[i].how = c.own, c.how
			}
			return claims
		}
	}
	return append(claims, c)
}

// meant are the areas that a mention may mean: the announced level where the name has it; else, of a
// name that an area shares with a part of itself, the wider one alone, which is right either way.
func (x *Index) meant(m mention) []name {
	if len(m.names) < 2 {
		return m.names
	}
	if m.level >= 0 {
		for i, n := range m.names {
			if x.rank[n.area] == m.level {
				return m.names[i : i+1]
			}
		}
	}
	for i, n := range m.names {
		wide := true
		for _, o := range m.names {
			wide = wide && (x.holds(n.area, o.area) || x.rank[n.area] < x.rank[o.area])
		}
		if wide {
			return m.names[i : i+1]
		}
	}
	return m.names
}

// weighClaim sums what the other mentions say about a claim.
func (x *Index) weighClaim(c *claim, mentions []mention) {
	for _, m := range mentions {
		against, other := true, -1
		for _, n := range m.names {
			if n.area == c.area {
				against = false
				break
			}
			if x.holds(n.area, c.area) || x.holds(c.area, n.area) {
				c.support += m.weight
				against = false
				break
			}
			other = n.area
		}
		if against {
			if m.weight > c.conflict {
				c.others = other
			}
			c.conflict = max(c.conflict, m.weight)
		}
	}
}

func round(v float64) float64 { return float64(int(v*100+0.5)) / 100 }
