package demo

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tanggap/bot"
	"tanggap/internal/app"
	"tanggap/router/classify/classifytest"
	"tanggap/tickets"
)

// models are trained once for all apps.
var models classifytest.Once

// seeded is a demo city with its past, that does not run.
type seeded struct {
	*app.App
	done Seeded
	log  bytes.Buffer
}

// noon is when the cities of these tests start: a Wednesday, so that the week before has working days.
var noon = time.Date(2026, 11, 25, 5, 0, 0, 0, time.UTC)

func city(t *testing.T, dir string) *seeded {
	t.Helper()
	d, err := Start("127.0.0.1:0", dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	s := &seeded{}
	s.App, err = app.New(t.Context(), d.Config(), app.Options{
		Train: models.Train,
		Log:   slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Demo: true, Examples: true,
		Prepare: func(ctx context.Context, b *bot.Bot) (err error) {
			s.done, err = Seed(ctx, d.Config(), b, noon)
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func (s *seeded) tickets(t *testing.T) []tickets.Ticket {
	t.Helper()
	all, more, err := s.Store().List(t.Context(), tickets.Filter{Limit: 200})
	if err != nil || more != "" {
		t.Fatal(more, err)
	}
	return all
}

func TestTheWeekHoldsWhatADeskMeets(t *testing.T) {
	s := city(t, t.TempDir())
	all := s.tickets(t)
	if len(all) < 60 || len(all) > 120 || len(s.done.Refused) != 0 || s.done.Acts < 100 {
		t.Errorf("%d tickets, %+v", len(all), s.done)
	}
	states, outcomes, accounts, agencies := map[tickets.State]int{}, map[tickets.Outcome]int{}, map[string]int{}, map[string]int{}
	sealed, urgent, late, english := 0, 0, 0, 0
	for _, x := range all {
		states[x.State]++
		outcomes[x.Outcome]++
		accounts[x.Return.Account]++
		agencies[x.Agency]++
		sealed += count(x.Sealed)
		urgent += count(x.Emergency)
		late += count(x.State.Open() && !x.DueAt.IsZero() && x.DueAt.Before(noon))
		english += count(x.Language == "en")
		if x.CreatedAt.After(noon) || x.UpdatedAt.After(noon) {
			t.Errorf("%s is of the future", x.Reference)
		}
		events, err := s.Store().Events(t.Context(), x.ID)
		if err == nil {
			err = tickets.VerifyChain(x, events)
		}
		if err != nil {
			t.Error(err)
		}
	}
	for _, st := range tickets.States() {
		if states[st] == 0 {
			t.Errorf("no ticket is %s: %v", st, states)
		}
	}
	for _, o := range []tickets.Outcome{tickets.Confirmed, tickets.Unanswered, tickets.NotReached} {
		if outcomes[o] == 0 {
			t.Errorf("no ticket ended as %s", o)
		}
	}
	if len(accounts) != 4 || len(agencies) < 12 || sealed != 1 || urgent < 1 || late < 2 || english < 3 {
		t.Errorf("accounts %v, agencies %v, sealed %d, urgent %d, late %d, English %d", accounts, agencies, sealed, urgent, late, english)
	}
	odd, _, err := s.Store().Quarantine(t.Context(), 10, "")
	if err != nil || len(odd) != 2 {
		t.Errorf("%d in quarantine, %v", len(odd), err)
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestTheWeekLeavesNothingToSend(t *testing.T) {
	s := city(t, t.TempDir())
	for _, name := range []string{"bot", "mail", "sms", "smsc"} {
		left, err := s.Store().Claim(t.Context(), name, 10, time.Minute)
		if err != nil || len(left) != 0 {
			t.Errorf("%s has %d to send to phones of today, %v", name, len(left), err)
		}
	}
	files, err := s.Store().PendingFiles(t.Context(), 10)
	if err != nil || len(files) != 0 {
		t.Errorf("%d files to fetch, %v", len(files), err)
	}
}

// story is what a week looks like, without what is drawn by chance: references and ids.
func (s *seeded) story(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, x := range s.tickets(t) {
		fmt.Fprintln(&b, x.CreatedAt, x.UpdatedAt, x.DueAt, x.State, x.Agency, x.Category, x.Version)
		thread, err := s.Store().Thread(t.Context(), x.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range thread {
			fmt.Fprintln(&b, l.CreatedAt, l.Direction, l.Author, l.Sent.State, len(l.Files))
		}
	}
	return b.String()
}

func TestTheWeekIsTheSameEachTimeAndOnce(t *testing.T) {
	dir := t.TempDir()
	first := city(t, dir)
	want := first.story(t)
	if other := city(t, t.TempDir()); other.story(t) != want {
		t.Error("two weeks differ")
	}
	first.Close()
	again := city(t, dir)
	if again.story(t) != want || again.done.Reports != 0 {
		t.Errorf("seeded twice: %+v", again.done)
	}
}

func TestTheWeeksWordsStayOutOfLogs(t *testing.T) {
	s := city(t, t.TempDir())
	w, err := readWeek()
	if err != nil {
		t.Fatal(err)
	}
	for _, story := range w.Story {
		if who := w.Person[story.By]; strings.Contains(s.log.String(), story.Text) || strings.Contains(s.log.String(), who.Address) {
			t.Errorf("the log tells of %s", story.By)
		}
	}
}
