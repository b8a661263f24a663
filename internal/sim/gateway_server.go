package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"tanggap/internal/loopback"
)

// SMSFault is how the next calls to a simulated SMS platform go wrong.
type SMSFault string

// The faults. Reset and Hang take the message first.
const (
	SMSTemporary   SMSFault = "temporary"   // a server error
	SMSThrottled   SMSFault = "throttled"   // 429 with Retry-After: 7
	SMSRejected    SMSFault = "rejected"    // the content is refused
	SMSUnreachable SMSFault = "unreachable" // the number is refused
	SMSSuspended   SMSFault = "suspended"   // the credentials are refused
	SMSReset       SMSFault = "reset"       // the connection breaks before the answer
	SMSHang        SMSFault = "hang"        // no answer until the caller hangs up
)

type smsFault struct {
	fault SMSFault
	left  int
}

// smsServer is what the simulated SMS platforms share: a loopback server that can go away and come
// back, faults on demand, and calls back to us.
type smsServer struct {
	handler http.Handler
	client  *http.Client // of calls back

	mu       sync.Mutex
	server   *http.Server
	listener net.Listener
	addr     string
	away     bool
	faults   []smsFault

	ctx  context.Context // of calls back that nobody waits for
	stop context.CancelFunc
	wg   sync.WaitGroup
}

func (s *smsServer) prepare(h http.Handler, client *http.Client) {
	s.handler, s.client = h, client
	if client == nil {
		s.client = &http.Client{Timeout: 15 * time.Second}
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
}

// Start serves on a free loopback port and returns the base URL. Close ends it.
func (s *smsServer) Start() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l, err := loopback.Listen()
	if err != nil {
		return "", fmt.Errorf("listening for simulated SMS: %w", err)
	}
	s.serve(l)
	return "http://" + s.addr, nil
}

// serve answers on l. The caller holds the lock.
func (s *smsServer) serve(l net.Listener) {
	server := &http.Server{Handler: s.handler, ReadHeaderTimeout: 10 * time.Second}
	s.server, s.listener, s.addr = server, l, l.Addr().String()
	s.wg.Go(func() { server.Serve(l) })
}

// Close ends serving and the calls back that are under way.
func (s *smsServer) Close() error {
	s.mu.Lock()
	server := s.server
	s.server = nil
	s.mu.Unlock()
	s.stop()
	var err error
	if server != nil {
		err = server.Close()
	}
	s.wg.Wait()
	return err
}

// Outage breaks all connections and refuses new ones, until it is called with false.
func (s *smsServer) Outage(on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away == on || s.server == nil {
		return nil
	}
	s.away = on
	if on {
		return cutOff(s.server, s.listener)
	}
	l, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("listening for simulated SMS: %w", err)
	}
	s.serve(l)
	return nil
}

// cutOff closes a server, and first its listener: the server knows that only once Serve runs, and then calls
// it a fault that it is closed already.
func cutOff(server *http.Server, l net.Listener) error {
	l.Close()
	if err := server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// Fail makes the next n messages that we are asked to take end so.
func (s *smsServer) Fail(f SMSFault, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, smsFault{fault: f, left: n})
}

// Mend takes the faults away that are left.
func (s *smsServer) Mend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault is how this call is to end, "" for well.
func (s *smsServer) fault() SMSFault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.faults) == 0 {
		return ""
	}
	f := s.faults[0].fault
	if s.faults[0].left--; s.faults[0].left <= 0 {
		s.faults = s.faults[1:]
	}
	return f
}

// breakOff leaves a caller without an answer.
func (s *smsServer) breakOff(w http.ResponseWriter, r *http.Request, f SMSFault) {
	if f == SMSHang {
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

var errNotTaken = errors.New("the call was not answered with 2xx")

// call makes a call back, up to tries times until it is answered 2xx, and returns the answer's body.
func (s *smsServer) call(ctx context.Context, tries int, request func(context.Context) (*http.Request, error)) ([]byte, error) {
	pause := 5 * time.Millisecond
	for try := 1; ; try++ {
		body, err := s.once(ctx, request)
		if err == nil || try >= tries {
			return body, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-s.ctx.Done():
			timer.Stop()
			return nil, s.ctx.Err()
		case <-timer.C:
		}
		pause = min(2*pause, time.Second)
	}
}

func (s *smsServer) once(ctx context.Context, request func(context.Context) (*http.Request, error)) ([]byte, error) {
	req, err := request(ctx)
	if err != nil {
		return nil, err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%w but with %d", errNotTaken, resp.StatusCode)
	}
	return body, err
}

// background makes a call back that nobody waits for, unless the platform has closed.
func (s *smsServer) background(f func(context.Context)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() == nil {
		s.wg.Go(func() { f(s.ctx) })
	}
}
