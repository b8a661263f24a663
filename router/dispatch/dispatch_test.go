package dispatch_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tanggap/channels"
	"tanggap/internal/dbtest"
	"tanggap/router/dispatch"
	"tanggap/tickets"
)

// call is one Send that reached the scripted platform.
type call struct {
	Out       channels.Outbound
	At, Ended time.Time
}

// platform answers sends as its script says, and takes them where the script is silent.
type platform struct {
	name string
	caps channels.Capabilities
	// script decides the n-th send, from 1, to an address; nil takes it.
	script func(ctx context.Context, n int, out channels.Outbound) error

	mu     sync.Mutex
	calls  []call
	counts map[string]int
}

func (p *platform) Name() string                        { return p.name }
func (p *platform) Capabilities() channels.Capabilities { return p.caps }

func (p *platform) Send(ctx context.Context, out channels.Outbound) (channels.Receipt, error) {
	began := time.Now()
	p.mu.Lock()
	if p.counts == nil {
		p.counts = map[string]int{}
	}
	p.counts[out.To.Value]++
	n := p.counts[out.To.Value]
	script := p.script
	p.mu.Unlock()
	var err error
	if script != nil {
		err = script(ctx, n, out)
	}
	p.mu.Lock()
	p.calls = append(p.calls, call{Out: out, At: began, Ended: time.Now()})
	p.mu.Unlock()
	if err != nil && channels.KindOf(err) != channels.UnknownSent {
		return channels.Receipt{}, err
	}
	return channels.Receipt{MessageID: "m-" + out.Key, State: channels.Sent}, err
}

func (p *platform) taken() []call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]call(nil), p.calls...)
}

func (p *platform) texts() []string {
	var all []string
	for _, c := range p.taken() {
		all = append(all, c.Out.Text)
	}
	return all
}

// finder is a platform that can be asked.
type finder struct {
	*platform
	find func(out channels.Outbound, since time.Time) (channels.Receipt, bool, error)
}

func (f finder) Find(_ context.Context, out channels.Outbound, since time.Time) (channels.Receipt, bool, error) {
	return f.find(out, since)
}

func chat() *platform {
	return &platform{name: "bot", caps: channels.Capabilities{
		Channel: "telegram", Addresses: channels.TelegramID, Text: channels.Limit{Max: 40, Unit: channels.UTF16}, Choices: 4, Threads: true, Receipts: true,
	}}
}

