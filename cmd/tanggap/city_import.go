package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"tanggap/cities/lists"
	"tanggap/internal/config"
)

// cityImport takes what an office hands in as a table.
type cityImport struct {
	Agencies   importAgencies   `cmd:"" help:"Who can act: into the files of a pack in a folder."`
	Categories importCategories `cmd:"" help:"Topics, and who handles them: into the files of a pack in a folder."`
	Staff      importStaff      `cmd:"" help:"The people who work in the console: into the database, with a link each that signs them in once."`
}

// listing is what every list is imported with.
type listing struct {
	Template string `placeholder:"FILE.xlsx" help:"Write a table to fill in, with two examples, and import nothing."`
	DryRun   bool   `help:"Say what would be done, and write nothing."`
	JSON     bool   `help:"Print JSON."`
	File     string `arg:"" optional:"" type:"existingfile" help:"The table: .xlsx or .csv."`
}

// toPack is how the pack is named that a list goes into.
type toPack struct {
	Config string `type:"path" xor:"pack" help:"The configuration file, whose city pack is changed."`
	City   string `xor:"pack" placeholder:"FOLDER" help:"The folder of the pack."`
	listing
}

type importAgencies struct{ toPack }

// Run imports the agencies, all of them or none.
func (c importAgencies) Run(s streams) error { return c.run(s, lists.OfAgencies, lists.Agencies) }

type importCategories struct{ toPack }

// Run imports the topics, all of them or none.
func (c importCategories) Run(s streams) error {
	return c.run(s, lists.OfCategories, lists.Categories)
}

// run takes a list into a pack's files.
func (c toPack) run(s streams, kind string, compare func(dir, path string, now time.Time) (*lists.Plan, error)) error {
	if c.Template != "" {
		return c.template(s, kind)
	}
	dir, err := c.folder()
	if err == nil {
		err = c.given()
	}
	if err != nil {
		return &usageError{err}
	}
	plan, err := compare(dir, c.File, time.Now())
	if err != nil {
		return &usageError{fmt.Errorf("city import %s: %w", kind, err)}
	}
	if plan.OK() && !c.DryRun {
		if err := plan.Write(); err != nil {
			return fmt.Errorf("city import %s: %w", kind, err)
		}
	}
	if err := c.print(s, plan.Outcome); err != nil {
		return err
	}
	if len(plan.Files) > 0 {
		verb := map[bool]string{true: "would change", false: "changed"}[c.DryRun]
		fmt.Fprintf(s.Err, "tanggap: %s in %s: %s\n", verb, dir, strings.Join(plan.Files, ", "))
		if !c.DryRun {
			fmt.Fprintf(s.Err, "tanggap: next: tanggap city check %s; a server that runs reads the pack anew when it is reloaded\n", dir)
		}
	}
	return nil
}

// given says what is missing for an import.
func (c listing) given() error {
	if c.File == "" {
		return errors.New("city import: name the table, or write one to fill in with --template FILE.xlsx")
	}
	return nil
}

func (c toPack) folder() (string, error) {
	if c.Config == "" && c.City == "" {
		return "", errors.New("city import: say which pack, with --city FOLDER or --config FILE")
	}
	if c.City != "" {
		return c.City, nil
	}
	cfg, err := config.Load(c.Config, os.Environ())
	if err != nil {
		return "", err
	}
	return cfg.City.Pack, nil
}

// template leaves a file that is there as it is.
func (c listing) template(s streams, kind string) error {
	f, err := os.OpenFile(c.Template, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return &usageError{fmt.Errorf("city import: %s is there already", c.Template)}
	}
	if err != nil {
		return fmt.Errorf("city import: %w", err)
	}
	if err := errors.Join(lists.Template(f, kind), f.Close()); err != nil {
		return fmt.Errorf("city import: %w", err)
	}
	fmt.Fprintf(s.Err, "tanggap: fill in %s, look with --dry-run, then import it\n", c.Template)
	return nil
}

// print says what a list does. A list with errors does nothing, and fails.
func (c listing) print(s streams, o lists.Outcome) error {
	var failed error
	if !o.OK() {
		failed = errReported
	}
	if c.JSON {
		return errors.Join(json.NewEncoder(s.Out).Encode(o), failed)
	}
	fmt.Fprintf(s.Out, "%6d rows\n", o.Rows)
	if o.OK() {
		would := map[bool]string{true: "would be "}[c.DryRun]
		printChanges(s.Out, would+"added", o.Added)
		printChanges(s.Out, would+"changed", o.Changed)
		fmt.Fprintf(s.Out, "%6d are there as they are\n", o.Left)
	}
	if o.Examples > 0 {
		fmt.Fprintf(s.Out, "%6d examples of the template, left out\n", o.Examples)
	}
	if len(o.Unread) > 0 {
		fmt.Fprintf(s.Out, "columns that are not read: %s\n", strings.Join(o.Unread, ", "))
	}
	for i, p := range o.Problems {
		if i == mostShown*2 {
			fmt.Fprintf(s.Out, "FAIL and %d more\n", len(o.Problems)-i)
			break
		}
		fmt.Fprintln(s.Out, "FAIL", p)
	}
	if failed != nil {
		fmt.Fprintln(s.Err, "tanggap: nothing was imported: a list is taken whole or not at all")
	}
	return failed
}

func printChanges(w io.Writer, verb string, all []lists.Change) {
	fmt.Fprintf(w, "%6d %s\n", len(all), verb)
	for i, ch := range all {
		if i == mostShown {
			fmt.Fprintf(w, "       and %d more\n", len(all)-i)
			break
		}
		fmt.Fprintf(w, "       line %d: %s: %s\n", ch.Line, ch.ID, strings.Join(fieldsOf(ch), "; "))
	}
}

// longest is how much of a value is printed, in letters; --json has all of it.
const longest = 60

// fieldsOf says what a row sets, and what was there.
func fieldsOf(ch lists.Change) (all []string) {
	brief := func(text string) string {
		if r := []rune(text); len(r) > longest {
			return string(r[:longest]) + "…"
		}
		return text
	}
	for _, f := range ch.Fields {
		switch {
		case f.Is == "":
			all = append(all, fmt.Sprintf("%s taken away, was %s", f.Name, brief(f.Was)))
		case f.Was == "":
			all = append(all, fmt.Sprintf("%s %s", f.Name, brief(f.Is)))
		default:
			all = append(all, fmt.Sprintf("%s %s, was %s", f.Name, brief(f.Is), brief(f.Was)))
		}
	}
	return all
}
