package console_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

const letterOfSari = "From: Sari Rahasiawati <sari.rahasiawati@example.com>\r\nTo: lapor@kota.test\r\nSubject: Lampu jalan\r\n" +
	"Date: Tue, 17 Mar 2026 10:00:00 +0700\r\nMessage-ID: <asli@example.com>\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" +
	"<p><b>lampu jalan mati</b> di Tebet Timur</p><script>alert(1)</script><img src=\"https://tracker.example/x.gif\" alt=\"foto\"><p>Sari Rahasiawati</p>\r\n"

// mails lets Sari write by mail; it returns the ticket and the path of the original.
func (w *town) mails(text string) (tickets.Ticket, string) {
	w.t.Helper()
	n := w.receives(channels.Inbound{
		Account: "mail", From: from["mail"], Subject: "Lampu jalan", Text: text, Quoted: "> kutipan lama", Raw: []byte(letterOfSari), RawType: "message/rfc822",
	})
	return n, path(n) + "/mail/" + strconv.FormatInt(w.lines(n)[0].ID, 10)
}

func (w *town) lines(n tickets.Ticket) []tickets.Line {
	w.t.Helper()
	lines, err := w.Thread(w.t.Context(), n.ID)
	if err != nil || len(lines) == 0 {
		w.t.Fatal(len(lines), err)
	}
	return lines
}

func TestTheOriginalOfAMailIsClosedUntilItsWriterIsOpen(t *testing.T) {
	each(t, func(w *town) {
		n, at := w.mails(street)
		clerk, other, watcher := w.hires("siti", staff.Clerk, lights), w.hires("budi", staff.Clerk, water), w.hires("mata", staff.Auditor, lights)
		page := clerk.sees(path(n))
		w.has(page, "Surel aslinya memuat nama", "<details><summary>Kutipan dan tanda tangan")
		w.lacks(page, at, "rahasiawati", "tracker.example")
		for who, want := range map[*person]int{clerk: http.StatusForbidden, watcher: http.StatusForbidden, other: http.StatusNotFound} {
			for _, as := range []string{"", "?as=file"} {
				status, _, page := who.get(at + as)
				if status != want {
					t.Errorf("%s%s while it is closed: %d, want %d", who.login, as, status, want)
				}
				w.lacks(page, "rahasiawati", "Rahasiawati")
			}
		}
		clerk.post(path(n)+"/identity", clerk.form(n, "because", "contact"))
		page = clerk.sees(path(n))
		w.has(page, `<iframe sandbox src="`+at+`"`, at+"?as=file")
		page = clerk.sees(at)
		w.has(page, "Sari Rahasiawati &lt;sari.rahasiawati@example.com&gt;", "<b>lampu jalan mati</b>", "Gambar dari luar tidak dimuat: 1", "Perihal")
		w.lacks(page, "alert(1)", "tracker.example")
		if status, _, mail := clerk.get(at + "?as=file"); status != http.StatusOK || mail != letterOfSari {
			t.Errorf("the file: %d, %d bytes", status, len(mail))
		}
		// It is open to one person, not to the agency.
		if status, _, _ := watcher.get(at); status != http.StatusForbidden {
			t.Errorf("another person: %d", status)
		}
		opened := 0
		events, err := w.Events(t.Context(), n.ID)
		for _, e := range events {
			if e.Type == tickets.IdentityOpened && e.Actor == "siti" {
				opened++
			}
		}
		if err != nil || opened != 1 {
			t.Errorf("%d events of the opening, %v", opened, err)
		}
		// Another ticket's mail is not read through one's own, and what came otherwise has none.
		sms := w.reports("smsc", "lampu jalan mati di jalan kebon kacang, sudah lama")
		boss := w.hires("rina", staff.Supervisor, root)
		boss.post(path(sms)+"/identity", boss.form(sms, "because", "contact"))
		w.lacks(boss.sees(path(sms)), "Surel asli")
		for _, wrong := range []string{
			strings.Replace(at, string(n.Reference), string(sms.Reference), 1),
			path(sms) + "/mail/" + strconv.FormatInt(w.lines(sms)[0].ID, 10),
			path(sms) + "/mail/x", path(sms) + "/mail/99999999999999999999",
		} {
			if status, _, _ := boss.get(wrong); status != http.StatusNotFound {
				t.Errorf("%s: %d", wrong, status)
			}
		}
		w.lacks(w.log.String(), "ahasiawati", "tracker")
	})
}

