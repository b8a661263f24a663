package channels

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"
)

// RetryAfter is how long a platform's answer asks us to wait: the header Retry-After in seconds or as a
// date (RFC 9110, section 10.2.3). It is 0 where there is none, or one that cannot be read.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(v); err == nil {
		return time.Duration(max(seconds, 0)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}

// Departure tells whether any of a request left for the platform, which decides between Temporary and
// UnknownSent where no answer came. It is safe for concurrent use.
type Departure struct{ left atomic.Bool }

// Watch returns a context that makes requests under it tell d.
func (d *Departure) Watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { d.left.Store(true) },
	})
}

// Left is true once a request may have reached the platform. It errs on the side of true.
func (d *Departure) Left() bool { return d.left.Load() }
