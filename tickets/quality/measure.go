package quality

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Share is how many of how many.
type Share struct{ Of, In int }

// Rate is the share itself, 0 of none.
func (s Share) Rate() float64 {
	if s.In == 0 {
		return 0
	}
	return float64(s.Of) / float64(s.In)
}

// Bounds is between what the true share lies in 95 of 100 cases (Wilson, JASA 22, 1927).
func (s Share) Bounds() (low, high float64) {
	if s.In == 0 {
		return 0, 1
	}
	const z = 1.959964
	n, p := float64(s.In), s.Rate()
	middle, wide := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(0, (middle-wide)/(1+z*z/n)), min(1, (middle+wide)/(1+z*z/n))
}

// Count is how many of all are, and how many of them f holds for.
func Count(all []Judgement, among, f func(*Judgement) bool) (s Share) {
	for i := range all {
		if among(&all[i]) {
			s.In++
			if f(&all[i]) {
				s.Of++
			}
		}
	}
	return s
}

// Alone reports whether the router sent the report by itself, and people had the time to judge that.
func (j *Judgement) Alone() bool { return j.Settled && !j.Abstained && !j.Emergency }

// Left reports whether the router left the report to a person, who has brought it somewhere.
func (j *Judgement) Left() bool { return j.Abstained && !j.Emergency && j.FinalAgency != "" }

// Pair is what was put at one agency, and belonged to another.
type Pair struct {
	From, To string
	Reports  []Judgement // the newest first
}

// Pairs are the confusions of what the router sent by itself, the commonest first.
func Pairs(all []Judgement) []Pair {
	found := map[[2]string]*Pair{}
	for _, j := range all {
		if !j.Alone() || j.Right {
			continue
		}
		key := [2]string{j.Agency, j.FinalAgency}
		if found[key] == nil {
			found[key] = &Pair{From: key[0], To: key[1]}
		}
		found[key].Reports = append(found[key].Reports, j)
	}
	pairs := make([]Pair, 0, len(found))
	for _, p := range found {
		pairs = append(pairs, *p)
	}
	slices.SortFunc(pairs, func(a, b Pair) int {
		return cmp.Or(len(b.Reports)-len(a.Reports), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return pairs
}

// Group is how right the router was, alone, among what has something in common.
type Group struct {
	Name string
	Share
}

// By groups what the router sent by itself, the largest group first.
func By(all []Judgement, name func(*Judgement) string) []Group {
	found := map[string]*Group{}
	for i := range all {
		j := &all[i]
		if !j.Alone() {
			continue
		}
		g := found[name(j)]
		if g == nil {
			g = &Group{Name: name(j)}
			found[g.Name] = g
		}
		if g.In++; j.Right {
			g.Of++
		}
	}
	groups := make([]Group, 0, len(found))
	for _, name := range slices.Sorted(maps.Keys(found)) {
		groups = append(groups, *found[name])
	}
	slices.SortStableFunc(groups, func(a, b Group) int { return b.In - a.In })
	return groups
}

// Band is how often the router was right where it was so sure; From is within, To is not, but 1 is.
type Band struct {
	From, To float64
	Share
}

// Bands hold what it sent by itself and what it left to people alike, each by its best guess; all are there.
func Bands(all []Judgement) []Band {
	edges := []float64{0, .5, .6, .7, .8, .9, .95, 1}
	bands := make([]Band, len(edges)-1)
	for i := range bands {
		bands[i].From, bands[i].To = edges[i], edges[i+1]
	}
	for i := range all {
		j := &all[i]
		if !counted(j) {
			continue
		}
		k := len(bands) - 1
		for k > 0 && j.Confidence < bands[k].From {
			k--
		}
		if bands[k].In++; j.Right {
			bands[k].Of++
		}
	}
	return bands
}

// counted reports whether a decision says how far the confidence can be believed.
func counted(j *Judgement) bool { return j.Settled && !j.Emergency && j.Agency != "" }

// Threshold is from which confidence on the router was as right as is wanted.
type Threshold struct {
	Found      bool
	Confidence float64
	Right      Share // of what it would have sent by itself
	Alone      Share // that is sent by itself, of all
}

// fewest is how many decisions there are to be before a share of them says anything.
const fewest = 30

// Wanted is the lowest confidence at and above which at least the wanted share was right.
func Wanted(all []Judgement, accuracy float64) (t Threshold) {
	var sure []Judgement
	for i := range all {
		if all[i].Settled && !all[i].Emergency {
			t.Alone.In++
		}
		if counted(&all[i]) {
			sure = append(sure, all[i])
		}
	}
	slices.SortFunc(sure, func(a, b Judgement) int { return cmp.Compare(b.Confidence, a.Confidence) })
	var now Share
	for i, j := range sure {
		if now.In++; j.Right {
			now.Of++
		}
		last := i+1 == len(sure) || sure[i+1].Confidence < j.Confidence // who decides alike stays together
		if last && now.In >= fewest && now.Rate() >= accuracy {
			t.Found, t.Confidence, t.Right, t.Alone.Of = true, j.Confidence, now, now.In
		}
	}
	return t
}

// At is what a confidence from which on the router decides alone would have meant.
func At(all []Judgement, confidence float64) (right, alone Share) {
	for i := range all {
		j := &all[i]
		if !j.Settled || j.Emergency {
			continue
		}
		alone.In++
		if counted(j) && j.Confidence >= confidence {
			alone.Of++
			if right.In++; j.Right {
				right.Of++
			}
		}
	}
	return right, alone
}

// Tossed are the reports that people passed on more than once, those with the longest way first.
func Tossed(all []Judgement) (found []Judgement) {
	for _, j := range all {
		if len(j.Path) > 1 {
			found = append(found, j)
		}
	}
	slices.SortStableFunc(found, func(a, b Judgement) int { return len(b.Path) - len(a.Path) })
	return found
}
