// Package bot says what a citizen's message means: a new report, a follow-up, a word of command or an
// answer to a question of ours, and what is said back. What staff and programs do to a ticket goes
// through its Desk. Decisions are pure functions of the situation that the store hands over.
package bot

import (
	"sync/atomic"
	"time"

	"tanggap/channels"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/incidents"
)

// Options of New.
type Options struct {
	// Accounts tells what a configured account can carry; false for a name that is none, whose
	// senders cannot be answered. nil knows no account.
	Accounts func(name string) (channels.Capabilities, bool)
	// Deadline counts a promise from an instant, in the calendar of a zone ("" is the city's). The
	// zero time stands for no promise. nil counts working days as days, and knows no holiday.
	Deadline func(from time.Time, d router.Deadline, zone string) time.Time
	// Examples lets facts that are marked as examples be told to citizens (invariant 8): the demo.
	Examples bool
	// Test marks every new ticket as a test (pilot mode).
	Test bool
}

// Bot decides. It is safe for concurrent use.
type Bot struct {
	options  Options
	settings atomic.Pointer[settings]
	mind     atomic.Pointer[router.Mind]
	groups   atomic.Pointer[map[string]bool] // the chats of agencies' own people
	// incidents are those that hold new reports.
	incidents atomic.Pointer[[]incidents.Incident]
}

// settings is what a reload replaces as one.
type settings struct {
	city *router.City
	zone *time.Location
}

// New makes a bot for a city.
func New(city *router.City, o Options) *Bot {
	if o.Accounts == nil {
		o.Accounts = func(string) (channels.Capabilities, bool) { return channels.Capabilities{}, false }
	}
	if o.Deadline == nil {
		o.Deadline = plainDeadline
	}
	b := &Bot{options: o}
	b.SetCity(city)
	return b
}

// SetCity replaces the city; decisions under way end with the old one.
func (b *Bot) SetCity(city *router.City) {
	zone, err := time.LoadLocation(city.Facts().Zone)
	if err != nil {
		zone = time.UTC // a pack without a zone promises dates in UTC
	}
	b.settings.Store(&settings{city: city, zone: zone})
}

// SetMind replaces what the router has learned, for the city in force.
func (b *Bot) SetMind(m *router.Mind) { b.mind.Store(m) }

// Mind is the one in force, nil before there is any.
func (b *Bot) Mind() *router.Mind { return b.mind.Load() }

func plainDeadline(from time.Time, d router.Deadline, _ string) time.Time {
	switch {
	case d.Value <= 0:
		return time.Time{}
	case d.Unit == router.Hours:
		return from.Add(time.Duration(d.Value) * time.Hour)
	}
	return from.AddDate(0, 0, d.Value)
}

// What a pack that says nothing gets: the waits of the national complaint service (close after 10
// silent days), and a month in which a case can be opened again.
const (
	defaultConfirm      = 10
	defaultPending      = 5
	defaultPendingTotal = 10
	defaultReopen       = 30
)

func or(days, otherwise int) int {
	if days > 0 {
		return days
	}
	return otherwise
}

// workdays is the end of a number of working days from an instant.
func (s *scene) workdays(from time.Time, days int) time.Time {
	end := s.bot.options.Deadline(from, router.Deadline{Value: days, Unit: router.WorkingDays}, "")
	if end.IsZero() {
		return from.AddDate(0, 0, days)
	}
	return end
}

// reopens reports whether a case closed at that time may still be opened again.
func (s *scene) reopens(t *tickets.Ticket) bool {
	since := t.ClosedAt
	if since.IsZero() {
		since = t.UpdatedAt
	}
	return s.sit.Now.Before(s.workdays(since, or(s.city.Facts().Days.Reopen, defaultReopen)))
}
