package channeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tanggap/channels"
)

// sendsAtTheLimit: the longest text that the capabilities promise arrives whole, in whatever script.
func sendsAtTheLimit(s *session) {
	s.start()
	for n, sample := range []string{"jalan rusak ", "😀🚧 rusak ", "<b>&lt; \"'& "} {
		text := s.longest(sample)
		s.mustSend(n, text)
		got := s.taken(n)
		if len(got) != 1 || !same(got[0].Text, text) {
			s.Errorf("a text at the limit made of %q did not arrive whole as one message", sample)
		}
	}
}

// count is how the adapter's platform measures a text.
func (s *session) count() func(string) int {
	s.Helper()
	unit := s.adapter.Capabilities().Text.Unit
	if unit == channels.Segments {
		if s.o.Count == nil {
			s.Fatalf("Options.Count is missing for a limit in segments")
		}
		return s.o.Count
	}
	count := channels.Counter(unit)
	if count == nil {
		s.Fatalf("nobody can count %q", unit)
	}
	return count
}

// longest repeats sample up to the limit; without a limit it is 20,000 bytes long.
func (s *session) longest(sample string) string {
	s.Helper()
	limit := s.adapter.Capabilities().Text.Max
	if limit == 0 {
		return strings.Repeat(sample, 20_000/len(sample)) + "."
	}
	count := s.count()
	runes := []rune(sample)
	fits := func(n int) bool { return count(repeated(runes, n)) <= limit }
	lo, hi := 0, 1
	for fits(hi) {
		lo, hi = hi, hi*2
	}
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; fits(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return repeated(runes, lo)
}

// repeated is n runes of pattern over and over, beginning and ending in something that is no space.
func repeated(pattern []rune, n int) string {
	var b strings.Builder
	for i := range n - 1 {
		b.WriteRune(pattern[i%len(pattern)])
	}
	if n > 0 {
		b.WriteByte('.')
	}
	return b.String()
}

// rejectsOverTheLimit: one more is refused by the adapter itself, and never cut.
func rejectsOverTheLimit(s *session) {
	s.start()
	for n, sample := range []string{"jalan rusak ", "😀🚧 rusak "} {
		text := s.longest(sample)
		for count, limit := s.count(), s.adapter.Capabilities().Text.Max; count(text) <= limit; {
			text += "x"
		}
		_, err := s.send(s.out(n, text))
		if kind := channels.KindOf(err); err == nil || kind != channels.Rejected {
			s.Errorf("a text over the limit: %v of kind %q, want one of kind rejected", err, kind)
		}
		if got := s.taken(n); len(got) != 0 {
			s.Errorf("a text over the limit was sent all the same")
		}
	}
}

// keepsUnicode: every character arrives, in both directions, and none is taken for markup.
func keepsUnicode(s *session) {
	s.start()
	texts := []string{
		"Terima kasih, Bapak/Ibu. Nomor laporan: 482-177-3051",
		"e\u0301 \u00e9 \u0646\u0635 \u6d2a\u6c34 \U0001F468\u200D\U0001F469\u200D\U0001F467 \U0001F1EE\U0001F1E9",
		"a < b && c > d; <script>alert('x')</script> &amp; *tebal* _miring_ [tautan](x) `kode`",
		"baris satu\nbaris dua\n\nbaris empat\n. \n-- \n> akhir",
		"100% {nama} $1 \\n %s +62 ?a=b#c",
	}
	for n, text := range texts {
		id := s.p.Write(s.t, n, text)
		in := s.awaitMessage("a message with "+fmt.Sprintf("%+q", text), id)
		if !same(in.Text+in.Quoted, text) && !strings.Contains(text, "\n") {
			s.Errorf("written %+q, came in as %+q", text, in.Text)
		}
		s.mustSend(n, text)
		if got := s.taken(n); len(got) != 1 || !same(got[0].Text, text) {
			s.Errorf("sent %+q, the platform took %+q", text, got)
		}
	}
}

// outcomes says which kind each failure must be given.
var outcomes = map[Failure]channels.ErrorKind{
	FailTemporary:   channels.Temporary,
	FailThrottled:   channels.Throttled,
	FailRejected:    channels.Rejected,
	FailUnreachable: channels.Unreachable,
	FailSuspended:   channels.Suspended,
	FailDial:        channels.Temporary,
	FailReset:       channels.UnknownSent,
	FailHang:        channels.UnknownSent,
}

// classifiesFailures: each failure has the kind that makes the outbox do right, and ends with itself.
func classifiesFailures(s *session) {
	s.start()
	for _, f := range s.o.Failures {
		if f == FailReset || f == FailHang {
			continue
		}
		before := len(s.p.Taken())
		s.p.Fail(f, 1)
		_, err := s.send(s.out(0, "gagal: "+string(f)))
		var e *channels.Error
		if !errors.As(err, &e) {
			s.Errorf("%s: Send returned %v, want a *channels.Error", f, err)
			continue
		}
		if e.Kind != outcomes[f] {
			s.Errorf("%s: kind %q, want %q (%v)", f, e.Kind, outcomes[f], err)
		}
		if f == FailThrottled && e.RetryAfter != 7*time.Second {
			s.Errorf("throttled for 7s: RetryAfter is %v", e.RetryAfter)
		}
		if n := len(s.p.Taken()) - before; n != 0 {
			s.Errorf("%s: the platform took %d messages in one failed attempt", f, n)
		}
		s.mustSend(1, "lalu berhasil: "+string(f))
	}
}

// unknownOutcomeIsReported: where the platform may have it, the adapter says so, and neither claims nor repeats.
func unknownOutcomeIsReported(s *session) {
	s.start()
	for _, f := range []Failure{FailReset, FailHang} {
		if !slices.Contains(s.o.Failures, f) {
			continue
		}
		before := len(s.p.Taken())
		s.p.Fail(f, 1)
		out := s.out(0, "mungkin sampai: "+string(f))
		ctx, cancel := context.WithCancel(context.Background())
		failed := make(chan error, 1)
		go func() {
			_, err := s.adapter.Send(ctx, out)
			failed <- err
		}()
		if f == FailHang {
			s.await("the platform to take a message it never answers", func() bool { return len(s.p.Taken()) > before })
			cancel()
		}
		err := <-failed
		cancel()
		if kind := channels.KindOf(err); err == nil || kind != channels.UnknownSent {
			s.Errorf("%s: Send returned %v of kind %q, want kind unknown", f, err, kind)
		}
		if n := len(s.p.Taken()) - before; n != 1 {
			s.Errorf("%s: the platform has %d messages of one attempt, want 1", f, n)
		}
		s.findsIt(out)
	}
}

// findsIt asks a Finder for what the platform has of out.
func (s *session) findsIt(out channels.Outbound) {
	finder, ok := s.adapter.(channels.Finder)
	if claimed := s.adapter.Capabilities().Finds; claimed != ok {
		s.Errorf("Capabilities.Finds is %v, being a Finder %v", claimed, ok)
	}
	if !ok {
		return
	}
	receipt, found, err := finder.Find(context.Background(), out, out.First)
	if err != nil || !found || receipt.MessageID == "" {
		s.Errorf("Find: found %v, receipt %q, %v; the platform has the message", found, receipt.MessageID, err)
	}
	never := s.out(2, "tidak pernah dikirim")
	if _, found, err := finder.Find(context.Background(), never, never.First); err != nil || found {
		s.Errorf("Find of a message never sent: found %v, %v", found, err)
	}
}

// receiptMatchesReport: the name that Send gives a message is the platform's, and the one that reports carry.
func receiptMatchesReport(s *session) {
	s.start()
	receipt := s.mustSend(0, "sudah kami terima")
	taken := s.taken(0)
	if len(taken) != 1 || receipt.MessageID == "" || taken[0].MessageID != receipt.MessageID {
		s.Fatalf("the receipt names %q, the platform has %v", receipt.MessageID, taken)
	}
	if receipt.State != channels.Sent && receipt.State != channels.Delivered {
		s.Errorf("the receipt's state is %q", receipt.State)
	}
	confirms := s.p.Confirm(s.t, receipt.MessageID)
	if claimed := s.adapter.Capabilities().Receipts; claimed != confirms {
		s.Errorf("Capabilities.Receipts is %v, the platform reports: %v", claimed, confirms)
	}
	if !confirms {
		return
	}
	s.await("a report of the delivery", func() bool { return len(s.inbox.Reports()) > 0 })
	r := s.inbox.Reports()[0]
	if r.MessageID != receipt.MessageID || r.State != channels.Delivered || r.Account != s.adapter.Name() {
		s.Errorf("the report says %q is %s for account %q, want %q delivered for %q",
			r.MessageID, r.State, r.Account, receipt.MessageID, s.adapter.Name())
	}
}

// safeForConcurrentUse: many sends and deliveries at once, each once and under its own receipt.
func safeForConcurrentUse(s *session) {
	const citizens, each = 8, 4
	s.start()
	var wg sync.WaitGroup
	var mu sync.Mutex
	receipts := map[string]string{} // MessageID to text
	for n := range citizens {
		outs := make([]channels.Outbound, each)
		for i := range outs {
			outs[i] = s.out(n, fmt.Sprintf("warga %d, kabar %d", n, i))
		}
		wg.Go(func() {
			for _, out := range outs {
				r, err := s.send(out)
				if err != nil {
					s.Errorf("Send among others: %v", err)
					return
				}
				mu.Lock()
				receipts[r.MessageID] = out.Text
				mu.Unlock()
			}
		})
		wg.Go(func() { s.p.Write(s.t, n, fmt.Sprintf("laporan warga %d", n)) })
	}
	wg.Wait()
	s.await("a message of each citizen", func() bool { return len(s.inbox.Messages()) >= citizens })
	if len(receipts) != citizens*each || len(s.p.Taken()) != citizens*each {
		s.Errorf("%d receipts and %d messages for %d sends", len(receipts), len(s.p.Taken()), citizens*each)
	}
	for _, m := range s.p.Taken() {
		if want, ok := receipts[m.MessageID]; !ok || !same(m.Text, want) {
			s.Errorf("message %s reads %q, its receipt was for %q", m.MessageID, m.Text, want)
		}
	}
}
