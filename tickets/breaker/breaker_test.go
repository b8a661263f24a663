package breaker_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/breaker"
)

// box is a store with an outbox that fills, and a clock that the test moves.
type box struct {
	t     *testing.T
	url   string
	store *tickets.Store
	b     *breaker.Breaker
	now   atomic.Int64
	seq   int
}

func each(t *testing.T, l breaker.Limits, f func(*box)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, url string) {
		x := &box{t: t, url: url}
		x.now.Store(time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC).UnixMicro())
		x.open(l)
		f(x)
	})
}

// open is a start of the program.
func (x *box) open(l breaker.Limits) {
	x.t.Helper()
	if x.store != nil {
		x.store.Close()
	}
	store, err := tickets.Open(context.Background(), x.url, tickets.Options{Now: func() time.Time { return time.UnixMicro(x.now.Load()).UTC() }})
	if err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() { store.Close() })
	x.store, x.b = store, breaker.New(store, l)
}

func (x *box) pass(d time.Duration) { x.now.Add(d.Microseconds()) }

// answers is a message in the outbox of the account mail, leased as dispatch does it.
func (x *box) answers(to, purpose string) *tickets.Parcel {
	x.t.Helper()
	ctx := context.Background()
	x.seq++
	err := x.store.Receive(ctx, tickets.Incoming{Account: "mail", EventID: fmt.Sprint(x.seq), Kind: "message", Sender: "email:" + to, Payload: []byte("{}")})
	if err != nil {
		x.t.Fatal(err)
	}
	lease, ok, err := x.store.Take(ctx, "processor", "test", 1000*time.Hour)
	if err != nil || !ok {
		x.t.Fatal(ok, err)
	}
	_, err = x.store.Process(ctx, lease, tickets.Share{Max: 10}, nil, func(sit tickets.Situation) (tickets.Change, error) {
		return tickets.Change{Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameCommand, Say: []tickets.Intent{{
			None: true, Purpose: purpose, Automatic: purpose != "reply", Author: "bot", Text: "x",
			Via: tickets.Return{Channel: "email", Account: "mail", Address: tickets.Address{Kind: "email", Value: to}},
		}}}, nil
	})
	if err != nil {
		x.t.Fatal(err)
	}
	parcels, err := x.store.Claim(ctx, "mail", 1, time.Minute)
	if err != nil || len(parcels) != 1 {
		x.t.Fatal(len(parcels), err)
	}
	return &parcels[0]
}

// sends lets n automatic answers to an address go, and counts those that were let through.
func (x *box) sends(to string, n int) (passed, fresh int) {
	x.t.Helper()
	for range n {
		p := x.answers(to, "receipt")
		ok, first, err := x.b.Pass(context.Background(), p)
		if err != nil {
			x.t.Fatal(err)
		}
		if first {
			fresh++
		}
		if ok {
			passed++
			x.out(p)
		}
	}
	return passed, fresh
}

// out is the platform's taking of a parcel.
func (x *box) out(p *tickets.Parcel) {
	x.t.Helper()
	ctx := context.Background()
	if err := x.store.Render(ctx, p, []string{p.Text}); err != nil {
		x.t.Fatal(err)
	}
	attempt, err := x.store.Begin(ctx, p, &p.Parts[0], time.Minute)
	if err == nil {
		err = x.store.End(ctx, p, &p.Parts[0], attempt, tickets.Fate{State: "sent", ExternalID: fmt.Sprint("out", p.ID)})
	}
	if err != nil {
		x.t.Fatal(err)
	}
}

func (x *box) storms(want ...string) []breaker.Storm {
	x.t.Helper()
	all, err := x.b.Storms(context.Background())
	if err != nil {
		x.t.Fatal(err)
	}
	var got []string
	for _, s := range all {
		got = append(got, fmt.Sprintf("%s %s %s %d", s.Account, s.Scope, s.Whom, s.Held))
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		x.t.Errorf("storms %q, want %q", got, want)
	}
	return all
}

func TestAnAddressIsAnsweredAFewTimesAndThenHeldUntilItIsQuiet(t *testing.T) {
	limits := breaker.Limits{Address: 3, Window: time.Hour}
	each(t, limits, func(x *box) {
		if passed, fresh := x.sends("a@x.test", 5); passed != 3 || fresh != 1 {
			t.Errorf("%d of 5 passed, %d times new", passed, fresh)
		}
		if passed, _ := x.sends("b@x.test", 2); passed != 2 {
			t.Errorf("another address: %d of 2", passed)
		}
		x.open(limits) // what was counted is in the database
		for range 6 {
			x.pass(30 * time.Minute)
			if passed, fresh := x.sends("a@x.test", 3); passed != 0 || fresh != 0 {
				t.Errorf("who goes on: %d passed, %d times new", passed, fresh)
			}
		}
		x.storms("mail address a@x.test 20")
		x.pass(2 * time.Hour)
		if passed, _ := x.sends("a@x.test", 1); passed != 1 {
			t.Error("who was silent is still held")
		}
		x.pass(48 * time.Hour)
		if passed, fresh := x.sends("a@x.test", 5); passed != 3 || fresh != 1 {
			t.Errorf("the next storm: %d of 5 passed, %d times new", passed, fresh)
		}
	})
}

