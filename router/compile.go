// Package router finds the agency that can act on a report, and says why. A city pack compiles once
// into an immutable City; Decide is a pure function of the City and the report, with no clock, no I/O
// and no state.
package router

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tanggap/internal/language"
	"tanggap/router/place"
	"tanggap/tickets"
)

// compiler collects a City and every fault on the way.
type compiler struct {
	def    Definition
	city   *City
	faults []error
}

func (c *compiler) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

// Compile checks a definition and makes it ready for deciding. All faults are reported at once, each
// naming the id it concerns. The definition must not be changed afterwards.
func Compile(def Definition) (*City, error) {
	c := compiler{def: def, city: &City{
		facts: def.Facts, guards: def.Guards, agencies: slices.Clone(def.Agencies), categories: slices.Clone(def.Categories),
		agencyAt: make(map[string]int, len(def.Agencies)), categoryAt: make(map[string]int, len(def.Categories)),
		children: make(map[string][]string), offices: make(map[string]string),
	}}
	var err error
	if c.city.places, err = place.New(def.Places); err != nil {
		c.faults = append(c.faults, err)
	}
	c.agencies()
	c.facts()
	c.categories()
	c.rules()
	if len(c.faults) > 0 {
		return nil, errors.Join(c.faults...)
	}
	return c.city, nil
}

func (c *compiler) agencies() {
	codes := make(map[string]bool, len(c.def.Places.Areas))
	for _, a := range c.def.Places.Areas {
		codes[a.Code] = true
	}
	for i, a := range c.city.agencies {
		_, parent := c.city.agencyAt[a.Parent]
		switch {
		case a.ID == "" || a.Name == "":
			c.fault("agency %q: wants an id and a name", a.ID)
		case a.Parent == "" && a.ID != c.def.Facts.Root:
			c.fault("agency %s: has no parent, and only the root desk %q may have none", a.ID, c.def.Facts.Root)
		case a.Parent != "" && !parent:
			c.fault("agency %s: its parent %q is unknown, or stands after it", a.ID, a.Parent)
		case a.Area != "" && !codes[a.Area]:
			c.fault("agency %s: unknown area %q", a.ID, a.Area)
		case a.Short == "" || len(a.Short) > 20 || !plain(a.Short):
			c.fault("agency %s: its short name %q must have 1 to 20 letters of the SMS alphabet", a.ID, a.Short)
		}
		if err := (tickets.AgencyContact{Mail: a.Mailbox, Chat: a.Chat}).Check(); err != nil {
			c.fault("agency %s: %w", a.ID, err)
		}
		if _, twice := c.city.agencyAt[a.ID]; twice {
			c.fault("agency %s: the id stands twice", a.ID)
		}
		c.city.agencyAt[a.ID] = i
		if a.Parent != "" {
			c.city.children[a.Parent] = append(c.city.children[a.Parent], a.ID)
		}
		if a.Area != "" && c.city.offices[a.Area] == "" {
			c.city.offices[a.Area] = a.ID
		}
	}
}

// plain reports whether a text is printable ASCII within the GSM 7-bit default alphabet (3GPP TS
// 23.038, 6.2.1) without its extension table.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > 'z' || strings.ContainsRune("[\\]^`", r) })
}

func (c *compiler) facts() {
	f := c.def.Facts
	if f.ID == "" || f.Name == "" || f.ShortName == "" || len(f.ShortName) > 12 || !plain(f.ShortName) {
		c.fault("city %s: wants id, name, and a short name of at most 12 letters of the SMS alphabet", f.ID)
	}
	for what, id := range map[string]string{"root desk": f.Root, "inspectorate": f.Inspector} {
		if _, ok := c.city.agencyAt[id]; !ok {
			c.fault("city %s: the %s %q is no agency", f.ID, what, id)
		}
	}
	if f.Threshold <= 0 || f.Threshold >= 1 {
		c.fault("city %s: threshold %v is not between 0 and 1", f.ID, f.Threshold)
	}
	if f.Accuracy < 0 || f.Accuracy >= 1 {
		c.fault("city %s: accuracy %v is not between 0 and 1", f.ID, f.Accuracy)
	}
	if a := f.Answer; a != (Deadline{}) && (a.Value <= 0 || (a.Unit != Hours && a.Unit != CalendarDays && a.Unit != WorkingDays)) {
		c.fault("city %s: [city.answer] is no deadline: %d %q", f.ID, a.Value, a.Unit)
	}
	if f.Emergency.Number == "" {
		c.fault("city %s: has no emergency number", f.ID)
	}
	if f.FirstHop != "agency" && !c.level(f.FirstHop) {
		c.fault("city %s: first_hop %q is neither \"agency\" nor a level", f.ID, f.FirstHop)
	}
}

