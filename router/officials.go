package router

import "tanggap/internal/language"

// An official who is named is an official who may be accused, in whatever words. Only where the words
// around one excuse it, because he is called for, addressed, missed, asked or thanked, does the report
// stay an ordinary one. So an unforeseen wording errs to the side of the root desk (invariant 6).

// Distances in words that say something, within one sentence.
const (
	callReach = 4 // from a word that calls to the official called
	missReach = 5 // from an official to a word that misses or praises him
	payReach  = 7 // from an official to money
	deedReach = 3 // from an official to what he does
)

// excuse takes the meaning from officials of whom nothing is told, and from words that only sound
// like a demand ("minta keringanan"). What is left of the official set stands accused.
func (c *City) excuse(t *text) {
	for i := range t.tokens {
		if end := t.ends(i, c.noone); end > 0 {
			for k := i; k < end; k++ {
				t.forget(k, c.official, c.authority, c.force, c.demand)
			}
		}
	}
	for i := range t.tokens {
		end := max(t.ends(i, c.official), t.ends(i, c.authority), t.ends(i, c.force))
		if end > 0 && c.excused(t, i, end) {
			t.forget(i, c.official, c.authority, c.force)
		}
	}
}

// excused reports whether the official at tokens i to end is called for, addressed or missed, and
// nothing in the sentence speaks of misconduct.
func (c *City) excused(t *text, i, end int) bool {
	from, to := t.bounds(i)
	for k := from; k < to; k++ {
		if t.means(k, c.vice) {
			return false
		}
	}
	if c.paid(t, i, end, from, to) {
		return false
	}
	called := c.calledFor(t, i, from)
	deed, acts := c.does(t, end, to)
	which := end < to && t.means(end, c.which)
	switch {
	case called:
		return !which || !deed
	case acts || which:
		return false
	case c.missed(t, end, to):
		return true
	case t.ends(i, c.official) == 0:
		return false // an office, which nobody addresses by its trade
	}
	return c.addressed(t, i, from, end, to) ||
		end == i+1 && t.means(i, c.calling) && !c.begins(t, i) && !(i > from && language.Passive(t.tokens[i-1].Text))
}

// does reports whether the one who ends at end is told to do something bad, or anything at all,
// before a word that misses him: what he "belum" did he did not.
func (c *City) does(t *text, end, to int) (deed, acts bool) {
	said := 0
	for k := end; k < to && said < deedReach && !t.tokens[k].Pause && !t.means(k, c.missing); k++ {
		if t.means(k, c.deed) {
			return true, true
		}
		acts = acts || language.Active(t.tokens[k].Text) && !t.means(k, c.called)
		if !t.silent[k] {
			said++
		}
	}
	return false, acts
}

// paid reports whether money is spoken of in one breath with the one at i to end.
func (c *City) paid(t *text, i, end, from, to int) bool {
	for k := i - 1; k >= from && k > i-payReach && !t.tokens[k+1].Pause; k-- {
		if t.means(k, c.money) {
			return true
		}
	}
	for k := end; k < to && k < end+payReach && !t.tokens[k].Pause; k++ {
		if t.means(k, c.money) {
			return true
		}
	}
	return false
}

// calledFor reports whether a word close before calls for the one at i: "mohon kirim petugas".
func (c *City) calledFor(t *text, i, from int) bool {
	said := 0
	for k := i - 1; k >= from && said < callReach && !t.tokens[k+1].Pause; k-- {
		if t.means(k, c.called) || said == 0 && t.means(k, c.toward) {
			return true
		}
		if !t.silent[k] {
			said++
		}
	}
	return false
}

// missed reports whether a word close behind misses, praises or asks for the one who ends at end.
func (c *City) missed(t *text, end, to int) bool {
	said := 0
	for k := end; k < to && said < missReach; k++ {
		if t.means(k, c.missing) {
			return true
		}
		if !t.silent[k] {
			said++
		}
	}
	return false
}

// addressed reports whether the report speaks to the one at i: "pak lurah, got kami mampet".
func (c *City) addressed(t *text, i, from, end, to int) bool {
	if !t.means(i, c.address) {
		return false
	}
	for k := from; k < i; k++ {
		if !t.silent[k] && !t.means(k, c.called) {
			return false
		}
	}
	if end >= to || t.tokens[end].Pause {
		return true
	}
	return c.titled(t, i) // "Lurah …" begins to tell of one
}

// titled reports whether the official at i is named with respect: "pak lurah".
func (c *City) titled(t *text, i int) bool {
	return t.means(i, c.title) || i > 0 && t.means(i-1, c.title)
}

// bounds is the sentence around token i.
func (t *text) bounds(i int) (from, to int) {
	for from = i; from > 0 && !t.tokens[from].Stop; from-- {
	}
	for to = i + 1; to < len(t.tokens) && !t.tokens[to].Stop; to++ {
	}
	return from, to
}

// forget takes symbols from a token.
func (t *text) forget(i int, symbols ...int32) {
	own := t.marks[t.first[i]:t.first[i+1]]
	for k := range own {
		for _, s := range symbols {
			if own[k].symbol == s {
				own[k] = mark{}
			}
		}
	}
}
