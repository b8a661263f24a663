package bot

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/tickets"
)

func TestReplyGoesBackTheWayItCame(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", lamp)
		n := w.only()
		w.pass(time.Hour)
		in := w.inbound("chat", "laporan "+n.Reference.String()+" bagaimana")
		in.Thread = "group9"
		w.receives(in)
		act := tickets.Act{Ticket: n.ID, By: "Siti", Once: tickets.Once{Scope: "s", Key: "k", Request: "r"}}
		id, err := w.desk.Reply(w.t.Context(), act, "Petugas datang besok.")
		if err != nil {
			w.t.Fatal(err)
		}
		again, err := w.desk.Reply(w.t.Context(), act, "Petugas datang besok.")
		if err != nil || again != id {
			w.t.Errorf("the same reply again is %d %v, want %d", again, err, id)
		}
		act.Once.Request = "other"
		if _, err := w.desk.Reply(w.t.Context(), act, "Lain."); !errors.Is(err, tickets.ErrReused) {
			w.t.Errorf("another reply under the same key: %v", err)
		}
		w.deliver("sent")
		p := w.hears("reply")
		if p.ID != id || p.Text != "Petugas datang besok." || p.Author != "Siti" || p.Automatic || p.Via.Thread != "group9" || p.Via.ReplyTo != in.MessageID {
			w.t.Errorf("%+v", p)
		}
		w.wants(n.ID, tickets.InProgress, "")
		w.has(w.events(n), "Siti replied", "Siti moved")
	})
}

func TestNotesStayInside(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", lamp)
		n := w.only()
		before := len(w.sent)
		id, err := w.desk.Note(w.t.Context(), tickets.Act{Ticket: n.ID, By: "Siti", Version: n.Version}, "Tiang nomor 7.")
		if err != nil || id == 0 {
			w.t.Fatal(id, err)
		}
		w.deliver("sent")
		if len(w.sent) != before {
			w.t.Error("the citizen heard a note")
		}
		lines := w.thread(n.ID)
		if last := lines[len(lines)-1]; last.ID != id || last.Direction != tickets.Note || last.Author != "Siti" {
			w.t.Errorf("%+v", last)
		}
		if _, err := w.desk.Note(w.t.Context(), tickets.Act{Ticket: n.ID, By: "Siti", Version: n.Version}, "Lagi."); !errors.Is(err, tickets.ErrStale) {
			w.t.Errorf("work on a stale version: %v", err)
		}
		if _, err := w.desk.Note(w.t.Context(), tickets.Act{Ticket: n.ID, By: "Siti"}, " \n"); !errors.Is(err, ErrText) {
			w.t.Errorf("a blank note: %v", err)
		}
	})
}

func TestTransfer(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", "ada sesuatu yang aneh sekali")
		n := w.only()
		act := tickets.Act{Ticket: n.ID, By: "Siti"}
		for want, err := range map[error]error{
			ErrReason: w.desk.Transfer(w.t.Context(), act, "lh", " "),
			ErrAgency: w.desk.Transfer(w.t.Context(), act, "nirwana", "bukan kami"),
		} {
			if !errors.Is(err, want) {
				w.t.Errorf("%v, want %v", err, want)
			}
		}
		if err := w.desk.Transfer(w.t.Context(), act, "lh", "urusan kebersihan"); err != nil {
			w.t.Fatal(err)
		}
		w.deliver("sent")
		w.wants(n.ID, tickets.Assigned, "lh")
		w.hears("notice", "Dinas LH")
		w.has(w.events(n), "Siti transferred", "Siti moved")
		lines := w.thread(n.ID)
		var noted bool
		for _, l := range lines {
			noted = noted || l.Direction == tickets.Note && l.Text == "urusan kebersihan"
		}
		if !noted {
			w.t.Error("the reason is not to be read")
		}
	})
}

func TestWhatIsSentBackIsNotedForTheRouter(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", lamp)
		n := w.only()
		if err := w.desk.Transfer(w.t.Context(), tickets.Act{Ticket: n.ID, By: "Siti"}, "lh", "urusan kebersihan"); err != nil {
			w.t.Fatal(err)
		}
		w.move(n, tickets.Step{To: tickets.Triage})
		after := w.wants(n.ID, tickets.Triage, "kota")
		w.has(w.events(n), "Siti transferred", "Siti returned")
		w.move(after, tickets.Step{To: tickets.Withdrawn, Reason: "ganda"})
		w.move(after, tickets.Step{To: tickets.Triage})
		back := 0
		for _, e := range w.events(n) {
			if e == "Siti returned" {
				back++
			}
		}
		if back != 1 {
			w.t.Errorf("sent back %d times, want the once that an agency said so", back)
		}
	})
}

