package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"tanggap/cities"
	"tanggap/internal/lapor"
	"tanggap/internal/sheet"
	"tanggap/tickets"
	"tanggap/tickets/history"
)

// importFrom takes history from other systems.
type importFrom struct {
	Lapor importLapor `cmd:"" help:"From an export of SP4N-LAPOR!: closed reports only. Sends nothing; reads no name or number of a citizen."`
}

// importLapor imports an export, or writes the first map for it.
type importLapor struct {
	configured
	Map      string `type:"existingfile" placeholder:"FILE" xor:"map" required:"" help:"Which column is what, and whom the export's names mean."`
	WriteMap string `placeholder:"FILE" xor:"map" required:"" help:"Write a first map from the export's own headings and names, and import nothing."`
	DryRun   bool   `help:"Say what would be done, and write nothing."`
	JSON     bool   `help:"Print JSON."`
	File     string `arg:"" type:"existingfile" help:"The export: .xlsx or .csv."`
}

// Run imports. It may be run again: what is there already is left as it is.
func (c importLapor) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	pack, err := cities.Load(cfg.City.Pack)
	if err != nil {
		return &usageError{err}
	}
	if c.WriteMap != "" {
		return c.writeMap(s, pack)
	}
	m, err := lapor.ReadMap(c.Map, pack.City)
	if err != nil {
		return &usageError{err}
	}
	r, err := sheet.Open(c.File, m.Worksheet)
	if err != nil {
		return &usageError{err}
	}
	defer r.Close()
	began, last := time.Now(), time.Now()
	progress := func(res lapor.Result) {
		if time.Since(last) > 2*time.Second {
			last = time.Now()
			fmt.Fprintf(s.Err, "tanggap: %d rows read, %d imported\n", res.Rows, res.Imported)
		}
	}
	var res lapor.Result
	err = withStore(ctx, cfg, func(store *tickets.Store) error {
		im := lapor.Import{City: pack.City, Store: history.New(store), Map: m, By: command, DryRun: c.DryRun, Now: began, Progress: progress}
		res, err = im.Run(ctx, r)
		return err
	})
	if c.JSON && err == nil {
		return json.NewEncoder(s.Out).Encode(res)
	}
	if res.Rows > 0 {
		printImport(s, res)
		fmt.Fprintf(s.Err, "tanggap: %d rows in %s\n", res.Rows, time.Since(began).Round(time.Millisecond))
	}
	return err
}

// writeMap leaves a file that is there as it is.
func (c importLapor) writeMap(s streams, pack cities.Pack) error {
	text, err := lapor.Draft(c.File, "", pack.City)
	if err != nil {
		return &usageError{fmt.Errorf("drafting a map: %w", err)}
	}
	f, err := os.OpenFile(c.WriteMap, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return &usageError{fmt.Errorf("drafting a map: %s is there already", c.WriteMap)}
	}
	if err != nil {
		return fmt.Errorf("drafting a map: %w", err)
	}
	if _, err := f.Write(text); err != nil {
		return errors.Join(err, f.Close())
	}
	fmt.Fprintf(s.Err, "tanggap: look through %s, above all what is \"\" there; then import with --map %s --dry-run\n", c.WriteMap, c.WriteMap)
	return f.Close()
}

// mostShown is how many names and lines are printed; --json has more.
const mostShown = 30

func printImport(s streams, res lapor.Result) {
	verb := "imported"
	if res.DryRun {
		verb = "would be imported"
	}
	for _, l := range []struct {
		n    int
		what string
	}{
		{res.Rows, "rows read"},
		{res.Imported, verb},
		{res.Sealed, "of these sealed: for the inspectorate or the root desk alone, and no examples"},
		{res.Known, "there already"},
		{res.Open, "left out: not closed"},
		{res.LeftOut, "left out: as the map says"},
		{res.Unmatched, "left out: of agencies that nobody knows"},
		{res.Bad, "left out: cannot be read"},
	} {
		fmt.Fprintf(s.Out, "%8d %s\n", l.n, l.what)
	}
	names := func(title string, all []lapor.Count) {
		for i, c := range all {
			if i == 0 {
				fmt.Fprintln(s.Out, title)
			}
			if i == mostShown {
				fmt.Fprintf(s.Out, "         and %d more\n", len(all)-i)
				break
			}
			fmt.Fprintf(s.Out, "%8d %s\n", c.Count, lapor.Short(c.Name))
		}
	}
	names("agencies that are not in the map, nor ours by name:", res.Agencies)
	names("categories that are not (their reports are taken without):", res.Categories)
	for i, p := range res.Problems {
		if i == mostShown {
			fmt.Fprintf(s.Out, "and %d more rows that cannot be read\n", res.Bad-i)
			break
		}
		fmt.Fprintf(s.Out, "line %d: %s\n", p.Line, p.What)
	}
}
