package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
	"tanggap/tickets/breaker"
	"tanggap/tickets/staff"
)

// mailAccount is a mailbox at a simulated server.
func mailAccount(name, address string, box *sim.Mail) config.Account {
	return config.Account{Name: name, Channel: &config.Email{
		Address: address, MaxMessage: 20 << 20, IdleFor: config.Duration(time.Minute), PollEvery: config.Duration(time.Second),
		IMAP: config.Mailbox{URL: box.IMAPURL(), Username: address, Password: config.NewSecret("hush")},
		SMTP: config.Outgoing{URL: box.SMTPURL(), Username: address, Password: config.NewSecret("hush")},
	}}
}

// postbox is a simulated server with one mailbox of ours.
func postbox(t *testing.T, address string) *sim.Mail {
	t.Helper()
	box := sim.NewMail(sim.MailOptions{Address: address, Password: "hush"})
	if err := box.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { box.Close() })
	return box
}

// looked waits until the mailbox was read for the first time.
func (k *city) looked(account string) {
	k.t.Helper()
	k.until("the first look into "+account, func() bool {
		c, err := k.app.Store().Cursor(context.Background(), account)
		return err == nil && c != ""
	})
}

// lines are a ticket's messages with what became of them.
func (k *city) lines(reference string) []tickets.Line {
	k.t.Helper()
	n, err := k.app.Store().Ticket(k.t.Context(), tickets.Reference(reference))
	if err != nil {
		k.t.Fatal(err)
	}
	all, err := k.app.Store().Thread(k.t.Context(), n.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

// TestBouncesAllTheWay answers a citizen whose mailbox is gone: what came back is seen on the ticket with the
// words of the other server, nothing more is sent there until something comes from there, and a bounce that
// anybody could have written does nothing.
func TestBouncesAllTheWay(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		const citizen = "siti.warga@example.test"
		box := postbox(t, "lapor@kota.test")
		k := run(t, configure(t, database, freeAddr(t), mailAccount("mail", "lapor@kota.test", box)))
		k.looked("mail")
		write := func(text, answers string) {
			if _, err := box.Write(sim.MailLetter{From: citizen, Name: "Siti", Subject: "Lampu", Text: text, ReplyTo: answers}); err != nil {
				t.Fatal(err)
			}
		}
		write(complaint, "")
		listed := k.queue("", 1)[0]
		k.until("the receipt", func() bool { return len(box.Mailbox(citizen)) == 1 })
		reply := func(text, state string) tickets.Line {
			t.Helper()
			before := len(k.lines(listed.Reference))
			if code := k.call("POST", "/api/v1/tickets/"+listed.Reference+"/replies", map[string]string{"text": text}, nil); code != http.StatusAccepted {
				t.Fatalf("replying: %d", code)
			}
			k.until("the end of "+text, func() bool { l := k.lines(listed.Reference); return l[before].Sent.State == state })
			return k.lines(listed.Reference)[before]
		}
		first := reply("Petugas kami berangkat hari ini.", "sent")

		box.WriteRaw([]byte("Return-Path: <>\r\nFrom: MAILER-DAEMON@example.test\r\nTo: lapor@kota.test\r\nSubject: Undelivered Mail Returned to Sender\r\nMessage-ID: <palsu@example.test>\r\n" +
			"X-Failed-Recipients: " + citizen + "\r\n\r\n550 5.1.1 <" + citizen + ">: user unknown\r\n\r\nMessage-ID: <" + forge(first.Sent.ExternalID) + ">\r\n"))
		k.until("the forged bounce", func() bool { return k.ignored() == 1 })
		if got := reply("Kabar kedua.", "sent"); got.Sent.Reason != "" {
			t.Errorf("after a forged bounce: %+v", got.Sent)
		}

		if err := box.Bounce(first.Sent.ExternalID, "5.1.1"); err != nil {
			t.Fatal(err)
		}
		k.until("the bounce on the ticket", func() bool { return k.lines(listed.Reference)[1+1].Sent.State == "failed" })
		sent := k.lines(listed.Reference)[2].Sent
		if !strings.Contains(sent.Reason, "no such mailbox: 550 5.1.1 … user unknown") || sent.Code != "5.1.1" || strings.Contains(sent.Reason, citizen) {
			t.Errorf("the ticket shows %+v", sent)
		}
		if got := reply("Kabar ketiga.", "failed"); !strings.Contains(got.Sent.Reason, "cannot be reached") {
			t.Errorf("after the bounce: %+v", got.Sent)
		}
		if got := len(box.Mailbox(citizen)); got != 3 {
			t.Errorf("%d mails went out, want the receipt and two answers", got)
		}
		write("saya sudah bisa terima surel lagi, bagaimana lampunya?", first.Sent.ExternalID)
		k.until("the citizen's mail", func() bool {
			all := k.lines(listed.Reference)
			return k.ignored() == 2 && all[len(all)-1].Direction == tickets.In
		})
		reply("Kabar keempat.", "sent")
		k.silent("Siti", citizen)
	})
}

