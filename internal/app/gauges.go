package app

import (
	"context"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tanggap/tickets"
	"tanggap/tickets/breaker"
	"tanggap/tickets/figures"
)

// scrapeTime bounds the look at the store for one scrape.
const scrapeTime = 2 * time.Second

// gauges are read from the store when they are asked for: bounded looks along indexes, nothing that
// work has to keep up to date.
type gauges struct {
	store    *tickets.Store
	accounts []string

	queue, oldest, working, lastIn, lastOut, held, inbox, inboxOldest, late, lateOldest, up *prometheus.Desc
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
		held:        d("answers_held", "Automatic answers that are held back as a storm, until staff decide.", "account"),
		inbox:       d("inbox_waiting", "Accepted messages that wait to become tickets, counted up to 1000."),
		inboxOldest: d("inbox_oldest_seconds", "How long the oldest of them waits."),
		late:        d("tickets_late", "Open tickets whose answer is overdue, by kind; the 1000 that are late the longest are counted.", "kind"),
		lateOldest:  d("tickets_late_oldest_seconds", "How long the first of them is overdue."),
		up:          d("store_up", "1 where the store answered this scrape."),
	}
}

// Describe names the gauges.
func (g *gauges) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.queue, g.oldest, g.working, g.lastIn, g.lastOut, g.held, g.inbox, g.inboxOldest, g.late, g.lateOldest, g.up} {
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
	held, err := breaker.New(g.store, breaker.Limits{}).Held(ctx)
	if err != nil {
		return err
	}
	for _, name := range g.accounts {
		put(g.held, float64(held[name]), name)
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
	return g.collectLate(ctx, put)
}

// collectLate puts a number for every kind, so that a kind without late ones is seen to have none.
func (g *gauges) collectLate(ctx context.Context, put func(*prometheus.Desc, float64, ...string)) error {
	all, err := figures.New(g.store).LateTickets(ctx)
	if err != nil {
		return err
	}
	var oldest time.Time
	for _, kind := range []tickets.Kind{tickets.Complaint, tickets.Information, tickets.Suggestion, tickets.Misconduct} {
		n := 0
		for _, l := range all {
			if l.Kind == kind {
				n = l.Count
			}
		}
		put(g.late, float64(n), string(kind))
	}
	for _, l := range all {
		if oldest.IsZero() || l.Oldest.Before(oldest) {
			oldest = l.Oldest
		}
	}
	put(g.lateOldest, age(oldest))
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
