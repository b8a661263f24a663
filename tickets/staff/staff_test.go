package staff_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

const password = "kata-sandi-panjang"

// deskClock is a clock that a test turns.
type deskClock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *deskClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *deskClock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func withStaff(t *testing.T, f func(*staff.Store, *deskClock, staff.Member)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, url string) {
		c := &deskClock{t: time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)}
		db, err := tickets.Open(context.Background(), url, tickets.Options{Now: c.now})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		s := staff.New(db)
		st, err := s.Add(context.Background(), "test", staff.Member{Login: " Rina ", Name: "Rina", Role: staff.Clerk, Agency: "dki.dsda"}, password)
		if err != nil {
			t.Fatal(err)
		}
		f(s, c, st)
	})
}

func TestStaffIsAddedOnceAndChecked(t *testing.T) {
	withStaff(t, func(s *staff.Store, _ *deskClock, st staff.Member) {
		ctx := context.Background()
		if st.Login != "rina" || st.Language != "id" {
			t.Errorf("added as %+v", st)
		}
		good := staff.Member{Login: "budi", Name: "Budi", Role: staff.Clerk, Agency: "dki"}
		for _, bad := range []struct {
			change   func(*staff.Member)
			password string
			want     error
		}{
			{func(p *staff.Member) { p.Login = "RINA" }, password, staff.ErrTaken},
			{func(p *staff.Member) { p.Login = "a b" }, password, staff.ErrMember},
			{func(p *staff.Member) { p.Login = "Bot" }, password, staff.ErrMember},
			{func(p *staff.Member) { p.Role = "king" }, password, staff.ErrMember},
			{func(p *staff.Member) { p.Agency = "" }, password, staff.ErrMember},
			{func(p *staff.Member) { p.Language = "jv" }, password, staff.ErrMember},
			{func(*staff.Member) {}, "pendek", staff.ErrPassword},
			{func(*staff.Member) {}, strings.Repeat("x", 1001), staff.ErrPassword},
			{func(p *staff.Member) { p.Login = "budi.santoso" }, "Budi.Santoso", staff.ErrPassword},
		} {
			p := good
			bad.change(&p)
			if _, err := s.Add(ctx, "test", p, bad.password); !errors.Is(err, bad.want) {
				t.Errorf("Add(%+v): %v, want %v", p, err, bad.want)
			}
		}
		all, err := s.List(ctx)
		if err != nil || len(all) != 1 {
			t.Errorf("%d on the list, %v", len(all), err)
		}
	})
}

func TestSigningIn(t *testing.T) {
	withStaff(t, func(s *staff.Store, _ *deskClock, _ staff.Member) {
		ctx := context.Background()
		if st, err := s.SignIn(ctx, "Rina", password, "192.0.2.1"); err != nil || st.Login != "rina" {
			t.Errorf("the right password: %+v, %v", st, err)
		}
		for _, try := range [][2]string{{"rina", "salah-sama-sekali"}, {"rina", ""}, {"siapa", password}, {"rina", strings.Repeat("a", 2000)}} {
			if _, err := s.SignIn(ctx, try[0], try[1], "192.0.2.1"); !errors.Is(err, staff.ErrSignIn) {
				t.Errorf("%q: %v, want ErrSignIn", try[0], err)
			}
		}
		if _, err := s.Add(ctx, "test", staff.Member{Login: "tanpa", Name: "T", Role: staff.Clerk, Agency: "dki"}, ""); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignIn(ctx, "tanpa", "", "192.0.2.2"); !errors.Is(err, staff.ErrSignIn) {
			t.Errorf("without a password: %v, want ErrSignIn", err)
		}
		if err := s.SetDisabled(ctx, "test", "rina", true); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SignIn(ctx, "rina", password, "192.0.2.1"); !errors.Is(err, staff.ErrSignIn) {
			t.Errorf("disabled: %v, want ErrSignIn", err)
		}
		events, err := s.Events(ctx, 50)
		if err != nil || len(events) != 10 {
			t.Errorf("%d events, want 10 (2 added, 1 in, 6 refused, 1 disabled): %v", len(events), err)
		}
		for _, e := range events {
			if e.Login == "siapa" || e.Actor == "siapa" {
				t.Errorf("what was typed for a login nobody has is kept: %+v", e)
			}
		}
	})
}

