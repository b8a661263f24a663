package cities

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"tanggap/router"
	"tanggap/router/place"
	"tanggap/tickets/clock"
)

// Point is one thing that was looked at in a pack.
type Point struct {
	Subject string   `json:"subject"`
	OK      bool     `json:"ok"`
	Wrong   bool     `json:"wrong"` // reports go astray by it; what is neither OK nor wrong may stay open
	Detail  string   `json:"detail"`
	Items   []string `json:"items,omitempty"` // what the detail counts
}

// inspector looks one pack through.
type inspector struct {
	reader *reader
	pack   Pack
	def    router.Definition
	points []Point
}

// Inspect says what a pack lacks, and what in it overlaps. A pack that cannot be read or compiled is an
// error; year is taken from now, in the pack's zone.
func Inspect(name string, now time.Time) ([]Point, error) {
	short, files, err := open(name)
	if err != nil {
		return nil, err
	}
	pack, r, def, err := read(short, files)
	if err != nil {
		return nil, err
	}
	common, err := ordinary()
	if err != nil {
		return nil, err
	}
	i := &inspector{reader: r, pack: pack, def: def}
	i.size()
	i.emergency()
	i.facts()
	i.needed()
	i.roles()
	i.offices()
	i.shared()
	i.guards(common)
	i.overlaps()
	i.calendar(now)
	i.threshold()
	i.places()
	return i.points, nil
}

func (i *inspector) note(subject string, ok, wrong bool, items []string, format string, args ...any) {
	i.points = append(i.points, Point{subject, ok, wrong, fmt.Sprintf(format, args...), items})
}

// own are the areas of the city itself.
func (i *inspector) own() []place.Area {
	return slices.DeleteFunc(slices.Clone(i.def.Places.Areas), func(a place.Area) bool { return a.Outside })
}

func (i *inspector) size() {
	i.note("pack", true, false, nil, "%s: %d areas, %d agencies, %d topics", i.def.Facts.Name, len(i.own()), len(i.def.Agencies), len(i.def.Categories))
}

// emergency: who cries for help is told the number only where it has a source.
func (i *inspector) emergency() {
	e := i.def.Facts.Emergency
	if e.Example {
		i.note("emergency number", false, false, nil, "%s is an example: who cries for help is told no number", e.Number)
		return
	}
	i.note("emergency number", true, false, nil, "%s, by %s", e.Number, e.Source)
}

// facts lists what has no source: citizens are not told it.
func (i *inspector) facts() {
	var open []string
	deadlines := 0
	for _, w := range i.pack.Warnings {
		switch {
		case strings.HasPrefix(w, "the deadline of category "):
			deadlines++
		case !strings.HasPrefix(w, "no agency has the role ") && !strings.HasPrefix(w, "the emergency number "):
			open = append(open, w)
		}
	}
	if deadlines > 0 {
		open = append(open, fmt.Sprintf("the deadlines of %d categories are examples", deadlines))
	}
	i.note("facts", len(open) == 0, false, open, "%d without a source", len(open)+max(0, deadlines-1))
}

// needed are the kinds of topics without which a pack exposes people or leaves them in danger.
func (i *inspector) needed() {
	var conduct, sensitive, emergency bool
	for _, c := range i.def.Categories {
		conduct, sensitive, emergency = conduct || c.Conduct, sensitive || c.Sensitive, emergency || c.Emergency
	}
	var missing []string
	for _, kind := range []struct {
		has  bool
		name string
	}{{conduct, "conduct of officials"}, {sensitive, "violence at home and against children"}, {emergency, "emergencies"}} {
		if !kind.has {
			missing = append(missing, kind.name)
		}
	}
	i.note("topics that every city needs", len(missing) == 0, len(missing) > 0, missing, "%d of 3 kinds", 3-len(missing))
}

// roles are of the base's topics that no agency takes.
func (i *inspector) roles() {
	i.note("topics without an agency", len(i.reader.vacant) == 0, len(i.reader.vacant) > 0, i.reader.vacant, "%d roles of the base are in nobody's hands, their reports go to the root desk", len(i.reader.vacant))
}

// offices looks for areas that nobody answers for: of the tier of the smallest areas, and of any tier of
// which another level has offices.
func (i *inspector) offices() {
	has, count := make(map[string]bool), make(map[string]int)
	for _, a := range i.def.Agencies {
		has[a.Area] = true
	}
	var without []string
	deepest := 0
	for _, a := range i.own() {
		deepest = max(deepest, strings.Count(a.Code, "."))
	}
	for _, a := range i.own() {
		if !has[a.Code] && strings.Count(a.Code, ".") == deepest {
			count[a.Level]++
		}
	}
	for _, level := range slices.Sorted(maps.Keys(count)) {
		without = append(without, fmt.Sprintf("%d areas of the level %s", count[level], level))
	}
	i.note("areas without an office", len(without) == 0, len(without) > 0, without, "%d levels", len(without))
}

