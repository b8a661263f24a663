package bot

import (
	"sync"
	"testing"

	"tanggap/channels"
	"tanggap/tickets"
)

// copyOf is a mail as another mailbox of ours delivers it.
func copyOf(in channels.Inbound, account string) channels.Inbound {
	in.Account = account
	return in
}

// What is sent to two of our mailboxes at once is one message, whichever takes it first.
func TestMailToTwoMailboxesIsOneTicket(t *testing.T) {
	converse(t, func(w *town) {
		first := w.inbound("mail", lamp)
		first.EventID, first.MessageID, first.Subject = "mail:a1", "a1@kampung.test", "Lampu jalan mati"
		var both sync.WaitGroup
		for _, account := range []string{"mail", "mail2"} {
			both.Go(func() {
				if err := w.inbox.Accept(t.Context(), copyOf(first, account)); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		w.process()
		w.deliver("sent")
		n := w.only()
		if len(w.sent) != 1 || w.texts(n.ID)[0] != lamp {
			t.Errorf("%d messages went out; the thread is %q", len(w.sent), w.texts(n.ID))
		}
		fates := map[string]int{w.became(copyOf(first, "mail")): 1}
		fates[w.became(copyOf(first, "mail2"))]++
		if fates[tickets.BecameTicket] != 1 || fates[tickets.BecameDuplicate] != 1 {
			t.Errorf("the copies became %v", fates)
		}

		// The one long before the other, and delivered again.
		_, out := w.heard()
		next := w.inbound("mail", "masih mati juga")
		next.EventID, next.ReplyTo = "mail:a2", []string{out}
		next.Account = n.Return.Account
		other := map[string]string{"mail": "mail2", "mail2": "mail"}[n.Return.Account]
		w.receives(next)
		w.receives(copyOf(next, other))
		w.receives(next, copyOf(next, other))
		if got := w.texts(w.only().ID); len(got) != 2 || w.became(copyOf(next, other)) != tickets.BecameDuplicate {
			t.Errorf("the thread is %q", got)
		}

		// An answer to what the one wrote, of which the other's copy is first, or the only one.
		answer := w.inbound(other, "sudah dua hari gelap")
		answer.EventID, answer.From, answer.Unproven = "mail:a4", first.From, true
		answer.ReplyTo = []string{channels.Of(n.Return.Account, out)}
		w.receives(answer)
		back := copyOf(answer, n.Return.Account)
		back.ReplyTo = []string{out}
		w.receives(back)
		if got := w.texts(w.only().ID); len(got) != 3 || w.became(answer) != tickets.BecameFollowUp || w.became(back) != tickets.BecameDuplicate {
			t.Errorf("the thread is %q, the copies became %s and %s", got, w.became(answer), w.became(back))
		}

		// Another content under the same Message-ID is another mail.
		third := copyOf(first, other)
		third.EventID, third.Text, third.Subject = "mail:a3", "sampah menumpuk di pasar bukit duri", "Sampah"
		if w.receives(third); len(w.all()) != 2 {
			t.Errorf("%d tickets", len(w.all()))
		}
	})
}
