// Package similar says whether two reports are about the same incident: one place, one topic, one
// time. It is pure, knows no city, and gives its causes as data, so that staff read why. It gives a
// degree and not a probability: there are too few labelled pairs to calibrate one on.
//
// Sure may act alone, and wants two pins within 50 m, or 150 m where the texts agree in three words, one category and
// three hours. Likely is for a person. Reports whose matter is one person's own (a card, a bill), and those that are
// sealed, are not to be compared: whoever calls leaves them out.
//
// Measured on ordinary days (testdata/ordinary.tsv, where nearly a third of the pairs within 150 m are two matters): on
// the half that the rule was set on 22 of 22 sure pairs are one incident, on the other 20 of 21, of 38 and 39 that there
// are. Without the words 25 of 35 were. Of likely or sure ones 33 of 55 and 35 of 48. On flood reports (cities,
// TestPairsOfFloodReports), where two within 300 m and 3 hours are one incident, in two halves, with pins that err by an
// assumed error of telephones: 39 of 39 and 49 of 49 sure ones, of 93 and 181 that there are; of likely or sure ones
// 237 of 509 with pins, 25 of 155 without. A street that both name, with its number, is never Sure: of those 274
// incidents it found 4, all of them right, which shows nothing.
package similar

import (
	"math"
	"slices"
	"strconv"
	"time"

	"tanggap/internal/language"
	"tanggap/router/place"
)

// The limits within which reports are compared.
const (
	// Near is how far apart two points of one incident lie at most, in metres.
	Near = 300
	// Beside is how near two points must lie for a Sure verdict, in metres: a phone in the open errs by tens of them.
	Beside = 150
	// AtOne is how near two points lie that may be one and the same, in metres: farther ones want texts that agree.
	AtOne = 50
	// Soon is the longest time between two reports of a Sure verdict.
	Soon = 3 * time.Hour
	// Recent is the longest time between two reports of a Likely one.
	Recent = 48 * time.Hour

	mostWords  = 200 // of a text that are read; what is told later is rarely the matter
	mostShared = 3   // words that a reason names
	bare       = 3   // words of a text that says no more than its topic
)

// Report is what is known of one report. Area and Parents are codes of the city pack, Parents from the
// nearest up; Area, Category and Point may be missing.
type Report struct {
	At       time.Time
	Text     string
	Category string
	Area     string
	Parents  []string
	Point    *place.Point
}

// Reading is a Report whose text has been read, to be compared with many. It is immutable.
type Reading struct {
	report  Report
	words   map[string]bool
	address address
}

// Read reads a report's text, at most its first 200 words.
func Read(r Report) Reading {
	tokens := language.Tokens(r.Text, mostWords)
	words := make(map[string]bool, len(tokens))
	for _, t := range tokens {
		if len(t.Text) > 3 && !language.Silent(t.Text) && !numeric(t.Text) {
			words[t.Text] = true
		}
	}
	return Reading{report: r, words: words, address: readAddress(tokens)}
}

// Degree says how far two reports are alike.
type Degree int

// The degrees, from the least.
const (
	Unlike Degree = iota // another incident, or nothing that says it is the same
	Likely               // worth showing to a person
	Sure                 // may be acted on alone
)

// Reason is one cause of a verdict. Args may quote single words of the reports: for staff who may read
// both, never for logs.
//
//	similar.metres   how many metres apart
//	similar.minutes  how many minutes apart
//	similar.area     the code of the area that both are in
//	similar.category the category of both
//	similar.street   the street that both name
//	similar.words    up to three words that both say
type Reason struct {
	Code string   `json:"code"`
	Args []string `json:"args,omitempty"`
}

// Verdict is what Compare found. An Unlike one has no reasons.
type Verdict struct {
	Degree  Degree
	Reasons []Reason
}

// Compare says whether a and b are about the same incident, whichever came first. Its cost is bounded
// by the words that Read keeps.
func Compare(a, b Reading) Verdict {
	degree, where := weigh(a, b)
	if degree == Unlike {
		return Verdict{}
	}
	return Verdict{Degree: degree, Reasons: reasons(a, b, where)}
}

