package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tanggap/channels"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

const flood = "banjir di RW 05 Kelurahan Kampung Melayu, air sudah setinggi lutut"

// wrote lets the n-th citizen of an account write.
func (w *town) wrote(account string, n int, text string) tickets.Ticket {
	w.t.Helper()
	a := from[account]
	a.Value += fmt.Sprint(n)
	return w.receives(channels.Inbound{Account: account, From: a, Text: text})
}

// gathers opens an incident for a report and returns its path.
func (p *person) gathers(t tickets.Ticket) string {
	p.w.t.Helper()
	page := p.sees("/console/incidents/new?from=" + string(t.Reference))
	f := p.w.formOf(page, "/console/incidents/new", "category", t.Category, "code", t.Area, "text_id", "Petugas sudah di lokasi.", "text_en", "Crews are on site.", "hours", "6")
	_, at, page := p.post("/console/incidents/new", f)
	if !strings.HasPrefix(at, "/console/incidents/") || strings.HasSuffix(at, "/new") {
		p.w.t.Fatalf("opening leads to %s:\n%s", at, page)
	}
	p.w.has(page, "Kejadian dibuka", "Petugas sudah di lokasi.")
	return at
}

func TestAnOperatorWorksOnAnIncident(t *testing.T) {
	each(t, func(w *town) {
		first := w.wrote("smsc", 1, flood)
		if first.State != tickets.Assigned || first.Area == "" {
			t.Fatalf("%s in %q", first.State, first.Area)
		}
		rina := w.hires("rina", staff.Dispatcher, root)
		w.has(rina.sees(path(first)), "Buka kejadian dari laporan ini")
		at := rina.gathers(first)
		page := rina.sees(at)
		w.has(page, "Sudah masuk sebelumnya (1)", first.Reference.String())
		_, _, page = rina.post(at+"/sort", w.formOf(page, at+"/sort", "do", "hold-all"))
		w.has(page, "Ditahan, belum dikonfirmasi (1)", "Laporan sudah dipilah")

		var all []tickets.Ticket
		for i := range 4 {
			all = append(all, w.wrote([]string{"smsc", "bot"}[i%2], 10+i, flood))
			if all[i].State != tickets.Merged {
				t.Fatalf("%d is %s", i, all[i].State)
			}
			w.has(w.said(all[i], tickets.Out)[0], "Petugas sudah di lokasi.", all[i].Reference.String())
		}
		trapped := w.wrote("bot", 50, "tolong nenek saya terjebak banjir di Kelurahan Kampung Melayu, air sudah sedada")
		page = rina.sees(at)
		w.has(page, "Darurat di wilayah ini", trapped.Reference.String(), "Konfirmasi semua (5)")
		w.lacks(page, "Sari", "81234567890")
		status, _, page := rina.post(at+"/sort", url.Values{"do": {"release"}, "ticket": {all[3].Reference.String()}})
		if status != http.StatusOK || w.now(all[3]).State != tickets.Assigned {
			t.Errorf("taken out: %d %s", status, w.now(all[3]).State)
		}
		_, _, page = rina.post(at+"/sort", w.formOf(page, at+"/sort", "do", "confirm-all"))
		w.has(page, "Dikonfirmasi (4)", "Laporan utama")
		if got := w.now(first); got.State != tickets.Assigned {
			t.Errorf("the main report is %s", got.State)
		}
		_, _, page = rina.post(at+"/sort", w.formOf(page, at+"/sort", "do", "undo", "ticket", all[0].Reference.String()))
		w.has(page, "Dikonfirmasi (3)", "Ditahan, belum dikonfirmasi (1)")

		f := w.formOf(page, at+"/answer", "id", "Air sudah surut, jalan bisa dilalui.", "resolve", "1")
		for range 2 { // the button pressed twice
			_, _, page = rina.post(at+"/answer", f)
		}
		w.has(page, "Jawaban disimpan", "Jawaban untuk semua")
		for _, n := range []tickets.Ticket{first, all[1], all[2]} {
			said := w.said(n, tickets.Out)
			if got := w.now(n); got.State != tickets.Resolved || len(said) != 2 || !strings.Contains(said[1], "Air sudah surut") || !strings.Contains(said[1], n.Reference.String()) {
				t.Errorf("%s is %s and heard %q", n.Reference, got.State, said)
			}
		}
		_, _, page = rina.post(at+"/close", nil)
		w.has(page, "Kejadian ditutup", "Ditutup")
		if got := w.now(all[0]); got.State != tickets.Assigned {
			t.Errorf("what nobody confirmed is %s after the incident was closed", got.State)
		}
		w.has(rina.sees("/console/incidents"), "Tidak ada kejadian yang terbuka", "3 dikonfirmasi")
		w.lacks(w.log.String(), "setinggi lutut", "surut", "Sari", "81234567890")
	})
}

