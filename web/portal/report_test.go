package portal_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/tickets"
)

const complaint = "lampu jalan mati di depan SDN 01 Tebet Timur sudah 3 hari, gelap banget"

var picture = upload{"bukti rahasia.png", append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte("x"), 3000)...)}

func TestReportGetsANumberAndAPrivatePage(t *testing.T) {
	each(t, func(s *site) {
		done, k := s.reported(map[string]string{"text": complaint, "place": "dekat gerbang", "pin": "-6.2254, 106.8535"}, picture)
		s.has(done, "Laporan diterima", k.Reference.String())
		if k.Return.Account != bot.Web || k.Agency != "dki.binamarga" || !k.Located || k.Unverified {
			t := s.t
			t.Errorf("the ticket: account %s, agency %s, located %v, unverified %v", k.Return.Account, k.Agency, k.Located, k.Unverified)
		}
		s.sends(bot.Web)
		if _, err := s.desk.Reply(context.Background(), tickets.Act{Ticket: k.ID, By: "staff:rina"}, "Petugas kami menuju lokasi."); err != nil {
			s.t.Fatal(err)
		}
		if _, err := s.desk.Note(context.Background(), tickets.Act{Ticket: k.ID, By: "staff:rina"}, "hanya untuk rekan"); err != nil {
			s.t.Fatal(err)
		}
		sent := s.sends(bot.Web)
		if len(sent) != 1 {
			s.t.Fatalf("%d messages went to the page", len(sent))
		}
		private := link(s.t, done)
		page := s.get(private)
		s.has(page, "gelap banget", "dekat gerbang", "bukti rahasia.png", "Petugas kami menuju lokasi.", "Bina Marga")
		s.hides(page, "hanya untuk rekan")
		for name, want := range map[string]string{"Referrer-Policy": "strict-origin", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow, noarchive"} {
			if got := page.header.Get(name); got != want {
				s.t.Errorf("%s: %s", name, got)
			}
		}
		if !strings.Contains(page.body, `<meta name="robots" content="noindex`) {
			s.t.Error("search engines are not asked to stay away")
		}
		thread, err := s.store.Thread(context.Background(), k.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, l := range thread {
			if l.Author == "staff:rina" && l.Direction == tickets.Out && l.Sent.State != "delivered" {
				s.t.Errorf("what was read is %s", l.Sent.State)
			}
			for _, f := range l.Files {
				if f.State != "stored" || !bytes.Equal(s.kept[f.SHA256], picture.body) || f.Type != "image/png" {
					s.t.Errorf("the file is %+v", f)
				}
			}
		}
		if len(thread[0].Files) != 1 {
			s.t.Errorf("%d files on the report", len(thread[0].Files))
		}
		if again := s.get("/report/done"); link(s.t, again) != private {
			s.t.Error("the page after the report, loaded again, has another link")
		}
		s.hides(s.get("/"), "gelap", strings.TrimPrefix(private, "/t/"))
	})
}

func TestSameFormSentTwiceIsOneReport(t *testing.T) {
	each(t, func(s *site) {
		id := s.formID()
		fields := map[string]string{"text": complaint}
		var all sync.WaitGroup
		first, second := s.filled(id, fields), s.filled(id, fields)
		for _, r := range []*http.Request{first, second} {
			r.RemoteAddr = s.from
			all.Go(func() { s.handler.ServeHTTP(discard{http.Header{}}, r) })
		}
		all.Wait()
		if a := s.call(s.filled(id, fields)); a.code != http.StatusSeeOther {
			s.t.Fatalf("once more: %d", a.code)
		}
		s.work()
		if a := s.get("/report/done"); a.code != http.StatusOK {
			s.t.Errorf("the number: %d", a.code)
		}
		var n int
		if err := s.store.Row(context.Background(), `SELECT count(*) FROM ticket`).Scan(&n); err != nil || n != 1 {
			s.t.Errorf("%d tickets, %v", n, err)
		}
		other := s.call(s.filled(id, map[string]string{"text": "sampah menumpuk di Bukit Duri"}))
		if other.code != http.StatusConflict || !strings.Contains(other.body, "sampah menumpuk di Bukit Duri") || field(s.t, other.body, "form") == id {
			s.t.Errorf("with another content: %d %s", other.code, other.words())
		}
	})
}

// discard is an answer that nobody reads.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

func TestWaitPageLooksAgainWithoutAScript(t *testing.T) {
	each(t, func(s *site) {
		if a := s.get("/report/done"); a.code != http.StatusSeeOther || a.header.Get("Location") != "/report" {
			s.t.Errorf("without a report: %d %s", a.code, a.header.Get("Location"))
		}
		if a := s.form(map[string]string{"text": complaint}); a.code != http.StatusSeeOther {
			s.t.Fatal(a.code)
		}
		waiting := s.get("/report/done")
		if waiting.code != http.StatusAccepted || waiting.header.Get("Refresh") == "" || strings.Contains(waiting.body, "<script") {
			s.t.Errorf("while it waits: %d, refresh %q", waiting.code, waiting.header.Get("Refresh"))
		}
		s.has(waiting, "Laporan sudah tersimpan")
		s.work()
		if a := s.get("/report/done"); a.code != http.StatusOK || a.header.Get("Refresh") != "" {
			s.t.Errorf("when it has a number: %d, refresh %q", a.code, a.header.Get("Refresh"))
		}
	})
}

func TestAnswerGoesToTheAddressThatWasTyped(t *testing.T) {
	each(t, func(s *site) {
		const number = "+6281298765432"
		before := s.writes("sms", number, "sampah menumpuk di Bukit Duri sudah seminggu")
		s.sends("sms")
		done, k := s.reported(map[string]string{"text": complaint, "phone": "0812-9876-5432"})
		if strings.Contains(done.body, "/t/") {
			s.t.Error("a private link, although the answer goes elsewhere")
		}
		s.hides(done, number, before.Reference.String())
		if k.Return.Account != "sms" || k.Return.Address.Value != number || !k.Unverified || k.ID == before.ID {
			s.t.Errorf("the ticket: account %s, address %s, unverified %v", k.Return.Account, k.Return.Address.Value, k.Unverified)
		}
		said := s.sends("sms")
		if len(said) != 1 || !strings.Contains(said[0].Text, k.Reference.String()) || !strings.Contains(said[0].Text, "BUKAN") || said[0].Via.Address.Value != number {
			s.t.Errorf("the receipt: %+v", said)
		}
		if _, err := s.desk.Reply(context.Background(), tickets.Act{Ticket: k.ID, By: "staff:rina"}, "Lampu sedang diganti."); err != nil {
			s.t.Fatal(err)
		}
		if said = s.sends("sms"); len(said) != 1 || said[0].Text != "Lampu sedang diganti." || said[0].Via.Address.Value != number {
			s.t.Errorf("the answer: %+v", said)
		}
		mailed, m := s.reported(map[string]string{"text": complaint, "mail": "Siti.Warga@Example.test"})
		if s.hides(mailed, "siti.warga@example.test"); m.Return.Account != "mail" || m.Return.Address.Value != "siti.warga@example.test" {
			s.t.Errorf("the ticket: account %s, address %s", m.Return.Account, m.Return.Address.Value)
		}
	})
}

func TestAnswerToOurQuestionVouchesForATypedNumber(t *testing.T) {
	each(t, func(s *site) {
		const number = "+6281298765432"
		_, k := s.reported(map[string]string{"text": complaint, "phone": number})
		s.sends("sms")
		for _, c := range []struct {
			step   tickets.Step
			answer string
			after  tickets.State
		}{
			{tickets.Step{To: tickets.Pending, Text: "Tiang nomor berapa?"}, "nomor 17, depan gerbang", tickets.Assigned},
			{tickets.Step{To: tickets.Resolved, Text: "Lampu sudah menyala."}, "SUDAH", tickets.Closed},
		} {
			if err := s.desk.Move(context.Background(), tickets.Act{Ticket: k.ID, By: "staff:rina"}, c.step); err != nil {
				s.t.Fatal(err)
			}
			s.sends("sms")
			s.writes("sms", number, c.answer)
			if now := s.ticket(k.Reference.String()); now.State != c.after || now.Unverified {
				s.t.Errorf("after %q: %s, unverified %v", c.answer, now.State, now.Unverified)
			}
		}
		var n int
		if err := s.store.Row(context.Background(), `SELECT count(*) FROM ticket`).Scan(&n); err != nil || n != 1 {
			s.t.Errorf("%d tickets, %v", n, err)
		}
	})
}

func TestConfirmationVouchesForATypedNumber(t *testing.T) {
	each(t, func(s *site) {
		const number = "+6281298765432"
		_, k := s.reported(map[string]string{"text": complaint, "phone": number})
		s.sends("sms")
		if err := s.desk.Move(context.Background(), tickets.Act{Ticket: k.ID, By: "staff:rina"}, tickets.Step{To: tickets.Resolved, Text: "Lampu sudah menyala."}); err != nil {
			s.t.Fatal(err)
		}
		s.sends("sms")
		s.writes("sms", number, "sudah")
		if now := s.ticket(k.Reference.String()); now.State != tickets.Closed || now.Outcome != tickets.Confirmed {
			s.t.Errorf("%s, %s", now.State, now.Outcome)
		}
	})
}

func TestReportIsAcknowledgedOnlyWhenDurable(t *testing.T) {
	each(t, func(s *site) {
		id := s.formID()
		if err := s.store.Close(); err != nil {
			s.t.Fatal(err)
		}
		a := s.call(s.filled(id, map[string]string{"text": complaint, "place": "Tebet Timur"}))
		if _, known := s.cookies["tanggap_sent"]; a.code != http.StatusServiceUnavailable || known || field(s.t, a.body, "form") != id {
			s.t.Errorf("while the store is away: %d", a.code)
		}
		s.has(a, "Laporan belum tersimpan", complaint)
	})
}

func TestOwnerOfAnAddressDisownsWhatOthersTyped(t *testing.T) {
	each(t, func(s *site) {
		const number = "+6281298765432"
		_, k := s.reported(map[string]string{"text": complaint, "phone": number})
		s.sends("sms")
		s.writes("sms", number, "BUKAN")
		if now := s.ticket(k.Reference.String()); !now.Return.Mute {
			s.t.Error("we would still write to its owner")
		}
		if a := s.form(map[string]string{"text": complaint, "phone": number}); a.code != http.StatusUnprocessableEntity {
			s.t.Errorf("a second report in his name: %d", a.code)
		} else {
			s.has(a, "Kami tidak dapat memakai alamat itu saat ini", complaint)
		}
		s.writes("sms", number, "sampah menumpuk di Bukit Duri sudah seminggu")
		if a := s.form(map[string]string{"text": complaint, "phone": number}); a.code != http.StatusSeeOther {
			s.t.Errorf("after he reported himself: %d", a.code)
		}
	})
}

func TestTypedAddressTakesThreeReportsADay(t *testing.T) {
	each(t, func(s *site) {
		for n := range 4 {
			want := http.StatusSeeOther
			if n == 3 {
				want = http.StatusUnprocessableEntity
			}
			if a := s.form(map[string]string{"text": complaint, "mail": "siti@example.test"}); a.code != want {
				s.t.Errorf("report %d: %d", n+1, a.code)
			}
		}
		if a := s.form(map[string]string{"text": complaint, "mail": "budi@example.test"}); a.code != http.StatusSeeOther {
			s.t.Errorf("to another address: %d", a.code)
		}
	})
}

func TestFaultsOfAFormKeepWhatWasTyped(t *testing.T) {
	each(t, func(s *site) {
		html := upload{"a.png", []byte("<html><script>alert(1)</script>")}
		large := upload{"b.png", append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 10<<20)...)}
		for name, c := range map[string]struct {
			fields map[string]string
			files  []upload
			code   int
			says   string
		}{
			"no text":        {map[string]string{"text": " \n", "place": "Tebet"}, nil, 422, "Tulis dahulu"},
			"long":           {map[string]string{"text": strings.Repeat("a", 10_001), "place": "Tebet"}, nil, 422, "terlalu panjang"},
			"two addresses":  {map[string]string{"text": complaint, "place": "Tebet", "mail": "a@b.test", "phone": "081298765432"}, nil, 422, "salah satu saja"},
			"bad mail":       {map[string]string{"text": complaint, "place": "Tebet", "mail": "siti"}, nil, 422, "Alamat surel itu"},
			"our mail":       {map[string]string{"text": complaint, "place": "Tebet", "mail": "Lapor@kota.test"}, nil, 422, "Alamat surel itu"},
			"number abroad":  {map[string]string{"text": complaint, "place": "Tebet", "phone": "+31612345678"}, nil, 422, "Nomor itu"},
			"short code":     {map[string]string{"text": complaint, "place": "Tebet", "phone": "1708"}, nil, 422, "Nomor itu"},
			"no coordinates": {map[string]string{"text": complaint, "place": "Tebet", "pin": "sana"}, nil, 422, "Titik itu"},
			"trap":           {map[string]string{"text": complaint, "place": "Tebet", "website": "http://spam.test"}, nil, 422, "Kolom tersembunyi"},
			"no picture":     {map[string]string{"text": complaint, "place": "Tebet"}, []upload{html}, 422, "Hanya foto dan PDF"},
			"many":           {map[string]string{"text": complaint, "place": "Tebet"}, []upload{picture, picture, picture, picture, picture, picture}, 422, "Terlalu banyak berkas"},
			"large":          {map[string]string{"text": complaint, "place": "Tebet"}, []upload{large}, 413, "terlalu besar"},
			"large together": {map[string]string{"text": complaint, "place": "Tebet"}, []upload{{"a.png", large.body[:9<<20]}, {"b.png", large.body[:9<<20]}, {"c.png", large.body[:9<<20]}}, 413, "terlalu besar"},
		} {
			s.from = "[2001:db8:" + map[bool]string{true: "1", false: "2"}[len(c.files) > 0] + "::1]:1"
			a := s.form(c.fields, c.files...)
			if a.code != c.code {
				s.t.Errorf("%s: %d, want %d", name, a.code, c.code)
			}
			s.has(a, c.says)
			if !strings.Contains(a.body, `value="Tebet"`) {
				s.t.Errorf("%s: what was typed is gone", name)
			}
		}
		s.work()
		var n int
		if err := s.store.Row(context.Background(), `SELECT count(*) FROM inbox`).Scan(&n); err != nil || n != 0 {
			s.t.Errorf("%d of them were taken in, %v", n, err)
		}
		s.hides(s.get("/report"), "siti@example.test", "81298765432", "gelap banget")
	})
}

