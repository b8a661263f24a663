// Package e2e runs the whole of tanggap against simulated and real platforms, as a citizen and as an
// agency's clerk would use it.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"tanggap/internal/app"
	"tanggap/internal/config"
	"tanggap/internal/loopback"
	"tanggap/router/classify/classifytest"
	"tanggap/tickets"
)

// patience bounds every wait of these tests; it is no measure of speed.
const patience = 2 * time.Minute

// city is a running tanggap.
type city struct {
	t     testing.TB
	app   *app.App
	url   string
	token string
	logs  *safeBuffer
	stop  func()
}

// safeBuffer keeps a whole run's log.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// freeAddr is a loopback address that is free.
func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := loopback.Listen()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// configure is a configuration with one account on a fresh database.
func configure(t testing.TB, databaseURL, listen string, accounts ...config.Account) *config.Config {
	c := config.Default()
	c.Server.Listen, c.Server.AdminListen, c.Server.PublicURL = listen, "127.0.0.1:0", "http://"+listen
	c.Database.URL = config.NewSecret(databaseURL)
	c.Attachments.URL = "file:" + t.TempDir()
	c.City.Pack = "jakarta"
	c.Accounts = accounts
	return c
}

// run starts a city and ends it with the test.
func run(t testing.TB, c *config.Config) *city {
	t.Helper()
	k := &city{t: t, logs: &safeBuffer{}}
	log := slog.New(slog.NewTextHandler(k.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	a, err := app.New(context.Background(), c, app.Options{Log: log, Examples: true, Train: models.Train})
	if err != nil {
		t.Fatal(err)
	}
	k.app, k.url = a, "http://"+a.Addr()
	k.token, err = a.Store().CreateToken(context.Background(), tickets.Token{
		Name: "test", Agency: "*",
		Scopes: []string{"tickets:read", "tickets:write", "accounts:read", "quarantine:read"},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	var once sync.Once
	k.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("the city ended: %v", err)
			}
		})
	}
	t.Cleanup(func() {
		k.stop()
		if t.Failed() {
			t.Logf("log of the run:\n%s", k.logs.String())
		}
	})
	return k
}

// call calls the JSON API and decodes the answer into out.
func (k *city) call(method, path string, body, out any) int {
	k.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			k.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequest(method, k.url+path, r)
	if err != nil {
		k.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+k.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		k.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		k.t.Fatal(err)
	}
	if out != nil && res.StatusCode < 300 {
		if err := json.Unmarshal(b, out); err != nil {
			k.t.Fatalf("%s %s: %v in %s", method, path, err, b)
		}
	}
	if res.StatusCode >= 300 {
		k.t.Logf("%s %s: %d %s", method, path, res.StatusCode, b)
	}
	return res.StatusCode
}

// ticket and message are the parts of the API's shapes that tests look at.
type ticket struct {
	Reference string
	Version   int64
	State     string
	Agency    string
	Category  string
	Channel   string
	Subject   string
	Area      *struct{ Name, Level string }
	Messages  []message
	Events    []struct{ Type string }
}

type message struct {
	ID, Direction, Channel, Account, Text, State string
	External                                     string `json:"external_id"`
	Attachments                                  []struct {
		Name, Type string
		Size       int64
	}
}

// queue waits until a list of the API holds n tickets.
func (k *city) queue(query string, n int) []ticket {
	k.t.Helper()
	var page struct{ Tickets []ticket }
	k.until("the queue "+query, func() bool {
		return k.call("GET", "/api/v1/tickets?"+query, nil, &page) == http.StatusOK && len(page.Tickets) >= n
	})
	if len(page.Tickets) != n {
		k.t.Fatalf("%d tickets in %s, want %d", len(page.Tickets), query, n)
	}
	return page.Tickets
}

func (k *city) ticket(reference string) ticket {
	k.t.Helper()
	var t ticket
	if code := k.call("GET", "/api/v1/tickets/"+reference, nil, &t); code != http.StatusOK {
		k.t.Fatalf("ticket %s: %d", reference, code)
	}
	return t
}

// stored reports whether all that was attached to a report is here: its size is known before.
func (k *city) stored(reference string) bool {
	k.t.Helper()
	n, err := k.app.Store().Ticket(k.t.Context(), tickets.Reference(reference))
	if err != nil {
		k.t.Fatal(err)
	}
	lines, err := k.app.Store().Thread(k.t.Context(), n.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	for i := range lines {
		for j := range lines[i].Files {
			if lines[i].Files[j].State != "stored" {
				return false
			}
		}
	}
	return true
}

// until waits for ok.
func (k *city) until(what string, ok func() bool) {
	k.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
		if time.Now().After(end) {
			k.t.Fatalf("waited in vain for %s", what)
		}
	}
}

// silent checks that the log of the whole run, at debug level, tells nothing about anybody.
func (k *city) silent(secrets ...string) {
	k.t.Helper()
	k.stop()
	logged := k.logs.String()
	for _, s := range append(secrets, k.token) {
		if s != "" && strings.Contains(logged, s) {
			k.t.Errorf("the log holds %q", s)
		}
	}
}

// models are trained once for all cities.
var models classifytest.Once
