package tickets_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

// queue makes one ticket with its receipt waiting in the outbox.
func queue(t *testing.T, s *tickets.Store, sender string) tickets.Ticket {
	t.Helper()
	l := lease(t, s, "processor")
	if err := s.Receive(context.Background(), incoming("bot", "e-"+sender, sender, "lampu")); err != nil {
		t.Fatal(err)
	}
	process(t, s, l)
	return all(t, s)[0]
}

func claim(t *testing.T, s *tickets.Store, want int) []tickets.Parcel {
	t.Helper()
	p, err := s.Claim(context.Background(), "bot", 10, time.Minute)
	if err != nil || len(p) != want {
		t.Fatalf("claimed %d, want %d: %v", len(p), want, err)
	}
	return p
}

func TestAPartThatWentOutIsNeverOfferedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		tk := queue(t, s, "telegram:7")
		p := &claim(t, s, 1)[0]
		claim(t, s, 0)
		if err := s.Render(ctx, p, []string{"one", "two"}); err != nil {
			t.Fatal(err)
		}
		a, err := s.Begin(ctx, p, &p.Parts[0], time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.End(ctx, p, &p.Parts[0], a, tickets.Fate{State: "sent", ExternalID: "x1", Segments: 1}); err != nil {
			t.Fatal(err)
		}
		// The second part fails for now: the parcel comes back with its first part out.
		if a, err = s.Begin(ctx, p, &p.Parts[1], time.Minute); err != nil {
			t.Fatal(err)
		}
		if err := s.End(ctx, p, &p.Parts[1], a, tickets.Fate{State: "queued", Kind: "temporary", Again: time.Now().Add(-time.Second)}); err != nil {
			t.Fatal(err)
		}
		q := &claim(t, s, 1)[0]
		if len(q.Parts) != 2 || !q.Parts[0].Out() || q.Parts[1].Out() || q.Parts[1].Tries != 1 || q.Parts[0].Key == q.Parts[1].Key {
			t.Fatalf("parts %+v", q.Parts)
		}
		if err := s.Render(ctx, q, []string{"other"}); err != nil || q.Parts[0].Text != "one" {
			t.Error("rendered twice")
		}
		// A late call of the first holder finds its lease gone.
		if _, err := s.Begin(ctx, p, &p.Parts[1], time.Minute); !errors.Is(err, tickets.ErrLost) {
			t.Errorf("the old holder began: %v", err)
		}
		if a, err = s.Begin(ctx, q, &q.Parts[1], time.Minute); err != nil {
			t.Fatal(err)
		}
		if err := s.End(ctx, q, &q.Parts[1], a, tickets.Fate{State: "sent", ExternalID: "x2"}); err != nil {
			t.Fatal(err)
		}
		claim(t, s, 0)
		thread, _ := s.Thread(ctx, tk.ID)
		if sent := thread[1].Sent; sent.State != "sent" || sent.Parts != 2 || sent.ExternalID != "x1" || sent.Segments != 1 {
			t.Errorf("sent %+v", sent)
		}
	})
}

func TestAnAttemptThatNobodyEndedIsADoubt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		tk := queue(t, s, "telegram:7")
		begun(t, s, -time.Second) // a lease that is over at once, as after a kill
		q := &claim(t, s, 1)[0]
		if q.Parts[0].InFlight.IsZero() {
			t.Fatal("the open attempt is not seen")
		}
		a, err := s.Begin(ctx, q, &q.Parts[0], time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.End(ctx, q, &q.Parts[0], a, tickets.Fate{State: "sent", ExternalID: "x"}); err != nil {
			t.Fatal(err)
		}
		thread, _ := s.Thread(ctx, tk.ID)
		if thread[1].Sent.Doubts != 1 {
			t.Errorf("the doubt is not kept: %+v", thread[1].Sent)
		}
	})
}

func TestReportsMayComeEarlyTwiceAndOutOfOrder(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		tk := queue(t, s, "telegram:7")
		p, a := begun(t, s, time.Minute)
		report := func(event, state, kind string) {
			t.Helper()
			if err := s.Report(ctx, tickets.Report{Account: "bot", EventID: event, MessageID: "x", State: state, Kind: kind}); err != nil {
				t.Fatal(err)
			}
		}
		state := func(want string) {
			t.Helper()
			if thread, _ := s.Thread(ctx, tk.ID); thread[1].Sent.State != want {
				t.Errorf("state %s, want %s", thread[1].Sent.State, want)
			}
		}
		report("1", "delivered", "")
		report("1", "delivered", "")
		if err := s.End(ctx, p, &p.Parts[0], a, tickets.Fate{State: "sent", ExternalID: "x"}); err != nil {
			t.Fatal(err)
		}
		state("delivered")
		report("2", "sent", "")
		state("delivered")
		claim(t, s, 0)
	})
}

func TestFailuresMarkTheAddressAndKeepTheLine(t *testing.T) {
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
		p, a := begun(t, s, time.Minute) // the first of the line alone
		f := tickets.Fate{State: "failed", Kind: "unreachable", Code: "403", Reason: "blocked", Address: "unreachable"}
		if err := s.End(ctx, p, &p.Parts[0], a, f); err != nil {
			t.Fatal(err)
		}
		q := &claim(t, s, 1)[0]
		if q.Text != "second" || !q.Stopped {
			t.Errorf("then %+v", q)
		}
		if err := s.Render(ctx, q, []string{"second"}); err != nil {
			t.Fatal(err)
		}
		if err := s.End(ctx, q, &q.Parts[0], 0, tickets.Fate{State: "failed", Reason: "stopped"}); err != nil {
			t.Fatal(err)
		}
		due, err := s.Due(ctx, 10)
		if err != nil || len(due) != 1 || due[0].Kind != "told" || due[0].Data != "failed" || due[0].Subject != tk.ID {
			t.Fatalf("due %+v %v", due, err)
		}
		fired := 0
		fire := func(sit tickets.Situation) (tickets.Change, error) { fired++; return tickets.Change{}, nil }
		for range 2 {
			if err := s.Fire(ctx, due[0], fire); err != nil {
				t.Fatal(err)
			}
		}
		if fired != 1 {
			t.Errorf("fired %d times", fired)
		}
	})
}

func TestTokens(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ctx := context.Background()
		secret, err := s.CreateToken(ctx, tickets.Token{Name: "hotline", Scopes: []string{"tickets:read"}, Agency: "*"})
		if err != nil {
			t.Fatal(err)
		}
		old, err := s.CreateToken(ctx, tickets.Token{Name: "old", Agency: "*", ExpiresAt: time.Now().Add(-time.Second)})
		if err != nil {
			t.Fatal(err)
		}
		tok, err := s.Token(ctx, secret)
		if err != nil || !tok.May("tickets:read") || tok.May("tickets:write") || tok.Agency != "*" {
			t.Errorf("%+v %v", tok, err)
		}
		if err := s.RevokeToken(ctx, "hotline"); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{secret, old, "", "tgp_x"} {
			if _, err := s.Token(ctx, bad); !errors.Is(err, tickets.ErrToken) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	})
}