func TestWhoAssignsMaySayWhatItIsAbout(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	for _, tt := range []struct{ report, to, category, want string }{
		{"ada sesuatu yang aneh sekali", "lh", "sampah", "sampah"},
		{"ada yang lain lagi yang aneh", "lh", "tidakada", ""},
		{"hal ketiga yang aneh sekali", "lh", "pungli", ""}, // conduct is not chosen: it seals
		{"anak dipukuli di rumah sebelah", "kota", "sampah", "anak"},
	} {
		w.pass(30 * 24 * time.Hour) // so that each is a case of its own
		w.says("chat", tt.report)
		n := w.all()[0]
		if err := w.desk.Assign(t.Context(), tickets.Act{Ticket: n.ID, By: "Siti"}, tt.to, tt.category, "dipilih"); err != nil {
			t.Fatal(err)
		}
		if got := w.wants(n.ID, tickets.Assigned, tt.to); got.Category != tt.want {
			t.Errorf("%q as %q is about %q, want %q", tt.report, tt.category, got.Category, tt.want)
		}
	}
}

func TestSealedTicketsStayBehindTheirWalls(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	to := func(id int64, agency string) error {
		return w.desk.Transfer(t.Context(), tickets.Act{Ticket: id, By: "Siti"}, agency, "alasan")
	}
	w.says("chat", "petugas minta uang di Kelurahan Tebet Timur")
	conduct := w.all()[0]
	for _, agency := range []string{"kel.tebet", "binamarga", "lh", "kel.bukit"} {
		if err := to(conduct.ID, agency); !errors.Is(err, ErrSealed) {
			t.Errorf("to %s: %v", agency, err)
		}
	}
	if err := to(conduct.ID, "kota"); err != nil {
		t.Errorf("to the root desk: %v", err)
	}
	if err := to(conduct.ID, "inspektorat"); err != nil {
		t.Errorf("to the inspectorate: %v", err)
	}
	w.says("chat", "petugas inspektorat minta uang")
	accuses := w.all()[0]
	w.wants(accuses.ID, accuses.State, "kota")
	if err := to(accuses.ID, "inspektorat"); !errors.Is(err, ErrSealed) {
		t.Errorf("to the accused inspectorate: %v", err)
	}
	quote := w.inbound("chat", "petugas inspektorat minta uang lagi "+string(conduct.Reference))
	w.receives(quote)
	if got := w.texts(conduct.ID); len(got) != 1 {
		t.Errorf("the inspectorate reads what accuses it: %q", got)
	}
	w.says("chat", "anak dipukuli di rumah sebelah")
	sensitive := w.all()[0]
	if !sensitive.Sealed || sensitive.Agency != "pppa" {
		t.Fatalf("%+v", sensitive)
	}
	for agency, allowed := range map[string]bool{"lh": false, "kota": true, "pppa": true} {
		if err := to(sensitive.ID, agency); (err == nil) != allowed {
			t.Errorf("a sensitive one to %s: %v", agency, err)
		}
	}
	// BELUM leads up the tree, and never out of the walls.
	w.move(w.wants(conduct.ID, tickets.Assigned, "inspektorat"), tickets.Step{To: tickets.Resolved, Text: "Sudah diperiksa."})
	w.says("chat", "BELUM "+conduct.Reference.String())
	w.wants(conduct.ID, tickets.Assigned, "kota")
}

func TestPendingWaitsForTheCitizen(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", lamp)
		n := w.only()
		w.move(n, tickets.Step{To: tickets.InProgress})
		w.move(n, tickets.Step{To: tickets.Pending, Text: "Tiang nomor berapa?"})
		w.hears("question", "Tiang nomor berapa?", n.Reference.String())
		w.pass(48 * time.Hour)
		w.says("chat", "nomor 7")
		after := w.wants(n.ID, tickets.InProgress, "")
		if got := after.DueAt.Sub(n.DueAt); got != 48*time.Hour || after.Question != tickets.NoQuestion {
			w.t.Errorf("the deadline moved by %s, want 48h; question %q", got, after.Question)
		}
		w.has(w.events(n), "Siti question", "citizen answered", "citizen moved")

		w.move(n, tickets.Step{To: tickets.Pending, Text: "Sejak kapan?"})
		w.pass(6 * 24 * time.Hour)
		w.fire()
		after = w.wants(n.ID, tickets.InProgress, "")
		if after.Question != tickets.NoQuestion {
			w.t.Error("the question stays open")
		}
		w.has(w.events(n), "bot timeout", "bot moved")
	})
}

