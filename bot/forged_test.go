package bot

import (
	"slices"
	"strings"
	"testing"

	"tanggap/channels"
	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

// mailTown is a town where a citizen with a name has a ticket by mail; out is the name of our message on it.
func mailTown(t *testing.T, url string) (w *town, n tickets.Ticket, out string) {
	w = settle(t, url, smallTown(t, nil))
	in := w.inbound("mail", "lampu jalan mati di depan rumah saya di tebet timur")
	in.Subject, in.Name, in.Unproven = "Lampu jalan mati", "Warga Asli", true
	w.receives(in)
	_, out = w.heard()
	return w, w.only(), out
}

// called is the name that the citizen of a ticket has.
func (w *town) called(n tickets.Ticket) (name string) {
	w.t.Helper()
	if err := w.store.Row(w.t.Context(), `SELECT name FROM citizen WHERE id = ?`, n.CitizenID).Scan(&name); err != nil {
		w.t.Fatal(err)
	}
	return name
}

var lookalike = channels.Address{Kind: channels.Mail, Value: "warga@examp1e.org"}

// Whoever cannot show that he is the citizen reaches nothing of his, and staff see whose case he spoke of.
func TestForgersReachNoTicket(t *testing.T) {
	for name, forge := range map[string]func(m *channels.Inbound, ref, out string){
		"a sender who failed, with the right reference and message": func(m *channels.Inbound, ref, out string) {
			m.Unverified, m.Subject, m.ReplyTo = true, "Re: Laporan "+ref, []string{out}
		},
		"one of whom nothing is known, with the right reference": func(m *channels.Inbound, ref, _ string) {
			m.Unproven, m.Subject = true, "Re: Laporan "+ref
		},
		"the same with the reference in the text": func(m *channels.Inbound, ref, _ string) {
			m.Unproven, m.Subject, m.Text = true, "laporan", "tentang "+ref+": petugas belum datang"
		},
		"our Message-ID without its HMAC": func(m *channels.Inbound, _, out string) {
			m.Unproven, m.Subject, m.Claims = true, "Re: laporan", []string{out}
		},
		"the citizen's own Message-ID, which others have seen": func(m *channels.Inbound, _, _ string) {
			m.Unproven, m.Subject, m.ReplyTo = true, "Re: laporan", []string{"m1"}
		},
		"another sender with our own Message-ID": func(m *channels.Inbound, ref, out string) {
			m.From, m.Subject, m.ReplyTo = lookalike, "Re: Laporan "+ref, []string{out}
		},
		"another sender with a copied one": func(m *channels.Inbound, _, out string) {
			m.From, m.Subject, m.Claims = lookalike, "Re: laporan", []string{out}
		},
		"another sender with the right reference": func(m *channels.Inbound, ref, _ string) {
			m.From, m.Subject = lookalike, "Re: Laporan "+ref
		},
		"another sender who is not known, with both": func(m *channels.Inbound, ref, out string) {
			m.From, m.Unproven, m.Subject, m.ReplyTo = lookalike, true, "Re: Laporan "+ref, []string{out}
		},
		"an order": func(m *channels.Inbound, ref, _ string) {
			m.Unproven, m.Subject, m.Text = true, "BATAL "+ref, "BATAL "+ref
		},
	} {
		w, before, out := mailTown(t, dbtest.New(t, dbtest.SQLite))
		thread, events, sent := len(w.thread(before.ID)), len(w.events(before)), len(w.sent)
		m := w.inbound("mail", "tolong kabarkan perkembangannya, masih belum juga")
		m.Name = "Penyamar"
		forge(&m, before.Reference.String(), out)
		w.receives(m)

		all := w.all()
		if len(all) != 2 || w.became(m) != tickets.BecameTicket {
			t.Errorf("%s: became %s, and there are %d tickets", name, w.became(m), len(all))
			continue
		}
		made := all[slices.IndexFunc(all, func(n tickets.Ticket) bool { return n.ID != before.ID })]
		history, err := w.store.Events(t.Context(), made.ID)
		if err != nil {
			t.Fatal(err)
		}
		if !made.Unverified || !strings.Contains(string(history[0].Data), `"linked":"`+string(before.Reference)+`"`) {
			t.Errorf("%s: unverified %v, %s", name, made.Unverified, history[0].Data)
		}
		after := w.wants(before.ID, before.State, before.Agency)
		if after.Version != before.Version || len(w.thread(before.ID)) != thread || len(w.events(before)) != events {
			t.Errorf("%s: the citizen's ticket changed", name)
		}
		for _, p := range w.sent[sent:] {
			for _, private := range []string{before.Reference.String(), string(before.Reference), "Warga Asli", "ampu jalan", "Bina Marga", "diteruskan", "Tebet"} {
				if strings.Contains(p.Subject+p.Text, private) {
					t.Errorf("%s: was told %q: %s: %s", name, private, p.Subject, p.Text)
				}
			}
		}
		if got := w.called(before); got != "Warga Asli" {
			t.Errorf("%s: the citizen is called %q now", name, got)
		}
	}
}

// A word of command under the citizen's address does nothing where nothing shows that it is his.
func TestOrdersOfNobodyKnownDoNothing(t *testing.T) {
	for _, text := range []string{"STATUS", "BATAL", "BERHENTI", "SUDAH", "ENGLISH", "kapan diperbaiki?"} {
		w, before, _ := mailTown(t, dbtest.New(t, dbtest.SQLite))
		m := w.inbound("mail", text)
		m.Unproven = true
		w.receives(m)
		after := w.wants(before.ID, before.State, before.Agency)
		p, _ := w.heard()
		if after.Version != before.Version || strings.Contains(p.Text, before.Reference.String()) || w.became(m) != tickets.BecameCommand {
			t.Errorf("%s: became %s, answered %q", text, w.became(m), p.Text)
		}
	}
}

// Where nothing speaks for or against a sender, the answer to our own message does.
func TestTrueAnswersJoin(t *testing.T) {
	for name, write := range map[string]func(m *channels.Inbound, ref, out string){
		"not known, and answers our message":               func(m *channels.Inbound, _, out string) { m.Unproven, m.ReplyTo = true, []string{out} },
		"not known, and answers a later mail of ours, too": func(m *channels.Inbound, _, out string) { m.Unproven, m.ReplyTo = true, []string{"x@y", out} },
		"known, and answers our message":                   func(m *channels.Inbound, _, out string) { m.ReplyTo = []string{out} },
		"known, from a program that drops the thread":      func(m *channels.Inbound, ref, _ string) { m.Subject = "Re: Laporan " + ref },
		"known, with half of our Message-ID and the reference": func(m *channels.Inbound, ref, out string) {
			m.Subject, m.Claims = "Re: Laporan "+ref, []string{out}
		},
	} {
		w, n, out := mailTown(t, dbtest.New(t, dbtest.SQLite))
		m := w.inbound("mail", "tolong kabarkan perkembangannya, masih belum juga")
		m.Subject, m.Name = "Re: laporan", "Warga Asli Baru"
		write(&m, n.Reference.String(), out)
		w.receives(m)
		if got := w.texts(n.ID); w.only().Unverified || len(got) != 2 || w.became(m) != tickets.BecameFollowUp {
			t.Errorf("%s: became %s, the thread is %q", name, w.became(m), got)
		}
		if got := w.called(n); got != "Warga Asli Baru" {
			t.Errorf("%s: the citizen is called %q", name, got)
		}
	}
	w, n, out := mailTown(t, dbtest.New(t, dbtest.SQLite))
	m := w.inbound("mail", "BATAL")
	m.Unproven, m.Subject, m.ReplyTo = true, "Re: Laporan "+n.Reference.String(), []string{out}
	w.receives(m)
	w.wants(n.ID, tickets.Withdrawn, "")
}

// The case that a stranger speaks of is found in the same way on both databases.
func TestPointingOnBothDatabases(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w, before, out := mailTown(t, url)
		for _, forge := range []func(m *channels.Inbound){
			func(m *channels.Inbound) { m.Subject = "Re: " + string(before.Reference) },
			func(m *channels.Inbound) { m.Subject, m.Claims = "Re: laporan", []string{out} },
		} {
			m := w.inbound("mail", "tolong kabarkan perkembangannya")
			m.Unproven = true
			forge(&m)
			w.receives(m)
			history, err := w.store.Events(t.Context(), w.all()[0].ID)
			if err != nil || !w.all()[0].Unverified || !strings.Contains(string(history[0].Data), string(before.Reference)) {
				t.Errorf("%s %v", history[0].Data, err)
			}
		}
	})
}
