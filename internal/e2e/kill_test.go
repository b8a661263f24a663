package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"tanggap/internal/app"
	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
)

// envServe makes the test binary a server on the configuration file it names: a process of its own
// that can be killed.
const envServe = "TANGGAP_E2E_SERVE"

func TestMain(m *testing.M) {
	path := os.Getenv(envServe)
	if path == "" {
		code := m.Run()
		chromium.Close()
		os.Exit(code)
	}
	if err := serve(path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(path string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	cfg, err := config.Load(path, nil)
	if err != nil {
		return err
	}
	a, err := app.New(ctx, cfg, app.Options{Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})), Examples: true, Train: models.Train})
	if err != nil {
		return err
	}
	return a.Run(ctx)
}

const killConfig = `
[server]
listen = "%[1]s"
admin_listen = ""
public_url = "http://%[1]s"
[database]
url = "%[2]s"
[attachments]
url = "file:%[3]s"
[city]
pack = "jakarta"
[channels.bot]
type = "telegram"
token = "%[4]s"
api_url = "%[5]s"
[channels.sms]
type = "twilio-sms"
account_sid = "%[6]s"
auth_token = "%[7]s"
from = "+6281110001000"
api_url = "%[8]s"
`

// siege is a server that is killed, its platforms, and what they saw.
type siege struct {
	t        testing.TB
	listen   string
	config   string
	program  string // the real one, where not this test's own binary is to serve
	telegram *sim.Telegram
	twilio   *sim.Twilio
	written  atomic.Int64 // by citizens of Telegram, who never try again
	accepted sync.Map     // SIDs that we answered with 2xx
	taken    atomic.Int64
}

// TestKill kills the server at random moments under load. Nothing that was accepted may be lost,
// nothing doubled inward; outward a message that was in flight may repeat, and is marked.
// The hundred are TestSoakKill, with make soak; here it is a few.
func TestKill(t *testing.T) { besiege(t, 4) }

// TestSoakKill is the hundred.
func TestSoakKill(t *testing.T) {
	if os.Getenv("TANGGAP_SOAK") == "" {
		besiege(t, 1) // the short form stays alive in every run
		return
	}
	besiege(t, 100)
}

func besiege(t *testing.T, kills int) {
	dbtest.Both(t, func(t *testing.T, database string) {
		s := newSiege(t, database)
		ctx, stop := context.WithCancel(context.Background())
		var load sync.WaitGroup
		load.Go(func() { s.chat(ctx) })
		for c := range 4 {
			load.Go(func() { s.text(ctx, c) })
		}
		for i := range kills {
			child := s.start()
			time.Sleep(time.Duration(50+rand.IntN(900)) * time.Millisecond)
			if strings.HasPrefix(database, "postgres") && i%4 == 3 {
				time.Sleep(7 * time.Second) // there leases outlive their holder for some seconds
			}
			child.Process.Kill()
			child.Wait()
		}
		child := s.start()
		stop()
		load.Wait()
		s.drain()
		child.Process.Signal(syscall.SIGTERM)
		if err := child.Wait(); err != nil {
			t.Errorf("the last stop was not orderly: %v", err)
		}
		s.audit(database)
	})
}

func newSiege(t *testing.T, database string) *siege {
	const token, sid, secret = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", "AC0123456789abcdef0123456789abcdef", "7c1b5e0a9d2f4c6e8a0b1d3f5e7a9c2b"
	s := &siege{t: t, listen: freeAddr(t), config: filepath.Join(t.TempDir(), "tanggap.toml")}
	s.telegram = sim.NewTelegram(sim.TelegramOptions{Token: token, Username: "lapor_bot"})
	s.twilio = sim.NewTwilio(sim.TwilioOptions{
		AccountSID: sid, AuthToken: secret, Number: "+6281110001000", Keep: 1_000_000,
		Webhook: "http://" + s.listen + "/channels/sms",
	})
	telegramURL, err := s.telegram.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.telegram.Close() })
	twilioURL, err := s.twilio.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.twilio.Close() })
	text := fmt.Sprintf(killConfig, s.listen, database, t.TempDir(), token, telegramURL, sid, secret, twilioURL)
	if err := os.WriteFile(s.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// start starts the server and returns when it answers.
func (s *siege) start() *exec.Cmd {
	s.t.Helper()
	exe, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	c := exec.Command(exe)
	c.Env = append(os.Environ(), envServe+"="+s.config)
	if s.program != "" {
		c = exec.Command(s.program, "serve", "--config", s.config)
	}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Process.Kill() })
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if res, err := http.Get("http://" + s.listen + "/healthz"); err == nil {
			res.Body.Close()
			return c
		}
		if time.Now().After(end) {
			s.t.Fatal("the server does not come up")
		}
	}
}

