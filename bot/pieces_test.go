package bot

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/bot/words"
	"tanggap/channels"
	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

func TestAlbumIsOneMessage(t *testing.T) {
	converse(t, func(w *town) {
		var all []channels.Inbound
		for i := range 3 {
			in := w.inbound("chat", "")
			in.Album = "g1"
			in.Media = []channels.Media{{Ref: string(rune('a' + i)), Type: "image/jpeg"}}
			all = append(all, in)
		}
		all[1].Text = lamp
		w.receives(all[0])
		w.pass(time.Second)
		w.receives(all[1], all[2])
		if len(w.all()) != 0 {
			w.t.Fatal("the album did not wait for its pieces")
		}
		w.pass(1500 * time.Millisecond)
		w.process()
		if len(w.all()) != 0 {
			w.t.Fatal("the album waited for its first piece only")
		}
		w.pass(600 * time.Millisecond)
		w.process()
		w.deliver("sent")
		n := w.only()
		lines := w.thread(n.ID)
		if lines[0].Text != lamp || len(lines[0].Files) != 3 || len(w.sent) != 1 {
			w.t.Errorf("%d files, %d messages out: %+v", len(lines[0].Files), len(w.sent), lines[0])
		}
		seen := map[int64]bool{}
		for _, f := range lines[0].Files {
			if f.InboxID == 0 || seen[f.InboxID] {
				w.t.Errorf("file %s came with row %d", f.Ref, f.InboxID)
			}
			seen[f.InboxID] = true
		}
		for _, in := range all {
			if got := w.became(in); got != tickets.BecameTicket {
				w.t.Errorf("%s became %q", in.EventID, got)
			}
		}
	})
}

// parts are a long SMS as it arrives.
func parts(w *town, album string, texts ...string) []channels.Inbound {
	var all []channels.Inbound
	for i, s := range texts {
		in := w.inbound("sms", s)
		in.Album, in.Part, in.Parts = album, i+1, len(texts)
		all = append(all, in)
	}
	return all
}

func TestLongSMSIsJoinedInOrder(t *testing.T) {
	converse(t, func(w *town) {
		p := parts(w, "17", "lampu jalan ma", "ti di Tebet ", "Timur")
		w.receives(p[2])
		w.receives(p[0])
		w.pass(20 * time.Second)
		w.says("sms", "STATUS") // is not held up by what is missing
		w.hears("status", "Belum ada laporan")
		again := p[0]
		again.EventID = "again"
		w.receives(again)
		if len(w.all()) != 0 {
			w.t.Fatal("taken without its middle")
		}
		w.receives(p[1])
		n := w.only()
		if got := w.texts(n.ID); !slices.Equal(got, []string{"lampu jalan mati di Tebet Timur"}) {
			w.t.Errorf("joined to %q", got)
		}
		w.hears("receipt", "Sudin BM Selatan")
	})
}

func TestMissingPartIsNotWaitedForEver(t *testing.T) {
	converse(t, func(w *town) {
		p := parts(w, "17", "lampu jalan ", "mati ", "di Tebet Timur")
		w.receives(p[0], p[1])
		w.pass(partPause + time.Second)
		w.process()
		w.deliver("sent")
		n := w.only()
		w.pass(time.Minute)
		w.receives(p[2])
		w.pass(partPause + time.Second)
		w.process()
		if got := w.texts(n.ID); !slices.Equal(got, []string{"lampu jalan mati ", "di Tebet Timur"}) {
			w.t.Errorf("thread %q", got)
		}
	})
}

func TestTwoLongSMSWithTheSameNumber(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	first, second := parts(w, "17", "lampu jalan ", "mati"), parts(w, "17", "sampah menumpuk ", "di Bukit Duri")
	w.receives(first[0])
	w.receives(second[0])
	w.receives(first[1], second[1])
	var got []string
	for _, n := range w.all() {
		got = append(got, w.texts(n.ID)...)
	}
	slices.Sort(got)
	if joined := strings.Join(got, ""); strings.Count(joined, "lampu") != 1 || strings.Count(joined, "sampah") != 1 || strings.Count(joined, "mati") != 1 || strings.Count(joined, "Bukit") != 1 {
		t.Errorf("%q", got)
	}
}

