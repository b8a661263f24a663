package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"tanggap/cities"
	"tanggap/internal/config"
	"tanggap/router"
	"tanggap/router/classify"
)

// route asks the router, or measures what it learns from.
type route struct {
	Text routeText `cmd:"" default:"withargs" help:"Say which agency would get a report, and why."`
	Eval routeEval `cmd:"" help:"Train the text model on one file and measure it on another."`
}

// routeText says who would get a report, and why.
type routeText struct {
	Config string   `type:"path" xor:"pack" help:"The configuration file, whose city pack is used."`
	City   string   `xor:"pack" help:"An embedded city pack, or a folder. Without either: jakarta."`
	JSON   bool     `help:"Print JSON."`
	At     string   `placeholder:"LAT,LNG" help:"Where the report was made."`
	Text   []string `arg:"" help:"What a citizen wrote."`
}

// Run prints the decision.
func (r routeText) Run(s streams) error {
	name := r.City
	if r.Config != "" {
		cfg, err := config.Load(r.Config, os.Environ())
		if err != nil {
			return &usageError{err}
		}
		name = cfg.City.Pack
	}
	if name == "" {
		name = "jakarta"
	}
	pack, err := cities.Load(name)
	if err != nil {
		return &usageError{err}
	}
	report := router.Report{Text: strings.TrimSpace(strings.Join(r.Text, " "))}
	if report.Text == "" {
		return &usageError{errors.New("route: the text is empty")}
	}
	if r.At != "" {
		if report.Point, err = point(r.At); err != nil {
			return &usageError{err}
		}
	}
	examples, err := pack.Examples()
	if err != nil {
		return err
	}
	var model *classify.Model
	if len(examples) > 0 {
		if model, err = classify.Train(context.Background(), examples); err != nil {
			return err
		}
	}
	decision := pack.City.Ask(report, pack.City.Mind(model, nil, router.Trust{}))
	if r.JSON {
		return json.NewEncoder(s.Out).Encode(decision.Rendered("en"))
	}
	printDecision(s.Out, pack.City, decision.Rendered(decision.Language))
	return nil
}

// point reads "LAT,LNG".
func point(text string) (*router.Point, error) {
	lat, lng, ok := strings.Cut(text, ",")
	y, errLat := strconv.ParseFloat(strings.TrimSpace(lat), 64)
	x, errLng := strconv.ParseFloat(strings.TrimSpace(lng), 64)
	if !ok || errLat != nil || errLng != nil || !(y >= -90 && y <= 90 && x >= -180 && x <= 180) {
		return nil, fmt.Errorf("reading --at %q: wants latitude,longitude in degrees, as in -6.2,106.8", text)
	}
	return &router.Point{Lat: y, Lng: x}, nil
}

func printDecision(w io.Writer, city *router.City, d router.Rendered) {
	agency, _ := city.Agency(d.Agency)
	fmt.Fprintf(w, "%s (%s), confidence %.2f\n", agency.Name, d.Agency, d.Confidence)
	for _, note := range []struct {
		set  bool
		text string
	}{{d.Emergency, "EMERGENCY"}, {d.Sealed, "sealed"}, {d.Abstained, "abstained: needs a person"}} {
		if note.set {
			fmt.Fprintf(w, "  %s\n", note.text)
		}
	}
	if c, ok := city.Category(d.Category); ok {
		fmt.Fprintf(w, "  category: %s (%s), %s\n", c.Name["en"], d.Category, d.Kind)
	}
	if d.Area != nil {
		fmt.Fprintf(w, "  area: %s %s (%s), confidence %.2f\n", d.Area.Level, d.Area.Name, d.Area.Code, d.Area.Confidence)
	}
	for _, reason := range d.Reasons {
		fmt.Fprintf(w, "  - %s\n", reason)
	}
	for _, guess := range d.Top {
		fmt.Fprintf(w, "  guess: %s %.2f\n", guess.Agency, guess.Confidence)
	}
}
