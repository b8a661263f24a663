package tickets_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"tanggap/internal/dbtest"
	"tanggap/migrations"
	"tanggap/tickets"
)

func raw(t testing.TB, url string) *sql.DB {
	t.Helper()
	db, _, err := migrations.Open(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func receive(t testing.TB, s *tickets.Store, rows ...tickets.Incoming) {
	t.Helper()
	if err := s.Receive(context.Background(), rows...); err != nil {
		t.Fatal(err)
	}
}

func aside(t testing.TB, s *tickets.Store) []tickets.Quarantined {
	t.Helper()
	list, _, err := s.Quarantine(context.Background(), 200, "")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// TestALostConnectionIsNoMessagesFault ends every connection of the store again and again, each time
// between a decision and its transaction.
func TestALostConnectionIsNoMessagesFault(t *testing.T) {
	url := dbtest.New(t, dbtest.Postgres)
	s := open(t, url)
	l := lease(t, s, "processor")
	operator := raw(t, url)
	operator.SetMaxOpenConns(1)
	const n = 12
	for i := range n {
		receive(t, s, incoming("sms", fmt.Sprint(i), fmt.Sprintf("tel:+62%d", i), "lampu"))
	}
	kills := 0
	decide := func(sit tickets.Situation) (tickets.Change, error) {
		if kills++; kills <= 40 {
			if _, err := operator.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
				t.Error(err)
			}
		}
		return clerk(sit)
	}
	for range 200 {
		r, err := s.Process(context.Background(), l, tickets.Share{Max: 100}, nil, decide)
		if err == nil && r.Senders == 0 {
			break
		}
	}
	if q := aside(t, s); len(q) != 0 {
		t.Errorf("%d rows set aside for the database's fault: %s", len(q), q[0].Reason)
	}
	if k := all(t, s); len(k) != n {
		t.Errorf("%d tickets of %d", len(k), n)
	}
	if kills <= 40 {
		t.Errorf("only %d connections were ended", kills)
	}
}

// TestTheReasonTellsNothing: what stands in the quarantine is of our making.
func TestTheReasonTellsNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		for i, text := range []string{"error", "kind", "data", "fine"} {
			receive(t, s, incoming("sms", fmt.Sprint(i), fmt.Sprintf("tel:+62%d", i), text))
		}
		decide := func(sit tickets.Situation) (tickets.Change, error) {
			c, err := clerk(sit)
			switch {
			case err != nil:
			case c.New.Subject == "error":
				return c, fmt.Errorf("parsing %q: %w", "rahasia", errors.ErrUnsupported)
			case c.New.Subject == "kind":
				c.New.State = "rahasia"
			case c.New.Subject == "data":
				c.New.Decision.Data = json.RawMessage("{rahasia")
			}
			return c, err
		}
		for range 8 {
			if _, err := s.Process(context.Background(), l, tickets.Share{Max: 10}, nil, decide); err != nil {
				t.Fatal(err)
			}
		}
		q := aside(t, s)
		if len(q) != 3 {
			t.Fatalf("%d set aside", len(q))
		}
		for _, r := range q {
			if r.Reason == "" || strings.Contains(r.Reason, "rahasia") {
				t.Errorf("reason %q", r.Reason)
			}
		}
		if n := len(all(t, s)); n != 1 {
			t.Errorf("%d tickets", n)
		}
	})
}

// TestThePostgresErrorTellsNoValue: the server quotes what it refuses.
func TestThePostgresErrorTellsNoValue(t *testing.T) {
	url := dbtest.New(t, dbtest.Postgres)
	s := open(t, url)
	if _, err := raw(t, url).Exec(`ALTER TABLE account ADD CHECK (error <> 'rahasia'), ALTER COLUMN state TYPE varchar(20)`); err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{"", "rahasia, and too long for its column"} {
		err := s.SetAccount(context.Background(), "bot", state, "rahasia")
		if err == nil {
			t.Fatal("taken")
		}
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "rahasia") {
			t.Errorf("it tells: %s", text)
		}
		if pg, ok := errors.AsType[*pgconn.PgError](err); !ok || strings.Contains(fmt.Sprintf("%+v", *pg), "rahasia") {
			t.Errorf("it tells: %+v", pg)
		}
	}
}