func TestEditIsANewVersion(t *testing.T) {
	converse(t, func(w *town) {
		in := w.says("chat", "lampu jalan mati")
		n := w.only()
		before := w.thread(n.ID)[0]
		edit := w.inbound("chat", "lampu jalan mati di Tebet Timur")
		edit.Kind, edit.MessageID = channels.Edit, in.MessageID
		w.receives(edit)
		lines := w.thread(n.ID)
		last := lines[len(lines)-1]
		if last.Replaces != before.ID || last.Text != edit.Text || len(w.sent) != 1 {
			w.t.Errorf("%d out; %+v", len(w.sent), last.Message)
		}
		if n = w.only(); n.Area != "31.74.01" {
			w.t.Errorf("the place of the edit is not on the ticket: %q", n.Area)
		}
		w.has(w.events(n), "citizen edited")

		unknown := w.inbound("chat", "sampah menumpuk di Bukit Duri")
		unknown.Kind, unknown.MessageID = channels.Edit, "never seen"
		w.receives(unknown)
		if len(w.all()) != 2 {
			w.t.Error("an edit of what we never saw is lost")
		}
	})
}

func TestEditThatComesWithItsMessage(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	in := w.inbound("chat", "lampu jalan mati")
	edit := w.inbound("chat", "lampu jalan mati semua")
	edit.Kind, edit.MessageID = channels.Edit, in.MessageID
	w.receives(in, edit)
	if got := w.texts(w.only().ID); len(got) != 2 {
		t.Errorf("%q", got)
	}
}

func TestShutOutAndLetIn(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", lamp)
		n := w.only()
		stop := w.inbound("chat", "")
		stop.Kind = channels.Blocked
		w.receives(stop)
		if err := w.desk.Move(w.t.Context(), tickets.Act{Ticket: n.ID, By: "Siti"}, tickets.Step{To: tickets.Pending, Text: "Di mana?"}); err == nil {
			w.t.Error("who shut us out was asked")
		}
		if _, err := w.desk.Reply(w.t.Context(), tickets.Act{Ticket: n.ID, By: "Siti"}, "Halo"); err != nil {
			w.t.Fatal(err)
		}
		parcels, err := w.store.Claim(w.t.Context(), "chat", 1, time.Minute)
		if err != nil || len(parcels) != 1 || !parcels[0].Stopped {
			w.t.Fatalf("%v %+v", err, parcels)
		}
		w.hand(&parcels[0], "failed")
		start := w.inbound("chat", "")
		start.Kind = channels.Unblocked
		w.receives(start)
		w.says("chat", "status")
		if p := w.hears("status"); p.Stopped {
			w.t.Error("still barred")
		}
	})
}

func TestWhatIsNoMessage(t *testing.T) {
	converse(t, func(w *town) {
		robot := w.inbound("mail", "Saya sedang cuti.")
		robot.Kind = channels.Robot
		odd := w.inbound("chat", "")
		odd.Kind, odd.Raw = channels.Unknown, []byte{0xff, 0}
		strange := w.inbound("chat", "?")
		strange.Kind = "hologram"
		nobody := w.inbound("chat", lamp)
		nobody.From = channels.Address{}
		nameless := w.inbound("chat", lamp)
		nameless.EventID = ""
		nowhere := w.inbound("chat", lamp)
		nowhere.Point = &channels.Point{Lat: math.NaN()}
		w.receives(robot, odd, strange, nobody, nameless, nowhere)
		for _, c := range []struct {
			in   channels.Inbound
			want string
		}{{robot, tickets.BecameIgnored}, {odd, tickets.BecameQuarantine}, {strange, tickets.BecameQuarantine}, {nobody, tickets.BecameQuarantine}, {nowhere, tickets.BecameQuarantine}} {
			if got := w.became(c.in); got != c.want {
				w.t.Errorf("%s became %q, want %q", c.in.Kind, got, c.want)
			}
		}
		list, _, err := w.store.Quarantine(w.t.Context(), 10, "")
		if err != nil || len(list) != 5 {
			w.t.Fatalf("%d in quarantine: %v", len(list), err)
		}
		for _, q := range list {
			if q.Bytes == 0 || q.Reason == "" {
				w.t.Errorf("%+v", q)
			}
		}
		if len(w.all()) != 0 || len(w.sent) != 0 {
			w.t.Errorf("%d tickets, %d messages", len(w.all()), len(w.sent))
		}
		if err := w.inbox.Accept(w.t.Context(), channels.Inbound{EventID: "x"}); err == nil {
			w.t.Error("a message of no account was accepted")
		}
	})
}

