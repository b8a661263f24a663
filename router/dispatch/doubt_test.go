package dispatch_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/router/dispatch"
	"tanggap/tickets"
)

// die leaves the next parcel of the account as a process does that is killed during an attempt at its
// first part that is not out.
func (c *city) die(account string, texts ...string) {
	c.t.Helper()
	ctx := context.Background()
	parcels, err := c.Claim(ctx, account, 1, time.Second)
	if err != nil || len(parcels) != 1 {
		c.t.Fatal(len(parcels), err)
	}
	p := &parcels[0]
	if err := c.Render(ctx, p, texts); err != nil {
		c.t.Fatal(err)
	}
	for i := range p.Parts {
		if !p.Parts[i].Out() {
			if _, err := c.Begin(ctx, p, &p.Parts[i], time.Second); err != nil {
				c.t.Fatal(err)
			}
			break
		}
	}
	time.Sleep(2 * time.Second)
}

func TestACrashDuringAnAttemptIsSentOnceMoreAndSaid(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		tk := c.citizen("bot", telegram(1))
		c.say(tk, "satu", "dua")
		c.die("bot", "satu")
		var log bytes.Buffer
		stop := c.serve(dispatch.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, bot)
		time.Sleep(2 * time.Second)
		stop()
		equal(t, "texts", strings.Join(bot.texts(), " "), "satu dua")
		equal(t, "states", c.states(tk), "sent sent")
		lines := c.lines(tk)
		equal(t, "doubts of the first", lines[0].Sent.Doubts, 1)
		equal(t, "doubts of the second", lines[1].Sent.Doubts, 0)
		if !strings.Contains(log.String(), "may have arrived") {
			t.Errorf("nothing said: %s", log.String())
		}
	})
}

func TestAPartThatCrashesEveryTimeIsGivenUp(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		tk := c.citizen("bot", telegram(1))
		c.say(tk, "satu")
		for range 4 {
			c.die("bot", "satu")
		}
		stop := c.serve(dispatch.Options{}, bot)
		time.Sleep(2 * time.Second)
		stop()
		equal(t, "calls", len(bot.taken()), 0)
		equal(t, "state", c.states(tk), "failed")
	})
}

func TestLongTextGoesOnWhereACrashLeftIt(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		tk := c.citizen("bot", telegram(1))
		const text = "Petugas sudah datang ke lokasi kemarin. Lampu diganti hari ini juga. Terima kasih atas laporan Anda."
		c.say(tk, text)
		block := make(chan struct{})
		bot.script = func(_ context.Context, n int, _ channels.Outbound) error {
			if n == 2 {
				<-block // the process dies here
			}
			return nil
		}
		stop := c.serve(dispatch.Options{Holder: "dead", Timeout: time.Second}, bot)
		time.Sleep(2 * time.Second)
		equal(t, "calls", len(bot.taken()), 1)
		c.Close() // nothing that it does from now on lasts
		close(block)
		time.Sleep(time.Minute)
		stop()

		next := chat()
		reopened := &city{Store: openStore(t, c.url), t: t}
		defer reopened.Close()
		stop = reopened.serve(dispatch.Options{Holder: "next"}, next)
		time.Sleep(2 * time.Minute)
		stop()
		equal(t, "state", reopened.states(tk), "sent")
		equal(t, "doubts", reopened.lines(tk)[0].Sent.Doubts, 1)
		equal(t, "sent again of what went out", next.texts()[0] == bot.texts()[0], false)
		whole := append(bot.texts()[:1], next.texts()...)
		equal(t, "the parts joined", strings.Join(whole, " "), text)
	})
}

func TestUnknownOutcomeIsSentOnceMore(t *testing.T) {
	for _, tt := range []struct {
		name   string
		times  int // that the platform is silent
		calls  int
		state  string
		doubts int
	}{
		{"answers the second time", 1, 2, "sent", 1},
		{"stays silent", 5, 2, "failed", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, c *city) {
				bot := chat()
				bot.script = func(_ context.Context, n int, _ channels.Outbound) error {
					if n <= tt.times {
						return channels.Errorf(channels.UnknownSent, "", "connection broke")
					}
					return nil
				}
				tk := c.citizen("bot", telegram(1))
				c.say(tk, "satu")
				stop := c.serve(dispatch.Options{}, bot)
				time.Sleep(5 * time.Second)
				equal(t, "state under way", c.states(tk), "uncertain")
				equal(t, "name under way", c.lines(tk)[0].Sent.ExternalID, "m-"+bot.taken()[0].Out.Key)
				time.Sleep(time.Minute)
				stop()
				equal(t, "calls", len(bot.taken()), tt.calls)
				equal(t, "state", c.states(tk), tt.state)
				equal(t, "doubts", c.lines(tk)[0].Sent.Doubts, tt.doubts)
				equal(t, "key", bot.taken()[1].Out.Key, bot.taken()[0].Out.Key)
			})
		})
	}
}

