package pass_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/pass"
)

// clock is one that a test turns.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time       { return time.UnixMicro(c.at.Load()) }
func (c *clock) turn(d time.Duration) { c.at.Add(d.Microseconds()) }

func withBook(t *testing.T, f func(t *testing.T, b *pass.Book, store *tickets.Store, c *clock)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, url string) {
		c := &clock{}
		c.at.Store(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC).UnixMicro())
		store, err := tickets.Open(context.Background(), url, tickets.Options{Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		f(t, pass.New(store), store, c)
	})
}

func TestLinkOpensItsCaseUntilItEnds(t *testing.T) {
	withBook(t, func(t *testing.T, b *pass.Book, store *tickets.Store, c *clock) {
		ctx := t.Context()
		token, other := pass.NewToken(), pass.NewToken()
		for range 2 { // the second changes nothing
			if err := b.Issue(ctx, token, pass.Pass{Ticket: 7, Kind: pass.Link, Expires: c.now().Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		if p, err := b.Find(ctx, token); err != nil || p.Ticket != 7 || p.Kind != pass.Link || !p.Expires.Equal(c.now().Add(time.Hour)) {
			t.Errorf("found %+v, %v", p, err)
		}
		for _, wrong := range []string{other, "", token[1:], token + "a"} {
			if _, err := b.Find(ctx, wrong); !errors.Is(err, tickets.ErrNotFound) {
				t.Errorf("%q opens something: %v", wrong, err)
			}
		}
		var kept int
		if err := store.Row(ctx, `SELECT count(*) FROM portal_link WHERE hash = ?`, token).Scan(&kept); err != nil || kept != 0 {
			t.Errorf("the token itself is kept %d times, %v", kept, err)
		}
		if err := b.Revoke(ctx, token); err != nil {
			t.Fatal(err)
		}
		if err := b.Issue(ctx, token, pass.Pass{Ticket: 7, Kind: pass.Link, Expires: c.now().Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Find(ctx, token); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("a revoked token opens: %v", err)
		}
		if err := b.Issue(ctx, other, pass.Pass{Ticket: 8, Kind: pass.Code, Expires: c.now().Add(time.Minute)}); err != nil {
			t.Fatal(err)
		}
		c.turn(time.Minute)
		if _, err := b.Find(ctx, other); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("an expired token opens: %v", err)
		}
	})
}

func TestCodeIsGoodOnceAndForFewTries(t *testing.T) {
	withBook(t, func(t *testing.T, b *pass.Book, _ *tickets.Store, c *clock) {
		ctx := t.Context()
		draw := func() string {
			code, err := b.Draw(ctx, 7, c.now().Add(10*time.Minute))
			if err != nil || len(code) != 6 {
				t.Fatalf("drew %q, %v", code, err)
			}
			return code
		}
		try := func(what string, ticket int64, code string, want bool) {
			t.Helper()
			if ok, err := b.Try(ctx, ticket, code); err != nil || ok != want {
				t.Errorf("%s: %v, %v", what, ok, err)
			}
		}
		code := draw()
		try("of another case", 8, code, false)
		try("of none", 0, code, false)
		try("right", 7, code, true)
		try("a second time", 7, code, false)
		code = draw()
		for range 5 {
			try("wrong", 7, "x"+code, false)
		}
		try("right after five wrong ones", 7, code, false)
		code = draw()
		for range 4 {
			try("wrong", 7, "", false)
		}
		try("right after four wrong ones", 7, code, true)
		old := draw()
		if code = draw(); old != code {
			try("the one before", 7, old, false)
		}
		c.turn(10 * time.Minute)
		try("too late", 7, code, false)
	})
}

func TestManyTriesAtOnceAreNoMoreThanFive(t *testing.T) {
	withBook(t, func(t *testing.T, b *pass.Book, store *tickets.Store, c *clock) {
		if _, err := b.Draw(t.Context(), 7, c.now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if ok, err := b.Try(t.Context(), 7, "wrong"); ok || err != nil {
					t.Errorf("%v, %v", ok, err)
				}
			})
		}
		all.Wait()
		var counted int
		if err := store.Row(t.Context(), `SELECT tries FROM portal_code WHERE ticket_id = 7`).Scan(&counted); err != nil || counted != 20 {
			t.Errorf("%d tries counted, %v", counted, err)
		}
	})
}

func TestSpendCountsEachTimeOnce(t *testing.T) {
	withBook(t, func(t *testing.T, b *pass.Book, _ *tickets.Store, c *clock) {
		spend := func(key, item string) bool {
			t.Helper()
			ok, err := b.Spend(t.Context(), pass.Use{Scope: "typed", Key: key, Item: item, Most: 2, Within: 24 * time.Hour})
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		for _, s := range []struct {
			key, item string
			want      bool
		}{{"a", "1", true}, {"a", "1", true}, {"a", "2", true}, {"a", "2", true}, {"a", "3", false}, {"b", "3", true}} {
			if got := spend(s.key, s.item); got != s.want {
				t.Errorf("%s for %s: %v", s.item, s.key, got)
			}
		}
		c.turn(24 * time.Hour)
		if !spend("a", "4") {
			t.Error("not one a day later")
		}
		var left atomic.Int64
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				if ok, err := b.Spend(t.Context(), pass.Use{Scope: "typed", Key: "c", Item: fmt.Sprint(i), Most: 5, Within: time.Hour}); err != nil {
					t.Error(err)
				} else if ok {
					left.Add(1)
				}
			})
		}
		all.Wait()
		if left.Load() != 5 {
			t.Errorf("%d of 20 at once, want 5", left.Load())
		}
	})
}

func TestSweepTakesWhatServesNothing(t *testing.T) {
	withBook(t, func(t *testing.T, b *pass.Book, _ *tickets.Store, c *clock) {
		ctx := t.Context()
		kept := pass.NewToken()
		for token, life := range map[string]time.Duration{pass.NewToken(): time.Minute, kept: 100 * time.Hour} {
			if err := b.Issue(ctx, token, pass.Pass{Ticket: 7, Kind: pass.Link, Expires: c.now().Add(life)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.Draw(ctx, 7, c.now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Spend(ctx, pass.Use{Scope: "code", Key: "a", Item: "1", Most: 1, Within: time.Hour}); err != nil {
			t.Fatal(err)
		}
		if n, err := b.Sweep(ctx); n != 0 || err != nil {
			t.Errorf("%d swept at once, %v", n, err)
		}
		c.turn(49 * time.Hour)
		if n, err := b.Sweep(ctx); n != 3 || err != nil {
			t.Errorf("%d swept, %v", n, err)
		}
		if _, err := b.Find(ctx, kept); err != nil {
			t.Errorf("a link that is good: %v", err)
		}
	})
}
