package console_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"tanggap/tickets"
	"tanggap/tickets/quality"
	"tanggap/tickets/staff"
)

var (
	ruleHidden = regexp.MustCompile(`(?s)<input type="hidden" name="([a-z_]+)" value="([^"]*)"`)
	area       = regexp.MustCompile(`(?s)<textarea id="([a-z]+)"[^>]*>(.*?)</textarea>`)
	typed      = regexp.MustCompile(`<input id="[a-z_]+" name="([a-z_]+)"[^>]* value="([^"]*)"`)
	chosen     = regexp.MustCompile(`<option value="([^"]*)" selected>`)
)

// ruleForm is what the form of a rule holds, and what somebody changes in it.
func ruleForm(page string, pairs ...string) url.Values {
	form := url.Values{}
	for _, m := range append(ruleHidden.FindAllStringSubmatch(page, -1), typed.FindAllStringSubmatch(page, -1)...) {
		form.Set(m[1], html.UnescapeString(m[2]))
	}
	for _, m := range area.FindAllStringSubmatch(page, -1) {
		form.Set(m[1], strings.TrimPrefix(html.UnescapeString(m[2]), "\n"))
	}
	if selected := chosen.FindAllStringSubmatch(page, -1); len(selected) == 2 {
		form.Set("who", selected[0][1])
		form.Set("unit", selected[1][1])
	}
	if strings.Contains(page, `name="located" value="1" checked`) {
		form.Set("located", "1")
	}
	form.Del("back")
	form.Del("language")
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return form
}

func TestARuleIsTriedSavedFollowedAndUndone(t *testing.T) {
	each(t, func(w *town) {
		n, secret := w.reports("bot", street), w.reports("smsc", bribe)
		chief := w.hires("kepala", staff.Administrator, root)
		w.has(chief.sees("/console/rules?q=lampu"), "Lampu jalan", "Dinas Bina Marga", "Paket kota")
		const at = "/console/rules/lampu-jalan"
		form := ruleForm(chief.sees(at), "who", water)
		status, _, page := chief.post(at+"/try", form)
		if status != http.StatusOK {
			w.t.Fatalf("trying: %d %s", status, page)
		}
		w.has(page, "2 laporan terakhir", "1 laporan akan ke tempat lain", "Dinas Bina Marga", "→ Dinas Sumber Daya Air", n.Reference.String())
		w.lacks(page, secret.Reference.String(), "lampu jalan mati")
		w.lacks(chief.sees("/console/rules?edited=1"), "Lampu jalan")

		if status, _, page := chief.post(at+"/save", form); status != http.StatusUnprocessableEntity || !strings.Contains(page, "Tulis alasannya") {
			w.t.Errorf("without a reason: %d", status)
		}
		form.Set("why", "SK 12/2026")
		_, led, page := chief.post(at+"/save", form)
		if led != at {
			w.t.Fatalf("saving leads to %s: %s", led, page)
		}
		w.has(page, "Aturan disimpan", "SK 12/2026", "kepala", "Kembali ke paket kota")
		w.has(chief.sees("/console/rules?edited=1"), "Lampu jalan", "Dinas Sumber Daya Air", "Diubah kepala", "SK 12/2026")
		if got := w.reports("bot", "lampu jalan padam di depan kantor lurah Tebet Timur"); got.Agency != water {
			w.t.Errorf("the next report goes to %s", got.Agency)
		}
		if got := w.now(n); got.Agency != lights {
			w.t.Errorf("a report that was there goes to %s", got.Agency)
		}

		// Somebody who read the rule before that is refused, keeps what he wrote, and may then save it.
		form.Set("hint", form.Get("hint")+"\r\nsuluh kota")
		for _, step := range []string{"/try", "/save"} {
			status, _, page = chief.post(at+step, form)
			if status != http.StatusConflict {
				w.t.Errorf("a stale form, %s: %d", step, status)
			}
			w.has(page, "Orang lain baru saja mengubah", "suluh kota")
		}
		if status, _, page = chief.post(at+"/try", ruleForm(page)); status != http.StatusOK {
			w.t.Errorf("trying again: %d", status)
		}
		again := ruleForm(page, "why", "Kata baru")
		if _, led, _ := chief.post(at+"/save", again); led != at {
			w.t.Errorf("saving again leads to %s", led)
		}
		page = chief.sees(at)
		w.has(page, "Kata baru", "suluh kota")

		// Undo: the first version, then the pack.
		w.has(chief.sees(at+"?version=1"), "Ini isi dari riwayat")
		w.lacks(chief.sees(at+"?version=1"), "suluh kota")
		back := url.Values{"back": {"1"}, "seen": {ruleForm(page).Get("seen")}, "why": {"Salah"}}
		status, _, page = chief.post(at+"/try", back)
		w.has(page, "→ Dinas Bina Marga", n.Reference.String())
		if _, led, page := chief.post(at+"/save", back); status != http.StatusOK || led != at || strings.Contains(page, "suluh kota") {
			w.t.Errorf("undone: %d, %s", status, led)
		}
		if got := w.reports("mail", "lampu jalan padam lagi di depan kantor lurah Tebet Timur, tolong"); got.Agency != lights {
			w.t.Errorf("undone, the next report goes to %s", got.Agency)
		}
		w.lacks(w.log.String(), "SK 12/2026", "lampu jalan")
	})
}

