package edits_test

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/edits"
)

func each(t *testing.T, f func(*testing.T, *edits.Store)) {
	dbtest.Each(t, func(t *testing.T, url string) {
		db, err := tickets.Open(context.Background(), url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		f(t, edits.New(db))
	})
}

func value(key, text string) edits.Change {
	return edits.Change{Section: "category", Key: key, Value: json.RawMessage(text), Base: json.RawMessage(`{"agency":"a"}`)}
}

func TestTheNewestVersionCounts(t *testing.T) {
	each(t, func(t *testing.T, s *edits.Store) {
		ctx := t.Context()
		if all, v, err := s.Current(ctx); err != nil || len(all) != 0 || v != 0 {
			t.Fatalf("nothing: %v %d %v", all, v, err)
		}
		for i, changes := range [][]edits.Change{
			{value("banjir", `{"agency":"b"}`), value("lampu", `{"agency":"c"}`)},
			{value("banjir", `{"agency":"d"}`)},
			{value("lampu", ""), value("sampah", `{}`)},
		} {
			seen, err := s.Version(ctx)
			if err != nil {
				t.Fatal(err)
			}
			v, err := s.Save(ctx, "siti", "karena", seen, changes...)
			if err != nil || v != seen+int64(len(changes)) {
				t.Fatalf("%d: %d %v", i, v, err)
			}
		}
		all, v, err := s.Current(ctx)
		if err != nil || v != 5 || len(all) != 2 || all[0].Key != "banjir" || string(all[0].Value) != `{"agency":"d"}` || all[0].By != "siti" || all[0].Why != "karena" || all[0].At.IsZero() || string(all[0].Base) != `{"agency":"a"}` {
			t.Fatalf("%+v %d %v", all, v, err)
		}
		past, err := s.History(ctx, "category", "lampu", 10)
		if err != nil || len(past) != 2 || !past[0].Returns() || past[1].Returns() || past[1].Version != 2 {
			t.Errorf("%+v %v", past, err)
		}
		if recent, err := s.Recent(ctx, 2); err != nil || len(recent) != 2 || recent[0].Key != "sampah" {
			t.Errorf("%+v %v", recent, err)
		}
	})
}

// TestOneOfManyWritersIsTaken lets many save over the same version: the others are told, and nothing of theirs is kept.
func TestOneOfManyWritersIsTaken(t *testing.T) {
	each(t, func(t *testing.T, s *edits.Store) {
		var writers sync.WaitGroup
		taken := make(chan error, 8)
		for range cap(taken) {
			writers.Go(func() {
				_, err := s.Save(t.Context(), "siti", "x", 0, value("banjir", `{}`), value("lampu", `{}`))
				taken <- err
			})
		}
		writers.Wait()
		close(taken)
		n := 0
		for err := range taken {
			switch {
			case err == nil:
				n++
			case !errors.Is(err, edits.ErrStale):
				t.Error(err)
			}
		}
		if v, err := s.Version(t.Context()); n != 1 || v != 2 || err != nil {
			t.Errorf("%d were taken, version %d, %v", n, v, err)
		}
	})
}
