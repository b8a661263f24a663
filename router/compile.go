// Package router finds the agency that can act on a report, and says why. A city pack compiles once
// into an immutable City; Decide is a pure function of the City and the report, with no clock, no I/O
// and no state.
package router

import (
	"errors"
	"fmt"

	"tanggap/router/place"
)

// Compile checks a definition and makes it ready for deciding. All faults are reported at once, each
// naming the id it concerns.
func Compile(def Definition) (*City, error) {
	c := &City{
		facts: def.Facts, agencies: def.Agencies, categories: def.Categories,
		agencyAt: make(map[string]int, len(def.Agencies)), categoryAt: make(map[string]int, len(def.Categories)),
		children: make(map[string][]string), offices: make(map[string]string),
	}
	var faults []error
	fault := func(format string, args ...any) { faults = append(faults, fmt.Errorf(format, args...)) }
	for i, a := range def.Agencies {
		if _, twice := c.agencyAt[a.ID]; twice {
			fault("agency %s: the id stands twice", a.ID)
		}
		c.agencyAt[a.ID] = i
		c.children[a.Parent] = append(c.children[a.Parent], a.ID)
		if a.Area != "" {
			c.offices[a.Area] = a.ID
		}
	}
	for i, cat := range def.Categories {
		c.categoryAt[cat.ID] = i
	}
	if _, ok := c.agencyAt[def.Facts.Root]; !ok {
		fault("city %s: unknown root desk %q", def.Facts.ID, def.Facts.Root)
	}
	var err error
	if c.places, err = place.New(def.Places); err != nil {
		faults = append(faults, err)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return c, nil
}
