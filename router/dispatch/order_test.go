package dispatch_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/router/dispatch"
	"tanggap/tickets"
)

// TestPaceAndOrder sends to many at once through two nodes, with failures and slow answers, and looks
// at it from the platform's side.
func TestPaceAndOrder(t *testing.T) {
	const citizens, each1, perSecond = 12, 5, 6
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		bot.caps.Pace = channels.Pace{PerSecond: perSecond, PerThread: time.Second, MaxConcurrency: 4}
		var mu sync.Mutex
		inFlight, most := map[string]int{}, 0
		bot.script = func(_ context.Context, n int, out channels.Outbound) error {
			mu.Lock()
			inFlight[out.To.Value]++
			if inFlight[out.To.Value] > 1 {
				t.Error("two sends to one citizen at once")
			}
			total := 0
			for _, k := range inFlight {
				total += k
			}
			most = max(most, total)
			slow := time.Duration(rand.IntN(300)) * time.Millisecond
			mu.Unlock()
			time.Sleep(slow)
			mu.Lock()
			inFlight[out.To.Value]--
			mu.Unlock()
			if n == 3 {
				return channels.Errorf(channels.Temporary, "502", "bad gateway")
			}
			return nil
		}
		var all []tickets.Ticket
		for i := range citizens {
			tk := c.citizen("bot", telegram(i))
			var texts []string
			for k := range each1 {
				texts = append(texts, fmt.Sprintf("%d-%d", i, k))
			}
			c.say(tk, texts...)
			all = append(all, tk)
		}
		stopA, stopB := c.serve(dispatch.Options{Holder: "a"}, bot), c.serve(dispatch.Options{Holder: "b"}, bot)
		time.Sleep(3 * time.Minute)
		stopA()
		stopB()
		for _, tk := range all {
			equal(t, "states", c.states(tk), "sent sent sent sent sent")
		}
		calls := bot.taken()
		equal(t, "calls", len(calls), citizens*(each1+1))
		if most < 2 || most > 4 {
			t.Errorf("%d sends at once", most)
		}
		last, ends := map[string]string{}, map[string]time.Time{}
		for i, call := range calls {
			to := call.Out.To.Value
			if call.Out.Text < last[to] {
				t.Errorf("%s after %s", call.Out.Text, last[to])
			}
			if gap := call.At.Sub(ends[to]); gap < time.Second {
				t.Errorf("%v between two messages to one citizen", gap)
			}
			last[to], ends[to] = call.Out.Text, call.Ended
			window := 0
			for _, other := range calls[i:] {
				if other.At.Sub(call.At) < time.Second && !other.At.Before(call.At) {
					window++
				}
			}
			if window > perSecond {
				t.Errorf("%d sends within a second", window)
			}
		}
	})
}

func TestGroupsHaveTheirOwnPace(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		bot.caps.Pace = channels.Pace{PerThread: time.Second, PerGroup: 3 * time.Second}
		one, two := c.citizen("bot", telegram(1)), c.citizen("bot", telegram(2))
		one.Return.Thread, two.Return.Thread = "-100", "-100"
		c.say(one, "satu", "dua")
		c.say(two, "tiga", "empat")
		stop := c.serve(dispatch.Options{}, bot)
		time.Sleep(time.Minute)
		stop()
		calls := bot.taken()
		equal(t, "calls", len(calls), 4)
		for i := 1; i < len(calls); i++ {
			if gap := calls[i].At.Sub(calls[i-1].Ended); gap < 3*time.Second {
				t.Errorf("%v between two messages to one group", gap)
			}
		}
	})
}

func TestStopFinishesWhatIsUnderWay(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		bot.caps.Pace.MaxConcurrency = 1
		bot.script = func(ctx context.Context, _ int, _ channels.Outbound) error {
			select {
			case <-time.After(5 * time.Second):
				return nil
			case <-ctx.Done():
				return channels.Errorf(channels.UnknownSent, "", "hung up")
			}
		}
		tk := c.citizen("bot", telegram(1))
		c.say(tk, "satu", "dua")
		stop := c.serve(dispatch.Options{}, bot)
		time.Sleep(2 * time.Second)
		stop()
		equal(t, "states", c.states(tk), "sent queued")
		equal(t, "calls", len(bot.taken()), 1)
		// Nothing is left leased: the next process goes on at once.
		stop = c.serve(dispatch.Options{Holder: "next"}, bot)
		time.Sleep(7 * time.Second)
		stop()
		equal(t, "states", c.states(tk), "sent sent")
	})
}

