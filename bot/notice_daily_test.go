package bot

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/router"
)

// TestTheDailyListComesOnceInEachZone: at half past seven of the agency's own wall clock, on working days,
// once, also after a restart; who was down at that time sends it until noon.
func TestTheDailyListComesOnceInEachZone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, func(d *router.Definition) {
			d.Agencies[4].Zone, d.Agencies[5].Zone = "Asia/Makassar", "Asia/Jayapura" // lh, damkar
		})
		w.works = func(local time.Time) bool { return local.Day() != 10 } // the day of which is off
		box := map[string]string{"binamarga.selatan": "wib@kota.example.go.id", "lh": "wita@kota.example.go.id", "damkar": "wit@kota.example.go.id"}
		for id, mail := range box {
			w.contact(id, mail, "")
		}
		w.says("mail", "lampu jalan mati di Bukit Duri") // due in a week, on the 9th
		w.says("sms", "sampah menumpuk di Bukit Duri")   // the same
		fire := w.inbound("chat", "kebakaran rumah di Bukit Duri")
		w.receives(fire) // due in an hour
		w.pass(time.Minute)
		if got := w.tell(); len(got) != 3 {
			t.Fatalf("told: %+v", got)
		}
		lists := func(at time.Time, want ...string) {
			t.Helper()
			w.now = at
			w.notices = NewNotices(w.bot, w.store, w.options()) // each look is another start
			got := w.tell()
			for _, name := range want {
				w.gets(got, name+"@kota.example.go.id")
			}
			if len(got) != len(want) {
				t.Errorf("at %s: %d lists, want %d: %+v", at, len(got), len(want), got)
			}
		}
		utc := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour, minute, 0, 0, time.UTC) }
		lists(utc(2, 22, 29))
		lists(utc(2, 22, 30), "wit") // 07:30 at UTC+9 of the 3rd: the fire is late
		lists(utc(2, 23, 30))
		lists(utc(8, 23, 29), "wit") // WIT of the 9th, after days of silence
		lists(utc(8, 23, 30), "wita")
		lists(utc(9, 0, 29))
		lists(utc(9, 0, 30), "wib")
		lists(utc(9, 4, 0))
		lists(utc(10, 3, 0))                 // off
		lists(utc(11, 5, 1))                 // after noon in WIB, so for all
		lists(utc(12, 3, 59), "wita", "wib") // WIT is past noon
		lists(utc(12, 4, 59))
	})
}

func TestTheDailyListTellsWhatIsDueAndLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := opened(t, url, nil)
		w.contact("lh", lhMail, "")
		w.says("sms", "sampah menumpuk di Bukit Duri, nama saya Siti")
		first := w.only()
		w.pass(24 * time.Hour)
		in := w.inbound("sms", "sampah berserakan di Tebet Timur")
		in.From.Value = "+6281200001001"
		w.receives(in)
		w.pass(time.Minute)
		w.tell()
		second := w.all()[0]
		w.now = time.Date(2026, 3, 10, 0, 25, 0, 0, time.UTC) // 07:25 of the day on which the second is due
		in = w.inbound("sms", "sampah lagi di Tebet Timur")
		in.From.Value = "+6281200001002"
		w.receives(in)
		w.pass(6 * time.Second)
		w.gets(w.tell(), lhMail, "1 laporan baru")
		w.pass(5 * time.Minute)
		w.silent(w.tell()) // the agency was written to five minutes ago
		w.pass(5 * time.Minute)
		p := w.gets(w.tell(), lhMail, "Dinas Lingkungan Hidup, 10 Mar: 1 terlambat, 1 jatuh tempo hari ini",
			"Terlambat (1):\n- "+first.Reference.String()+", Sampah, Kelurahan Bukit Duri, tenggat 9 Mar",
			"Jatuh tempo hari ini (1):\n- "+second.Reference.String())
		if strings.Contains(p.Text, "Siti") || strings.Contains(p.Text, "Baru") {
			t.Errorf("the list says\n%s", p.Text)
		}
		w.silent(w.tell())
	})
}

// The words for agencies hold to the rules of the catalogue, but for the length of an SMS.
func TestWordsForAgencies(t *testing.T) {
	all := entriesOf(t, "notice_words.go")
	if len(all) < 15 {
		t.Fatalf("only %d entries were read", len(all))
	}
	known := regexp.MustCompile(`^\{(count|agency|date|late|due|ref|topic|place|text|link)\}$`)
	for name, p := range all {
		ids, ens := placeholder.FindAllString(p.id, -1), placeholder.FindAllString(p.en, -1)
		if strings.TrimSpace(p.id) == "" || strings.TrimSpace(p.en) == "" || len(ids) != len(ens) {
			t.Errorf("%s: %q and %q do not say the same", name, p.id, p.en)
		}
		for _, hole := range append(ids, ens...) {
			if !known.MatchString(hole) || !strings.Contains(p.id, hole) || !strings.Contains(p.en, hole) {
				t.Errorf("%s: nobody fills in %s, or in one language alone", name, hole)
			}
		}
	}
}
