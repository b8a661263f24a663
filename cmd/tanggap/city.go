package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tanggap/cities"
)

// city makes and checks city packs.
type city struct {
	New   cityNew   `cmd:"" help:"Make a pack for a kabupaten or kota, on top of the base pack."`
	Check cityCheck `cmd:"" help:"Say what a pack lacks, and what in it overlaps; a line each."`

	Diff cityDiff `cmd:"" help:"Show what the database says otherwise than the pack, and what an upgrade of the pack changes under it."`

	Import cityImport `cmd:"" help:"Take a list of agencies, topics or people from a table, all of it or nothing."`
}

// cityNew writes the files of a new pack.
type cityNew struct {
	Code     string `required:"" placeholder:"64.72" help:"The code of the kabupaten or kota."`
	Areas    string `type:"existingfile" placeholder:"FILE.csv" help:"A list of areas: code and name. Without it, that of 2025 within the program."`
	Outlines string `type:"existingfile" placeholder:"FILE.geojson" help:"The outlines of the desa and kelurahan, with their codes: by them pins and photographs find their place."`
	Dir      string `arg:"" help:"A new folder."`
}

// Run writes them. A folder that holds something already is left alone.
func (n cityNew) Run(s streams) error {
	entries, err := os.ReadDir(n.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &usageError{fmt.Errorf("city new: %w", err)}
	}
	if len(entries) > 0 {
		return &usageError{fmt.Errorf("city new: %s is not empty", n.Dir)}
	}
	areas, list, err := n.list()
	if err != nil {
		return &usageError{err}
	}
	files, err := cities.Draft(n.Code, areas, list, time.Now())
	if err != nil {
		return &usageError{err}
	}
	if n.Outlines != "" {
		if err := n.outline(s, files, areas); err != nil {
			return &usageError{err}
		}
	}
	if err := os.MkdirAll(n.Dir, 0o777); err != nil {
		return fmt.Errorf("city new: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(n.Dir, name), files[name], 0o666); err != nil {
			return fmt.Errorf("city new: %w", err)
		}
		fmt.Fprintln(s.Out, filepath.Join(n.Dir, name))
	}
	fmt.Fprintf(s.Err, "the pack works as it is; next: tanggap city check %s, and the steps of cities/README.md\n", n.Dir)
	return nil
}

// outline adds the outlines of the smallest areas to the file of them.
func (n cityNew) outline(s streams, files map[string][]byte, areas []cities.Region) error {
	f, err := os.Open(n.Outlines)
	if err != nil {
		return fmt.Errorf("city new: %w", err)
	}
	defer f.Close()
	var codes []string
	for _, a := range areas {
		if strings.HasPrefix(a.Code, n.Code+".") && strings.Count(a.Code, ".") == 3 {
			codes = append(codes, a.Code)
		}
	}
	text, taken, left, err := cities.ReadOutlines(f, codes)
	if err != nil {
		return err
	}
	const file = "outlines.txt"
	files[file] = append(files[file], text...)
	files["SOURCES.md"] = fmt.Appendf(files["SOURCES.md"], "| outlines of %d areas, points on straight lines left out | %s | %s: name its source and licence | |\n", taken, file, filepath.Base(n.Outlines))
	fmt.Fprintf(s.Err, "%d outlines of %d areas; %d of other areas were left out\n", taken, len(codes), left)
	return nil
}

// list reads the areas, and says where they come from.
func (n cityNew) list() ([]cities.Region, string, error) {
	if n.Areas == "" {
		areas, err := cities.Regions()
		return areas, "cahyadsn/wilayah (MIT), after Kepmendagri No. 300.2.2-2430 Tahun 2025", err
	}
	f, err := os.Open(n.Areas)
	if err != nil {
		return nil, "", fmt.Errorf("city new: %w", err)
	}
	defer f.Close()
	areas, err := cities.ReadRegions(f)
	return areas, filepath.Base(n.Areas), err
}

// cityCheck looks a pack through.
type cityCheck struct {
	JSON   bool   `help:"Print JSON."`
	Config string `placeholder:"FILE" help:"A configuration: its database is asked whether what staff edited still fits the pack."`
	Pack   string `arg:"" help:"An embedded pack, or a folder."`
}

// Run prints a line for each subject. Only what is wrong fails: examples and other open points do not.
func (c cityCheck) Run(ctx context.Context, s streams) error {
	points, err := cities.Inspect(c.Pack, time.Now())
	if err != nil {
		return &usageError{err}
	}
	if c.Config != "" {
		cfg, err := configured{c.Config}.load()
		if err != nil {
			return err
		}
		point, err := editsThatFit(ctx, cfg, c.Pack)
		if err != nil {
			return err
		}
		points = append(points, point)
	}
	if c.JSON {
		if err := json.NewEncoder(s.Out).Encode(points); err != nil {
			return err
		}
	}
	for _, p := range points {
		word := "ok  "
		switch {
		case p.Wrong:
			word, err = "FAIL", errReported
		case !p.OK:
			word = "todo"
		}
		if c.JSON {
			continue
		}
		fmt.Fprintf(s.Out, "%s %s: %s\n", word, p.Subject, p.Detail)
		for _, item := range p.Items {
			fmt.Fprintf(s.Out, "       %s\n", item)
		}
	}
	return err
}
