package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/email"
	"tanggap/internal/dbtest"
	"tanggap/internal/smtpsink"
	"tanggap/router/dispatch"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// trouble is a mail server that goes wrong at first, and is well later, when tanggap has been started again.
type trouble struct {
	name  string
	flags string // of smtp-sink, at first
	still string // and later, "" is well

	first   string // state of the messages at first
	last    string // and later
	kind    channels.ErrorKind
	doubts  int  // told to staff in the end
	mails   int  // of one message, that the server has in the end and did not refuse
	stopped bool // the account, until somebody mends it
	barred  bool // the citizen's address
}

// Instead of flags:
const (
	away = "away" // the server does not listen
	idle = "idle" // nor does tanggap send
)

// troubles are refusals for now and for good, hang-ups and stalls at each command.
func troubles() []trouble {
	all := []trouble{
		{name: "well", first: "sent", last: "sent", mails: 1},
		{name: "hung up at QUIT", flags: "-q QUIT", first: "sent", last: "sent", mails: 1},
		{name: "not known", flags: "-q .", first: "uncertain", last: "sent", kind: channels.UnknownSent, doubts: 1, mails: 2},
		{name: "stalled after the dot", flags: "-W .:600", first: "uncertain", last: "sent", kind: channels.UnknownSent, doubts: 1, mails: 2},
		{name: "not known yet", flags: "-q .", still: idle, first: "uncertain", last: "uncertain", kind: channels.UnknownSent, doubts: 1, mails: 1},
		{name: "away", flags: away, first: "queued", last: "sent", kind: channels.Temporary, mails: 1},
		{name: "never known", flags: "-q .", still: "-q .", first: "uncertain", last: "failed", kind: channels.UnknownSent, doubts: 2, mails: 2},
		{name: "no such mailbox", flags: "-f RCPT -B 550_5.1.1_unknown", first: "failed", last: "failed", kind: channels.Unreachable, barred: true},
		{name: "mailbox full", flags: "-f RCPT -B 552_5.2.2_full", first: "queued", last: "sent", kind: channels.Temporary, mails: 1},
		{name: "greylisted", flags: "-r RCPT -b 450_4.7.1_greylisted", first: "queued", last: "sent", kind: channels.Temporary, mails: 1},
		{name: "too fast", flags: "-r DATA -b 451_4.7.28_rate_limit,_try_again_in_2_seconds", first: "queued", last: "sent", kind: channels.Throttled, mails: 1},
		{name: "8-bit not taken", flags: "-8", first: "sent", last: "sent", mails: 1},
		{name: "old server", flags: "-e", first: "sent", last: "sent", mails: 1},
	}
	for _, at := range []string{"CONNECT", "HELO,EHLO", "MAIL", "RCPT", "DATA", "."} {
		now := trouble{first: "queued", last: "sent", kind: channels.Temporary, mails: 1}
		for how, flag := range map[string]string{"4xx": "-r", "421": "-Q", "hung up": "-q", "stalled": "-W"} {
			now.name, now.flags = how+" at "+at, flag+" "+at
			switch {
			case at == "." && (how == "hung up" || how == "stalled"):
				continue // above
			case how == "stalled":
				now.flags = "-W " + strings.TrimPrefix(at, "HELO,") + ":600"
			}
			all = append(all, now)
		}
		never := trouble{name: "5xx at " + at, flags: "-f " + at, first: "failed", last: "failed", kind: channels.Rejected}
		if at == "CONNECT" || at == "HELO,EHLO" || at == "MAIL" { // nothing to do with the message
			never.first, never.last, never.kind, never.stopped, never.mails = "queued", "sent", channels.Suspended, true, 1
		}
		all = append(all, never)
	}
	return all
}

// TestMailServersThatGoWrong: whatever the server does, nothing is lost, nothing is sent twice but where nobody can
// know whether it arrived, that is said, and what is sent once more is the same mail, also after a restart.
func TestMailServersThatGoWrong(t *testing.T) {
	d := newDesk(t, dbtest.New(t, dbtest.SQLite), 1, troubles()) // how doubts are kept is tested on both, by the outbox
	d.work(0, func(p *post) string { return p.flags }, func(p *post) string { return p.first })
	d.work(24*time.Hour, func(p *post) string { return p.still }, func(p *post) string { return p.last })
	d.audit()
	d.pages()
}

