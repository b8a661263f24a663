package quality

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

// records puts tickets and events into a store.
type records struct {
	*tickets.Store
	t   *testing.T
	now time.Time
	n   int64
}

func opened(t *testing.T, url string) *records {
	t.Helper()
	s, err := tickets.Open(t.Context(), url, tickets.Options{MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &records{Store: s, t: t, now: time.Now().UTC().Truncate(time.Millisecond)}
}

func (r *records) do(f func(tickets.Tx) error) {
	r.t.Helper()
	if err := r.Write(context.Background(), f); err != nil {
		r.t.Fatal(err)
	}
}

// report is one ticket to put there.
type report struct {
	agency    string // that holds it
	state     tickets.State
	before    tickets.State
	ago       time.Duration
	decision  string
	sealed    bool
	emergency bool
	test      bool
}

const (
	sureOfLights = `{"Agency":"lights","Confidence":0.9,"Data":{"top":[{"agency":"lights"},{"agency":"parks"}]}}`
	asks         = `{"Agency":"root","Confidence":0.4,"Abstained":true,"Data":{"top":[{"agency":"water"},{"agency":"lights"},{"agency":"water"}]}}`
)

func (r *records) put(p report) int64 {
	r.t.Helper()
	r.n++
	at := r.now.Add(-p.ago)
	id := tickets.FirstID(at) + r.n
	r.do(func(x tickets.Tx) error { return insert(x, id, r.n, at, &p) })
	return id
}

func insert(x tickets.Tx, id, n int64, at time.Time, p *report) error {
	_, err := x.Exec(`INSERT INTO ticket (id, reference, version, kind, state, state_before, outcome, agency, category, area, lat, lng, located, citizen_id,
		channel, account, address_kind, address, thread, reply_to, mute, language, subject, sealed, emergency, unverified, test, question, questions,
		rejections, rating, decision, external_ids, chain, created_at, updated_at, due_at, resolved_at, closed_at, paused_at)
		VALUES (?, ?, 1, 'complaint', ?, ?, '', ?, 'lamp', '', 0, 0, false, 1, 'sms', 'sms', 'tel', '', '', '', false, 'id', '', ?, ?, false, ?, '', 0,
		0, 0, ?, '{}', ?, ?, 1, 0, 0, 0, 0)`,
		id, fmt.Sprintf("%010d", n), string(p.state), string(p.before), p.agency, p.sealed, p.emergency, p.test, p.decision, []byte{}, tickets.Micros(at))
	return err
}

// event notes what somebody did to a ticket, so long ago.
func (r *records) event(ticket int64, ago time.Duration, actor, kind, data string) {
	r.t.Helper()
	r.n++
	at := r.now.Add(-ago)
	r.do(func(x tickets.Tx) error {
		return note(x, ticket, tickets.FirstID(at)+r.n, at, [3]string{actor, kind, data})
	})
}

func note(x tickets.Tx, ticket, id int64, at time.Time, what [3]string) error {
	_, err := x.Exec(`INSERT INTO event (id, ticket_id, at, actor, type, data, hash) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		id, ticket, tickets.Micros(at), what[0], what[1], what[2], []byte{})
	return err
}

func (r *records) passes(ticket int64, ago time.Duration, by, from, to string) {
	r.t.Helper()
	r.event(ticket, ago, by, "transferred", fmt.Sprintf(`{"from":%q,"to":%q}`, from, to))
}

func TestWhatPeopleDidJudgesTheRouter(t *testing.T) {
	const day = 24 * time.Hour
	type verdict struct {
		Settled, Right bool
		Final          string
		Passed         int
	}
	cases := []struct {
		name string
		put  report
		then func(*records, int64)
		want verdict
	}{
		{name: "taken in work where it was put", put: report{agency: "lights", state: tickets.InProgress, ago: day}, want: verdict{true, true, "lights", 0}},
		{name: "untouched since yesterday", put: report{agency: "lights", state: tickets.Assigned, ago: day}, want: verdict{false, true, "lights", 0}},
		{name: "untouched for days", put: report{agency: "lights", state: tickets.Assigned, ago: 4 * day}, want: verdict{true, true, "lights", 0}},
		{name: "rejected", put: report{agency: "lights", state: tickets.Rejected, ago: 4 * day}, want: verdict{false, true, "lights", 0}},
		{
			name: "passed on, and solved there", put: report{agency: "parks", state: tickets.Resolved, ago: 4 * day},
			then: func(r *records, id int64) { r.passes(id, 3*day, "siti", "lights", "parks") }, want: verdict{true, false, "parks", 1},
		},
		{
			name: "passed on just now", put: report{agency: "parks", state: tickets.Assigned, ago: 4 * day},
			then: func(r *records, id int64) { r.passes(id, time.Hour, "siti", "lights", "parks") }, want: verdict{false, false, "parks", 1},
		},
		{
			name: "passed on and back", put: report{agency: "lights", state: tickets.InProgress, ago: 4 * day},
			then: func(r *records, id int64) {
				r.passes(id, 3*day, "siti", "lights", "parks")
				r.passes(id, 2*day, "budi", "parks", "lights")
			}, want: verdict{true, true, "lights", 2},
		},
		{
			name: "passed on by mistake, and at once where it belongs", put: report{agency: "parks", state: tickets.InProgress, ago: 4 * day, decision: asks},
			then: func(r *records, id int64) {
				r.passes(id, day, "rina", "root", "lights")
				r.event(id, day-time.Minute, "rina", "moved", `{"from":"assigned","to":"triage"}`)
				r.passes(id, day-2*time.Minute, "rina", "root", "parks")
			}, want: verdict{true, false, "parks", 1},
		},
		{
			name: "not ours, and answered at the desk", put: report{agency: "root", state: tickets.Resolved, ago: 4 * day},
			then: func(r *records, id int64) { r.event(id, 3*day, "siti", "moved", `{"from":"assigned","to":"triage"}`) }, want: verdict{true, false, "root", 0},
		},
		{name: "not ours, and waiting", put: report{agency: "root", state: tickets.Triage, ago: 4 * day}, want: verdict{}},
		{name: "asked at the desk", put: report{agency: "root", state: tickets.Pending, before: tickets.Triage, ago: 4 * day, decision: asks}, want: verdict{}},
		{
			name: "reopened one level up by its citizen", put: report{agency: "dinas", state: tickets.InProgress, ago: 4 * day},
			then: func(r *records, id int64) {
				r.event(id, day, "citizen", "reopened", `{"from":"lights","agency":"dinas"}`)
			}, want: verdict{true, true, "lights", 0},
		},
		{
			name: "left to a person, who took the first guess", put: report{agency: "water", state: tickets.InProgress, ago: day, decision: asks},
			then: func(r *records, id int64) { r.passes(id, time.Hour, "rina", "root", "water") }, want: verdict{true, true, "water", 1},
		},
		{name: "left to a person, who answered it himself", put: report{agency: "root", state: tickets.Resolved, ago: day, decision: asks}, want: verdict{true, false, "root", 0}},
		{name: "sealed counts too", put: report{agency: "lights", state: tickets.Closed, ago: day, sealed: true}, want: verdict{true, true, "lights", 0}},
	}
	dbtest.Each(t, func(t *testing.T, url string) {
		r := opened(t, url)
		names := map[int64]string{}
		want, got := map[string]verdict{}, map[string]verdict{}
		for _, c := range cases {
			if c.put.decision == "" {
				c.put.decision = sureOfLights
			}
			id := r.put(c.put)
			if c.then != nil {
				c.then(r, id)
			}
			names[id], want[c.name] = c.name, c.want
		}
		r.put(report{agency: "lights", state: tickets.Closed, ago: day, decision: sureOfLights, test: true})
		r.put(report{agency: "lights", state: tickets.Closed, ago: day, decision: `{}`}) // imported
		r.put(report{agency: "lights", state: tickets.Closed, ago: 40 * day, decision: sureOfLights})
		emergency := r.put(report{agency: "root", state: tickets.Closed, ago: day, decision: sureOfLights, emergency: true})
		all, err := New(r.Store).Since(t.Context(), r.now.Add(-30*day))
		if err != nil {
			t.Fatal(err)
		}
		settled := 0
		for i, j := range all {
			if i > 0 && j.Ticket > all[i-1].Ticket {
				t.Errorf("%d comes after %d", j.Ticket, all[i-1].Ticket)
			}
			if j.Ticket == emergency {
				continue
			}
			if got[names[j.Ticket]] = (verdict{j.Settled, j.Right, j.FinalAgency, len(j.Path)}); j.Settled {
				settled++
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		judged, err := New(r.Store).Judged(t.Context(), r.now.Add(-30*day), 1000)
		if err != nil || len(judged) != settled {
			t.Errorf("%d are settled, %d judged: %v", settled, len(judged), err)
		}
		if few, err := New(r.Store).Judged(t.Context(), r.now.Add(-30*day), 2); err != nil || len(few) != 2 || few[1].Ticket != judged[1].Ticket {
			t.Errorf("the newest two: %+v %v", few, err)
		}
	})
}

// The page reads what came in within its days, at most Most, and of the rest of a city nothing.
func TestJudgingReadsTheDaysAskedForAlone(t *testing.T) {
	ctx := context.Background()
	fill := func(r *records, n int, ago time.Duration) {
		t.Helper()
		at := r.now.Add(-ago)
		r.do(func(x tickets.Tx) error {
			for range n {
				r.n++
				id := tickets.FirstID(at) + r.n
				err := insert(x, id, r.n, at, &report{agency: "parks", state: tickets.Closed, decision: sureOfLights})
				if err == nil {
					err = note(x, id, id+1<<21, at, [3]string{"siti", "transferred", `{"from":"lights","to":"parks"}`})
				}
				if err == nil {
					err = note(x, id, id+1<<22, at, [3]string{"siti", "noted", `{}`})
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, mode := range []string{"force_custom_plan", "force_generic_plan"} {
		t.Run("postgres/"+mode, func(t *testing.T) {
			r := opened(t, dbtest.New(t, dbtest.Postgres)+"&plan_cache_mode="+mode)
			count := func() (n int) {
				t.Helper()
				if _, err := dbtest.Lines(ctx, r.Store, `SELECT CAST(pg_stat_force_next_flush() AS text)`); err != nil {
					t.Fatal(err)
				}
				if err := r.Row(ctx, `SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables) + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)`).Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n
			}
			read := func() int {
				t.Helper()
				if _, err := dbtest.Lines(ctx, r.Store, `ANALYZE`); err != nil {
					t.Fatal(err)
				}
				before := count()
				if all, err := New(r.Store).read(ctx, tickets.FirstID(r.now.Add(-time.Hour)), 50); err != nil || len(all) != 50 {
					t.Fatal(len(all), err)
				}
				return count() - before
			}
			fill(r, 60, time.Minute)
			fill(r, 500, 100*24*time.Hour)
			small := read()
			fill(r, 5000, 100*24*time.Hour)
			fill(r, 500, time.Second)
			if large := read(); large > small+small/4+60 {
				t.Errorf("reads %d rows in a small city, %d in a large one", small, large)
			}
		})
	}
	t.Run("sqlite", func(t *testing.T) {
		r := opened(t, dbtest.New(t, dbtest.SQLite))
		fill(r, 500, time.Minute)
		for q, want := range map[string]string{decided: "SEARCH ticket USING INTEGER PRIMARY KEY", passed: "SEARCH event USING INDEX event_transferred"} {
			plan, err := dbtest.Lines(ctx, r.Store, "EXPLAIN QUERY PLAN "+q, int64(1), 50)
			if err != nil || !strings.Contains(plan, want) || strings.Contains(plan, "TEMP B-TREE") {
				t.Errorf("%v: the plan is\n%s", err, plan)
			}
		}
	})
}
