package history

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

func opened(t testing.TB, url string) *tickets.Store {
	t.Helper()
	s, err := tickets.Open(t.Context(), url, tickets.Options{MaxConns: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func reports(from, n int) []Report {
	all := make([]Report, n)
	for i := range all {
		at := time.Date(2024, 3, 1, 8, 0, 0, 0, time.UTC).Add(time.Duration(from+i) * time.Hour)
		all[i] = Report{
			Number: fmt.Sprint(8000000 + from + i), At: at, Title: "Lampu mati", Text: fmt.Sprintf("lampu jalan mati di gang %d", from+i),
			Agency: "a", Category: "lampu", Kind: tickets.Complaint, Language: "id", Answer: "Sudah diperbaiki.", AnsweredAt: at.Add(48 * time.Hour), ClosedAt: at.Add(72 * time.Hour),
		}
	}
	return all
}

// counts are the rows of the tables that make somebody do something.
func counts(t *testing.T, s *tickets.Store) map[string]int {
	t.Helper()
	all := map[string]int{}
	for name, q := range map[string]string{
		"outbox": `SELECT count(*) FROM outbox`, "parts": `SELECT count(*) FROM outbox_part`, "notices": `SELECT count(*) FROM notice`, "timers": `SELECT count(*) FROM timer`,
		"inbox": `SELECT count(*) FROM inbox`, "citizens": `SELECT count(*) FROM citizen`, "addresses": `SELECT count(*) FROM address`,
		"open": `SELECT count(*) FROM ticket WHERE state IN ('triage', 'assigned', 'in_progress', 'pending', 'resolved')`,
		"due":  `SELECT count(*) FROM ticket WHERE due_at > 0`,
	} {
		var n int
		if err := s.Row(t.Context(), q).Scan(&n); err != nil {
			t.Fatal(err)
		}
		all[name] = n
	}
	return all
}

func TestImportedReportsAreNobodysWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		db := opened(t, url)
		before := counts(t, db)
		s := New(db)
		if n, err := s.Add(ctx, "command", "lapor", reports(0, 300)); n != 300 || err != nil {
			t.Fatal(n, err)
		}
		if diff := cmp.Diff(before, counts(t, db)); diff != "" {
			t.Errorf("(-before +after):\n%s", diff)
		}
		marks, err := db.NoticeMarks(ctx, []string{"a"})
		if err != nil {
			t.Fatal(err)
		}
		bulletins, err := db.Bulletins(ctx, []tickets.NoticeMark{marks["a"]})
		if err != nil || len(bulletins[0].Notices) != 0 {
			t.Errorf("%+v %v", bulletins, err)
		}
	})
}

func TestEachNumberIsImportedOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := New(opened(t, url))
		// Twice in one call, again in a later one, and from two at the same time.
		if n, err := s.Add(ctx, "command", "lapor", append(reports(0, 100), reports(50, 100)...)); n != 150 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := s.Add(ctx, "command", "lapor", reports(0, 151)); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		if n, err := s.Add(ctx, "command", "lapor2", reports(0, 1)); n != 1 || err != nil {
			t.Fatal("another system has numbers of its own:", n, err)
		}
		sums := make(chan int)
		for range 3 {
			go func() {
				n, err := s.Add(context.WithoutCancel(ctx), "command", "lapor", reports(1000, 200))
				if err != nil {
					t.Error(err)
				}
				sums <- n
			}()
		}
		if n := <-sums + <-sums + <-sums; n != 200 {
			t.Errorf("three imports of 200 reports added %d", n)
		}
		for _, wrong := range []string{"", strings.Repeat("9", 201)} {
			if _, err := s.Add(ctx, "command", "lapor", []Report{{Number: wrong}}); err == nil {
				t.Errorf("a number of %d bytes is taken", len(wrong))
			}
		}
	})
}

