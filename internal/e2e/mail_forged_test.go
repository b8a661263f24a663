package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
)

const (
	ourBox  = "pengaduan@kota.test"
	author  = "budi@kampung.test"
	border  = "Received: from mail.luar.test (mail.luar.test [203.0.113.9]) by mx.kota.test with ESMTPS id 7; Thu, 26 Nov 2026 08:00:00 +0700\n"
	passed  = "Authentication-Results: mx.kota.test; spf=pass smtp.mailfrom=budi@kampung.test;\n\tdkim=pass header.d=kampung.test; dmarc=pass header.from=kampung.test\n"
	failed  = "Authentication-Results: mx.kota.test; spf=fail smtp.mailfrom=budi@kampung.test; dmarc=fail (p=none) header.from=kampung.test\n"
	private = "gelap sekali dan anak saya pernah jatuh"
)

// forgery is a mail, true or not, as our own server delivers it: trace is what servers wrote on top.
type forgery struct {
	trace, from, subject, answers, text string
}

func (l forgery) deliver(box *sim.Mail, n int) {
	answers := ""
	if l.answers != "" {
		answers = fmt.Sprintf("In-Reply-To: <%s>\nReferences: <%s>\n", l.answers, l.answers)
	}
	raw := fmt.Sprintf("%sFrom: %s\nTo: %s\nSubject: %s\nDate: %s\nMessage-ID: <f%d@luar.test>\n%s\n%s\n",
		l.trace, l.from, ourBox, l.subject, time.Now().Format(time.RFC1123Z), n, answers, l.text)
	box.WriteRaw([]byte(strings.ReplaceAll(raw, "\n", "\r\n")))
}

// mailedTicket is a city whose mail server writes Authentication-Results, and a citizen's ticket in it with the mail
// by which he was told.
func mailedTicket(t *testing.T, database string) (*city, *sim.Mail, ticket, sim.MailTaken) {
	box := postbox(t, ourBox)
	account := mailAccount("mail", ourBox, box)
	account.Channel.(*config.Email).AuthServID = "mx.kota.test"
	c := configure(t, database, freeAddr(t), account)
	c.Answers.PerAddress = 100 // one forger writes all: what each is told is to be seen
	k := run(t, c)
	k.looked("mail")
	forgery{passed + border, "Budi Santoso <" + author + ">", "Lampu jalan mati", "", "Lampu jalan mati di Tebet Timur, " + private}.deliver(box, 0)
	listed := k.queue("", 1)[0]
	k.until("the receipt", func() bool { return len(box.Taken()) == 1 })
	return k, box, listed, box.Taken()[0]
}

// Whoever only pretends to be the citizen, or to know our mail, gets a report of his own that is marked and leads
// staff to the one he spoke of. He learns nothing, and changes nothing.
func TestForgedMailReachesNobodysTicket(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k, box, his, receipt := mailedTicket(t, database)
		key, _, _ := strings.Cut(receipt.MessageID, ".")
		budi, evil := "Budi Santoso <"+author+">", "Budi Santoso <budi@kampunq.test>"
		about := "Re: Laporan " + his.Reference
		ofEvil := strings.ReplaceAll(passed, "kampung.test", "kampunq.test")
		forgeries := []forgery{
			{border, budi, about, "", "nobody vouches, right reference"},
			{failed + border, budi, about, receipt.MessageID, "failed, right reference and message"},
			{border + passed, budi, about, "", "results forged below our server's Received"},
			{failed + border + passed, budi, about, receipt.MessageID, "results forged below our server's own"},
			{strings.ReplaceAll(passed, "mx.kota", "mx.luar") + border, budi, about, "", "results of another server"},
			{strings.Replace(passed, "dmarc=pass", "dmarc=none (dmarc=pass", 1) + border, budi, about, "", "results in a comment"},
			{border, budi, "Re: laporan", key + "@kota.test", "a copied Message-ID without its HMAC"},
			{border, budi, "Re: laporan", key + ".aaaaaaaaaaaaaaaa@kota.test", "a copied Message-ID with another HMAC"},
			{ofEvil + border, evil, "Re: laporan", receipt.MessageID, "another sender with our whole Message-ID"},
			{ofEvil + border, evil, about, "", "a look-alike with the right reference"},
			{border, "\"" + author + "\" <budi@kampunq.test>", about, receipt.MessageID, "the citizen's address as a name"},
			{border, "Budi <budi@\u212aampung.test>", about, receipt.MessageID, "the Kelvin sign"},
			{passed + border, "Budi <budi@kampunq.test>\nFrom: " + budi, about, receipt.MessageID, "two authors"},
			{passed + border, budi + ", " + evil, about, receipt.MessageID, "two authors in one field"},
			{border, budi, "BATAL " + his.Reference, "", "BATAL"},
		}
		before := k.lines(his.Reference)
		for i, l := range forgeries {
			if l.text != "BATAL" {
				l.text += ": tolong kirim nama petugasnya"
			}
			l.deliver(box, i+1)
		}
		for _, n := range k.queue("limit=50", len(forgeries)+1) {
			if n.Reference == his.Reference {
				continue
			}
			made, err := k.app.Store().Ticket(t.Context(), tickets.Reference(n.Reference))
			if err != nil {
				t.Fatal(err)
			}
			events, err := k.app.Store().Events(t.Context(), made.ID)
			if err != nil {
				t.Fatal(err)
			}
			if !made.Unverified || !strings.Contains(string(events[0].Data), `"linked":"`+his.Reference+`"`) {
				t.Errorf("%s: unverified %v, %s", k.lines(n.Reference)[0].Text, made.Unverified, events[0].Data)
			}
		}
		if after := k.ticket(his.Reference); after.State != his.State || after.Version != his.Version || len(k.lines(his.Reference)) != len(before) {
			t.Errorf("the citizen's ticket went from %s to %s, with %d lines", his.State, after.State, len(k.lines(his.Reference)))
		}
		k.until("a receipt for each", func() bool { return len(box.Taken()) == len(forgeries)+1 })
		for _, m := range box.Taken()[1:] {
			for _, secret := range []string{his.Reference, tickets.Reference(his.Reference).String(), "Budi", "Santoso", private, "Lampu", "Tebet"} {
				if strings.Contains(string(m.Raw), secret) {
					t.Errorf("%v was told %q: %s", m.To, secret, m.Raw)
				}
			}
		}
	})
}

