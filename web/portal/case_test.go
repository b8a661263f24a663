package portal_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tanggap/bot"
	"tanggap/tickets"
)

// write sends a form of a private page, and lets happen what comes of it.
func (s *site) write(page answer, path string, fields url.Values) answer {
	s.t.Helper()
	fields.Set("form", field(s.t, page.body, "form"))
	ended := make(chan answer, 1)
	go func() { ended <- s.post(path, fields) }()
	for {
		select {
		case a := <-ended:
			return a
		default:
			s.work()
		}
	}
}

func TestMessageOnThePrivatePageJoinsItsCase(t *testing.T) {
	each(t, func(s *site) {
		done, k := s.reported(map[string]string{"text": complaint})
		private := link(s.t, done)
		page := s.get(private)
		fields := url.Values{"text": {"status"}}
		for range 2 { // pressed twice
			if a := s.write(page, private+"/message", fields); a.code != http.StatusSeeOther || a.header.Get("Location") != private {
				s.t.Fatalf("adding: %d %s", a.code, a.header.Get("Location"))
			}
		}
		page = s.get(private)
		s.has(page, "Pesan Anda sudah kami catat.")
		if n := strings.Count(page.body, `<p class="words">status</p>`); n != 1 {
			s.t.Errorf("the message stands %d times on the page", n)
		}
		thread, err := s.store.Thread(context.Background(), k.ID)
		if err != nil {
			s.t.Fatal(err)
		}
		in := 0
		for _, l := range thread {
			if l.Direction == tickets.In {
				in++
			}
		}
		if in != 2 {
			s.t.Errorf("%d messages of the citizen", in)
		}
		old := page
		if a := s.write(old, private+"/message", url.Values{"text": {"tiangnya nomor 17"}}); a.code != http.StatusSeeOther {
			s.t.Fatalf("one more: %d", a.code)
		}
		back := s.write(old, private+"/message", url.Values{"text": {"dekat gerbang"}})
		if back.code != http.StatusConflict || !strings.Contains(back.body, "dekat gerbang</textarea>") || field(s.t, back.body, "form") == field(s.t, old.body, "form") {
			s.t.Errorf("another text in a form that was sent: %d", back.code)
		}
		if a := s.write(back, private+"/message", url.Values{"text": {"dekat gerbang"}}); a.code != http.StatusSeeOther || !strings.Contains(s.get(private).body, `<p class="words">dekat gerbang</p>`) {
			s.t.Errorf("sent once more: %d", a.code)
		}
		if a := s.write(page, private+"/message", url.Values{"text": {" "}}); a.code != http.StatusUnprocessableEntity {
			s.t.Errorf("nothing: %d", a.code)
		}
		long := strings.Repeat("a", 10_001)
		if a := s.write(page, private+"/message", url.Values{"text": {long}}); a.code != http.StatusUnprocessableEntity || !strings.Contains(a.body, long) {
			s.t.Errorf("too much: %d", a.code)
		}
	})
}

func TestCitizenSaysOnThePageWhetherItIsSolved(t *testing.T) {
	each(t, func(s *site) {
		done, k := s.reported(map[string]string{"text": complaint})
		private := link(s.t, done)
		resolve := func() {
			s.t.Helper()
			if err := s.desk.Move(context.Background(), tickets.Act{Ticket: k.ID, By: "staff:rina"}, tickets.Step{To: tickets.Resolved, Text: "Lampu sudah menyala."}); err != nil {
				s.t.Fatal(err)
			}
			s.sends(bot.Web)
		}
		resolve()
		page := s.get(private)
		s.has(page, "Apakah sudah beres?", "Lampu sudah menyala.")
		if a := s.write(page, private+"/answer", url.Values{"answer": {"no"}, "note": {"masih mati yang sebelah kiri"}}); a.code != http.StatusSeeOther {
			s.t.Fatalf("BELUM: %d %s", a.code, a.words())
		}
		if now := s.ticket(k.Reference.String()); now.State != tickets.Assigned {
			s.t.Errorf("after BELUM: %s", now.State)
		}
		s.has(s.get(private), "masih mati yang sebelah kiri")
		resolve()
		page = s.get(private)
		if a := s.write(page, private+"/message", url.Values{"text": {"lampunya merah"}}); a.code != http.StatusSeeOther || s.ticket(k.Reference.String()).State != tickets.Resolved {
			s.t.Fatalf("a text that is no answer: %d %s", a.code, a.words())
		}
		if page = s.get(private); strings.Count(page.body, "lampunya merah") != 1 {
			s.t.Error("it is not on the page once")
		}
		if a := s.write(page, private+"/message", url.Values{"text": {"Belum"}}); a.code != http.StatusSeeOther || s.ticket(k.Reference.String()).State != tickets.Assigned {
			s.t.Fatalf("BELUM as a message: %d %s", a.code, a.words())
		}
		resolve()
		page = s.get(private)
		if a := s.write(page, private+"/answer", url.Values{"answer": {"yes"}}); a.code != http.StatusSeeOther {
			s.t.Fatalf("SUDAH: %d %s", a.code, a.words())
		}
		if now := s.ticket(k.Reference.String()); now.State != tickets.Closed || now.Outcome != tickets.Confirmed {
			s.t.Errorf("after SUDAH: %s, %s", now.State, now.Outcome)
		}
		s.has(s.get(private), "Selesai, dikonfirmasi pelapor")
	})
}

