package channeltest

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"tanggap/channels"
)

// keepsSecrets: through everything that can go wrong, no secret and nobody's words or address are
// logged, said in an error or handed to the Inbox.
func keepsSecrets(s *session) {
	const words, reply = "kata-warga-91c4", "kata-petugas-37fa"
	s.start()
	said := &strings.Builder{}
	say := func(err error) {
		if err != nil {
			fmt.Fprintf(said, "%v\n%+v\n%#v\n", err, err, err)
		}
	}
	s.awaitMessage("a message", s.p.Write(s.t, 0, words))
	s.p.WriteBytes(s.t, []byte("{\"rusak: "+words))
	if s.handler != nil {
		s.call(s.p.Forged(s.t))
	}
	for _, f := range s.o.Failures {
		if f == FailHang {
			continue
		}
		s.p.Fail(f, 1)
		_, err := s.send(s.out(0, reply))
		if err == nil {
			s.Errorf("%s: Send returned no error", f)
		}
		say(err)
	}
	s.outage()
	_, err := s.send(s.out(0, reply))
	say(err)
	if checker, ok := s.adapter.(channels.Checker); ok {
		ctx, cancel := context.WithTimeout(context.Background(), s.patience)
		_, err := checker.Check(ctx)
		cancel()
		say(err)
	}
	if inspector, ok := s.adapter.(channels.Inspector); ok {
		ctx, cancel := context.WithTimeout(context.Background(), s.patience)
		fmt.Fprintf(said, "%+v\n", inspector.Inspect(ctx, nil))
		cancel()
	}
	if fetcher, ok := s.adapter.(channels.Fetcher); ok {
		ctx, cancel := context.WithTimeout(context.Background(), s.patience)
		if r, err := fetcher.Fetch(ctx, "tidak-ada"); err == nil {
			r.Close()
		} else {
			say(err)
		}
		cancel()
	}
	s.p.Outage(false)
	s.settle()
	s.stop()

	delivered, err := json.Marshal(struct {
		In      []channels.Inbound
		Reports []channels.Report
	}{s.inbox.Messages(), s.inbox.Reports()})
	if err != nil {
		s.Fatalf("what was delivered cannot be rendered: %v", err)
	}
	secrets := s.p.Secrets()
	if len(secrets) == 0 {
		s.Errorf("the platform names no secrets to look for")
	}
	private := append(slices.Clone(secrets), words, reply, s.p.Address(0).Value)
	s.mustNotHold("the log", s.log.String(), private)
	s.mustNotHold("an error", said.String(), private)
	s.mustNotHold("an inbound or report", string(delivered), secrets)
}

// mustNotHold names the secret by its place in the list: the suite's own output is a log, too.
func (s *session) mustNotHold(where, text string, secrets []string) {
	s.Helper()
	for i, secret := range secrets {
		if at := strings.Index(text, secret); secret != "" && at >= 0 {
			s.Errorf("%s holds private string %d of %d, after %q", where, i+1, len(secrets), text[max(0, at-80):at])
		}
	}
}

// talksOnlyToTheFake: the configured address is the only one that is ever called.
func talksOnlyToTheFake(s *session) {
	s.start()
	s.awaitMessage("a message", s.p.Write(s.t, 0, "halo"))
	s.mustSend(0, "halo juga")
	if checker, ok := s.adapter.(channels.Checker); ok {
		ctx, cancel := context.WithTimeout(context.Background(), s.patience)
		defer cancel()
		if _, err := checker.Check(ctx); err != nil {
			s.Errorf("Check against a platform in good health: %v", err)
		}
	}
	if inspector, ok := s.adapter.(channels.Inspector); ok {
		ctx, cancel := context.WithTimeout(context.Background(), s.patience)
		defer cancel()
		for _, f := range inspector.Inspect(ctx, nil) {
			if f.Grade == channels.Wrong {
				s.Errorf("Inspect of a platform in good health: %s: %s", f.Subject, f.Detail)
			}
		}
	}
	s.stop()
	for _, host := range s.net.strangers() {
		s.Errorf("the adapter called %s", host)
	}
}

// network lets an adapter reach this machine only, and remembers where else it wanted to go.
type network struct {
	mu     sync.Mutex
	other  []string
	failed int
}

// client is what the adapter under test does HTTP with.
func (n *network) client() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Client{Transport: n.counting(&http.Transport{
		Proxy:               nil,
		MaxIdleConnsPerHost: 16,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			host, _, err := net.SplitHostPort(addr)
			if ip := net.ParseIP(host); err != nil || ip == nil && host != "localhost" || ip != nil && !ip.IsLoopback() {
				n.mu.Lock()
				n.other = append(n.other, host)
				n.mu.Unlock()
				return nil, fmt.Errorf("%s is not on this machine", host)
			}
			return dialer.DialContext(ctx, network, addr)
		},
	})}
}

// counting counts the calls that found nobody.
func (n *network) counting(next *http.Transport) http.RoundTripper {
	return &counter{Transport: next, n: n}
}

type counter struct {
	*http.Transport // with its CloseIdleConnections
	n               *network
}

func (c *counter) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.Transport.RoundTrip(r)
	if err != nil && r.Context().Err() == nil {
		c.n.mu.Lock()
		c.n.failed++
		c.n.mu.Unlock()
	}
	return resp, err
}

func (n *network) failures() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.failed
}

func (n *network) strangers() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(n.other)))
}
