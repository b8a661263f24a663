package gateway

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/channels"
)

var out = channels.Outbound{Key: "k-1", To: channels.Address{Kind: channels.Tel, Value: "+6281255501000"}, Text: `baris "satu" & <dua>`, Thread: "operator-2"}

func at(t *testing.T, c Config, answer http.HandlerFunc) *Adapter {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	c.SendURL = server.URL + "/send"
	return adapter(t, c)
}

func TestTemplates(t *testing.T) {
	type seen struct{ Method, Query, Body, Type, Auth string }
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   seen
	}{
		{
			"form", func(c *Config) { c.Send = Send{Body: "to={to}&text={text}", Plain: true} },
			seen{"POST", "", "to=6281255501000&text=baris+%22satu%22+%26+%3Cdua%3E", "application/x-www-form-urlencoded", ""},
		},
		{"JSON", func(c *Config) {
			c.Send = Send{Body: `{"phone":"{to}","text":"{text}","hook":"{status_url}"}`, ContentType: "application/json", Header: map[string]string{"Authorization": "Bearer {password}"}}
		}, seen{"POST", "", `{"phone":"+6281255501000","text":"baris \"satu\" \u0026 \u003cdua\u003e","hook":"https://lapor.example.go.id/channels/smsc/status?key=k-1"}`, "application/json", "Bearer pw"}},
		{"XML", func(c *Config) {
			c.Send = Send{Query: "u={username}", Body: "<sms to='{to}'>{text}</sms>", ContentType: "text/xml"}
		}, seen{"POST", "u=u%26", "<sms to='+6281255501000'>baris &#34;satu&#34; &amp; &lt;dua&gt;</sms>", "text/xml", ""}},
		{
			"get by the citizen's own centre", func(c *Config) { c.Send, c.SMSC = Send{Query: "c={smsc}&k={key}&t={text}&d={coding}"}, "*" },
			seen{"GET", "c=operator-2&k=k-1&t=baris+%22satu%22+%26+%3Cdua%3E&d=0", "", "", ""},
		},
	} {
		var got seen
		config := own
		config.Username, config.Password = "u&", "pw"
		c.change(&config)
		a := at(t, config, func(w http.ResponseWriter, r *http.Request) {
			if r.TransferEncoding != nil {
				t.Errorf("%s: the body comes in %v", c.name, r.TransferEncoding)
			}
			body, _ := io.ReadAll(r.Body)
			got = seen{r.Method, r.URL.RawQuery, string(body), r.Header.Get("Content-Type"), r.Header.Get("Authorization")}
		})
		if _, err := a.Send(t.Context(), out); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestAnswersHaveKinds(t *testing.T) {
	custom := own
	custom.Send.Accepted, custom.Send.MessageID = `^OK`, `^OK ([0-9]+)`
	custom.Send.Failures = []Failure{{Status: 200, Match: "credit", Kind: channels.Suspended, Reason: "no credit"}}
	for _, c := range []struct {
		name   string
		config Config
		status int
		body   string
		kind   channels.ErrorKind // "" for accepted
		id     string
	}{
		{"accepted", preset, 202, "0: Accepted for delivery", "", "k-1"},
		{"queued", preset, 202, "3: Queued for later delivery", "", "k-1"},
		{"a page of a proxy", preset, 200, "<html>maintenance</html>", channels.Temporary, ""},
		{"wrong password", preset, 403, "Authorization failed for sendsms", channels.Suspended, ""},
		{"not routable", preset, 403, "Not routable. Do not try again.", channels.Unreachable, ""},
		{"on a black list", preset, 403, "Number(s) has/have been denied by white- and/or black-lists.", channels.Unreachable, ""},
		{"no sender", preset, 400, "Sender missing and no global set, rejected", channels.Suspended, ""},
		{"odd field", preset, 400, "Coding field misformed, rejected", channels.Rejected, ""},
		{"busy", preset, 503, "Temporal failure, try again later.", channels.Temporary, ""},
		{"too fast", preset, 429, "", channels.Throttled, ""},
		{"proxy gave up", preset, 504, "", channels.UnknownSent, ""},
		{"proxy found nobody", preset, 502, "", channels.Temporary, ""},
		{"moved", preset, 301, "", channels.Suspended, ""},
		{"wrong path", preset, 404, "", channels.Suspended, ""},
		{"own id", custom, 200, "OK 77", "", "77"},
		{"own failure", custom, 200, "no credit", channels.Suspended, ""},
		{"own unknown", custom, 200, "what?", channels.Temporary, ""},
	} {
		a := at(t, c.config, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(c.status)
			io.WriteString(w, c.body)
		})
		receipt, err := a.Send(t.Context(), out)
		if c.kind == "" {
			if err != nil || receipt.MessageID != c.id || receipt.State != channels.Sent || receipt.Segments != 1 {
				t.Errorf("%s: %+v, %v", c.name, receipt, err)
			}
			continue
		}
		var e *channels.Error
		if !errors.As(err, &e) || e.Kind != c.kind || c.kind == channels.Throttled && e.RetryAfter != time.Second {
			t.Errorf("%s: %v, want kind %s", c.name, err, c.kind)
		}
	}
}

// TestNeverRepeatsByItself: net/http repeats a GET when a kept connection breaks; an SMS must not be.
func TestNeverRepeatsByItself(t *testing.T) {
	var calls atomic.Int32
	a := at(t, preset, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			io.WriteString(w, "0: Accepted for delivery")
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	})
	if _, err := a.Send(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Send(t.Context(), out); channels.KindOf(err) != channels.UnknownSent {
		t.Errorf("a broken connection: %v", err)
	}
	if n := calls.Load(); n != 2 {
		t.Errorf("%d calls for 2 attempts", n)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"unknown preset":      func(c *Config) { c.Preset = "android" },
		"no secret":           func(c *Config) { c.Secret = "" },
		"no sender":           func(c *Config) { c.From = "" },
		"odd send_url":        func(c *Config) { c.SendURL = "127.0.0.1:13013" },
		"no public_url":       func(c *Config) { c.PublicURL = "" },
		"no text":             func(c *Config) { c.Send.Body = "to={to}" },
		"odd placeholder":     func(c *Config) { c.Send.Body += "{recipient}" },
		"odd pattern":         func(c *Config) { c.Send.Accepted = "(" },
		"odd kind":            func(c *Config) { c.Send.Failures = []Failure{{Kind: "sad"}} },
		"odd state":           func(c *Config) { c.Status.States = map[string]channels.DeliveryState{"1": "read"} },
		"no way to prove":     func(c *Config) { c.Auth = Auth{} },
		"no field of sender":  func(c *Config) { c.Receive.From = "" },
		"odd method":          func(c *Config) { c.Send.Method = "PUT" },
		"too many segments":   func(c *Config) { c.MaxSegments = 256 },
		"negative per second": func(c *Config) { c.PerSecond = -1 },
	} {
		c := own
		change(&c)
		if _, err := New("smsc", c, nil, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "smsc") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
