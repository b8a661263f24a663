package tickets_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

func open(t testing.TB, url string) *tickets.Store {
	t.Helper()
	s, err := tickets.Open(context.Background(), url, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func lease(t testing.TB, s *tickets.Store, name string) tickets.Lease {
	t.Helper()
	l, ok, err := s.Take(context.Background(), name, "test", time.Hour)
	if err != nil || !ok {
		t.Fatalf("taking the lease: %v %v", ok, err)
	}
	return l
}

// letter is what the tests' citizens write.
type letter struct {
	Text    string `json:"text"`
	ReplyTo string `json:"reply_to,omitempty"`
}

func incoming(account, event, sender, text string) tickets.Incoming {
	b, _ := json.Marshal(letter{Text: text})
	return tickets.Incoming{Account: account, EventID: event, Kind: "message", Sender: sender, Payload: b, Raw: []byte(text)}
}

// clerk is the smallest decision: the first open case takes what comes, else a new one is opened.
// "poison" panics, "wait" is held, "odd" is set aside.
func clerk(sit tickets.Situation) (tickets.Change, error) {
	row := sit.Rows[0]
	var l letter
	if err := json.Unmarshal(row.Payload, &l); err != nil {
		return tickets.Change{}, err
	}
	via := tickets.Return{Channel: "test", Account: row.Account, Address: sit.Contact.Address, ReplyTo: row.EventID}
	c := tickets.Change{
		Take: []int64{row.ID}, Became: tickets.BecameTicket, Return: &via,
		In: &tickets.Message{Direction: tickets.In, Account: row.Account, Channel: "test", ExternalID: row.EventID, Author: "citizen", Text: l.Text},
	}
	switch {
	case strings.Contains(l.Text, "poison"):
		panic("poison")
	case strings.Contains(l.Text, "wait") && len(sit.Rows) < 2:
		return tickets.Change{Hold: sit.Now.Add(time.Hour)}, nil
	case strings.Contains(l.Text, "odd"):
		return tickets.Change{Take: []int64{row.ID}, Became: tickets.BecameQuarantine, Reason: "odd"}, nil
	}
	for _, k := range sit.Cases {
		if k.State.Open() {
			k.Return = via
			c.Became = tickets.BecameFollowUp
			c.Tickets = []tickets.Ticket{k.Ticket}
			c.In.TicketID = k.ID
			c.Events = []tickets.Event{{TicketID: k.ID, Actor: "citizen", Type: "follow_up"}}
			return c, nil
		}
	}
	c.New = &tickets.Ticket{
		Kind: tickets.Complaint, State: tickets.Assigned, Agency: "dsda", Language: "id", Subject: l.Text, Return: via,
		Decision: tickets.Decision{Agency: "dsda", Confidence: 0.9, Data: json.RawMessage(`{"agency":"dsda"}`)},
	}
	c.Events = []tickets.Event{{Actor: "citizen", Type: "created"}, {Actor: "router", Type: "routed", Data: json.RawMessage(`{"agency":"dsda"}`)}}
	c.Say = []tickets.Intent{{Purpose: "receipt", Via: via, Author: "bot", Text: "Terima kasih. " + sit.Reference.String(), Automatic: true}}
	return c, nil
}

func process(t testing.TB, s *tickets.Store, l tickets.Lease) {
	t.Helper()
	for {
		r, err := s.Process(context.Background(), l, tickets.Share{Max: 100}, nil, clerk)
		if err != nil {
			t.Fatal(err)
		}
		if r.Rows == 0 {
			return
		}
	}
}

func all(t testing.TB, s *tickets.Store) []tickets.Ticket {
	t.Helper()
	var found []tickets.Ticket
	for f := (tickets.Filter{Limit: 100}); ; {
		page, next, err := s.List(context.Background(), f)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, page...)
		if next == "" {
			return found
		}
		f.After = next
	}
}

// TestOneEffect is invariant 2: however often and however concurrently a message is delivered.
func TestOneEffect(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		ctx := context.Background()
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if err := s.Receive(ctx, incoming("bot", "7:1", "telegram:7", "lampu mati")); err != nil {
					t.Error(err)
				}
			})
		}
		for i := range 6 {
			if _, err := s.Process(ctx, l, tickets.Share{Worker: i % tickets.Workers, Of: tickets.Workers, Max: 10}, nil, clerk); err != nil {
				t.Fatal(err)
			}
		}
		wg.Wait()
		process(t, s, l)
		found := all(t, s)
		if len(found) != 1 {
			t.Fatalf("%d tickets", len(found))
		}
		thread, err := s.Thread(ctx, found[0].ID)
		if err != nil || len(thread) != 2 {
			t.Fatalf("%d messages, %v", len(thread), err)
		}
		if thread[0].Direction != tickets.In || thread[1].Purpose != "receipt" || thread[1].Sent.State != "queued" {
			t.Errorf("thread %+v", thread)
		}
		events, err := s.Events(ctx, found[0].ID)
		if err != nil || len(events) != 2 || events[0].Type != "created" || events[1].Type != "routed" {
			t.Errorf("events %+v %v", events, err)
		}
	})
}

