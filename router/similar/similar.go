// Package similar says whether two reports are about the same incident: one place, one topic, one
// time. It is pure, knows no city, and gives its causes as data, so that staff read why. It gives a
// degree and not a probability: there are too few labelled pairs to calibrate one on.
//
// Sure may act alone: two pins within 150 m, or one area and the same street with its number or the second word
// of its name; one category; three hours. Likely is for a person. Measured (cities, TestPairsOfFloodReports) on flood
// reports, where two within 300 m and 3 hours are one incident, in the half of the kecamatan that was not
// looked at before: with two pins that err as telephones do, 83 of 83 sure pairs are right and 83 of 181 found,
// and of 365 likely or sure ones 152; with the text alone 4 of 4 and 4 of 181, which proves no precision, and of 100
// likely or sure ones 17. A flood report's text seldom says where, so only pins are known to bear acting alone.
// Ordinary days (testdata/ordinary.tsv, which the rules were made on): 20 of 20 sure ones right, 20 of 43 found.
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
	// Soon is the longest time between two reports of a Sure verdict.
	Soon = 3 * time.Hour
	// Recent is the longest time between two reports of a Likely one.
	Recent = 48 * time.Hour

	mostWords  = 200 // of a text that are read; what is told later is rarely the matter
	mostShared = 3   // words that a reason names
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
	apart := a.report.At.Sub(b.report.At).Abs()
	if apart > Recent || a.report.Category != b.report.Category || a.address.against(b.address) {
		return Verdict{}
	}
	shared := sharedWords(a.words, b.words)
	street, exact := a.address.street(b.address)
	degree, where := nearness(a.report, b.report, street != "", exact)
	if degree == Likely && where.Code != "similar.metres" && street == "" && len(shared) < 2 && apart > Soon {
		return Verdict{} // a kelurahan has tens of thousands of people: within a day they report much of a kind
	}
	if a.report.Category == "" && len(shared) < 2 {
		return Verdict{}
	}
	if degree == Sure && (apart > Soon || a.report.Category == "") {
		degree = Likely
	}
	if degree == Unlike {
		return Verdict{}
	}
	v := Verdict{Degree: degree, Reasons: []Reason{where, {Code: "similar.minutes", Args: []string{strconv.Itoa(int(apart.Minutes()))}}}}
	if a.report.Category != "" {
		v.Reasons = append(v.Reasons, Reason{Code: "similar.category", Args: []string{a.report.Category}})
	}
	if street != "" {
		v.Reasons = append(v.Reasons, Reason{Code: "similar.street", Args: []string{street}})
	}
	if len(shared) > 0 {
		v.Reasons = append(v.Reasons, Reason{Code: "similar.words", Args: shared[:min(len(shared), mostShared)]})
	}
	return v
}

// nearness says how far the places of two reports alone would let them be one incident, and why.
// Two points decide by themselves; else the areas must agree.
func nearness(a, b Report, street, exact bool) (Degree, Reason) {
	if a.Point != nil && b.Point != nil {
		m := metres(*a.Point, *b.Point)
		why := Reason{Code: "similar.metres", Args: []string{strconv.Itoa(int(math.Round(m)))}}
		switch {
		case m <= Beside:
			return Sure, why
		case m <= Near:
			return Likely, why
		}
		return Unlike, Reason{}
	}
	if a.Area == "" || b.Area == "" {
		return Unlike, Reason{}
	}
	why := Reason{Code: "similar.area", Args: []string{a.Area}}
	if a.Area == b.Area {
		if exact {
			return Sure, why
		}
		return Likely, why
	}
	if slices.Contains(a.Parents, b.Area) {
		why.Args = []string{b.Area}
	} else if !slices.Contains(b.Parents, a.Area) {
		return Unlike, Reason{}
	}
	if street {
		return Likely, why
	}
	return Unlike, Reason{}
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