// nearby is what the places of two reports have in common: a distance, or else an area.
type nearby struct {
	metres float64
	area   string // "" where metres counts
}

// weigh is Compare without words for it: a search does this to hundreds.
func weigh(a, b Reading) (Degree, nearby) {
	apart := a.report.At.Sub(b.report.At).Abs()
	if apart > Recent || a.report.Category != b.report.Category || a.address.against(b.address) {
		return Unlike, nearby{}
	}
	street := a.address.street(b.address)
	degree, where := nearness(a.report, b.report, street != "")
	if degree == Likely && where.area != "" && street == "" && apart > Soon && common(a.words, b.words) < 2 {
		return Unlike, where // a kelurahan has tens of thousands of people: within a day they report much of a kind
	}
	if a.report.Category == "" && degree > Unlike && common(a.words, b.words) < 2 {
		return Unlike, where
	}
	if degree == Sure && (apart > Soon || a.report.Category == "" || !agree(a, b, where.metres)) {
		degree = Likely
	}
	return degree, where
}

// agree reports whether two texts say one thing, as far as they say anything: the farther apart their pins are,
// the more of it. One street has many lamps, and a park many faults.
func agree(a, b Reading, metres float64) bool {
	shared := common(a.words, b.words)
	if metres > AtOne {
		return shared >= 3
	}
	return shared > 0 || min(len(a.words), len(b.words)) <= bare
}

func reasons(a, b Reading, where nearby) []Reason {
	first := Reason{Code: "similar.area", Args: []string{where.area}}
	if where.area == "" {
		first = Reason{Code: "similar.metres", Args: []string{strconv.Itoa(int(math.Round(where.metres)))}}
	}
	apart := a.report.At.Sub(b.report.At).Abs()
	all := []Reason{first, {Code: "similar.minutes", Args: []string{strconv.Itoa(int(apart.Minutes()))}}}
	if a.report.Category != "" {
		all = append(all, Reason{Code: "similar.category", Args: []string{a.report.Category}})
	}
	if street := a.address.street(b.address); street != "" {
		all = append(all, Reason{Code: "similar.street", Args: []string{street}})
	}
	if shared := sharedWords(a.words, b.words); len(shared) > 0 {
		all = append(all, Reason{Code: "similar.words", Args: shared[:min(len(shared), mostShared)]})
	}
	return all
}

// nearness says how far the places of two reports alone would let them be one incident, and why.
// Two points decide by themselves; else the areas must agree, and a person looks.
func nearness(a, b Report, street bool) (Degree, nearby) {
	if a.Point != nil && b.Point != nil {
		m := metres(*a.Point, *b.Point)
		switch {
		case m <= Beside:
			return Sure, nearby{metres: m}
		case m <= Near:
			return Likely, nearby{metres: m}
		}
		return Unlike, nearby{}
	}
	switch {
	case a.Area == "" || b.Area == "":
		return Unlike, nearby{}
	case a.Area == b.Area:
		return Likely, nearby{area: a.Area}
	case street && slices.Contains(a.Parents, b.Area):
		return Likely, nearby{area: b.Area}
	case street && slices.Contains(b.Parents, a.Area):
		return Likely, nearby{area: a.Area}
	}
	return Unlike, nearby{}
}

// metres is the distance of two points of one city: on so little of it the earth is flat.
func metres(a, b place.Point) float64 {
	const radius, degree = 6371000, math.Pi / 180
	x := (a.Lng - b.Lng) * degree * math.Cos((a.Lat+b.Lat)/2*degree)
	return radius * math.Hypot(x, (a.Lat-b.Lat)*degree)
}

// sharedWords are the words in both, the longest first: they say most.
func sharedWords(a, b map[string]bool) []string {
	var shared []string
	for w := range a {
		if b[w] {
			shared = append(shared, w)
		}
	}
	slices.SortFunc(shared, func(x, y string) int {
		if len(x) != len(y) {
			return len(y) - len(x)
		}
		if x < y {
			return -1
		}
		return 1
	})
	return shared
}

// common counts the words in both.
func common(a, b map[string]bool) int {
	n := 0
	for w := range a {
		if b[w] {
			n++
		}
	}
	return n
}