func openStore(t testing.TB, url string) *tickets.Store {
	t.Helper()
	s, err := tickets.Open(context.Background(), url, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// city is a store with citizens who have written, so that they can be answered.
type city struct {
	*tickets.Store
	t   *testing.T
	url string
}

// each runs f in a bubble of time on both databases.
func each(t *testing.T, f func(t *testing.T, c *city)) {
	dbtest.Each(t, func(t *testing.T, url string) {
		synctest.Test(t, func(t *testing.T) {
			c := &city{Store: openStore(t, url), t: t, url: url}
			defer func() { c.Close() }()
			f(t, c)
		})
	})
}

// citizen makes a citizen write, and returns the ticket of it.
func (c *city) citizen(account string, from tickets.Address) tickets.Ticket {
	c.t.Helper()
	ctx := context.Background()
	lease, ok, err := c.Take(ctx, "processor", "test", time.Minute)
	if err != nil || !ok {
		c.t.Fatal(ok, err)
	}
	in := tickets.Incoming{Account: account, EventID: "e-" + from.Value, Kind: "message", Sender: from.String(), Payload: []byte("{}")}
	if err := c.Receive(ctx, in); err != nil {
		c.t.Fatal(err)
	}
	_, err = c.Process(ctx, lease, tickets.Share{Max: 100}, nil, func(sit tickets.Situation) (tickets.Change, error) {
		via := tickets.Return{Channel: "test", Account: account, Address: sit.Contact.Address, ReplyTo: "in-" + from.Value}
		return tickets.Change{
			Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameTicket, Return: &via,
			In:     &tickets.Message{Direction: tickets.In, Account: account, ExternalID: "in-" + from.Value, Text: "lampu mati"},
			New:    &tickets.Ticket{Kind: tickets.Complaint, State: tickets.Assigned, Agency: "dsda", Language: "id", Return: via, Decision: tickets.Decision{Data: json.RawMessage("{}")}},
			Events: []tickets.Event{{Actor: "citizen", Type: "created"}},
		}, nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	_, id, err := c.Fate(ctx, account, in.EventID)
	if err != nil || id == 0 {
		c.t.Fatal(id, err)
	}
	ticket, err := c.TicketByID(ctx, id)
	if err != nil {
		c.t.Fatal(err)
	}
	return ticket
}

// again makes the citizen of a ticket write once more, in a language.
func (c *city) again(t tickets.Ticket, id, language string) {
	c.t.Helper()
	ctx := context.Background()
	in := tickets.Incoming{Account: t.Return.Account, EventID: id, Kind: "message", Sender: t.Return.Address.String(), Payload: []byte("{}")}
	lease, ok, err := c.Take(ctx, "processor", "test", time.Minute)
	if err == nil && ok {
		err = c.Receive(ctx, in)
	}
	if err == nil {
		_, err = c.Process(ctx, lease, tickets.Share{Max: 100}, nil, func(sit tickets.Situation) (tickets.Change, error) {
			next := sit.Cases[0].Ticket
			next.Language = language
			return tickets.Change{
				Take: []int64{sit.Rows[0].ID}, Became: tickets.BecameFollowUp, Tickets: []tickets.Ticket{next},
				In: &tickets.Message{TicketID: t.ID, Direction: tickets.In, Account: t.Return.Account, ExternalID: id, Text: "any news?"},
			}, nil
		})
	}
	if err != nil || !ok {
		c.t.Fatal(ok, err)
	}
}

func telegram(n int) tickets.Address {
	return tickets.Address{Kind: "telegram", Value: fmt.Sprint(n)}
}

// say puts texts into the outbox, in order.
func (c *city) say(t tickets.Ticket, all ...string) {
	c.t.Helper()
	var intents []tickets.Intent
	for _, text := range all {
		intents = append(intents, tickets.Intent{TicketID: t.ID, Purpose: "reply", Via: t.Return, Author: "ani", Text: text, Subject: "Laporan Anda"})
	}
	c.sayAll(t, intents...)
}

func (c *city) sayAll(t tickets.Ticket, intents ...tickets.Intent) {
	c.t.Helper()
	_, _, err := c.Work(context.Background(), tickets.Act{Ticket: t.ID, By: "ani"}, func(tickets.Situation) (tickets.Change, error) {
		return tickets.Change{Say: intents}, nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// lines are the outbound messages of a ticket.
func (c *city) lines(t tickets.Ticket) []tickets.Line {
	c.t.Helper()
	all, err := c.Thread(context.Background(), t.ID)
	if err != nil {
		c.t.Fatal(err)
	}
	var out []tickets.Line
	for _, l := range all {
		if l.Direction == tickets.Out {
			out = append(out, l)
		}
	}
	return out
}

func (c *city) states(t tickets.Ticket) string {
	c.t.Helper()
	var all []string
	for _, l := range c.lines(t) {
		all = append(all, l.Sent.State)
	}
	return strings.Join(all, " ")
}

// serve runs a dispatcher until the returned function has been called, which waits for its end.
func (c *city) serve(o dispatch.Options, adapters ...channels.Adapter) (stop func()) {
	if o.Holder == "" {
		o.Holder = "test"
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- dispatch.New(c.Store, adapters, o).Run(ctx) }()
	return func() {
		c.t.Helper()
		cancel()
		if err := <-done; err != nil {
			c.t.Error(err)
		}
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestSendsInOrderAndRecords(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		tk := c.citizen("bot", telegram(7))
		c.say(tk, "satu", "dua", "tiga")
		stop := c.serve(dispatch.Options{}, bot)
		time.Sleep(3 * time.Second)
		stop()
		equal(t, "texts", strings.Join(bot.texts(), " "), "satu dua tiga")
		equal(t, "states", c.states(tk), "sent sent sent")
		out := bot.taken()[0].Out
		equal(t, "address", out.To, channels.Address{Kind: channels.TelegramID, Value: "7"})
		equal(t, "reply to", out.ReplyTo, "in-7")
		equal(t, "language", out.Language, "id")
		equal(t, "subject where there is none", out.Subject, "")
		if len(out.Key) == 0 || len(out.Key) > 40 || out.First.IsZero() {
			t.Errorf("key %q, first %v", out.Key, out.First)
		}
	})
}

func TestThrottledHoldsTheAccountToTheSecond(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		bot.caps.Pace.MaxConcurrency = 1
		bot.script = func(_ context.Context, n int, out channels.Outbound) error {
			if out.To.Value == "1" && n == 1 {
				return &channels.Error{Kind: channels.Throttled, Code: "429", Reason: "too fast", RetryAfter: 7 * time.Second}
			}
			return nil
		}
		first, second := c.citizen("bot", telegram(1)), c.citizen("bot", telegram(2))
		c.say(first, "satu")
		c.say(second, "dua")
		start := time.Now()
		stop := c.serve(dispatch.Options{}, bot)
		time.Sleep(3 * time.Second)
		stop()
		equal(t, "calls before the restart", len(bot.taken()), 1)
		// The hold survives a restart.
		stop = c.serve(dispatch.Options{Holder: "another"}, bot)
		time.Sleep(7 * time.Second)
		stop()
		calls := bot.taken()
		if len(calls) != 3 {
			t.Fatalf("%d calls, want 3", len(calls))
		}
		for _, call := range calls[1:] {
			if waited := call.At.Sub(start).Round(time.Millisecond); waited < 7*time.Second || waited > 7*time.Second+50*time.Millisecond {
				t.Errorf("sent after %v, want 7s", waited)
			}
		}
		equal(t, "states", c.states(first)+" "+c.states(second), "sent sent")
	})
}

func TestSuspendedStopsTheAccountAndKeepsItsRows(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot, other := chat(), chat()
		other.name = "other"
		broken := true
		bot.script = func(context.Context, int, channels.Outbound) error {
			if broken {
				return channels.Errorf(channels.Suspended, "401", "token revoked")
			}
			return nil
		}
		tk, neighbour := c.citizen("bot", telegram(1)), c.citizen("other", telegram(2))
		c.say(tk, "satu", "dua")
		c.say(neighbour, "tetangga")
		var log bytes.Buffer
		stop := c.serve(dispatch.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, bot, other)
		defer stop()
		time.Sleep(2 * time.Minute)
		equal(t, "calls", len(bot.taken()), 1)
		equal(t, "the other account", c.states(neighbour), "sent")
		equal(t, "states", c.states(tk), "queued queued")
		state, _, err := c.Gate(t.Context(), "bot")
		if err != nil || state != "suspended" {
			t.Errorf("account %q %v", state, err)
		}
		if !strings.Contains(log.String(), "level=ERROR") || !strings.Contains(log.String(), "account=bot") {
			t.Errorf("log %s", log.String())
		}
		broken = false
		if err := c.SetAccount(t.Context(), "bot", "", ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		equal(t, "states after it was mended", c.states(tk), "sent sent")
		equal(t, "texts", strings.Join(bot.texts(), " "), "satu satu dua")
	})
}

func TestPausedAccountKeepsItsRows(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		tk := c.citizen("bot", telegram(1))
		if err := c.SetAccount(t.Context(), "bot", "paused", "holiday"); err != nil {
			t.Fatal(err)
		}
		c.say(tk, "satu")
		stop := c.serve(dispatch.Options{}, bot)
		defer stop()
		time.Sleep(time.Minute)
		equal(t, "calls", len(bot.taken()), 0)
		if err := c.SetAccount(t.Context(), "bot", "", ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		equal(t, "states", c.states(tk), "sent")
	})
}

func TestFailures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		err   error
		state string
		code  string
		calls int // at this message
		after string
	}{
		{"rejected", channels.Errorf(channels.Rejected, "400", "message is too odd"), "failed", "400", 1, "sent"},
		{"unreachable", channels.Errorf(channels.Unreachable, "403", "blocked"), "failed", "403", 1, "failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, c *city) {
				bot := chat()
				bot.script = func(_ context.Context, n int, _ channels.Outbound) error {
					if n == 1 {
						return tt.err
					}
					return nil
				}
				tk := c.citizen("bot", telegram(1))
				c.say(tk, "satu", "dua")
				stop := c.serve(dispatch.Options{}, bot)
				time.Sleep(10 * time.Second)
				stop()
				lines := c.lines(tk)
				equal(t, "state", lines[0].Sent.State, tt.state)
				equal(t, "code", lines[0].Sent.Code, tt.code)
				equal(t, "the next message", lines[1].Sent.State, tt.after)
				if lines[0].Sent.Reason == "" || (tt.after == "failed" && lines[1].Sent.Reason == "") {
					t.Errorf("no reason: %+v", lines)
				}
			})
		})
	}
}

