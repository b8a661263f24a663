package clock

import (
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func jakarta(t testing.TB) *Calendar {
	t.Helper()
	text, err := os.ReadFile("../../cities/jakarta/calendar.toml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at reads "2026-03-17 10:00" on the calendar's wall clock.
func at(t testing.TB, c *Calendar, text string) time.Time {
	t.Helper()
	got, err := time.ParseInLocation("2006-01-02 15:04", text, c.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestDeadline(t *testing.T) {
	wib := jakarta(t)
	wit, err := wib.In("WIT")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		c     *Calendar
		start string
		span  Span
		want  string
	}{
		"over Nyepi and Idul Fitri":           {wib, "2026-03-17 10:00", Span{3, WorkingDays}, "2026-03-27 16:30"},
		"the same in calendar days":           {wib, "2026-03-17 10:00", Span{3, CalendarDays}, "2026-03-20 23:59"},
		"the same in hours":                   {wib, "2026-03-17 10:00", Span{72, Hours}, "2026-03-20 10:00"},
		"the same in working hours":           {wib, "2026-03-17 10:00", Span{6, WorkingHours}, "2026-03-25 08:30"},
		"after closing counts from next day":  {wib, "2026-03-17 16:01", Span{1, WorkingDays}, "2026-03-26 16:00"},
		"at closing counts from next day":     {wib, "2026-04-06 16:00", Span{1, WorkingDays}, "2026-04-08 16:00"},
		"before opening counts from that day": {wib, "2026-04-06 03:00", Span{1, WorkingDays}, "2026-04-07 16:00"},
		"Friday night in the east":            {wit, "2026-04-10 22:00", Span{1, WorkingHours}, "2026-04-13 08:30"},
		"Friday night in the east, in days":   {wit, "2026-04-10 22:00", Span{1, WorkingDays}, "2026-04-14 16:00"},
		"one working hour at the end of day":  {wib, "2026-04-06 15:00", Span{1, WorkingHours}, "2026-04-06 16:00"},
		"Ramadan opens later":                 {wib, "2026-02-18 15:30", Span{1, WorkingHours}, "2026-02-19 08:30"},
		"over the year":                       {wib, "2025-12-24 15:00", Span{5, WorkingDays}, "2026-01-05 16:00"},
	} {
		t.Run(name, func(t *testing.T) {
			got := tt.c.Deadline(at(t, tt.c, tt.start), tt.span)
			if got.Format("2006-01-02 15:04") != tt.want {
				t.Errorf("%s + %v = %s, want %s", tt.start, tt.span, got, tt.want)
			}
			if got.Location() != tt.c.Zone() {
				t.Errorf("the deadline is in %v", got.Location())
			}
		})
	}
}

func TestStartMayBeInAnyZone(t *testing.T) {
	c := jakarta(t)
	// 17 March 22:00 in New York is 18 March 09:00 in Jakarta: a day of leave, so the 25th counts as the first.
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 3, 17, 22, 0, 0, 0, newYork)
	if got, want := c.Deadline(start, Span{1, WorkingDays}), at(t, c, "2026-03-26 16:00"); !got.Equal(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestNextWorkingMoment(t *testing.T) {
	wib := jakarta(t)
	for zone, tt := range map[string]struct{ from, want string }{
		"WIT":          {"2026-04-10 22:00", "2026-04-13 07:30"},
		"WITA":         {"2026-04-10 16:30", "2026-04-13 07:30"},
		"WIB":          {"2026-04-10 16:29", "2026-04-10 16:29"},
		"Asia/Jakarta": {"2026-03-17 15:00", "2026-03-25 07:30"},
	} {
		c, err := wib.In(zone)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := c.Next(at(t, c, tt.from)), at(t, c, tt.want); !got.Equal(want) {
			t.Errorf("%s: next working moment after %s is %v, want %v", zone, tt.from, got, want)
		}
	}
}

func TestElapsedIsWorkingTime(t *testing.T) {
	c := jakarta(t)
	for _, tt := range []struct {
		unit     Unit
		from, to string
		want     time.Duration
	}{
		{WorkingDays, "2026-03-17 10:00", "2026-03-25 08:00", 5*time.Hour + 30*time.Minute},
		{WorkingHours, "2026-03-21 00:00", "2026-03-23 00:00", 0},
		{WorkingHours, "2026-04-06 00:00", "2026-04-11 00:00", 43 * time.Hour},
		{Hours, "2026-03-17 10:00", "2026-03-18 10:00", 24 * time.Hour},
		{CalendarDays, "2026-03-17 10:00", "2026-03-18 10:00", 24 * time.Hour},
		{WorkingHours, "2026-04-07 10:00", "2026-04-06 10:00", 0},
	} {
		if got := c.Elapsed(tt.unit, at(t, c, tt.from), at(t, c, tt.to)); got != tt.want {
			t.Errorf("%s from %s to %s = %v, want %v", tt.unit, tt.from, tt.to, got, tt.want)
		}
	}
}

func TestPauseMovesTheDeadline(t *testing.T) {
	c := jakarta(t)
	start, span := at(t, c, "2026-04-06 10:00"), Span{3, WorkingDays} // Thursday 9 April, 16:00
	overWeekend := c.Elapsed(span.Unit, at(t, c, "2026-04-11 08:00"), at(t, c, "2026-04-12 20:00"))
	if got, want := c.DeadlinePaused(start, span, overWeekend), at(t, c, "2026-04-09 16:00"); !got.Equal(want) {
		t.Errorf("a pause on a weekend moves it to %v, want %v", got, want)
	}
	oneDay := c.Elapsed(span.Unit, at(t, c, "2026-04-07 10:00"), at(t, c, "2026-04-08 10:00"))
	if got, want := c.DeadlinePaused(start, span, oneDay), at(t, c, "2026-04-10 16:00"); !got.Equal(want) {
		t.Errorf("a pause of a working day moves it to %v, want %v", got, want)
	}
}

func TestCalendarSaysWhatItKnows(t *testing.T) {
	c := jakarta(t)
	if got := c.Off(at(t, c, "2026-03-19 23:59")); !strings.Contains(got, "Nyepi") {
		t.Errorf("19 March 2026 is %q", got)
	}
	if got := c.Off(at(t, c, "2026-03-25 00:00")); got != "" {
		t.Errorf("25 March 2026 is %q", got)
	}
	if !c.Lists(at(t, c, "2026-12-31 23:59")) || c.Lists(at(t, c, "2031-01-01 00:00")) {
		t.Error("want the holidays of 2026 and none of 2031")
	}
	holidays := map[int]int{}
	for d := range c.off {
		holidays[c.at(d, 0).Year()]++
	}
	// The decrees count 17 + 11 and 17 + 8 days.
	if holidays[2025] != 28 || holidays[2026] != 25 {
		t.Errorf("days off = %v, want 28 in 2025 and 25 in 2026", holidays)
	}
}

func TestParseNamesWhatIsWrong(t *testing.T) {
	const base = "zone = 'WIB'\n[[hours]]\nname = 'h'\nsource = 's'\nchecked = 2026-01-01\n[hours.days]\nmon = ['07:30-16:00']\n"
	if _, err := Parse([]byte(base)); err != nil {
		t.Fatal(err)
	}
	const season = "[[hours]]\nname = 'r'\nexample = true\nfrom = 2026-02-01\nto = 2026-02-09\n"
	for text, want := range map[string]string{
		"":                                  "the zone is missing",
		"zone = 'Local'":                    "not the machine's",
		"zone = 'Moon/Base'":                `no such zone "Moon/Base"`,
		"zone = 'WIB'":                      "0 hours without from and to",
		"zone = 'WIB'\ncolour = 1":          "line 2: colour: no such key",
		"zone = 1":                          "line 1: zone: ",
		base + base[len("zone = 'WIB'\n"):]: "2 hours without from and to",
		base + "tue = []":                   "tue has no span",
		base + "tue = ['16:00-07:30']":      `"16:00-07:30" is no span`,
		base + "tue = ['7-25']":             `"7-25" is no span`,
		base + "tue = ['8:00-9:00', '08:30-10:00']":                                                                               "overlap",
		base + "senin = ['07:30-16:00']":                                                                                          `"senin" is no day`,
		base + season + season:                                                                                                    "two hours hold on 2026-02-01",
		base + "[[hours]]\nname = 'r'\nfrom = 2026-02-01\nexample = true":                                                         "a date is missing",
		base + "[[hours]]\nname = 'r'\nfrom = 2026-02-01\nto = 2036-02-01":                                                        "at most 400 days",
		base + "[[year]]\nyear = 2026\nholidays = [{date = 2026-01-01, name='a'}]":                                                "year 2026 has no source and checked date",
		base + "[[year]]\nyear = 2026\nexample = true":                                                                            "has no holidays",
		base + "[[year]]\nyear = 2026\nexample = true\nholidays = [{date = 2025-01-01, name='a'}]":                                "year 2026 lists 2025-01-01",
		base + "[[year]]\nyear = 2026\nexample = true\nholidays = [{date = 2026-01-01, name='a'}, {date = 2026-01-01, name='b'}]": "listed twice",
		base + "[[closed]]\nexample = true\ndate = 2026-01-02":                                                                    "has no name",
	} {
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) = %v, want %q", strings.TrimPrefix(text, base), err, want)
		}
	}
	c, err := Parse([]byte(base + season + "[[closed]]\nexample = true\ndate = 2026-01-05\nname = 'Hari jadi kota'\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(c.Examples(), "; "); got != `hours "r"; closed 2026-01-05` {
		t.Errorf("examples = %s", got)
	}
	if got, want := c.Next(at(t, c, "2026-01-31 00:00")), at(t, c, "2026-02-16 07:30"); !got.Equal(want) {
		t.Errorf("after a season without work comes %v, want %v", got, want)
	}
}

func TestSpanCheck(t *testing.T) {
	for _, s := range []Span{{1, Hours}, {3660, WorkingDays}, {72, WorkingHours}, {14, CalendarDays}} {
		if err := s.Check(); err != nil {
			t.Errorf("%v: %v", s, err)
		}
	}
	for _, s := range []Span{{0, Hours}, {-1, WorkingDays}, {3661, CalendarDays}, {1, "fortnights"}, {1, ""}} {
		if s.Check() == nil {
			t.Errorf("%v is taken", s)
		}
	}
}

func instant(c *Calendar) *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		base := time.Date(2024, 12, 1, 0, 0, 0, 0, c.Zone())
		return base.Add(time.Duration(rapid.Int64Range(0, 800*24*3600).Draw(t, "second")) * time.Second)
	})
}

func anySpan() *rapid.Generator[Span] {
	return rapid.Custom(func(t *rapid.T) Span {
		return Span{
			Value: rapid.IntRange(1, 40).Draw(t, "value"),
			Unit:  rapid.SampledFrom([]Unit{Hours, WorkingHours, CalendarDays, WorkingDays}).Draw(t, "unit"),
		}
	})
}

func TestDeadlineIsMonotone(t *testing.T) {
	c := jakarta(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b, s := instant(c).Draw(t, "a"), instant(c).Draw(t, "b"), anySpan().Draw(t, "span")
		if b.Before(a) {
			a, b = b, a
		}
		da, db := c.Deadline(a, s), c.Deadline(b, s)
		if db.Before(da) {
			t.Fatalf("started later, over earlier: %v → %v, %v → %v", a, da, b, db)
		}
		if !da.After(a) {
			t.Fatalf("%v is over at %v", a, da)
		}
		longer := s
		longer.Value++
		if !c.Deadline(a, longer).After(da) {
			t.Fatalf("%v is not longer than %v", longer, s)
		}
		if c.DeadlinePaused(a, s, time.Hour).Before(da.Add(time.Hour)) {
			t.Fatal("an hour's pause moved it by less than an hour")
		}
	})
}

