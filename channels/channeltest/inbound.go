package channeltest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tanggap/channels"
)

// acknowledgesOnlyAfterAccept: while the Inbox refuses, the platform must not believe that its message is safe.
func acknowledgesOnlyAfterAccept(s *session) {
	s.start()
	s.inbox.Refuse(2)
	id := s.p.Write(s.t, 0, "lampu jalan mati")
	if s.handler != nil {
		if early := s.handler.early(); early > 0 {
			s.Errorf("%d calls were answered 2xx before the Inbox had taken anything", early)
		}
	}
	if !s.o.Redelivers {
		s.inbox.Refuse(0)
		id = s.p.Write(s.t, 0, "lampu jalan masih mati")
	}
	got := s.awaitMessage("a message that the Inbox refused twice", id)
	if !same(got.Text, "lampu jalan mati") && s.o.Redelivers {
		s.Errorf("the message came in as %q", got.Text)
	}
	if got.Kind != channels.Message || got.From != s.p.Address(0) || got.Account != s.adapter.Name() {
		s.Errorf("kind %q from %v for account %q, want a message from %v for %q",
			got.Kind, got.From, got.Account, s.p.Address(0), s.adapter.Name())
	}
}

// redeliversAfterCrash: what a dying process had in its hands comes again, and is the same event.
func redeliversAfterCrash(s *session) {
	for _, afterCommit := range []bool{false, true} {
		s.restart()
		s.inbox.Crash(afterCommit)
		written := make(chan string, 1)
		go func() { written <- s.p.Write(s.t, 1, fmt.Sprintf("banjir, kali kedua: %v", afterCommit)) }()
		s.await("an Accept in which the process dies", s.inbox.Dead)
		s.restart()
		var id string
		select {
		case id = <-written:
		case <-time.After(s.patience):
			s.Fatalf("the platform never got its message across")
		}
		s.awaitMessage("a message that was in the hands of a dying process", id)
		s.settle()
		if n := len(s.arrived(id)); n != 1 {
			s.Errorf("the message came back as %d events, want 1 (died after commit: %v)", n, afterCommit)
		}
	}
}

// keepsOrderPerThread: each citizen's messages come in as he wrote them, through refusals and a restart.
func keepsOrderPerThread(s *session) {
	const citizens, refused, restarted, rounds = 3, 2, 4, 6
	s.start()
	want := make([][]string, citizens)
	for round := range rounds {
		if round == refused && s.o.Redelivers {
			s.inbox.Refuse(1)
		}
		if round == restarted { // not before the refusal was met and made good
			s.awaitAll(want)
		}
		for n := range citizens {
			want[n] = append(want[n], s.p.Write(s.t, n, fmt.Sprintf("pesan %d", round)))
		}
		if round == restarted { // with this round's messages under way
			s.restart()
		}
	}
	s.awaitAll(want)
	for n := range want {
		var got []string
		for _, m := range s.inbox.Messages() {
			if m.From == s.p.Address(n) {
				got = append(got, m.MessageID)
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(want[n]) {
			s.Errorf("messages of citizen %d came in as %v, written as %v", n, got, want[n])
		}
	}
}

// awaitAll waits until every message of every citizen is in.
func (s *session) awaitAll(written [][]string) {
	s.Helper()
	s.await("all messages", func() bool {
		for _, id := range slices.Concat(written...) {
			if len(s.arrived(id)) == 0 {
				return false
			}
		}
		return true
	})
}

// duplicatesKeepTheirID: a message that comes twice is one event; two that look alike are two.
func duplicatesKeepTheirID(s *session) {
	s.start()
	first := s.p.Write(s.t, 0, "sampah menumpuk")
	second := s.p.Write(s.t, 0, "sampah menumpuk")
	s.awaitMessage("the first of two equal messages", first)
	s.awaitMessage("the second of two equal messages", second)
	s.p.Redeliver(s.t, first)
	s.settle()
	s.restart()
	s.p.Redeliver(s.t, second)
	s.settle()
	for _, id := range []string{first, second} {
		if n := len(s.arrived(id)); n != 1 {
			s.Errorf("a message delivered twice came in as %d events, want 1", n)
		}
	}
}

// deliversTheUnknown: what the adapter cannot read is handed on with its bytes, and holds up nothing.
func deliversTheUnknown(s *session) {
	s.start()
	body := []byte("{\"\x00 tidak terbaca: 7c1f")
	s.p.WriteBytes(s.t, body)
	s.await("an inbound of kind unknown", func() bool {
		for _, m := range s.inbox.Messages() {
			if m.Kind == channels.Unknown {
				return true
			}
		}
		return false
	})
	s.settle()
}

// stopsWithContext: Poll ends with its context whatever it waits for, and so does Send.
func stopsWithContext(s *session) {
	s.start()
	s.settle()
	if _, ok := s.adapter.(channels.Poller); ok {
		s.stop() // while idle
		release := s.inbox.Block()
		s.start()
		s.p.Write(s.t, 0, "jalan berlubang")
		s.await("an Accept that waits", func() bool { return s.inbox.Waiting() > 0 })
		s.stop() // while the Inbox takes its time
		release()
		s.outage()
		s.start()
		s.stop() // while the platform is away
		s.p.Outage(false)
	}
	s.make()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	before := len(s.p.Taken())
	if _, err := s.adapter.Send(ctx, s.out(0, "terlambat")); err == nil {
		s.Errorf("Send with an ended context returned no error")
	}
	if n := len(s.p.Taken()) - before; n != 0 {
		s.Errorf("Send with an ended context sent %d messages", n)
	}
}

// ridesOutOutage: what is written while the platform is away comes in after it, with nobody's help.
func ridesOutOutage(s *session) {
	s.start()
	s.settle()
	before := s.refusals()
	s.outage()
	if _, err := s.send(s.out(0, "tidak sampai")); err == nil {
		s.Errorf("Send succeeded while the platform was away")
	} else if kind := channels.KindOf(err); kind != channels.Temporary {
		s.Errorf("Send while the platform was away: kind %q, want temporary (%v)", kind, err)
	}
	if _, ok := s.adapter.(channels.Poller); ok {
		if s.canSeeRefusals() {
			s.await("the poller to run into the outage", func() bool { return s.refusals() >= before+2 })
		}
		id := s.p.Write(s.t, 0, "ditulis saat gangguan")
		s.p.Outage(false)
		s.awaitMessage("a message written during an outage", id)
	}
	s.p.Outage(false)
	s.mustSend(0, "sampai lagi")
	s.settle()
}

// refusals is how often the outage was noticed, as far as it can be seen.
func (s *session) refusals() int {
	n := s.net.failures()
	if p, ok := s.p.(interface{ Refused() int }); ok {
		n += p.Refused()
	}
	return n
}

// canSeeRefusals is whether the adapter does HTTP with our client, or its platform counts for itself.
func (s *session) canSeeRefusals() bool {
	_, counts := s.p.(interface{ Refused() int })
	return counts || s.net.failures() > 0
}
