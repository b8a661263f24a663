package telegram

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"

	"tanggap/channels"
	"tanggap/channels/channeltest"
	"tanggap/channels/telegram/update"
	"tanggap/internal/sim"
)

const (
	testToken  = "7001:AAH-rahasia_bot"
	testSecret = "rahasia-webhook_9"
)

// platform is the simulated Bot API as the suite wants to handle it.
type platform struct {
	sim  *sim.Telegram
	url  string
	mode string

	mu      sync.Mutex
	handler http.Handler // of webhook mode
	hook    string
	noDial  int
}

func newPlatform(mode string) func(*testing.T) channeltest.Platform {
	return func(t *testing.T) channeltest.Platform { return startPlatform(t, mode) }
}

func startPlatform(t *testing.T, mode string) *platform {
	t.Helper()
	p := &platform{mode: mode, sim: sim.NewTelegram(sim.TelegramOptions{Token: testToken, Username: "tanggap_bot"})}
	url, err := p.sim.Start()
	if err != nil {
		t.Fatal(err)
	}
	p.url = url
	t.Cleanup(func() { p.sim.Close() })
	for n := range 10 {
		p.sim.Open(citizen(n))
	}
	if mode == "webhook" {
		server := httptest.NewServer(http.HandlerFunc(p.receive))
		p.hook = server.URL
		t.Cleanup(server.Close)
	}
	return p
}

func citizen(n int) sim.TelegramUser {
	return sim.TelegramUser{ID: int64(810_200_300 + n), Name: "Warga", Language: "id"}
}

func (p *platform) Adapter(t *testing.T, client *http.Client, log *slog.Logger) channels.Adapter {
	t.Helper()
	through := *client
	next := client.Transport
	if next == nil {
		next = &http.Transport{}
		t.Cleanup(next.(*http.Transport).CloseIdleConnections)
	}
	through.Transport = &detour{next: next, p: p}
	a, err := New("bot", Config{
		Token: testToken, APIURL: p.url, Mode: p.mode, Secret: testSecret, URL: p.hook,
		Commands: map[string][]Command{"": {{Name: "status", Description: "Cek laporan"}}},
	}, &through, log)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// closedPort refuses every connection.
const closedPort = "127.0.0.1:1"

// detour sends what is to find nobody to a closed port.
type detour struct {
	next http.RoundTripper
	p    *platform
}

func (u *detour) RoundTrip(r *http.Request) (*http.Response, error) {
	u.p.mu.Lock()
	refuse := u.p.noDial > 0 && strings.Contains(r.URL.Path, "/send")
	if refuse {
		u.p.noDial--
	}
	u.p.mu.Unlock()
	if refuse {
		r = r.Clone(r.Context())
		r.URL.Host = closedPort
	}
	return u.next.RoundTrip(r)
}

func (p *platform) receive(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	h := p.handler
	p.mu.Unlock()
	r.URL.Path = "/"
	h.ServeHTTP(w, r)
}

func (p *platform) Connect(h http.Handler) {
	p.mu.Lock()
	p.handler = h
	p.mu.Unlock()
	reg, err := http.PostForm(p.url+"/bot"+testToken+"/setWebhook", map[string][]string{"url": {p.hook}, "secret_token": {testSecret}})
	if err == nil {
		reg.Body.Close()
	}
}

func (p *platform) Write(t *testing.T, n int, text string) string {
	id := p.sim.Write(sim.TelegramDraft{From: citizen(n), Text: text})
	return update.MessageID(citizen(n).ID, int64(id))
}

func (p *platform) WriteBytes(_ *testing.T, body []byte) {
	data, _ := json.Marshal(string(body))
	p.sim.Deliver("something_new", data)
}

func (p *platform) Redeliver(t *testing.T, id string) {
	chat, message, _ := strings.Cut(id, ":")
	c, _ := strconv.ParseInt(chat, 10, 64)
	m, _ := strconv.Atoi(message)
	if err := p.sim.Redeliver(c, m); err != nil {
		t.Error(err)
	}
}

func (p *platform) request(secret string, padding int) *http.Request {
	body := fmt.Appendf(nil, `{"update_id":5,"message":{"message_id":9,"date":1770000000,
		"chat":{"id":81,"type":"private"},"from":{"id":81,"first_name":"Sari"},"text":"halo"}%s}`,
		bytes.Repeat([]byte(" "), padding))
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
	r.Header.Set("X-Telegram-Bot-Api-Secret-Token", secret)
	return r
}

func (p *platform) Forged(*testing.T) *http.Request { return p.request("bukan-"+testSecret, 0) }

func (p *platform) Signed(_ *testing.T, padding int) *http.Request {
	return p.request(testSecret, padding)
}

func (p *platform) Address(n int) channels.Address {
	return channels.Address{Kind: channels.TelegramID, Value: strconv.FormatInt(citizen(n).ID, 10)}
}

func (p *platform) Taken() []channeltest.Taken {
	var list []channeltest.Taken
	for _, m := range p.sim.Sent() {
		taken := channeltest.Taken{
			MessageID: update.MessageID(m.Chat, int64(m.ID)), Text: m.Text, At: m.At,
			To: channels.Address{Kind: channels.TelegramID, Value: strconv.FormatInt(m.Chat, 10)},
		}
		if m.ReplyTo != 0 {
			taken.ReplyTo = update.MessageID(m.Chat, int64(m.ReplyTo))
		}
		list = append(list, taken)
	}
	return list
}

var faults = map[channeltest.Failure]sim.TelegramFault{
	channeltest.FailTemporary:   {Status: 502, HTML: true},
	channeltest.FailThrottled:   {Status: 429, Description: "Too Many Requests: retry after 7", RetryAfter: 7},
	channeltest.FailRejected:    {Status: 400, Description: "Bad Request: can't parse entities"},
	channeltest.FailUnreachable: {Status: 403, Description: "Forbidden: bot was blocked by the user"},
	channeltest.FailSuspended:   {Status: 401, Description: "Unauthorized"},
	channeltest.FailReset:       {Reset: true},
	channeltest.FailHang:        {Hang: true},
}

func (p *platform) Fail(f channeltest.Failure, n int) {
	if f == channeltest.FailDial {
		p.mu.Lock()
		p.noDial = n
		p.mu.Unlock()
		return
	}
	p.sim.Fail(faults[f], n)
}

func (p *platform) Outage(on bool) {
	if err := p.sim.Outage(on); err != nil {
		panic(err)
	}
}

func (p *platform) Confirm(*testing.T, string) bool { return false }

func (p *platform) Secrets() []string { return []string{testToken, "AAH-rahasia_bot", testSecret} }

func options(mode string) channeltest.Options {
	o := channeltest.Options{
		New: newPlatform(mode),
		Failures: []channeltest.Failure{
			channeltest.FailTemporary, channeltest.FailThrottled, channeltest.FailRejected, channeltest.FailUnreachable,
			channeltest.FailSuspended, channeltest.FailReset, channeltest.FailDial, channeltest.FailHang,
		},
		Redelivers: true,
	}
	if mode == "webhook" {
		o.MaxBody = MaxBody
	}
	return o
}

func TestPollingKeepsTheContract(t *testing.T) { channeltest.Run(t, options("poll")) }

func TestWebhookKeepsTheContract(t *testing.T) { channeltest.Run(t, options("webhook")) }