func TestWorkingDeadlinesFallIntoWork(t *testing.T) {
	c := jakarta(t)
	rapid.Check(t, func(t *rapid.T) {
		a, s := instant(c).Draw(t, "a"), anySpan().Draw(t, "span")
		if s.Unit != WorkingDays && s.Unit != WorkingHours {
			return
		}
		d := c.Deadline(a, s)
		if !c.Working(d.Add(-time.Nanosecond)) {
			t.Fatalf("nobody works just before %v", d)
		}
		if c.Off(d) != "" || d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			t.Fatalf("%v is a day off", d)
		}
		if s.Unit == WorkingHours {
			if got, want := c.Elapsed(s.Unit, a, d), time.Duration(s.Value)*time.Hour; got != want {
				t.Fatalf("%v elapse until the deadline, want %v", got, want)
			}
		}
	})
}

func TestElapsedAddsUp(t *testing.T) {
	c := jakarta(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b, x := instant(c).Draw(t, "a"), instant(c).Draw(t, "b"), instant(c).Draw(t, "x")
		u := anySpan().Draw(t, "span").Unit
		if b.Before(a) {
			a, b = b, a
		}
		if x.Before(a) || x.After(b) {
			return
		}
		if whole, parts := c.Elapsed(u, a, b), c.Elapsed(u, a, x)+c.Elapsed(u, x, b); whole != parts {
			t.Fatalf("whole %v, parts %v", whole, parts)
		}
		if n := c.Next(a); n.Before(a) || !c.Working(n) || c.Elapsed(WorkingHours, a, n) != 0 {
			t.Fatalf("next working moment of %v is %v", a, n)
		}
	})
}

func TestPausesAddUp(t *testing.T) {
	c := jakarta(t)
	rapid.Check(t, func(t *rapid.T) {
		a := instant(c).Draw(t, "a")
		s := anySpan().Draw(t, "span")
		p := time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "pause"))
		due, paused := c.Deadline(a, s), c.DeadlinePaused(a, s, p)
		if got := c.Elapsed(s.Unit, due, paused); got != p {
			t.Fatalf("paused for %v, moved by %v", p, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	text, err := os.ReadFile("../../cities/jakarta/calendar.toml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("zone = 'WIB'\n[[hours]]\nexample = true\n[hours.days]\nsun = ['00:00-24:00']\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(text)
		if err != nil {
			return
		}
		start := time.Date(2026, 3, 17, 3, 0, 0, 0, time.UTC)
		if due := c.Deadline(start, Span{5, WorkingDays}); !due.After(start) {
			t.Errorf("due %v", due)
		}
	})
}

func BenchmarkDeadline(b *testing.B) {
	c := jakarta(b)
	start := at(b, c, "2026-03-17 10:00")
	b.ReportAllocs()
	for b.Loop() {
		c.Deadline(start, Span{14, WorkingDays})
	}
}
