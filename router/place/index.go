package place

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tanggap/internal/language"
)

// Index answers where a report happened. It is immutable and safe for concurrent use.
type Index struct {
	areas    []Area
	parent   []int // of each area, -1 at the top
	family   []int // of each area, the smallest one around all whose names begin with its name, -1 if none
	rank     []int // of each area's level, 0 the widest
	byCode   map[string]int
	levels   []Level        // the first of each tier
	markers  map[string]int // word to rank of the level that it announces
	names    names
	firsts   map[string]bool // the words with which names of several words begin, folded
	outlines grid
}

// New checks and indexes a definition; all faults are reported at once, each naming its area.
func New(def Definition) (*Index, error) {
	x := &Index{areas: def.Areas, byCode: make(map[string]int, len(def.Areas)), markers: make(map[string]int), firsts: make(map[string]bool)}
	var faults []error
	ranks := make(map[string]int, len(def.Levels))
	for _, level := range def.Levels {
		if !level.Beside || len(x.levels) == 0 {
			x.levels = append(x.levels, level)
		}
		rank := len(x.levels) - 1
		ranks[level.Name] = rank
		for _, marker := range level.Markers {
			for _, word := range language.Words(marker) {
				x.markers[word] = rank
			}
		}
	}
	for i, a := range def.Areas {
		if _, twice := x.byCode[a.Code]; twice || a.Code == "" {
			faults = append(faults, fmt.Errorf("area %q: the code is empty or stands twice", a.Code))
		}
		rank, ok := ranks[a.Level]
		if !ok {
			faults = append(faults, fmt.Errorf("area %s: unknown level %q", a.Code, a.Level))
		}
		if a.Name == "" {
			faults = append(faults, fmt.Errorf("area %s: has no name", a.Code))
		}
		for _, ring := range a.Rings {
			if len(ring) < 6 || len(ring)%2 != 0 {
				faults = append(faults, fmt.Errorf("area %s: an outline of %d numbers", a.Code, len(ring)))
			}
		}
		x.byCode[a.Code] = i
		x.rank = append(x.rank, rank)
	}
	for _, l := range def.Landmarks {
		if len(l.Codes) == 0 {
			faults = append(faults, fmt.Errorf("landmark %s: lies in no area", l.Name))
		}
		for _, code := range l.Codes {
			if _, ok := x.byCode[code]; !ok {
				faults = append(faults, fmt.Errorf("landmark %s: unknown area %q", l.Name, code))
			}
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	x.parent = make([]int, len(x.areas))
	for i, a := range x.areas {
		x.parent[i] = -1
		if parents := x.Parents(a.Code); len(parents) > 0 {
			x.parent[i] = x.byCode[parents[0]]
		}
	}
	x.family = families(x)
	x.enter(def)
	if len(x.names.nodes) > mostNodes {
		return nil, fmt.Errorf("the names have %d letters that they do not share, at most %d fit", len(x.names.nodes), mostNodes)
	}
	x.outlines = newGrid(x.areas)
	return x, nil
}

// enter fills the trie: names first, then the heads that siblings share, then landmarks.
func (x *Index) enter(def Definition) {
	heads, shared, bearer := make(map[string]int), make(map[string]bool), make(map[string]string)
	for i, a := range x.areas {
		n := name{area: i, how: Named, guard: a.Guard, outside: a.Outside}
		if words := language.Words(a.Name); len(words) > 1 && !a.Outside {
			x.firsts[string(fold(nil, words[0]))] = true
		}
		x.names.add(a.Name, n)
		for _, alias := range a.Aliases {
			guard := ""
			if strings.HasPrefix(alias, "!") {
				guard = Soft
			}
			x.names.add(strings.TrimPrefix(alias, "!"), name{area: i, how: Named, guard: guard, outside: a.Outside})
		}
		if h := head(a.Name); h != "" && !a.Outside && x.rank[i] >= max(1, len(x.levels)-2) {
			other, ok := heads[h]
			switch {
			case !ok:
				heads[h], bearer[h] = x.parent[i], a.Name
			case bearer[h] != a.Name: // a kecamatan and its kelurahan of the same name are no siblings
				heads[h], shared[h] = x.common(other, x.parent[i]), true
			}
		}
	}
	for _, l := range def.Landmarks {
		for _, code := range l.Codes {
			n := name{area: x.byCode[code], how: IsLandmark, guard: l.Guard, spread: len(l.Codes) > 1}
			x.names.add(l.Name, n)
			for _, alias := range l.Aliases {
				x.names.add(alias, n)
			}
		}
	}
	for h, area := range heads {
		// One word alone is a name only if several areas share it: "Sunter", but not "Rawa" of Rawa Barat.
		if area >= 0 && x.rank[area] > 0 && (shared[h] || strings.Contains(h, " ")) && !x.known(h) {
			x.names.add(h, name{area: area, how: Head})
		}
	}
}

// families finds for each area the smallest one that is around it and around all areas of the city
// whose names begin with its own: of Karet, which has Karet Tengsin in another kota, the province.
func families(x *Index) []int {
	family := make([]int, len(x.areas))
	begins := make(map[string][]int)
	for i, a := range x.areas {
		family[i] = i
		if a.Outside {
			continue
		}
		for at, c := range a.Name {
			if c == ' ' {
				begins[a.Name[:at]] = append(begins[a.Name[:at]], i)
			}
		}
	}
	for i, a := range x.areas {
		if !a.Outside {
			for _, other := range begins[a.Name] {
				family[i] = x.common(family[i], other)
			}
		}
	}
	return family
}

// known reports whether a spelling is a name of the city already.
func (x *Index) known(spelling string) bool {
	var folded []string
	for _, word := range language.Words(spelling) {
		folded = append(folded, string(fold(nil, word)))
	}
	list, end := x.names.longest(folded, 0)
	return end == len(folded) && slices.ContainsFunc(list, func(n name) bool { return !n.outside })
}

// Area finds an area by its code.
func (x *Index) Area(code string) (Area, bool) {
	i, ok := x.byCode[code]
	if !ok {
		return Area{}, false
	}
	return x.areas[i], true
}

// Parents returns the codes of the areas around code, the nearest first.
func (x *Index) Parents(code string) []string {
	var parents []string
	for {
		cut := strings.LastIndexByte(code, '.')
		if cut < 0 {
			return parents
		}
		code = code[:cut]
		if _, ok := x.byCode[code]; ok {
			parents = append(parents, code)
		}
	}
}

// At finds the smallest area that holds a point.
func (x *Index) At(p Point) (Found, bool) {
	i, inside, ok := x.outlines.find(p)
	if !ok {
		return Found{}, false
	}
	if inside {
		return Found{Area: x.areas[i], Confidence: 0.97, How: Pin, Point: &p}, true
	}
	return Found{Area: x.areas[i], Confidence: 0.75, How: Near, Point: &p}, true
}

// holds reports whether area a is b or lies around it.
func (x *Index) holds(a, b int) bool {
	for ; b >= 0; b = x.parent[b] {
		if a == b {
			return true
		}
	}
	return false
}

// common is the smallest area around both a and b, -1 where there is none.
func (x *Index) common(a, b int) int {
	for ; a >= 0; a = x.parent[a] {
		if x.holds(a, b) {
			return a
		}
	}
	return -1
}
