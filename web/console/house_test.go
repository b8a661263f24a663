package console_test

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

func base36(id int64) string { return strconv.FormatInt(id, 36) }

// until waits for ok.
func (w *town) until(what string, ok func() bool) {
	w.t.Helper()
	for began := time.Now(); !ok(); time.Sleep(5 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			w.t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestAccountsTellHowTheyFareAndAreHeardOfOnEveryPage(t *testing.T) {
	each(t, func(w *town) {
		if err := w.SetAccount(t.Context(), "mail", "suspended", "the mailbox refuses our password"); err != nil {
			t.Fatal(err)
		}
		chief, clerk := w.hires("kepala", staff.Administrator, root), w.hires("siti", staff.Clerk, lights)
		const banner = "Ada akun kanal yang bermasalah"
		w.has(chief.sees("/console/queue"), banner)
		w.lacks(clerk.sees("/console/queue"), banner)
		page := chief.sees("/console/accounts")
		w.has(page, "Ditolak platform", "the mailbox refuses our password", "bot", "smsc", "Bekerja", "belum pernah")
		_, _, page = chief.post("/console/accounts/bot/pause", url.Values{})
		w.has(page, "Dijeda", "Kirim lagi")
		n := w.reports("bot", street)
		page = chief.sees("/console/accounts")
		w.has(page, "1 menunggu")
		_, _, page = chief.post("/console/accounts/bot/resume", url.Values{})
		w.lacks(page, "Dijeda")
		for _, at := range []string{"/console/accounts/nirwana/pause", "/console/accounts/mail/x"} {
			if status, _, _ := chief.post(at, url.Values{}); status != http.StatusNotFound {
				t.Errorf("%s: %d", at, status)
			}
		}
		watcher := w.hires("pengawas", staff.Supervisor, root)
		w.lacks(watcher.sees("/console/accounts"), "Jeda pengiriman")
		if status, _, _ := watcher.post("/console/accounts/bot/pause", url.Values{}); status != http.StatusNotFound {
			t.Errorf("a supervisor pauses: %d", status)
		}
		w.lacks(page, n.Reference.String())
	})
}

func TestWhatIsInQuarantineIsReadWithAReasonAndReplayed(t *testing.T) {
	each(t, func(w *town) {
		row := w.setAside("<script>alert(1)</script> dari +6281234567890 \u202eterbalik " + strings.Repeat("é", 70<<10))
		chief, clerk := w.hires("kepala", staff.Supervisor, root), w.hires("siti", staff.Clerk, root)
		page := chief.sees("/console/quarantine")
		at := "/console/quarantine/" + row
		w.has(page, at, "Tidak dipahami kanalnya", "smsc")
		w.lacks(page, "81234567890", "aside:")
		w.lacks(chief.sees(at), "81234567890", "script>alert")
		w.has(clerk.sees(at), "Hanya supervisor")
		for _, work := range []string{"/read", "/replay"} {
			if status, _, _ := clerk.post(at+work, url.Values{"reason": {"mend"}}); status != http.StatusNotFound {
				t.Errorf("a clerk, %s: %d", work, status)
			}
		}
		status, _, page := chief.post(at+"/read", url.Values{})
		if status != http.StatusUnprocessableEntity {
			t.Errorf("without a reason: %d", status)
		}
		w.lacks(page, "81234567890")
		_, _, page = chief.post(at+"/read", url.Values{"reason": {"mend"}})
		w.has(page, "&lt;script&gt;alert(1)", "6281234567890", "\ufffdterbalik", "64 kB pertama")
		w.lacks(page, "<script>", "\u202e")
		if events, err := w.people.Events(t.Context(), 1); err != nil || events[0].Type != "read_aside "+row+" mend" || events[0].Actor != "kepala" {
			t.Errorf("kept: %+v %v", events, err)
		}
		_, _, page = chief.post(at+"/replay", url.Values{})
		w.has(page, "diproses sekali lagi")
		w.lacks(w.log.String(), "81234567890", "script")
		if status, _, _ := chief.get("/console/quarantine/tidakada"); status != http.StatusNotFound {
			t.Errorf("an unknown row: %d", status)
		}
		if _, _, page = chief.post("/console/quarantine/zz/read", url.Values{"reason": {"mend"}}); !strings.Contains(page, "sudah tidak ada") {
			t.Error("a row that has gone is not told of")
		}
	})
}

func TestWhatRobotsSentIsShownAndMadeAReport(t *testing.T) {
	each(t, func(w *town) {
		in := channels.Inbound{
			Account: "bot", Kind: channels.Robot, Sign: channels.SignList, EventID: "milis", MessageID: "milis", Text: street,
			From: channels.Address{Kind: channels.TelegramID, Value: "424242"}, Raw: []byte(street), RawType: "text/plain",
		}
		if err := w.inbox.Accept(t.Context(), in); err != nil {
			t.Fatal(err)
		}
		chief := w.hires("kepala", staff.Supervisor, root)
		w.until("the robot's message", func() bool {
			rows, _, err := w.people.Ignored(t.Context(), 10, "")
			return err == nil && len(rows) == 1
		})
		w.lacks(chief.sees("/console/quarantine"), "Dari milis")
		page := chief.sees("/console/quarantine?of=robots")
		at := regexp.MustCompile(`href="(/console/quarantine/[0-9a-z]+)"`).FindStringSubmatch(page)
		w.has(page, "Dari milis", "Bukan dari orang")
		w.lacks(page, "424242", street)
		if at == nil {
			t.Fatal("the row has no page")
		}
		w.has(chief.sees(at[1]), "Ditulis orang: jadikan laporan")
		chief.post(at[1]+"/replay", url.Values{})
		w.until("the report", func() bool {
			became, _, err := w.Fate(t.Context(), "bot", "milis")
			return err == nil && became == tickets.BecameTicket
		})
		w.lacks(chief.sees("/console/quarantine?of=robots"), "Dari milis")
	})
}

func TestWhatIsHeldBackIsToldAndDecided(t *testing.T) {
	each(t, func(w *town) {
		err := w.Write(t.Context(), func(x tickets.Tx) error {
			for _, s := range [][]any{{"address", "budi@toko.test"}, {"domain", "toko.test"}} {
				name := "mail " + s[0].(string) + " " + s[1].(string)
				if _, err := x.Exec(`INSERT INTO storm (name, account, scope, whom, since, last_at, held, told_at, ended_by) VALUES (?, 'mail', ?, ?, 1, 1, 7, 0, '')`, name, s[0], s[1]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		chief, clerk, agency := w.hires("kepala", staff.Supervisor, root), w.hires("siti", staff.Clerk, root), w.hires("budi", staff.Supervisor, lights)
		w.has(chief.sees("/console/triage"), "Jawaban otomatis ditahan")
		w.lacks(agency.sees("/console/queue"), "Jawaban otomatis ditahan")
		page := chief.sees("/console/accounts")
		w.has(page, "b…@toko.test", "satu domain surel", "7 jawaban", "Kirim semua")
		w.lacks(page, "budi@toko.test")
		w.lacks(clerk.sees("/console/accounts"), "Kirim semua")
		forms := regexp.MustCompile(`action="(/console/held/[0-9a-f]+)"`).FindAllStringSubmatch(page, -1)
		if len(forms) != 2 {
			t.Fatalf("%d forms", len(forms))
		}
		if status, _, _ := clerk.post(forms[0][1], url.Values{"do": {"send"}}); status != http.StatusNotFound {
			t.Errorf("a clerk decides: %d", status)
		}
		if status, _, _ := chief.post(forms[0][1], url.Values{"do": {"x"}}); status != http.StatusBadRequest {
			t.Errorf("neither sent nor given up: %d", status)
		}
		_, _, page = chief.post(forms[0][1], url.Values{"do": {"send"}})
		w.has(page, "akan dikirim")
		_, _, page = chief.post(forms[1][1], url.Values{"do": {"drop"}})
		w.has(page, "tidak akan dikirim")
		w.lacks(page, "7 jawaban")
		_, _, page = chief.post(forms[1][1], url.Values{"do": {"drop"}})
		w.has(page, "diputuskan oleh rekan")
	})
}

func TestAnAddressThatMailCameBackFromIsTriedAgain(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("bot", street)
		chief, eye := w.hires("kepala", staff.Supervisor, root), w.hires("mata", staff.Auditor, root)
		w.lacks(chief.sees(path(n)), "tidak dapat dijangkau")
		err := w.Write(t.Context(), func(x tickets.Tx) error {
			_, err := x.Exec(`UPDATE address SET state = 'unreachable', reason = 'the mail came back, there is no such mailbox: 550 no such user' WHERE value = ?`, n.Return.Address.Value)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.has(chief.sees(path(n)), "tidak dapat dijangkau", "kotak surat itu tidak ada: 550 no such user", "Coba kirim lagi")
		w.lacks(eye.sees(path(n)), "Coba kirim lagi")
		if status, _, _ := eye.post(path(n)+"/again", url.Values{}); status != http.StatusForbidden {
			t.Errorf("who only reads lets it be tried again: %d", status)
		}
		_, _, page := chief.post(path(n)+"/again", url.Values{})
		w.has(page, "akan dicoba dikirim lagi")
		w.lacks(page, "tidak dapat dijangkau")
		state, _, err := w.people.Reach(t.Context(), &n)
		if err != nil || state != "" {
			t.Errorf("it is %q: %v", state, err)
		}
		if err := w.people.TryAgain(t.Context(), "kepala", &n); !errors.Is(err, tickets.ErrNotFound) {
			t.Errorf("one that is reached: %v", err)
		}
		if events, err := w.people.Events(t.Context(), 1); err != nil || events[0].Type != "reached_again "+string(n.Reference) || events[0].Actor != "kepala" {
			t.Errorf("kept: %+v %v", events, err)
		}
	})
}

func TestAgenciesShowWhoHearsNothing(t *testing.T) {
	each(t, func(w *town) {
		w.reports("bot", street)
		chief, clerk := w.hires("kepala", staff.Administrator, root), w.hires("siti", staff.Administrator, lights)
		page := chief.sees("/console/agencies")
		first := strings.Index(page, "Dinas Bina Marga")
		if other := strings.Index(page, "BPJS"); first < 0 || other >= 0 && other < first {
			t.Error("who has work and hears nothing does not stand first")
		}
		w.has(page, "1 dari", "Punya laporan", "Tanpa alamat", "Berikutnya")
		w.has(chief.sees("/console/agencies?q=tebet+timur"), "Tebet Timur")
		next := regexp.MustCompile(`href="(/console/agencies\?after=[^"]*)"`).FindStringSubmatch(page)
		if next == nil || strings.Contains(chief.sees(next[1]), ">Dinas Bina Marga<") {
			t.Errorf("the next page at %q", next)
		}
		at := "/console/agencies/" + lights
		w.has(clerk.sees("/console/agencies"), "Dinas Bina Marga")
		w.lacks(clerk.sees("/console/agencies"), "Sumber Daya Air")
		w.has(clerk.sees(at), "diatur oleh administrator meja utama")
		if status, _, _ := clerk.post(at+"/contact", url.Values{"mail": {"x@y.test"}, "language": {"id"}}); status != http.StatusNotFound {
			t.Errorf("an agency's administrator sets a contact: %d", status)
		}
		for _, tt := range []struct{ mail, chat, lang, says string }{
			{"bukan surel", "", "id", "bukan surel"},
			{"a@b.test", "grup", "id", "Id Telegram adalah angka"},
			{"lapor@kota.test", "", "id", "kotak surat untuk warga"},
			{"a@b.test", "", "jv", "Pilih bahasa"},
		} {
			status, _, page := chief.post(at+"/contact", url.Values{"mail": {tt.mail}, "chat": {tt.chat}, "language": {tt.lang}})
			if status != http.StatusUnprocessableEntity || !strings.Contains(page, tt.says) {
				t.Errorf("%+v: %d", tt, status)
			}
		}
		_, _, page = chief.post(at+"/contact", url.Values{"mail": {" Lampu@Jakarta.test "}, "language": {"en"}})
		w.has(page, "Alamat instansi disimpan", "lampu@jakarta.test", "Diatur oleh kepala")
		if set, err := w.AgencyContacts(t.Context()); err != nil || set[lights].By != "kepala" || set[lights].Language != "en" {
			t.Errorf("%+v %v", set, err)
		}
		_, _, page = chief.post(at+"/drop", url.Values{})
		w.has(page, "Paket kota")
		if status, _, _ := chief.get("/console/agencies/nirwana"); status != http.StatusNotFound {
			t.Errorf("an unknown agency: %d", status)
		}
	})
}

func TestAPersonsOwnPage(t *testing.T) {
	each(t, func(w *town) {
		chief := w.hires("kepala", staff.Administrator, root)
		_, at, page := chief.post("/console/staff/add", url.Values{"login": {"baru"}, "name": {"Budi Baru"}, "role": {"auditor"}, "agency": {lights}})
		link := regexp.MustCompile(`https://lapor\.test(/console/link/[A-Z0-9]+)`).FindStringSubmatch(page)
		if link == nil || at != "/console/staff/add" {
			t.Fatalf("no link at %s", at)
		}
		w.lacks(chief.sees("/console/staff"), link[1])
		w.lacks(w.log.String(), link[1])
		baru := w.visitor()
		baru.post(link[1], url.Values{})
		const banner = "Anda belum punya kata sandi"
		w.has(baru.sees("/console/queue"), banner)
		w.has(baru.sees("/console/me"), banner, "Budi Baru", "Auditor", "Dinas Bina Marga", "Buat kata sandi")
		other := w.visitor()
		for _, tt := range []struct{ present, next, again, says string }{
			{"", "kalimat-satu-dua", "kalimat-lain", "tidak sama"},
			{"", "pendek", "pendek", "terlalu pendek"},
			{"", "kalimat-satu-dua", "kalimat-satu-dua", "Kata sandi disimpan"},
			{"salah", "kalimat-tiga-empat", "kalimat-tiga-empat", "sekarang salah"},
		} {
			_, _, page := baru.post("/console/me/password", url.Values{"present": {tt.present}, "next": {tt.next}, "again": {tt.again}})
			w.has(page, tt.says)
		}
		w.lacks(baru.sees("/console/queue"), banner)
		other.post("/console/sign-in", url.Values{"login": {"baru"}, "password": {"kalimat-satu-dua"}})
		other.sees("/console/me")
		baru.post("/console/me/password", url.Values{"present": {"kalimat-satu-dua"}, "next": {"kalimat-tiga-empat"}, "again": {"kalimat-tiga-empat"}})
		baru.sees("/console/me")
		if _, at, _ := other.get("/console/me"); !strings.HasPrefix(at, "/console/sign-in") {
			t.Errorf("the other session leads to %s", at)
		}
		_, _, page = baru.post("/console/me/language", url.Values{"language": {"en"}})
		w.has(page, "My account")
		if m, err := w.people.Find(t.Context(), "baru"); err != nil || m.Language != "en" {
			t.Errorf("%+v %v", m, err)
		}
		if status, _, _ := baru.post("/console/me/language", url.Values{"language": {"jv"}}); status != http.StatusBadRequest {
			t.Errorf("an unknown language: %d", status)
		}
		w.lacks(w.log.String(), "kalimat-")
	})
}

func TestAdministratorsManageTheirOwnStaff(t *testing.T) {
	each(t, func(w *town) {
		chief, head := w.hires("kepala", staff.Administrator, root), w.hires("atasan", staff.Administrator, lights)
		clerk := w.hires("siti", staff.Clerk, lights)
		w.hires("air", staff.Clerk, water)
		page := head.sees("/console/staff")
		w.has(page, "SITI", "ATASAN")
		w.lacks(page, "AIR<", "KEPALA", "Sumber Daya Air")
		w.has(chief.sees("/console/staff"), "AIR<", "SITI", "ATASAN")
		for i := range 52 {
			if _, err := w.people.Add(t.Context(), "test", staff.Member{Login: "zz" + strconv.Itoa(100+i), Name: "Regu Malam", Role: staff.Clerk, Agency: lights}, ""); err != nil {
				t.Fatal(err)
			}
		}
		page = head.sees("/console/staff")
		w.has(page, "ATASAN", "zz147", "/console/staff?after=zz147")
		w.lacks(page, "zz148<")
		page = head.sees("/console/staff?after=zz147")
		w.has(page, "zz151")
		w.lacks(page, "SITI<", "Berikutnya")
		page = head.sees("/console/staff?q=siti")
		w.has(page, "SITI")
		w.lacks(page, "Regu Malam", "AIR<")
		for _, tt := range []struct {
			login, name, role, agency, says string
		}{
			{"siti", "Siti", "clerk", lights, "sudah dipakai"},
			{"a b", "Siti", "clerk", lights, "Periksa nama"},
			{"dua", "Dua", "raja", lights, "Periksa nama"},
			{"dua", "Dua", "clerk", water, "Pilih instansi"},
			{"dua", "Dua", "clerk", "nirwana", "Pilih instansi"},
		} {
			status, _, page := head.post("/console/staff/add", url.Values{"login": {tt.login}, "name": {tt.name}, "role": {tt.role}, "agency": {tt.agency}})
			if status != http.StatusUnprocessableEntity || !strings.Contains(page, tt.says) {
				t.Errorf("%+v: %d", tt, status)
			}
		}
		_, _, page = head.post("/console/staff/siti/disable", url.Values{})
		w.has(page, "Dinonaktifkan", "Aktifkan")
		if _, at, _ := clerk.get("/console/queue"); !strings.HasPrefix(at, "/console/sign-in") {
			t.Errorf("a disabled person is led to %s", at)
		}
		head.post("/console/staff/siti/enable", url.Values{})
		_, _, page = head.post("/console/staff/siti/link", url.Values{})
		w.has(page, "Tautan masuk untuk siti", "https://lapor.test/console/link/")
		if status, _, page := head.post("/console/staff/atasan/disable", url.Values{}); status != http.StatusUnprocessableEntity || !strings.Contains(page, "diri sendiri") {
			t.Errorf("disabling oneself: %d", status)
		}
		for _, login := range []string{"kepala", "air", "siapa"} {
			for _, work := range []string{"/link", "/disable", "/enable"} {
				if status, _, _ := head.post("/console/staff/"+login+work, url.Values{}); status != http.StatusNotFound {
					t.Errorf("%s%s: %d", login, work, status)
				}
			}
		}
		if m, err := w.people.Find(t.Context(), "kepala"); err != nil || !m.DisabledAt.IsZero() {
			t.Errorf("%+v %v", m, err)
		}
	})
}