// ignored is how many things that came in were found to be for nobody.
func (k *city) ignored() (n int) {
	k.t.Helper()
	if err := k.app.Store().Row(k.t.Context(), `SELECT count(*) FROM inbox_work WHERE outcome = 'ignored'`).Scan(&n); err != nil {
		k.t.Fatal(err)
	}
	return n
}

// TestRobotsOpenNothingAndAreNotAnswered lets every kind of program write, and two mailboxes of ours write to each other.
// Nothing of it becomes a report or is answered; all of it is listed with its reason, and staff make a report
// of one that a person wrote after all.
func TestRobotsOpenNothingAndAreNotAnswered(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, database string) {
		lapor, info := postbox(t, "lapor@kota.test"), postbox(t, "info@kota.test")
		k := run(t, configure(t, database, freeAddr(t), mailAccount("lapor", "lapor@kota.test", lapor), mailAccount("info", "info@kota.test", info)))
		k.looked("lapor")
		k.looked("info")
		const citizen = "budi@example.test"
		person := func(text string) {
			if _, err := lapor.Write(sim.MailLetter{From: citizen, Subject: "Lampu", Text: text}); err != nil {
				t.Fatal(err)
			}
		}
		person(complaint)
		k.until("the receipt", func() bool { return len(lapor.Mailbox(citizen)) == 1 })
		receipt := lapor.Mailbox(citizen)[0]
		want := map[string]int{}
		robot := func(box *sim.Mail, sign string, l sim.MailLetter) {
			if l.Subject == "" {
				l.Subject = "Laporan"
			}
			if l.Text = complaint; l.From == "" {
				l.From = citizen
			}
			if _, err := box.Write(l); err != nil {
				t.Fatal(err)
			}
			want["an automatic message: "+sign]++
		}
		field := func(name, value string) map[string]string { return map[string]string{name: value} }
		robot(lapor, "auto-submitted", sim.MailLetter{Header: field("Auto-Submitted", "auto-replied"), ReplyTo: receipt.MessageID})
		robot(lapor, "list", sim.MailLetter{Header: field("List-Id", "<warga.example.test>")})
		robot(lapor, "bulk", sim.MailLetter{Header: field("Precedence", "bulk")})
		robot(lapor, "responder", sim.MailLetter{Header: field("X-Autoreply", "yes")})
		robot(lapor, "subject", sim.MailLetter{Subject: "Balasan otomatis: " + receipt.Subject, ReplyTo: receipt.MessageID})
		robot(lapor, "no-reply", sim.MailLetter{From: "no-reply@toko.test"})
		// Our own: from the other mailbox, through it, and what it sent, as it stands.
		robot(lapor, "ours", sim.MailLetter{From: "info@kota.test"})
		robot(info, "ours", sim.MailLetter{From: "lapor@kota.test"})
		robot(info, "ours", sim.MailLetter{Header: field("X-Loop", "lapor@kota.test")})
		info.WriteRaw(receipt.Raw)
		lapor.WriteRaw(receipt.Raw)
		want["an automatic message: ours"] += 2

		people := staff.New(k.app.Store())
		got := map[string]int{}
		k.until("all robots", func() bool {
			rows, _, err := people.Ignored(t.Context(), 100, "")
			if err != nil {
				t.Fatal(err)
			}
			clear(got)
			for _, r := range rows {
				got[r.Reason]++
			}
			return len(rows) == 11
		})
		k.queue("", 1)
		if fmt.Sprint(got) != fmt.Sprint(want) || len(lapor.Taken()) != 1 || len(info.Taken()) != 0 {
			t.Errorf("ignored %v, want %v; sent %d and %d", got, want, len(lapor.Taken()), len(info.Taken()))
		}
		rows, _, err := people.Ignored(t.Context(), 100, "")
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(rows, func(r tickets.Quarantined) bool { return r.Reason == "an automatic message: no-reply" })
		if err := people.Replay(t.Context(), "siti", rows[at].ID); err != nil {
			t.Fatal(err)
		}
		k.queue("", 2)
		k.until("its receipt", func() bool { return len(lapor.Mailbox("no-reply@toko.test")) == 1 })
	})
}

