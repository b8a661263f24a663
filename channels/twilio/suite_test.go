package twilio_test

import (
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
	"tanggap/channels/sms"
	"tanggap/channels/twilio"
	"tanggap/internal/sim"
)

const (
	account = "AC00000000000000000000000000000001"
	token   = "9f3c5d7e1a2b4c6d8e0f1a2b3c4d5e6f"
	number  = "+622150100"
	public  = "https://lapor.example.go.id"
)

func TestSMS(t *testing.T) {
	channeltest.Run(t, options(func(t *testing.T) channeltest.Platform { return newPlatform(t, twilio.Config{From: number}) }))
}

func TestWhatsApp(t *testing.T) {
	channeltest.Run(t, options(func(t *testing.T) channeltest.Platform {
		return newPlatform(t, twilio.Config{From: number, WhatsApp: true})
	}))
}

func options(platform func(*testing.T) channeltest.Platform) channeltest.Options {
	return channeltest.Options{
		New: platform,
		Failures: []channeltest.Failure{
			channeltest.FailTemporary, channeltest.FailThrottled, channeltest.FailRejected, channeltest.FailUnreachable,
			channeltest.FailSuspended, channeltest.FailReset, channeltest.FailDial, channeltest.FailHang,
		},
		Redelivers: true, // with the connection override that the package documents
		MaxBody:    twilio.MaxBody,
		Count:      sms.Segments,
	}
}

// platform is the simulated Twilio as the suite sees it.
type platform struct {
	*sim.Twilio
	config twilio.Config
	idle   func()

	mu      sync.Mutex
	handler http.Handler
	refuse  int // connections
}

func newPlatform(t *testing.T, c twilio.Config) *platform {
	p := &platform{config: c, idle: func() {}}
	p.Twilio = sim.NewTwilio(sim.TwilioOptions{
		AccountSID: account, AuthToken: token, Number: p.written(number), Webhook: public + "/channels/twilio",
		Tries: 1000, Client: &http.Client{Transport: p},
	})
	url, err := p.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	p.config.AccountSID, p.config.AuthToken, p.config.APIURL, p.config.PublicURL = account, token, url, public
	return p
}

// written is a number as Twilio writes it on this channel.
func (p *platform) written(n string) string {
	if p.config.WhatsApp {
		return "whatsapp:" + n
	}
	return n
}

func (p *platform) Adapter(t *testing.T, client *http.Client, log *slog.Logger) channels.Adapter {
	p.mu.Lock()
	p.idle = client.CloseIdleConnections
	p.mu.Unlock()
	own, next := *client, client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	own.Transport = &refuser{p: p, next: next}
	a, err := twilio.New("twilio", p.config, &own, log)
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

// RoundTrip brings the platform's webhooks to the handler, below the path at which the app mounts it.
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
	c.URL.Path = strings.TrimPrefix(c.URL.Path, "/channels/twilio")
	if c.URL.Path == "" {
		c.URL.Path = "/"
	}
	c.Host = "evil.example" // the signature must not depend on it
	return c
}

func (p *platform) Write(t *testing.T, n int, text string) string {
	sid, err := p.Twilio.Write(t.Context(), p.written(p.Address(n).Value), text)
	if err != nil {
		t.Errorf("writing: %v", err)
	}
	return sid
}

func (p *platform) WriteBytes(t *testing.T, body []byte) {
	req, err := p.CallRaw(t.Context(), string(body))
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := p.RoundTrip(req); err != nil || resp.StatusCode/100 != 2 {
		t.Errorf("a signed call of junk: %v, %v", resp, err)
	}
}

func (p *platform) Redeliver(t *testing.T, id string) {
	if err := p.Twilio.Redeliver(t.Context(), id); err != nil {
		t.Errorf("redelivering: %v", err)
	}
}

func (p *platform) Connect(h http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.handler = h
}

func (p *platform) signed(t *testing.T, extra url.Values) *http.Request {
	form := p.Form(p.written(p.Address(0).Value), "halo")
	for k, v := range extra {
		form[k] = v
	}
	req, err := p.Call(t.Context(), form)
	if err != nil {
		t.Fatal(err)
	}
	return below(req)
}

func (p *platform) Forged(t *testing.T) *http.Request {
	req := p.signed(t, nil)
	req.Header.Set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	return req
}

func (p *platform) Signed(t *testing.T, padding int) *http.Request {
	if padding == 0 {
		return p.signed(t, nil)
	}
	return p.signed(t, url.Values{"Padding": {strings.Repeat("x", padding)}})
}

func (p *platform) Address(n int) channels.Address {
	return channels.Address{Kind: channels.Tel, Value: fmt.Sprintf("+62812555010%02d", n)}
}

func (p *platform) Taken() []channeltest.Taken {
	var list []channeltest.Taken
	for _, m := range p.Twilio.Taken() {
		to := channels.Address{Kind: channels.Tel, Value: strings.TrimPrefix(m.To, "whatsapp:")}
		list = append(list, channeltest.Taken{MessageID: m.SID, To: to, Text: m.Body, At: m.At})
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
	p.Twilio.Fail(sim.SMSFault(f), n)
}

func (p *platform) Outage(on bool) {
	if err := p.Twilio.Outage(on); err != nil {
		panic(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle() // an outage outlasts the idle connections; the suite's does not
}

func (p *platform) Confirm(t *testing.T, id string) bool {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := p.Report(ctx, id, "delivered", 0); err != nil {
		t.Errorf("confirming: %v", err)
	}
	return true
}

func (p *platform) Secrets() []string { return []string{token, account} }
