package email

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/fetch"
	"tanggap/internal/dovecot"
)

// tally is an Inbox that counts and forgets, but for what it needs to know a mail again.
type tally struct {
	mu    sync.Mutex
	seen  map[string]bool
	marks map[string]string
	fresh int           // that were not mute
	at    map[int]int   // by the count of fresh ones, how many had come
	grown chan struct{} // closed at the next change
}

func newTally() *tally {
	return &tally{seen: map[string]bool{}, marks: map[string]string{}, at: map[int]int{}, grown: make(chan struct{})}
}

func (b *tally) Accept(_ context.Context, in ...channels.Inbound) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i := range in {
		if id := in[i].EventID[:16]; !b.seen[id] {
			b.seen[id] = true
			if !in[i].Mute {
				b.fresh++
				b.at[b.fresh] = len(b.seen)
			}
		}
		if in[i].Cursor != "" {
			b.marks[in[i].Account] = in[i].Cursor
		}
	}
	close(b.grown)
	b.grown = make(chan struct{})
	return nil
}

func (b *tally) Mark(_ context.Context, name, cursor string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.marks[name] = cursor
	close(b.grown)
	b.grown = make(chan struct{})
	return nil
}

func (b *tally) Cursor(_ context.Context, name string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.marks[name], nil
}

func (b *tally) Report(context.Context, channels.Report) error { return nil }

// wait waits for cond, as long as anything changes, and gives how long it took.
func (b *tally) wait(t testing.TB, what string, cond func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	for {
		b.mu.Lock()
		ok, grown := cond(), b.grown
		b.mu.Unlock()
		if ok {
			return time.Since(began)
		}
		select {
		case <-grown:
		case <-time.After(patience):
			t.Fatalf("waited in vain: %s; %d mails, marks %q", what, len(b.seen), b.marks)
		}
	}
}

// reading is a real server, and an adapter for it.
func reading(t testing.TB, past fetch.Answer) (*dovecot.Server, *Adapter) {
	t.Helper()
	s := dovecot.Start(t)
	a, err := New("mail", Config{
		Address: dovecot.Address, Past: past,
		IMAP: Server{URL: s.IMAPURL(), Username: dovecot.Address, Password: dovecot.Password},
		SMTP: Server{URL: "smtp://127.0.0.1:1"},
	}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	a.reader.Retry = 20 * time.Millisecond
	return s, a
}

// run polls until stop.
func run(t testing.TB, a *Adapter, in channels.Inbox) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Poll(ctx, in) }()
	return func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func letterOf(i int) []byte {
	return plainMail(fmt.Sprintf("warga-%d@kampung.test", i%997), fmt.Sprintf("%d@kampung.test", i), fmt.Sprint(i, strings.Repeat(" air di jalan kami naik", 100)))
}

// BenchmarkFetch reads mails of 3 kB from a real server on loopback, up to the Inbox.
func BenchmarkFetch(b *testing.B) {
	s, a := reading(b, fetch.Answer{})
	for i := range b.N {
		if err := s.Deposit(letterOf(i), time.Now(), i); err != nil {
			b.Fatal(err)
		}
	}
	in := newTally()
	b.ReportAllocs()
	b.ResetTimer()
	stop := run(b, a, in)
	in.wait(b, "all mails", func() bool { return in.fresh == b.N })
	b.StopTimer()
	stop()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}

// TestSoakALargeMailbox has a year of mail in it when the account is first started: new mail comes at once, also
// while all of it is imported and after it is renumbered, and memory stays small. 100,000 mails with make soak.
func TestSoakALargeMailbox(t *testing.T) {
	mails := 400 // the short form stays alive in every run
	if os.Getenv("TANGGAP_SOAK") != "" {
		mails = 100_000
	}
	const mostHeap = 128 << 20
	s, a := reading(t, fetch.Answer{Given: true, Import: true})
	old := time.Now().AddDate(-1, 0, 0)
	for i := range mails {
		raw := fmt.Appendf(nil, "Message-ID: <%d@lama.test>\r\nFrom: warga@kampung.test\r\nDate: %s\r\n\r\nlama %d\r\n", i, old.Format(time.RFC1123Z), i)
		if err := s.Deposit(raw, old, i); err != nil {
			t.Fatal(err)
		}
	}
	heap := uint64(0)
	look := func(what string, took time.Duration, in *tally) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		in.mu.Lock()
		defer in.mu.Unlock()
		t.Logf("%s after %v; %d of %d mails have come, heap %d kB", what, took.Round(time.Millisecond), len(in.seen), mails, m.HeapInuse>>10)
		heap = max(heap, m.HeapInuse)
	}
	in := newTally()
	stop := run(t, a, in)
	look("the first start is done", in.wait(t, "the first start", func() bool { return in.marks["mail"] != "" }), in)
	fresh := 0
	arrive := func(when string) {
		t.Helper()
		fresh++
		in.mu.Lock()
		before := len(in.seen)
		in.mu.Unlock()
		if err := s.Deliver(letterOf(fresh)); err != nil {
			t.Fatal(err)
		}
		look("new mail "+when, in.wait(t, "new mail "+when, func() bool { return in.fresh >= fresh }), in)
		if passed := in.at[fresh] - before; passed > mails/10+200 {
			t.Errorf("new mail %s: %d old ones came before it", when, passed)
		}
	}
	for i := range 4 {
		arrive("during the import")
		part := (i + 1) * mails / 5
		in.wait(t, "a part of the import", func() bool { return len(in.seen) >= part })
	}
	look("the import is done", in.wait(t, "the import", func() bool { return len(in.seen) == mails+fresh }), in)
	stop()

	s.Stop()
	if err := s.Renumber(); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(); err != nil {
		t.Fatal(err)
	}
	fresh++
	if err := s.Deliver(letterOf(fresh)); err != nil {
		t.Fatal(err)
	}
	stop = run(t, a, in)
	look("new mail in a renumbered mailbox", in.wait(t, "new mail after the renumbering", func() bool { return in.fresh >= fresh }), in)
	arrive("while the rest is looked at again")
	stop()
	if got := len(in.seen); got != mails+fresh {
		t.Errorf("%d mails, want %d", got, mails+fresh)
	}
	if heap > mostHeap {
		t.Errorf("%d MB of heap", heap>>20)
	}
}
