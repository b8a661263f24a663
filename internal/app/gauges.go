package app

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tanggap/tickets"
)

// scrapeTime bounds the look at the store for one scrape.
const scrapeTime = 2 * time.Second

// gauges are read from the store when they are asked for: bounded looks along indexes, nothing that
// work has to keep up to date.
type gauges struct {
	store    *tickets.Store
	accounts []string

	queue, oldest, working, lastIn, lastOut, inbox, inboxOldest, up *prometheus.Desc
}

func newGauges(store *tickets.Store, accounts []string) *gauges {
	d := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc("tanggap_"+name, help, labels, nil)
	}
	return &gauges{
		store: store, accounts: slices.Sorted(slices.Values(accounts)),
		queue:       d("outbox_waiting", "Messages that wait to be sent, counted up to 1000.", "account"),
		oldest:      d("outbox_oldest_seconds", "How long the oldest of them waits.", "account"),
		working:     d("account_working", "1 while the account works, 0 while it is suspended or paused.", "account"),
		lastIn:      d("account_last_inbound_timestamp_seconds", "When the last message came, 0 before the first.", "account"),
		lastOut:     d("account_last_outbound_timestamp_seconds", "When the last message left, 0 before the first.", "account"),
		inbox:       d("inbox_waiting", "Accepted messages that wait to become tickets, counted up to 1000."),
		inboxOldest: d("inbox_oldest_seconds", "How long the oldest of them waits."),
		up:          d("store_up", "1 where the store answered this scrape."),
	}
}

// Describe names the gauges.
func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.queue, g.oldest, g.working, g.lastIn, g.lastOut, g.inbox, g.inboxOldest, g.up} {
		ch <- d
	}
}

// Collect reads them. What cannot be read is left out, and store_up says so.
func (g *gauges) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	up := 1.0
	if g.collect(ctx, ch) != nil {
		up = 0
	}
	ch <- prometheus.MustNewConstMetric(g.up, prometheus.GaugeValue, up)
}

func (g *gauges) collect(ctx context.Context, ch chan<- prometheus.Metric) error {
	known, err := g.store.Accounts(ctx)
	if err != nil {
		return err
	}
	put := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	for _, name := range g.accounts {
		q, err := g.store.OutboxQueue(ctx, name)
		if err != nil {
			return err
		}
		var a tickets.Account // of one that never did anything
		if i := slices.IndexFunc(known, func(a tickets.Account) bool { return a.Name == name }); i >= 0 {
			a = known[i]
		}
		working := 0.0
		if a.State == "" {
			working = 1
		}
		put(g.queue, float64(q.Waiting), name)
		put(g.oldest, age(q.Oldest), name)
		put(g.working, working, name)
		put(g.lastIn, stampOf(a.LastInAt), name)
		put(g.lastOut, stampOf(a.LastOutAt), name)
	}
	q, err := g.store.InboxQueue(ctx)
	if err != nil {
		return err
	}
	put(g.inbox, float64(q.Waiting))
	put(g.inboxOldest, age(q.Oldest))
	return nil
}

func age(since time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(0, time.Since(since).Seconds())
}

func stampOf(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
