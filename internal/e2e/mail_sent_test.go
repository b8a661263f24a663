package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/dovecot"
	"tanggap/internal/sim"
	"tanggap/tickets"
	"tanggap/tickets/originals"
)

// letter is a mail from one address to others, in answer to what answers names.
func letter(id, from, to, answers, text string) []byte {
	head := fmt.Sprintf("From: <%s>\nTo: %s\nSubject: Re: Lampu jalan\nDate: %s\nMessage-ID: <%s>\n", from, to, time.Now().Format(time.RFC1123Z), id)
	if answers != "" {
		head += fmt.Sprintf("In-Reply-To: <%s>\nReferences: <%s>\n", answers, answers)
	}
	return []byte(strings.ReplaceAll(head+"Content-Type: text/plain; charset=utf-8\n\n"+text+"\n", "\n", "\r\n"))
}

// TestAnswersOfAMailProgramStandOnTheTicket: somebody of the staff answers a citizen with a mail program, whose Sent
// folder the city reads beside the inbox.
func TestAnswersOfAMailProgramStandOnTheTicket(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		const citizen, password = "warga@kampung.test", "sandi-surat-99"
		box := dovecot.Start(t)
		out := sim.NewMail(sim.MailOptions{Address: dovecot.Address, Password: password})
		if err := out.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { out.Close() })
		c := configure(t, database, freeAddr(t), config.Account{Name: "mail", Channel: &config.Email{
			Address: dovecot.Address, Sent: "Sent", MaxMessage: 1 << 20, IdleFor: config.Duration(200 * time.Millisecond), PollEvery: config.Duration(time.Second),
			IMAP: config.Mailbox{URL: box.IMAPURL(), Username: dovecot.Address, Password: config.NewSecret(dovecot.Password)},
			SMTP: config.Outgoing{URL: out.SMTPURL(), Username: dovecot.Address, Password: config.NewSecret(password)},
		}})
		save := func(raw []byte) {
			t.Helper()
			if err := box.Save("Sent", raw); err != nil {
				t.Fatal(err)
			}
		}
		save(letter("rapat@kantor.test", dovecot.Address, "dinas@kota.test", "", "Undangan rapat.")) // so the folder is there
		k := run(t, c)
		k.until("the first look into the folder", func() bool {
			at, err := k.app.Store().Cursor(context.Background(), "mail/sent")
			return err == nil && at != ""
		})
		if err := box.Deliver(letter("lapor1@kampung.test", citizen, dovecot.Address, "", "Lampu jalan mati di depan SDN 01 Tebet Timur, gelap.")); err != nil {
			t.Fatal(err)
		}
		k.until("the receipt", func() bool { return len(out.Mailbox(citizen)) == 1 })
		receipt := out.Mailbox(citizen)[0]
		reply := letter("klien@kantor.test", dovecot.Address, citizen+", Kepala <kepala@kota.test>", "lapor1@kampung.test", "Petugas datang besok pagi.\n\n-- \nDinas Bina Marga\n\nPada Sel, 17 Mar 2026 10.00, <"+citizen+"> menulis:\n> Lampu jalan mati")
		save(receipt.Raw) // as servers do that keep what is submitted to them
		save(reply)
		save(reply) // a copy, and one that the server has changed
		save(append([]byte("X-Server: kantor\r\n"), strings.ReplaceAll(string(reply), "Subject: Re", "Subject: RE")...))
		save(letter("dinas@kantor.test", dovecot.Address, "dinas@kota.test", "lapor1@kampung.test", "Mohon ditangani."))

		var thread []tickets.Line
		var first tickets.Ticket
		shows := func(n int) {
			t.Helper()
			k.until(fmt.Sprintf("%d lines on the ticket", n), func() bool {
				all, _, err := k.app.Store().List(context.Background(), tickets.Filter{})
				if err != nil || len(all) == 0 {
					return false
				}
				first = all[len(all)-1]
				thread, err = k.app.Store().Thread(context.Background(), first.ID)
				return err == nil && len(thread) >= n
			})
			var err error
			if first, err = k.app.Store().TicketByID(context.Background(), first.ID); err != nil { // as it is with those lines
				t.Fatal(err)
			}
			if len(thread) != n {
				t.Fatalf("%d lines on the ticket, want %d", len(thread), n)
			}
		}
		shows(3)
		if got := thread[2]; got.Direction != tickets.Out || got.Author != "mailbox" || got.Text != "Petugas datang besok pagi." || !strings.Contains(got.Quoted, "Dinas Bina Marga") || first.State != tickets.InProgress {
			t.Errorf("the answer stands there as %+v, on a ticket %s", got, first.State)
		}
		of, err := originals.New(k.app.Store()).Of(context.Background(), first.ID)
		if err != nil || !of[thread[0].ID] || !of[thread[2].ID] || of[thread[1].ID] {
			t.Errorf("mails behind the lines: %v %v", of, err)
		}

		// The citizen answers that, and the folder is read once more by a city that begins anew.
		if err := box.Deliver(letter("lapor2@kampung.test", citizen, dovecot.Address, "klien@kantor.test", "Baik, terima kasih.")); err != nil {
			t.Fatal(err)
		}
		shows(4)
		if !strings.HasPrefix(database, "postgres") { // once is enough of what no database has a part in
			k.stop()
			if err := box.Drop("Sent"); err != nil {
				t.Fatal(err)
			}
			save(reply) // under a number that was another mail's
			k = run(t, c)
		}
		save(letter("selesai@kantor.test", dovecot.Address, citizen, "lapor2@kampung.test", "Lampu sudah menyala."))
		shows(5)
		if all, _, err := k.app.Store().List(context.Background(), tickets.Filter{}); err != nil || len(all) != 1 {
			t.Errorf("%d tickets, %v", len(all), err)
		}
		for _, m := range out.Taken() {
			if strings.Contains(m.Text, "besok") || strings.Contains(m.Text, "menyala") || len(m.To) != 1 || m.To[0] != citizen {
				t.Errorf("sent to %v: %q", m.To, m.Text)
			}
		}
	})
}
