package bot

import (
	"testing"

	"tanggap/channels"
	"tanggap/tickets"
)

// answer is what staff wrote from the mailbox itself, in answer to a mail.
func (w *town) answer(text, to string, answers ...string) channels.Inbound {
	in := w.inbound("mail", text)
	in.Kind, in.From, in.ReplyTo = channels.Copied, channels.Address{Kind: channels.Mail, Value: to}, answers
	return in
}

func TestAnswersFromTheMailboxItselfStandOnTheTicket(t *testing.T) {
	converse(t, func(w *town) {
		first := w.says("mail", lamp)
		n := w.only()
		_, receipt := w.heard()
		said := len(w.sent)
		reply := w.answer("Petugas datang besok.", first.From.Value, "lain@kantor", first.MessageID)
		w.receives(reply, reply)
		now := w.wants(n.ID, tickets.InProgress, "")
		thread := w.thread(n.ID)
		last := thread[len(thread)-1]
		if len(thread) != 3 || last.Direction != tickets.Out || last.Author != "mailbox" || last.Text != "Petugas datang besok." || last.Sent.State != "" || last.ExternalID != reply.MessageID {
			t.Errorf("%d lines, the last %+v", len(thread), last)
		}
		if events := w.events(now); events[len(events)-2] != "mailbox replied" || events[len(events)-1] != "mailbox moved" {
			t.Errorf("events: %q", events)
		}
		w.receives(w.answer("Sudah selesai.", first.From.Value, receipt))
		if got := len(w.thread(n.ID)); got != 4 {
			t.Errorf("an answer to a mail of ours: %d lines", got)
		}
		if len(w.sent) != said {
			t.Errorf("%d messages were sent because of it", len(w.sent)-said)
		}

		// What the citizen answers to it is on the same ticket.
		back := w.inbound("mail", "Terima kasih, ditunggu.")
		back.ReplyTo = []string{reply.MessageID}
		w.receives(back)
		if got := w.texts(n.ID); len(got) != 2 || len(w.all()) != 1 {
			t.Errorf("the citizen's answer: %q on %d tickets", got, len(w.all()))
		}
	})
}

func TestWhatElseIsWrittenFromTheMailboxIsNoTickets(t *testing.T) {
	converse(t, func(w *town) {
		first := w.says("mail", lamp)
		n := w.only()
		before, said := len(w.thread(n.ID)), len(w.sent)
		for why, in := range map[string]channels.Inbound{
			"passed on to somebody else": w.answer("Mohon ditangani.", "dinas@kota.test", first.MessageID),
			"in answer to nothing":       w.answer("Undangan rapat.", first.From.Value),
			"in answer to the unknown":   w.answer("Balasan.", first.From.Value, "tidak-ada@x.test"),
		} {
			w.receives(in)
			became, _, err := w.store.Fate(t.Context(), "mail", in.EventID)
			if err != nil || became != tickets.BecameIgnored {
				t.Errorf("%s: %s, %v", why, became, err)
			}
		}
		if len(w.thread(n.ID)) != before || len(w.sent) != said || len(w.all()) != 1 {
			t.Errorf("%d lines, %d sent, %d tickets", len(w.thread(n.ID)), len(w.sent), len(w.all()))
		}
	})
}
