package tickets_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

// begun makes a parcel of one part whose attempt has begun.
func begun(t *testing.T, s *tickets.Store, ttl time.Duration) (*tickets.Parcel, int64) {
	t.Helper()
	ctx := context.Background()
	p := &claim(t, s, 1)[0]
	if err := s.Render(ctx, p, []string{"one"}); err != nil {
		t.Fatal(err)
	}
	a, err := s.Begin(ctx, p, &p.Parts[0], ttl)
	if err != nil {
		t.Fatal(err)
	}
	return p, a
}

// TestAReceiptThatMeetsItsSend: the platform reports at the very moment at which its answer is written.
func TestAReceiptThatMeetsItsSend(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		const rounds = 60
		l := lease(t, s, "processor")
		for i := range rounds {
			receive(t, s, incoming("bot", fmt.Sprint(i), fmt.Sprintf("telegram:%d", i), "lampu"))
			process(t, s, l)
			p, a := begun(t, s, time.Minute)
			name := fmt.Sprintf("x%d", i)
			var both sync.WaitGroup
			both.Go(func() {
				if err := s.End(ctx, p, &p.Parts[0], a, tickets.Fate{State: "sent", ExternalID: name}); err != nil {
					t.Error(err)
				}
			})
			both.Go(func() {
				if err := s.Report(ctx, tickets.Report{Account: "bot", EventID: name, MessageID: name, State: "delivered"}); err != nil {
					t.Error(err)
				}
			})
			both.Wait()
		}
		lost := 0
		for _, tk := range all(t, s) {
			if thread, _ := s.Thread(ctx, tk.ID); thread[1].Sent.State != "delivered" {
				lost++
			}
		}
		if lost > 0 {
			t.Errorf("%d of %d receipts are lost", lost, rounds)
		}
	})
}

// TestALateEndDisturbsNobody: the lease ran out, another holder is sending, and then the first one's
// failure comes.
func TestALateEndDisturbsNobody(t *testing.T) {
	for _, f := range []tickets.Fate{
		{State: "queued", Kind: "temporary", Again: time.Now().Add(-time.Second)},
		{State: "uncertain", Kind: "unknown", Again: time.Now().Add(-time.Second)},
		{State: "failed", Kind: "rejected"},
	} {
		t.Run(f.State, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, url string) {
				s := open(t, url)
				ctx := context.Background()
				tk := queue(t, s, "telegram:7")
				p, a := begun(t, s, -time.Second)
				q := &claim(t, s, 1)[0]
				b, err := s.Begin(ctx, q, &q.Parts[0], time.Minute)
				if err != nil {
					t.Fatal(err)
				}
				if err := s.End(ctx, p, &p.Parts[0], a, f); err != nil {
					t.Fatal(err)
				}
				if err := s.End(ctx, p, &p.Parts[0], 0, f); !errors.Is(err, tickets.ErrLost) {
					t.Errorf("what was learnt without an attempt by one who lost the lease: %v", err)
				}
				claim(t, s, 0)
				if err := s.End(ctx, q, &q.Parts[0], b, tickets.Fate{State: "sent", ExternalID: "x"}); err != nil {
					t.Fatal(err)
				}
				if thread, _ := s.Thread(ctx, tk.ID); thread[1].Sent.State != "sent" || thread[1].Sent.Doubts != 1 {
					t.Errorf("%+v", thread[1].Sent)
				}
			})
		})
	}
}

// TestReportsOfWhatFailed: a failure that is reported late, good news after it, and the same twice.
func TestReportsOfWhatFailed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		tk := queue(t, s, "telegram:7")
		_, _, err := s.Work(ctx, tickets.Act{Ticket: tk.ID}, func(sit tickets.Situation) (tickets.Change, error) {
			return tickets.Change{Say: []tickets.Intent{{TicketID: tk.ID, Purpose: "reply", Via: tk.Return, Text: "second", Tell: "told"}}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		p, a := begun(t, s, time.Minute)
		if err := s.End(ctx, p, &p.Parts[0], a, tickets.Fate{State: "sent", ExternalID: "x1"}); err != nil {
			t.Fatal(err)
		}
		p, a = begun(t, s, time.Minute)
		key := p.Parts[0].Key
		n := 0
		report := func(state string) {
			t.Helper()
			n++
			for range 2 {
				if err := s.Report(ctx, tickets.Report{Account: "bot", EventID: fmt.Sprint(n), Key: key, State: state, Code: "30003"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		told := func(want string) {
			t.Helper()
			due, err := s.Due(ctx, 10)
			if err != nil || want == "" && len(due) > 0 || want != "" && (len(due) != 1 || due[0].Data != want) {
				t.Fatalf("told %+v %v, want %q", due, err, want)
			}
			for _, d := range due {
				if err := s.Fire(ctx, d, func(tickets.Situation) (tickets.Change, error) { return tickets.Change{}, nil }); err != nil {
					t.Fatal(err)
				}
			}
		}
		report("failed") // before Send has returned
		told("failed")
		if err := s.End(ctx, p, &p.Parts[0], a, tickets.Fate{State: "sent", ExternalID: "x2", Segments: 2}); err != nil {
			t.Fatal(err)
		}
		told("")
		report("sent")
		told("")
		report("failed")
		told("")
		report("delivered")
		told("delivered")
		report("failed")
		told("")
		thread, _ := s.Thread(ctx, tk.ID)
		if last := thread[2].Sent; last.State != "delivered" || last.ExternalID != "x2" || last.Segments != 2 {
			t.Errorf("%+v", last)
		}
		claim(t, s, 0)
	})
}