func TestBarredAddresses(t *testing.T) {
	for _, tt := range []struct {
		barred, purpose, state string
	}{
		{"stopped", "reply", "failed"},
		{"stopped", "menu", "sent"},
		{"unreachable", "reply", "failed"},
		{"unreachable", "menu", "failed"},
		{"", "reply", "sent"},
	} {
		t.Run(tt.barred+" "+tt.purpose, func(t *testing.T) {
			each(t, func(t *testing.T, c *city) {
				bot := chat()
				tk := c.citizen("bot", telegram(1))
				_, _, err := c.Work(t.Context(), tickets.Act{Ticket: tk.ID}, func(sit tickets.Situation) (tickets.Change, error) {
					sit.Contact.State = tt.barred
					return tickets.Change{Contact: &sit.Contact, Say: []tickets.Intent{{TicketID: tk.ID, Purpose: tt.purpose, Via: tk.Return, Text: "satu"}}}, nil
				})
				if err != nil {
					t.Fatal(err)
				}
				stop := c.serve(dispatch.Options{}, bot)
				time.Sleep(2 * time.Second)
				stop()
				line := c.lines(tk)[0]
				equal(t, "state", line.Sent.State, tt.state)
				equal(t, "has a reason", line.Sent.Reason != "", tt.state == "failed")
			})
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		name   string
		caps   func(*channels.Capabilities)
		intent tickets.Intent
		o      dispatch.Options
		later  time.Duration
		reason string
	}{
		{name: "mute", caps: func(c *channels.Capabilities) { c.Mute = true }, intent: tickets.Intent{Text: "a"}, reason: "cannot write"},
		{name: "window", caps: func(c *channels.Capabilities) { c.ReplyWindow = time.Hour }, intent: tickets.Intent{Text: "a"}, later: 2 * time.Hour, reason: "has passed"},
		{name: "pilot", o: dispatch.Options{Allow: func(a tickets.Address) bool { return a.Value != "1" }}, intent: tickets.Intent{Text: "a"}, reason: "pilot"},
		{name: "file", intent: tickets.Intent{Text: "a", Files: []tickets.Attachment{{Name: "a.jpg", State: "stored", Size: 5}}}, reason: "no attachments"},
		{name: "empty", intent: tickets.Intent{}, reason: "nothing to send"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, c *city) {
				bot := chat()
				if tt.caps != nil {
					tt.caps(&bot.caps)
				}
				tk := c.citizen("bot", telegram(1))
				time.Sleep(tt.later)
				tt.intent.TicketID, tt.intent.Via = tk.ID, tk.Return
				c.sayAll(tk, tt.intent)
				stop := c.serve(tt.o, bot)
				time.Sleep(2 * time.Second)
				stop()
				line := c.lines(tk)[0]
				equal(t, "calls", len(bot.taken()), 0)
				equal(t, "state", line.Sent.State, "failed")
				if !strings.Contains(line.Sent.Reason, tt.reason) {
					t.Errorf("reason %q", line.Sent.Reason)
				}
			})
		})
	}
}

func TestShortMessagesAreNumberedWhereTheirOrderIsNotSure(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		phone := &platform{name: "sms", caps: channels.Capabilities{Channel: "sms", Addresses: channels.Tel, Text: channels.Limit{Max: 1, Unit: channels.Segments}}}
		tk := c.citizen("sms", tickets.Address{Kind: "tel", Value: "+62811"})
		c.say(tk, "Singkat saja.", strings.Repeat("Laporan Anda sedang ditangani oleh petugas kami. ", 50))
		stop := c.serve(dispatch.Options{}, phone)
		time.Sleep(time.Minute)
		stop()
		texts := phone.texts()
		equal(t, "states", c.states(tk), "sent sent")
		equal(t, "the short one", texts[0], "Singkat saja.")
		words := 0
		for i, text := range texts[1:] {
			number := fmt.Sprintf("(%d/%d) ", i+1, len(texts)-1)
			if !strings.HasPrefix(text, number) || sms.Segments(text) != 1 {
				t.Errorf("%d segments: %q", sms.Segments(text), text)
			}
			words += len(strings.Fields(strings.TrimPrefix(text, number)))
		}
		equal(t, "words", words, 7*50)
		if len(texts) < 12 {
			t.Errorf("%d messages, want the numbers to grow to two digits", len(texts))
		}
	})
}

func mailbox() *platform {
	return &platform{name: "mail", caps: channels.Capabilities{
		Channel: "email", Addresses: channels.Mail, Text: channels.Limit{Max: 100000, Unit: channels.Bytes}, Subject: true, Threads: true, Attachments: 1000,
	}}
}

