package portal

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"tanggap/web/ui"
)

// mostCallers bounds the memory of a limit: about 4 MB.
const mostCallers = 20000

// limit lets each caller do a thing so often in a row, and again after a while for each.
type limit struct {
	burst float64
	every time.Duration // until one more is free

	mu      sync.Mutex
	callers map[netip.Prefix]bucket
	rest    bucket // shared by those for whom there is no room
}

type bucket struct {
	used float64
	at   time.Time
}

func newLimit(burst int, every time.Duration) *limit {
	return &limit{burst: float64(burst), every: every, callers: map[netip.Prefix]bucket{}}
}

// take takes one, or says how long to wait for it.
func (l *limit) take(who netip.Prefix, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.callers[who]
	if !known && len(l.callers) >= mostCallers {
		l.tidy(now)
	}
	crowded := !known && len(l.callers) >= mostCallers
	if crowded {
		b = l.rest
	}
	b.used = l.left(b, now)
	b.at = now
	if ok = b.used+1 <= l.burst; ok {
		b.used++
	} else {
		wait = time.Duration((b.used + 1 - l.burst) * float64(l.every))
	}
	if crowded {
		l.rest = b
	} else {
		l.callers[who] = b
	}
	return wait, ok
}

// spent reports whether nothing is free, and takes nothing.
func (l *limit) spent(who netip.Prefix, now time.Time) (wait time.Duration, yes bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	used := l.left(l.callers[who], now)
	if used+1 <= l.burst {
		return 0, false
	}
	return time.Duration((used + 1 - l.burst) * float64(l.every)), true
}

func (l *limit) left(b bucket, now time.Time) float64 {
	return max(0, b.used-float64(now.Sub(b.at))/float64(l.every))
}

// tidy forgets callers who have all of theirs again.
func (l *limit) tidy(now time.Time) {
	for who, b := range l.callers {
		if l.left(b, now) == 0 {
			delete(l.callers, who)
		}
	}
}

// limits are those of the pages: wide enough for the many phones that share one address of a mobile network.
// What a code, a receipt or an address may cost is counted in the store.
type limits struct {
	report *limit // reports sent
	look   *limit // looks for what became of a report
	track  *limit // references looked up
	miss   *limit // by one caller, that were none
	code   *limit // codes asked for
	try    *limit // codes tried, links opened
	write  *limit // messages on private pages
}

func newLimits() limits {
	return limits{
		report: newLimit(30, 20*time.Second), look: newLimit(120, time.Second), track: newLimit(60, 2*time.Second), miss: newLimit(20, time.Minute),
		code: newLimit(10, time.Minute), try: newLimit(20, 30*time.Second), write: newLimit(20, 10*time.Second),
	}
}

// caller is who calls, as limits count.
func (p *Portal) caller(r *http.Request) netip.Prefix { return ui.Caller(r, p.o.Proxies) }

// minutes is a wait as people count it.
func minutes(wait time.Duration) int { return max(1, int(math.Ceil(wait.Minutes()))) }

// retryAfter tells programs how long to wait.
func retryAfter(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
}
