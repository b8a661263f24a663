// Package quality tells how often the router was right, by what people did with the reports afterwards:
// where one stayed it was, where a person passed it on it was not.
package quality

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tanggap/tickets"
)

const (
	// Most is how many reports are looked at at once, the newest.
	Most = 20_000
	// ripe is how long a report lies untouched until its agency has had the time to say that it is not its own.
	ripe = 3 * 24 * time.Hour
	// regret is how soon somebody who gave a report away and gives it elsewhere has only corrected himself.
	regret = 10 * time.Minute
)

// Store reads the database of a tickets.Store. It is safe for concurrent use.
type Store struct{ db *tickets.Store }

// New reads from a database.
func New(db *tickets.Store) *Store { return &Store{db: db} }

// Judgement is a decision of the router, and what people made of it.
type Judgement struct {
	Ticket     int64
	Reference  tickets.Reference
	At         time.Time // when the report came in
	Channel    string
	Sealed     bool
	Emergency  bool
	Abstained  bool     // the router left it to a person
	Confidence float64  // in Agency, 0 to 1
	Agency     string   // where the router put it; where it abstained its first guess, "" without one
	Category   string   // that it saw, "" for none
	Top        []string // its guesses, at most three agencies, the best first

	Settled     bool   // people had the time to judge: somebody works on it, or has for days not sent it on
	FinalAgency string // where people brought it, "" while it waits for a person
	Right       bool   // FinalAgency is Agency
	Path        []Pass // what people passed on, in its order
}

// Pass is a report that a person gave from one agency to another.
type Pass struct {
	From, To string
	By       string // of the staff, or a program
	At       time.Time
}

// Among reports whether one of the first n guesses is where the report belongs.
func (j *Judgement) Among(n int) bool {
	return j.FinalAgency != "" && slices.Contains(j.Top[:min(n, len(j.Top))], j.FinalAgency)
}

// Judged returns the newest settled decisions on reports that came in since a time, the newest first, at most
// max and Most: with Confidence and Right what a threshold is calibrated by. Those that the router left to a
// person are among them, with its first guess. Emergencies are not: people see them at once, wherever they are.
func (s *Store) Judged(ctx context.Context, since time.Time, limit int) ([]Judgement, error) {
	all, err := s.Since(ctx, since)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(j Judgement) bool { return !j.Settled || j.Emergency })
	return all[:min(len(all), max(limit, 0))], nil
}

// Since returns the decisions on reports that came in since a time, the newest first, at most Most: settled or
// not. Tests are none, nor what was imported.
func (s *Store) Since(ctx context.Context, since time.Time) ([]Judgement, error) {
	return s.read(ctx, tickets.FirstID(since), Most)
}

// decided reads along the key of the tickets, passed along the index event_transferred.
const (
	decided = `SELECT id, reference, created_at, channel, state, state_before, agency, category, sealed, emergency, decision FROM ticket
		WHERE id >= ? AND NOT test ORDER BY id DESC LIMIT ?`
	passed = `SELECT ticket_id, actor, at, data FROM event WHERE type = 'transferred' AND id >= ? ORDER BY id DESC LIMIT ?`
	story  = `SELECT actor, type, data FROM event WHERE ticket_id = ? ORDER BY id`
)

