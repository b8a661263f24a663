// Package amend puts what the database says over a city pack: the pack is the default, the database
// overrides it field by field, and what an upgrade of the pack brings for other fields counts at once.
//
// Who writes edits, in the console or by an import, does it through a Writer:
//
//	w := amend.Writer{Pack: pack, Edits: edits.New(store)}
//	_, err := w.Save(ctx, amend.Signed{By: "siti", Why: "SK 12/2026"}, amend.Wish{
//		Section: amend.Agencies, Key: "bwi.dlh", Value: amend.Agency{Name: amend.Say("Dinas Lingkungan Hidup"), Short: amend.Say("DLH"), Parent: amend.Say("bwi"), Kind: amend.Say("dinas")},
//	})
//
// All wishes of one call are saved together or not at all. A value holds only what is said otherwise than the
// pack says: Agency, Category, or a number for the keys "threshold" and "accuracy" of Facts. A nil value leaves
// a thing to the pack again, and takes away what only the database has. What no city can be compiled from is
// refused with Refusals. Lists of words are kept as what is added and what is taken away, so that the words that an upgrade
// adds are not lost; NewList makes such a list of two whole ones.
//
// Walls stand whatever is edited: see Wall.
package amend

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tanggap/cities"
	"tanggap/router"
	"tanggap/tickets/edits"
)

// The sections, and the keys of Facts.
const (
	Agencies   = "agency"
	Categories = "category"
	Facts      = "facts"

	Threshold = "threshold" // router.Facts.Threshold
	Accuracy  = "accuracy"  // router.Facts.Accuracy
)

// Agency is what is said of an agency; nil is what the pack says. An agency that the pack does not have wants
// Parent, Name, Short and Kind.
type Agency struct {
	Parent   *string `json:"parent,omitempty"`
	Name     *string `json:"name,omitempty"`
	Short    *string `json:"short,omitempty"`
	Kind     *string `json:"kind,omitempty"`
	Area     *string `json:"area,omitempty"`
	External *bool   `json:"external,omitempty"`
	Zone     *string `json:"zone,omitempty"`
	Hours    *string `json:"hours,omitempty"`
	Mailbox  *string `json:"mailbox,omitempty"`
	Chat     *string `json:"chat,omitempty"`
	Words    *List   `json:"words,omitempty"`
	Source   *string `json:"source,omitempty"` // of the facts of a new one; without it why it was edited
}

// Category is what is said of a topic; nil is what the pack says. Agency and Office exclude each other: the one
// that is said takes the place of the other. Conduct, Sensitive and Emergency are for topics that the pack does
// not have, which want Name, Deadline and who acts.
type Category struct {
	Name      map[string]string `json:"name,omitempty"` // by language; one that is missing is the pack's
	Agency    *string           `json:"agency,omitempty"`
	Office    *string           `json:"office,omitempty"`
	Kind      *string           `json:"kind,omitempty"`
	Located   *bool             `json:"located,omitempty"`
	Conduct   *bool             `json:"conduct,omitempty"`
	Sensitive *bool             `json:"sensitive,omitempty"`
	Emergency *bool             `json:"emergency,omitempty"`
	Deadline  *Deadline         `json:"deadline,omitempty"`
	Sure      *List             `json:"sure,omitempty"`
	Strong    *List             `json:"strong,omitempty"`
	Hint      *List             `json:"hint,omitempty"`
	Against   *List             `json:"against,omitempty"`
	Off       *bool             `json:"off,omitempty"`    // its words do not count, neither those of the pack nor those here
	Source    *string           `json:"source,omitempty"` // of the facts; without it why it was edited
}

// Deadline is a promise that a person vouches for.
type Deadline struct {
	Value int    `json:"value"`
	Unit  string `json:"unit"` // hours, calendar_days or working_days
}

// Say is a pointer to what is said.
func Say[T any](v T) *T { return &v }

// Aside is an edit that does not count, because no city comes of it.
type Aside struct {
	Edit edits.Edit
	Err  error
}

// Refusal is what stands against one edit.
type Refusal struct {
	Section, Key string
	Err          error
}

// Error names the thing and the cause.
func (r Refusal) Error() string { return fmt.Sprintf("%s %s: %v", r.Section, r.Key, r.Err) }

// Unwrap is the cause.
func (r Refusal) Unwrap() error { return r.Err }