func TestAPersonChangesThePassword(t *testing.T) {
	withStaff(t, func(s *staff.Store, _ *deskClock, _ staff.Member) {
		ctx := context.Background()
		const next = "kalimat pendek yang lain"
		for _, tt := range []struct {
			present, next string
			want          error
		}{{"salah-sama-sekali", next, staff.ErrSignIn}, {"", next, staff.ErrSignIn}, {password, "pendek", staff.ErrPassword}, {password, next, nil}} {
			if err := s.ChangePassword(ctx, "rina", tt.present, tt.next, "192.0.2.1"); !errors.Is(err, tt.want) {
				t.Errorf("%+v: %v", tt, err)
			}
		}
		if _, err := s.SignIn(ctx, "rina", next, "192.0.2.1"); err != nil {
			t.Error(err)
		}
		m, err := s.Add(ctx, "test", staff.Member{Login: "baru", Name: "Baru", Role: staff.Clerk, Agency: "dki"}, "")
		if err != nil || m.HasPassword {
			t.Fatal(m, err)
		}
		if err := s.ChangePassword(ctx, "baru", "", next, "192.0.2.1"); err != nil {
			t.Errorf("without one: %v", err)
		}
		if m, err := s.Find(ctx, "baru"); err != nil || !m.HasPassword {
			t.Errorf("%+v %v", m, err)
		}
		if err := s.ChangePassword(ctx, "baru", "", "kata-sandi-ketiga", "192.0.2.1"); !errors.Is(err, staff.ErrSignIn) {
			t.Errorf("the second without the first: %v", err)
		}
	})
}

func TestGuessingIsSlowedDown(t *testing.T) {
	withStaff(t, func(s *staff.Store, c *deskClock, _ staff.Member) {
		ctx := context.Background()
		for range 5 {
			if _, err := s.SignIn(ctx, "rina", "salah-sama-sekali", "192.0.2.9"); !errors.Is(err, staff.ErrSignIn) {
				t.Fatal(err)
			}
		}
		_, err := s.SignIn(ctx, "rina", password, "192.0.2.10")
		slow, ok := errors.AsType[*staff.ThrottledError](err)
		if !ok || slow.Wait <= 0 {
			t.Fatalf("after five failures: %v, want a ThrottledError", err)
		}
		c.turn(slow.Wait)
		if _, err := s.SignIn(ctx, "rina", password, "192.0.2.10"); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	})
}

// TestStrangersDoNotShutOutWhoSignsInFromHisPlace: however often they guess at his login, and he is slowed down
// there for his own guesses alone.
func TestStrangersDoNotShutOutWhoSignsInFromHisPlace(t *testing.T) {
	withStaff(t, func(s *staff.Store, c *deskClock, _ staff.Member) {
		ctx := context.Background()
		const desk = "198.51.100.7"
		if _, err := s.SignIn(ctx, "rina", password, desk); err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			_, _ = s.SignIn(ctx, "rina", "salah-sama-sekali", "192.0.2."+strconv.Itoa(i))
		}
		if _, ok := errors.AsType[*staff.ThrottledError](second(s.SignIn(ctx, "rina", password, "192.0.2.200"))); !ok {
			t.Error("strangers are not slowed down")
		}
		if _, err := s.SignIn(ctx, "rina", password, desk); err != nil {
			t.Errorf("from the desk: %v", err)
		}
		for range 5 {
			_, _ = s.SignIn(ctx, "rina", "salah-sama-sekali", desk)
		}
		if _, ok := errors.AsType[*staff.ThrottledError](second(s.SignIn(ctx, "rina", password, desk))); !ok {
			t.Error("guesses from the desk are not slowed down")
		}
		c.turn(31 * 24 * time.Hour)
		for i := range 20 {
			_, _ = s.SignIn(ctx, "rina", "salah-sama-sekali", "192.0.2."+strconv.Itoa(i))
		}
		if _, ok := errors.AsType[*staff.ThrottledError](second(s.SignIn(ctx, "rina", password, desk))); !ok {
			t.Error("a month later the desk is still known")
		}
	})
}

