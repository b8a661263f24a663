package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tanggap/cities"
	"tanggap/cities/amend"
	"tanggap/internal/config"
	"tanggap/tickets"
	"tanggap/tickets/edits"
)

// cityDiff shows the pack beside what the database says over it.
type cityDiff struct {
	configured
	JSON bool   `help:"Print JSON."`
	Pack string `arg:"" optional:"" help:"A pack to compare with instead of the configured one: to see before an upgrade what it means."`
}

// Run prints a block for each field that the database says otherwise. Differences are no fault; edits that do
// not count are.
func (c cityDiff) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	name := cfg.City.Pack
	if c.Pack != "" {
		name = c.Pack
	}
	pack, err := cities.Load(name)
	if err != nil {
		return &usageError{err}
	}
	all, err := differences(ctx, cfg, pack)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(s.Out).Encode(all); err != nil {
			return err
		}
	} else {
		printDifferences(s, all)
	}
	for i := range all {
		if all[i].Aside != "" {
			return errReported
		}
	}
	return nil
}

// differences are between a pack and what the database says over it.
func differences(ctx context.Context, cfg *config.Config, pack cities.Pack) (all []amend.Difference, err error) {
	err = withStore(ctx, cfg, func(store *tickets.Store) error {
		list, _, err := edits.New(store).Current(ctx)
		all = amend.Differences(pack, list)
		return err
	})
	return all, err
}

// editsThatFit is what city check says of edits.
func editsThatFit(ctx context.Context, cfg *config.Config, name string) (cities.Point, error) {
	p := cities.Point{Subject: "edits in the database", OK: true}
	pack, err := cities.Load(name)
	if err != nil {
		return p, err
	}
	all, err := differences(ctx, cfg, pack)
	if err != nil {
		return p, err
	}
	for i := range all {
		if d := &all[i]; d.Aside != "" {
			p.OK, p.Wrong = false, true
			p.Items = append(p.Items, d.Section+" "+d.Key+" by "+d.By+": "+d.Aside)
		}
	}
	p.Items = slices.Compact(p.Items) // one for each edit, not for each of its fields
	p.Detail = fmt.Sprintf("%d fields say otherwise than the pack, %d edits do not apply any more", len(all), len(p.Items))
	return p, nil
}

func printDifferences(s streams, all []amend.Difference) {
	if len(all) == 0 {
		fmt.Fprintln(s.Out, "the database says nothing otherwise than the pack")
	}
	for i := range all {
		d := &all[i]
		what := d.Section + " " + d.Key
		if d.Field != "" {
			what += " " + d.Field
		}
		fmt.Fprintf(s.Out, "%s (version %d by %s, %s: %s)\n", what, d.Version, d.By, d.At.Format("2006-01-02 15:04"), d.Why)
		fmt.Fprintf(s.Out, "    pack      %s\n", brief(d.Pack))
		fmt.Fprintf(s.Out, "    database  %s\n", brief(d.Database))
		if len(d.Was) > 0 {
			fmt.Fprintf(s.Out, "    the pack has changed since: it said %s\n", brief(d.Was))
		}
		if d.Needless {
			fmt.Fprintln(s.Out, "    the pack says the same by now")
		}
		if d.Aside != "" {
			fmt.Fprintf(s.Out, "    SET ASIDE: %s\n", d.Aside)
		}
	}
}

// brief is JSON on one line that a terminal can show.
func brief(value json.RawMessage) string {
	const most = 160
	text := []rune(string(value))
	if len(text) > most {
		return string(text[:most]) + " …"
	}
	return string(text)
}
