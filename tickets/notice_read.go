package tickets

import (
	"context"
	"fmt"
	"time"
)

const (
	// noticeLag is how far behind the clock new tickets are announced: as far as the clocks of two nodes
	// that follow each other as processors may be apart, so that no ticket gets an id before the mark.
	noticeLag = 5 * time.Second
	// mostNotices bounds what is read of one agency; a message shows fewer, and says that there is more.
	mostNotices = 1000
)

// The limits are written out: for a parameter PostgreSQL plans as if all were wanted.
var (
	newInQueue = newLookup("text text bigint bigint", fmt.Sprintf(`SELECT %s FROM ticket t WHERE (t.agency, t.state, t.id) > ({1}, {2}, {3})
		AND (t.agency, t.state, t.id) <= ({1}, {2}, {4}) ORDER BY t.agency, t.state, t.id LIMIT %d`, noticeColumns, mostNotices))
	noticesOf = newLookup("text", fmt.Sprintf(`SELECT n.id, n.what, %s FROM notice n JOIN ticket t ON t.id = n.ticket_id
		WHERE n.agency = {1} ORDER BY n.id LIMIT %d`, noticeColumns, mostNotices))
	owedInQueue = newLookup("text text bigint", fmt.Sprintf(`SELECT %[1]s FROM (SELECT %[1]s, t.paused_at FROM ticket t
		WHERE t.agency = {1} AND t.state = {2} ORDER BY t.id LIMIT 5000) t
		WHERE t.due_at > 0 AND t.due_at < {3} AND t.paused_at = 0 ORDER BY t.due_at, t.id LIMIT %[2]d`, noticeColumns, mostNotices))
	// Not as equalities: PostgreSQL would read the whole table where it hopes to meet one soon.
	anyInQueue = newLookup("text text", `SELECT t.id FROM ticket t WHERE (t.agency, t.state, t.id) > ({1}, {2}, 0)
		AND (t.agency, t.state, t.id) < ({1}, {2}, 9223372036854775807) ORDER BY t.agency, t.state, t.id LIMIT 1`)
)

// settled is an id up to which a read that begins now sees every ticket that there will ever be. New
// tickets come from Process alone, whose calls under way are known here; hence the lease.
func (s *Store) settled() int64 {
	upto := idFloor(s.now().Add(-noticeLag)) - 1
	for i := range s.planning {
		if id := s.planning[i].Load(); id != 0 {
			upto = min(upto, id-1)
		}
	}
	return upto
}

// Urgent names the agencies that have yet to hear of an emergency.
func (s *Store) Urgent(ctx context.Context) ([]string, error) {
	var ids []string
	if err := s.read.SelectContext(ctx, &ids, `SELECT DISTINCT agency FROM notice WHERE what = 'urgent'`); err != nil {
		return nil, fmt.Errorf("reading emergencies: %w", err)
	}
	return ids, nil
}

// Bulletins reads what there is to tell the agencies of these marks, in their order: what came in since,
// moved to them, was opened again or is urgent, and is still theirs to work on. It must be called in the
// process that holds the lease "processor", and by one caller at a time.
func (s *Store) Bulletins(ctx context.Context, marks []NoticeMark) ([]Bulletin, error) {
	upto := s.settled()
	all := make([]Bulletin, len(marks))
	var rowKeys, walkKeys [][]any
	var of []int
	for i, m := range marks {
		all[i] = Bulletin{Agency: m.Agency, mark: m, upto: upto}
		rowKeys = append(rowKeys, []any{m.Agency})
		if m.Upto >= upto {
			continue
		}
		for _, state := range []State{Triage, Assigned} {
			walkKeys, of = append(walkKeys, []any{m.Agency, string(state), m.Upto, upto}), append(of, i)
		}
	}
	if err := s.readNotices(ctx, all, rowKeys); err != nil {
		return nil, fmt.Errorf("reading notices: %w", err)
	}
	told := make([]map[int64]bool, len(all))
	for i := range all {
		told[i] = map[int64]bool{}
		for _, n := range all[i].Notices {
			told[i][n.Ticket] = true
		}
	}
	counts := map[int]int{}
	err := newInQueue.each(ctx, s, walkKeys, func(get row) error {
		n := Notice{News: NewsNew}
		k, err := get(n.targets()...)
		if err != nil {
			return err
		}
		b := &all[of[k]]
		if counts[k]++; counts[k] == mostNotices {
			b.Cut = true
		}
		// Emergencies are told of by rows alone, since they do not wait for ids to settle.
		if !n.Emergency && !told[of[k]][n.Ticket] {
			b.Notices = append(b.Notices, n)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading notices: %w", err)
	}
	return all, nil
}

// readNotices takes up the rows of table notice. One of a ticket whose id is not settled waits, since
// the ticket will be met as a new one too.
func (s *Store) readNotices(ctx context.Context, all []Bulletin, keys [][]any) error {
	seen := make([]map[int64]int, len(all))
	return noticesOf.each(ctx, s, keys, func(get row) error {
		var n Notice
		var id int64
		k, err := get(append([]any{&id, &n.News}, n.targets()...)...)
		if err != nil {
			return err
		}
		b := &all[k]
		if n.News != NewsUrgent && n.Ticket > b.upto {
			return nil
		}
		b.rows = append(b.rows, id)
		b.Cut = b.Cut || len(b.rows) == mostNotices
		if n.Agency != b.Agency || !n.State.Open() {
			return nil // it went elsewhere meanwhile, or is done with
		}
		if seen[k] == nil {
			seen[k] = map[int64]int{}
		}
		if at, twice := seen[k][n.Ticket]; twice {
			if n.News == NewsUrgent {
				b.Notices[at].News = NewsUrgent
			}
			return nil
		}
		seen[k][n.Ticket] = len(b.Notices)
		b.Notices = append(b.Notices, n)
		return nil
	})
}

// Stale reports whether the bulletin has nothing to tell and leaves something to be tidied up.
func (b *Bulletin) Stale() bool { return len(b.Notices) == 0 && len(b.rows) > 0 }

// Owed reads the agency's open tickets whose answer is due before a time, those due first at the
// beginning. Tickets that wait for the citizen are not among them while their clock stands still.
func (s *Store) Owed(ctx context.Context, agency string, before time.Time) ([]Notice, error) {
	var keys [][]any
	for _, state := range []State{Triage, Assigned, InProgress, Pending} {
		keys = append(keys, []any{agency, string(state), micros(before)})
	}
	var owed []Notice
	err := owedInQueue.each(ctx, s, keys, func(get row) error {
		var n Notice
		_, err := get(n.targets()...)
		owed = append(owed, n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading what is due: %w", err)
	}
	return owed, nil
}

// Holders names, of the agencies, those that hold tickets to be worked on.
func (s *Store) Holders(ctx context.Context, agencies []string) (map[string]bool, error) {
	var keys [][]any
	for _, id := range agencies {
		for _, state := range States() {
			if state.Open() {
				keys = append(keys, []any{id, string(state)})
			}
		}
	}
	holds := map[string]bool{}
	err := anyInQueue.each(ctx, s, keys, func(get row) error {
		var id int64
		k, err := get(&id)
		if err == nil {
			holds[keys[k][0].(string)] = true
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading who holds tickets: %w", err)
	}
	return holds, nil
}