func TestAnIncidentIsOpenedOnlyWhereItCanHold(t *testing.T) {
	w := settle(t, dbURL(t))
	rina := w.hires("rina", staff.Dispatcher, root)
	for name, x := range map[string]struct{ category, area, text, says string }{
		"a topic of conduct": {"pungli", "Kampung Melayu", "x", "Pilih topiknya"},
		"nowhere":            {"banjir", "Nirwana", "x", "Wilayah itu tidak ditemukan"},
		"without a text":     {"banjir", "Kelurahan Kampung Melayu", " ", "Tulis dulu"},
		"more than one SMS":  {"banjir", "Kelurahan Kampung Melayu", strings.Repeat("panjang ", 20), "terlalu panjang"},
	} {
		status, _, page := rina.post("/console/incidents/new", url.Values{"category": {x.category}, "area": {x.area}, "text_id": {x.text}, "hours": {"3"}})
		if status != http.StatusUnprocessableEntity || !strings.Contains(page, x.says) {
			t.Errorf("%s: %d, want %q", name, status, x.says)
		}
	}
	open := url.Values{"category": {"banjir"}, "area": {"Kelurahan Kampung Melayu"}, "text_id": {"Pompa jalan."}, "hours": {"3"}}
	_, at, page := rina.post("/console/incidents/new", open)
	w.has(page, "Kejadian dibuka")
	if _, _, page = rina.post("/console/incidents/new", open); !strings.Contains(page, "Sudah ada kejadian terbuka") {
		t.Error("the same is opened twice")
	}
	status, _, page := rina.post(at+"/edit", url.Values{"text_id": {strings.Repeat("panjang ", 20)}})
	if status != http.StatusUnprocessableEntity {
		t.Errorf("a text that is too long: %d", status)
	}
	w.has(page, "terlalu panjang", "panjang panjang")
	rina.post(at+"/edit", url.Values{"text_id": {"Pompa mati."}, "hours": {"24"}})
	n := w.wrote("smsc", 1, flood)
	w.has(w.said(n, tickets.Out)[0], "Pompa mati.")
	looks := w.hires("lihat", staff.Auditor, root)
	w.lacks(looks.sees(at), `name="do"`, at+`/answer"`, at+`/edit"`, at+`/close"`)
}

// TestWhoHoldsTheMainReportSeesForHowManyItIs, and nothing of the others.
func TestWhoHoldsTheMainReportSeesForHowManyItIs(t *testing.T) {
	w := settle(t, dbURL(t))
	rina := w.hires("rina", staff.Dispatcher, root)
	first := w.wrote("smsc", 1, flood)
	at := rina.gathers(first)
	rina.post(at+"/sort", url.Values{"do": {"hold-all"}})
	second := w.wrote("bot", 2, flood)
	rina.post(at+"/sort", url.Values{"do": {"confirm-all"}})
	clerk := w.hires("siti", staff.Clerk, w.now(first).Agency)
	page := clerk.sees(path(first))
	w.has(page, "Laporan utama sebuah kejadian", "Laporan lain yang sama: 1")
	w.lacks(page, "/console/incidents", second.Reference.String())
	w.lacks(clerk.sees("/console/queue"), second.Reference.String())
}
