package console

import (
	"sync"
	"time"

	"tanggap/tickets/triage"
)

// readFor is how long a report is kept for who has it before him: somebody who went away holds up nobody.
const readFor = 2 * time.Minute

// readings tell who has which report before him, so that two people are not given the same one. They are
// for their comfort alone, and each node's own: that a report is assigned once stands on its version. The
// zero value is ready; they are safe for concurrent use.
type readings struct {
	mu sync.Mutex
	of map[int64]reading // by ticket
}

type reading struct {
	login, name string
	until       time.Time
}

// take gives a person the first entry that nobody else reads, or the very first where all are read, with
// who reads it. There must be one.
func (r *readings) take(all []triage.Entry, me reading, now time.Time) (e triage.Entry, reader string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil {
		r.of = map[int64]reading{}
	}
	for ticket, by := range r.of {
		if by.login == me.login || !by.until.After(now) {
			delete(r.of, ticket)
		}
	}
	me.until = now.Add(readFor)
	for _, e := range all {
		if _, read := r.of[e.Ticket]; !read {
			r.of[e.Ticket] = me
			return e, ""
		}
	}
	return all[0], r.of[all[0].Ticket].name
}
