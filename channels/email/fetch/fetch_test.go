package fetch

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
)

type ctx = context.Context

func start(t *testing.T, r *Reader, in channels.Inbox) (stop func() error) {
	polling, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.Poll(polling, in) }()
	var once error
	stopped := false
	stop = func() error {
		if stopped {
			return once
		}
		stopped = true
		cancel()
		select {
		case once = <-ended:
		case <-time.After(patience):
			t.Error("Poll does not end with its context")
		}
		return once
	}
	t.Cleanup(func() { stop() })
	return stop
}

// begun waits until the first start is marked.
func begun(t *testing.T, in *inbox) {
	t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		if cursor, _ := in.Cursor(t.Context(), "mail"); cursor != "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the mailbox was not opened")
		}
	}
}

func TestAServerThatHidesItsNextNumber(t *testing.T) {
	b, in := serve(t), newInbox()
	b.hidesTop, b.chatters = true, true
	b.putAt(4_000_000_000, "lama", time.Now().AddDate(-1, 0, 0))
	follow(t, b, in, nil)
	begun(t, in)
	b.put(4_000_000_001, "satu")
	in.await(t, "satu")
	b.set(func() { b.mails = nil }) // the last mail's number is no bound now
	b.put(4_000_000_002, "dua")
	in.await(t, "satu", "dua")
}

func TestAMailVanishesBeforeItIsFetched(t *testing.T) {
	b, in := serve(t), newInbox()
	follow(t, b, in, nil)
	begun(t, in)
	b.set(func() {
		b.manner = func(uid uint32, _ bool) string { return map[uint32]string{2: "gone"}[uid] }
		now := time.Now()
		b.mails = []stored{{1, "a\r\n\r\nsatu", now}, {2, "b\r\n\r\ndua", now}, {3, "c\r\n\r\ntiga", now}}
	})
	in.await(t, "satu", "tiga")
}

// TestAMailThatDoesNotCome: one that the server lists and cannot give is set aside, and seen; the others come.
func TestAMailThatDoesNotCome(t *testing.T) {
	for how, whole := range map[string]bool{"NO": false, "cut": false, "nothing": false, "mid": true} {
		b, in := serve(t), newInbox()
		stop := follow(t, b, in, func(o *Options) { o.Retry = time.Microsecond })
		begun(t, in)
		b.set(func() {
			b.manner = func(uid uint32, header bool) string {
				if uid == 2 && !(header && whole) {
					return how
				}
				return ""
			}
			now := time.Now()
			b.mails = []stored{{1, "a\r\n\r\nsatu", now}, {2, "b\r\n\r\ndua", now}, {3, "c\r\n\r\ntiga", now}}
		})
		in.await(t, "satu", "", "tiga")
		m := in.Messages()[1]
		if m.Kind != channels.Unknown || whole != strings.HasPrefix(string(m.Raw), "b") || !whole && !strings.Contains(string(m.Raw), "UID 2") {
			t.Errorf("%s: set aside as %s with %q", how, m.Kind, m.Raw)
		}
		stop()
	}
}

// TestAServerThatGivesNothing is waited for: no mail of it is set aside.
func TestAServerThatGivesNothing(t *testing.T) {
	b, in := serve(t), newInbox()
	follow(t, b, in, func(o *Options) { o.Retry = time.Microsecond })
	begun(t, in)
	b.set(func() {
		b.manner = func(uint32, bool) string { return "NO" }
		now := time.Now()
		b.mails = []stored{{1, "a\r\n\r\nsatu", now}, {2, "b\r\n\r\ndua", now}}
	})
	for deadline := time.Now().Add(patience); b.commands("UID FETCH") < 18; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the server is not asked again")
		}
	}
	if got := in.Messages(); len(got) > 0 {
		t.Fatalf("%d mails were set aside while the server was ill", len(got))
	}
	b.set(func() { b.manner = func(uint32, bool) string { return "" } })
	in.await(t, "satu", "dua")
}

func TestAServerThatSendsMoreThanWasAskedFor(t *testing.T) {
	b, in := serve(t), newInbox()
	b.manner = func(uint32, bool) string { return "whole" }
	follow(t, b, in, func(o *Options) { o.MaxMessage = 100 })
	begun(t, in)
	b.put(1, strings.Repeat("x", 3<<20))
	b.put(2, "sesudahnya")
	if !in.Await(patience, func() bool { return len(in.Messages()) == 2 }) {
		t.Fatal("a long mail keeps the next one waiting")
	}
	if m := in.Messages()[0]; m.Kind != channels.Unknown || len(m.Raw) != 100 {
		t.Errorf("a long mail came as %s with %d bytes", m.Kind, len(m.Raw))
	}
	if n := b.commands("LOGIN"); n != 1 {
		t.Errorf("%d logins, want one connection for both", n)
	}
}