func TestProcessKeepsOrderAndJoins(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		ctx := context.Background()
		for i := range 40 {
			for c := range 5 {
				if err := s.Receive(ctx, incoming("sms", fmt.Sprintf("%d-%d", c, i), fmt.Sprintf("tel:+62%d", c), fmt.Sprintf("m%d", i))); err != nil {
					t.Fatal(err)
				}
			}
		}
		process(t, s, l)
		found := all(t, s)
		if len(found) != 5 {
			t.Fatalf("%d tickets", len(found))
		}
		for _, tk := range found {
			if tk.Version != 40 || tk.Return.Account != "sms" || tk.Decision.Confidence != 0.9 {
				t.Errorf("ticket %+v", tk)
			}
			thread, err := s.Thread(ctx, tk.ID)
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, m := range thread {
				if m.Direction == tickets.In {
					if want := fmt.Sprintf("m%d", n); m.Text != want {
						t.Fatalf("message %d is %s", n, m.Text)
					}
					n++
				}
			}
			if n != 40 {
				t.Errorf("%d messages", n)
			}
			events, _ := s.Events(ctx, tk.ID)
			if err := tickets.VerifyChain(tk, events); err != nil {
				t.Error(err)
			}
			events[3].Actor = "somebody else"
			if tickets.VerifyChain(tk, events) == nil {
				t.Error("a forged event is not noticed")
			}
		}
	})
}

// TestPoisonLosesNoNeighbours is invariant 3: what cannot be decided is set aside alone.
func TestPoisonLosesNoNeighbours(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		ctx := context.Background()
		for c := range 6 {
			for i, text := range []string{"first", "poison", "last", "odd"} {
				if c%2 == 1 {
					text = strings.NewReplacer("poison", "middle", "odd", "end").Replace(text)
				}
				if err := s.Receive(ctx, incoming("sms", fmt.Sprintf("%d-%d", c, i), fmt.Sprintf("tel:+62%d", c), text)); err != nil {
					t.Fatal(err)
				}
			}
		}
		process(t, s, l)
		for _, tk := range all(t, s) {
			thread, err := s.Thread(ctx, tk.ID)
			if err != nil {
				t.Fatal(err)
			}
			want := 5
			if tk.Return.Address.Value == "+620" || tk.Return.Address.Value == "+622" || tk.Return.Address.Value == "+624" {
				want = 3
			}
			if len(thread) != want {
				t.Errorf("%s has %d messages, want %d", tk.Return.Address.Value, len(thread), want)
			}
		}
		aside, next, err := s.Quarantine(ctx, 4, "")
		if err != nil || len(aside) != 4 || next == "" {
			t.Fatalf("quarantine %v %q %v", aside, next, err)
		}
		rest, next, err := s.Quarantine(ctx, 4, next)
		if err != nil || len(rest) != 2 || next != "" {
			t.Fatalf("quarantine %v %q %v", rest, next, err)
		}
		raw, err := s.Raw(ctx, aside[0].Account, aside[0].EventID)
		if err != nil || len(raw) == 0 {
			t.Errorf("raw bytes %q %v", raw, err)
		}
	})
}

func TestHeldRowsWaitForTheirNeighbour(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		ctx := context.Background()
		receive := func(id string) {
			if err := s.Receive(ctx, incoming("bot", id, "telegram:7", "wait "+id)); err != nil {
				t.Fatal(err)
			}
			process(t, s, l)
		}
		receive("1")
		if n := len(all(t, s)); n != 0 {
			t.Fatalf("%d tickets before the second row", n)
		}
		receive("2")
		if n := len(all(t, s)); n != 1 {
			t.Fatalf("%d tickets after the second row", n)
		}
	})
}

