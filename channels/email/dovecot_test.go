package email

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/channels/channeltest"
	"tanggap/internal/dovecot"
)

// TestDovecot takes a real server through what servers go through.
func TestDovecot(t *testing.T) {
	p := newRealPlatform(t).(*platform)
	c := p.config()
	in := newMarkingInbox()
	poll(t, newAdapter(t, c), in)
	select {
	case <-in.marks:
	case <-time.After(patience):
		t.Fatal("the mailbox was not opened")
	}
	wrote := 0
	write := func(n int) {
		for range n {
			wrote++
			p.Write(t, wrote%3, fmt.Sprintf("pesan %d", wrote))
		}
	}
	all := func(what string) {
		t.Helper()
		await(t, in.Inbox, what, func() bool { return len(in.Messages()) >= wrote })
		if got := len(in.Messages()); got != wrote {
			t.Fatalf("%s: %d messages, want %d", what, got, wrote)
		}
	}

	write(10)
	all("mails in a row")

	write(1)
	all("a mail while idle") // patience is far shorter than an IDLE: the server's word woke us

	for range 10 {
		write(3)
		if err := p.real.Cut(); err != nil {
			t.Fatal(err)
		}
		write(rand.IntN(3))
	}
	all("mails through 10 cuts")

	p.Outage(true)
	write(3) // they wait at the senders' servers
	p.Outage(false)
	all("mails after a restart of the server")

	p.real.Stop()
	if err := p.real.Renumber(); err != nil {
		t.Fatal(err)
	}
	if err := p.real.Run(); err != nil {
		t.Fatal(err)
	}
	write(2)
	all("mails after a change of UIDVALIDITY")

	for _, m := range in.Messages() {
		if m.Mute || m.Unverified {
			t.Errorf("%s: mute %v, unverified %v", m.Text, m.Mute, m.Unverified)
		}
	}
}

// TestDovecotIsLeftAsItWas: reading leaves no flag behind.
func TestDovecotIsLeftAsItWas(t *testing.T) {
	s := dovecot.Start(t)
	c := Config{
		Address: dovecot.Address,
		IMAP:    Server{URL: s.IMAPURL(), Username: dovecot.Address, Password: dovecot.Password},
		SMTP:    Server{URL: "smtp://127.0.0.1:1"},
	}
	in := channeltest.NewInbox()
	stop := poll(t, newAdapter(t, c), in)
	if err := s.Deliver(plainMail("warga@kampung.test", "satu@x.test", "halo")); err != nil {
		t.Fatal(err)
	}
	await(t, in, "the mail", func() bool { return len(in.Messages()) == 1 })
	stop()
	flags, err := s.Flags()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{""}; !slices.Equal(flags, want) {
		t.Errorf("the mailbox's flags are %q, want %q", flags, want)
	}
}

// TestABadLineGetsSomewhere: where no connection lasts for a whole batch, what came before it broke is kept.
func TestABadLineGetsSomewhere(t *testing.T) {
	s := dovecot.Start(t)
	line := s.Line(t, rand.New(rand.NewPCG(1, 1)))
	c := Config{
		Address: dovecot.Address,
		IMAP:    Server{URL: line.IMAPURL(), Username: dovecot.Address, Password: dovecot.Password},
		SMTP:    Server{URL: "smtp://127.0.0.1:1"},
	}
	in := channeltest.NewInbox()
	const mails = 40
	for i := range mails {
		if err := s.Deliver(plainMail("warga@kampung.test", fmt.Sprintf("%d@x.test", i), strings.Repeat("banjir ", 500))); err != nil {
			t.Fatal(err)
		}
	}
	line.Break(dovecot.Breaks{Count: 1000, Least: 30_000, Most: 30_000})
	poll(t, newAdapter(t, c), in)
	await(t, in, "all mails", func() bool { return len(in.Messages()) == mails })
	if n := line.Broken(); n < 4 {
		t.Errorf("the line broke %d times: one connection must carry less than a batch", n)
	}
}