// TestStaffAndCitizensAtOnce is the fallback of a batch that found a ticket changed: nothing is taken
// twice, lost or set aside, whoever was faster.
func TestStaffAndCitizensAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		ctx := context.Background()
		const people, letters = 4, 15
		for c := range people {
			receive(t, s, incoming("sms", fmt.Sprintf("%d-first", c), fmt.Sprintf("tel:+62%d", c), "lampu"))
		}
		process(t, s, l)
		cases := all(t, s)
		var staff sync.WaitGroup
		for _, tk := range cases {
			staff.Go(func() {
				for range 60 {
					_, _, err := s.Work(ctx, tickets.Act{Ticket: tk.ID}, func(sit tickets.Situation) (tickets.Change, error) {
						k := sit.Cases[0].Ticket
						return tickets.Change{Tickets: []tickets.Ticket{k}, Events: []tickets.Event{{TicketID: k.ID, Actor: "ani", Type: "noted"}}}, nil
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		for i := range letters {
			for c := range people {
				receive(t, s, incoming("sms", fmt.Sprintf("%d-%d", c, i), fmt.Sprintf("tel:+62%d", c), fmt.Sprint(i)))
			}
		}
		process(t, s, l)
		staff.Wait()
		process(t, s, l)
		if q := aside(t, s); len(q) != 0 {
			t.Errorf("%d set aside: %s", len(q), q[0].Reason)
		}
		for _, tk := range all(t, s) {
			thread, _ := s.Thread(ctx, tk.ID)
			if in := len(thread) - 1; in != letters+1 {
				t.Errorf("%d of %d messages", in, letters+1)
			}
			events, _ := s.Events(ctx, tk.ID)
			if err := tickets.VerifyChain(tk, events); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestTwoAddressesOfOneCitizen are in the shares of two workers that run beside each other.
func TestTwoAddressesOfOneCitizen(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		ctx := context.Background()
		senders := []string{"tel:+621", "tel:+622", "email:a@b.test", "email:c@d.test", "telegram:5"}
		for i, sender := range senders {
			receive(t, s, incoming("sms", fmt.Sprintf("first-%d", i), sender, "lampu"))
		}
		process(t, s, l)
		owner := all(t, s)[0].CitizenID
		if _, err := raw(t, url).Exec(fmt.Sprintf(`UPDATE address SET citizen_id = %d`, owner)); err != nil {
			t.Fatal(err)
		}
		const letters = 12
		for i := range letters {
			for k, sender := range senders {
				receive(t, s, incoming("sms", fmt.Sprintf("%d-%d", k, i), sender, fmt.Sprintf("%d-%d", k, i)))
			}
		}
		var workers sync.WaitGroup
		for w := range tickets.Workers {
			workers.Go(func() {
				for {
					r, err := s.Process(ctx, l, tickets.Share{Worker: w, Of: tickets.Workers, Max: 10}, nil, clerk)
					if err != nil {
						t.Error(err)
						return
					}
					if r.Senders == 0 {
						return
					}
				}
			})
		}
		workers.Wait()
		seen := map[string]int{}
		for _, tk := range all(t, s) {
			thread, _ := s.Thread(ctx, tk.ID)
			for _, m := range thread {
				if m.Direction == tickets.In {
					seen[m.Text]++
				}
			}
			events, _ := s.Events(ctx, tk.ID)
			if err := tickets.VerifyChain(tk, events); err != nil {
				t.Error(err)
			}
		}
		for k := range senders {
			for i := range letters {
				if n := seen[fmt.Sprintf("%d-%d", k, i)]; n != 1 {
					t.Errorf("message %d-%d is there %d times", k, i, n)
				}
			}
		}
		if q := aside(t, s); len(q) != 0 {
			t.Errorf("%d set aside: %s", len(q), q[0].Reason)
		}
	})
}

// TestAFloodHoldsUpNobody: one sender's thousand messages, and a citizen who comes after them.
func TestAFloodHoldsUpNobody(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		ctx := context.Background()
		var flood []tickets.Incoming
		for i := range 600 {
			flood = append(flood, incoming("sms", fmt.Sprint(i), "tel:+620", "banjir"))
		}
		receive(t, s, flood...)
		for c := 1; c <= 30; c++ {
			receive(t, s, incoming("sms", fmt.Sprintf("c%d", c), fmt.Sprintf("tel:+62%d", c), "lampu"))
		}
		for range 6 {
			for w := range tickets.Workers {
				if _, err := s.Process(ctx, l, tickets.Share{Worker: w, Of: tickets.Workers, Max: 10}, nil, clerk); err != nil {
					t.Fatal(err)
				}
			}
		}
		if n := len(all(t, s)); n != 31 {
			t.Errorf("%d of 31 citizens have a ticket after 6 rounds", n)
		}
	})
}

func random(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return string(b)
}

// TestNoNameIsTooLongOrTooOdd: whatever platforms call things, a message is taken, once, and what
// cannot be processed is set aside with its bytes. PostgreSQL's indexes take 2,704 bytes.
func TestNoNameIsTooLongOrTooOdd(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		ctx := context.Background()
		for name, row := range map[string]tickets.Incoming{
			"event":  incoming("bot", random(9000), "telegram:1", "lampu"),
			"sender": incoming("bot", "2", "email:"+random(9000)+"@x.test", "lampu"),
			"odd":    incoming("bot", "3\x00\xff", "telegram:\x00\xff", "lampu \x00 \xff"),
			"escape": {Account: "bot", EventID: "4", Kind: "message", Sender: "telegram:4", Payload: []byte(`{"text":"a\u0000b\ud800c"}`), Raw: []byte{0, 255, 0}},
			"empty":  {Account: "bot", EventID: "5", Kind: "message", Sender: "", Payload: nil, Raw: nil},
			"big":    incoming("bot", "6", "telegram:6", strings.Repeat("banjir ", 1<<20)),
		} {
			for range 2 {
				if err := s.Receive(ctx, row); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
		}
		process(t, s, l)
		left := 0
		if err := raw(t, url).QueryRow(`SELECT count(*) FROM inbox_work WHERE state = 0`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d rows wait, %v", left, err)
		}
		if n := len(all(t, s)) + len(aside(t, s)); n != 6 {
			t.Errorf("%d of 6 are accounted for", n)
		}
		for name, r := range map[string]tickets.Report{
			"long":  {Account: "bot", EventID: random(9000), MessageID: random(9000), Key: random(9000), State: "failed", Reason: random(9000)},
			"odd":   {Account: "bot", EventID: "\x00\xff1", MessageID: "\x00\xff", Key: "\x00\xff", State: "failed", Kind: "\x00", Code: "\x00\xff", Reason: "\x00"},
			"empty": {Account: "bot"},
		} {
			if err := s.Report(ctx, r); err != nil {
				t.Errorf("report %s: %v", name, err)
			}
		}
	})
}

// TestReceiveEndsWithTheStore: a platform's call that comes too late is refused, and does not hang.
func TestReceiveEndsWithTheStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s, err := tickets.Open(context.Background(), url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var callers sync.WaitGroup
		for c := range 50 {
			callers.Go(func() {
				for i := 0; s.Receive(context.Background(), incoming("bot", fmt.Sprintf("%d-%d", c, i), "telegram:7", "lampu")) == nil; i++ {
				}
			})
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		over := make(chan struct{})
		go func() { callers.Wait(); close(over) }()
		select {
		case <-over:
		case <-time.After(time.Minute):
			t.Fatal("a caller hangs after the store was closed")
		}
	})
}

// TestABrokenDecisionStopsNoOne: a person's or a timer's act that panics is an error to its caller.
func TestABrokenDecisionStopsNoOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		tk := queue(t, s, "telegram:7")
		broken := func(tickets.Situation) (tickets.Change, error) { panic("broken") }
		if _, _, err := s.Work(ctx, tickets.Act{Ticket: tk.ID}, broken); err == nil {
			t.Error("no error")
		}
		_, _, err := s.Work(ctx, tickets.Act{Ticket: tk.ID}, func(sit tickets.Situation) (tickets.Change, error) {
			return tickets.Change{Tickets: []tickets.Ticket{sit.Cases[0].Ticket}, Timers: []tickets.Timer{
				{Kind: "silence", Subject: tk.ID, Due: sit.Now}, {Kind: "silence", Subject: 1, Due: sit.Now},
			}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		due, err := s.Due(ctx, 10)
		if err != nil || len(due) != 2 {
			t.Fatal(due, err)
		}
		for _, d := range due {
			if err := s.Fire(ctx, d, broken); (err == nil) != (d.Subject == 1) {
				t.Errorf("timer of %d: %v", d.Subject, err)
			}
		}
		if due, _ = s.Due(ctx, 10); len(due) != 1 || due[0].Subject != tk.ID {
			t.Errorf("a timer of no ticket stays: %+v", due)
		}
	})
}

// TestARepetitionAtTheSameMomentHearsTheSame: eight calls with one key are one act, and none is told
// that somebody else was faster.
func TestARepetitionAtTheSameMomentHearsTheSame(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		tk := queue(t, s, "telegram:7")
		var mu sync.Mutex
		results := map[string]int{}
		var callers sync.WaitGroup
		for range 8 {
			callers.Go(func() {
				res, _, err := s.Work(ctx, tickets.Act{Ticket: tk.ID, Version: tk.Version, Once: tickets.Once{Scope: "t", Key: "k", Request: "r"}},
					func(sit tickets.Situation) (tickets.Change, error) {
						k := sit.Cases[0].Ticket
						return tickets.Change{Tickets: []tickets.Ticket{k}, Say: []tickets.Intent{{TicketID: k.ID, Purpose: "reply", Via: k.Return, Text: "ya"}}}, nil
					})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				results[fmt.Sprint(res)]++
				mu.Unlock()
			})
		}
		callers.Wait()
		if len(results) != 1 {
			t.Errorf("results %v", results)
		}
	})
}

