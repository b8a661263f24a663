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
	var foul bool // the sentence speaks of misconduct
	var o named
	for i := range t.tokens {
		o.at, o.end = i, max(t.ends(i, c.official), t.ends(i, c.authority), t.ends(i, c.force))
		if o.end == 0 {
			continue
		}
		if i >= o.to {
			o.from, o.to = t.bounds(i)
			foul = c.foul(t, o)
		}
		if !foul && c.excused(t, o) {
			t.forget(i, c.official, c.authority, c.force)
		}
	}
}

// named is an official at tokens at … end, in the sentence from … to.
type named struct{ from, at, end, to int }

// foul reports whether a sentence holds what nobody says of officials without accusing one.
func (c *City) foul(t *text, o named) bool {
	for k := o.from; k < o.to; k++ {
		if t.means(k, c.vice) {
			return true
		}
	}
	return false
}

// excused reports whether an official is called for, addressed or missed.
func (c *City) excused(t *text, o named) bool {
	if c.paid(t, o) {
		return false
	}
	called := c.calledFor(t, o)
	deed, acts := c.does(t, o)
	which := o.end < o.to && t.means(o.end, c.which)
	switch {
	case called:
		return !which || !deed
	case acts || which:
		return false
	case c.missed(t, o):
		return true
	case t.ends(o.at, c.official) == 0:
		return false // an office, which nobody addresses by its trade
	}
	return c.addressed(t, o) || o.end == o.at+1 && t.means(o.at, c.calling) && !c.begins(t, o.at) &&
		!(o.at > o.from && language.Passive(t.tokens[o.at-1].Text))
}

// does reports whether an official is told to do something bad, or anything at all, before a word
// that misses him: what he "belum" did he did not.
func (c *City) does(t *text, o named) (deed, acts bool) {
	said := 0
	for k := o.end; k < o.to && said < deedReach && !t.tokens[k].Pause && !t.means(k, c.missing); k++ {
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

// paid reports whether money is spoken of in one breath with an official.
func (c *City) paid(t *text, o named) bool {
	for k := o.at - 1; k >= o.from && k > o.at-payReach && !t.tokens[k+1].Pause; k-- {
		if t.means(k, c.money) {
			return true
		}
	}
	for k := o.end; k < o.to && k < o.end+payReach && !t.tokens[k].Pause; k++ {
		if t.means(k, c.money) {
			return true
		}
	}
	return false
}

// calledFor reports whether a word close before calls for an official: "mohon kirim petugas".
func (c *City) calledFor(t *text, o named) bool {
	said := 0
	for k := o.at - 1; k >= o.from && said < callReach && !t.tokens[k+1].Pause; k-- {
		if t.means(k, c.called) || said == 0 && t.means(k, c.toward) {
			return true
		}
		if !t.silent[k] {
			said++
		}
	}
	return false
}

// missed reports whether a word close behind an official misses, praises or asks for him.
func (c *City) missed(t *text, o named) bool {
	said := 0
	for k := o.end; k < o.to && said < missReach; k++ {
		if t.means(k, c.missing) {
			return true
		}
		if !t.silent[k] {
			said++
		}
	}
	return false
}

// addressed reports whether the report speaks to an official: "pak lurah, got kami mampet".
func (c *City) addressed(t *text, o named) bool {
	if !t.means(o.at, c.address) {
		return false
	}
	for k := o.from; k < o.at; k++ {
		if !t.silent[k] && !t.means(k, c.called) {
			return false
		}
	}
	if o.end >= o.to || t.tokens[o.end].Pause {
		return true
	}
	// "Pak lurah got kami …" speaks to one, "Lurah …" begins to tell of one.
	return t.means(o.at, c.title) || o.at > 0 && t.means(o.at-1, c.title)
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