// TestTwoRobotsEnd lets a program answer each mail of ours with one that tells nothing of what it answers or is: a new
// subject, new words, no field that a program should write. It ends after a handful.
func TestTwoRobotsEnd(t *testing.T) {
	const robot = "layanan@toko.test"
	box := postbox(t, "lapor@kota.test")
	c := configure(t, dbtest.New(t, dbtest.SQLite), freeAddr(t), mailAccount("mail", "lapor@kota.test", box))
	k := run(t, c)
	k.looked("mail")
	streets := []string{"Melati", "Mawar", "Kenanga", "Anggrek", "Cempaka", "Dahlia", "Flamboyan", "Kamboja", "Teratai", "Seruni", "Bougenville", "Nusa Indah"}
	write := func(n int) {
		l := sim.MailLetter{From: robot, Subject: fmt.Sprintf("Tiket #%d", 100+n), Text: fmt.Sprintf("Lubang ke-%d di Jalan %s sudah kami catat.", n*7, streets[n%len(streets)])}
		if _, err := box.Write(l); err != nil {
			t.Fatal(err)
		}
	}
	write(0)
	wrote := 1
	k.until("the breaker", func() bool {
		if got := len(box.Mailbox(robot)); got >= wrote { // the robot answers each of ours
			write(wrote)
			wrote++
		}
		held, err := breaker.New(k.app.Store(), breaker.Limits{}).Held(t.Context())
		return err == nil && held["mail"] > 0
	})
	k.until("the last report", func() bool { return len(k.all()) == wrote })
	if sent := len(box.Taken()); sent != c.Answers.PerAddress || wrote != sent+1 {
		t.Errorf("we wrote %d mails, the robot %d; want %d of ours and the one that was not answered", sent, wrote, c.Answers.PerAddress)
	}
	if !strings.Contains(k.logs.String(), "kind=storm") {
		t.Error("the log does not tell of the storm")
	}
	k.silent(robot)
}

// all are the tickets that there are, at most 200.
func (k *city) all() []tickets.Ticket {
	k.t.Helper()
	list, _, err := k.app.Store().List(k.t.Context(), tickets.Filter{Limit: 200})
	if err != nil {
		k.t.Fatal(err)
	}
	return list
}

// storm is a flood of mail from one address: all of it is filed, little of it is answered, also after a restart.
func storm(t *testing.T, database string, mails int) {
	const robot = "alarm@pabrik.test"
	box := postbox(t, "lapor@kota.test")
	c := configure(t, database, freeAddr(t), mailAccount("mail", "lapor@kota.test", box))
	k := run(t, c)
	k.looked("mail")
	began := time.Now()
	write := func(from, to int) {
		for i := from; i < to; i++ {
			l := sim.MailLetter{From: robot, Subject: fmt.Sprintf("Gangguan %d", i), Text: fmt.Sprintf("Perangkat %d di gardu %d tidak menjawab sejak pukul %02d.%02d.", i*31%977, i, i%24, i%60)}
			if _, err := box.Write(l); err != nil {
				t.Fatal(err)
			}
		}
	}
	done := func(n int) func() bool {
		return func() bool {
			var filed, waiting int
			row := k.app.Store().Row(t.Context(), `SELECT (SELECT count(*) FROM message WHERE direction = 'in'), (SELECT count(*) FROM outbox WHERE done_at = 0)`)
			if err := row.Scan(&filed, &waiting); err != nil {
				t.Fatal(err)
			}
			return filed == n && waiting == 0
		}
	}
	write(0, mails/2)
	k.until("the first half", done(mails/2))
	k.stop()
	c.Server.Listen = freeAddr(t)
	k = run(t, c)
	write(mails/2, mails)
	k.until("the second half", done(mails))
	var held, intents int
	row := k.app.Store().Row(t.Context(), `SELECT (SELECT count(*) FROM outbox WHERE state = 'held'), (SELECT count(*) FROM outbox)`)
	if err := row.Scan(&held, &intents); err != nil {
		t.Fatal(err)
	}
	sent := len(box.Taken())
	t.Logf("%d mails from one address: %d filed, %d answered, %d answers held back, in %v", mails, mails, sent, held, time.Since(began).Round(time.Millisecond))
	if sent != c.Answers.PerAddress || held != intents-sent {
		t.Errorf("%d answers went out, want %d; %d of %d are held", sent, c.Answers.PerAddress, held, intents)
	}
	storms, err := breaker.New(k.app.Store(), breaker.Limits{}).Storms(t.Context())
	if err != nil || len(storms) != 1 || storms[0].Held != held {
		t.Fatalf("%+v %v", storms, err)
	}
	citizen := "siti@example.test"
	if _, err := box.Write(sim.MailLetter{From: citizen, Subject: "Lampu", Text: complaint}); err != nil {
		t.Fatal(err)
	}
	k.until("the receipt of somebody else", func() bool { return len(box.Mailbox(citizen)) == 1 })
	if held > 100 {
		return // a mailbox takes five a second
	}
	if err := breaker.New(k.app.Store(), breaker.Limits{}).Release(t.Context(), "siti", storms[0].Name); err != nil {
		t.Fatal(err)
	}
	k.until("what staff released", func() bool { return len(box.Mailbox(robot)) == sent+held })
}

func TestSoakStorm(t *testing.T) {
	if os.Getenv("TANGGAP_SOAK") == "" {
		storm(t, dbtest.New(t, dbtest.SQLite), 20) // the short form stays alive in every run
		return
	}
	dbtest.Each(t, func(t *testing.T, database string) { storm(t, database, 1000) })
}

// forge is a Message-ID of ours with another proof.
func forge(id string) string {
	key, rest, _ := strings.Cut(id, ".")
	_, domain, _ := strings.Cut(rest, "@")
	return fmt.Sprintf("%s.%s@%s", key, strings.Repeat("a", 16), domain)
}