// shared lists names that mean several areas, none of which lies around the others: a report that gives
// no more is left to the area around them.
func (i *inspector) shared() {
	codes := make(map[string][]string)
	for _, a := range i.own() {
		for _, name := range append([]string{a.Name}, a.Aliases...) {
			name = strings.ToLower(strings.TrimPrefix(name, "!"))
			if !slices.ContainsFunc(codes[name], func(c string) bool { return strings.HasPrefix(a.Code, c) || strings.HasPrefix(c, a.Code) }) {
				codes[name] = append(codes[name], a.Code)
			}
		}
	}
	var items []string
	for _, name := range slices.Sorted(maps.Keys(codes)) {
		if len(codes[name]) > 1 {
			items = append(items, name+": "+strings.Join(codes[name], ", "))
		}
	}
	i.note("shared names", true, false, items, "%d names mean several areas: a report that says no more is known by the kecamatan around, if by any", len(items))
}

// guards lists names that are words of every day, and have no guard.
func (i *inspector) guards(common map[string]string) {
	var items []string
	for _, a := range i.own() {
		if want := guardOf(a.Name, common); want != "" && a.Guard == "" {
			items = append(items, fmt.Sprintf("%s %s: wants %s", a.Code, a.Name, want))
		}
		for _, alias := range a.Aliases {
			if want := guardOf(alias, common); want != "" && alias[0] != '!' {
				items = append(items, fmt.Sprintf("%s alias %s: wants !%s", a.Code, alias, alias))
			}
		}
	}
	for _, l := range i.def.Places.Landmarks {
		if want := guardOf(l.Name, common); want != "" && l.Guard == "" {
			items = append(items, fmt.Sprintf("landmark %s: wants %s", l.Name, want))
		}
	}
	i.note("names that are ordinary words", len(items) == 0, false, items, "%d without a guard", len(items))
}

// overlaps lists patterns that decide alone, for two agencies.
func (i *inspector) overlaps() {
	first := make(map[string]router.Category)
	var items []string
	for _, c := range i.def.Categories {
		for _, p := range c.Patterns.Sure {
			if had, ok := first[p]; ok && had.Agency != c.Agency && !had.Conduct && !c.Conduct {
				items = append(items, fmt.Sprintf("%q: %s and %s", p, had.ID, c.ID))
			}
			first[p] = c
		}
	}
	i.note("words of two topics", len(items) == 0, false, items, "%d patterns are sure of two topics with different agencies", len(items))
}

func (i *inspector) calendar(now time.Time) {
	text, err := i.pack.Calendar()
	if err != nil {
		i.note("holidays", false, !errors.Is(err, fs.ErrNotExist), nil, "calendar.toml is missing: deadlines count weekends only")
		return
	}
	calendar, err := clock.Parse(text)
	if err != nil {
		i.note("holidays", false, true, nil, "%v", err)
		return
	}
	var missing []string
	year := now.In(calendar.Zone()).Year()
	for y := year; y <= year+1; y++ {
		if !calendar.Lists(time.Date(y, time.July, 1, 0, 0, 0, 0, calendar.Zone())) {
			missing = append(missing, fmt.Sprint(y))
		}
	}
	if zone := calendar.Zone().String(); zone != i.def.Facts.Zone {
		i.note("time zone", false, true, nil, "city.toml says %s, calendar.toml %s", i.def.Facts.Zone, zone)
	}
	if len(missing) > 0 {
		i.note("holidays", false, slices.Contains(missing, fmt.Sprint(year)), nil, "those of %s are missing in calendar.toml", strings.Join(missing, " and "))
		return
	}
	i.note("holidays", true, false, nil, "those of %d and %d are listed", year, year+1)
}

// The thresholds between which a city works: below, it routes what is as likely wrong as right; above,
// nearly everything waits for a person.
const lowest, highest = 0.5, 0.9

func (i *inspector) threshold() {
	t := i.def.Facts.Threshold
	i.note("threshold", t >= lowest && t <= highest, false, nil, "%.2f, usual is between %.1f and %.1f", t, lowest, highest)
}

// places looks at what finds a place beside the names of areas.
func (i *inspector) places() {
	smallest, drawn := 0, 0
	for _, a := range i.own() {
		if strings.Count(a.Code, ".") == 3 {
			if smallest++; len(a.Rings) > 0 {
				drawn++
			}
		}
	}
	i.note("outlines", drawn == smallest, false, nil, "%d of %d areas have one: pins, map links and photographs need it", drawn, smallest)
	i.note("landmarks", len(i.def.Places.Landmarks) > 0, false, nil, "%d", len(i.def.Places.Landmarks))
}