func TestTemporaryIsTriedForTwoDays(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		bot.script = func(context.Context, int, channels.Outbound) error {
			return errors.New("https://api.example/bot123:secret/sendMessage: no route")
		}
		tk := c.citizen("bot", telegram(1))
		c.say(tk, "satu")
		var log bytes.Buffer
		stop := c.serve(dispatch.Options{Poll: time.Hour, Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}, bot)
		time.Sleep(40 * time.Hour)
		equal(t, "state under way", c.states(tk), "queued")
		time.Sleep(20 * time.Hour)
		stop()
		equal(t, "state", c.states(tk), "failed")
		calls := bot.taken()
		equal(t, "calls", len(calls), 20)
		if span := calls[19].At.Sub(calls[0].At); span < 38*time.Hour || span > 58*time.Hour {
			t.Errorf("tried for %v", span)
		}
		for i := 2; i < len(calls)-7; i++ {
			if calls[i].At.Sub(calls[i-1].At) <= calls[i-1].At.Sub(calls[i-2].At) {
				t.Errorf("wait %d did not grow", i)
			}
		}
		for _, call := range calls {
			equal(t, "key", call.Out.Key, calls[0].Out.Key)
			equal(t, "first", call.Out.First, calls[0].Out.First)
		}
		if strings.Contains(log.String()+c.lines(tk)[0].Sent.Reason, "secret") {
			t.Error("an adapter's error was told")
		}
	})
}

func TestTemporaryHoldsNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		bot.script = func(_ context.Context, n int, out channels.Outbound) error {
			if out.To.Value == "1" && n < 3 {
				return channels.Errorf(channels.Temporary, "500", "server error")
			}
			return nil
		}
		ill, well := c.citizen("bot", telegram(1)), c.citizen("bot", telegram(2))
		c.say(ill, "satu", "dua")
		c.say(well, "tiga")
		stop := c.serve(dispatch.Options{}, bot)
		time.Sleep(2 * time.Second)
		equal(t, "states", c.states(ill)+" "+c.states(well), "queued queued sent")
		time.Sleep(time.Minute)
		stop()
		equal(t, "states", c.states(ill)+" "+c.states(well), "sent sent sent")
		equal(t, "order", strings.Replace(strings.Join(bot.texts(), " ")+" ", "tiga ", "", 1), "satu satu satu dua ")
	})
}

func TestTheEndOfAnOutageHurriesWhatWaits(t *testing.T) {
	each(t, func(t *testing.T, c *city) {
		bot := chat()
		var back time.Time
		bot.script = func(context.Context, int, channels.Outbound) error {
			if time.Now().Before(back) {
				return channels.Errorf(channels.Temporary, "502", "bad gateway")
			}
			return nil
		}
		back = time.Now().Add(3 * time.Hour)
		var all []tickets.Ticket
		for i := range 4 {
			tk := c.citizen("bot", telegram(i))
			c.say(tk, "satu")
			all = append(all, tk)
		}
		late := c.citizen("bot", telegram(9))
		c.sayAll(late, tickets.Intent{TicketID: late.ID, Purpose: "reply", Via: late.Return, Text: "besok", After: time.Now().Add(24 * time.Hour)})
		stop := c.serve(dispatch.Options{Poll: time.Minute}, bot)
		defer stop()
		time.Sleep(3 * time.Hour)
		fresh := c.citizen("bot", telegram(10))
		c.say(fresh, "dua")
		time.Sleep(2 * time.Minute)
		for _, tk := range append(all, fresh) {
			equal(t, "state", c.states(tk), "sent")
		}
		equal(t, "what was to go tomorrow", c.states(late), "queued")
	})
}
