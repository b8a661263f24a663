package bot

import (
	"testing"

	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/tickets"
)

// inBukit lies in the square that outlined draws around Bukit Duri, inTebet in the one beside it.
var (
	inBukit = router.Point{Lat: -6.215, Lng: 106.855}
	inTebet = router.Point{Lat: -6.215, Lng: 106.865}
)

// outlined is the small town with borders.
func outlined(t *testing.T) *router.City {
	return smallTown(t, func(d *router.Definition) {
		square := func(west int32) [][]int32 {
			return [][]int32{{west, -622000, west + 1000, -622000, west + 1000, -621000, west, -621000, west, -622000}}
		}
		d.Places.Areas[1].Rings, d.Places.Areas[2].Rings = square(10686000), square(10685000)
	})
}

func TestAPhotoTellsThePlaceThatNobodyNamed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := settle(t, url, outlined(t))
		taken := func(id int64, at router.Point) {
			t.Helper()
			if err := w.desk.PlaceByPhoto(t.Context(), id, at); err != nil {
				t.Fatal(err)
			}
			w.deliver("sent")
		}
		w.says("chat", "selokan mampet baunya minta ampun")
		n := w.wants(w.only().ID, tickets.Triage, "kota")
		for _, elsewhere := range []router.Point{{Lat: -7.5, Lng: 110.2}, {Lat: 0, Lng: 0}} {
			taken(n.ID, elsewhere)
			if got := w.wants(n.ID, tickets.Triage, "kota"); got.Located || got.Version != n.Version {
				t.Errorf("a photo from beyond the city: %+v", got)
			}
		}
		taken(n.ID, inBukit)
		n = w.wants(n.ID, tickets.Assigned, "kel.bukit")
		if n.Area != "31.74.02" || !n.Located || n.Lat != inBukit.Lat || n.Question != tickets.NoQuestion || n.DueAt.IsZero() {
			t.Errorf("%+v", n)
		}
		w.hears("notice", "Kel. Bukit Duri")
		w.has(w.events(n), "router located", "router routed", "router moved")
		sent := len(w.sent)
		taken(n.ID, inTebet) // the second picture
		if again := w.wants(n.ID, tickets.Assigned, "kel.bukit"); again.Version != n.Version || len(w.sent) != sent {
			t.Errorf("a second photo changes %+v", again)
		}
	})
}

func TestAPhotoContradictsNoWord(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), outlined(t))
	w.says("sms", "selokan mampet baunya minta ampun di Tebet Timur")
	n := w.wants(w.only().ID, tickets.Assigned, "kel.tebet")
	for _, tt := range []struct {
		at      router.Point
		located bool
	}{{inBukit, false}, {inTebet, true}} {
		if err := w.desk.PlaceByPhoto(t.Context(), n.ID, tt.at); err != nil {
			t.Fatal(err)
		}
		if got := w.wants(n.ID, tickets.Assigned, "kel.tebet"); got.Located != tt.located || got.Area != n.Area {
			t.Errorf("%+v: %+v", tt.at, got)
		}
	}
	w.move(n, tickets.Step{To: tickets.Resolved, Text: "Sudah."})
	if err := w.desk.PlaceByPhoto(t.Context(), n.ID, inTebet); err != nil {
		t.Error(err)
	}
}
