package app

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/tickets"
)

// meters count what operators watch. No label holds an address or a text.
type meters struct {
	registry *prometheus.Registry
	webhooks *prometheus.CounterVec
	inbound  *prometheus.CounterVec
	outbound *prometheus.CounterVec
	accept   prometheus.Histogram
	rows     prometheus.Counter
	round    prometheus.Histogram
	decide   prometheus.Histogram
	portal   *prometheus.CounterVec
}

func newMeters() *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tanggap_webhook_requests_total", Help: "Calls of platforms, by account and answer."}, []string{"account", "code"}),
		inbound:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tanggap_inbound_total", Help: "Messages made durable, repetitions included."}, []string{"account"}),
		outbound: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tanggap_outbound_total", Help: "Attempts at sending, by how they ended."}, []string{"account", "kind"}),
		accept:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "tanggap_accept_seconds", Help: "Time until a message is durable.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}),
		rows:     prometheus.NewCounter(prometheus.CounterOpts{Name: "tanggap_processed_total", Help: "Inbox rows that became what they are."}),
		round:    prometheus.NewHistogram(prometheus.HistogramOpts{Name: "tanggap_process_round_seconds", Help: "Time of one round of processing that took rows.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)}),
		decide:   prometheus.NewHistogram(prometheus.HistogramOpts{Name: "tanggap_decide_seconds", Help: "Time of deciding what one message means.", Buckets: prometheus.ExponentialBuckets(0.000005, 2, 16)}),
	}
	m.portal = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "tanggap_portal_total", Help: "What happened on the public pages."}, []string{"event"})
	m.registry.MustRegister(m.portal, m.webhooks, m.inbound, m.outbound, m.accept, m.rows, m.round, m.decide,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *meters) processed(rows int, took time.Duration) {
	if rows > 0 {
		m.rows.Add(float64(rows))
		m.round.Observe(took.Seconds())
	}
}

// deciding measures f.
func (m *meters) deciding(f tickets.Decide) tickets.Decide {
	return func(sit tickets.Situation) (tickets.Change, error) {
		began := time.Now()
		c, err := f(sit)
		m.decide.Observe(time.Since(began).Seconds())
		return c, err
	}
}

// webhook counts the answers to a platform's calls: a refused call leaves no other trace.
func (m *meters) webhook(account string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &codeWriter{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(c, r)
		m.webhooks.WithLabelValues(account, strconv.Itoa(c.code)).Inc()
	})
}

type codeWriter struct {
	http.ResponseWriter
	code int
}

// WriteHeader notes the code.
func (c *codeWriter) WriteHeader(code int) {
	c.code = code
	c.ResponseWriter.WriteHeader(code)
}

// Write notes that the answer has begun.
func (c *codeWriter) Write(p []byte) (int, error) {
	if c.code == 0 {
		c.code = http.StatusOK
	}
	return c.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController through.
func (c *codeWriter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// metered is an Inbox that counts, and takes one large message at a time.
type metered struct {
	*bot.Inbox
	meters *meters
	large  turns
}

// Accept counts what became durable, and how long that took.
func (m metered) Accept(ctx context.Context, in ...channels.Inbound) error {
	began := time.Now()
	size := 0
	for i := range in {
		size += len(in[i].Raw)
	}
	done, err := m.large.take(ctx, int64(size))
	if err != nil {
		return err
	}
	defer done()
	err = m.Inbox.Accept(ctx, in...)
	if err == nil && len(in) > 0 {
		m.meters.inbound.WithLabelValues(in[0].Account).Add(float64(len(in)))
		m.meters.accept.Observe(time.Since(began).Seconds())
	}
	return err
}

// outgoing counts attempts at sending.
type outgoing struct {
	channels.Adapter
	meters *meters
}

// Send counts how the attempt ended.
func (o outgoing) Send(ctx context.Context, out channels.Outbound) (channels.Receipt, error) {
	r, err := o.Adapter.Send(ctx, out)
	kind := "sent"
	if err != nil {
		kind = string(channels.KindOf(err))
	}
	o.meters.outbound.WithLabelValues(o.Name(), kind).Inc()
	return r, err
}

// asking is outgoing for an adapter that can be asked what became of an attempt.
type asking struct{ outgoing }

// Find asks the adapter.
func (a asking) Find(ctx context.Context, out channels.Outbound, since time.Time) (channels.Receipt, bool, error) {
	return a.Adapter.(channels.Finder).Find(ctx, out, since)
}

func (m *meters) sending(ad channels.Adapter) channels.Adapter {
	o := outgoing{ad, m}
	if _, ok := ad.(channels.Finder); ok {
		return asking{o}
	}
	return o
}
