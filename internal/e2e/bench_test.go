package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/cities"
	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
)

// reports are what the load's citizens write, in turn: of many categories, with and without a place.
var reports = []string{
	"lampu jalan mati di depan SDN 01 Tebet Timur sudah 3 hari, gelap banget",
	"Selamat pagi, sampah di TPS Cipinang Melayu sudah seminggu tidak diangkut, baunya sampai ke rumah warga",
	"banjir di kampung melayu dr semalem blm surut pak tolong pompanya",
	"Jalan berlubang besar di Jl Raya Pasar Minggu dekat stasiun, tadi pagi ada motor jatuh",
	"air PAM mati dari kemarin di Kelapa Gading, mohon info kapan nyala",
	"Parkir liar di trotoar Kebon Sirih bikin pejalan kaki turun ke jalan",
	"pohon besar mau tumbang di Jalan Bangka Raya dekat warung, takut kena orang",
	"Mohon informasi syarat mengurus KTP hilang di kelurahan",
	"got mampet di rt 05 rw 02 kel. Cengkareng Barat, kalau hujan air naik ke jalan",
	"saya diminta uang saat mengurus surat pindah di kelurahan, tolong ditindak",
	"The street light in front of our house in Menteng has been broken for two weeks",
	"halte transjakarta ini atapnya bocor pak, hujan basah semua",
}

func arrival(i int64) channels.Inbound {
	id := fmt.Sprint(100000 + i)
	text := reports[i%int64(len(reports))]
	raw, _ := json.Marshal(map[string]any{"update_id": i, "message": map[string]any{
		"message_id": 1, "text": text,
		"from": map[string]any{"id": i, "first_name": "Warga", "language_code": "id"}, "chat": map[string]any{"id": i, "type": "private"},
	}})
	return channels.Inbound{
		Account: "bot", Kind: channels.Message, EventID: id + ":1", MessageID: id + ":1", From: channels.Address{Kind: channels.TelegramID, Value: id},
		Name: "Warga", Text: text, Language: "id", SentAt: time.Now(), Raw: raw, RawType: "application/json",
	}
}

// bench is a store with bot and router of the Jakarta pack, without platforms.
type bench struct {
	store *tickets.Store
	inbox *bot.Inbox
	bot   *bot.Bot
}

func newBench(b *testing.B, database string) *bench {
	s, err := tickets.Open(context.Background(), database, tickets.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	pack, err := cities.Load("jakarta")
	if err != nil {
		b.Fatal(err)
	}
	capabilities := channels.Capabilities{Channel: "telegram", Addresses: channels.TelegramID, Text: channels.Limit{Max: 4096, Unit: channels.UTF16}, Choices: 8, Threads: true}
	return &bench{store: s, inbox: bot.NewInbox(s), bot: bot.New(pack.City, bot.Options{
		Examples: true,
		Accounts: func(string) (channels.Capabilities, bool) { return capabilities, true },
	})}
}

// BenchmarkAccept is durable inbox rows, one a call, at so many callers.
func BenchmarkAccept(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dbtest.EachB(b, func(b *testing.B, database string) {
				k := newBench(b, database)
				drive(b, callers, func(i int64) error { return k.inbox.Accept(context.Background(), arrival(i)) })
			})
		})
	}
}

// process runs the processor until the returned function is called; became is told each row's event
// when the round that took it is committed.
func (k *bench) process(b *testing.B, became func(event string)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	lease, ok, err := k.store.Take(ctx, "processor", "bench", time.Hour)
	if err != nil || !ok {
		b.Fatal(ok, err)
	}
	var wg sync.WaitGroup
	for worker := range tickets.Workers {
		wg.Go(func() {
			var taken []string
			decide := func(sit tickets.Situation) (tickets.Change, error) {
				c, err := k.bot.Decide(sit)
				for _, r := range sit.Rows {
					if slices.Contains(c.Take, r.ID) {
						taken = append(taken, r.EventID)
					}
				}
				return c, err
			}
			for ctx.Err() == nil {
				taken = taken[:0]
				round, err := k.store.Process(ctx, lease, tickets.Share{Worker: worker, Of: tickets.Workers, Max: 128}, bot.Mentions, decide)
				if err != nil {
					if ctx.Err() == nil {
						b.Error(err)
					}
					return
				}
				for _, e := range taken {
					became(e)
				}
				if round.Senders == 0 {
					select {
					case <-k.store.Wake(worker):
					case <-ctx.Done():
					}
				}
			}
		})
	}
	return func() { cancel(); wg.Wait() }
}

