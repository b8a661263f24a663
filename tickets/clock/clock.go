package clock

import (
	"fmt"
	"time"
)

// Unit is what a service level counts.
type Unit string

// The units.
const (
	Hours        Unit = "hours"         // of the clock, day and night
	WorkingHours Unit = "working_hours" // only while the office works
	CalendarDays Unit = "calendar_days"
	WorkingDays  Unit = "working_days"
)

// Span is how long a service level allows.
type Span struct {
	Value int
	Unit  Unit
}

// most bounds a Span, so that arithmetic over it ends: ten years.
const most = 3660

// Check is whether the span is one that Deadline takes.
func (s Span) Check() error {
	limit := most
	switch s.Unit {
	case Hours, WorkingHours:
		limit *= 24
	case CalendarDays, WorkingDays:
	default:
		return fmt.Errorf("%q is none of hours, working_hours, calendar_days, working_days", string(s.Unit))
	}
	if s.Value < 1 || s.Value > limit {
		return fmt.Errorf("%d %s is not between 1 and %d", s.Value, s.Unit, limit)
	}
	return nil
}

// Deadline is when a service level that starts at start is over, in the calendar's zone.
//
// Working time starts at Next(start). Days are counted as offices and laws count them: the day of the
// start is not counted, and the deadline is the end of the last one, that of its working hours for
// WorkingDays and the last second of the day for CalendarDays. Hours run exactly. The span must pass
// its Check.
func (c *Calendar) Deadline(start time.Time, s Span) time.Time {
	return c.DeadlinePaused(start, s, 0)
}

// DeadlinePaused is Deadline for a service level that stood still for a while: paused is the sum of
// Elapsed(s.Unit, from, to) over its pauses, and comes on top.
func (c *Calendar) DeadlinePaused(start time.Time, s Span, paused time.Duration) time.Time {
	switch s.Unit {
	case Hours:
		return start.In(c.zone).Add(time.Duration(s.Value)*time.Hour + paused)
	case CalendarDays:
		end := c.at(c.day(start)+day(s.Value)+1, 0)
		return end.Add(paused - time.Second)
	case WorkingHours:
		return c.add(c.Next(start), time.Duration(s.Value)*time.Hour+paused)
	case WorkingDays:
		d := c.day(c.Next(start))
		for range s.Value {
			d = c.workday(d + 1)
		}
		spans := c.spans(d)
		return c.add(c.at(d, spans[len(spans)-1].to), paused)
	}
	panic("clock: " + s.Check().Error())
}

// Elapsed is how much of a service level in this unit runs off between two instants: working time for
// WorkingHours and WorkingDays, the clock's for Hours and CalendarDays. It is 0 where to is not after from.
func (c *Calendar) Elapsed(u Unit, from, to time.Time) time.Duration {
	if !from.Before(to) {
		return 0
	}
	if u == Hours || u == CalendarDays {
		return to.Sub(from)
	}
	var sum time.Duration
	for d, last := c.day(from), c.day(to); d <= last; d++ {
		for _, s := range c.spans(d) {
			begin, end := later(from, c.at(d, s.from)), earlier(to, c.at(d, s.to))
			if begin.Before(end) {
				sum += end.Sub(begin)
			}
		}
	}
	return sum
}

// Next is the first instant of work at or after t.
func (c *Calendar) Next(t time.Time) time.Time {
	t = t.In(c.zone)
	for d := c.day(t); ; d = c.workday(d + 1) {
		for _, s := range c.spans(d) {
			if t.Before(c.at(d, s.to)) {
				return later(t, c.at(d, s.from))
			}
		}
	}
}

// Working is whether the office works at t.
func (c *Calendar) Working(t time.Time) bool { return c.Next(t).Equal(t) }

// add is the first instant after t by which the office has worked for d; t itself where d is 0.
func (c *Calendar) add(t time.Time, d time.Duration) time.Time {
	if d <= 0 {
		return t
	}
	for {
		t = c.Next(t)
		end := c.end(t)
		if left := end.Sub(t); d > left {
			d -= left
			t = end
			continue
		}
		return t.Add(d)
	}
}

// end is the end of the span of work that t lies in.
func (c *Calendar) end(t time.Time) time.Time {
	d := c.day(t)
	for _, s := range c.spans(d) {
		if to := c.at(d, s.to); t.Before(to) {
			return to
		}
	}
	return t
}

// workday is the first day with work at or after d.
func (c *Calendar) workday(d day) day {
	for len(c.spans(d)) == 0 {
		d++
	}
	return d
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
