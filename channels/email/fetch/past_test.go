package fetch

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// old fills a mailbox with mails of the last n years, the oldest first, and a new one.
func old(b *mailbox, n int) {
	for i := range n {
		b.putAt(uint32(10*i+1), fmt.Sprintf("tahun-%d", n-i), time.Now().AddDate(i-n, 0, 0))
	}
	b.putAt(uint32(10*n+1), "baru-1", time.Now())
}

func (b *inbox) want(t *testing.T, want ...string) {
	t.Helper()
	if !b.Await(patience, func() bool { return len(b.Messages()) >= len(want) }) {
		t.Fatalf("took %q, want %q", b.texts(), want)
	}
	got := b.texts()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("took %q, want %q", got, want)
	}
	for _, m := range b.Messages() {
		if past := m.Text[:4] == "tahu"; m.Mute != past {
			t.Errorf("%s: mute is %v", m.Text, m.Mute)
		}
	}
}

// TestThePastIsAskedAbout, once, and nothing of it is taken before the answer. New mail does not wait for that.
func TestThePastIsAskedAbout(t *testing.T) {
	b, in := serve(t), newInbox()
	old(b, 5)
	quick := func(o *Options) { o.IdleFor = 10 * time.Millisecond }
	stop := follow(t, b, in, quick)
	in.want(t, "baru-1")
	b.put(100, "baru-2")
	in.want(t, "baru-1", "baru-2")
	past, answer, asked, err := ReadPast(t.Context(), in, "mail")
	if err != nil || !asked || answer.Given || past.Messages != 5 || past.Last != 51 || past.Done() || time.Since(past.Oldest) < 4*365*24*time.Hour {
		t.Fatalf("asked %v about %+v, answered %+v, %v", asked, past, answer, err)
	}
	stop()
	before := b.commands("UID FETCH")

	follow(t, b, in, quick) // the answer comes while it runs
	b.put(101, "baru-3")
	in.want(t, "baru-1", "baru-2", "baru-3")
	if n := b.commands("UID FETCH") - before; n != 1 {
		t.Errorf("%d mails were fetched, want the new one alone", n)
	}
	if err := AnswerPast(t.Context(), in, "mail", Answer{Given: true, Import: true, From: time.Now().AddDate(-3, 0, -1)}); err != nil {
		t.Fatal(err)
	}
	in.want(t, "baru-1", "baru-2", "baru-3", "tahun-3", "tahun-2", "tahun-1")
	b.put(102, "baru-4")
	in.want(t, "baru-1", "baru-2", "baru-3", "tahun-3", "tahun-2", "tahun-1", "baru-4")
	if past, _, _, err := ReadPast(t.Context(), in, "mail"); err != nil || !past.Done() || past.Taken != 3 {
		t.Errorf("the import ended with %+v, %v", past, err)
	}
}

// TestALongImport goes on where it was, new mail comes between, and a new numbering
// doubles nothing.
func TestALongImport(t *testing.T) {
	b, in := serve(t), newInbox()
	const years = 200
	old(b, years)
	reached := make(chan struct{})
	b.manner = func(uid uint32, _ bool) string {
		if uid == 401 && b.count() == years+1 {
			b.put(5000, "baru-2") // in the middle
			close(reached)
		}
		return ""
	}
	stop := follow(t, b, in, func(o *Options) { o.Past = Answer{Given: true, Import: true} })
	<-reached
	if !in.Await(patience, func() bool { return slices.Contains(in.texts(), "baru-2") }) {
		t.Fatal("new mail waits for the import")
	}
	if n := slices.Index(in.texts(), "baru-2"); n > 3*batchMails {
		t.Errorf("%d mails came before the new one", n)
	}
	stop()
	b.set(func() { b.validity++ })
	follow(t, b, in, func(o *Options) { o.Past = Answer{Given: true, Import: true} })
	want := []string{"baru-1", "baru-2"}
	for i := range years {
		want = append(want, fmt.Sprintf("tahun-%d", i+1))
	}
	in.want(t, want...)
}

