package incidents

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"tanggap/tickets"
)

// What a task does to members of an incident.
const (
	Confirm = "confirm" // all held ones are joined
	Undo    = "undo"    // all confirmed ones are held again
	Release = "release" // all held ones go the way they would have gone
	Answer  = "answer"  // all confirmed ones are answered
)

// Task is work on all members of an incident up to a ticket: what comes later nobody has seen. It is done one
// member after the other, each exactly once, by whoever finds it open.
type Task struct {
	ID       int64
	Incident int64
	What     string
	Reply    Reply // of an answer
	By       string
	Upto     int64 // the newest ticket that it is about
	At       time.Time
	DoneAt   time.Time // zero while it goes on
	Done     int       // members that it was done to, and …
	Failed   int       // … that were not as it wants them
}

// Reply is one answer in each language, and for channels that cost, "" where the long one serves.
type Reply struct {
	Text    map[string]string `json:"text"`
	Short   map[string]string `json:"short,omitempty"`
	Resolve bool              `json:"resolve,omitempty"` // it also says that the matter is solved
	// Key names the answer where one may be begun twice, as by a form that is sent twice: each reporter hears it once.
	Key string `json:"key,omitempty"`
}

// In is the answer in a language, else in Indonesian: in its short form, where that is wanted and there is one.
func (r *Reply) In(lang string, short bool) string {
	for _, lang := range []string{lang, "id"} {
		if text := r.Short[lang]; short && text != "" {
			return text
		}
		if text := r.Text[lang]; text != "" {
			return text
		}
	}
	return ""
}

const taskColumns = `id, incident_id, what, data, by_whom, upto, at, done_at, done, failed`

// Begin notes a task, to be carried out, and returns it; without an Upto it is about all that there is now.
func (s *Store) Begin(ctx context.Context, t Task) (Task, error) {
	data, err := json.Marshal(t.Reply)
	if err != nil {
		return t, fmt.Errorf("beginning a task: %w", err)
	}
	if t.ID = s.db.NewID(); t.Upto == 0 {
		t.Upto = t.ID
	}
	t.At = s.db.Now().UTC().Truncate(time.Microsecond)
	err = s.db.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`INSERT INTO incident_task (`+taskColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0)`,
			t.ID, t.Incident, t.What, tickets.Clean(string(data)), tickets.Clean(t.By), t.Upto, tickets.Micros(t.At))
		return err
	})
	if err != nil {
		return t, fmt.Errorf("beginning a task: %w", err)
	}
	return t, nil
}

// Finish notes that a task is done, and to how many. One that is finished already stays as it is.
func (s *Store) Finish(ctx context.Context, id int64, done, failed int) error {
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`UPDATE incident_task SET done_at = ?, done = ?, failed = ? WHERE id = ? AND done_at = 0`, tickets.Micros(s.db.Now()), done, failed, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("finishing a task: %w", err)
	}
	return nil
}

// Unfinished are the tasks that go on, in their order, at most 100.
func (s *Store) Unfinished(ctx context.Context) ([]Task, error) {
	all, err := s.tasks(ctx, `SELECT `+taskColumns+` FROM incident_task WHERE done_at = 0 ORDER BY id LIMIT 100`)
	if err != nil {
		return nil, fmt.Errorf("reading unfinished tasks: %w", err)
	}
	return all, nil
}

// Tasks are the last of an incident, the newest first.
func (s *Store) Tasks(ctx context.Context, incident int64, n int) ([]Task, error) {
	all, err := s.tasks(ctx, `SELECT `+taskColumns+` FROM incident_task WHERE incident_id = ? ORDER BY id DESC LIMIT ?`, incident, n)
	if err != nil {
		return nil, fmt.Errorf("reading tasks: %w", err)
	}
	return all, nil
}

func (s *Store) tasks(ctx context.Context, query string, args ...any) ([]Task, error) {
	var all []Task
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var t Task
		var data string
		err := rows.Scan(&t.ID, &t.Incident, &t.What, &data, &t.By, &t.Upto, tickets.Stamp(&t.At), tickets.Stamp(&t.DoneAt), &t.Done, &t.Failed)
		if err == nil {
			err = json.Unmarshal([]byte(data), &t.Reply)
		}
		all = append(all, t)
		return err
	}, query, args...)
	return all, err
}
