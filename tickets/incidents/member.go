package incidents

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tanggap/tickets"
)

// How a ticket stands under an incident.
const (
	Held   = "held"   // it fits; nobody has looked
	Joined = "joined" // a person confirmed it
	Lead   = "lead"   // confirmed, and the one that is worked on for all; at most one of an incident
)

// Was is how a ticket stood before it was held, to be restored from.
type Was struct {
	State    tickets.State    `json:"state"`
	Question tickets.Question `json:"question,omitempty"`
}

// Member is a ticket under an incident. Version is the ticket's at that: whoever changes the membership
// with it changes what he saw.
type Member struct {
	Ticket    int64
	Reference tickets.Reference
	Version   int64
	Incident  int64
	State     string
	Was       Was
	Since     time.Time // when its State began
}

const (
	memberColumns = `SELECT m.ticket_id, t.reference, t.version, m.incident_id, m.state, m.was, m.since FROM incident_member m JOIN ticket t ON t.id = m.ticket_id`
	membersOf     = memberColumns + ` WHERE m.incident_id = ? AND m.state = ? AND m.ticket_id > ? ORDER BY m.ticket_id LIMIT ?`
)

// Members are those of an incident in a state, the oldest ticket first, with ids above one.
func (s *Store) Members(ctx context.Context, incident int64, state string, after int64, n int) ([]Member, error) {
	all, err := s.members(ctx, membersOf, incident, state, after, n)
	if err != nil {
		return nil, fmt.Errorf("reading what is under an incident: %w", err)
	}
	return all, nil
}

// Of tells under which incidents tickets are, by their ids; at most 500 of them are looked at.
func (s *Store) Of(ctx context.Context, ids ...int64) (map[int64]Member, error) {
	found := make(map[int64]Member, len(ids))
	if ids = ids[:min(len(ids), 500)]; len(ids) == 0 {
		return found, nil
	}
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = id
	}
	all, err := s.members(ctx, memberColumns+` WHERE m.ticket_id IN (?`+strings.Repeat(", ?", len(ids)-1)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the incidents of tickets: %w", err)
	}
	for _, m := range all {
		found[m.Ticket] = m
	}
	return found, nil
}

func (s *Store) members(ctx context.Context, query string, args ...any) ([]Member, error) {
	var all []Member
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var m Member
		var was string
		err := rows.Scan(&m.Ticket, &m.Reference, &m.Version, &m.Incident, &m.State, &was, tickets.Stamp(&m.Since))
		_ = json.Unmarshal([]byte(was), &m.Was) // ours; a broken one restores to triage
		all = append(all, m)
		return err
	}, query, args...)
	return all, err
}

// MostCounted is where counting members ends.
const MostCounted = 10_000

// Counts are how many members an incident has in each state, each at most MostCounted.
type Counts struct{ Held, Joined, Lead int }

// Confirmed are those that a person confirmed.
func (c Counts) Confirmed() int { return c.Joined + c.Lead }

// Counts counts the members of an incident.
func (s *Store) Counts(ctx context.Context, incident int64) (Counts, error) {
	var c Counts
	for state, n := range map[string]*int{Held: &c.Held, Joined: &c.Joined, Lead: &c.Lead} {
		err := s.db.Row(ctx, `SELECT count(*) FROM (SELECT ticket_id FROM incident_member WHERE incident_id = ? AND state = ? LIMIT ?) m`, incident, state, MostCounted).Scan(n)
		if err != nil {
			return c, fmt.Errorf("counting what is under an incident: %w", tickets.Found(err))
		}
	}
	return c, nil
}
