package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"tanggap/cities"
	"tanggap/cities/lists"
	"tanggap/tickets/staff"
)

// importStaff takes a list of people into the database.
type importStaff struct {
	Config string `placeholder:"FILE" help:"The configuration file."`
	Links  string `placeholder:"FILE.csv" help:"Write the links of those who are new into this file, which only you can read, instead of printing them."`
	Valid  int    `default:"7" placeholder:"DAYS" help:"For how many days the links are valid; 7 without it."`
	listing
}

// mostDays is how long a link may wait to be used.
const mostDays = 30

// Run imports the people, all of them or none.
func (c importStaff) Run(ctx context.Context, s streams) error {
	if c.Template != "" {
		return c.template(s, lists.OfStaff)
	}
	if err := c.given(); err != nil {
		return &usageError{err}
	}
	if c.Config == "" || c.Valid < 1 || c.Valid > mostDays {
		return &usageError{fmt.Errorf("city import staff: say whose database with --config FILE, and --valid from 1 to %d days", mostDays)}
	}
	cfg, err := configured{c.Config}.load()
	if err != nil {
		return err
	}
	pack, err := cities.Load(cfg.City.Pack)
	if err != nil {
		return &usageError{err}
	}
	out, err := c.open(s)
	if err != nil {
		return err
	}
	var people *lists.People
	var links []lists.Invitation
	err = withStaff(ctx, cfg, func(store *staff.Store) error {
		if people, err = lists.Staff(ctx, store, pack.City, c.File); err != nil {
			return &usageError{fmt.Errorf("city import staff: %w", err)}
		}
		if people.OK() && !c.DryRun {
			links, err = people.Write(ctx, command, time.Duration(c.Valid)*24*time.Hour)
		}
		return usage(err)
	})
	for i := range links {
		links[i].Link = consoleLink(cfg, links[i].Token)
	}
	if err != nil {
		return errors.Join(err, out.drop())
	}
	if out.file != nil { // first of all: whoever reads what is printed may hang up
		return errors.Join(out.write(links), c.say(s, people.Outcome, links))
	}
	return errors.Join(c.say(s, people.Outcome, links), out.write(links))
}

// say prints what was done; the links too, unless a file has them.
func (c importStaff) say(s streams, o lists.Outcome, links []lists.Invitation) error {
	if c.JSON {
		var failed error
		if !o.OK() {
			failed = errReported
		}
		all := struct {
			lists.Outcome
			Links []lists.Invitation `json:"links,omitempty"`
		}{Outcome: o}
		if c.Links == "" {
			all.Links = links
		}
		return errors.Join(json.NewEncoder(s.Out).Encode(all), failed)
	}
	if err := c.print(s, o); err != nil {
		return err
	}
	if len(links) > 0 {
		fmt.Fprintf(s.Err, "tanggap: each link works once, within %d days; hand it to nobody but its owner\n", c.Valid)
	}
	return nil
}

// linkFile is where links go: a file, which is there before anybody is added so that no link is lost to a full disk or
// a wrong name, or what is printed.
type linkFile struct {
	to   io.Writer // nil: nowhere
	file *os.File  // nil: none
}

func (c importStaff) open(s streams) (linkFile, error) {
	switch {
	case c.DryRun || c.Links == "" && c.JSON:
		return linkFile{}, nil
	case c.Links == "":
		return linkFile{to: s.Out}, nil
	}
	f, err := os.OpenFile(c.Links, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return linkFile{}, &usageError{fmt.Errorf("city import staff: %s is there already", c.Links)}
	}
	if err != nil {
		return linkFile{}, fmt.Errorf("city import staff: %w", err)
	}
	return linkFile{f, f}, nil
}

// write writes the links, a line each. A file without any goes away.
func (l linkFile) write(links []lists.Invitation) error {
	if len(links) == 0 {
		return l.drop()
	}
	if l.to == nil {
		return nil
	}
	w := csv.NewWriter(l.to)
	rows := [][]string{{"login", "nama", "tautan"}}
	for _, i := range links {
		rows = append(rows, []string{i.Login, i.Name, i.Link})
	}
	err := w.WriteAll(rows)
	if l.file != nil {
		err = errors.Join(err, l.file.Close())
	}
	if err != nil {
		return fmt.Errorf("city import staff: everybody is added, but the links could not be written; tanggap staff link gives new ones: %w", err)
	}
	return nil
}

func (l linkFile) drop() error {
	if l.file == nil {
		return nil
	}
	return errors.Join(l.file.Close(), os.Remove(l.file.Name()))
}