func TestStaffSayThatAPersonWroteIt(t *testing.T) {
	converse(t, func(w *town) {
		list := w.inbound("mail", lamp)
		list.Kind, list.Sign = channels.Robot, channels.SignList
		back := w.inbound("mail", "jalan rusak di Kelurahan Bukit Duri")
		back.Kind = channels.Bounce
		w.receives(list, back)
		people := staff.New(w.store)
		rows, _, err := people.Ignored(w.t.Context(), 10, "")
		if err != nil || len(rows) != 2 || rows[0].Reason != "a returned message that is not known as ours" || rows[1].Reason != "an automatic message: list" {
			w.t.Fatalf("%+v %v", rows, err)
		}
		if len(w.all()) != 0 || len(w.sent) != 0 {
			w.t.Fatalf("%d tickets, %d messages", len(w.all()), len(w.sent))
		}
		for _, r := range rows {
			if err := people.Replay(w.t.Context(), "siti", r.ID); err != nil {
				w.t.Fatal(err)
			}
			w.process()
			w.deliver("sent")
		}
		if len(w.all()) != 2 || len(w.sent) != 2 || w.became(list) != tickets.BecameTicket || w.became(back) != tickets.BecameTicket {
			w.t.Errorf("%d tickets, %d messages, became %s and %s", len(w.all()), len(w.sent), w.became(list), w.became(back))
		}
	})
}

func TestBounceMarksTheAddress(t *testing.T) {
	converse(t, func(w *town) {
		w.says("mail", lamp)
		n := w.only()
		_, name := w.heard()
		bounce := w.inbound("mail", "")
		bounce.Kind, bounce.From = channels.Bounce, channels.Address{Kind: channels.Mail, Value: "mailer-daemon@example.org"}
		bounce.Bounced = &channels.Report{MessageID: name, State: channels.Failed, Kind: channels.Unreachable, Code: "5.1.1"}
		w.receives(bounce)
		if got := w.became(bounce); got != tickets.BecameIgnored || len(w.all()) != 1 || len(w.sent) != 1 {
			w.t.Errorf("became %q, %d tickets, %d messages", got, len(w.all()), len(w.sent))
		}
		if l := w.thread(n.ID); l[1].Sent.State != "failed" {
			w.t.Errorf("the receipt is %s", l[1].Sent.State)
		}
		if _, err := w.desk.Reply(w.t.Context(), tickets.Act{Ticket: n.ID, By: "Siti"}, "Halo"); err != nil {
			w.t.Fatal(err)
		}
		parcels, err := w.store.Claim(w.t.Context(), "mail", 1, time.Minute)
		if err != nil || len(parcels) != 1 || parcels[0].Barred != "unreachable" {
			w.t.Errorf("%v %+v", err, parcels)
		}
	})
}

// comesBack is a bounce of what went out last.
func (w *town) comesBack(kind channels.ErrorKind) {
	w.t.Helper()
	_, name := w.heard()
	b := w.inbound("mail", "")
	b.Kind, b.From = channels.Bounce, channels.Address{Kind: channels.Mail, Value: "mailer-daemon@example.org"}
	b.Bounced = &channels.Report{Account: "mail", EventID: b.EventID, MessageID: name, State: channels.Failed, Kind: kind, Reason: "mailbox full", At: w.now}
	w.receives(b)
}

