// Package incidents keeps what many tickets are about at once: a flood, a power cut. An operator opens an
// incident for an area and a topic; new reports that fit are held under it, which is a change of the ticket
// (tickets.Join) and so written with it. Every ticket keeps its number, its thread and its way back.
package incidents

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tanggap/tickets"
)

// Store keeps incidents in the database of a tickets.Store. It is safe for concurrent use.
type Store struct{ db *tickets.Store }

// New is the incidents of a database.
func New(db *tickets.Store) *Store { return &Store{db: db} }

// Incident is one. Text is what who reports it reads, by language: "id", and "en" where that was written.
type Incident struct {
	ID       int64
	Category string
	Area     string // code: reports from it and from what lies in it are held
	Text     map[string]string
	By       string // who opened it
	OpenedAt time.Time
	EndsAt   time.Time // from then on it holds nothing new
	ClosedAt time.Time // zero while somebody works on it
}

// Holds reports whether new reports are held under the incident at a time.
func (i *Incident) Holds(at time.Time) bool { return i.ClosedAt.IsZero() && at.Before(i.EndsAt) }

// Says is the incident's text in a language, else in Indonesian.
func (i *Incident) Says(lang string) string {
	if text := i.Text[lang]; text != "" {
		return text
	}
	return i.Text["id"]
}

// ErrThere says that an open incident of that area and topic is there already.
var ErrThere = errors.New("there is an open incident of that area and topic")

const (
	columns = `id, category, area, text_id, text_en, opened_by, opened_at, ends_at, closed_at`
	insert  = `INSERT INTO incident (` + columns + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)`
	same    = `SELECT id FROM incident WHERE closed_at = 0 AND category = ? AND area = ? ORDER BY id LIMIT 1`
)

// Open opens an incident and returns its id: ErrThere, wrapped, where there is such a one.
func (s *Store) Open(ctx context.Context, i Incident) (int64, error) {
	id := s.db.NewID()
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		var other int64
		if err := x.Row(same, i.Category, i.Area).Scan(&other); err == nil {
			return ErrThere
		} else if !errors.Is(err, sql.ErrNoRows) {
			return tickets.Found(err)
		}
		_, err := x.Exec(insert, id, i.Category, i.Area, tickets.Clean(i.Text["id"]), tickets.Clean(i.Text["en"]), tickets.Clean(i.By),
			tickets.Micros(s.db.Now()), tickets.Micros(i.EndsAt))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("opening an incident: %w", err)
	}
	return id, nil
}

// Edit changes the text and the end of an incident that is not closed: tickets.ErrNotFound, wrapped, for others.
func (s *Store) Edit(ctx context.Context, id int64, text map[string]string, ends time.Time) error {
	return s.change(ctx, "changing an incident", `UPDATE incident SET text_id = ?, text_en = ?, ends_at = ? WHERE id = ? AND closed_at = 0`,
		tickets.Clean(text["id"]), tickets.Clean(text["en"]), tickets.Micros(ends), id)
}

// Close ends the work on an incident; what is still held under it is for the caller to take out.
func (s *Store) Close(ctx context.Context, id int64) error {
	return s.change(ctx, "closing an incident", `UPDATE incident SET closed_at = ? WHERE id = ? AND closed_at = 0`, tickets.Micros(s.db.Now()), id)
}

func (s *Store) change(ctx context.Context, doing, query string, args ...any) error {
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		n, err := x.Exec(query, args...)
		if err == nil && n == 0 {
			err = tickets.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// One is the incident of an id: tickets.ErrNotFound, wrapped, where there is none.
func (s *Store) One(ctx context.Context, id int64) (Incident, error) {
	all, err := s.read(ctx, `SELECT `+columns+` FROM incident WHERE id = ?`, id)
	if err == nil && len(all) == 0 {
		err = tickets.ErrNotFound
	}
	if err != nil {
		return Incident{}, fmt.Errorf("reading an incident: %w", err)
	}
	return all[0], nil
}

// MostOpen is how many open incidents there may be to be read at once; the newest count.
const MostOpen = 200

// Current are those that nobody has closed, the newest first.
func (s *Store) Current(ctx context.Context) ([]Incident, error) {
	all, err := s.read(ctx, `SELECT `+columns+` FROM incident WHERE closed_at = 0 ORDER BY id DESC LIMIT ?`, MostOpen)
	if err != nil {
		return nil, fmt.Errorf("reading open incidents: %w", err)
	}
	return all, nil
}

// Past are closed ones, the newest first, with ids below one; 0 begins.
func (s *Store) Past(ctx context.Context, before int64, n int) ([]Incident, error) {
	if before == 0 {
		before = 1<<63 - 1
	}
	all, err := s.read(ctx, `SELECT `+columns+` FROM incident WHERE id < ? AND closed_at > 0 ORDER BY id DESC LIMIT ?`, before, n)
	if err != nil {
		return nil, fmt.Errorf("reading closed incidents: %w", err)
	}
	return all, nil
}

func (s *Store) read(ctx context.Context, query string, args ...any) ([]Incident, error) {
	var all []Incident
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var i Incident
		var id, en string
		err := rows.Scan(&i.ID, &i.Category, &i.Area, &id, &en, &i.By, tickets.Stamp(&i.OpenedAt), tickets.Stamp(&i.EndsAt), tickets.Stamp(&i.ClosedAt))
		i.Text = map[string]string{"id": id, "en": en}
		all = append(all, i)
		return err
	}, query, args...)
	return all, err
}
