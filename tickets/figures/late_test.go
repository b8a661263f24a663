package figures

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

// files puts tickets into a store.
type files struct {
	*tickets.Store
	t *testing.T
	n int
}

func opened(t *testing.T, url string) *files {
	t.Helper()
	s, err := tickets.Open(t.Context(), url, tickets.Options{MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &files{Store: s, t: t}
}

// put files n tickets that are equal but for their names.
func (f *files) put(n int, kind tickets.Kind, state tickets.State, due, paused time.Time) {
	f.t.Helper()
	err := f.Write(context.Background(), func(x tickets.Tx) error {
		for range n {
			f.n++
			_, err := x.Exec(`INSERT INTO ticket (id, reference, version, kind, state, state_before, outcome, agency, category, area, lat, lng, located, citizen_id,
				channel, account, address_kind, address, thread, reply_to, mute, language, subject, sealed, emergency, unverified, test, question, questions,
				rejections, rating, decision, external_ids, chain, created_at, updated_at, due_at, resolved_at, closed_at, paused_at)
				VALUES (?, ?, 1, ?, ?, '', '', 'a', '', '', 0, 0, false, 1, 'sms', 'sms', 'tel', '', '', '', false, 'id', '', false, false, false, false, '', 0,
				0, 0, '{}', '{}', ?, 1, 1, ?, 0, 0, ?)`,
				f.NewID(), fmt.Sprintf("%010d", f.n), string(kind), string(state), []byte{}, tickets.Micros(due), tickets.Micros(paused))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
}

func TestLateTickets(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		f, never := opened(t, url), time.Time{}
		now := time.Now().UTC().Truncate(time.Microsecond)
		if got, err := New(f.Store).LateTickets(t.Context()); err != nil || len(got) != 0 {
			t.Errorf("nothing is late: %v %v", got, err)
		}
		f.put(2, tickets.Complaint, tickets.Assigned, now.Add(-time.Hour), never)
		f.put(1, tickets.Complaint, tickets.Triage, now.Add(-3*time.Hour), never)
		f.put(1, tickets.Misconduct, tickets.InProgress, now.Add(-2*time.Hour), never)
		f.put(3, tickets.Complaint, tickets.Pending, now.Add(-time.Hour), now)     // its clock stands still
		f.put(3, tickets.Complaint, tickets.Resolved, now.Add(-time.Hour), never)  // answered
		f.put(3, tickets.Complaint, tickets.Assigned, now.Add(time.Hour), never)   // due later
		f.put(3, tickets.Suggestion, tickets.Assigned, never, never)               // no answer was promised
		f.put(1, tickets.Information, tickets.Pending, now.Add(-time.Hour), never) // all pauses are used up
		got, err := New(f.Store).LateTickets(t.Context())
		slices.SortFunc(got, func(a, b Late) int { return strings.Compare(string(a.Kind), string(b.Kind)) })
		want := []Late{
			{tickets.Complaint, 3, now.Add(-3 * time.Hour)},
			{tickets.Information, 1, now.Add(-time.Hour)},
			{tickets.Misconduct, 1, now.Add(-2 * time.Hour)},
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
}

// Looking for what is late reads no more as the table grows, and stops at 1,000 (DESIGN.md, section 5.2).
func TestLookingForLateTicketsReadsNoMoreAsTablesGrow(t *testing.T) {
	ctx := context.Background()
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		t.Run("postgres/"+mode, func(t *testing.T) {
			f := opened(t, dbtest.New(t, dbtest.Postgres)+"&plan_cache_mode="+mode)
			read := func() (n int) {
				t.Helper()
				count := func() (n int) {
					t.Helper()
					if _, err := dbtest.Lines(ctx, f.Store, `SELECT CAST(pg_stat_force_next_flush() AS text)`); err != nil {
						t.Fatal(err)
					}
					if err := f.Row(ctx, `SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables) + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)`).Scan(&n); err != nil {
						t.Fatal(err)
					}
					return n
				}
				before := count()
				if _, err := New(f.Store).LateTickets(ctx); err != nil {
					t.Fatal(err)
				}
				return count() - before
			}
			grow := func(n int) {
				t.Helper()
				f.put(n, tickets.Complaint, tickets.Closed, time.Now().Add(-time.Hour), time.Time{})
				f.put(n/10, tickets.Complaint, tickets.Assigned, time.Now().Add(time.Hour), time.Time{})
				analyze(t, f)
			}
			f.put(20, tickets.Complaint, tickets.Assigned, time.Now().Add(-time.Hour), time.Time{})
			grow(500)
			small := read()
			grow(5000)
			if large := read(); large > small+small/4+60 {
				t.Errorf("reads %d rows in a small city, %d in a large one", small, large)
			}
			f.put(3000, tickets.Complaint, tickets.Assigned, time.Now().Add(-time.Hour), time.Time{})
			analyze(t, f)
			if all := read(); all > mostLate+mostLate/4 {
				t.Errorf("of 3,020 late ones it reads %d", all)
			}
		})
	}
	t.Run("sqlite", func(t *testing.T) {
		f := opened(t, dbtest.New(t, dbtest.SQLite))
		f.put(2000, tickets.Complaint, tickets.Closed, time.Now().Add(-time.Hour), time.Time{})
		plan, err := dbtest.Lines(ctx, f.Store, "EXPLAIN QUERY PLAN "+late, tickets.Micros(time.Now()))
		if err != nil || !strings.Contains(plan, "SEARCH ticket USING INDEX ticket_due") {
			t.Errorf("%v: the plan is\n%s", err, plan)
		}
	})
}

// So does looking for emergencies, among however many reports that are none.
func TestLookingForEmergenciesReadsTheirIndexAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		f := opened(t, url)
		f.put(2000, tickets.Complaint, tickets.Assigned, time.Time{}, time.Time{})
		change := func(q string) {
			t.Helper()
			if err := f.Write(ctx, func(x tickets.Tx) error { _, err := x.Exec(q); return err }); err != nil {
				t.Fatal(err)
			}
		}
		change(`UPDATE ticket SET emergency = true WHERE reference IN ('0000000007', '0000001000', '0000001999')`)
		change(`UPDATE ticket SET state = 'resolved' WHERE reference = '0000001000'`)
		explain := "EXPLAIN QUERY PLAN "
		if !strings.HasPrefix(url, "sqlite:") {
			explain = "EXPLAIN "
			analyze(t, f)
		}
		got, err := New(f.Store).Emergencies(ctx)
		if err != nil || len(got) != 2 || got[0].Reference != "0000001999" || got[1].Reference != "0000000007" || got[0].Agency != "a" {
			t.Errorf("%+v %v", got, err)
		}
		plan, err := dbtest.Lines(ctx, f.Store, explain+urgent)
		if err != nil || !strings.Contains(plan, "ticket_urgent") {
			t.Errorf("%v: the plan is\n%s", err, plan)
		}
	})
}

// analyze does what the autovacuum of a real server does from time to time.
func analyze(t *testing.T, f *files) {
	t.Helper()
	if _, err := dbtest.Lines(t.Context(), f.Store, `ANALYZE`); err != nil {
		t.Fatal(err)
	}
}
