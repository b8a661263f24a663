package router

import (
	"cmp"
	"slices"
)

// use says what a rule speaks for.
type use uint8

const (
	forCategory use = iota
	forGuard
	forAgency
	asking
	proposing
	complaining
	private
	suspect
)

// Weights of the tiers. They are in one scale with doubt (score.go): one strong word alone is right
// in about three cases of four.
const (
	sure    = 8.0
	strong  = 4.0
	hint    = 1.5
	against = -6.0
)

// rule is one pattern with what it speaks for.
type rule struct {
	pattern
	use    use
	of     int // index of the category, guard or agency
	weight float64
}

// rules are all patterns of a city, found by the symbol that their first word may have.
type rules struct {
	list  []rule
	first [][]int32 // by symbol
}

func (r *rules) add(x rule) { r.list = append(r.list, x) }

func (r *rules) index(symbols int) {
	r.first = make([][]int32, symbols+1)
	for i := range r.list {
		for _, symbol := range r.list[i].sides[0][0] {
			r.first[symbol] = append(r.first[symbol], int32(i))
		}
	}
}

// span is a run of tokens.
type span struct{ from, to int }

func (s span) meets(o span) bool { return s.from < o.to && o.from < s.to }

// match is a rule that fits: where its first side stands, and its second (empty where it has none).
type match struct {
	rule  *rule
	a, b  span
	index int32
}

// window is how many words may stand between the two sides of a pattern.
const window = 12

// gap is how many words that say something may stand between two words of one side.
const gap = 2

// gap is how many words may stand between. A look-alike or a private person must be said in one
// breath, lest they explain an alarm or an accusation away.
func (x *rule) gap() int {
	if x.use == forGuard || x.use == private {
		return 0
	}
	return gap
}

// match finds every rule that fits, each once, in the order of the text.
func (r *rules) match(t *text) []match {
	out := make([]match, 0, 32)
	seen, present := make(bits, len(r.list)/64+1), make(bits, len(r.first)/64+1)
	for _, m := range t.marks {
		present.add(m.symbol)
	}
	for i := range t.tokens {
		for _, m := range t.at(i) {
			for _, n := range r.first[m.symbol] {
				x := &r.list[n]
				if seen.has(n) {
					continue
				}
				if !x.possible(present) {
					seen.add(n)
					continue
				}
				end, ok := t.follow(x.sides[0][1:], int(m.end), x.gap())
				if !ok {
					continue
				}
				found := match{rule: x, index: n, a: span{i, end}}
				if len(x.sides) == 2 {
					if found.b, ok = t.beside(x.sides[1], found.a); !ok {
						continue
					}
				}
				seen.add(n)
				out = append(out, found)
			}
		}
	}
	return out
}

// possible reports whether every word of a rule stands somewhere in the text.
func (x *rule) possible(present bits) bool {
	for _, side := range x.sides {
		for _, s := range side {
			if !slices.ContainsFunc(s, present.has) {
				return false
			}
		}
	}
	return true
}

// bits is a set of small numbers.
type bits []uint64

func (b bits) add(n int32)      { b[n>>6] |= 1 << (n & 63) }
func (b bits) has(n int32) bool { return b[n>>6]&(1<<(n&63)) != 0 }

// beside looks for the second side of a pattern near the first.
func (t *text) beside(side []slot, near span) (span, bool) {
	for i := max(0, near.from-window); i < min(len(t.tokens), near.to+window); i++ {
		for _, m := range t.at(i) {
			if side[0].has(m.symbol) {
				if end, ok := t.follow(side[1:], int(m.end), gap); ok && !(span{i, end}).meets(near) {
					return span{i, end}, true
				}
			}
		}
	}
	return span{}, false
}

// heaviest sorts matches so that the weightiest and longest come first, then the earliest.
func heaviest(matches []match) {
	slices.SortFunc(matches, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.rule.weight, a.rule.weight), cmp.Compare(b.rule.words, a.rule.words),
			cmp.Compare(a.a.from, b.a.from), cmp.Compare(a.index, b.index))
	})
}
