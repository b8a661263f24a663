package staff_test

import (
	"context"
	"errors"
	"testing"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

func TestAnAccountIsPausedAndResumed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		db, err := tickets.Open(ctx, url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		s := staff.New(db)
		wants := func(account, want string) {
			t.Helper()
			if state, _, err := db.Gate(ctx, account); err != nil || state != want {
				t.Errorf("%s is %q, want %q: %v", account, state, want, err)
			}
		}
		for _, step := range []struct {
			paused bool
			err    error
			state  string
		}{{false, tickets.ErrNotFound, ""}, {true, nil, "paused"}, {true, tickets.ErrNotFound, "paused"}, {false, nil, ""}, {true, nil, "paused"}} {
			if err := s.Pause(ctx, "budi", "bot", step.paused); !errors.Is(err, step.err) {
				t.Errorf("paused %v: %v, want %v", step.paused, err, step.err)
			}
			wants("bot", step.state)
		}
		if err := db.SetAccount(ctx, "sms", "suspended", "refused"); err != nil {
			t.Fatal(err)
		}
		for _, paused := range []bool{true, false} {
			if err := s.Pause(ctx, "budi", "sms", paused); !errors.Is(err, tickets.ErrNotFound) {
				t.Errorf("a suspended account, paused %v: %v", paused, err)
			}
			wants("sms", "suspended")
		}
		events, err := s.Events(ctx, 10)
		if err != nil || len(events) != 3 || events[0].Type != "paused bot" || events[1].Type != "resumed bot" || events[0].Actor != "budi" {
			t.Errorf("who did it: %+v %v", events, err)
		}
	})
}