func TestRulesAreRefusedInPlainWords(t *testing.T) {
	each(t, func(w *town) {
		chief, reader, clerk := w.hires("kepala", staff.Supervisor, root), w.hires("rina", staff.Dispatcher, root), w.hires("siti", staff.Administrator, lights)
		const at = "/console/rules/lampu-jalan"
		if status, _, _ := clerk.get(at); status != http.StatusNotFound {
			t.Errorf("an agency's administrator reads a rule: %d", status)
		}
		w.has(reader.sees(at), "diubah oleh supervisor")
		w.lacks(reader.sees("/console/rules"), "/console/rules/new")
		if status, _, _ := reader.post(at+"/save", ruleForm(reader.sees(at), "why", "x")); status != http.StatusNotFound {
			t.Errorf("a dispatcher saves: %d", status)
		}
		for _, tt := range []struct {
			at, says string
			form     []string
		}{
			{at, "baris 1: kumpulan kata itu tidak ada", []string{"sure", "<tiada> mati"}},
			{at, "Pilih siapa", []string{"who", "nirwana"}},
			{at, "Tulis nama", []string{"name_id", " "}},
			{at, "Tulis tenggat", []string{"value", "0"}},
			{"/console/rules/kebakaran", "hanya bisa ditambah", []string{"strong", "", "sure", ""}},
			{"/console/rules/new", "sudah ada", []string{"key", "lampu-jalan", "name_id", "X", "who", water}},
			{"/console/rules/new", "huruf kecil", []string{"key", "A b", "name_id", "X", "who", water}},
		} {
			status, _, page := chief.post(tt.at+"/try", ruleForm(chief.sees(tt.at), tt.form...))
			if status != http.StatusUnprocessableEntity || !strings.Contains(page, tt.says) {
				t.Errorf("%s %v: %d, want %q", tt.at, tt.form, status, tt.says)
			}
		}
		if status, _, _ := chief.get("/console/rules/tiada"); status != http.StatusNotFound {
			t.Errorf("an unknown rule: %d", status)
		}
		form := ruleForm(chief.sees("/console/rules/new"), "key", "menara-seluler", "name_id", "Menara seluler", "who", lights, "unit", "working_days", "sure", "kincir hias", "why", "Baru")
		if _, led, page := chief.post("/console/rules/new/save", form); led != "/console/rules/menara-seluler" {
			t.Fatalf("a new topic leads to %s: %s", led, page)
		}
		if got := w.reports("bot", "ada kincir hias miring di Tebet Timur"); got.Agency != lights || got.Category != "menara-seluler" || got.State != tickets.Assigned {
			t.Errorf("%s %s %s", got.Agency, got.Category, got.State)
		}
	})
}

func TestTheAccuracyWantedIsSavedAndInForce(t *testing.T) {
	each(t, func(w *town) {
		chief, reader := w.hires("kepala", staff.Administrator, root), w.hires("rina", staff.Dispatcher, root)
		const at = "/console/quality/wanted"
		w.has(chief.sees("/console/quality"), "Berlaku sekarang", "Dari paket kota")
		if status, _, page := chief.post(at, url.Values{"wanted": {"95"}, "seen": {"0"}}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "tidak ada yang diubah") {
			t.Errorf("without a report: %d", status)
		}
		for i := range 200 { // of those below 90% every third was wrong
			j := quality.Judgement{Settled: true, Agency: lights, FinalAgency: lights, Confidence: 0.92, Right: true}
			if i%2 == 0 {
				j.Confidence, j.Right = 0.7, i%3 != 0
			}
			w.judged = append(w.judged, j)
		}
		w.lacks(reader.sees("/console/quality?wanted=95"), at)
		if status, _, _ := reader.post(at, url.Values{"wanted": {"95"}, "seen": {"0"}}); status != http.StatusNotFound {
			t.Errorf("a dispatcher sets it: %d", status)
		}
		_, led, page := chief.post(at, url.Values{"wanted": {"95"}, "seen": {"0"}, "days": {"30"}})
		if led != "/console/quality?days=30" {
			t.Fatalf("saving leads to %s", led)
		}
		w.has(page, "Batas keyakinan disimpan", "keyakinan 92% ke atas", "benar 95 dari 100; diatur kepala")
		if n := w.reports("bot", street); n.State != tickets.Triage && n.Decision.Confidence < 0.92 {
			t.Errorf("a report of confidence %v is sent alone", n.Decision.Confidence)
		}
		status, _, page := chief.post(at, url.Values{"wanted": {"80"}, "seen": {"0"}})
		if status != http.StatusConflict || !strings.Contains(page, "Orang lain baru saja") {
			t.Errorf("a stale form: %d", status)
		}
		w.has(chief.sees("/console/rules"), "Batas keyakinan", "95/100")
		seen := ruleForm(chief.sees("/console/quality")).Get("seen")
		_, _, page = chief.post(at, url.Values{"back": {"1"}, "seen": {seen}})
		w.has(page, "Dari paket kota")
	})
}
