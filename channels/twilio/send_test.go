package twilio_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/twilio"
	"tanggap/internal/sim"
)

// scripted is an API that gives one answer, and an adapter that uses it.
func scripted(t *testing.T, c twilio.Config, answer http.HandlerFunc) *twilio.Adapter {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	c.AccountSID, c.AuthToken, c.APIURL, c.PublicURL = account, token, server.URL, public
	a, err := twilio.New("twilio", c, server.Client(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var out = channels.Outbound{Key: "k-1", To: channels.Address{Kind: channels.Tel, Value: "+6281255501000"}, Text: "Laporan diterima"}

func TestCodesHaveKinds(t *testing.T) {
	for _, c := range []struct {
		status, code int
		retry        string
		kind         channels.ErrorKind
		wait         time.Duration
	}{
		{400, 21610, "", channels.Unreachable, 0},
		{400, 21211, "", channels.Unreachable, 0},
		{400, 21614, "", channels.Unreachable, 0},
		{400, 21617, "", channels.Rejected, 0},
		{400, 99999, "", channels.Rejected, 0},
		{401, 20003, "", channels.Suspended, 0},
		{403, 0, "", channels.Suspended, 0},
		{429, 20429, "9", channels.Throttled, 9 * time.Second},
		{429, 0, "", channels.Throttled, time.Second},
		{500, 20500, "", channels.Temporary, 0},
		{502, 0, "", channels.Temporary, 0},
		{503, 20503, "30", channels.Temporary, 30 * time.Second},
		{504, 0, "", channels.UnknownSent, 0},
		{307, 0, "", channels.Suspended, 0},
	} {
		a := scripted(t, twilio.Config{From: number}, func(w http.ResponseWriter, r *http.Request) {
			if c.retry != "" {
				w.Header().Set("Retry-After", c.retry)
			}
			w.WriteHeader(c.status)
			if c.code == 0 {
				io.WriteString(w, "<html>bad gateway</html>")
				return
			}
			fmt.Fprintf(w, `{"code":%d,"message":"to +6281255501000","status":%d}`, c.code, c.status)
		})
		_, err := a.Send(t.Context(), out)
		var e *channels.Error
		if !errors.As(err, &e) || e.Kind != c.kind || e.RetryAfter != c.wait || strings.Contains(err.Error(), "0125550") {
			t.Errorf("%d %d: %v after %v, want %s after %v", c.status, c.code, err, e.RetryAfter, c.kind, c.wait)
		}
	}
}

func TestBrokenAnswersAreUnknown(t *testing.T) {
	for name, answer := range map[string]string{"cut": `{"sid":"SM`, "empty": "", "nameless": `{}`, "endless": strings.Repeat(" ", 5<<20)} {
		a := scripted(t, twilio.Config{From: number}, func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, answer)
		})
		if _, err := a.Send(t.Context(), out); channels.KindOf(err) != channels.UnknownSent {
			t.Errorf("%s: %v, want kind unknown", name, err)
		}
	}
}

func TestSendersAndCallback(t *testing.T) {
	for _, c := range []struct {
		config            twilio.Config
		from, service, to string
	}{
		{twilio.Config{From: number}, number, "", "+6281255501000"},
		{twilio.Config{From: "JAKARTA"}, "JAKARTA", "", "+6281255501000"},
		{twilio.Config{From: "MG00000000000000000000000000000001"}, "", "MG00000000000000000000000000000001", "+6281255501000"},
		{twilio.Config{From: number, WhatsApp: true}, "whatsapp:" + number, "", "whatsapp:+6281255501000"},
	} {
		var got map[string][]string
		a := scripted(t, c.config, func(w http.ResponseWriter, r *http.Request) {
			r.ParseForm()
			got = r.PostForm
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, `{"sid":"SM1","status":"accepted","num_segments":"0","body":"Laporan diterima"}`)
		})
		receipt, err := a.Send(t.Context(), out)
		if err != nil {
			t.Fatal(err)
		}
		one := func(key string) string { return strings.Join(got[key], "|") }
		if one("From") != c.from || one("MessagingServiceSid") != c.service || one("To") != c.to ||
			one("StatusCallback") != public+"/channels/twilio/status?key=k-1" {
			t.Errorf("%s: sent %v", c.config.From, got)
		}
		if want := 1; !c.config.WhatsApp && receipt.Segments != want {
			t.Errorf("%d segments, want %d", receipt.Segments, want)
		}
	}
	a := scripted(t, twilio.Config{From: number}, func(w http.ResponseWriter, r *http.Request) { t.Error("called") })
	for _, value := range []string{"", "TELKOMSEL", "12345678"} {
		o := out
		o.To.Value = value
		if _, err := a.Send(t.Context(), o); channels.KindOf(err) != channels.Unreachable {
			t.Errorf("to %q: %v", value, err)
		}
	}
}