func TestThePastIsLeftAlone(t *testing.T) {
	b, in := serve(t), newInbox()
	old(b, 3)
	follow(t, b, in, func(o *Options) { o.Past, o.IdleFor = Answer{Given: true}, time.Millisecond })
	in.want(t, "baru-1")
	b.set(func() { b.validity++ }) // not by a new numbering either
	b.put(100, "baru-2")
	in.want(t, "baru-1", "baru-2")
}

// TestARestoredMailbox has all its mails arrive today, at the first start or after it. Their authors' dates tell that
// nobody waits for an answer.
func TestARestoredMailbox(t *testing.T) {
	b, in := serve(t), newInbox()
	now := time.Now()
	restored := func(uid uint32, text string, age time.Duration) stored {
		return stored{uid, fmt.Sprintf("Message-ID: <%s@x.test>\r\nDate: %s\r\n\r\n%s", text, now.Add(-age).Format(time.RFC1123Z), text), now}
	}
	const day = 24 * time.Hour
	first := []stored{restored(1, "lama", 400*day), restored(2, "tertunda", 3*day), restored(3, "baru", time.Minute)}
	b.mails = first
	stop := follow(t, b, in, nil)
	in.await(t, "tertunda", "baru")
	stop()
	if past, answer, asked, err := ReadPast(t.Context(), in, "mail"); err != nil || !asked || answer.Given || past.Messages != 3 {
		t.Errorf("asked %v about %+v, %v", asked, past, err)
	}
	b.set(func() {
		b.validity++
		b.mails = append(slices.Clone(first), restored(4, "sesudahnya", 0))
	})
	follow(t, b, in, func(o *Options) { o.Past = Answer{Given: true, Import: true} })
	in.await(t, "tertunda", "baru", "sesudahnya", "lama")
	for _, m := range in.Messages() {
		if want := m.Text == "lama" || m.Text == "tertunda"; m.Mute != want {
			t.Errorf("%s: mute is %v", m.Text, m.Mute)
		}
	}
}

// TestALargeMailboxIsRenumbered: what came since is taken at once, the rest is looked at in between, and nothing twice.
func TestALargeMailboxIsRenumbered(t *testing.T) {
	t.Run("with its dates", func(t *testing.T) { renumber(t, 300, func(at time.Time) time.Time { return at }) })
	t.Run("all of today", func(t *testing.T) { renumber(t, 3*newestMost, func(time.Time) time.Time { return time.Now() }) })
}

func renumber(t *testing.T, before int, restored func(time.Time) time.Time) {
	b, in := serve(t), newInbox()
	now := time.Now()
	in.marks["mail"] = position{validity: 7, since: now.AddDate(-10, 0, 0)}.String()
	for i := range before {
		b.putAt(uint32(i)+1, fmt.Sprint("surat-", i), now.AddDate(0, 0, i-before))
	}
	stop := follow(t, b, in, nil)
	if !in.Await(patience, func() bool { return len(in.Messages()) == before }) {
		t.Fatalf("%d mails came", len(in.Messages()))
	}
	stop()
	b.putAt(uint32(before)+1, "sementara", now) // while we were away
	b.set(func() {
		b.validity++
		b.asked = nil
		for i := range b.mails {
			b.mails[i].uid += 5000
			b.mails[i].arrived = restored(b.mails[i].arrived)
		}
	})
	follow(t, b, in, nil)
	if !in.Await(patience, func() bool { return len(in.Messages()) == before+1 }) {
		t.Fatal("the mail that came meanwhile is missing")
	}
	if n := b.commands("UID FETCH"); n > newestMost+100 || n > before/2 {
		t.Errorf("%d mails were fetched before the new one", n)
	}
	b.put(9000, "sesudahnya")
	if !in.Await(patience, func() bool { return len(in.Messages()) == before+2 }) {
		t.Fatal("the mail after it is missing")
	}
	for deadline := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		var again Past
		if _, err := read(t.Context(), in, "mail"+againMark, &again); err != nil || time.Now().After(deadline) {
			t.Fatalf("what was left is at %+v, %v", again, err)
		} else if again.Done() && b.commands("UID FETCH") >= before {
			break
		}
	}
	if got := len(in.Messages()); got != before+2 {
		t.Errorf("%d messages, want each once", got)
	}
}
