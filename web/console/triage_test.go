package console_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tanggap/channels"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

const (
	parkLamp = "Lampu taman waduk pluit mati smua, gelap bnyk yg pacaran"
	fire     = "tolong rumah kebakaran di jl kebon kacang, api besar, ada orang di dalam"
	nothing  = "zzyx qwrt vbnm plok"
	at       = "/console/triage"
)

var anyHidden = regexp.MustCompile(`<input type="hidden" name="([a-z.]+)" value="([^"]*)"`)

// formOf is what the form that goes to a path carries along on a page, and the values given in pairs.
func (w *town) formOf(page, action string, pairs ...string) url.Values {
	w.t.Helper()
	_, rest, ok := strings.Cut(page, `action="`+action+`"`)
	if !ok {
		w.t.Fatalf("no form goes to %s:\n%s", action, page)
	}
	rest, _, _ = strings.Cut(rest, "</form>")
	f := url.Values{}
	for _, m := range anyHidden.FindAllStringSubmatch(rest, -1) {
		f.Set(m[1], m[2])
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

func assignPath(t tickets.Ticket) string { return at + "/" + string(t.Reference) + "/assign" }
func undoPath(t tickets.Ticket) string   { return at + "/" + string(t.Reference) + "/undo" }

// TestTriageGoesFromReportToReport: the emergency first, then the oldest; what is passed over comes again; what was
// assigned can be taken back.
func TestTriageGoesFromReportToReport(t *testing.T) {
	each(t, func(w *town) {
		first, second := w.reports("smsc", parkLamp), w.reports("bot", nothing)
		if first.State != tickets.Triage || second.State != tickets.Triage {
			t.Fatalf("%s %s", first.State, second.State)
		}
		rina := w.hires("rina", staff.Dispatcher, root)
		page := rina.sees(at)
		w.has(page, first.Reference.String(), "Lampu taman waduk", "Menunggu: 2", `name="agency" value="`+lights+`"`, `name="topic.`+lights+`"`, "menunjuk pada", "Mengapa sistem ragu")
		w.lacks(page, "Sari", "81234567890", second.Reference.String())

		_, led, page := rina.get(at + "?" + regexp.MustCompile(`href="/console/triage\?([^"]*)" rel="next"`).FindStringSubmatch(page)[1])
		w.has(page, second.Reference.String(), "tidak punya usulan")
		_, _, page = rina.get(led + "&q=pertamanan")
		w.has(page, `value="dki.tamhut"`)
		_, led, page = rina.post(assignPath(second), w.formOf(page, assignPath(second), "agency", "dki.tamhut"))
		if got := w.now(second); got.Agency != "dki.tamhut" || got.State != tickets.Assigned {
			t.Errorf("%s at %s", got.State, got.Agency)
		}
		w.has(page, "ujung antrean", "diteruskan ke Dinas Pertamanan", "Menunggu: 1", "Mulai lagi")

		_, _, page = rina.post(undoPath(second), w.formOf(page, undoPath(second)))
		got := w.now(second)
		if got.State != tickets.Triage || got.Agency != root {
			t.Errorf("taken back: %s at %s", got.State, got.Agency)
		}
		w.has(page, second.Reference.String(), "ditarik kembali", "Menunggu: 2")
		w.lacks(page, "/undo")
		if led == "" || strings.Contains(w.log.String(), "Lampu taman") {
			t.Error("the log tells what a citizen wrote")
		}
		events, err := w.Events(t.Context(), second.ID)
		if err != nil {
			t.Fatal(err)
		}
		passed := 0
		for _, e := range events {
			if e.Type == "transferred" {
				passed++
			}
		}
		if passed != 1 {
			t.Errorf("%d transfers, want the one: what is taken back is moved", passed)
		}

		urgent := w.reports("bot", fire)
		if urgent.State != tickets.Triage { // it went to who helps at once, who sends it back
			rina.post(path(urgent)+"/move", rina.form(urgent, "to", "triage", "reason", "Periksa lagi."))
		}
		w.has(rina.sees(at), urgent.Reference.String(), "darurat: 1", "Menunggu: 3")
	})
}

// TestTwoAtTheLineNeverAssignTwice: two people are given two reports; who has the same one before him and comes
// late is told, and shown the next.
func TestTwoAtTheLineNeverAssignTwice(t *testing.T) {
	each(t, func(w *town) {
		first, second := w.reports("smsc", parkLamp), w.reports("bot", vague)
		rina, budi := w.hires("rina", staff.Dispatcher, root), w.hires("budi", staff.Dispatcher, root)
		page := rina.sees(at)
		w.has(page, first.Reference.String())
		w.has(budi.sees(at), second.Reference.String())
		same := budi.sees(at + "?ref=" + string(first.Reference))
		w.has(same, first.Reference.String(), "RINA juga sedang membaca")

		form := w.formOf(page, assignPath(first), "agency", lights, "topic."+lights, "banjir")
		rina.post(assignPath(first), form)
		rina.post(assignPath(first), form) // the key pressed twice
		_, _, page = budi.post(assignPath(first), w.formOf(same, assignPath(first), "agency", water))
		w.has(page, "sudah diurus rekan Anda, sekarang di Dinas Bina Marga", second.Reference.String())
		if got := w.now(first); got.Agency != lights || got.Category != "banjir" || got.DueAt.IsZero() {
			t.Errorf("it is at %s about %s", got.Agency, got.Category)
		}
		lines := w.said(first, tickets.Note)
		if len(lines) != 1 {
			t.Errorf("%d notes, want the one of the one transfer", len(lines))
		}

		page = budi.sees(at)
		w.receives(channels.Inbound{Account: "bot", From: from["bot"], Text: "tambahan laporan " + second.Reference.String() + ": masih begitu"})
		_, _, page = budi.post(assignPath(second), w.formOf(page, assignPath(second), "agency", water))
		w.has(page, second.Reference.String(), "baru saja berubah", "masih begitu")
		if got := w.now(second); got.State != tickets.Triage {
			t.Errorf("assigned over words that nobody had read: %s", got.State)
		}
	})
}

// TestTriageKeepsTheWalls: of sealed reports only who may hold them is proposed and found; auditors only read.
func TestTriageKeepsTheWalls(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("bot", "petugas inspektorat minta uang")
		if n.Agency != root || !n.Sealed {
			t.Fatalf("%+v", n)
		}
		rina, audi := w.hires("rina", staff.Dispatcher, root), w.hires("audi", staff.Auditor, root)
		if n.State != tickets.Triage {
			rina.post(path(n)+"/move", rina.form(n, "to", "triage", "reason", "Periksa lagi."))
		}
		page := rina.sees(at + "?q=inspektorat")
		w.has(page, n.Reference.String(), "Rahasia", "Tidak ada instansi dengan nama itu")
		w.lacks(page, `value="`+inspector+`"`, `name="agency"`)
		_, _, page = rina.post(assignPath(n), url.Values{"agency": {inspector}, "version": {"99"}})
		w.has(page, "baru saja berubah")
		if got := w.now(n); got.Agency != root {
			t.Errorf("it is at %s", got.Agency)
		}
		w.has(audi.sees(at), "hanya dapat membaca")
		stranger := w.hires("siti", staff.Supervisor, lights)
		if status, _, _ := stranger.get(at); status != 404 {
			t.Errorf("an agency's supervisor: %d", status)
		}
	})
}