func TestPausesEndAtTheirCap(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("chat", lamp)
	first := w.only()
	for range 4 {
		w.move(first, tickets.Step{To: tickets.Pending, Text: "Masih ada?"})
		w.pass(6 * 24 * time.Hour)
		w.fire()
		w.wants(first.ID, tickets.Assigned, "")
	}
	// At most 5 days each and 10 in all, each with what the timer came late.
	if moved := w.only().DueAt.Sub(first.DueAt); moved < 10*24*time.Hour || moved > 12*24*time.Hour {
		t.Errorf("four pauses moved the deadline by %s", moved)
	}
}

func TestQuestionsCost(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("sms", lamp)
	n := w.only()
	act := tickets.Act{Ticket: n.ID, By: "Siti"}
	for range 2 {
		w.move(n, tickets.Step{To: tickets.Pending, Text: "Di mana?"})
		w.says("sms", "di gang 3")
	}
	if err := w.desk.Move(t.Context(), act, tickets.Step{To: tickets.Pending, Text: "Kapan?"}); !errors.Is(err, ErrAsk) {
		t.Errorf("a third question by SMS: %v", err)
	}
	w.wants(n.ID, tickets.Assigned, "")
}

func TestRejectionCanBeObjectedToOnce(t *testing.T) {
	converse(t, func(w *town) {
		w.says("chat", lamp)
		n := w.only()
		act := tickets.Act{Ticket: n.ID, By: "Siti"}
		for want, step := range map[error]tickets.Step{
			ErrText: {To: tickets.Rejected, Reason: "bukan wewenang"}, ErrReason: {To: tickets.Rejected, Text: "Hubungi PLN."},
		} {
			if err := w.desk.Move(w.t.Context(), act, step); !errors.Is(err, want) {
				w.t.Errorf("%v, want %v", err, want)
			}
		}
		reject := tickets.Step{To: tickets.Rejected, Reason: "bukan wewenang", Text: "Hubungi PLN."}
		w.move(n, reject)
		w.hears("outcome", "Hubungi PLN.", "Tidak setuju?")
		w.says("chat", n.Reference.String()+" itu tiang milik kota")
		w.wants(n.ID, tickets.Triage, "kota")
		w.hears("notice", "petugas lain")
		w.move(n, reject)
		w.says("chat", n.Reference.String()+" saya tetap keberatan")
		w.wants(n.ID, tickets.Rejected, "kota")
		if len(w.all()) != 1 {
			w.t.Error("the second objection opened a ticket")
		}
	})
}

func TestMovesThatAreNotInTheTable(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("chat", lamp)
	n := w.only()
	act := tickets.Act{Ticket: n.ID, By: "Siti"}
	w.move(n, tickets.Step{To: tickets.Resolved, Text: "Selesai."})
	for _, to := range []tickets.State{tickets.Closed, tickets.Pending, tickets.Withdrawn, "fine"} {
		if err := w.desk.Move(t.Context(), act, tickets.Step{To: to, Text: "x", Reason: "x"}); !errors.Is(err, tickets.ErrMove) {
			t.Errorf("to %s: %v", to, err)
		}
	}
	if err := w.desk.Transfer(t.Context(), act, "lh", "x"); !errors.Is(err, tickets.ErrMove) {
		t.Errorf("transferring what is resolved: %v", err)
	}
	if err := w.desk.Move(t.Context(), tickets.Act{Ticket: 5, By: "Siti"}, tickets.Step{To: tickets.Resolved, Text: "x"}); !errors.Is(err, tickets.ErrNotFound) {
		t.Errorf("an unknown ticket: %v", err)
	}
}