func (s *Store) read(ctx context.Context, from int64, limit int) ([]Judgement, error) {
	var all []Judgement
	var now []standing
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var j Judgement
		var at standing
		var data []byte
		err := rows.Scan(&j.Ticket, &j.Reference, tickets.Stamp(&j.At), &j.Channel, &at.state, &at.before, &at.agency, &j.Category, &j.Sealed, &j.Emergency, &data)
		if err == nil && j.decide(data) {
			all, now = append(all, j), append(now, at)
		}
		return err
	}, decided, from, limit)
	if err != nil {
		return nil, fmt.Errorf("reading decisions: %w", err)
	}
	if len(all) == 0 {
		return nil, nil
	}
	paths, err := s.passed(ctx, all[len(all)-1].Ticket, limit)
	if err != nil {
		return nil, err
	}
	for i := range all {
		j := &all[i]
		j.Path = paths[j.Ticket]
		if err := s.settle(ctx, j, now[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// standing is where a ticket is now.
type standing struct {
	state, before tickets.State
	agency        string
}

// undecided reports whether no person has said yet where it belongs.
func (s standing) undecided() bool {
	return s.state == tickets.Triage || s.state == tickets.Pending && s.before == tickets.Triage
}

// decide takes over what the router said; it reports false where it was not asked.
func (j *Judgement) decide(data []byte) bool {
	var d tickets.Decision
	if json.Unmarshal(data, &d) != nil || d.Agency == "" {
		return false
	}
	var said struct {
		Top []struct{ Agency string }
	}
	_ = json.Unmarshal(d.Data, &said) // one without guesses has none
	for _, g := range said.Top {
		if !slices.Contains(j.Top, g.Agency) && g.Agency != "" {
			j.Top = append(j.Top, g.Agency)
		}
	}
	j.Abstained, j.Confidence, j.Agency = d.Abstained, d.Confidence, d.Agency
	if d.Abstained {
		j.Agency = ""
		if len(j.Top) > 0 {
			j.Agency = j.Top[0]
		}
	}
	return true
}

// passed are the transfers that people made, by ticket, in their order.
func (s *Store) passed(ctx context.Context, from int64, limit int) (map[int64][]Pass, error) {
	all := map[int64][]Pass{}
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var ticket int64
		var p Pass
		var data []byte
		if err := rows.Scan(&ticket, &p.By, tickets.Stamp(&p.At), &data); err != nil {
			return err
		}
		if p.read(data) {
			all[ticket] = append(all[ticket], p)
		}
		return nil
	}, passed, from, 2*limit)
	if err != nil {
		return nil, fmt.Errorf("reading what was passed on: %w", err)
	}
	for ticket, path := range all {
		slices.Reverse(path)
		all[ticket] = meant(path)
	}
	return all, nil
}

func (p *Pass) read(data []byte) bool {
	var d struct{ From, To string }
	if json.Unmarshal(data, &d) != nil || d.To == "" {
		return false
	}
	p.From, p.To = d.From, d.To
	return !slices.Contains(machines, p.By)
}

// machines are the actors who are no persons.
var machines = []string{"router", "bot", "citizen"}

// meant drops what its actor took back at once.
func meant(path []Pass) []Pass {
	kept := path[:0]
	for _, p := range path {
		if n := len(kept); n > 0 && kept[n-1].By == p.By && kept[n-1].From == p.From && p.At.Sub(kept[n-1].At) < regret {
			kept = kept[:n-1]
		}
		kept = append(kept, p)
	}
	return kept
}

// settle says where people brought the report.
func (s *Store) settle(ctx context.Context, j *Judgement, now standing) error {
	if now.undecided() {
		return nil
	}
	if j.FinalAgency = j.Agency; j.Abstained {
		j.FinalAgency = ""
	}
	if n := len(j.Path); n > 0 {
		j.FinalAgency = j.Path[n-1].To
	}
	if j.FinalAgency != now.agency {
		back, err := s.sentBack(ctx, j.Ticket)
		if err != nil {
			return err
		}
		if back || j.Abstained && len(j.Path) == 0 {
			j.FinalAgency = now.agency // the desk itself dealt with it
		}
	}
	j.Right = j.FinalAgency == j.Agency
	switch now.state {
	case tickets.InProgress, tickets.Pending, tickets.Resolved, tickets.Closed:
		j.Settled = true
	case tickets.Assigned:
		last := j.At
		if n := len(j.Path); n > 0 {
			last = j.Path[n-1].At
		}
		j.Settled = s.db.Now().Sub(last) >= ripe
	}
	return nil
}

// sentBack reports whether the last that a person said of where the ticket belongs is "not ours". That a
// citizen brought it one level up, because the work was not done, says nothing about the router.
func (s *Store) sentBack(ctx context.Context, ticket int64) (back bool, err error) {
	err = s.db.Rows(ctx, func(rows *sql.Rows) error {
		var actor, kind string
		var data []byte
		if err := rows.Scan(&actor, &kind, &data); err != nil || slices.Contains(machines, actor) {
			return err
		}
		var to struct{ To string }
		_ = json.Unmarshal(data, &to)
		switch {
		case kind == "transferred":
			back = false
		case kind == "moved" && to.To == string(tickets.Triage):
			back = true
		}
		return nil
	}, story, ticket)
	if err != nil {
		return false, fmt.Errorf("reading what became of a report: %w", err)
	}
	return back, nil
}