// chat is a new citizen of Telegram every few milliseconds.
func (s *siege) chat(ctx context.Context) {
	for ctx.Err() == nil {
		n := s.written.Add(1)
		s.telegram.Write(sim.TelegramDraft{From: sim.TelegramUser{ID: 1000 + n, Name: "Warga", Language: "id"}, Text: reports[n%int64(len(reports))]})
		time.Sleep(time.Duration(40+rand.IntN(40)) * time.Millisecond) // less than what Telegram lets a bot send
	}
}

// text is a new citizen with a phone, whose message the platform delivers until it is taken.
func (s *siege) text(ctx context.Context, c int) {
	for n := 0; ctx.Err() == nil; n++ {
		sid, err := s.twilio.Write(context.Background(), fmt.Sprintf("+62812%d%07d", c, n), reports[n%len(reports)])
		for err != nil { // also after the end of the load: a call that was cut off may have been taken
			time.Sleep(10 * time.Millisecond)
			err = s.twilio.Redeliver(context.Background(), sid)
		}
		s.accepted.Store(sid, true)
		s.taken.Add(1)
		time.Sleep(time.Duration(120+rand.IntN(160)) * time.Millisecond)
	}
}

// drain waits until every citizen has his receipt, as long as more of them get theirs.
func (s *siege) drain() {
	want, got := int(s.written.Load()+s.taken.Load()), 0
	for progress := time.Now(); got < want; time.Sleep(200 * time.Millisecond) {
		people := map[string]bool{}
		for _, m := range s.telegram.Sent() {
			people["t"+strconv.FormatInt(m.Chat, 10)] = true
		}
		for _, m := range s.twilio.Taken() {
			people[m.To] = true
		}
		if len(people) > got {
			got, progress = len(people), time.Now()
		}
		if time.Since(progress) > time.Minute {
			s.t.Fatalf("%d of %d citizens have a receipt, and no more get theirs", got, want)
		}
	}
}

// audit holds the store against what the platforms saw.
func (s *siege) audit(database string) {
	t := s.t
	ctx := context.Background()
	store, err := tickets.Open(ctx, database, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	sent := map[string]int{} // receipts hold the reference, so each text is its own
	for _, m := range s.telegram.Sent() {
		sent[m.Text]++
	}
	for _, m := range s.twilio.Taken() {
		sent[m.Body]++
	}
	seen := map[string]bool{}
	total, repeated := 0, 0
	for f := (tickets.Filter{Limit: 200}); ; {
		page, next, err := store.List(ctx, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, tk := range page {
			total++
			repeated += s.auditTicket(store, tk, seen, sent)
		}
		if f.After = next; next == "" {
			break
		}
	}
	s.accepted.Range(func(sid, _ any) bool {
		if !seen[sid.(string)] {
			t.Errorf("%s was accepted and is lost", sid)
		}
		return true
	})
	for n := range s.written.Load() {
		if !seen[fmt.Sprintf("%d:1", 1001+n)] {
			t.Errorf("the message of chat %d is lost", 1001+n)
		}
	}
	t.Logf("%d tickets; %d messages went out twice, each marked", total, repeated)
}

func (s *siege) auditTicket(store *tickets.Store, tk tickets.Ticket, seen map[string]bool, sent map[string]int) (repeated int) {
	t := s.t
	thread, err := store.Thread(context.Background(), tk.ID)
	if err != nil {
		t.Fatal(err)
	}
	in := 0
	for _, l := range thread {
		if l.Direction == tickets.In {
			in++
			if seen[l.ExternalID] {
				t.Errorf("%s is there twice", l.ExternalID)
			}
			seen[l.ExternalID] = true
			continue
		}
		n := sent[l.Text]
		if n == 0 {
			t.Errorf("a %s of %s never went out, and says %s", l.Purpose, tk.Reference, l.Sent.State)
		}
		if n > 1 {
			repeated++
			if l.Sent.Doubts < n-1 {
				t.Errorf("a %s of %s went out %d times with %d doubts noted", l.Purpose, tk.Reference, n, l.Sent.Doubts)
			}
		}
	}
	if in != 1 {
		t.Errorf("%s has %d messages of its citizen", tk.Reference, in)
	}
	events, err := store.Events(context.Background(), tk.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := tickets.VerifyChain(tk, events); err != nil {
		t.Error(err)
	}
	return repeated
}