func TestWithdrawalIsUndoneWithinDays(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("chat", lamp)
	n := w.only()
	w.says("chat", "batal")
	w.wants(n.ID, tickets.Withdrawn, "")
	w.pass(24 * time.Hour)
	w.move(n, tickets.Step{To: tickets.Triage})
	w.wants(n.ID, tickets.Triage, "kota")
	w.says("chat", "batal")
	w.pass(8 * 24 * time.Hour)
	if err := w.desk.Move(t.Context(), tickets.Act{Ticket: n.ID, By: "Siti"}, tickets.Step{To: tickets.Triage}); !errors.Is(err, tickets.ErrMove) {
		t.Errorf("after 8 days: %v", err)
	}
}

func TestEventsHoldNoWords(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	in := w.inbound("chat", "lampu jalan mati, kata Rahasiawati")
	in.Name = "Rahasiawati"
	w.receives(in)
	n := w.only()
	w.move(n, tickets.Step{To: tickets.Pending, Text: "Rahasiawati?", Reason: "Rahasiawati"})
	w.says("chat", "ya Rahasiawati")
	if err := w.desk.Transfer(t.Context(), tickets.Act{Ticket: n.ID, By: "Siti"}, "lh", "Rahasiawati"); err != nil {
		t.Fatal(err)
	}
	w.move(n, tickets.Step{To: tickets.Resolved, Text: "Rahasiawati"})
	w.says("chat", "belum, Rahasiawati")
	events, err := w.store.Events(t.Context(), n.ID)
	if err != nil || len(events) < 10 {
		t.Fatal(len(events), err)
	}
	for _, e := range events {
		if strings.Contains(string(e.Data), "Rahasiawati") {
			t.Errorf("%s holds words: %s", e.Type, e.Data)
		}
	}
}

func TestReportFromAnotherProgram(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		store, err := tickets.Open(t.Context(), url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		b := New(smallTown(t, nil), Options{Accounts: account})
		desk := NewDesk(b, store)
		ctx, stop := context.WithCancel(t.Context())
		var loop sync.WaitGroup
		loop.Go(func() { work(ctx, t, store, b) })
		defer loop.Wait()
		defer stop()

		in := channels.Inbound{Account: "phone", From: channels.Address{Kind: channels.Web, Value: "report:1"}, Text: "STATUS lampu jalan", Mute: true}
		once := tickets.Once{Scope: "token:1", Key: "a", Request: `{"text":"STATUS lampu jalan"}`}
		n, err := desk.Report(t.Context(), "api:hotline", once, in)
		if err != nil {
			t.Fatal(err)
		}
		if n.Return.Channel != "phone" || !n.Return.Mute || n.Agency != "binamarga.selatan" {
			t.Errorf("%+v", n)
		}
		again, err := desk.Report(t.Context(), "api:hotline", once, in)
		if err != nil || again.ID != n.ID {
			t.Errorf("the same again: %v %v", again.Reference, err)
		}
		once.Request = `{"text":"lain"}`
		if _, err := desk.Report(t.Context(), "api:hotline", once, in); !errors.Is(err, tickets.ErrReused) {
			t.Errorf("another report under the same key: %v", err)
		}
		in = channels.Inbound{Account: "sms", From: addresses["sms"], Text: "status"}
		n, err = desk.Report(t.Context(), "api:hotline", tickets.Once{}, in)
		if err != nil || n.State != tickets.Triage || n.Return.Mute {
			t.Errorf("a report that is one word: %+v %v", n, err)
		}
	})
}

// work is the app's processor.
func work(ctx context.Context, t *testing.T, store *tickets.Store, b *Bot) {
	lease, ok, err := store.Take(ctx, "processor", "test", time.Minute)
	if err != nil || !ok {
		t.Error(ok, err)
		return
	}
	for ctx.Err() == nil {
		round, err := store.Process(ctx, lease, tickets.Share{Max: 64}, Mentions, b.Decide)
		if err != nil && ctx.Err() == nil {
			t.Error(err)
			return
		}
		if round.Senders > 0 {
			continue
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
		}
	}
}

func TestDeskFollowsTheCity(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("chat", lamp)
	w.bot.SetCity(smallTown(t, func(d *router.Definition) {
		d.Agencies = append(d.Agencies, router.Agency{ID: "baru", Parent: "kota", Name: "Dinas Baru", Short: "Dinas Baru"})
	}))
	if err := w.desk.Transfer(t.Context(), tickets.Act{Ticket: w.only().ID, By: "Siti"}, "baru", "alasan"); err != nil {
		t.Error(err)
	}
}
