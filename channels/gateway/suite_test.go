package gateway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/channeltest"
	"tanggap/channels/gateway"
	"tanggap/channels/sms"
	"tanggap/internal/sim"
)

const (
	secret   = "kunci-rahasia%&="
	password = "sandi gerbang?"
	public   = "https://lapor.example.go.id"
	number   = "1708"
)

func TestKannelPreset(t *testing.T) {
	channeltest.Run(t, channeltest.Options{
		New: func(t *testing.T) channeltest.Platform { return newPlatform(t) },
		Failures: []channeltest.Failure{
			channeltest.FailTemporary, channeltest.FailThrottled, channeltest.FailRejected, channeltest.FailUnreachable,
			channeltest.FailSuspended, channeltest.FailReset, channeltest.FailDial, channeltest.FailHang,
		},
		Redelivers: true, // with Kannel's http-request-retry
		MaxBody:    gateway.MaxBody,
		Count:      sms.Segments,
	})
}

// platform is the simulated gateway as the suite sees it.
type platform struct {
	*sim.Gateway
	config gateway.Config
	idle   func()

	mu      sync.Mutex
	handler http.Handler
	refuse  int // connections
}

// getURL is that of the sms-service group that the adapter documents.
func getURL(t *testing.T, public, name string) string {
	t.Helper()
	for line := range strings.Lines(gateway.KannelService(public, name, secret)) {
		if u, ok := strings.CutPrefix(line, `get-url = "`); ok {
			return strings.TrimSuffix(strings.TrimSpace(u), `"`)
		}
	}
	t.Fatal("the documented group has no get-url")
	return ""
}

func newPlatform(t *testing.T) *platform {
	p := &platform{idle: func() {}}
	p.Gateway = sim.NewGateway(sim.GatewayOptions{
		Username: "tanggap", Password: password, Number: number, GetURL: getURL(t, public, "smsc"),
		Tries: 1000, Client: &http.Client{Transport: p},
	})
	base, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	p.config = gateway.Config{
		Preset: "kannel", SendURL: base + "/cgi-bin/sendsms", Username: "tanggap", Password: password,
		From: number, Secret: secret, PublicURL: public,
	}
	return p
}

func (p *platform) Adapter(t *testing.T, client *http.Client, log *slog.Logger) channels.Adapter {
	p.mu.Lock()
	p.idle = client.CloseIdleConnections
	p.mu.Unlock()
	own := *client
	own.Transport = &refuser{p: p, next: client.Transport}
	a, err := gateway.New("smsc", p.config, &own, log)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// refuser is a network on which the platform's port may be closed for the next calls.
type refuser struct {
	p    *platform
	next http.RoundTripper
}

func (r *refuser) RoundTrip(req *http.Request) (*http.Response, error) {
	r.p.mu.Lock()
	refused := r.p.refuse > 0
	r.p.refuse = max(r.p.refuse-1, 0)
	r.p.mu.Unlock()
	if refused {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	return r.next.RoundTrip(req)
}

// RoundTrip brings the platform's calls to the handler, below the path at which the app mounts it.
func (p *platform) RoundTrip(req *http.Request) (*http.Response, error) {
	p.mu.Lock()
	h := p.handler
	p.mu.Unlock()
	if h == nil {
		return nil, errors.New("nobody listens")
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, below(req))
	return w.Result(), nil
}

func below(req *http.Request) *http.Request {
	c := req.Clone(req.Context())
	if c.URL.Path = strings.TrimPrefix(c.URL.Path, "/channels/smsc"); c.URL.Path == "" {
		c.URL.Path = "/"
	}
	return c
}

func (p *platform) Write(t *testing.T, n int, text string) string {
	id, err := p.Gateway.Write(t.Context(), p.Address(n).Value, text)
	if err != nil {
		t.Errorf("writing: %v", err)
	}
	return id
}

func (p *platform) post(t *testing.T, body []byte) *http.Request {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "/?secret="+url.QueryEscape(secret), bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

func (p *platform) WriteBytes(t *testing.T, body []byte) {
	if resp, err := p.RoundTrip(p.post(t, body)); err != nil || resp.StatusCode/100 != 2 {
		t.Errorf("a call of junk: %v, %v", resp, err)
	}
}

func (p *platform) Redeliver(t *testing.T, id string) {
	if err := p.Gateway.Redeliver(t.Context(), id); err != nil {
		t.Errorf("redelivering: %v", err)
	}
}

func (p *platform) Connect(h http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handler = h
}

func (p *platform) Forged(t *testing.T) *http.Request {
	req := p.Signed(t, 0)
	q := req.URL.Query()
	q.Set("secret", secret+"x")
	req.URL.RawQuery = q.Encode()
	return req
}

func (p *platform) Signed(t *testing.T, padding int) *http.Request {
	if padding > 0 {
		return p.post(t, bytes.Repeat([]byte("x"), padding))
	}
	req, err := p.Call(t.Context(), p.Address(0).Value, "halo")
	if err != nil {
		t.Fatal(err)
	}
	return below(req)
}

func (p *platform) Address(n int) channels.Address {
	return channels.Address{Kind: channels.Tel, Value: fmt.Sprintf("+62812555010%02d", n)}
}

func (p *platform) Taken() []channeltest.Taken {
	var list []channeltest.Taken
	for _, m := range p.Gateway.Taken() {
		list = append(list, channeltest.Taken{MessageID: m.Key(), To: channels.Address{Kind: channels.Tel, Value: m.To}, Text: m.Text, At: m.At})
	}
	return list
}

func (p *platform) Fail(f channeltest.Failure, n int) {
	if f == channeltest.FailDial {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.refuse = n
		return
	}
	p.Gateway.Fail(sim.SMSFault(f), n)
}

func (p *platform) Outage(on bool) {
	if err := p.Gateway.Outage(on); err != nil {
		panic(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle()
}

func (p *platform) Confirm(t *testing.T, id string) bool {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := p.Report(ctx, id, 1, "ACK/"); err != nil {
		t.Errorf("confirming: %v", err)
	}
	return true
}

func (p *platform) Secrets() []string {
	return []string{secret, password, url.QueryEscape(secret), url.QueryEscape(password)}
}
