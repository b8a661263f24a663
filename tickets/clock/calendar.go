// Package clock computes deadlines in working time: pure arithmetic over a calendar of working hours,
// holidays and shared leave, without a clock of its own.
//
// The package does its own day arithmetic: rickar/cal knows neither hours that differ by weekday and
// season nor holidays that are data, and without rules that recur every year little of it would be used.
package clock

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a city's server may have no zone files

	"github.com/pelletier/go-toml/v2"
)

// Calendar is when an office works. It is immutable and safe for concurrent use.
type Calendar struct {
	zone    *time.Location
	base    week
	seasons []season // sorted, apart from each other
	off     map[day]string
	years   map[int]bool // those whose holidays are listed
	notes   []string
}

// week is the spans of work of each weekday, sorted and apart from each other.
type week [7][]span

// span is one stretch of work on a day, [from, to).
type span struct{ from, to minute }

// minute counts from midnight.
type minute int

// season is a week that holds on the days from first to last instead of the base.
type season struct {
	first, last day
	week        week
}

// day counts from 1 January 1970.
type day int

// definition is the file. Every list of facts has its source and the date it was checked.
type definition struct {
	Zone   string  `toml:"zone"`
	Hours  []hours `toml:"hours"`
	Year   []year  `toml:"year"`
	Closed []leave `toml:"closed"`
}

type fact struct {
	Source  string         `toml:"source"`
	Checked toml.LocalDate `toml:"checked"`
	Example bool           `toml:"example"` // not confirmed for this city
}

type hours struct {
	Name string              `toml:"name"`
	From toml.LocalDate      `toml:"from"` // with To: only on these days
	To   toml.LocalDate      `toml:"to"`
	Days map[string][]string `toml:"days"` // mon … sun: ["07:30-16:00"]
	fact
}

type year struct {
	Year        int       `toml:"year"`
	Holidays    []holiday `toml:"holidays"`
	SharedLeave []holiday `toml:"shared_leave"`
	fact
}

type holiday struct {
	Date toml.LocalDate `toml:"date"`
	Name string         `toml:"name"`
}

type leave struct {
	holiday
	fact
}

// longest bounds one season, so that a search for the next working day ends.
const longest = 400

// Parse compiles a calendar file, TOML decoded strictly. All errors are joined.
func Parse(text []byte) (*Calendar, error) {
	var def definition
	if err := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&def); err != nil {
		return nil, undecodable(err)
	}
	c := &Calendar{off: map[day]string{}, years: map[int]bool{}}
	b := builder{c: c}
	b.zone(def.Zone)
	b.hours(def.Hours)
	b.years(def.Year)
	for _, l := range def.Closed {
		b.source("closed "+l.Date.String(), l.fact)
		b.close(l.holiday)
	}
	if err := errors.Join(b.errs...); err != nil {
		return nil, err
	}
	return c, nil
}

// undecodable names line and key of what could not be decoded.
func undecodable(err error) error {
	var all []error
	at, ok := errors.AsType[*toml.DecodeError](err)
	if strict, isStrict := errors.AsType[*toml.StrictMissingError](err); isStrict {
		for i := range strict.Errors {
			e := &strict.Errors[i]
			line, _ := e.Position()
			all = append(all, fmt.Errorf("reading the calendar: line %d: %s: no such key", line, strings.Join(e.Key(), ".")))
		}
	} else if ok {
		line, _ := at.Position()
		all = append(all, fmt.Errorf("reading the calendar: line %d: %s: %w", line, strings.Join(at.Key(), "."), err))
	} else {
		all = append(all, fmt.Errorf("reading the calendar: %w", err))
	}
	return errors.Join(all...)
}

// In is the same calendar in another zone, an IANA name or WIB, WITA or WIT: an office there opens by
// its own wall clock.
func (c *Calendar) In(zone string) (*Calendar, error) {
	loc, err := location(zone)
	if err != nil {
		return nil, err
	}
	other := *c
	other.zone = loc
	return &other, nil
}

// Zone is where the calendar's wall clock hangs.
func (c *Calendar) Zone() *time.Location { return c.zone }

// Off is the name of the holiday or shared leave that t falls on, "" for none.
func (c *Calendar) Off(t time.Time) string { return c.off[c.day(t)] }

// Lists is whether the holidays of t's year are in the calendar. Where they are not, only weekends
// count as off, and deadlines there are guesses.
func (c *Calendar) Lists(t time.Time) bool { return c.years[t.In(c.zone).Year()] }

// Examples names the facts that are not confirmed for this city, for `check` to show.
func (c *Calendar) Examples() []string { return slices.Clone(c.notes) }

// location knows the three zones of Indonesia by the names people use:
// Keppres 41/1987 divides the country into WIB, WITA and WIT.
func location(zone string) (*time.Location, error) {
	switch zone {
	case "":
		return nil, errors.New("reading the calendar: the zone is missing")
	case "WIB":
		zone = "Asia/Jakarta"
	case "WITA":
		zone = "Asia/Makassar"
	case "WIT":
		zone = "Asia/Jayapura"
	case "Local":
		return nil, errors.New("reading the calendar: a zone of its own is needed, not the machine's")
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, fmt.Errorf("reading the calendar: no such zone %q", zone)
	}
	return loc, nil
}

// spans are the stretches of work on a day.
func (c *Calendar) spans(d day) []span {
	if _, off := c.off[d]; off {
		return nil
	}
	w := &c.base
	i, _ := slices.BinarySearchFunc(c.seasons, d, func(s season, d day) int { return int(s.last - d) })
	if i < len(c.seasons) && c.seasons[i].first <= d {
		w = &c.seasons[i].week
	}
	return w[d.weekday()]
}

// day is the calendar's day at t.
func (c *Calendar) day(t time.Time) day {
	y, m, d := t.In(c.zone).Date()
	return dayOf(y, m, d)
}

// at is the instant of a minute of a day on the calendar's wall clock.
func (c *Calendar) at(d day, m minute) time.Time {
	return time.Date(1970, 1, 1+int(d), int(m)/60, int(m)%60, 0, 0, c.zone)
}

func dayOf(y int, m time.Month, d int) day {
	const seconds = 24 * 60 * 60
	s := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()
	if s < 0 {
		s -= seconds - 1 // round down
	}
	return day(s / seconds)
}

func (d day) weekday() time.Weekday {
	const thursday = 4 // 1 January 1970
	return time.Weekday(((int(d)+thursday)%7 + 7) % 7)
}

func (d day) String() string {
	return time.Date(1970, 1, 1+int(d), 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

func weekday(name string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.ToLower(d.String()[:3]) == name {
			return d, true
		}
	}
	return 0, false
}
