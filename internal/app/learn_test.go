package app

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/history"
	"tanggap/tickets/learned"
)

// versions are those that are kept, the newest first.
func versions(t *testing.T, a *App) []learned.Model {
	t.Helper()
	all, err := learned.New(a.store).List(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAModelIsMadeOnceAndEveryNodeTakesIt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, database string) {
		c := settings(t, database)
		a, stop := start(t, c, Options{})
		begun(t, a)
		first := versions(t, a)
		if len(first) != 1 || first[0].Version != 1 || first[0].Examples < 500 || first[0].Lessons != 0 {
			t.Fatalf("made at first: %+v", first)
		}
		other := a.teacher() // as another node has one
		if err := other.look(t.Context()); err != nil || other.saved.Version != 1 || other.model == nil {
			t.Errorf("another node: %v, version %d", err, other.saved.Version)
		}
		stop()
		a, _ = start(t, c, Options{})
		begun(t, a)
		if again := versions(t, a); len(again) != 1 || !again[0].MadeAt.Equal(first[0].MadeAt) {
			t.Errorf("after the next start: %+v", again)
		}
	})
}

func TestTheNextModelIsMadeOfImportsAndOfWhatWasPassedOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, database string) {
		ctx := t.Context()
		a, _ := start(t, settings(t, database), Options{})
		begun(t, a)
		began := versions(t, a)[0]
		desk := bot.NewDesk(a.bot, a.store)
		for i := range 3 {
			n, err := desk.Report(ctx, "test", tickets.Once{}, channels.Inbound{
				Account: "bot", From: channels.Address{Kind: channels.TelegramID, Value: fmt.Sprint(900 + i)}, Text: fmt.Sprintf("balon udara nyangkut %d di Tebet Timur", i), SentAt: time.Now(),
			})
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(n.Decision.Data), `"model":1`) {
				t.Errorf("the decision does not name its model: %s", n.Decision.Data)
			}
			if err := desk.Transfer(ctx, tickets.Act{Ticket: n.ID, By: "rina"}, "dki.gulkarmat", "balon diturunkan pemadam"); err != nil {
				t.Fatal(err)
			}
		}
		next := a.teacher()
		if err := next.look(ctx); err != nil || len(next.known) != 3 || next.saved.Version != 1 {
			t.Fatalf("%v: %d passed on, version %d", err, len(next.known), next.saved.Version)
		}
		g := next.app.bot.Mind().Lessons()
		if g != 3 {
			t.Errorf("%d lessons are known at once", g)
		}
		var closed []history.Report
		for i := range 10 {
			closed = append(closed, history.Report{Number: fmt.Sprint(i), At: time.Now(), Text: fmt.Sprintf("tiang listrik miring di RT %d, PLN tolong dicek", i), Agency: "dki.binamarga"})
		}
		if _, err := history.New(a.store).Add(ctx, "root", "lapor", closed); err != nil {
			t.Fatal(err)
		}
		if err := next.look(ctx); err != nil || next.saved.Version != 1 {
			t.Fatalf("an import that may go on is learned: %v, version %d", err, next.saved.Version)
		}
		next.now = func() time.Time { return a.store.Now().Add(2 * overlap) }
		next.after = 3
		if err := next.look(ctx); err != nil {
			t.Fatal(err)
		}
		all := versions(t, a)
		if len(all) != 2 || all[0].Version != 2 || all[0].Lessons != 3 || all[0].Examples != began.Examples+13 || all[0].LearnedTo < next.known[2].Event {
			t.Fatalf("began with %+v, have %+v", began, all)
		}
		if next.saved.Version != 2 || len(taught(next.known, next.saved.LearnedTo)) != 0 {
			t.Errorf("not taken: version %d, still to learn %d", next.saved.Version, len(taught(next.known, next.saved.LearnedTo)))
		}
		if guess := next.model.Predict("ada balon udara nyangkut"); next.pack.city.Mind(next.model, nil, router.Trust{}).Lessons() != 0 || len(guess) == 0 {
			t.Errorf("the model says %+v", guess)
		}
	})
}

func TestAModelThatCannotBeReadIsMadeAnew(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, database string) {
		c := settings(t, database)
		a, err := New(t.Context(), c, Options{Log: quiet(), Train: models.Train})
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			over, cancel := context.WithCancel(context.Background())
			cancel()
			if err := a.Run(over); err != nil {
				t.Error(err)
			}
		}()
		if ok, err := learned.New(a.store).Add(t.Context(), learned.Model{Version: 1, Basis: "of another program", Body: []byte("other")}); !ok || err != nil {
			t.Fatal(ok, err)
		}
		node := a.teacher()
		if err := node.look(t.Context()); err == nil || a.bot.Mind() != nil {
			t.Errorf("it is used: %v", err)
		}
		if err := node.look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if node.saved.Version != 2 || node.model == nil {
			t.Errorf("version %d is in force", node.saved.Version)
		}
	})
}

// begun waits until the app works.
func begun(t *testing.T, a *App) {
	t.Helper()
	end := time.Now().Add(20 * time.Second)
	for !a.ready.Load() || a.bot.Mind() == nil {
		if time.Now().After(end) {
			t.Fatal("the app does not begin")
		}
		runtime.Gosched()
	}
}