// TestOneAddressGuessesManyLogins: it is slowed down too, but not by the few who mistype in an office.
func TestOneAddressGuessesManyLogins(t *testing.T) {
	withStaff(t, func(s *staff.Store, c *deskClock, _ staff.Member) {
		ctx := context.Background()
		for i := range 30 {
			if i%6 == 0 {
				if _, err := s.SignIn(ctx, "rina", password, "192.0.2.9"); err != nil {
					t.Fatalf("a colleague after %d failures: %v", i, err)
				}
			}
			if _, err := s.SignIn(ctx, "orang"+strconv.Itoa(i), password, "192.0.2.9"); !errors.Is(err, staff.ErrSignIn) {
				t.Fatal(i, err)
			}
		}
		slow, ok := errors.AsType[*staff.ThrottledError](second(s.SignIn(ctx, "lain", password, "192.0.2.9")))
		if !ok {
			t.Fatal("thirty logins from one address are not slowed down")
		}
		if _, err := s.SignIn(ctx, "rina", password, "192.0.2.10"); err != nil {
			t.Errorf("from another address: %v", err)
		}
		c.turn(slow.Wait)
		if _, err := s.SignIn(ctx, "rina", password, "192.0.2.9"); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	})
}

func second[T any](_ T, err error) error { return err }

// TestGuessesAtOnceAreCounted sends them all before the first is answered.
func TestGuessesAtOnceAreCounted(t *testing.T) {
	withStaff(t, func(s *staff.Store, _ *deskClock, _ staff.Member) {
		var wg sync.WaitGroup
		var judged atomic.Int64
		for range 20 {
			wg.Go(func() {
				if _, err := s.SignIn(context.Background(), "rina", "salah-sama-sekali", "192.0.2.9"); errors.Is(err, staff.ErrSignIn) {
					judged.Add(1)
				}
			})
		}
		wg.Wait()
		if judged.Load() != 5 {
			t.Errorf("%d of 20 guesses at once were judged, want 5", judged.Load())
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	withStaff(t, func(s *staff.Store, c *deskClock, st staff.Member) {
		ctx := context.Background()
		open := func() string {
			token, err := s.OpenSession(ctx, st.ID)
			if err != nil {
				t.Fatal(err)
			}
			if found, err := s.Session(ctx, token); err != nil || found.Login != "rina" {
				t.Fatalf("a new session: %+v, %v", found, err)
			}
			return token
		}
		gone := func(what, token string) {
			t.Helper()
			if _, err := s.Session(ctx, token); !errors.Is(err, staff.ErrSession) {
				t.Errorf("%s: %v, want ErrSession", what, err)
			}
		}
		gone("a token nobody made", "X")
		token := open()
		if err := s.CloseSession(ctx, token); err != nil {
			t.Fatal(err)
		}
		gone("signed out", token)
		token = open()
		if err := s.SetPassword(ctx, "test", "rina", "kata-sandi-baru-sekali"); err != nil {
			t.Fatal(err)
		}
		gone("another password", token)
		token = open()
		if err := s.SetDisabled(ctx, "test", "rina", true); err != nil {
			t.Fatal(err)
		}
		gone("disabled", token)
		if err := s.SetDisabled(ctx, "test", "rina", false); err != nil {
			t.Fatal(err)
		}
		token = open()
		c.turn(staff.SessionIdle - time.Minute)
		if _, err := s.Session(ctx, token); err != nil {
			t.Errorf("in use: %v", err)
		}
		c.turn(staff.SessionIdle + time.Minute)
		gone("idle", token)
		token = open()
		for range 15 {
			c.turn(staff.SessionIdle - time.Minute)
			_, _ = s.Session(ctx, token)
		}
		gone("a week old", token)
	})
}

func TestLinksWorkOnce(t *testing.T) {
	withStaff(t, func(s *staff.Store, c *deskClock, _ staff.Member) {
		ctx := context.Background()
		link := func() string {
			token, err := s.NewLink(ctx, "test", "rina", time.Hour)
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		token := link()
		var wg sync.WaitGroup
		var mu sync.Mutex
		in := 0
		for range 8 {
			wg.Go(func() {
				if _, err := s.UseLink(ctx, token); err == nil {
					mu.Lock()
					in++
					mu.Unlock()
				} else if !errors.Is(err, staff.ErrLink) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if in != 1 {
			t.Errorf("a link let %d in, want 1", in)
		}
		late := link()
		c.turn(time.Hour + time.Second)
		if _, err := s.UseLink(ctx, late); !errors.Is(err, staff.ErrLink) {
			t.Errorf("late: %v, want ErrLink", err)
		}
		shut := link()
		if err := s.SetDisabled(ctx, "test", "rina", true); err != nil {
			t.Fatal(err)
		}
		if _, err := s.UseLink(ctx, shut); !errors.Is(err, staff.ErrLink) {
			t.Errorf("disabled: %v, want ErrLink", err)
		}
		if _, err := s.NewLink(ctx, "test", "siapa", time.Hour); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("for nobody: %v, want ErrNotFound", err)
		}
	})
}
