package channeltest

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
)

// recordedHandler is the way into a webhook: it sees the answers, and stands for the reverse proxy
// when the process behind it has died.
type recordedHandler struct {
	next  http.Handler
	inbox *Inbox

	mu     sync.Mutex
	eager  int // 2xx given while nothing was committed
	closed int // calls ended
}

func (h *recordedHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec := &recordedAnswer{ResponseWriter: w, h: h}
	h.next.ServeHTTP(rec, r)
	if !rec.wrote {
		rec.WriteHeader(http.StatusOK)
	}
	h.mu.Lock()
	h.closed++
	h.mu.Unlock()
}

// early is how many calls were answered 2xx with an empty Inbox.
func (h *recordedHandler) early() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.eager
}

// recordedAnswer turns the answers of a dead process into a proxy's 502.
type recordedAnswer struct {
	http.ResponseWriter
	h     *recordedHandler
	wrote bool
	mute  bool
}

func (a *recordedAnswer) WriteHeader(code int) {
	if a.wrote {
		return
	}
	a.wrote = true
	if a.h.inbox.Dead() {
		a.mute = true
		code = http.StatusBadGateway
	}
	if code/100 == 2 && len(a.h.inbox.Messages()) == 0 && len(a.h.inbox.Reports()) == 0 {
		a.h.mu.Lock()
		a.h.eager++
		a.h.mu.Unlock()
	}
	a.ResponseWriter.WriteHeader(code)
}

func (a *recordedAnswer) Write(p []byte) (int, error) {
	if !a.wrote {
		a.WriteHeader(http.StatusOK)
	}
	if a.mute {
		return len(p), nil
	}
	return a.ResponseWriter.Write(p)
}

// call is what the handler answers to r.
func (s *session) call(r *http.Request) int {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w.Code
}

// rejectsBadSignature: who cannot sign is told 403, and nothing of it reaches the Inbox.
func rejectsBadSignature(s *session) {
	s.start()
	if code := s.call(s.p.Forged(s.t)); code != http.StatusForbidden {
		s.Errorf("a forged call was answered %d, want 403", code)
	}
	if n := s.inbox.Calls(); n != 0 {
		s.Errorf("a forged call reached the Inbox")
	}
	if code := s.call(s.p.Signed(s.t, 0)); code/100 != 2 {
		s.Errorf("the platform's own call was answered %d, want 2xx", code)
	}
}

// replayIsHarmless: a recorded call played again, to this process and the next, changes nothing.
func replayIsHarmless(s *session) {
	s.start()
	r := s.p.Signed(s.t, 0)
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			s.Fatalf("reading the platform's own call: %v", err)
		}
	}
	again := func() int {
		c := r.Clone(r.Context())
		c.Body = io.NopCloser(bytes.NewReader(body))
		return s.call(c)
	}
	if code := again(); code/100 != 2 {
		s.Fatalf("the platform's own call was answered %d, want 2xx", code)
	}
	first := len(s.inbox.Messages())
	if first == 0 {
		s.Errorf("the platform's own call delivered nothing")
	}
	for range 3 {
		again()
	}
	s.restart()
	again()
	if n := len(s.inbox.Messages()); n != first {
		s.Errorf("a replay made %d events out of %d", n, first)
	}
}

// boundsBodies: a body over the limit is refused without being read to its end, announced or not.
func boundsBodies(s *session) {
	s.start()
	for _, announced := range []bool{true, false} {
		r := s.p.Signed(s.t, s.o.MaxBody+1<<20)
		body := &counted{r: r.Body}
		r.Body = body
		if !announced {
			r.ContentLength = -1
		}
		if code := s.call(r); code != http.StatusRequestEntityTooLarge {
			s.Errorf("a body over the limit (announced: %v) was answered %d, want 413", announced, code)
		}
		if limit := s.o.MaxBody + 64<<10; body.n > limit {
			s.Errorf("%d bytes of an endless body were read, the limit is %d", body.n, s.o.MaxBody)
		}
	}
	if n := s.inbox.Calls(); n != 0 {
		s.Errorf("a body over the limit reached the Inbox")
	}
}

// counted counts what is read of a body.
type counted struct {
	r io.ReadCloser
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func (c *counted) Close() error { return c.r.Close() }
