package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/tickets"
	"tanggap/tickets/oncall"
	"tanggap/tickets/staff"
)

func TestAClerkAnswersAndTheCitizenHears(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("smsc", street)
		clerk := w.hires("siti", staff.Clerk, lights)
		page := clerk.sees("/console/queue")
		w.has(page, n.Reference.String(), path(n), "lampu jalan mati", "Dinas Bina Marga", "SMS …890")
		form := clerk.form(n, "text", "Petugas datang besok pagi.")
		status, at, page := clerk.post(path(n)+"/reply", form)
		if status != 200 || at != path(n) {
			w.t.Fatalf("%d at %s", status, at)
		}
		w.has(page, "Balasan disimpan", "Petugas datang besok pagi.", "Menunggu dikirim", "Sedang ditangani")
		clerk.post(path(n)+"/reply", form) // the button pressed twice
		if got := w.said(n, tickets.Out); len(got) != 2 || got[1] != "Petugas datang besok pagi." {
			w.t.Errorf("the citizen hears %q", got)
		}
		clerk.post(path(n)+"/note", clerk.form(n, "text", "Tiang nomor 7."))
		if got := w.said(n, tickets.Note); len(got) != 1 {
			w.t.Errorf("notes: %q", got)
		}
		w.lacks(w.log.String(), "Petugas datang", "Tiang nomor", "Sari", "81234567890")
	})
}

func TestAFormThatIsRefusedKeepsWhatWasWritten(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("smsc", street)
		clerk := w.hires("siti", staff.Clerk, lights)
		old := clerk.form(n, "text", "Ditulis sebelum ada kabar baru.")
		w.receives(channels.Inbound{Account: "smsc", From: from["smsc"], Text: "tambahan laporan " + n.Reference.String() + ": sudah menyala sebagian"})
		status, _, page := clerk.post(path(n)+"/reply", old)
		if status != http.StatusConflict {
			w.t.Errorf("a reply over a message unseen: %d", status)
		}
		w.has(page, "berubah sejak", "Ditulis sebelum ada kabar baru.", "sudah menyala sebagian")
		for name, tt := range map[string]struct {
			route  string
			form   []string
			status int
			says   string
		}{
			"an empty reply":         {"/reply", []string{"text", " "}, 422, "Tulis dulu"},
			"a transfer to nowhere":  {"/transfer", []string{"agency", "nirwana", "reason", "alasan-saya"}, 422, "alasan-saya"},
			"without a reason":       {"/transfer", []string{"agency", water, "reason", ""}, 422, "Alasan perlu"},
			"a move there is not":    {"/move", []string{"to", "closed"}, 409, "tidak mengizinkan"},
			"solved without a word":  {"/move", []string{"to", "resolved"}, 422, "Tulis dulu"},
			"a very long note":       {"/note", []string{"text", strings.Repeat("panjang ", 2000)}, 422, "terlalu panjang"},
			"opened without purpose": {"/identity", []string{"because", "other"}, 422, "Alasan perlu"},
		} {
			status, _, page := clerk.post(path(n)+tt.route, clerk.form(n, tt.form...))
			if status != tt.status || !strings.Contains(page, tt.says) {
				w.t.Errorf("%s: %d, want %d and %q", name, status, tt.status, tt.says)
			}
		}
		if got := w.now(n); got.State != tickets.Assigned || got.Agency != lights {
			w.t.Errorf("%s at %s", got.State, got.Agency)
		}
	})
}

func TestATransferTakesTheTicketOutOfSight(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("bot", street)
		clerk, other := w.hires("siti", staff.Clerk, lights), w.hires("budi", staff.Clerk, water)
		if status, _, _ := other.get(path(n)); status != http.StatusNotFound {
			w.t.Errorf("another agency's ticket: %d", status)
		}
		w.lacks(other.sees("/console/queue?view=all&q="+string(n.Reference)), "lampu")
		form := clerk.form(n, "agency", water, "reason", "Lampu taman milik SDA.")
		if _, at, page := clerk.post(path(n)+"/transfer", form); at != "/console/queue" || !strings.Contains(page, "Laporan diteruskan") {
			w.t.Errorf("it leads to %s", at)
		}
		if status, _, _ := clerk.get(path(n)); status != http.StatusNotFound {
			w.t.Errorf("what was passed on: %d", status)
		}
		page := other.sees(path(n))
		w.has(page, "Lampu taman milik SDA.", "Dinas Sumber Daya Air")
		if status, _, _ := clerk.post(path(n)+"/reply", form); status != http.StatusNotFound {
			w.t.Errorf("a reply to what was passed on: %d", status)
		}
	})
}