// Over compiles a pack with edits over it. Edits that do not fit are set aside, each with its reason, and the
// others count: a city with one wrong edit works on.
func Over(pack cities.Pack, list []edits.Edit) (cities.Pack, []Aside) {
	list = inOrder(list)
	def, aside := apply(pack.Definition, list)
	city, err := router.Compile(def)
	if err == nil {
		return made(pack, city, def), aside
	}
	var fitting []edits.Edit
	for i := range list {
		if !slices.ContainsFunc(aside, func(a Aside) bool { return a.Edit.Version == list[i].Version }) {
			fitting = append(fitting, list[i])
		}
	}
	s := sieve{pack: pack}
	s.sift(fitting)
	def, _ = apply(pack.Definition, s.kept)
	if city, err = router.Compile(def); err != nil { // cannot be: it was compiled a moment ago
		return pack, append(aside, s.aside...)
	}
	return made(pack, city, def), append(aside, s.aside...)
}

// inOrder puts agencies first, since topics name them.
func inOrder(list []edits.Edit) []edits.Edit {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b edits.Edit) int { return rank(a.Section) - rank(b.Section) })
	return list
}

func rank(section string) int {
	if i := slices.Index([]string{Agencies, Categories}, section); i >= 0 {
		return i
	}
	return 2
}

func made(pack cities.Pack, city *router.City, def router.Definition) cities.Pack {
	pack.City, pack.Definition = city, def
	return pack
}

// sieve finds the edits that a city can be compiled with: halves of what fails are tried by themselves, so
// that a few wrong ones among thousands cost a few dozen compilations.
type sieve struct {
	pack  cities.Pack
	kept  []edits.Edit
	aside []Aside
}

func (s *sieve) sift(list []edits.Edit) {
	if len(list) == 0 {
		return
	}
	tried := slices.Concat(s.kept, list)
	def, _ := apply(s.pack.Definition, tried)
	_, err := router.Compile(def)
	switch {
	case err == nil:
		s.kept = tried
	case len(list) == 1:
		s.aside = append(s.aside, Aside{list[0], err})
	default:
		s.sift(list[:len(list)/2])
		s.sift(list[len(list)/2:])
	}
}

// apply puts edits over a definition, which is left as it is.
func apply(def router.Definition, list []edits.Edit) (router.Definition, []Aside) {
	a := amender{def: def}
	a.def.Agencies, a.def.Categories = slices.Clone(def.Agencies), slices.Clone(def.Categories)
	var aside []Aside
	for i := range list {
		if err := a.put(&list[i]); err != nil {
			aside = append(aside, Aside{list[i], err})
		}
	}
	a.def.Agencies = parentsFirst(a.def.Agencies)
	return a.def, aside
}

// amender changes a definition whose slices are its own.
type amender struct{ def router.Definition }

func (a *amender) put(e *edits.Edit) error {
	if e.Returns() {
		return nil
	}
	switch e.Section {
	case Agencies:
		return a.agency(e)
	case Categories:
		return a.category(e)
	case Facts:
		return a.fact(e)
	}
	return fmt.Errorf("there is no section %q", e.Section)
}

func (a *amender) fact(e *edits.Edit) error {
	var share float64
	if err := decode(e.Value, &share); err != nil {
		return err
	}
	if share <= 0 || share >= 1 {
		return fmt.Errorf("%v is not between 0 and 1", share)
	}
	switch e.Key {
	case Threshold:
		a.def.Facts.Threshold = share
	case Accuracy:
		a.def.Facts.Accuracy = share
	default:
		return fmt.Errorf("there is no fact %q", e.Key)
	}
	return nil
}

func decode(value json.RawMessage, into any) error {
	dec := json.NewDecoder(bytes.NewReader(value))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return errors.New("its value is not of the shape that this program knows")
	}
	return nil
}

// origin vouches for facts that staff said.
func origin(e *edits.Edit, source *string) router.Origin {
	text := e.Why
	if source != nil {
		text = *source
	}
	return router.Origin{Source: text, Checked: e.At.Format("2006-01-02")}
}

// set takes over what is said.
func set[T any](to *T, said *T) {
	if said != nil {
		*to = *said
	}
}

func parentsFirst(list []router.Agency) []router.Agency {
	known := make(map[string]bool, len(list))
	ids := make(map[string]bool, len(list))
	for i := range list {
		ids[list[i].ID] = true
	}
	out := make([]router.Agency, 0, len(list))
	for waiting := list; len(waiting) > 0; {
		var later []router.Agency
		for _, a := range waiting {
			if a.Parent != "" && !known[a.Parent] && ids[a.Parent] {
				later = append(later, a)
				continue
			}
			known[a.ID] = true
			out = append(out, a)
		}
		if len(later) == len(waiting) { // a ring, which Compile names
			return append(out, later...)
		}
		waiting = later
	}
	return out
}