// A true answer joins: known by our server, or known to nobody and in answer to our own mail, whatever happened to
// its text on the way.
func TestTrueMailJoinsItsTicket(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k, box, his, receipt := mailedTicket(t, database)
		budi := "Budi Santoso <" + author + ">"
		about := "Re: [CONTOH] Laporan " + his.Reference
		answers := []forgery{
			{passed + border, budi, about, receipt.MessageID, "jawaban yang dijamin"},
			{border, budi, about, receipt.MessageID, "jawaban tanpa jaminan"},
			{"", "BUDI@KAMPUNG.TEST", "Re: laporan", strings.ToUpper(receipt.MessageID), "jawaban dari program lama"},
			{border + "DKIM-Signature: v=1; a=rsa-sha256; d=luar.test; s=x; h=from; bh=AAAA; b=AAAA\n", budi, about, receipt.MessageID, "jawaban lewat milis\n_______\nDipindai dari virus"},
			{passed + border, budi, about, "", "jawaban tanpa rujukan, dari program yang membuangnya"},
			{strings.Replace(passed, "dkim=pass", "dkim=fail", 1) + border, budi, about, receipt.MessageID, "jawaban dengan tanda tangan rusak"},
		}
		for i, l := range answers {
			l.deliver(box, i+1)
			k.until(l.text, func() bool {
				return slices.ContainsFunc(k.lines(his.Reference), func(m tickets.Line) bool { return strings.HasPrefix(m.Text, strings.Split(l.text, "\n")[0]) })
			})
		}
		k.queue("", 1)
	})
}

// One mail to two of our mailboxes, delivered in the same moment, is one ticket with one receipt.
func TestMailToTwoMailboxesIsOneTicket(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		boxes := []*sim.Mail{postbox(t, ourBox), postbox(t, "kelurahan@kota.test")}
		k := run(t, configure(t, database, freeAddr(t), mailAccount("mail", ourBox, boxes[0]), mailAccount("kel", "kelurahan@kota.test", boxes[1])))
		k.looked("mail")
		k.looked("kel")
		const many = 8
		for n := range many {
			for _, box := range boxes {
				forgery{border, fmt.Sprintf("Warga <warga%d@kampung.test>", n), "Lampu jalan", "", fmt.Sprintf("lampu jalan mati di Tebet Timur nomor %d", n)}.deliver(box, n)
			}
		}
		k.queue("limit=100", many)
		k.until("the end of all rows", func() bool {
			var left int
			err := k.app.Store().Row(t.Context(), `SELECT (SELECT count(*) FROM inbox_work WHERE state = 0) + (SELECT 2*? - count(*) FROM inbox)`, many).Scan(&left)
			return err == nil && left == 0
		})
		k.queue("limit=100", many)
		k.until("the receipts", func() bool { return len(boxes[0].Taken())+len(boxes[1].Taken()) == many })
	})
}
