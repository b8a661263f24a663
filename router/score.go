package router

import (
	"cmp"
	"math"
	"slices"
)

// doubt is the weight that something unsaid would have, to the power below: it keeps a single word
// from being certain.
const doubt = 3.5

// far is the token behind which words count less: people say first what it is about.
const far = 90

// candidate is a category with what speaks for it.
type candidate struct {
	category int
	score    float64
	matches  []match // that counted, the heaviest first
}

// scores weighs the matches by category, the best first.
func (c *City) scores(t *text, matches []match) []candidate {
	cover := c.cover(t, matches)
	var out []candidate
	for _, m := range matches {
		if m.rule.use != forCategory {
			continue
		}
		if m.rule.words == 1 && m.rule.weight > 0 && m.rule.weight < strong {
			if owner := cover[m.a.from]; owner != 0 && owner != m.rule.of+1 {
				continue // "merah" of "lampu merah" says nothing else
			}
		}
		i := slices.IndexFunc(out, func(x candidate) bool { return x.category == m.rule.of })
		if i < 0 {
			i, out = len(out), append(out, candidate{category: m.rule.of})
		}
		out[i].take(m)
	}
	out = slices.DeleteFunc(out, func(x candidate) bool { return x.score <= 0 })
	slices.SortFunc(out, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.category, b.category))
	})
	return out
}

// cover tells for each token which category (its index plus one) has a strong pattern of several
// words over it; -1 where several have.
func (c *City) cover(t *text, matches []match) []int {
	cover := make([]int, len(t.tokens))
	for _, m := range matches {
		if m.rule.use != forCategory || m.rule.words < 2 || m.rule.weight < strong {
			continue
		}
		for _, s := range [2]span{m.a, m.b} {
			for i := s.from; i < s.to; i++ {
				if cover[i] != 0 && cover[i] != m.rule.of+1 {
					cover[i] = -1
				} else {
					cover[i] = m.rule.of + 1
				}
			}
		}
	}
	return cover
}

// take adds a match. Words that were counted already count again only by half, and the same words
// not at all.
func (x *candidate) take(m match) {
	weight := m.rule.weight
	if m.rule.words > 1 && weight > 0 { // more words mean it more
		weight *= 1 + 0.1*float64(min(m.rule.words, 4)-1)
	}
	if m.a.from > far {
		weight *= 0.6
	}
	for _, had := range x.matches {
		if had.a.from <= m.a.from && m.a.to <= had.a.to && weight > 0 {
			return
		}
		if had.a.meets(m.a) && weight > 0 {
			weight = m.rule.weight / 2
		}
	}
	x.matches = append(x.matches, m)
	x.score += weight
}

// believe turns a score into a confidence: how often such a decision is right. rival is the score of
// the best candidate that another agency would take.
func believe(score, rival float64) float64 {
	if score <= 0 {
		return 0
	}
	p := power(score) / (power(score) + power(rival) + doubt)
	return round(min(0.98, p))
}

// power sets the clearly better apart from the slightly better.
func power(score float64) float64 { return score * math.Sqrt(score) }

func round(v float64) float64 { return float64(int(v*100+0.5)) / 100 }

// evidence quotes the words that counted, at most four runs, in the order of the text.
func evidence(t *text, source string, matches []match) []string {
	var spans []span
	for _, m := range matches {
		for _, s := range [2]span{m.a, m.b} {
			if s = t.trim(s); s.to > s.from && m.rule.weight >= 0 && len(spans) < 4 &&
				!slices.ContainsFunc(spans, func(o span) bool { return o.from <= s.from && s.to <= o.to }) {
				spans = append(spans, s)
			}
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	words := make([]string, 0, len(spans))
	for i := 0; i < len(spans); {
		s := spans[i]
		for i++; i < len(spans) && spans[i].from < s.to; i++ {
			s.to = max(s.to, spans[i].to)
		}
		if w := t.words(source, s.from, s.to); !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	return words
}

// trim leaves the words that carry nothing away from both ends.
func (t *text) trim(s span) span {
	for s.to-1 > s.from && t.silent[s.to-1] {
		s.to--
	}
	for s.from < s.to-1 && t.silent[s.from] {
		s.from++
	}
	return s
}