// barred writes to a ticket's citizen and tells what keeps that from going out, "" for nothing.
func (w *town) barred(ticket int64) string {
	w.t.Helper()
	if _, err := w.desk.Reply(w.t.Context(), tickets.Act{Ticket: ticket, By: "Siti"}, "Halo"); err != nil {
		w.t.Fatal(err)
	}
	parcels, err := w.store.Claim(w.t.Context(), "mail", 1, time.Minute)
	if err != nil || len(parcels) != 1 {
		w.t.Fatal(err, len(parcels))
	}
	w.hand(&parcels[0], "sent")
	return parcels[0].Barred
}

func TestSoftBouncesGiveAnAddressUpAfterAWeek(t *testing.T) {
	converse(t, func(w *town) {
		w.says("mail", lamp)
		n := w.only()
		for i, day := range []int{0, 1, 4} {
			if got := w.barred(n.ID); got != "" {
				w.t.Errorf("after %d bounces in %d days: %s", i, day, got)
			}
			w.comesBack(channels.Temporary)
			w.pass(24 * time.Hour)
		}
		w.pass(7 * 24 * time.Hour)
		if got := w.barred(n.ID); got != "" {
			w.t.Errorf("three in as many days: %s", got)
		}
		w.comesBack(channels.Temporary)
		if got := w.barred(n.ID); got != "unreachable" {
			w.t.Errorf("four in ten days: %q", got)
		}
		w.says("mail", "sudah bisa lagi, maaf kemarin penuh")
		if got := w.barred(n.ID); got != "" {
			w.t.Errorf("after a mail from there: %s", got)
		}
	})
}

func TestAMailFromTheAddressForgetsItsSoftBounces(t *testing.T) {
	converse(t, func(w *town) {
		w.says("mail", lamp)
		n := w.only()
		for range 5 {
			w.barred(n.ID)
			w.comesBack(channels.Temporary)
			w.pass(3 * 24 * time.Hour)
			w.says("mail", "masih mati juga lampunya")
			w.pass(time.Hour)
		}
		if got := w.barred(n.ID); got != "" {
			w.t.Errorf("an address that writes: %s", got)
		}
	})
}

func TestCursorsAndMarksReachTheStore(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	var _ channels.Marker = w.inbox
	if err := w.inbox.Mark(t.Context(), "mail", "0007:0000000042"); err != nil {
		t.Fatal(err)
	}
	in := w.inbound("chat", lamp)
	in.Cursor = "99"
	w.receives(in)
	for name, want := range map[string]string{"mail": "0007:0000000042", "chat": "99", "sms": ""} {
		if got, err := w.inbox.Cursor(t.Context(), name); got != want || err != nil {
			t.Errorf("%s stands at %q %v, want %q", name, got, err, want)
		}
	}
}

func TestHeadline(t *testing.T) {
	for text, want := range map[string]string{
		"  Lampu\n mati ": "Lampu mati", "": "",
		strings.Repeat("kata ", 30): strings.TrimSpace(strings.Repeat("kata ", 15)) + " …",
		strings.Repeat("x", 200):    strings.Repeat("x", 79) + "…",
	} {
		if got := words.Headline(text); got != want || len([]rune(got)) > words.LongestHeadline {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	city := smallTown(b, nil)
	bot := New(city, Options{Accounts: account})
	w := &town{}
	in := w.inbound("sms", lamp)
	row, err := NewInbox(nil).row(&in)
	if err != nil {
		b.Fatal(err)
	}
	sit := tickets.Situation{
		Now: morning, New: true, Citizen: tickets.Citizen{ID: 1}, Reference: "4821773057",
		Contact: tickets.Contact{ID: 2, CitizenID: 1, Address: tickets.Address{Kind: "tel", Value: "+6281200000001"}},
		Rows:    []tickets.Row{{ID: 3, Account: row.Account, EventID: row.EventID, Kind: row.Kind, ReceivedAt: morning, Payload: row.Payload}},
	}
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if c, err := bot.Decide(sit); err != nil || c.New == nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("router", func(b *testing.B) {
		b.ReportAllocs()
		t := turn{scene: bot.scene(&sit), msg: message{Inbound: in}}
		for b.Loop() {
			city.Decide(t.report(""))
		}
	})
	b.Run("accept", func(b *testing.B) {
		b.ReportAllocs()
		inbox := NewInbox(nil)
		for b.Loop() {
			inbox.row(&in)
		}
	})
}
