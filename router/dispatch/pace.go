package dispatch

import (
	"time"

	"tanggap/channels"
	"tanggap/tickets"
)

// defaultConcurrency is channels.Pace.MaxConcurrency where an adapter leaves it open.
const defaultConcurrency = 8

// pace keeps one account within its platform's limits. A send counts from its start until one period
// after its end, so that however long requests travel, no window of the platform's own clock sees more.
// It is used by one goroutine.
type pace struct {
	limit   channels.Pace
	most    int                  // sends in a period, 0 for no bound
	period  time.Duration        // that goes with most
	ended   []time.Time          // of the last period, oldest first
	threads map[string]time.Time // when a conversation was last written to; zero while it is
}

func newPace(p channels.Pace) *pace {
	c := &pace{limit: p, threads: map[string]time.Time{}}
	if c.limit.MaxConcurrency <= 0 {
		c.limit.MaxConcurrency = defaultConcurrency
	}
	if p.PerSecond > 0 {
		c.most = max(1, int(p.PerSecond))
		c.period = time.Duration(float64(c.most) / p.PerSecond * float64(time.Second))
	}
	return c
}

// free is how many sends may start now beside those under way; where it is none for the account's
// limit alone, at is when that changes.
func (c *pace) free(now time.Time, underWay int) (n int, at time.Time) {
	n = c.limit.MaxConcurrency - underWay
	if c.most == 0 || n <= 0 {
		return max(n, 0), time.Time{}
	}
	for len(c.ended) > 0 && !now.Before(c.ended[0].Add(c.period)) {
		c.ended = c.ended[1:]
	}
	n = min(n, c.most-underWay-len(c.ended))
	if n <= 0 && len(c.ended) > 0 {
		return 0, c.ended[0].Add(c.period)
	}
	return max(n, 0), time.Time{}
}

// thread names the conversation of a parcel and the time between two messages to it.
func (c *pace) thread(p *tickets.Parcel) (key string, gap time.Duration) {
	if c.limit.PerGroup > 0 && p.Via.Thread != "" && p.Via.Thread != p.Via.Address.Value {
		return "#" + p.Via.Thread, c.limit.PerGroup
	}
	return p.Via.Address.String(), c.limit.PerThread
}

// start begins a send to a conversation, or says when it may be tried again.
func (c *pace) start(key string, gap time.Duration, now time.Time) (ok bool, at time.Time) {
	last, known := c.threads[key]
	switch {
	case known && last.IsZero():
		return false, now.Add(max(gap, 100*time.Millisecond))
	case known && now.Before(last.Add(gap)):
		return false, last.Add(gap)
	}
	c.threads[key] = time.Time{}
	return true, time.Time{}
}

// end notes that a send is over; called is false where the platform was not called after all.
func (c *pace) end(key string, gap time.Duration, called bool, now time.Time) {
	if !called || gap == 0 {
		delete(c.threads, key)
	} else {
		c.threads[key] = now
	}
	if called && c.most > 0 {
		c.ended = append(c.ended, now)
	}
	if len(c.threads) < 4096 {
		return
	}
	longest := max(c.limit.PerThread, c.limit.PerGroup)
	for k, last := range c.threads {
		if !last.IsZero() && now.Sub(last) > longest {
			delete(c.threads, k)
		}
	}
}

// outage notices that a platform which failed for everybody works again: what waits for its next try,
// by then hours away, need wait no longer. One message that fails among others is no outage.
type outage struct {
	failures int
	since    time.Time
}

// over takes in how a send ended, "" for well, and tells whether an outage has ended with it.
func (o *outage) over(kind string, now time.Time) bool {
	if kind == string(channels.Temporary) {
		if o.failures++; o.failures == 1 {
			o.since = now
		}
		return false
	}
	ended := kind == "" && o.failures >= 3 && now.Sub(o.since) > time.Minute
	*o = outage{}
	return ended
}