func (c *compiler) level(name string) bool {
	return slices.ContainsFunc(c.def.Places.Levels, func(l place.Level) bool { return l.Name == name })
}

func (c *compiler) categories() {
	for i, cat := range c.city.categories {
		if _, twice := c.city.categoryAt[cat.ID]; twice || cat.ID == "" {
			c.fault("category %q: the id is empty or stands twice", cat.ID)
		}
		c.city.categoryAt[cat.ID] = i
		_, known := c.city.agencyAt[cat.Agency]
		switch {
		case cat.Conduct && (cat.Agency != "" || cat.Office != ""):
			c.fault("category %s: a conduct category names no agency, it goes to the inspectorate", cat.ID)
		case !cat.Conduct && (cat.Agency == "") == (cat.Office == ""):
			c.fault("category %s: wants either an agency or an office", cat.ID)
		case cat.Agency != "" && !known:
			c.fault("category %s: unknown agency %q", cat.ID, cat.Agency)
		case cat.Office != "" && !c.level(cat.Office):
			c.fault("category %s: unknown level %q", cat.ID, cat.Office)
		}
		if cat.Name["id"] == "" || cat.Name["en"] == "" {
			c.fault("category %s: wants a name in id and en", cat.ID)
		}
		switch cat.Kind {
		case "", Complaint, Information, Suggestion, Misconduct:
		default:
			c.fault("category %s: unknown kind %q", cat.ID, cat.Kind)
		}
		switch cat.Deadline.Unit {
		case Hours, CalendarDays, WorkingDays:
		default:
			c.fault("category %s: unknown unit of the deadline %q", cat.ID, cat.Deadline.Unit)
		}
		if cat.Deadline.Value <= 0 {
			c.fault("category %s: its deadline is not above zero", cat.ID)
		}
	}
}

// rules compiles the sets, then every pattern.
func (c *compiler) rules() {
	v := newVocabulary()
	v.silent = language.Silent
	c.city.vocabulary = v
	c.sets(v)
	add := func(owner string, use use, of int, weight float64, sources []string) {
		for _, source := range sources {
			p, err := v.parse(source)
			if err != nil {
				c.fault("%s: %w", owner, err)
				continue
			}
			c.city.rules.add(rule{pattern: p, use: use, of: of, weight: weight})
		}
	}
	for i, cat := range c.city.categories {
		owner := "category " + cat.ID
		add(owner, forCategory, i, sure, cat.Patterns.Sure)
		add(owner, forCategory, i, strong, cat.Patterns.Strong)
		add(owner, forCategory, i, hint, cat.Patterns.Hint)
		add(owner, forCategory, i, against, cat.Patterns.Against)
	}
	for i, g := range c.def.Guards {
		add("guard "+g.Name, forGuard, i, 0, g.Patterns)
	}
	for i, a := range c.city.agencies {
		add("agency "+a.ID, forAgency, i, 0, a.Words)
	}
	add("kinds.information", asking, 0, 0, c.def.Kinds.Information)
	add("kinds.suggestion", proposing, 0, 0, c.def.Kinds.Suggestion)
	add("kinds.complaint", complaining, 0, 0, c.def.Kinds.Complaint)
	add("private", private, 0, 0, c.def.Conduct.Private)
	add("suspect", suspect, 0, 0, c.def.Conduct.Suspect)
	for name, symbol := range c.city.meanings() {
		*symbol = v.symbol("<" + name + ">")
	}
	v.widen()
	v.root()
	v.bone()
	v.enlist()
	c.city.rules.index(len(v.symbols))
}

// sets enters the sets in an order in which each names only earlier ones.
func (c *compiler) sets(v *vocabulary) {
	waiting := slices.Clone(c.def.Sets)
	for len(waiting) > 0 {
		var later []Set
		var last error
		for _, s := range waiting {
			if err := v.check(s); err != nil {
				later, last = append(later, s), err
				continue
			}
			v.set(s)
		}
		if len(later) == len(waiting) {
			c.fault("%w", last)
			return
		}
		waiting = later
	}
}
