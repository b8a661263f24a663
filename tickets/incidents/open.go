package incidents

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tanggap/tickets"
)

// Report is what there is to know of an open report that an incident may take: no emergency, nothing sealed.
type Report struct {
	Ticket   int64
	Category string
	Area     string
	Lat, Lng float64
	Located  bool
	At       time.Time
	Text     string // its first message
}

// What goes its own way is not read: it is not shown beside other reports either. The walk is along the ids of a
// time, so that it costs what came in then.
const recent = `SELECT t.id, t.category, t.area, t.lat, t.lng, t.located, t.created_at,
	(SELECT m.text FROM message m WHERE m.ticket_id = t.id AND m.direction = 'in' ORDER BY m.id LIMIT 1)
	FROM ticket t WHERE t.id > ? AND NOT t.sealed AND NOT t.emergency AND NOT t.unverified AND t.kind = 'complaint'
	AND t.state IN ('triage', 'assigned', 'in_progress', 'merged') ORDER BY t.id LIMIT ?`

// Recent are reports with ids above one, by id.
func (s *Store) Recent(ctx context.Context, after int64, n int) ([]Report, error) {
	var all []Report
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var r Report
		var text sql.NullString
		err := rows.Scan(&r.Ticket, &r.Category, &r.Area, &r.Lat, &r.Lng, &r.Located, tickets.Stamp(&r.At), &text)
		r.Text = text.String
		all = append(all, r)
		return err
	}, recent, after, n)
	if err != nil {
		return nil, fmt.Errorf("reading recent reports: %w", err)
	}
	return all, nil
}

const fitting = `SELECT id, area FROM ticket WHERE id >= ? AND category = ? AND NOT sealed AND NOT emergency AND kind = 'complaint'
	AND state IN ('triage', 'assigned', 'in_progress') ORDER BY id LIMIT 5000`

// Fitting are the ids of reports since a time that are about a topic and lie in an area that in tells, worked on
// by somebody and under no incident; the oldest first, at most n.
func (s *Store) Fitting(ctx context.Context, category string, since time.Time, in func(area string) bool, n int) ([]int64, error) {
	var all []int64
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var id int64
		var area string
		err := rows.Scan(&id, &area)
		if len(all) < n && area != "" && in(area) {
			all = append(all, id)
		}
		return err
	}, fitting, tickets.FirstID(since), category)
	if err != nil {
		return nil, fmt.Errorf("looking for reports that fit: %w", err)
	}
	// A lead is worked on, and is under one.
	under, err := s.Of(ctx, all...)
	if err != nil {
		return nil, err
	}
	free := all[:0]
	for _, id := range all {
		if _, is := under[id]; !is {
			free = append(free, id)
		}
	}
	return free, nil
}
