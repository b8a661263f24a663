package e2e

import (
	"fmt"
	"testing"
	"time"

	"tanggap/internal/browser"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// spoken is a reference as people read it.
func spoken(reference string) string { return tickets.Reference(reference).String() }

// TestOneKeyTeachesTheNextReport: what the router was not sure of, a clerk gives to an agency on the triage page;
// the next citizen's like report goes there by itself, and its page names the correction as the reason.
func TestOneKeyTeachesTheNextReport(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k, tg := telegramCity(t, database)
		write := func(id int64, text string) {
			tg.Write(sim.TelegramDraft{From: sim.TelegramUser{ID: id, Name: "Budi", Language: "id"}, Text: text})
		}
		write(41, "Lampu taman waduk pluit mati smua, gelap bnyk yg pacaran")
		first := k.queue("", 1)[0]
		if first.State != "triage" {
			t.Fatalf("the router is sure of the first: %+v", first)
		}
		clerk := k.hires("rina", staff.Dispatcher, "dki", browser.Options{})
		clerk.Has(spoken(first.Reference))
		clerk.Has("menangani")
		clerk.Fits()
		// Whichever key it is: the router's guesses change with what it knows.
		right := clerk.Text(".proposals [value='dki.tamhut'] kbd")
		wrong := clerk.Text(".proposals button:not([value='dki.tamhut']) kbd")
		// The wrong key is taken back, and nothing is learned of it, on a node that had learned it already.
		lessons := func(n int) { k.until("lessons", func() bool { return k.app.Mind().Lessons() == n }) }
		clerk.Keys(wrong)
		clerk.Has("diteruskan ke")
		lessons(1)
		clerk.Keys("u")
		clerk.Has("ditarik kembali")
		lessons(0)
		clerk.Keys(right)
		clerk.Has("Laporan " + spoken(first.Reference) + " diteruskan ke Dinas Pertamanan")
		clerk.Has("Tidak ada yang menunggu verifikasi")
		if got := clerk.Focus(); got != "case" {
			t.Errorf("the focus is on %q", got)
		}

		lessons(1)
		write(42, "min lampu taman di waduk ria rio pada mati semua, gelap bgt")
		k.queue("", 2)
		next := k.queue("agency=dki.tamhut&q=ria", 1)[0]
		clerk.Open("/console/tickets/" + next.Reference)
		clerk.Has("laporan serupa " + spoken(first.Reference) + " diteruskan petugas ke Dinas Pertamanan")
	})
}

// TestFiftyReportsByKeys: fifty reports that the router left to a person are worked through by keys alone.
func TestFiftyReportsByKeys(t *testing.T) {
	const reports = 50
	k, tg := telegramCity(t, dbtest.New(t, dbtest.SQLite))
	for i := range int64(reports) {
		tg.Write(sim.TelegramDraft{
			From: sim.TelegramUser{ID: 1000 + i, Name: "Warga", Language: "id"},
			Text: fmt.Sprintf("Lampu taman waduk pluit nomor %d mati smua, gelap bnyk yg pacaran", i),
		})
	}
	waiting := k.queue("state=triage&limit=200", reports)
	clerk := k.hires("rina", staff.Dispatcher, "dki", browser.Options{})
	began, presses, slowest := time.Now(), 0, time.Duration(0)
	for i := range reports {
		oldest := waiting[reports-1-i]
		clerk.Has(spoken(oldest.Reference))
		start := time.Now()
		clerk.Keys("1")
		presses++
		clerk.Has("Laporan " + spoken(oldest.Reference) + " diteruskan ke")
		slowest = max(slowest, time.Since(start))
	}
	clerk.Has("Tidak ada yang menunggu verifikasi")
	t.Logf("%d reports, %d keys, %.0f ms from key to next report on average, %d ms at worst",
		reports, presses, float64(time.Since(began).Milliseconds())/reports, slowest.Milliseconds())
	k.queue("state=assigned&limit=200", reports)
	clerk.Keys("u")
	clerk.Has("ditarik kembali")
	clerk.Keys("s")
	clerk.Has("ujung antrean")
	clerk.Keys("s")
	clerk.Has(spoken(waiting[0].Reference))
	// An agency that is not among the three is searched for; what is typed there assigns nothing.
	clerk.Keys("/")
	if got := clerk.Focus(); got != "q" {
		t.Fatalf("the focus is on %q", got)
	}
	clerk.Keys("1 pertamanan")
	clerk.Has(spoken(waiting[0].Reference))
	clerk.Fill("#q", "pertamanan")
	clerk.Keys("\r")
	clerk.Has("Ditemukan: 1")
	clerk.Keys("\r")
	clerk.Has("diteruskan ke Dinas Pertamanan")
	clerk.Has("Tidak ada yang menunggu verifikasi")
	clerk.Keys("?")
	clerk.Has("tarik kembali yang terakhir")
}
