// Package triage reads what waits for a person to say where it belongs: the emergencies first, then the
// oldest.
package triage

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"tanggap/tickets"
)

const (
	// Ahead is how many of those that come next are named at once.
	Ahead = 20
	// Most is up to how many are counted.
	Most = 1000
)

// Mark is how far a person has come along the line: what he passed over lies before it. The zero Mark is
// its beginning. Emergencies have one of their own, so that a new one is seen next, wherever he is.
type Mark struct{ Urgent, Rest int64 }

// ParseMark reads what String wrote; anything else is the beginning.
func ParseMark(s string) Mark {
	urgent, rest, _ := strings.Cut(s, ".")
	u, wrong := strconv.ParseInt(urgent, 36, 64)
	r, bad := strconv.ParseInt(rest, 36, 64)
	if wrong != nil || bad != nil || u < 0 || r < 0 {
		return Mark{}
	}
	return Mark{u, r}
}

// String is the mark for an address, "" at the beginning.
func (m Mark) String() string {
	if m == (Mark{}) {
		return ""
	}
	return strconv.FormatInt(m.Urgent, 36) + "." + strconv.FormatInt(m.Rest, 36)
}

// Past is the mark behind an entry, and never before m.
func (m Mark) Past(e Entry) Mark {
	if e.Emergency {
		m.Urgent = max(m.Urgent, e.Ticket)
	} else {
		m.Rest = max(m.Rest, e.Ticket)
	}
	return m
}

// Entry is a ticket in the line.
type Entry struct {
	Ticket    int64
	Reference tickets.Reference
	Emergency bool
}

// Line is what waits at one desk.
type Line struct {
	Entries []Entry // behind the mark, at most Ahead
	Waiting int     // in all, at most Most
	Urgent  int     // of them, emergencies
}

// Store reads the database of a tickets.Store. It is safe for concurrent use.
type Store struct{ db *tickets.Store }

// New reads from a database.
func New(db *tickets.Store) *Store { return &Store{db: db} }

// The conditions of emergencies are those of the index ticket_urgent, word for word: only so is it used. The
// others walk along ticket_queue; rows are compared, not columns, so that no planner takes the index of ids.
const (
	isUrgent = `emergency AND state IN ('triage', 'assigned', 'in_progress', 'pending') AND state = 'triage' AND agency = ?`
	urgent   = `SELECT id, reference FROM ticket WHERE ` + isUrgent + ` AND id > ? ORDER BY id LIMIT ?`
	rest     = `SELECT id, reference FROM ticket WHERE (agency, state, id) > (?, 'triage', ?) AND (agency, state, id) <= (?, 'triage', ?)
		AND NOT emergency ORDER BY agency, state, id LIMIT ?`
	count = `SELECT (SELECT count(*) FROM (SELECT 1 FROM ticket WHERE agency = ? AND state = 'triage' LIMIT ?) w), (SELECT count(*) FROM ticket WHERE ` + isUrgent + `)`
)

// Waiting is what waits at an agency's desk behind a mark.
func (s *Store) Waiting(ctx context.Context, agency string, after Mark) (Line, error) {
	var l Line
	take := func(emergency bool) func(*sql.Rows) error {
		return func(rows *sql.Rows) error {
			e := Entry{Emergency: emergency}
			err := rows.Scan(&e.Ticket, &e.Reference)
			l.Entries = append(l.Entries, e)
			return err
		}
	}
	err := s.db.Rows(ctx, take(true), urgent, agency, after.Urgent, Ahead)
	if err == nil {
		err = s.db.Rows(ctx, take(false), rest, agency, after.Rest, agency, int64(1<<63-1), Ahead)
	}
	if err == nil {
		err = s.db.Row(ctx, count, agency, Most, agency).Scan(&l.Waiting, &l.Urgent)
	}
	if err != nil {
		return Line{}, fmt.Errorf("looking for what waits for a person: %w", tickets.Found(err))
	}
	l.Entries = l.Entries[:min(len(l.Entries), Ahead)]
	return l, nil
}