func TestVerificationTakesTheBestGuess(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("smsc", "Lampu taman waduk pluit mati smua, gelap bnyk yg pacaran")
		if n.State != tickets.Triage {
			w.t.Fatalf("the router is sure: %s", n.Agency)
		}
		clerk, head := w.hires("siti", staff.Clerk, lights), w.hires("rina", staff.Dispatcher, root)
		if status, _, _ := clerk.get("/console/verify"); status != http.StatusNotFound {
			w.t.Errorf("an agency's clerk sees the verification queue: %d", status)
		}
		page := head.sees("/console/verify")
		w.has(page, n.Reference.String(), "Lampu taman waduk", `name="agency" value="`+lights+`"`)
		form := url.Values{"back": {"/console/verify"}, "agency": {lights}, "reason": {"Sesuai usulan sistem untuk laporan ini."}}
		for _, m := range hiddenField.FindAllStringSubmatch(page, -1) {
			form.Set(m[1], m[2])
		}
		if _, at, page := head.post(path(n)+"/transfer", form); at != "/console/verify" || !strings.Contains(page, "Tidak ada yang menunggu verifikasi") {
			w.t.Errorf("it leads to %s", at)
		}
		if got := w.now(n); got.Agency != lights || got.State != tickets.Assigned {
			w.t.Errorf("%s at %s", got.State, got.Agency)
		}
	})
}

func TestEmergenciesStandAboveTheQueue(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("bot", "tolong rumah kebakaran di jl kebon kacang, api besar, ada orang di dalam")
		if !n.Emergency {
			w.t.Fatalf("%+v", n)
		}
		w.reports("smsc", street)
		head := w.hires("rina", staff.Dispatcher, root)
		page := head.sees("/console/queue")
		w.has(page, "Darurat, dahulukan", n.Reference.String())
		if at := strings.Index(page, n.Reference.String()); at < 0 || at > strings.Index(page, "<table") {
			w.t.Error("it does not stand above the others")
		}
		w.lacks(head.sees("/console/queue?view=pending"), "dahulukan")
		w.lacks(w.hires("siti", staff.Clerk, lights).sees("/console/queue"), n.Reference.String(), "dahulukan")
	})
}

// An emergency that those on call were told of shows it, and who opened it first; whoever only reads wakes
// the next in line all the same.
func TestWhoOpensAnEmergencyIsNoted(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("bot", "tolong rumah kebakaran di jl kebon kacang, api besar, ada orang di dalam")
		book := oncall.New(w.Store)
		if err := book.Tell(t.Context(), oncall.Call{Was: oncall.Mark{Step: 1}, Of: map[int64]int{n.ID: 0}, Next: map[int64]int{n.ID: 1}}); err != nil {
			t.Fatal(err)
		}
		page := w.hires("audi", staff.Auditor, root).sees(path(n))
		w.has(page, "Petugas piket", "Belum dibuka siapa pun")
		w.has(w.hires("rina", staff.Dispatcher, root).sees(path(n)), "Dibuka rina")
		w.has(w.hires("wati", staff.Dispatcher, root).sees(path(n)), "Dibuka rina")
		waits := w.reports("bot", "kebakaran di jl kebon kacang, api besar, banyak asap hitam")
		if err := book.Tell(t.Context(), oncall.Call{Was: oncall.Mark{Step: 2}, Of: map[int64]int{waits.ID: 0}, Next: map[int64]int{waits.ID: 1}}); err != nil {
			t.Fatal(err)
		}
		if err := w.Write(t.Context(), func(x tickets.Tx) error {
			_, err := x.Exec(`UPDATE ticket SET state = 'triage', agency = ? WHERE id = ?`, root, waits.ID)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		w.has(w.hires("tono", staff.Dispatcher, root).sees("/console/triage"), waits.Reference.String())
		w.has(w.hires("yuni", staff.Dispatcher, root).sees(path(waits)), "Dibuka tono")
		calm := w.reports("smsc", street)
		w.lacks(w.hires("budi", staff.Dispatcher, root).sees(path(calm)), "Petugas piket")
	})
}

func TestTheWriterIsBehindAVeil(t *testing.T) {
	each(t, func(w *town) {
		in := channels.Inbound{Account: "mail", From: from["mail"], Subject: "Lampu mati, dari Sari Rahasiawati"}
		in.Text = street + "\nHubungi saya di 0812-3456-7890 atau +62 812 3456 7890.\nHormat saya,\nsari  rahasiawati <sari.rahasiawati@example.com>"
		n := w.receives(in)
		clerk, colleague := w.hires("siti", staff.Clerk, lights), w.hires("budi", staff.Supervisor, lights)
		secrets := []string{"Rahasiawati", "rahasiawati", "3456-7890", "3456 7890"}
		for _, at := range []string{"/console/queue", path(n)} {
			w.lacks(clerk.sees(at), secrets...)
		}
		if _, at, page := clerk.post(path(n)+"/identity", clerk.form(n, "because", bot.ToContact)); at != path(n) {
			w.t.Errorf("it leads to %s", at)
		} else {
			w.has(page, "Sari Rahasiawati", "sari.rahasiawati@example.com", "0812-3456-7890", "Perlu bicara langsung")
		}
		w.lacks(clerk.sees("/console/queue"), secrets...)
		page := colleague.sees(path(n))
		w.lacks(page, secrets...)
		w.has(page, "Membuka identitas pelapor", "siti")
	})
}

