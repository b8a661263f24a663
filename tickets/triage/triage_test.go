package triage_test

import (
	"context"
	"slices"
	"testing"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/triage"
)

func TestEmergenciesComeFirstThenTheOldest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		db, err := tickets.Open(ctx, url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		read := triage.New(db)
		if l, err := read.Waiting(ctx, "kota", triage.Mark{}); err != nil || len(l.Entries) != 0 || l.Waiting != 0 {
			t.Fatalf("of nobody: %+v %v", l, err)
		}
		file := func(agency string, state tickets.State, emergency bool) int64 {
			t.Helper()
			n := tickets.Ticket{
				ID: db.NewID(), Reference: tickets.DrawReference(), Version: 1, Kind: tickets.Complaint, State: state, Agency: agency, Language: "id",
				Emergency: emergency, CreatedAt: db.Now(), UpdatedAt: db.Now(), CitizenID: 1,
			}
			err := db.Write(ctx, func(tx tickets.Tx) error {
				if _, err := tx.Exec(`INSERT INTO citizen (id, name, language, quiet, created_at) VALUES (1, '', '', false, 0) ON CONFLICT (id) DO NOTHING`); err != nil {
					return err
				}
				return tx.File([]tickets.Ticket{n}, nil, nil)
			})
			if err != nil {
				t.Fatal(err)
			}
			return n.ID
		}
		first := file("kota", tickets.Triage, false)
		file("kota", tickets.Assigned, false)
		file("dinas", tickets.Triage, true)
		second := file("kota", tickets.Triage, false)
		urgent := file("kota", tickets.Triage, true)
		file("kota", tickets.Assigned, true)
		late := file("kota", tickets.Triage, true)
		order := func(m triage.Mark) (ids []int64) {
			t.Helper()
			l, err := read.Waiting(ctx, "kota", m)
			if err != nil || l.Waiting != 4 || l.Urgent != 2 {
				t.Errorf("%+v %v, want 4 with 2 emergencies", l, err)
			}
			for _, e := range l.Entries {
				if e.Emergency != (e.Ticket == urgent || e.Ticket == late) || e.Reference == "" {
					t.Errorf("%+v", e)
				}
				ids = append(ids, e.Ticket)
			}
			return ids
		}
		var m triage.Mark
		all := []int64{urgent, late, first, second}
		for i := range all {
			if got := order(triage.ParseMark(m.String())); !slices.Equal(got, all[i:]) {
				t.Errorf("after %d: %v, want %v", i, got, all[i:])
			}
			m = m.Past(triage.Entry{Ticket: all[i], Emergency: i < 2})
		}
		if got := order(m); len(got) != 0 {
			t.Errorf("at the end: %v", got)
		}
		for range triage.Ahead + 5 {
			file("kantor", tickets.Triage, false)
		}
		if l, err := read.Waiting(ctx, "kantor", triage.Mark{}); err != nil || len(l.Entries) != triage.Ahead || l.Waiting != triage.Ahead+5 {
			t.Errorf("%d of %d, %v", len(l.Entries), l.Waiting, err)
		}
	})
}

func TestMarksOfStrangersAreTheBeginning(t *testing.T) {
	for _, s := range []string{"", ".", "x", "!.!", "-1.-5", "5.", "zzzzzzzzzzzzzzzzzzzz.1"} {
		if got := triage.ParseMark(s); got != (triage.Mark{}) {
			t.Errorf("%q is %+v", s, got)
		}
	}
}
