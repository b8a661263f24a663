package alert

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"tanggap/tickets"
	"tanggap/tickets/oncall"
)

// leastGap is how long those on call are left in peace after a message, where the ones before it came
// long ago.
const leastGap = time.Minute

// call is what the people of one step are told now.
type call struct {
	mark         oncall.Mark
	gap          time.Duration
	to           []Contact
	fresh, again []news
}

// news is an emergency of which people are told.
type news struct {
	oncall.Emergency
	before, then int // how often they were told of it, and will have been
}

// watch are those on call of an agency, by step.
type watch struct {
	agency string
	since  time.Time // what did not change since is no news
	steps  map[int][]Contact
}

// watches puts them together. An address that is told of all in the city is not told of an agency's once more.
func watches(contacts []Contact) (all []*watch) {
	everywhere := map[tickets.Address]bool{}
	for _, c := range contacts {
		if c.Agency == "" {
			everywhere[c.Address] = true
		} else if everywhere[c.Address] {
			continue
		}
		i := slices.IndexFunc(all, func(w *watch) bool { return w.agency == c.Agency })
		if i < 0 {
			i, all = len(all), append(all, &watch{agency: c.Agency, since: c.At, steps: map[int][]Contact{}})
		}
		if c.At.Before(all[i].since) {
			all[i].since = c.At
		}
		all[i].steps[c.Step] = append(all[i].steps[c.Step], c)
	}
	return all
}

// usable are the addresses of a step that may be written to.
func (w *watch) usable(step int) (all []Contact) {
	for _, c := range w.steps[step] {
		if c.usable {
			all = append(all, c)
		}
	}
	return all
}

// next are the step that is told of an emergency of which they were told so often, and its addresses: the
// one whose turn it is, else one that stands in for it, else whoever was not reached of late. 0 is nobody.
func (w *watch) next(times int) (step int, to []Contact) {
	for step := times + 1; step <= oncall.MostSteps; step++ {
		if to := w.usable(step); len(to) > 0 {
			return step, to
		}
	}
	for step := min(times, oncall.MostSteps); step > 0; step-- {
		if to := w.usable(step); len(to) > 0 {
			return step, to
		}
	}
	for step := 1; step <= oncall.MostSteps; step++ {
		for _, c := range w.steps[step] {
			if c.lastly {
				to = append(to, c)
			}
		}
		if len(to) > 0 {
			return step, to
		}
	}
	return 0, nil
}

// calls are those that are due.
func (a *Alerts) calls(contacts []Contact, emergencies []oncall.Emergency, marks []oncall.Mark) []*call {
	now := a.options.Now()
	var due []*call
	for _, w := range watches(contacts) {
		looked := map[time.Time]bool{} // messages of which somebody opened a report has been read
		for _, e := range emergencies {
			if told := e.Told[w.agency]; !told.Seen.IsZero() {
				looked[told.At] = true
			}
		}
		steps := map[int]*call{}
		for _, e := range emergencies {
			n := news{Emergency: e, before: e.Told[w.agency].Times}
			step, to := w.next(n.before)
			if step == 0 || !a.concerns(w, &e) || !a.isDue(w, &e, looked, now) {
				continue
			}
			c := steps[step]
			if c == nil {
				c = &call{mark: oncall.Mark{Agency: w.agency, Step: step}, to: to}
				steps[step] = c
			}
			n.then = max(n.before+1, step)
			if n.before == 0 {
				c.fresh = append(c.fresh, n)
			} else {
				c.again = append(c.again, n)
			}
		}
		for _, step := range slices.Sorted(maps.Keys(steps)) {
			if steps[step].paced(marks, now, a.options.Gather) {
				due = append(due, steps[step])
			}
		}
	}
	return due
}

// concerns reports whether those on call are told of an emergency at all: it is theirs, and nobody works
// on it yet.
func (a *Alerts) concerns(w *watch, e *oncall.Emergency) bool {
	if e.Test && !a.options.Tests || e.State != tickets.Triage && e.State != tickets.Assigned {
		return false
	}
	return w.agency == "" || a.options.City().Within(e.Agency, w.agency)
}

// isDue reports whether those on call are to be told of an emergency now: of a new one at once, of one that
// nobody opened after a time, and before where the message about it did not go out.
func (a *Alerts) isDue(w *watch, e *oncall.Emergency, looked map[time.Time]bool, now time.Time) bool {
	told := e.Told[w.agency]
	switch {
	case told.Times == 0:
		return !e.Changed.Before(w.since)
	case !told.Seen.IsZero() || looked[told.At] || told.Times >= oncall.MostSteps:
		return false
	case len(w.steps[told.Times]) > 0 && len(w.usable(told.Times)) == 0:
		return true
	}
	return now.Sub(told.At) >= a.options.After
}

// paced reports whether they may be written to now. The first of a flood is told at once; after that they
// are left in peace for a minute, two, four, as long as it goes on, and hear how many it were meanwhile.
func (c *call) paced(marks []oncall.Mark, now time.Time, most time.Duration) bool {
	i := slices.IndexFunc(marks, func(m oncall.Mark) bool { return m.Agency == c.mark.Agency && m.Step == c.mark.Step })
	c.gap = min(leastGap, most)
	if i >= 0 {
		c.mark = marks[i]
		passed := now.Sub(c.mark.At)
		if passed < c.mark.Gap {
			return false
		}
		if passed < 2*c.mark.Gap {
			c.gap = min(2*c.mark.Gap, most)
		}
	}
	for _, list := range [][]news{c.fresh, c.again} {
		slices.SortFunc(list, func(x, y news) int { return cmp.Compare(y.Ticket, x.Ticket) })
	}
	return true
}
