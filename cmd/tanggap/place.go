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
		return json.NewEncoder(s.Out).Encode(placed{RenderedArea: area.Rendered("en"), Point: point}.value())
	}
	if area == nil {
		fmt.Fprintln(s.Out, "no place named")
		return nil
	}
	fmt.Fprintf(s.Out, "%s %s (%s), confidence %.2f: %s\n", area.Level, area.Name, area.Code, area.Confidence, area.How.Text("en"))
	return nil
}

// placed is the area with the point, where one was given.
type placed struct {
	*router.RenderedArea
	Point *router.Point `json:"point,omitempty"`
}

// value is what is printed: null where nothing is known.
func (p placed) value() any {
	if p.RenderedArea == nil && p.Point == nil {
		return nil
	}
	return p
}
