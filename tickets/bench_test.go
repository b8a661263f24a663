package tickets_test

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tanggap/internal/dbtest"
	"tanggap/tickets"
)

// BenchmarkReceive is one durable inbox row per call, at so many callers.
func BenchmarkReceive(b *testing.B) {
	for _, callers := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dbtest.EachB(b, func(b *testing.B, url string) {
				s := open(b, url)
				var n atomic.Int64
				load(b, callers, func() error {
					i := n.Add(1)
					return s.Receive(context.Background(), incoming("bot", fmt.Sprint("e", i), fmt.Sprint("telegram:", i%5000), text))
				})
			})
		})
	}
}

const text = "Selamat malam pak, lampu jalan di depan SDN 01 Tebet Timur mati sudah tiga hari, gelap sekali dan rawan, mohon diperbaiki"

// BenchmarkProcess is from the call to the ticket with its decision, events and receipt, without a router.
func BenchmarkProcess(b *testing.B) {
	for _, callers := range []int{16, 64} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			dbtest.EachB(b, func(b *testing.B, url string) {
				s := open(b, url)
				l := lease(b, s, "processor")
				ctx, stop := context.WithCancel(context.Background())
				var done atomic.Int64
				var wg sync.WaitGroup
				for worker := range tickets.Workers {
					wg.Go(func() {
						for ctx.Err() == nil {
							r, err := s.Process(ctx, l, tickets.Share{Worker: worker, Of: tickets.Workers, Max: 128}, nil, clerk)
							if err != nil && ctx.Err() == nil {
								b.Error(err)
								return
							}
							done.Add(int64(r.Rows))
							if r.Rows == 0 {
								select {
								case <-s.Wake(worker):
								case <-ctx.Done():
								}
							}
						}
					})
				}
				var n atomic.Int64
				load(b, callers, func() error {
					i := n.Add(1)
					for i-done.Load() > 4000 {
						time.Sleep(time.Millisecond)
					}
					return s.Receive(context.Background(), incoming("bot", fmt.Sprint("e", i), fmt.Sprint("telegram:", i), text))
				})
				for done.Load() < n.Load() {
					time.Sleep(time.Millisecond)
				}
				b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "tickets/s")
				stop()
				wg.Wait()
			})
		})
	}
}

// load calls f from so many goroutines, and reports calls a second and their 99th percentile.
func load(b *testing.B, callers int, f func() error) {
	times := make([][]time.Duration, callers)
	var left atomic.Int64
	left.Store(int64(b.N))
	var wg sync.WaitGroup
	b.ResetTimer()
	for c := range callers {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				t := time.Now()
				if err := f(); err != nil {
					b.Error(err)
					return
				}
				times[c] = append(times[c], time.Since(t))
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	var all []time.Duration
	for _, t := range times {
		all = append(all, t...)
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(0, "ns/op")
	b.StartTimer()
}
