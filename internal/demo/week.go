package demo

import (
	"bytes"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

//go:embed week.toml
var weekText []byte

// week is the past of the demo city, as week.toml tells it.
type week struct {
	Staff  map[string]string  `toml:"staff"` // by agency
	Person map[string]*person `toml:"person"`
	Story  []story            `toml:"story"`
	Odd    []odd              `toml:"odd"`
}

// person is a citizen on one channel.
type person struct {
	Via         string // the account's name
	Address     string
	Name        string
	Language    string
	Unreachable bool // nothing arrives there any more
}

type story struct {
	At      string
	By      string
	Text    string
	Subject string
	Picture string
	Place   []float64
	Then    []string
}

type odd struct{ At, Via, Raw string }

// step is one of story.Then.
type step struct {
	After  time.Duration
	What   string
	Agency string
	Text   string
}

func readWeek() (*week, error) {
	var w week
	if err := toml.NewDecoder(bytes.NewReader(weekText)).DisallowUnknownFields().Decode(&w); err != nil {
		return nil, fmt.Errorf("reading the demo's week: %w", err)
	}
	return &w, nil
}

// when reads a time before now, in the zone of now.
func when(at string, now time.Time) (time.Time, error) {
	if ago, ok := strings.CutSuffix(at, " ago"); ok {
		d, err := time.ParseDuration(ago)
		return now.Add(-d), err
	}
	day, clock, _ := strings.Cut(at, " ")
	days, err := strconv.Atoi(day)
	if err != nil {
		return time.Time{}, err
	}
	of, err := time.Parse("15:04", clock)
	return time.Date(now.Year(), now.Month(), now.Day()+days, of.Hour(), of.Minute(), 0, 0, now.Location()), err
}

var stepForm = regexp.MustCompile(`^\+(?:(\d+)d)?(\S*) (\w+)(?: ([a-z][a-z0-9.]*))?: (.*)$`)

func parseStep(s string) (step, error) {
	m := stepForm.FindStringSubmatch(s)
	if m == nil {
		return step{}, fmt.Errorf("no step: %q", s)
	}
	st := step{What: m[3], Agency: m[4], Text: m[5]}
	if m[2] != "" {
		d, err := time.ParseDuration(m[2])
		if err != nil {
			return step{}, err
		}
		st.After = d
	}
	if m[1] != "" {
		days, err := strconv.Atoi(m[1])
		if err != nil {
			return step{}, err
		}
		st.After += time.Duration(days) * 24 * time.Hour
	}
	return st, nil
}

// scene is one thing that happens at its time: a message of a citizen, an act of staff, or what nobody
// understands.
type scene struct {
	at    time.Time
	story int // which story it belongs to, -1 for none
	first bool
	step  step
	odd   *odd
}

// scenes are what happened until now, in order. No two have the same time, so that ids grow with them.
func (w *week) scenes(now time.Time) ([]scene, error) {
	var all []scene
	for i, s := range w.Story {
		if w.Person[s.By] == nil {
			return nil, fmt.Errorf("the demo's week: nobody is called %q", s.By)
		}
		at, err := when(s.At, now)
		if err != nil {
			return nil, fmt.Errorf("the demo's week: %q: %w", s.At, err)
		}
		all = append(all, scene{at: at, story: i, first: true})
		for _, then := range s.Then {
			st, err := parseStep(then)
			if err != nil {
				return nil, fmt.Errorf("the demo's week: %w", err)
			}
			if at = at.Add(st.After); st.What != "says" && st.After > time.Hour {
				at = office(at)
			}
			all = append(all, scene{at: at, story: i, step: st})
		}
	}
	for i := range w.Odd {
		at, err := when(w.Odd[i].At, now)
		if err != nil {
			return nil, fmt.Errorf("the demo's week: %q: %w", w.Odd[i].At, err)
		}
		all = append(all, scene{at: at, story: -1, odd: &w.Odd[i]})
	}
	slices.SortStableFunc(all, func(a, b scene) int { return a.at.Compare(b.at) })
	all = slices.DeleteFunc(all, func(s scene) bool { return s.at.After(now.Add(-time.Minute)) })
	for i := 1; i < len(all); i++ {
		if !all[i].at.After(all[i-1].at) {
			all[i].at = all[i-1].at.Add(time.Second)
		}
	}
	return all, nil
}

// office is the next time at which a desk is open.
func office(at time.Time) time.Time {
	switch hour := at.Hour(); {
	case hour >= 17:
		at = at.AddDate(0, 0, 1)
	case hour >= 7:
		return at
	}
	return time.Date(at.Year(), at.Month(), at.Day(), 7, 30+at.Minute()/2, at.Second(), 0, at.Location())
}
