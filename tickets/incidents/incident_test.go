package incidents

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

var now = time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)

func opened(t testing.TB, url string) *tickets.Store {
	t.Helper()
	s, err := tickets.Open(t.Context(), url, tickets.Options{MaxConns: 2, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func flood() Incident {
	return Incident{
		Category: "banjir", Area: "31.74", By: "Siti", EndsAt: now.Add(6 * time.Hour),
		Text: map[string]string{"id": "Petugas sudah di lokasi.", "en": ""},
	}
}

func TestIncidentsAreOpenedOnceChangedAndClosed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx, s := t.Context(), New(opened(t, url))
		id, err := s.Open(ctx, flood())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Open(ctx, flood()); !errors.Is(err, ErrThere) {
			t.Errorf("a second one for the same area and topic: %v", err)
		}
		ends := now.Add(time.Hour)
		if err := s.Edit(ctx, id, map[string]string{"id": "Air surut.", "en": "The water falls."}, ends); err != nil {
			t.Fatal(err)
		}
		want := flood()
		want.ID, want.OpenedAt, want.EndsAt, want.Text = id, now, ends, map[string]string{"id": "Air surut.", "en": "The water falls."}
		got, err := s.One(ctx, id)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if !got.Holds(now) || got.Holds(ends) || got.Says("en") != "The water falls." || got.Says("su") != "Air surut." {
			t.Errorf("%+v", got)
		}
		all, err := s.Current(ctx)
		if len(all) != 1 || err != nil {
			t.Errorf("%+v %v", all, err)
		}
		if err := s.Close(ctx, id); err != nil {
			t.Fatal(err)
		}
		if all, err = s.Current(ctx); len(all) != 0 || err != nil {
			t.Errorf("a closed one is current: %+v %v", all, err)
		}
		if all, err = s.Past(ctx, 0, 10); len(all) != 1 || err != nil || all[0].Holds(now) {
			t.Errorf("%+v %v", all, err)
		}
		for _, err := range []error{s.Close(ctx, id), s.Edit(ctx, id, nil, ends)} {
			if !errors.Is(err, tickets.ErrNotFound) {
				t.Errorf("a closed one is changed: %v", err)
			}
		}
		if _, err := s.One(ctx, 7); !errors.Is(err, tickets.ErrNotFound) {
			t.Error(err)
		}
		if _, err := s.Open(ctx, flood()); err != nil {
			t.Errorf("after the first was closed: %v", err)
		}
	})
}

func TestTasksAreFoundUntilTheyAreFinished(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx, s := t.Context(), New(opened(t, url))
		want, err := s.Begin(ctx, Task{Incident: 4, What: Answer, By: "Siti", Reply: Reply{Text: map[string]string{"id": "Surut."}, Resolve: true}})
		if err != nil {
			t.Fatal(err)
		}
		if want.Upto != want.ID {
			t.Errorf("a task is about tickets up to %d of %d", want.Upto, want.ID)
		}
		all, err := s.Unfinished(ctx)
		if diff := cmp.Diff([]Task{want}, all); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		for range 2 {
			if err := s.Finish(ctx, want.ID, 3, 1); err != nil {
				t.Fatal(err)
			}
		}
		if all, err = s.Unfinished(ctx); len(all) != 0 || err != nil {
			t.Errorf("%+v %v", all, err)
		}
		all, err = s.Tasks(ctx, 4, 5)
		if err != nil || len(all) != 1 || all[0].Done != 3 || all[0].Failed != 1 || !all[0].DoneAt.Equal(now) {
			t.Errorf("%+v %v", all, err)
		}
	})
}

func TestAnAnswerIsInTheReadersLanguageAndLength(t *testing.T) {
	r := Reply{Text: map[string]string{"id": "panjang", "en": "long"}, Short: map[string]string{"id": "pendek"}}
	for _, c := range []struct {
		lang  string
		short bool
		want  string
	}{{"id", false, "panjang"}, {"id", true, "pendek"}, {"en", false, "long"}, {"en", true, "long"}, {"", false, "panjang"}} {
		if got := r.In(c.lang, c.short); got != c.want {
			t.Errorf("%q short %v: %q, want %q", c.lang, c.short, got, c.want)
		}
	}
	if got := (&Reply{}).In("id", true); got != "" {
		t.Error(got)
	}
}