func TestAnImportedTicket(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		db := opened(t, url)
		s := New(db)
		one := reports(0, 1)
		one[0].Text = "lampu\x00 mati \xff di gang"
		one[0].Number = "LP\x00-1"
		if n, err := s.Add(ctx, "command", "lapor", append(one, reports(1, 2)...)); n != 3 || err != nil {
			t.Fatal(n, err)
		}
		// By the number that it had, and by its words; nothing of it is among what is open.
		for _, words := range []string{"lp-1", "gang \uFFFD mati"} {
			found, _, err := db.List(ctx, tickets.Filter{Text: words})
			if err != nil || len(found) != 1 || found[0].ExternalIDs["lapor"] != "LP-1" {
				t.Fatalf("%q finds %+v %v", words, found, err)
			}
		}
		found, _, err := db.List(ctx, tickets.Filter{Agencies: []string{"a"}, States: []tickets.State{tickets.Closed}})
		if err != nil || len(found) != 3 {
			t.Fatalf("%+v %v", found, err)
		}
		for i := range found {
			events, err := db.Events(ctx, found[i].ID)
			if err != nil || len(events) != 1 || events[0].Type != Imported || events[0].Actor != "command" {
				t.Fatalf("%+v %v", events, err)
			}
			if err := tickets.VerifyChain(found[i], events); err != nil {
				t.Error(err)
			}
			if strings.Contains(string(events[0].Data), "gang") {
				t.Errorf("the event holds the text: %s", events[0].Data)
			}
		}
		k := found[0] // the newest report first
		want := reports(2, 1)[0]
		if k.ExternalIDs["lapor"] != want.Number || !k.CreatedAt.Equal(want.At) || !k.ClosedAt.Equal(want.ClosedAt) || !k.ResolvedAt.Equal(want.AnsweredAt) ||
			k.Subject != "LAPOR 8000002: Lampu mati" || k.CitizenID != 0 || !k.Return.Mute || !k.DueAt.IsZero() {
			t.Errorf("%+v", k)
		}
		if ref, ok := tickets.ParseReference(string(k.Reference)); !ok || ref != k.Reference {
			t.Errorf("the reference is %q", k.Reference)
		}
		if byRef, err := db.Ticket(ctx, k.Reference); err != nil || byRef.ID != k.ID {
			t.Errorf("%v", err)
		}
		thread, err := db.Thread(ctx, k.ID)
		if err != nil || len(thread) != 2 || thread[0].Text != want.Text || thread[1].Text != want.Answer || thread[1].Direction != tickets.Out || thread[1].Sent.State != "" {
			t.Errorf("%+v %v", thread, err)
		}
	})
}

// Whoever counts what came in since a time counts by ids: history is older than all of it.
func TestHistoryIsBelowWhatCameIn(t *testing.T) {
	for _, at := range []time.Time{{}, time.Date(2004, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC), time.Date(2087, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if id := idOf(at); id <= 0 || id >= tickets.FirstID(time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("the id of %v is %d", at, id)
		}
	}
	if a, b := idOf(time.Unix(1.7e9, 0)), idOf(time.Unix(1.7e9+3600, 0)); a >= b {
		t.Error("the later report has the lesser id")
	}
}

func TestExamples(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := New(opened(t, url))
		all := reports(0, 10)
		all[3].Sealed = true
		all[4].Title = ""
		// Later reports first: examples go by when they were imported.
		for _, part := range [][]Report{all[5:], all[:5]} {
			if _, err := s.Add(ctx, "command", "lapor", part); err != nil {
				t.Fatal(err)
			}
		}
		var got []string
		for after := int64(0); ; {
			page, err := s.Examples(ctx, after, 4)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				if e.Agency != "a" || e.Category != "lampu" || e.At.IsZero() {
					t.Errorf("%+v", e)
				}
				got, after = append(got, e.Text), e.ID
			}
			if len(page) < 4 {
				break
			}
		}
		var want []string
		for _, i := range []int{5, 6, 7, 8, 9, 0, 1, 2} {
			want = append(want, fmt.Sprintf("Lampu mati\nlampu jalan mati di gang %d", i))
		}
		if diff := cmp.Diff(append(want, "lampu jalan mati di gang 4"), got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