func TestFullDiskLosesTheFileAndNotTheReport(t *testing.T) {
	each(t, func(s *site) {
		s.full = true
		done, _ := s.reported(map[string]string{"text": complaint}, picture)
		s.has(done, "Ada berkas yang tidak tersimpan")
	})
}

func TestManyReportsFromOnePlaceAreSlowed(t *testing.T) {
	each(t, func(s *site) {
		at := time.Now()
		s.now = func() time.Time { return at }
		refused := 0
		for range 40 {
			a := s.post("/report", url.Values{"text": {""}, "place": {"Tebet Timur"}})
			if a.code != http.StatusTooManyRequests {
				continue
			}
			if refused++; a.header.Get("Retry-After") != "20" || !strings.Contains(a.body, `value="Tebet Timur"`) {
				s.t.Errorf("retry after %q", a.header.Get("Retry-After"))
			}
			s.has(a, "Yang Anda tulis tidak hilang", "coba lagi dalam 1 menit")
		}
		if refused != 10 {
			s.t.Errorf("%d of 40 refused, want 10", refused)
		}
		s.from = "198.51.100.9:1"
		if a := s.form(map[string]string{"text": complaint}); a.code != http.StatusSeeOther {
			s.t.Errorf("from elsewhere: %d", a.code)
		}
	})
}

func TestAPictureTellsThePlaceThatNobodyTyped(t *testing.T) {
	each(t, func(s *site) {
		for _, tt := range []struct {
			text  string
			taken channels.Point
			lies  bool
		}{
			{"Saluran air mampet, baunya minta ampun", channels.Point{Lat: -6.2299, Lng: 106.8534}, true},
			{"Saluran air di Pejagalan mampet, baunya minta ampun", channels.Point{Lat: -6.2299, Lng: 106.8534}, false},
			{"Saluran air mampet, baunya minta ampun sekali", channels.Point{Lat: -6.9034, Lng: 107.6181}, false},
		} {
			s.taken = &tt.taken
			_, n := s.reported(map[string]string{"text": tt.text}, picture)
			if n.Located != tt.lies {
				t.Errorf("%q with a picture from %+v: located %v", tt.text, tt.taken, n.Located)
			}
		}
	})
}