// TestSoakMailServersThatStall: servers that take a minute for an answer get it, and nothing twice.
func TestSoakMailServersThatStall(t *testing.T) {
	seconds, citizens := 60, 6 // more than the dispatcher sends at once
	if os.Getenv("TANGGAP_SOAK") == "" {
		seconds, citizens = 1, 1 // the short form stays alive in every run
	}
	var all []trouble
	for _, at := range []string{"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", ".", "QUIT"} {
		all = append(all, trouble{name: "stalled at " + at, flags: fmt.Sprintf("-W %s:%d", at, seconds), still: idle, first: "sent", last: "sent", mails: 1})
	}
	d := newDesk(t, dbtest.New(t, dbtest.SQLite), citizens, all)
	d.work(0, func(p *post) string { return p.flags }, func(p *post) string { return p.first })
	d.audit()
}

// post is a mail account before a server of its own.
type post struct {
	trouble
	account string
	sink    *smtpsink.Sink
	tickets []tickets.Ticket
}

func (p *post) citizen(n int) string { return fmt.Sprintf("warga-%d@%s.test", n, p.account) }

// desk is an office with many mail accounts, and a message to each citizen of theirs.
type desk struct {
	t        *testing.T
	database string
	posts    []*post
}

func newDesk(t *testing.T, database string, citizens int, all []trouble) *desk {
	d := &desk{t: t, database: database}
	store := d.open(0)
	defer store.Close()
	for i, tr := range all {
		p := &post{trouble: tr, account: fmt.Sprintf("pos-%d", i), sink: smtpsink.New(t)}
		for n := range citizens {
			p.tickets = append(p.tickets, d.report(store, p.account, p.citizen(n)))
		}
		d.posts = append(d.posts, p)
	}
	return d
}

// open is the store, by a clock that is ahead.
func (d *desk) open(ahead time.Duration) *tickets.Store {
	d.t.Helper()
	store, err := tickets.Open(context.Background(), d.database, tickets.Options{Now: func() time.Time { return time.Now().Add(ahead) }})
	if err != nil {
		d.t.Fatal(err)
	}
	return store
}