func TestDomainsAndAccountsAreSlowedDown(t *testing.T) {
	each(t, breaker.Limits{Address: 100, Domain: 4, Account: 6, Window: time.Hour}, func(x *box) {
		if passed, _ := x.sends("a@x.test", 3); passed != 3 {
			t.Errorf("%d", passed)
		}
		if passed, fresh := x.sends("b@x.test", 3); passed != 1 || fresh != 1 {
			t.Errorf("a domain: %d of 3 passed, %d times new", passed, fresh)
		}
		if passed, fresh := x.sends("c@y.test", 3); passed != 2 || fresh != 1 {
			t.Errorf("an account: %d of 3 passed, %d times new", passed, fresh)
		}
		x.storms("mail account  1", "mail domain x.test 2")
		x.pass(90 * time.Minute)
		if passed, _ := x.sends("c@y.test", 3); passed != 3 {
			t.Errorf("after the window: %d of 3", passed)
		}
	})
}

func TestNothingElseIsHeld(t *testing.T) {
	each(t, breaker.Limits{Address: 1, Domain: 1, Account: 1, Window: time.Hour}, func(x *box) {
		x.sends("a@x.test", 2)
		for _, purpose := range []string{"reply", "outcome", "confirm", "question", tickets.ToAgency} {
			p := x.answers("a@x.test", purpose)
			if ok, _, err := x.b.Pass(context.Background(), p); !ok || err != nil {
				t.Errorf("%s: %v %v", purpose, ok, err)
			}
			x.out(p)
		}
		x.storms("mail address a@x.test 1")
	})
}

func TestStaffSendWhatWasHeldOrGiveItUp(t *testing.T) {
	each(t, breaker.Limits{Address: 2, Domain: 5, Window: time.Hour}, func(x *box) {
		ctx := context.Background()
		x.sends("a@x.test", 4)
		x.sends("xa@x.test", 4) // ends as the other does
		x.sends("b@x.test", 3)
		all := x.storms("mail address a@x.test 2", "mail address b@x.test 1", "mail address xa@x.test 2", "mail domain x.test 1")
		named := map[string]string{}
		for _, s := range all {
			named[string(s.Scope)+s.Whom] = s.Name
		}
		if err := x.b.Release(ctx, "siti", named["addressa@x.test"]); err != nil {
			t.Fatal(err)
		}
		if err := x.b.Release(ctx, "siti", named["addressa@x.test"]); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("a second time: %v", err)
		}
		parcels, err := x.store.Claim(ctx, "mail", 10, time.Minute)
		if err != nil || len(parcels) != 1 || parcels[0].Via.Address.Value != "a@x.test" {
			t.Fatalf("%+v %v", parcels, err)
		}
		for n := 2; n > 0; n-- {
			if n == 1 {
				if parcels, err = x.store.Claim(ctx, "mail", 10, time.Minute); err != nil || len(parcels) != 1 {
					t.Fatal(len(parcels), err)
				}
			}
			if ok, _, err := x.b.Pass(ctx, &parcels[0]); !ok || err != nil {
				t.Errorf("what staff released is held: %v", err)
			}
			x.out(&parcels[0])
		}
		if err := x.b.Drop(ctx, "siti", named["domainx.test"]); err != nil {
			t.Fatal(err)
		}
		if parcels, err := x.store.Claim(ctx, "mail", 10, time.Minute); err != nil || len(parcels) != 0 {
			t.Errorf("what was given up goes out: %d %v", len(parcels), err)
		}
		x.storms("mail address b@x.test 1", "mail address xa@x.test 2")
	})
}

func TestManyAtOnceAreCountedOneByOne(t *testing.T) {
	each(t, breaker.Limits{Address: 100, Domain: 7, Window: time.Hour}, func(x *box) {
		var all []*tickets.Parcel
		for i := range 24 {
			all = append(all, x.answers(fmt.Sprintf("w%d@x.test", i), "receipt"))
		}
		var wg sync.WaitGroup
		var passed, fresh atomic.Int32
		for _, p := range all {
			wg.Go(func() {
				ok, first, err := x.b.Pass(context.Background(), p)
				if err != nil {
					t.Error(err)
				}
				if ok {
					passed.Add(1)
				}
				if first {
					fresh.Add(1)
				}
			})
		}
		wg.Wait()
		if passed.Load() != 7 || fresh.Load() != 1 {
			t.Errorf("%d passed, %d times new", passed.Load(), fresh.Load())
		}
		x.storms("mail domain x.test 17")
	})
}