func TestTheOriginalOfASealedReportIsForWhoMayOpenIt(t *testing.T) {
	each(t, func(w *town) {
		n, at := w.mails(bribe)
		if !n.Sealed {
			t.Fatal("the report is not sealed")
		}
		clerk, chief := w.hires("siti", staff.Clerk, inspector), w.hires("kepala", staff.Supervisor, inspector)
		if status, _, _ := clerk.post(path(n)+"/identity", clerk.form(n, "because", "contact")); status == http.StatusOK {
			t.Error("a clerk opened who wrote a sealed report")
		}
		if status, _, _ := clerk.get(at); status != http.StatusForbidden {
			t.Errorf("a clerk reads the mail: %d", status)
		}
		chief.post(path(n)+"/identity", chief.form(n, "because", "law"))
		w.has(chief.sees(at), "Sari Rahasiawati")
		if status, _, _ := clerk.get(at); status != http.StatusForbidden {
			t.Errorf("a clerk reads what a supervisor opened: %d", status)
		}
	})
}

// ends brings what waits to be sent on an account to an end.
func (w *town) ends(account string, f tickets.Fate) (key string) {
	w.t.Helper()
	var due []tickets.Parcel
	w.until("something to send", func() (ok bool) {
		var err error
		if due, err = w.Claim(w.t.Context(), account, 1, time.Minute); err != nil {
			w.t.Fatal(err)
		}
		return len(due) > 0
	})
	p := &due[0]
	if err := w.Render(w.t.Context(), p, []string{p.Text}); err != nil {
		w.t.Fatal(err)
	}
	attempt, err := w.Begin(w.t.Context(), p, &p.Parts[0], time.Minute)
	if err == nil {
		err = w.End(w.t.Context(), p, &p.Parts[0], attempt, f)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return p.Parts[0].Key
}

func TestThePageTellsWhatBecameOfAMail(t *testing.T) {
	each(t, func(w *town) {
		n, _ := w.mails(street)
		clerk := w.hires("siti", staff.Clerk, lights)
		key := w.ends("mail", tickets.Fate{State: "sent", Doubt: true})
		w.has(clerk.sees(path(n)), "Terkirim", "Mungkin sampai dua kali")
		if err := w.Report(t.Context(), tickets.Report{
			Account: "mail", EventID: "kembali", Key: key, State: "failed", Kind: "unreachable", Code: "5.1.1", Reason: "the mail came back, there is no such mailbox: 550 no such user",
		}); err != nil {
			t.Fatal(err)
		}
		page := clerk.sees(path(n))
		w.has(page, "Gagal: surel kembali: kotak surat itu tidak ada: 550 no such user (5.1.1)")
		w.lacks(page, "Mungkin sampai dua kali", "came back")

		clerk.post(path(n)+"/reply", clerk.form(n, "text", "Petugas datang besok."))
		w.ends("mail", tickets.Fate{State: "failed", Doubt: true, Reason: "may have arrived, even twice: the platform did not answer, nor when it was sent once more"})
		w.has(clerk.sees(path(n)), "Tidak diketahui apakah sampai: mungkin sampai, bahkan dua kali")
	})
}

func TestAReportThatSpeaksOfAnotherLeadsToIt(t *testing.T) {
	each(t, func(w *town) {
		old := w.reports("mail", street)
		w.receives(channels.Inbound{Account: "mail", From: from["mail"], Subject: "BATAL", Text: "BATAL " + old.Reference.String()})
		n := w.receives(channels.Inbound{Account: "mail", From: from["mail"], Subject: "Laporan " + old.Reference.String(), Text: "laporan " + old.Reference.String() + ": " + street})
		if n.ID == old.ID {
			t.Fatal("the mail is on the ticket that was withdrawn")
		}
		clerk, other := w.hires("siti", staff.Clerk, lights), w.hires("budi", staff.Clerk, water)
		w.has(clerk.sees(path(n)), "Berkaitan dengan laporan lama", `href="`+path(old)+`"`)
		w.lacks(clerk.sees(path(old)), "Berkaitan dengan")
		clerk.post(path(n)+"/transfer", clerk.form(n, "agency", water, "reason", "Lampu taman milik SDA."))
		w.lacks(other.sees(path(n)), "Berkaitan dengan", path(old))
	})
}