// report is a citizen's, with an answer that waits to be sent.
func (d *desk) report(store *tickets.Store, account, citizen string) tickets.Ticket {
	d.t.Helper()
	ctx := context.Background()
	lease, ok, err := store.Take(ctx, "processor", "test", time.Minute)
	if err != nil || !ok {
		d.t.Fatal(ok, err)
	}
	from := tickets.Address{Kind: string(channels.Mail), Value: citizen}
	in := tickets.Incoming{Account: account, EventID: citizen, Kind: "message", Sender: from.String(), Payload: []byte("{}")}
	if err := store.Receive(ctx, in); err != nil {
		d.t.Fatal(err)
	}
	_, err = store.Process(ctx, lease, tickets.Share{Max: 10}, nil, func(sit tickets.Situation) (tickets.Change, error) {
		via := tickets.Return{Channel: "email", Account: account, Address: sit.Contact.Address, ReplyTo: "a1." + citizen}
		return tickets.Change{
			Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameTicket, Return: &via,
			In:  &tickets.Message{Direction: tickets.In, Account: account, ExternalID: via.ReplyTo, Text: complaint},
			New: &tickets.Ticket{Kind: tickets.Complaint, State: tickets.Assigned, Agency: "dki.binamarga", Language: "id", Return: via, Decision: tickets.Decision{Data: json.RawMessage("{}")}},
			Say: []tickets.Intent{{Purpose: "reply", Via: via, Author: "ani", Subject: "Lampu jalan", Text: answer}},
		}, nil
	})
	if err != nil {
		d.t.Fatal(err)
	}
	_, id, err := store.Fate(ctx, account, in.EventID)
	if err != nil || id == 0 {
		d.t.Fatal(id, err)
	}
	ticket, err := store.TicketByID(ctx, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return ticket
}

// work starts tanggap's sending, waits until every message is as it should be, and stops it. Where the clock is ahead,
// nothing waits to be tried again.
func (d *desk) work(ahead time.Duration, flags, want func(*post) string) {
	d.t.Helper()
	store := d.open(ahead)
	defer store.Close()
	var working sync.WaitGroup
	for _, p := range d.posts {
		if flags(p) != idle {
			working.Go(func() { d.send(store, p, flags(p), want(p)) })
		}
	}
	working.Wait()
}

func (d *desk) send(store *tickets.Store, p *post, flags, want string) {
	if flags != away {
		if err := p.sink.Run(words(flags)...); err != nil {
			d.t.Error(err)
			return
		}
	}
	a, err := email.New(p.account, email.Config{
		Address: "pengaduan@kota.test",
		IMAP:    email.Server{URL: "imap://127.0.0.1:1", Username: "x", Password: "x"},
		SMTP:    email.Server{URL: p.sink.URL()},
	}, nil, slog.New(slog.DiscardHandler))
	if err == nil {
		err = store.SetAccount(context.Background(), p.account, "", "") // whoever it was mended it
	}
	if err != nil {
		d.t.Error(err)
		return
	}
	o, adapter := dispatch.Options{Holder: "test"}, channels.Adapter(a)
	if strings.HasSuffix(flags, ":600") {
		o.Timeout, adapter = 2*time.Second, hurried{a}
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- dispatch.New(store, []channels.Adapter{adapter}, o).Run(ctx) }()
	for n := range p.tickets {
		d.await(store, p, n, want)
	}
	stop()
	if err := <-ended; err != nil {
		d.t.Error(err)
	}
}

// hurried waits no longer for a mail server than for others.
type hurried struct{ *email.Adapter }

func (h hurried) Capabilities() channels.Capabilities {
	c := h.Adapter.Capabilities()
	c.Patience = 0
	return c
}

// words are flags of which one has spaces, written as "_".
func words(flags string) []string {
	all := strings.Fields(flags)
	for i, w := range all {
		all[i] = strings.ReplaceAll(w, "_", " ")
	}
	return all
}

// await waits until a message is in a state, and has been tried.
func (d *desk) await(store *tickets.Store, p *post, n int, want string) {
	var s tickets.Sent
	for end := time.Now().Add(3 * patience); time.Now().Before(end); time.Sleep(400 * time.Millisecond) {
		s = d.sent(store, p.tickets[n])
		account, _, err := store.Gate(context.Background(), p.account)
		if err != nil {
			d.t.Error(err)
			return
		}
		if s.State == want && (want != "queued" || s.Reason != "") {
			return
		}
		if want == "queued" && p.stopped && account == "suspended" {
			return
		}
	}
	d.t.Errorf("%s: the message is %s (%s %s), want %s", p.name, s.State, s.Code, s.Reason, want)
}

// sent is what became of the message of a ticket.
func (d *desk) sent(store *tickets.Store, t tickets.Ticket) tickets.Sent {
	thread, err := store.Thread(context.Background(), t.ID)
	if err != nil {
		d.t.Error(err)
	}
	for _, l := range thread {
		if l.Direction == tickets.Out {
			return l.Sent
		}
	}
	d.t.Errorf("%s has no answer", t.Reference)
	return tickets.Sent{}
}

// audit holds what staff are told against what the servers have.
func (d *desk) audit() {
	store := d.open(0)
	defer store.Close()
	for _, p := range d.posts {
		d.audited(store, p)
	}
}

func (d *desk) audited(store *tickets.Store, p *post) {
	refused := strings.HasSuffix(p.flags, " .") && !p.unsure() // what smtp-sink refuses at the end it keeps all the same
	mails, err := p.sink.Mails(refused)
	if err != nil {
		d.t.Fatal(err)
	}
	count, first := map[string]int{}, map[string]smtpsink.Mail{}
	for _, m := range mails {
		to := strings.Join(m.To, " ")
		if count[to]++; count[to] == 1 {
			first[to] = m
		} else if one := first[to]; m.MessageID != one.MessageID || m.ReturnPath != one.ReturnPath || !bytes.Equal(m.Raw, one.Raw) {
			d.t.Errorf("%s: sent once more, it is another mail:\n%s\nand\n%s", p.name, one.Raw, m.Raw)
		}
	}
	for n, tk := range p.tickets {
		s := d.sent(store, tk)
		if got := count[p.citizen(n)]; got != p.mails && (p.last == "sent" || p.unsure()) {
			d.t.Errorf("%s: the server has %d mails of one message, want %d", p.name, got, p.mails)
		}
		if s.Doubts != p.doubts {
			d.t.Errorf("%s: staff are told of %d doubts, want %d", p.name, s.Doubts, p.doubts)
		}
		if p.last == "sent" && s.ExternalID != first[p.citizen(n)].MessageID {
			d.t.Errorf("%s: staff are told of %s, the server has %s", p.name, s.ExternalID, first[p.citizen(n)].MessageID)
		}
	}
}

// unsure tells whether the servers of both times had it, without saying so.
func (t trouble) unsure() bool { return t.kind == channels.UnknownSent }

// pages opens, in the console, the tickets whose answers are not known to have arrived once.
func (d *desk) pages() {
	d.t.Helper()
	k := run(d.t, configure(d.t, d.database, freeAddr(d.t)))
	clerk := k.reader("ani", staff.Dispatcher, "dki")
	for _, p := range d.posts {
		want := map[string]string{"uncertain": "Belum pasti sampai", "sent": "Mungkin sampai dua kali", "failed": "mungkin sampai, bahkan dua kali"}[p.last]
		if p.doubts == 0 {
			continue
		}
		if page := clerk.do("GET", "/console/tickets/"+string(p.tickets[0].Reference), nil); !strings.Contains(page, want) {
			d.t.Errorf("%s: the page of the ticket does not say %q", p.name, want)
		}
	}
}
