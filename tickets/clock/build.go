package clock

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// builder compiles a definition and collects what is wrong with it.
type builder struct {
	c    *Calendar
	errs []error
}

func (b *builder) fail(format string, args ...any) {
	b.errs = append(b.errs, fmt.Errorf("reading the calendar: "+format, args...))
}

func (b *builder) zone(name string) {
	loc, err := location(name)
	if err != nil {
		b.errs = append(b.errs, err)
	}
	b.c.zone = loc
}

// source holds facts to having one, or to being marked as an example.
func (b *builder) source(what string, f fact) {
	if f.Example {
		b.c.notes = append(b.c.notes, what)
	} else if f.Source == "" || f.Checked == (toml.LocalDate{}) {
		b.fail("%s has no source and checked date, and is not marked as an example", what)
	}
}

func (b *builder) hours(all []hours) {
	bases := 0
	for _, h := range all {
		what := fmt.Sprintf("hours %q", h.Name)
		b.source(what, h.fact)
		w := b.week(what, h.Days)
		if h.From == (toml.LocalDate{}) && h.To == (toml.LocalDate{}) {
			bases++
			b.c.base = w
			if len(h.Days) == 0 {
				b.fail("%s has no working day", what)
			}
			continue
		}
		s := season{first: b.date(what, h.From), last: b.date(what, h.To), week: w}
		if s.last < s.first || s.last-s.first > longest {
			b.fail("%s: from and to are %s and %s: want at most %d days in order", what, h.From, h.To, longest)
		}
		b.c.seasons = append(b.c.seasons, s)
	}
	if bases != 1 {
		b.fail("%d hours without from and to, want one", bases)
	}
	slices.SortFunc(b.c.seasons, func(x, y season) int { return int(x.first - y.first) })
	for i, s := range b.c.seasons[min(1, len(b.c.seasons)):] {
		if s.first <= b.c.seasons[i].last {
			b.fail("two hours hold on %s", s.first)
		}
	}
}

func (b *builder) week(what string, days map[string][]string) week {
	var w week
	for _, name := range slices.Sorted(maps.Keys(days)) {
		d, ok := weekday(name)
		if !ok {
			b.fail("%s: %q is no day: want mon, tue, wed, thu, fri, sat, sun", what, name)
			continue
		}
		for _, text := range days[name] {
			s, ok := parseSpan(text)
			if !ok {
				b.fail("%s: %q is no span such as 07:30-16:00", what, text)
				continue
			}
			if n := len(w[d]); n > 0 && s.from <= w[d][n-1].to {
				b.fail("%s: the spans of %s overlap or are out of order", what, name)
			}
			w[d] = append(w[d], s)
		}
		if len(days[name]) == 0 {
			b.fail("%s: %s has no span: leave the day out", what, name)
		}
	}
	return w
}

func parseSpan(text string) (span, bool) {
	from, to, ok := strings.Cut(text, "-")
	f, errFrom := time.Parse("15:04", from)
	t, errTo := time.Parse("15:04", to)
	s := span{from: minute(f.Hour()*60 + f.Minute()), to: minute(t.Hour()*60 + t.Minute())}
	if to == "24:00" {
		s.to, errTo = 24*60, nil
	}
	return s, ok && errFrom == nil && errTo == nil && s.from < s.to
}

func (b *builder) years(all []year) {
	for _, y := range all {
		what := fmt.Sprintf("year %d", y.Year)
		b.source(what, y.fact)
		if b.c.years[y.Year] {
			b.fail("%s is there twice", what)
		}
		b.c.years[y.Year] = true
		if len(y.Holidays) == 0 {
			b.fail("%s has no holidays", what)
		}
		for _, h := range slices.Concat(y.Holidays, y.SharedLeave) {
			if h.Date.Year != y.Year {
				b.fail("%s lists %s", what, h.Date)
			}
			b.close(h)
		}
	}
}

func (b *builder) close(h holiday) {
	d := b.date(h.Name, h.Date)
	if h.Name == "" {
		b.fail("%s has no name", h.Date)
	}
	if _, twice := b.c.off[d]; twice {
		b.fail("%s is listed twice", h.Date)
	}
	b.c.off[d] = h.Name
}

func (b *builder) date(what string, l toml.LocalDate) day {
	if l == (toml.LocalDate{}) {
		b.fail("%s: a date is missing", what)
	}
	return dayOf(l.Year, time.Month(l.Month), l.Day)
}