func TestUnknownOutcomeIsAskedAbout(t *testing.T) {
	for _, tt := range []struct {
		name  string
		found bool
		deaf  int // questions that fail
		dies  bool
		calls int
	}{
		{name: "found", found: true, calls: 1},
		{name: "not found", calls: 2},
		{name: "asked again", found: true, deaf: 3, calls: 1},
		{name: "found after a crash", found: true, dies: true, calls: 0},
		{name: "not found after a crash", dies: true, calls: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, c *city) {
				bot := chat()
				bot.caps.Finds = true
				bot.script = func(_ context.Context, n int, _ channels.Outbound) error {
					if n == 1 && !tt.dies {
						return channels.Errorf(channels.UnknownSent, "", "connection broke")
					}
					return nil
				}
				asked := 0
				var began time.Time
				adapter := finder{bot, func(out channels.Outbound, since time.Time) (channels.Receipt, bool, error) {
					asked++
					if asked <= tt.deaf {
						return channels.Receipt{}, false, errors.New("no answer")
					}
					if since.Before(began) || since.After(time.Now()) || out.Text != "satu" {
						t.Errorf("asked for %q since %v", out.Text, since)
					}
					return channels.Receipt{MessageID: "x", State: channels.Delivered}, tt.found, nil
				}}
				tk := c.citizen("bot", telegram(1))
				began = time.Now()
				c.say(tk, "satu")
				if tt.dies {
					c.die("bot", "satu")
				}
				stop := c.serve(dispatch.Options{}, adapter)
				time.Sleep(3 * time.Minute)
				stop()
				equal(t, "calls", len(bot.taken()), tt.calls)
				want := "sent"
				if tt.found {
					want = "delivered"
				}
				equal(t, "state", c.states(tk), want)
				equal(t, "doubts", c.lines(tk)[0].Sent.Doubts, 0)
				equal(t, "questions", asked, tt.deaf+1)
			})
		})
	}
}

func TestAnAdapterThatPanicsOrHangs(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		bot.script = func(ctx context.Context, n int, out channels.Outbound) error {
			switch out.To.Value {
			case "1":
				panic("poison")
			case "2":
				<-ctx.Done()
				return channels.Errorf(channels.UnknownSent, "", "no answer")
			}
			return nil
		}
		odd, slow, well := c.citizen("bot", telegram(1)), c.citizen("bot", telegram(2)), c.citizen("bot", telegram(3))
		c.say(odd, "satu")
		c.say(slow, "dua")
		c.say(well, "tiga")
		stop := c.serve(dispatch.Options{Timeout: 10 * time.Second}, bot)
		time.Sleep(2 * time.Second)
		equal(t, "states", c.states(odd)+" "+c.states(well), "uncertain sent")
		time.Sleep(time.Minute)
		stop()
		equal(t, "states", c.states(odd)+" "+c.states(slow), "failed failed")
	})
}

func TestReportBeforeSendHasReturned(t *testing.T) {
	for _, byKey := range []bool{false, true} {
		each(t, func(t *testing.T, c *city) {
			bot := chat()
			bot.script = func(_ context.Context, _ int, out channels.Outbound) error {
				r := tickets.Report{Account: "bot", EventID: "r1", State: "delivered"}
				if byKey {
					r.Key = out.Key
				} else {
					r.MessageID = "m-" + out.Key
				}
				return c.Report(context.Background(), r)
			}
			tk := c.citizen("bot", telegram(1))
			c.say(tk, "satu")
			stop := c.serve(dispatch.Options{}, bot)
			time.Sleep(2 * time.Minute)
			stop()
			equal(t, "calls", len(bot.taken()), 1)
			equal(t, "state", c.states(tk), "delivered")
		})
	}
}

// A platform may be given longer than usual, as far as tanggap goes on: when it is told to stop it waits no longer
// than whoever told it so.
func TestAnAdapterMayHavePatience(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		bot.caps.Patience = 5 * time.Minute
		bot.script = func(ctx context.Context, n int, out channels.Outbound) error {
			wait := 2 * time.Minute
			if out.To.Value == "2" {
				wait = 10 * time.Minute
			}
			select {
			case <-time.After(wait):
				return nil
			case <-ctx.Done():
				return channels.Errorf(channels.UnknownSent, "", "no answer")
			}
		}
		slow, slower := c.citizen("bot", telegram(1)), c.citizen("bot", telegram(2))
		c.say(slow, "satu")
		stop := c.serve(dispatch.Options{}, bot)
		time.Sleep(3 * time.Minute)
		equal(t, "state", c.states(slow), "sent")
		c.say(slower, "dua")
		time.Sleep(time.Minute)
		told := time.Now()
		stop()
		equal(t, "calls", len(bot.taken()), 2)
		equal(t, "state", c.states(slower), "uncertain")
		if took := time.Since(told); took > 25*time.Second {
			t.Errorf("stopping took %v", took)
		}
	})
}
