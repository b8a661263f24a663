package backup

import (
	"context"
	"testing"
	"time"

	"tanggap/internal/blobs"
	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

// A restored city announces nothing that was there when the backup was made: agencies heard of it, or see it
// in the list of what is due. What comes after the restore is news.
func TestOldTicketsAreNotAnnouncedAgain(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := newTown(t, url)
		for _, event := range []string{"1:0", "2:0", "3:0"} {
			w.write(event)
		}
		w.work()
		w.passOn("dlh")
		if news := w.news(); news["dsda"] != 2 || news["dlh"] != 1 {
			t.Fatalf("before the backup there is to tell: %v", news)
		}
		path, _ := w.backup()
		for _, dialect := range []string{dbtest.SQLite, dbtest.Postgres} {
			t.Run("onto "+dialect, func(t *testing.T) {
				place := elsewhere(t, dialect)
				if _, err := Restore(t.Context(), path, place); err != nil {
					t.Fatal(err)
				}
				w := &town{t: t, place: place}
				var err error
				if w.files, err = blobs.Open(place.Attachments); err != nil {
					t.Fatal(err)
				}
				w.open()
				if news := w.news(); len(news) != 0 {
					t.Errorf("old tickets are told again: %v", news)
				}
				w.write("4:0")
				w.work()
				w.passOn("dlh")
				if news := w.news(); news["dlh"] != 1 {
					t.Errorf("of what came after the restore is told: %v", news)
				}
			})
		}
	})
}

// passOn moves the newest ticket to another agency.
func (w *town) passOn(agency string) {
	w.t.Helper()
	newest, _, err := w.store.List(context.Background(), tickets.Filter{Limit: 1})
	if err != nil || len(newest) != 1 {
		w.t.Fatal(len(newest), err)
	}
	act := tickets.Act{Ticket: newest[0].ID, By: "clerk", Once: tickets.Once{Scope: "t", Key: string(newest[0].Reference), Request: "r"}}
	_, _, err = w.store.Work(context.Background(), act, func(sit tickets.Situation) (tickets.Change, error) {
		k := sit.Cases[0].Ticket
		k.Agency = agency
		return tickets.Change{Tickets: []tickets.Ticket{k}, Events: []tickets.Event{{TicketID: k.ID, Type: "transferred"}}}, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// news is how much there is to tell each agency, as somebody sees it whose clock is a minute ahead: ids of
// the last seconds are left alone.
func (w *town) news() map[string]int {
	w.t.Helper()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
	ahead, err := tickets.Open(context.Background(), w.place.Database, tickets.Options{Now: func() time.Time { return time.Now().Add(time.Minute) }})
	if err != nil {
		w.t.Fatal(err)
	}
	marks, err := ahead.NoticeMarks(context.Background(), []string{"dsda", "dlh"})
	if err != nil {
		w.t.Fatal(err)
	}
	bulletins, err := ahead.Bulletins(context.Background(), []tickets.NoticeMark{marks["dsda"], marks["dlh"]})
	if err != nil {
		w.t.Fatal(err)
	}
	news := map[string]int{}
	for _, b := range bulletins {
		if len(b.Notices) > 0 {
			news[b.Agency] = len(b.Notices)
		}
	}
	if err := ahead.Close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
	return news
}