func TestFindGoesByTwiliosClock(t *testing.T) {
	now := time.Now()
	entry := func(at time.Time, direction, body string) map[string]any {
		return map[string]any{"sid": "SM" + body[:1] + direction[:1], "body": body, "direction": direction, "status": "delivered", "num_segments": "1", "date_created": at.UTC().Format(time.RFC1123Z)}
	}
	for _, c := range []struct {
		name  string
		skew  time.Duration // of Twilio's clock
		entry map[string]any
		found bool
	}{
		{"just sent", 0, entry(now, "outbound-api", out.Text), true},
		{"before the attempt", 0, entry(now.Add(-time.Minute), "outbound-api", out.Text), false},
		{"before the attempt, by a clock that is ahead", time.Hour, entry(now.Add(time.Hour-time.Minute), "outbound-api", out.Text), false},
		{"just sent, by a clock that is behind", -time.Hour, entry(now.Add(-time.Hour), "outbound-api", out.Text), true},
		{"another text", 0, entry(now, "outbound-api", "Lain"), false},
		{"the citizen's own", 0, entry(now, "inbound", out.Text), false},
	} {
		a := scripted(t, twilio.Config{From: number}, func(w http.ResponseWriter, r *http.Request) {
			if to := r.URL.Query().Get("To"); to != out.To.Value {
				t.Errorf("asked for %q", to)
			}
			w.Header().Set("Date", now.Add(c.skew).UTC().Format(http.TimeFormat))
			json.NewEncoder(w).Encode(map[string]any{"messages": []any{c.entry}})
		})
		receipt, found, err := a.Find(t.Context(), out, now)
		if err != nil || found != c.found || found && receipt.State != channels.Delivered {
			t.Errorf("%s: %v %v %v", c.name, receipt, found, err)
		}
	}
}

func TestFetch(t *testing.T) {
	p := newPlatform(t, twilio.Config{From: number})
	a := p.Adapter(t, http.DefaultClient, slog.New(slog.DiscardHandler))
	inbox := &last{}
	p.Connect(a.(channels.Webhook).Handler(inbox))
	picture := []byte("\xff\xd8 a picture")
	if _, err := p.Twilio.Write(t.Context(), "+6281255501000", "", sim.TwilioMedia{Type: "image/jpeg", Data: picture}); err != nil {
		t.Fatal(err)
	}
	r, err := a.(channels.Fetcher).Fetch(t.Context(), inbox.in.Media[0].Ref)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, picture) {
		t.Errorf("fetched %q, %v", got, err)
	}
	for ref, want := range map[string]channels.ErrorKind{"MM1/ME1": channels.Rejected, "elsewhere/0": channels.Rejected, "../../x": channels.Rejected} {
		if _, err := a.(channels.Fetcher).Fetch(t.Context(), ref); channels.KindOf(err) != want {
			t.Errorf("Fetch(%q): %v", ref, err)
		}
	}
}

// last keeps the last message.
type last struct {
	channels.Inbox
	in channels.Inbound
}

func (l *last) Accept(_ context.Context, in ...channels.Inbound) error {
	l.in = in[len(in)-1]
	return nil
}

func TestFetchKeepsCredentialsAtHome(t *testing.T) {
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { t.Error("a stranger was called") }))
	defer stranger.Close()
	a := scripted(t, twilio.Config{From: number}, func(w http.ResponseWriter, r *http.Request) {
		if user, _, _ := r.BasicAuth(); user != account {
			t.Error("the API was asked without credentials")
		}
		http.Redirect(w, r, stranger.URL, http.StatusTemporaryRedirect)
	})
	if _, err := a.Fetch(t.Context(), "MM1/ME1"); channels.KindOf(err) != channels.Rejected {
		t.Errorf("a redirect elsewhere: %v", err)
	}
	endless := scripted(t, twilio.Config{From: number}, func(w http.ResponseWriter, r *http.Request) {
		for range 21 << 10 {
			if _, err := w.Write(make([]byte, 1<<10)); err != nil {
				return
			}
		}
	})
	r, err := endless.Fetch(t.Context(), "MM1/ME1")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.Copy(io.Discard, r); channels.KindOf(err) != channels.Rejected {
		t.Errorf("endless media: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	good := twilio.Config{AccountSID: account, AuthToken: token, From: number, PublicURL: public}
	for name, change := range map[string]func(*twilio.Config){
		"no account":   func(c *twilio.Config) { c.AccountSID = "" },
		"no token":     func(c *twilio.Config) { c.AuthToken = "" },
		"odd token":    func(c *twilio.Config) { c.AuthToken = "a b" },
		"no sender":    func(c *twilio.Config) { c.From = "" },
		"no public":    func(c *twilio.Config) { c.PublicURL = "" },
		"odd api":      func(c *twilio.Config) { c.APIURL = "ftp://x" },
		"many parts":   func(c *twilio.Config) { c.MaxSegments = 11 },
		"broken URL":   func(c *twilio.Config) { c.PublicURL = "https://%zz" },
		"hostless URL": func(c *twilio.Config) { c.PublicURL = "https://" },
	} {
		c := good
		change(&c)
		if _, err := twilio.New("x", c, nil, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := twilio.New("x", good, nil, slog.New(slog.DiscardHandler)); err != nil {
		t.Error(err)
	}
}