func TestSealedTicketsNeedASupervisorToOpen(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("bot", bribe)
		if !n.Sealed || n.Agency != inspector {
			w.t.Fatalf("%+v", n)
		}
		clerk, head := w.hires("siti", staff.Clerk, inspector), w.hires("budi", staff.Supervisor, inspector)
		page := clerk.sees(path(n))
		w.lacks(page, `action="`+path(n)+`/identity"`, "Sari")
		w.has(page, "Rahasia")
		if status, _, page := clerk.post(path(n)+"/identity", clerk.form(n, "because", bot.ToCheck)); status != http.StatusConflict || strings.Contains(page, "Sari") {
			w.t.Errorf("a clerk opens a sealed one: %d", status)
		}
		_, _, page = head.post(path(n)+"/identity", head.form(n, "because", bot.ToCheck))
		w.has(page, "Sari Rahasiawati")
	})
}

func TestWhoIsNotSignedInIsShownTheWay(t *testing.T) {
	w := settle(t, dbURL(t))
	n := w.reports("bot", street)
	p := w.visitor()
	for _, at := range []string{"/console", "/console/", "/console/queue", "/console/verify", path(n)} {
		if _, led, _ := p.get(at); !strings.HasPrefix(led, "/console/sign-in") {
			t.Errorf("%s leads to %s", at, led)
		}
	}
	if _, led, _ := p.post(path(n)+"/reply", url.Values{"text": {"x"}}); !strings.HasPrefix(led, "/console/sign-in") {
		t.Errorf("a reply leads to %s", led)
	}
	w.hires("siti", staff.Clerk, lights)
	for _, login := range []string{"siti", "siapa"} {
		status, _, page := p.post("/console/sign-in", url.Values{"login": {login}, "password": {"bukan-kata-sandinya"}})
		if status != http.StatusUnauthorized || !strings.Contains(page, "salah") {
			t.Errorf("%s with a wrong password: %d", login, status)
		}
	}
	if _, at, _ := p.post("/console/sign-in", url.Values{"login": {"siti"}, "password": {password}, "next": {path(n)}}); at != path(n) {
		t.Errorf("signing in leads to %s, want %s", at, path(n))
	}
	q := w.visitor()
	if _, at, _ := q.post("/console/sign-in", url.Values{"login": {"siti"}, "password": {password}, "next": {"//evil.example/x"}}); at != "/console/queue" {
		t.Errorf("it leads to %s", at)
	}
	p.post("/console/sign-out", nil)
	if _, at, _ := p.get(path(n)); !strings.HasPrefix(at, "/console/sign-in") {
		t.Errorf("signed out, it leads to %s", at)
	}
	if err := w.people.SetDisabled(t.Context(), "test", "siti", true); err != nil {
		t.Fatal(err)
	}
	if _, at, _ := q.get("/console/queue"); !strings.HasPrefix(at, "/console/sign-in") {
		t.Errorf("disabled, it leads to %s", at)
	}
}

func TestALinkSignsInOnceAndOnlyByItsButton(t *testing.T) {
	w := settle(t, dbURL(t))
	if _, err := w.people.Add(t.Context(), "test", staff.Member{Login: "rina", Name: "Rina", Role: staff.Administrator, Agency: root}, ""); err != nil {
		t.Fatal(err)
	}
	token, err := w.people.NewLink(t.Context(), "test", "rina", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	p := w.visitor()
	for range 3 { // whoever looks at links before people do
		p.get("/console/link/" + token)
	}
	if _, at, _ := p.post("/console/link/"+token, nil); at != "/console/triage" {
		t.Errorf("the link leads to %s", at)
	}
	if status, _, page := w.visitor().post("/console/link/"+token, nil); status != http.StatusNotFound || !strings.Contains(page, "sudah dipakai") {
		t.Errorf("the second time: %d", status)
	}
	w.lacks(w.log.String(), token)
}

func TestAuditorsOnlyRead(t *testing.T) {
	w := settle(t, dbURL(t))
	n := w.reports("bot", street)
	p := w.hires("audi", staff.Auditor, root)
	page := p.sees(path(n))
	w.lacks(page, "<textarea", path(n)+"/transfer")
	w.has(page, "hanya dapat membaca")
	if status, _, _ := p.post(path(n)+"/note", url.Values{"text": {"x"}}); status != http.StatusForbidden {
		t.Errorf("an auditor's note: %d", status)
	}
}

func TestPostsFromAnotherSiteAreRefused(t *testing.T) {
	w := settle(t, dbURL(t))
	n := w.reports("bot", street)
	p := w.hires("siti", staff.Clerk, lights)
	req, err := http.NewRequest(http.MethodPost, w.server.URL+path(n)+"/reply", strings.NewReader("text=x"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://evil.example")
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	resp, err := p.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || len(w.said(n, tickets.Out)) != 1 {
		t.Errorf("%d", resp.StatusCode)
	}
}
