package app

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/router/classify/classifytest"
	"tanggap/web/ui"
)

// settings are a configuration of two accounts: one that is called, one that polls.
func settings(t *testing.T, database string) *config.Config {
	t.Helper()
	c := config.Default()
	c.Server.Listen, c.Server.AdminListen, c.Server.PublicURL = "127.0.0.1:0", "127.0.0.1:0", "http://127.0.0.1:1"
	c.Database.URL = config.NewSecret(database)
	c.Attachments.URL = "file:" + t.TempDir()
	c.City.Pack = "jakarta"
	bot := sim.NewTelegram(sim.TelegramOptions{Token: "1:test"})
	api, err := bot.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bot.Close() })
	c.Accounts = []config.Account{
		{Name: "bot", Channel: &config.Telegram{Token: config.NewSecret("1:test"), Mode: config.Poll, APIURL: api}},
		{Name: "sms", Channel: &config.Twilio{AccountSID: "AC1", AuthToken: config.NewSecret("hush"), From: "+6281", APIURL: "http://127.0.0.1:1", Region: "ID", Segments: 3}},
	}
	return c
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// models are trained once for all apps.
var models classifytest.Once

// start runs an app, and returns what stops it.
func start(t *testing.T, c *config.Config, o Options) (*App, func()) {
	t.Helper()
	o.Log, o.Train = quiet(), models.Train
	a, err := New(t.Context(), c, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	stop := sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the app ended: %v", err)
		}
	})
	t.Cleanup(stop)
	return a, stop
}

func TestNothingIsLeftRunning(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, database string) {
		c := settings(t, database)
		before := goleak.IgnoreCurrent()
		a, stop := start(t, c, Options{Client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
		res, err := http.Get("http://" + a.Addr() + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		http.DefaultClient.CloseIdleConnections()
		stop()
		// The simulated platform keeps its side of a connection a moment longer, and goleak itself
		// waits for less than a second.
		serving := goleak.IgnoreAnyFunction("net/http.(*conn).serve")
		for end := time.Now().Add(time.Minute); goleak.Find(before, serving) != nil && time.Now().Before(end); {
		}
		goleak.VerifyNone(t, before, serving)
	})
}

func TestThePublicSide(t *testing.T) {
	extra := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/playground/broken" {
			panic("rahasia")
		}
		http.NotFound(w, r)
	})
	c := settings(t, dbtest.New(t, dbtest.SQLite))
	a, stop := start(t, c, Options{Extra: Extra{
		Bundle:  ui.Bundle{Name: "extra", Files: fstest.MapFS{"words.tsv": {}}},
		Handler: func(*App) (http.Handler, error) { return extra, nil },
	}})
	ask := func(method, base, path string) (int, string, http.Header) {
		t.Helper()
		req, err := http.NewRequest(method, "http://"+base+path, strings.NewReader("a=b"))
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(b), res.Header
	}
	admin := a.admin.Addr().String()
	for _, tt := range []struct {
		method, base, path string
		want               int
	}{
		{"GET", a.Addr(), "/healthz", 200},
		{"GET", a.Addr(), "/metrics", 404},
		{"POST", a.Addr(), "/channels/bot", 404}, // polls
		{"POST", a.Addr(), "/channels/bot/status", 404},
		{"POST", a.Addr(), "/channels/nobody", 404},
		{"POST", a.Addr(), "/channels/sms", 403},
		{"POST", a.Addr(), "/channels/sms/status", 403},
		{"GET", a.Addr(), "/channels/sms", 405},
		{"DELETE", a.Addr(), "/channels/sms/status", 405},
		{"POST", a.Addr(), "/channels/sms/other", 404},
		{"GET", a.Addr(), "/api/v1/tickets", 401},
		{"GET", a.Addr(), "/playground/broken", 500},
		{"GET", admin, "/metrics", 200},
		{"GET", admin, "/healthz", 404},
		{"GET", admin, "/api/v1/tickets", 404},
	} {
		code, body, header := ask(tt.method, tt.base, tt.path)
		if code != tt.want || strings.Contains(body, "rahasia") {
			t.Errorf("%s %s: %d, want %d: %s", tt.method, tt.path, code, tt.want, body)
		}
		if tt.base == a.Addr() && header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s %s has no headers", tt.method, tt.path)
		}
	}
	for end := time.Now().Add(time.Minute); ; {
		if code, _, _ := ask("GET", a.Addr(), "/readyz"); code == 200 {
			break
		}
		if time.Now().After(end) {
			t.Fatal("never ready")
		}
	}
	if code, body, _ := ask("GET", admin, "/readyz"); code != 200 || !strings.Contains(body, `"database":"ok"`) {
		t.Errorf("details: %d %s", code, body)
	}
	stop()
	if conn, err := net.Dial("tcp", a.Addr()); err == nil {
		conn.Close()
		t.Error("it listens after its end")
	}
}

func TestWhatIsWrongAtStartIsToldClearly(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for name, tt := range map[string]struct {
		change func(*config.Config)
		want   string
	}{
		"port":       {func(c *config.Config) { c.Server.Listen = taken.Addr().String() }, taken.Addr().String()},
		"admin port": {func(c *config.Config) { c.Server.AdminListen = taken.Addr().String() }, "metrics"},
		"database":   {func(c *config.Config) { c.Database.URL = config.NewSecret("postgres://u:hush@127.0.0.1:1/d") }, "connect"},
		"folder":     {func(c *config.Config) { c.Attachments.URL = "file:/proc/nowhere" }, "/proc/nowhere"},
		"pack":       {func(c *config.Config) { c.City.Pack = "./nowhere" }, "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			c := settings(t, dbtest.New(t, dbtest.SQLite))
			tt.change(c)
			a, err := New(t.Context(), c, Options{Log: quiet()})
			if err == nil {
				a.Close()
				t.Fatal("started")
			}
			if text := err.Error(); !strings.Contains(text, tt.want) || strings.Contains(text, "hush") {
				t.Errorf("error %q", text)
			}
			// What failed has let go of everything: the next try with a right configuration works.
			c2 := settings(t, c.Database.URL.Reveal())
			if strings.HasPrefix(c.Database.URL.Reveal(), "postgres") {
				return
			}
			if a, err = New(t.Context(), c2, Options{Log: quiet()}); err != nil {
				t.Fatal(err)
			}
			a.Close()
		})
	}
}

func TestABadPackIsRefusedAndTheOldOneStays(t *testing.T) {
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../../cities/jakarta")); err != nil {
		t.Fatal(err)
	}
	c := settings(t, dbtest.New(t, dbtest.SQLite))
	c.City.Pack = folder
	a, _ := start(t, c, Options{})
	old := a.City()
	path := filepath.Join(folder, "agencies.toml")
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"broken": "[[agency", "empty": "", "strange": string(good) + "\n[[colour]]\nid = 'x'\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := a.Reload(); err == nil || a.City() != old {
			t.Errorf("%s: %v, and the city is another: %v", name, err, a.City() != old)
		}
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := a.Reload(); err != nil || a.City() == old {
		t.Errorf("a good pack: %v, and the city is the old one: %v", err, a.City() == old)
	}
}
