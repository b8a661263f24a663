package place

// claim is what all mentions together say for one area.
type claim struct {
	area     int
	own      float64 // the heaviest mention that names it
	how      string
	first    int  // the token where it was first named
	by       Span // the heaviest mention
	support  float64
	conflict float64
	others   int // an area that contradicts it, -1
}

// decide weighs the mentions against each other. A name that lies around an area supports it, one
// elsewhere contradicts it; the deepest area that is well supported wins.
func (x *Index) decide(mentions []mention) (found Found, by Span, ok bool) {
	claims := x.claims(mentions)
	best, bestScore := -1, 0.0
	for i := range claims {
		c := &claims[i]
		x.weighClaim(c, mentions)
		score := c.own + 0.35*min(c.support, 1.5) - 0.3*c.conflict + 0.12*float64(x.rank[c.area])
		if best < 0 || score > bestScore+1e-9 || score > bestScore-1e-9 && c.first < claims[best].first {
			best, bestScore = i, score
		}
	}
	if best < 0 {
		return Found{}, Span{}, false
	}
	c := claims[best]
	conf := min(0.99, c.own+0.12*min(c.support, 1))
	if c.others >= 0 {
		if up := x.common(c.area, c.others); up >= 0 && x.rank[up] == len(x.levels)-2 && c.conflict > 0.8*c.own && c.own < 0.97 {
			return Found{Area: x.areas[up], Confidence: round(min(0.9, conf)), How: Parent}, Span{}, true
		}
		conf *= 1 - 0.35*min(1, c.conflict/(c.own+c.support))
	}
	return Found{Area: x.areas[c.area], Confidence: round(conf), How: c.how}, c.by, true
}

// claims lists every area that some mention may mean.
func (x *Index) claims(mentions []mention) []claim {
	var claims []claim
	for _, m := range mentions {
		if m.faint {
			continue
		}
		for _, n := range m.names {
			own, how := m.weight*x.chance(n, m.names), m.how
			if how == "" {
				how = n.how
			}
			switch n.how {
			case Head:
				own *= 0.9
			case IsLandmark:
				own *= 0.92
			case Named:
				if how == Named {
					own *= x.trust(n.area)
				}
			}
			claims = enter(claims, claim{area: n.area, own: own, how: how, first: m.From, by: m.Span, others: -1})
		}
	}
	return claims
}

// trust is how much of its weight an area's name keeps that stands alone: less for the smallest areas,
// by whose names people also call what lies around, and for one with namesakes elsewhere, which are
// called so for short.
func (x *Index) trust(a int) float64 {
	trust := 1.0
	if x.rank[a] == len(x.levels)-1 {
		trust = 0.92
	}
	if x.family[a] < 0 || x.parent[a] >= 0 && !x.holds(x.parent[a], x.family[a]) {
		trust *= 0.95
	}
	return trust
}

// chance is how much of a mention's weight one of its meanings has: less where the name means
// something else too, and still less for the smaller area, and for one outside the city.
func (x *Index) chance(n name, all []name) float64 {
	if len(all) == 1 {
		return 1
	}
	chance := 1.0
	if n.spread {
		chance = 0.65
	}
	for _, o := range all {
		switch {
		case n.spread && o.spread:
		case n.outside && !o.outside:
			return 0.7
		case n.area == o.area || n.outside != o.outside:
		case x.rank[o.area] < x.rank[n.area]:
			chance = 0.7
		default:
			chance = min(chance, 0.9)
		}
	}
	return chance
}

func enter(claims []claim, c claim) []claim {
	for i := range claims {
		if claims[i].area == c.area {
			if c.own > claims[i].own {
				claims[i].own, claims[i].how, claims[i].by = c.own, c.how, c.by
			}
			return claims
		}
	}
	return append(claims, c)
}

// meant are the areas that a name means where it stands: those of the announced level where it has
// any; of a name that an area shares with a part of itself the wider one alone, which is right either
// way; of a loose one the area around.
func (x *Index) meant(list []name, m mention) []name {
	if len(list) == 1 && !m.loose {
		return list
	}
	marked := m.level >= 0 && x.has(list, m.level)
	out := make([]name, 0, len(list))
	for _, n := range list {
		switch {
		case marked && x.rank[n.area] != m.level, !marked && x.inner(n, list):
			continue
		case len(list) > 1 && !marked && n.how == Named:
			n.how = Shared
		}
		if m.loose {
			if n.area = x.around(n.area, m.wide); n.area < 0 {
				continue
			}
		}
		out = append(out, n)
	}
	return out
}

// inner reports whether the area around a meaning has the same name.
func (x *Index) inner(n name, list []name) bool {
	for _, o := range list {
		if o.area != n.area && x.holds(o.area, n.area) {
			return true
		}
	}
	return false
}

// around is the area that a street or quarter called after area a is in, -1 where that is too wide to
// say anything.
func (x *Index) around(a int, wide bool) int {
	up := a
	if x.rank[a] == len(x.levels)-1 && x.parent[a] >= 0 {
		up = x.parent[a]
	}
	if wide {
		up = x.common(up, x.family[a])
	}
	if up < 0 || x.rank[up] == 0 && len(x.levels) > 2 {
		return -1
	}
	return up
}

// weighClaim sums what the other mentions say about a claim.
func (x *Index) weighClaim(c *claim, mentions []mention) {
	for _, m := range mentions {
		against, other := true, -1
		for _, n := range m.names {
			switch {
			case n.area == c.area || x.holds(c.area, n.area):
				against = false
			case x.holds(n.area, c.area):
				c.support += m.weight
				against = false
			}
			if !against {
				break
			}
			other = n.area
		}
		if against && !m.faint {
			if m.weight > c.conflict {
				c.others = other
			}
			c.conflict = max(c.conflict, m.weight)
		}
	}
}

func round(v float64) float64 { return float64(int(v*100+0.5)) / 100 }
