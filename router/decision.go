package router

import (
	"time"

	"tanggap/router/place"
)

// Point is a place on earth in degrees (WGS 84).
type Point = place.Point

// Report is what a citizen told us, as far as it matters for finding who can act.
type Report struct {
	Subject  string
	Text     string
	Language string    // a hint of the platform, BCP 47; the text itself is asked first
	Point    *Point    // a pin, the position of a photo; nil where there is none
	At       time.Time // when it was written; Decide itself never looks at a clock
}

// The kinds of ticket that a decision may propose (DESIGN.md, section 1).
const (
	Complaint   = "complaint"
	Information = "information"
	Suggestion  = "suggestion"
	Misconduct  = "misconduct"
)

// Decision is the router's answer to one report. It marshals to its stored form, which keeps reasons
// structured; Rendered gives the form that people and other programs read.
type Decision struct {
	Agency     string   `json:"agency"`             // id; the root desk where it abstained
	Category   string   `json:"category,omitempty"` // id; "" where nothing fits
	Kind       string   `json:"kind"`
	Confidence float64  `json:"confidence"` // 0 to 1: how often a decision like this one is right
	Abstained  bool     `json:"abstained"`  // a person has to verify it
	Emergency  bool     `json:"emergency"`  // somebody is in danger now; tell the emergency number at once
	Sealed     bool     `json:"sealed,omitempty"`
	Area       *Area    `json:"area,omitempty"`
	Point      *Point   `json:"point,omitempty"` // the report's, or one read from a map link in its text
	Top        []Guess  `json:"top"`             // at most three, the best first
	Reasons    []Reason `json:"reasons"`
	Language   string   `json:"language"`        // "id" or "en", told from the text
	Model      int64    `json:"model,omitempty"` // the version of the text model that was asked; 0 for none
}

// Area is where a report happened, with how that is known.
type Area struct {
	Code       string   `json:"code"`
	Level      string   `json:"level"` // named by the pack: kelurahan, kecamatan, kota, provinsi …
	Name       string   `json:"name"`
	Parents    []string `json:"parents"` // codes, the nearest first
	Confidence float64  `json:"confidence"`
	How        Reason   `json:"how"`
	Outside    bool     `json:"outside,omitempty"` // it is a neighbour's, or further away
}

// Guess is one of the best candidates.
type Guess struct {
	Agency     string  `json:"agency"`
	Category   string  `json:"category,omitempty"`
	Confidence float64 `json:"confidence"`
}

// Rendered is a Decision with its reasons in words: what `tanggap route --json` prints and the JSON
// API shows.
type Rendered struct {
	Agency     string        `json:"agency"`
	Category   string        `json:"category"`
	Kind       string        `json:"kind"`
	Confidence float64       `json:"confidence"`
	Abstained  bool          `json:"abstained"`
	Emergency  bool          `json:"emergency"`
	Sealed     bool          `json:"sealed"`
	Area       *RenderedArea `json:"area"`
	Point      *Point        `json:"point,omitempty"`
	Top        []Guess       `json:"top"`
	Reasons    []string      `json:"reasons"`
	Language   string        `json:"language"`
}

// RenderedArea is an Area with its How in words.
type RenderedArea struct {
	Code       string   `json:"code"`
	Level      string   `json:"level"`
	Name       string   `json:"name"`
	Parents    []string `json:"parents"`
	Confidence float64  `json:"confidence"`
	How        string   `json:"how"`
	Outside    bool     `json:"outside,omitempty"`
}

// Rendered puts the decision into words of lang ("id" or "en"; anything else reads as "en").
func (d Decision) Rendered(lang string) Rendered {
	r := Rendered{
		Agency: d.Agency, Category: d.Category, Kind: d.Kind, Confidence: d.Confidence, Abstained: d.Abstained,
		Emergency: d.Emergency, Sealed: d.Sealed, Point: d.Point, Top: d.Top, Language: d.Language,
		Area: d.Area.Rendered(lang), Reasons: make([]string, len(d.Reasons)),
	}
	if r.Top == nil {
		r.Top = []Guess{}
	}
	for i, reason := range d.Reasons {
		r.Reasons[i] = reason.Text(lang)
	}
	return r
}

// Rendered puts the area into words; nil stays nil.
func (a *Area) Rendered(lang string) *RenderedArea {
	if a == nil {
		return nil
	}
	parents := a.Parents
	if parents == nil {
		parents = []string{}
	}
	return &RenderedArea{Code: a.Code, Level: a.Level, Name: a.Name, Parents: parents, Confidence: a.Confidence, How: a.How.Text(lang), Outside: a.Outside}
}
