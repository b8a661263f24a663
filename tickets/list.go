package tickets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Filter narrows a list of tickets. Zero fields set no bound.
type Filter struct {
	Agencies []string // of these only; nil: of all. An empty, non-nil one finds nothing
	States   []State
	Channel  string
	Since    time.Time // created at or after
	Text     string    // a reference, or words that subject or messages hold
	Limit    int       // 1 to 200; 0 means 50
	After    string    // the cursor that the page before gave
}

// ErrCursor says that a cursor is none of ours.
var ErrCursor = errors.New("no such cursor")

// What a walk along an index is made of: columns, further conditions, a limit. That of a queue compares
// rows, not columns: then no planner takes the index of ids, and passes all that is in other queues.
const (
	byID    = `SELECT %s FROM ticket WHERE id < {1} AND id >= {2}%s ORDER BY id DESC LIMIT %s`
	byQueue = `SELECT %s FROM ticket WHERE (agency, state, id) < ({4}, {5}, {1}) AND (agency, state, id) >= ({4}, {5}, {2})%s
		ORDER BY agency DESC, state DESC, id DESC LIMIT %s`
)

const hasWord = `(lower(subject) LIKE ? ESCAPE '\' OR EXISTS (SELECT 1 FROM message m WHERE m.ticket_id = ticket.id AND lower(m.text) LIKE ? ESCAPE '\'))`

// allAgencies walks from agency to agency, however many tickets each of them has.
const allAgencies = `WITH RECURSIVE s(agency) AS (
	SELECT (SELECT min(agency) FROM ticket)
	UNION ALL SELECT (SELECT min(t.agency) FROM ticket t WHERE t.agency > s.agency) FROM s WHERE s.agency IS NOT NULL
	) SELECT agency FROM s WHERE agency IS NOT NULL`

// List returns tickets, newest first, and the cursor of the next page, "" at the end. Each agency
// and state is its own walk along an index, so that a page costs the same however large the table;
// only words are looked for in one ticket after the other.
func (s *Store) List(ctx context.Context, f Filter) ([]Ticket, string, error) {
	if f.Limit <= 0 || f.Limit > 200 {
		f.Limit = 50
	}
	before := int64(1<<63 - 1)
	if f.After != "" {
		var err error
		if before, err = strconv.ParseInt(f.After, 36, 64); err != nil {
			return nil, "", ErrCursor
		}
	}
	found, err := s.list(ctx, f, before)
	if err != nil {
		return nil, "", fmt.Errorf("listing tickets: %w", err)
	}
	if len(found) <= f.Limit {
		return found, "", nil
	}
	return found[:f.Limit], Cursor(&found[f.Limit-1]), nil
}

// Cursor is the one of the page that begins after a ticket.
func Cursor(t *Ticket) string { return strconv.FormatInt(t.ID, 36) }

func (s *Store) list(ctx context.Context, f Filter, before int64) ([]Ticket, error) {
	if ref, ok := ParseReference(f.Text); ok {
		t, err := s.Ticket(ctx, ref)
		if errors.Is(err, ErrNotFound) || err == nil && (t.ID >= before || !f.holds(&t)) {
			return nil, nil
		}
		return []Ticket{t}, err
	}
	if f.Agencies == nil && len(f.States) > 0 {
		f.Agencies = []string{} // the index of queues goes by agency and state
		if err := s.read.SelectContext(ctx, &f.Agencies, allAgencies); err != nil {
			return nil, err
		}
	}
	if f.Agencies != nil && len(f.States) == 0 {
		f.States = States()
	}
	w := walksOf(f, before)
	if len(w.keys) == 1 {
		return tickets(ctx, s, w.lookup(ticketTable.names(""), w.page), w.keys)
	}
	if err := w.narrow(ctx, s); err != nil {
		return nil, err
	}
	ids, _, err := w.ids(ctx, s, w.page)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Compare(b, a) })
	var keys [][]any
	for _, id := range ids[:min(len(ids), f.Limit+1)] {
		keys = append(keys, []any{id})
	}
	return tickets(ctx, s, ticketByID, keys)
}

// holds is the filter for one ticket.
func (f *Filter) holds(t *Ticket) bool {
	return (f.Agencies == nil || slices.Contains(f.Agencies, t.Agency)) && (len(f.States) == 0 || slices.Contains(f.States, t.State)) &&
		(f.Channel == "" || f.Channel == t.Return.Channel) && t.ID >= idFloor(f.Since)
}

func tickets(ctx context.Context, s *Store, l *lookup, keys [][]any) (found []Ticket, err error) {
	err = l.each(ctx, s, keys, func(get row) error {
		var t Ticket
		_, err := get(t.targets()...)
		found = append(found, t)
		return err
	})
	return found, err
}

// walks are the walks along an index that a filter asks for: one for each agency and state.
type walks struct {
	walk, kinds, where string
	keys               [][]any
	limit              int    // of tickets on the page, and one more
	page               string // the parameter that holds it
}

func walksOf(f Filter, before int64) *walks {
	w := &walks{walk: byID, kinds: "bigint bigint bigint", keys: [][]any{{before, idFloor(f.Since), int64(f.Limit + 1)}}, limit: f.Limit + 1, page: "{3}"}
	if f.Agencies != nil {
		states := make([]string, len(f.States))
		for i, st := range f.States {
			states[i] = string(st)
		}
		w.walk = byQueue
		w.bind("", f.Agencies)
		w.bind("", states)
	}
	if f.Channel != "" {
		w.bind("channel = ?", []string{f.Channel})
	}
	for _, word := range strings.Fields(strings.ToLower(clean(f.Text))) {
		w.bind(hasWord, []string{"%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(word) + "%"})
	}
	return w
}

// bind adds a condition, if it is not part of the walk itself, and a walk for each of its values beside
// each that was there.
func (w *walks) bind(condition string, values []string) {
	w.kinds += " text"
	if condition != "" {
		w.where += " AND " + strings.ReplaceAll(condition, "?", fmt.Sprintf("{%d}", len(strings.Fields(w.kinds))))
	}
	var crossed [][]any
	for _, k := range w.keys {
		for _, v := range values {
			crossed = append(crossed, append(slices.Clip(k), v))
		}
	}
	w.keys = crossed
}

func (w *walks) lookup(columns, limit string) *lookup {
	return newLookup(w.kinds, fmt.Sprintf(w.walk, columns, w.where, limit))
}

// ids runs the walks, each for at most limit steps; of tells whose an id is.
func (w *walks) ids(ctx context.Context, s *Store, limit string) (ids []int64, of map[int64]int, err error) {
	of = map[int64]int{}
	err = w.lookup("id", limit).each(ctx, s, w.keys, func(get row) error {
		var id int64
		i, err := get(&id)
		ids, of[id] = append(ids, id), i
		return err
	})
	return ids, of, err
}

// narrow keeps the walks that can be on the page at all: those whose newest tickets are the newest.
func (w *walks) narrow(ctx context.Context, s *Store) error {
	if len(w.keys) <= w.limit {
		return nil
	}
	heads, of, err := w.ids(ctx, s, "1")
	if err != nil {
		return err
	}
	slices.SortFunc(heads, func(a, b int64) int { return cmp.Compare(b, a) })
	var keys [][]any
	for _, id := range heads[:min(len(heads), w.limit)] {
		keys = append(keys, w.keys[of[id]])
	}
	w.keys = keys
	return nil
}