func TestWorkIsOnceAndFresh(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		ctx := context.Background()
		if err := s.Receive(ctx, incoming("bot", "1", "telegram:7", "lampu")); err != nil {
			t.Fatal(err)
		}
		process(t, s, l)
		tk := all(t, s)[0]
		start := func(sit tickets.Situation) (tickets.Change, error) {
			k := sit.Cases[0].Ticket
			if err := k.Move(tickets.InProgress, sit.Now); err != nil {
				return tickets.Change{}, err
			}
			return tickets.Change{
				Tickets: []tickets.Ticket{k}, Events: []tickets.Event{{TicketID: k.ID, Actor: "ani", Type: "moved"}},
				Say: []tickets.Intent{{TicketID: k.ID, Purpose: "reply", Via: k.Return, Author: "ani", Text: "Kami kerjakan."}},
			}, nil
		}
		act := tickets.Act{Ticket: tk.ID, By: "ani", Version: tk.Version, Once: tickets.Once{Scope: "t", Key: "k", Request: "r"}}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				if _, _, err := s.Work(ctx, act, start); err != nil && !errors.Is(err, tickets.ErrStale) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		res, again, err := s.Work(ctx, act, start)
		if err != nil || !again || len(res.Messages) != 1 {
			t.Errorf("repeated: %+v %v %v", res, again, err)
		}
		if act.Once.Request = "other"; true {
			if _, _, err := s.Work(ctx, act, start); !errors.Is(err, tickets.ErrReused) {
				t.Errorf("reused key: %v", err)
			}
		}
		act.Once.Key = "k2"
		if _, _, err := s.Work(ctx, act, start); !errors.Is(err, tickets.ErrStale) {
			t.Errorf("stale: %v", err)
		}
		if thread, _ := s.Thread(ctx, tk.ID); len(thread) != 3 {
			t.Errorf("%d messages", len(thread))
		}
		if _, _, err := s.Work(ctx, tickets.Act{Ticket: 5}, start); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("no ticket: %v", err)
		}
	})
}

func TestListWalksPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		l := lease(t, s, "processor")
		ctx := context.Background()
		for i := range 30 {
			if err := s.Receive(ctx, incoming("bot", fmt.Sprint(i), fmt.Sprintf("telegram:%d", i), fmt.Sprintf("lampu 100%% mati %d", i))); err != nil {
				t.Fatal(err)
			}
		}
		process(t, s, l)
		whole := all(t, s)
		for name, f := range map[string]tickets.Filter{
			"agencies": {Agencies: []string{"none", "dsda", "other"}},
			"states":   {Agencies: []string{"dsda"}, States: []tickets.State{tickets.Triage, tickets.Assigned}},
			"channel":  {Channel: "test"},
			"words":    {Text: "LAMPU 100%"},
		} {
			var got []tickets.Ticket
			for f.Limit = 7; ; {
				page, next, err := s.List(ctx, f)
				if err != nil {
					t.Fatal(name, err)
				}
				got = append(got, page...)
				if f.After = next; next == "" {
					break
				}
			}
			if len(got) != 30 {
				t.Fatalf("%s: %d tickets", name, len(got))
			}
			for i := range got {
				if got[i].ID != whole[i].ID {
					t.Fatalf("%s: out of order at %d", name, i)
				}
			}
		}
		for name, f := range map[string]tickets.Filter{
			"no agency": {Agencies: []string{}}, "foreign": {Agencies: []string{"none"}}, "state": {States: []tickets.State{tickets.Closed}},
			"future": {Since: time.Now().Add(time.Hour)}, "words": {Text: "lampu_100"},
		} {
			if got, _, err := s.List(ctx, f); err != nil || len(got) != 0 {
				t.Errorf("%s: %d tickets, %v", name, len(got), err)
			}
		}
		one, _, err := s.List(ctx, tickets.Filter{Text: whole[3].Reference.String()})
		if err != nil || len(one) != 1 || one[0].ID != whole[3].ID {
			t.Errorf("by reference: %v %v", one, err)
		}
		if _, _, err := s.List(ctx, tickets.Filter{After: "***"}); !errors.Is(err, tickets.ErrCursor) {
			t.Errorf("a bad cursor: %v", err)
		}
	})
}

func TestLeaseGoesToOne(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		mine, ok, err := s.Take(ctx, "x", "a", time.Minute)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		if _, ok, _ := s.Take(ctx, "x", "b", time.Minute); ok {
			t.Fatal("two hold the lease")
		}
		if err := s.Drop(ctx, mine); err != nil {
			t.Fatal(err)
		}
		theirs, ok, err := s.Take(ctx, "x", "b", time.Minute)
		if err != nil || !ok || theirs.Fence <= mine.Fence {
			t.Fatal(theirs, ok, err)
		}
		if err := s.Receive(ctx, incoming("bot", "1", "telegram:7", "lampu")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Process(ctx, mine, tickets.Share{Max: 10}, nil, clerk); !errors.Is(err, tickets.ErrLost) {
			t.Errorf("processing without the lease: %v", err)
		}
		if n := len(all(t, s)); n != 0 {
			t.Errorf("%d tickets written without the lease", n)
		}
	})
}

func TestSQLiteRefusesASecondProcess(t *testing.T) {
	url := dbtest.New(t, dbtest.SQLite)
	open(t, url)
	if s, err := tickets.Open(context.Background(), url, tickets.Options{}); err == nil {
		s.Close()
		t.Error("opened twice")
	}
}
