package bot

import (
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

// resolved is a case whose agency says that it is done.
func resolved(w *town, account string) tickets.Ticket {
	w.t.Helper()
	w.says(account, lamp)
	n := w.all()[0]
	w.pass(24 * time.Hour)
	w.move(n, tickets.Step{To: tickets.InProgress})
	w.move(n, tickets.Step{To: tickets.Resolved, Text: "Lampu sudah kami ganti."})
	return w.wants(n.ID, tickets.Resolved, "binamarga.selatan")
}

func TestCitizenConfirms(t *testing.T) {
	converse(t, func(w *town) {
		n := resolved(w, "sms")
		p := w.hears("confirm", "Lampu sudah kami ganti.", "SUDAH", "BELUM", n.Reference.String())
		if sms.Segments(p.Text) != 1 || n.Question != tickets.AskConfirm || n.Questions != 1 {
			w.t.Errorf("%d segments, question %q: %s", sms.Segments(p.Text), n.Question, p.Text)
		}
		in := w.says("sms", "Sudah pak, terima kasih")
		if n = w.wants(n.ID, tickets.Closed, ""); n.Outcome != tickets.Confirmed || n.ClosedAt.IsZero() || n.Question != tickets.NoQuestion {
			w.t.Errorf("%+v", n)
		}
		w.hears("notice", "kami tutup")
		w.has(w.events(n), "citizen confirmed", "citizen moved", "Siti resolved", "Siti moved")
		if w.became(in) != tickets.BecameFollowUp || len(w.texts(n.ID)) != 2 {
			w.t.Errorf("became %s; thread %q", w.became(in), w.texts(n.ID))
		}
		w.pass(60 * 24 * time.Hour)
		w.fire() // the timer of silence is gone
		if n = w.wants(n.ID, tickets.Closed, ""); n.Outcome != tickets.Confirmed {
			w.t.Errorf("closed as %s", n.Outcome)
		}
	})
}

func TestConfirmingRates(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	n := resolved(w, "chat")
	w.says("chat", "SUDAH 5")
	if n = w.wants(n.ID, tickets.Closed, ""); n.Rating != 5 {
		t.Errorf("rated %d", n.Rating)
	}
}

func TestButtonsMeanWhatTheWordsDo(t *testing.T) {
	converse(t, func(w *town) {
		n := resolved(w, "chat")
		p := w.hears("confirm")
		if len(p.Choices) != 2 {
			w.t.Fatalf("%+v", p.Choices)
		}
		press(w, p.Choices[1].ID)
		n = w.wants(n.ID, tickets.Assigned, "binamarga")
		w.move(n, tickets.Step{To: tickets.Resolved, Text: "Sekarang sudah."})
		p = w.hears("confirm")
		press(w, p.Choices[0].ID)
		w.wants(n.ID, tickets.Closed, "")
		in := press(w, "menari")
		if got := w.became(in); got != tickets.BecameIgnored {
			w.t.Errorf("an unknown button became %q", got)
		}
	})
}

func TestCitizenDisagrees(t *testing.T) {
	converse(t, func(w *town) {
		n := resolved(w, "sms")
		w.says("sms", "BELUM")
		n = w.wants(n.ID, tickets.Assigned, "binamarga")
		w.hears("question", "Apa yang masih kurang?")
		if n.Question != tickets.AskMissing || n.Questions != 2 {
			w.t.Errorf("question %q, %d asked", n.Question, n.Questions)
		}
		w.pass(time.Hour)
		w.says("sms", "yang ujung gang tetap gelap")
		if n = w.wants(n.ID, tickets.Assigned, "binamarga"); n.Question != tickets.NoQuestion || len(w.texts(n.ID)) != 3 {
			w.t.Errorf("%q after the answer; thread %q", n.Question, w.texts(n.ID))
		}
		w.has(w.events(n), "citizen reopened", "citizen answered")

		// Two questions are all that an SMS ticket costs: the next resolution is told, not asked.
		w.move(n, tickets.Step{To: tickets.Resolved, Text: "Ujung gang juga sudah."})
		w.hears("outcome", "balas BELUM")
		if n = w.wants(n.ID, tickets.Resolved, ""); n.Questions != 2 {
			w.t.Errorf("%d questions", n.Questions)
		}
		w.says("sms", "belum, masih gelap")
		w.wants(n.ID, tickets.Assigned, "kota")
		w.hears("notice", "Catatan Anda")
	})
}

func TestOnlyAPlainYesCloses(t *testing.T) {
	for words, state := range map[string]tickets.State{
		"SUDAH tapi bau": tickets.Resolved, "sudah 3 hari lampu mati": tickets.Resolved, "sudah belum ya?": tickets.Resolved, "👍": tickets.Resolved,
		"SUDAH tapi masih bau": tickets.Assigned, "sudah, tapi yang sebelah belum": tickets.Assigned,
	} {
		w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
		n := resolved(w, "sms")
		w.says("sms", words)
		if n = w.wants(n.ID, state, ""); state == tickets.Resolved && n.Question != tickets.AskConfirm {
			t.Errorf("%q: the question is gone", words)
		}
	}
}

func TestNoAnswersWhatWasAskedLast(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	first := resolved(w, "chat")
	w.pass(time.Hour)
	w.says("chat", "sampah menumpuk di Bukit Duri")
	second := w.all()[0]
	w.move(second, tickets.Step{To: tickets.Pending, Text: "Apakah truk sudah datang?"})
	w.says("chat", "belum")
	w.wants(second.ID, tickets.Assigned, "lh")
	w.wants(first.ID, tickets.Resolved, "")
	w.says("chat", "belum")
	w.wants(first.ID, tickets.Assigned, "binamarga")
}

func TestAnotherReportIsNoDisagreement(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	n := resolved(w, "sms")
	w.says("sms", "Belum diangkut sampah di Bukit Duri seminggu")
	w.wants(n.ID, tickets.Resolved, "")
	if got := w.all()[0]; got.ID == n.ID || got.Category != "sampah" {
		t.Errorf("%+v", got)
	}
}

func TestSilenceCloses(t *testing.T) {
	converse(t, func(w *town) {
		n := resolved(w, "chat")
		w.pass(9 * 24 * time.Hour)
		w.fire()
		w.wants(n.ID, tickets.Resolved, "")
		w.pass(2 * 24 * time.Hour)
		w.fire()
		if n = w.wants(n.ID, tickets.Closed, ""); n.Outcome != tickets.Unanswered {
			w.t.Errorf("closed as %s", n.Outcome)
		}
		w.hears("notice", "belum ada jawaban")
		w.has(w.events(n), "bot timeout", "bot moved")

		w.pass(20 * 24 * time.Hour)
		w.says("chat", "belum")
		w.wants(n.ID, tickets.Assigned, "binamarga")
		if n = w.only(); n.Outcome != tickets.NoOutcome {
			w.t.Errorf("reopened with outcome %s", n.Outcome)
		}
	})
}

func TestSilenceIsCountedFromDelivery(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("sms", lamp)
	n := w.only()
	w.move(n, tickets.Step{To: tickets.Resolved, Text: "Selesai."})
	_, name := w.heard()
	w.pass(8 * 24 * time.Hour)
	err := w.inbox.Report(t.Context(), channels.Report{Account: "sms", EventID: "dlr1", MessageID: name, State: channels.Delivered, At: w.now})
	if err != nil {
		t.Fatal(err)
	}
	w.fire()
	w.pass(9 * 24 * time.Hour)
	w.fire()
	w.wants(n.ID, tickets.Resolved, "")
	w.pass(2 * 24 * time.Hour)
	w.fire()
	w.wants(n.ID, tickets.Closed, "")
}

func TestUndeliverableClosesAsNotReached(t *testing.T) {
	converse(t, func(w *town) {
		w.says("sms", lamp)
		n := w.only()
		if err := w.desk.Move(w.t.Context(), tickets.Act{Ticket: n.ID, By: "Siti"}, tickets.Step{To: tickets.Resolved, Text: "Selesai."}); err != nil {
			w.t.Fatal(err)
		}
		w.deliver("failed")
		w.fire()
		if n = w.wants(n.ID, tickets.Closed, ""); n.Outcome != tickets.NotReached {
			w.t.Errorf("closed as %s", n.Outcome)
		}
		// A citizen who turns up after all is heard, and can be answered again.
		w.says("sms", "BELUM")
		w.wants(n.ID, tickets.Assigned, "binamarga")
		if p := w.hears("question"); p.Stopped {
			w.t.Error("the address is still barred")
		}
	})
}

func TestMuteCitizenIsNotReached(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	w.says("alpha", lamp)
	n := w.only()
	w.move(n, tickets.Step{To: tickets.Resolved, Text: "Selesai."})
	if n = w.wants(n.ID, tickets.Closed, ""); n.Outcome != tickets.NotReached {
		t.Errorf("closed as %s", n.Outcome)
	}
}

func TestLateYesStillCounts(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	n := resolved(w, "chat")
	w.pass(15 * 24 * time.Hour)
	w.fire()
	w.says("chat", "sudah")
	if n = w.wants(n.ID, tickets.Closed, ""); n.Outcome != tickets.Confirmed {
		t.Errorf("closed as %s", n.Outcome)
	}
	w.pass(40 * 24 * time.Hour)
	w.says("chat", "belum")
	w.wants(n.ID, tickets.Closed, "")
}

func TestTextOnAClosedCase(t *testing.T) {
	w := settle(t, dbtest.New(t, dbtest.SQLite), smallTown(t, nil))
	n := resolved(w, "chat")
	_, question := w.heard()
	w.says("chat", "sudah")
	answer := func(text string) channels.Inbound {
		in := w.inbound("chat", text)
		in.ReplyTo = []string{question}
		w.receives(in)
		return in
	}
	w.pass(5 * 24 * time.Hour)
	answer("kemarin sempat mati lagi sebentar")
	if got := w.texts(n.ID); len(got) != 3 {
		t.Errorf("the thread is %q", got)
	}
	w.wants(n.ID, tickets.Closed, "")
	w.pass(40 * 24 * time.Hour)
	in := answer("mati lagi")
	if w.became(in) != tickets.BecameTicket || len(w.all()) != 2 {
		t.Errorf("after the pack's days it became %s", w.became(in))
	}
	events, err := w.store.Events(t.Context(), w.all()[0].ID)
	if err != nil || !strings.Contains(string(events[0].Data), string(n.Reference)) {
		t.Errorf("the new ticket is not linked: %s %v", events[0].Data, err)
	}
}

func TestMailAnswersByItsBody(t *testing.T) {
	converse(t, func(w *town) {
		n := resolved(w, "mail")
		p, name := w.heard()
		if !strings.HasPrefix(p.Subject, "Re: ["+n.Reference.String()+"] lampu jalan") {
			w.t.Errorf("subject %q", p.Subject)
		}
		in := w.inbound("mail", "Belum, lampunya berkedip.")
		in.Subject, in.ReplyTo = "Re: "+p.Subject, []string{name}
		w.receives(in)
		w.wants(n.ID, tickets.Assigned, "binamarga")
	})
}
