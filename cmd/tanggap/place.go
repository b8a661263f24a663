package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"tanggap/cities"
	"tanggap/router"
)

// place says where a text happened.
type place struct {
	City string   `default:"jakarta" help:"An embedded city pack, or a folder."`
	JSON bool     `help:"Print JSON: the area, or null."`
	Text []string `arg:"" help:"What a citizen wrote."`
}

// Run prints the area.
func (p place) Run(s streams) error {
	pack, err := cities.Load(p.City)
	if err != nil {
		return &usageError{err}
	}
	text := strings.TrimSpace(strings.Join(p.Text, " "))
	if text == "" {
		return &usageError{errors.New("place: the text is empty")}
	}
	area, point := pack.City.Place(router.Report{Text: text})
	if p.JSON {
		return json.NewEncoder(s.Out).Encode(newPlaced(area, point).value())
	}
	switch {
	case area == nil && point != nil:
		fmt.Fprintln(s.Out, "outside the city: by its coordinates")
	case area == nil:
		fmt.Fprintln(s.Out, "no place named")
	default:
		if area.Outside {
			fmt.Fprint(s.Out, "outside the city: ")
		}
		fmt.Fprintf(s.Out, "%s %s (%s), confidence %.2f: %s\n", area.Level, area.Name, area.Code, area.Confidence, area.How.Text("en"))
	}
	return nil
}

// placed is the area with the point, where one was given.
type placed struct {
	*router.RenderedArea
	Point   *router.Point `json:"point,omitempty"`
	Outside bool          `json:"outside,omitempty"` // of the city: by name, or by a point that no area holds
}

func newPlaced(area *router.Area, point *router.Point) placed {
	return placed{area.Rendered("en"), point, area == nil && point != nil || area != nil && area.Outside}
}

// value is what is printed: null where nothing is known.
func (p placed) value() any {
	if p.RenderedArea == nil && p.Point == nil {
		return nil
	}
	return p
}