// TestNumbersThatGoBack, without a new UIDVALIDITY, are numbers of other mails.
func TestNumbersThatGoBack(t *testing.T) {
	b, in := serve(t), newInbox()
	follow(t, b, in, nil)
	begun(t, in)
	b.put(100, "satu")
	in.await(t, "satu")
	b.set(func() {
		now := time.Now()
		b.mails = []stored{{1, "Message-ID: <satu@x.test>\r\n\r\nsatu", now}, {2, "b\r\n\r\ndua", now}}
	})
	in.await(t, "satu", "dua")
	b.put(3, "tiga")
	in.await(t, "satu", "dua", "tiga")
}

// TestALargeMailbox of 100,000 mails: the first new one comes without a list of the others, and a gap of four
// billion numbers is crossed at once.
func TestALargeMailbox(t *testing.T) {
	b, in := serve(t), newInbox()
	year := time.Now().AddDate(-1, 0, 0)
	for i := range 100_000 {
		b.mails = append(b.mails, stored{uint32(i) + 1, "x", year})
	}
	follow(t, b, in, nil)
	begun(t, in)
	b.put(100_001, "baru")
	in.await(t, "baru")
	b.put(4_200_000_000, "jauh")
	in.await(t, "baru", "jauh")
	if n := b.commands("UID SEARCH"); n > 5000 {
		t.Errorf("%d searches", n)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if i := slices.IndexFunc(b.asked, func(c string) bool {
		m := searching.FindStringSubmatch(c)
		return m != nil && m[1] == "1"
	}); i >= 0 {
		t.Errorf("all were listed: %s", b.asked[i])
	}
}

// TestALoginThatIsRefused is not tried again and again: three times, then once for each Poll until one goes well.
func TestALoginThatIsRefused(t *testing.T) {
	b, in := serve(t), newInbox()
	answer := "NO [AUTHENTICATIONFAILED] wrong"
	b.login = func() string { b.mu.Lock(); defer b.mu.Unlock(); return answer }
	var r *Reader
	follow(t, b, in, func(o *Options) { r = New(*o) })()
	before := b.commands("LOGIN")
	for i, want := range []int{refusals, 1, 1} {
		if err := r.Poll(t.Context(), in); channels.KindOf(err) != channels.Suspended {
			t.Fatalf("Poll: %v", err)
		}
		if got := b.commands("LOGIN") - before; got != want {
			t.Errorf("Poll %d logged in %d times, want %d", i+1, got, want)
		}
		before = b.commands("LOGIN")
	}
	b.set(func() { answer = "" })
	stop := start(t, r, in)
	begun(t, in)
	stop()
	b.set(func() { answer = "NO [AUTHENTICATIONFAILED] wrong" })
	before = b.commands("LOGIN")
	if err := r.Poll(t.Context(), in); channels.KindOf(err) != channels.Suspended || b.commands("LOGIN")-before != refusals {
		t.Errorf("after a good one: %d logins, %v", b.commands("LOGIN")-before, err)
	}
}

// TestASilentDeathInIdle: a line that is dead without a word is left when the IDLE is over.
func TestASilentDeathInIdle(t *testing.T) {
	b, in := serve(t), newInbox()
	stop := follow(t, b, in, func(o *Options) { o.IdleFor = 20 * time.Millisecond })
	begun(t, in)
	for deadline := time.Now().Add(patience); b.commands("IDLE") < 3; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("IDLE is not left and begun again")
		}
	}
	if err := stop(); err != nil {
		t.Errorf("Poll: %v", err)
	}
}

// TestOneMailboxHangs: of several, read beside each other, one whose server says nothing keeps nobody waiting, and
// takes part again when it speaks.
func TestOneMailboxHangs(t *testing.T) {
	var boxes []*mailbox
	var ins []*inbox
	speaks := make(chan struct{})
	for i := range 4 {
		b, in := serve(t), newInbox()
		if i == 1 {
			b.login = func() string { <-speaks; return "" }
		}
		follow(t, b, in, func(o *Options) {
			if i == 1 {
				o.Server.Wait = 50 * time.Millisecond
			}
		})
		boxes, ins = append(boxes, b), append(ins, in)
	}
	for i, in := range ins {
		if i == 1 {
			continue
		}
		begun(t, in)
		boxes[i].put(1, "surat")
		in.await(t, "surat")
	}
	for deadline := time.Now().Add(patience); boxes[1].commands("LOGIN") < 3; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the silent server is not left")
		}
	}
	close(speaks)
	begun(t, ins[1])
	boxes[1].put(1, "surat")
	ins[1].await(t, "surat")
}
