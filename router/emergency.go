package router

import "slices"

// early is how many words into a report an alarm may stand without a word that says "now": who calls
// for help does not begin with a story.
const early = 40

// reach is how many words before an alarm may turn it into something feared, denied or remembered.
const reach = 4

// guarded drops what a look-alike explains: in "kebakaran jenggot" nothing burns. It returns the
// look-alikes that explained an alarm away.
func (c *City) guarded(matches []match) (rest []match, by []span) {
	var guards []match
	for _, m := range matches {
		if m.rule.use == forGuard {
			guards = append(guards, m)
		}
	}
	if len(guards) == 0 {
		return matches, nil
	}
	rest = slices.DeleteFunc(matches, func(m match) bool {
		if m.rule.use == forGuard {
			return false
		}
		alarm := m.rule.use == forCategory && c.categories[m.rule.of].Emergency
		for _, g := range guards {
			guard := &c.guards[g.rule.of]
			if !alarm && !guard.Figure || !g.a.takes(m.a) && !(m.b.to > m.b.from && g.a.takes(m.b)) {
				continue
			}
			if alarm && !slices.Contains(by, g.a) {
				by = append(by, g.a)
			}
			return true
		}
		return false
	})
	return rest, by
}

// takes reports whether a look-alike explains a match: it holds the match, or its last word and what
// follows ("saya terjebak" in "saya terjebak macet").
func (s span) takes(m span) bool {
	return s.from <= m.from && m.to <= s.to || m.from <= s.from && s.from < m.to && m.to <= s.to
}

// alarm finds the best candidate that is an emergency happening now: a strong word of an emergency
// category that is not denied, feared, practised, or over. It returns -1 where there is none.
func (c *City) alarm(t *text, candidates []candidate) int {
	for i, x := range candidates {
		if !c.categories[x.category].Emergency || x.score < strong {
			continue
		}
		for _, m := range x.matches {
			if m.rule.weight >= strong && c.happening(t, m) {
				return i
			}
		}
	}
	return -1
}

// happening reports whether what a match says is so, now.
func (c *City) happening(t *text, m match) bool {
	if c.denies(t, m.a) || m.b.to > m.b.from && c.denies(t, m.b) {
		return false
	}
	past := m.a.from > early
	from, to := t.sentence(m.a)
	for i := range t.tokens {
		if t.means(i, c.now) && !t.means(i, c.past) { // "now it is quiet" tells of the past
			return true
		}
		past = past || i >= from && i < to && t.means(i, c.past)
	}
	return !past
}

// denies reports whether the words before a span, or within it, say that it is not so.
func (c *City) denies(t *text, s span) bool {
	for i := s.from + 1; i < s.to-1; i++ {
		if t.means(i, c.unreal) {
			return true
		}
	}
	said := 0
	for i := s.from - 1; i >= 0 && said < reach && !t.tokens[i+1].Stop && !t.tokens[i+1].Pause; i-- {
		if t.means(i, c.unreal) || said == 0 && t.means(i, c.denied) {
			return true
		}
		if !t.silent[i] && !linking[t.tokens[i].Text] {
			said++
		}
	}
	return false
}

// linking are words between a fear and what is feared: "takut terjadi kebakaran".
var linking = map[string]bool{
	"terjadi": true, "menyebabkan": true, "mengakibatkan": true, "menimbulkan": true, "memicu": true, "timbul": true,
	"kena": true, "terkena": true, "of": true, "a": true, "the": true, "cause": true, "happen": true,
}

// means reports whether a token has a symbol.
func (t *text) means(i int, symbol int32) bool {
	for _, m := range t.at(i) {
		if m.symbol == symbol {
			return true
		}
	}
	return false
}

// has reports whether any token has a symbol.
func (t *text) has(symbol int32) bool {
	return slices.ContainsFunc(t.marks, func(m mark) bool { return m.symbol == symbol })
}

// sentence is the sentence that a span begins in, and the one after it.
func (t *text) sentence(s span) (from, to int) {
	for from = s.from; from > 0 && !t.tokens[from].Stop; from-- {
	}
	stops := 0
	for to = s.from + 1; to < len(t.tokens); to++ {
		if t.tokens[to].Stop {
			if stops++; stops == 2 {
				break
			}
		}
	}
	return from, to
}
