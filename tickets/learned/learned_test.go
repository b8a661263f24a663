package learned_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/learned"
)

func open(t *testing.T, url string) *learned.Store {
	t.Helper()
	db, err := tickets.Open(context.Background(), url, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return learned.New(db)
}

func TestTheNewestModelIsTheOneInForceAndTenAreKept(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		s := open(t, url)
		if m, ok, err := s.After(ctx, 0); err != nil || ok {
			t.Fatalf("at first: %+v, %v, %v", m, ok, err)
		}
		made := time.Date(2026, 11, 26, 1, 2, 3, 4000, time.UTC)
		for v := int64(1); v <= learned.Kept+3; v++ {
			m := learned.Model{Version: v, MadeAt: made, Basis: "b", LearnedTo: 7 * v, Examples: 30, Lessons: 2, Body: []byte{0, 1, byte(v)}}
			if ok, err := s.Add(ctx, m); err != nil || !ok {
				t.Fatal(v, ok, err)
			}
		}
		m, ok, err := s.After(ctx, 3)
		if err != nil || !ok || m.Version != learned.Kept+3 || !m.MadeAt.Equal(made) || m.LearnedTo != 7*m.Version || !bytes.Equal(m.Body, []byte{0, 1, byte(m.Version)}) {
			t.Errorf("the newest is %+v, %v, %v", m, ok, err)
		}
		if _, ok, err := s.After(ctx, m.Version); ok || err != nil {
			t.Errorf("something newer than the newest: %v, %v", ok, err)
		}
		all, err := s.List(ctx)
		if err != nil || len(all) != learned.Kept || all[0].Version != m.Version || all[len(all)-1].Version != 4 || all[0].Body != nil {
			t.Errorf("kept are %+v, %v", all, err)
		}
	})
}

func TestOfTwoNodesOneMakesTheNextModel(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		nodes := []*learned.Store{s, s}
		var first [2]bool
		var work sync.WaitGroup
		for i, s := range nodes {
			work.Go(func() {
				var err error
				if first[i], err = s.Add(context.Background(), learned.Model{Version: 1, Basis: fmt.Sprint(i), Body: []byte("x")}); err != nil {
					t.Error(err)
				}
			})
		}
		work.Wait()
		if first[0] == first[1] {
			t.Fatalf("first: %v", first)
		}
		for _, s := range nodes {
			if m, ok, err := s.After(context.Background(), 0); err != nil || !ok || (m.Basis == "0") != first[0] {
				t.Errorf("%+v, %v, %v", m, ok, err)
			}
		}
	})
}