// TestClocksThatDisagree: a second process an hour behind, on PostgreSQL beside the first.
func TestClocksThatDisagree(t *testing.T) {
	url := dbtest.New(t, dbtest.Postgres)
	s := open(t, url)
	ctx := context.Background()
	tk := queue(t, s, "telegram:7")
	late, err := tickets.Open(ctx, url, tickets.Options{Now: func() time.Time { return time.Now().Add(-time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	for _, store := range []*tickets.Store{late, s, late} {
		_, _, err := store.Work(ctx, tickets.Act{Ticket: tk.ID}, func(sit tickets.Situation) (tickets.Change, error) {
			return tickets.Change{Tickets: []tickets.Ticket{sit.Cases[0].Ticket}, Events: []tickets.Event{{TicketID: tk.ID, Actor: "ani", Type: "noted"}}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	tk, err = s.TicketByID(ctx, tk.ID)
	if err != nil {
		t.Fatal(err)
	}
	events, err := s.Events(ctx, tk.ID)
	if err != nil || len(events) != 5 {
		t.Fatal(len(events), err)
	}
	if err := tickets.VerifyChain(tk, events); err != nil {
		t.Error(err)
	}
	if tickets.VerifyChain(tk, events[1:]) == nil || tickets.VerifyChain(tk, events[:4]) == nil {
		t.Error("a missing event is not noticed")
	}
	if tickets.VerifyChain(tk, append(events, events[2])) == nil {
		t.Error("an event that is there twice is not noticed")
	}
	// Whoever held a lease by the fast clock is gone, and nobody waits an hour for it.
	if _, ok, err := s.Take(ctx, "x", "gone", time.Second); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, ok, err := late.Take(ctx, "x", "here", time.Second); err != nil || !ok {
		t.Errorf("the lease of a process with a fast clock is not to be had: %v", err)
	}
}

func TestOldKeysAreSweptAway(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		for i := range 3 {
			if err := s.Reserve(ctx, tickets.Once{Scope: "t", Key: fmt.Sprint(i), Request: "r"}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := raw(t, url).Exec(`UPDATE idempotency SET created_at = 1 WHERE key <> '2'`); err != nil {
			t.Fatal(err)
		}
		if n, err := s.Sweep(ctx); err != nil || n != 2 {
			t.Errorf("%d swept, %v", n, err)
		}
		if err := s.Reserve(ctx, tickets.Once{Scope: "t", Key: "2", Request: "other"}); !errors.Is(err, tickets.ErrReused) {
			t.Errorf("a young key: %v", err)
		}
		if err := s.Reserve(ctx, tickets.Once{Scope: "t", Key: "0", Request: "other"}); err != nil {
			t.Errorf("an old key: %v", err)
		}
	})
}