// What a citizen adds about an official goes where that official does not read it, and to a page of its own.
func TestMessageAboutAnOfficialOpensACaseOfItsOwn(t *testing.T) {
	each(t, func(s *site) {
		done, k := s.reported(map[string]string{"text": complaint})
		private := link(s.t, done)
		a := s.write(s.get(private), private+"/message", url.Values{"text": {conduct}})
		other := a.header.Get("Location")
		if a.code != http.StatusSeeOther || other == private || !strings.HasPrefix(other, "/t/") {
			s.t.Fatalf("%d %s", a.code, other)
		}
		page := s.get(other)
		s.has(page, "laporan tersendiri", conduct)
		if strings.Contains(page.body, k.Reference.String()) || strings.Contains(s.get(private).body, conduct) {
			s.t.Error("the two stand on one page")
		}
	})
}

func TestLinkIsEndedByItsCitizen(t *testing.T) {
	each(t, func(s *site) {
		done, _ := s.reported(map[string]string{"text": complaint})
		private := link(s.t, done)
		if a := s.post(private+"/revoke", url.Values{}); a.code != http.StatusSeeOther || s.get(private).code != http.StatusOK {
			s.t.Errorf("without saying yes: %d", a.code)
		}
		sent := s.cookies["tanggap_sent"]
		if a := s.post(private+"/revoke", url.Values{"sure": {"yes"}}); a.code != http.StatusOK {
			s.t.Errorf("ending it: %d", a.code)
		}
		if _, left := s.cookies["tanggap_sent"]; left {
			s.t.Error("the browser still knows what it sent")
		}
		unknown, ended := s.get("/t/"+strings.Repeat("a", 26)), s.get(private)
		if ended.code != http.StatusNotFound || strings.ReplaceAll(unknown.body, strings.Repeat("a", 26), "") != strings.ReplaceAll(ended.body, strings.TrimPrefix(private, "/t/"), "") {
			s.t.Errorf("an ended link: %d, and not as one that never was", ended.code)
		}
		s.cookies["tanggap_sent"] = sent
		if a := s.get("/report/done"); a.code != http.StatusOK || s.get(private).code != http.StatusNotFound {
			s.t.Errorf("the page after the report opens it again: %d", a.code)
		}
	})
}

func TestOtherSitesCannotWrite(t *testing.T) {
	each(t, func(s *site) {
		done, _ := s.reported(map[string]string{"text": complaint})
		for _, path := range []string{"/report", "/track/code", "/track/open", link(s.t, done) + "/message"} {
			r := s.filled(strings.Repeat("A", 26), map[string]string{"text": complaint})
			r.URL.Path = path
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			if a := s.call(r); a.code != http.StatusForbidden {
				s.t.Errorf("%s from another site: %d", path, a.code)
			}
		}
	})
}

func TestPagesAreInBothLanguages(t *testing.T) {
	each(t, func(s *site) {
		done, k := s.reported(map[string]string{"text": complaint})
		for _, path := range []string{"/", "/report", "/report/done", "/track", "/track?ref=" + string(k.Reference), "/track/code", "/privacy", link(s.t, done)} {
			s.cookies["tanggap_language"] = "en"
			english := s.get(path)
			delete(s.cookies, "tanggap_language")
			indonesian := s.get(path)
			if english.code != http.StatusOK || indonesian.code != http.StatusOK || !strings.Contains(english.body, `<html lang="en"`) || !strings.Contains(indonesian.body, `<html lang="id"`) {
				s.t.Errorf("%s: %d, %d", path, english.code, indonesian.code)
			}
			for _, a := range []answer{english, indonesian} {
				if !strings.Contains(a.body, `href="/privacy"`) {
					s.t.Errorf("%s does not lead to the privacy notice", path)
				}
			}
		}
		s.has(s.get("/"), "Telepon 112 SEKARANG", "lapor@kota.test")
	})
}