// What happens between two attempts at a message changes nothing of it.
func TestEachAttemptIsAtTheSameMessage(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		mail := mailbox()
		mail.script = func(_ context.Context, n int, out channels.Outbound) error {
			if out.To.Value == "warga@example.org" && n < 3 {
				return channels.Errorf(channels.Temporary, "451", "later")
			}
			return nil
		}
		tk := c.citizen("mail", tickets.Address{Kind: "email", Value: "warga@example.org"})
		c.say(tk, "Terima kasih, laporan Anda sudah kami terima.")
		stop := c.serve(dispatch.Options{}, mail)
		time.Sleep(time.Second)
		stop()

		c.again(tk, "in-2", "en")
		notice := tickets.Intent{TicketID: tk.ID, Purpose: tickets.ToAgency, Via: tk.Return, Text: "Laporan baru", Automatic: true}
		notice.Via.Address.Value, notice.Via.ReplyTo = "dinas@kota.test", ""
		c.sayAll(tk, notice)
		c.say(tk, "Thank you, it is done.")
		stop = c.serve(dispatch.Options{Holder: "another"}, mail)
		time.Sleep(2 * time.Minute)
		stop()
		var tries []channels.Outbound
		for _, call := range mail.taken() {
			out := call.Out
			switch {
			case out.To.Value == "dinas@kota.test":
				equal(t, "what an agency's mail refers to", strings.Join(out.References, " "), "")
			case out.Language == "en":
				equal(t, "what the next mail refers to", strings.Join(out.References, " "), "in-warga@example.org m-"+tries[0].Key+" in-2")
			default:
				tries = append(tries, out)
			}
		}
		equal(t, "attempts", len(tries), 3)
		for _, again := range tries[1:] {
			if diff := cmp.Diff(tries[0], again); diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestMailHasSubjectAndReferences(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		mail := mailbox()
		tk := c.citizen("mail", tickets.Address{Kind: "email", Value: "warga@example.org"})
		c.say(tk, "satu", "dua")
		stop := c.serve(dispatch.Options{}, mail)
		time.Sleep(5 * time.Second)
		stop()
		calls := mail.taken()
		equal(t, "calls", len(calls), 2)
		equal(t, "subject", calls[0].Out.Subject, "Laporan Anda")
		equal(t, "references", strings.Join(calls[0].Out.References, " "), "in-warga@example.org")
		equal(t, "references then", strings.Join(calls[1].Out.References, " "), "in-warga@example.org m-"+calls[0].Out.Key)
	})
}

func TestChoicesGoWithTheLastPart(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		tk := c.citizen("bot", telegram(1))
		choices := []tickets.Choice{{ID: "sudah", Label: "SUDAH"}, {ID: "belum", Label: "BELUM"}}
		c.sayAll(tk, tickets.Intent{
			TicketID: tk.ID, Purpose: "confirm", Via: tk.Return, Choices: choices, Automatic: true,
			Text: "Petugas melaporkan bahwa lampu sudah menyala. Balas SUDAH atau BELUM.",
		})
		stop := c.serve(dispatch.Options{}, bot)
		time.Sleep(5 * time.Second)
		stop()
		calls := bot.taken()
		equal(t, "calls", len(calls), 2)
		equal(t, "choices of the first", len(calls[0].Out.Choices), 0)
		equal(t, "choices of the last", len(calls[1].Out.Choices), 2)
		equal(t, "reply to of the first", calls[0].Out.ReplyTo, "in-1")
		equal(t, "reply to of the last", calls[1].Out.ReplyTo, "")
		equal(t, "automatic", calls[1].Out.Automatic, true)
	})
}

// slowBegin is a store that is slow to begin attempts for one citizen.
type slowBegin struct {
	*tickets.Store
	address string
	until   chan struct{}
}

func (s slowBegin) Begin(ctx context.Context, p *tickets.Parcel, part *tickets.Part, ttl time.Duration) (int64, error) {
	if p.Via.Address.Value == s.address {
		<-s.until
	}
	return s.Store.Begin(ctx, p, part, ttl)
}

// TestThrottledStopsWhatIsOnItsWay has two parcels under way when the platform says "too fast" to one.
func TestThrottledStopsWhatIsOnItsWay(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		told := make(chan struct{})
		bot.script = func(_ context.Context, n int, out channels.Outbound) error {
			if out.To.Value == "1" && n == 1 {
				return &channels.Error{Kind: channels.Throttled, Code: "429", RetryAfter: 7 * time.Second}
			}
			return nil
		}
		first, second := c.citizen("bot", telegram(1)), c.citizen("bot", telegram(2))
		c.say(first, "satu")
		c.say(second, "dua")
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error)
		go func() {
			done <- dispatch.New(slowBegin{c.Store, "2", told}, []channels.Adapter{bot}, dispatch.Options{Holder: "test"}).Run(ctx)
		}()
		start := time.Now()
		time.Sleep(time.Second)
		close(told)
		time.Sleep(10 * time.Second)
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		calls := bot.taken()
		equal(t, "calls", len(calls), 3)
		for _, call := range calls[1:] {
			if waited := call.At.Sub(start); waited < 7*time.Second {
				t.Errorf("sent after %v", waited)
			}
		}
		equal(t, "states", c.states(first)+" "+c.states(second), "sent sent")
	})
}