// BenchmarkTicket is from Accept to the ticket with decision, events and receipt in the outbox, as
// fast as it goes.
func BenchmarkTicket(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dbtest.EachB(b, func(b *testing.B, database string) {
				k := newBench(b, database)
				var done atomic.Int64
				stop := k.process(b, func(string) { done.Add(1) })
				began := time.Now()
				drive(b, callers, func(i int64) error {
					for i-done.Load() > 5000 {
						time.Sleep(time.Millisecond)
					}
					return k.inbox.Accept(context.Background(), arrival(i))
				})
				for done.Load() < int64(b.N) {
					time.Sleep(time.Millisecond)
				}
				b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "tickets/s")
				stop()
			})
		})
	}
}

// BenchmarkLatency offers a steady 4,000 messages a second from 64 callers, and reports how long
// Accept took, and how long it was from the call until the ticket was committed.
func BenchmarkLatency(b *testing.B) {
	const rate, callers = 4000, 64
	dbtest.EachB(b, func(b *testing.B, database string) {
		k := newBench(b, database)
		var began sync.Map
		var mu sync.Mutex
		var waits []time.Duration
		stop := k.process(b, func(event string) {
			if t, ok := began.Load(event); ok {
				mu.Lock()
				waits = append(waits, time.Since(t.(time.Time)))
				mu.Unlock()
			}
		})
		start := time.Now()
		drive(b, callers, func(i int64) error {
			if ahead := time.Until(start.Add(time.Duration(i) * time.Second / rate)); ahead > 0 {
				time.Sleep(ahead)
			}
			in := arrival(i)
			began.Store(in.EventID, time.Now())
			return k.inbox.Accept(context.Background(), in)
		})
		for len(func() []time.Duration { mu.Lock(); defer mu.Unlock(); return waits }()) < b.N {
			time.Sleep(time.Millisecond)
		}
		stop()
		slices.Sort(waits)
		b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "ticket-p50-ms")
		b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "ticket-p99-ms")
	})
}

// BenchmarkWebhook is the same through HTTP: signed calls of Twilio against a whole running city.
func BenchmarkWebhook(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dbtest.EachB(b, func(b *testing.B, database string) {
				const sid, token, number = "AC0123456789abcdef0123456789abcdef", "7c1b5e0a9d2f4c6e8a0b1d3f5e7a9c2b", "+6281110001000"
				listen := freeAddr(b)
				tw := sim.NewTwilio(sim.TwilioOptions{AccountSID: sid, AuthToken: token, Number: number, Webhook: "http://" + listen + "/channels/sms"})
				defer tw.Close()
				api, err := tw.Start()
				if err != nil {
					b.Fatal(err)
				}
				k := run(b, configure(b, database, listen, config.Account{Name: "sms", Channel: &config.Twilio{
					AccountSID: sid, AuthToken: config.NewSecret(token), From: number, APIURL: api, Region: "ID", Segments: 10,
				}}))
				// What leaves is not measured here: the account is paused.
				if err := k.app.Store().SetAccount(context.Background(), "sms", "paused", ""); err != nil {
					b.Fatal(err)
				}
				client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
				calls := make([]*http.Request, b.N) // signed before the clock starts: the platform's work, not ours
				for i := range calls {
					form := tw.Form(fmt.Sprintf("+62812%08d", i), reports[i%len(reports)])
					if calls[i], err = tw.Call(context.Background(), form); err != nil {
						b.Fatal(err)
					}
				}
				drive(b, callers, func(i int64) error {
					res, err := client.Do(calls[i-1])
					if err != nil {
						return err
					}
					io.Copy(io.Discard, res.Body) // else the connection is not used again
					res.Body.Close()
					if res.StatusCode/100 != 2 {
						return fmt.Errorf("answered %d", res.StatusCode)
					}
					return nil
				})
			})
		})
	}
}

// drive calls f(1) to f(b.N) from so many goroutines and reports calls a second and percentiles.
func drive(b *testing.B, callers int, f func(int64) error) {
	times := make([][]time.Duration, callers)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for c := range callers {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				t := time.Now()
				if err := f(i); err != nil {
					b.Error(err)
					return
				}
				times[c] = append(times[c], time.Since(t))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	all := slices.Concat(times...)
	if len(all) == 0 {
		return
	}
	slices.Sort(all)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
}
