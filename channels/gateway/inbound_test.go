package gateway

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tanggap/channels"
	"tanggap/channels/channeltest"
)

const secret = "s3cret"

// preset is an account behind a Kannel, own one behind a gateway that posts JSON signed with HMAC.
var (
	preset = Config{Preset: "kannel", SendURL: "http://127.0.0.1:1/cgi-bin/sendsms", From: "1708", Secret: secret, PublicURL: "https://lapor.example.go.id"}
	own    = Config{
		SendURL: "http://127.0.0.1:1/send", From: "+6281100000", Secret: secret, PublicURL: "https://lapor.example.go.id",
		Send:    Send{Body: `{"to":"{to}","text":"{text}"}`, ContentType: "application/json"},
		Auth:    Auth{HMAC: "X-Signature", Header: "Authorization"},
		Receive: Receive{From: "payload.sender", Text: "payload.message", ID: "id", Time: "payload.at", TimeFormat: time.RFC3339},
		Status: Status{
			MessageID: "payload.ref", State: "event", Detail: "payload.why",
			States:   map[string]channels.DeliveryState{"ok": channels.Delivered, "no": channels.Failed},
			Failures: []Failure{{Match: "^blocked", Kind: channels.Unreachable, Reason: "blocked"}},
		},
	}
)

func adapter(t testing.TB, c Config) *Adapter {
	t.Helper()
	a, err := New("smsc", c, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// deliver makes one call and returns its status and what came of it.
func deliver(t *testing.T, a *Adapter, req *http.Request) (int, *channeltest.Inbox) {
	t.Helper()
	inbox := channeltest.NewInbox()
	w := httptest.NewRecorder()
	a.Handler(inbox).ServeHTTP(w, req)
	if w.Code == http.StatusOK && w.Body.Len() > 0 {
		t.Errorf("answered with %q, which would go to the citizen", w.Body)
	}
	for _, wrong := range inbox.Broken() {
		t.Error(wrong)
	}
	return w.Code, inbox
}

func form(target, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func TestInbound(t *testing.T) {
	from := channels.Address{Kind: channels.Tel, Value: "+6281255501000"}
	plain := channels.Inbound{Account: "smsc", Kind: channels.Message, EventID: "m1", MessageID: "m1", From: from, Text: "halo"}
	with := func(f func(*channels.Inbound)) channels.Inbound { in := plain; f(&in); return in }
	get := func(query string) *http.Request {
		return httptest.NewRequest(http.MethodGet, "/?secret=s3cret&"+query, nil)
	}
	for _, c := range []struct {
		name string
		req  *http.Request
		want channels.Inbound
	}{
		{"get", get("from=081255501000&text=halo&id=m1"), plain},
		{"post", form("/", "secret=s3cret&from=081255501000&text=halo&id=m1"), plain},
		{"secret in the query, the rest in the form", form("/?secret=s3cret", "from=081255501000&text=halo&id=m1"), plain},
		{"time", get("from=081255501000&text=halo&id=m1&time=1767225600"), with(func(in *channels.Inbound) { in.SentAt = time.Unix(1767225600, 0).UTC() })},
		{"UCS-2", get("from=081255501000&text=%00h%D8%3D%DE%00&id=m1&coding=2&charset=UTF-16BE"), with(func(in *channels.Inbound) { in.Text = "h😀" })},
		{"short code", get("from=8999&text=halo&id=m1"), with(func(in *channels.Inbound) { in.From.Value = "8999" })},
		{"alphanumeric", get("from=PLN&text=halo&id=m1"), with(func(in *channels.Inbound) { in.From.Value, in.Mute = "PLN", true })},
		{"a part keeps its spaces", get("from=081255501000&text=halo+&id=m1&udh=%05%00%03%07%02%01"), with(func(in *channels.Inbound) {
			in.Text, in.Album, in.Part, in.Parts = "halo ", "07:2", 1, 2
		})},
		{"a part that reads STOP", get("from=081255501000&text=STOP&id=m1&udh=050003070202"), with(func(in *channels.Inbound) {
			in.Text, in.Album, in.Part, in.Parts = "STOP", "07:2", 2, 2
		})},
		{"empty text", get("from=081255501000&text=&id=m1"), with(func(in *channels.Inbound) { in.Text = "" })},
		{"no text at all", get("from=081255501000&id=m1"), channels.Inbound{Account: "smsc", Kind: channels.Unknown}},
		{"no sender", get("text=halo&id=m1"), channels.Inbound{Account: "smsc", Kind: channels.Unknown}},
		{"nothing", get(""), channels.Inbound{Account: "smsc", Kind: channels.Unknown}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inbox := channeltest.NewInbox()
			w := httptest.NewRecorder()
			adapter(t, preset).Handler(inbox).ServeHTTP(w, c.req)
			if w.Code != http.StatusOK || w.Body.Len() > 0 || len(inbox.Messages()) != 1 {
				t.Fatalf("answered %d with %q", w.Code, w.Body)
			}
			got := inbox.Messages()[0]
			if strings.Contains(string(got.Raw), secret) {
				t.Errorf("the secret is kept in %q", got.Raw)
			}
			ignore := cmpopts.IgnoreFields(channels.Inbound{}, "Raw", "RawType")
			if c.want.Kind == channels.Unknown {
				ignore = cmpopts.IgnoreFields(channels.Inbound{}, "Raw", "RawType", "EventID", "From", "Mute")
			}
			if diff := cmp.Diff(c.want, got, ignore); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEventsWithoutIDs(t *testing.T) {
	a := adapter(t, preset)
	now := time.Date(2026, 3, 17, 10, 30, 0, 0, time.UTC)
	event := func(query string, at time.Time) string {
		return a.inbound(read(httptest.NewRequest(http.MethodGet, "/?"+query, nil), nil, "secret"), at).EventID
	}
	base := event("from=0812555010&text=sudah&time=1767225600", now)
	if base == "" || base != event("from=0812555010&text=sudah&time=1767225600", now.Add(48*time.Hour)) {
		t.Error("a repetition is another event")
	}
	for _, other := range []string{"from=0812555010&text=sudah&time=1767225601", "from=0812555011&text=sudah&time=1767225600", "from=0812555010&text=belum&time=1767225600"} {
		if event(other, now) == base {
			t.Errorf("%s is the same event", other)
		}
	}
	timeless := "from=0812555010&text=sudah"
	if event(timeless, now) != event(timeless, now.Add(10*time.Minute)) || event(timeless, now) == event(timeless, now.Add(24*time.Hour)) {
		t.Error("without a time, the hour of arrival does not tell events apart")
	}
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		name, query string
		want        *channels.Report
	}{
		{"delivered", "key=k-1&state=1&time=1767225600", &channels.Report{EventID: "k-1:1", State: channels.Delivered}},
		{"accepted by the centre", "key=k-1&state=8&detail=ACK/", &channels.Report{EventID: "k-1:8", State: channels.Sent}},
		{"expired", "key=k-1&state=2&detail=id:1+stat:EXPIRED+err:027+text:Laporan", &channels.Report{EventID: "k-1:2", State: channels.Failed, Kind: channels.Temporary, Code: "027", Reason: "the phone could not be reached in time"}},
		{"undeliverable", "key=k-1&state=2&detail=id:1+stat:UNDELIV+err:1", &channels.Report{EventID: "k-1:2", State: channels.Failed, Kind: channels.Unreachable, Code: "1", Reason: "the operator could not deliver the message"}},
		{"refused", "key=k-1&state=16&detail=NACK/11/Invalid", &channels.Report{EventID: "k-1:16", State: channels.Failed, Kind: channels.Rejected, Code: "16", Reason: "the operator refused the message"}},
		{"failed, no more said", "key=k-1&state=2", &channels.Report{EventID: "k-1:2", State: channels.Failed, Kind: channels.Unreachable, Code: "2", Reason: "the operator could not deliver the message"}},
		{"no key", "state=1", nil},
		{"odd state", "key=k-1&state=77", nil},
	} {
		code, inbox := deliver(t, adapter(t, preset), httptest.NewRequest(http.MethodGet, "/status?secret=s3cret&"+c.query, nil))
		if code != http.StatusOK {
			t.Errorf("%s: answered %d", c.name, code)
		}
		if c.want == nil {
			if len(inbox.Reports()) != 0 {
				t.Errorf("%s: %v", c.name, inbox.Reports())
			}
			continue
		}
		c.want.Account, c.want.MessageID, c.want.Key = "smsc", "k-1", "k-1"
		if diff := cmp.Diff([]channels.Report{*c.want}, inbox.Reports(), cmpopts.IgnoreFields(channels.Report{}, "At")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestJSONWithHMAC(t *testing.T) {
	a := adapter(t, own)
	body := `{"id":12345678901234567890,"payload":{"sender":"+6281255501000","message":"halo \"dunia\"","at":"2026-03-17T10:00:00+07:00"}}`
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	sum := mac.Sum(nil)
	call := func(path, body, header, value string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(header, value)
		return r
	}
	for name, c := range map[string]struct {
		req  *http.Request
		want int
	}{
		"hex":                  {call("/", body, "X-Signature", hex.EncodeToString(sum)), 200},
		"prefixed":             {call("/", body, "X-Signature", "sha256="+hex.EncodeToString(sum)), 200},
		"base64":               {call("/", body, "X-Signature", base64.StdEncoding.EncodeToString(sum)), 200},
		"header":               {call("/", body, "Authorization", "Bearer "+secret), 200},
		"another body":         {call("/", body+" ", "X-Signature", hex.EncodeToString(sum)), 403},
		"no signature":         {call("/", body, "X", ""), 403},
		"the secret as a sum":  {call("/", body, "X-Signature", secret), 403},
		"empty body":           {call("/", "", "X-Signature", hex.EncodeToString(hmac.New(sha256.New, []byte(secret)).Sum(nil))), 403},
		"secret in the query":  {call("/?secret="+secret, body, "X", ""), 403},
		"the word Bearer only": {call("/", body, "Authorization", "Bearer "), 403},
	} {
		code, inbox := deliver(t, a, c.req)
		if code != c.want {
			t.Errorf("%s: answered %d, want %d", name, code, c.want)
		}
		if c.want != 200 {
			if inbox.Calls() != 0 {
				t.Errorf("%s: reached the Inbox", name)
			}
			continue
		}
		m := inbox.Messages()[0]
		if m.Text != `halo "dunia"` || m.EventID != "12345678901234567890" || m.From.Value != "+6281255501000" || !m.SentAt.Equal(time.Date(2026, 3, 17, 3, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: %+v", name, m)
		}
	}
	_, inbox := deliver(t, a, call("/status", `{"event":"no","payload":{"ref":"g-9","why":"blocked by user"}}`, "Authorization", secret))
	want := channels.Report{Account: "smsc", EventID: "g-9:no", MessageID: "g-9", State: channels.Failed, Kind: channels.Unreachable, Code: "no", Reason: "blocked"}
	if diff := cmp.Diff([]channels.Report{want}, inbox.Reports(), cmpopts.IgnoreFields(channels.Report{}, "At")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

type refusing struct{ channels.Inbox }

func (refusing) Accept(context.Context, ...channels.Inbound) error { return errors.New("no") }
func (refusing) Report(context.Context, channels.Report) error     { return errors.New("no") }

func TestRefusals(t *testing.T) {
	h := adapter(t, preset).Handler(refusing{})
	long := strings.Repeat("x", MaxBody+1)
	for name, c := range map[string]struct {
		req  *http.Request
		want int
	}{
		"message":     {httptest.NewRequest(http.MethodGet, "/?secret=s3cret&from=0812&text=x", nil), 503},
		"receipt":     {httptest.NewRequest(http.MethodGet, "/status?secret=s3cret&key=k&state=1", nil), 503},
		"no secret":   {httptest.NewRequest(http.MethodGet, "/?from=0812&text=x", nil), 403},
		"wrong":       {httptest.NewRequest(http.MethodGet, "/status?secret=s3cre&key=k&state=1", nil), 403},
		"long query":  {httptest.NewRequest(http.MethodGet, "/?secret=s3cret&text="+long, nil), 413},
		"long body":   {form("/?secret=s3cret", long), 413},
		"put":         {httptest.NewRequest(http.MethodPut, "/?secret=s3cret", nil), 405},
		"other path":  {httptest.NewRequest(http.MethodGet, "/x?secret=s3cret", nil), 404},
		"JSON secret": {httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"secret":"s3cret"}`)), 503},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, c.req)
		if w.Code != c.want {
			t.Errorf("%s: answered %d, want %d", name, w.Code, c.want)
		}
	}
}

func FuzzInbound(f *testing.F) {
	f.Add("secret=s3cret&from=%2B62812&text=halo&id=1&udh=%05%00%03%07%02%01&coding=2", "", "")
	f.Add("secret=s3cret", `{"payload":{"sender":1,"message":[1]},"id":{"x":null}}`, "application/json")
	f.Add("secret=s3cret", "from=%zz&text=;", "application/x-www-form-urlencoded")
	kannel, json := adapter(f, preset), adapter(f, own)
	f.Fuzz(func(t *testing.T, query, body, contentType string) {
		r := &http.Request{Method: http.MethodPost, Header: http.Header{"Content-Type": {contentType}}}
		r.URL = httptest.NewRequest(http.MethodGet, "/", nil).URL
		r.URL.RawQuery = query
		for _, a := range []*Adapter{kannel, json} {
			d := read(r, []byte(body), a.config.Auth.Field)
			in := a.inbound(d, time.Now())
			if in.EventID == "" || in.Kind == "" || len(in.Raw) == 0 || in.RawType == "" || !utf8.ValidString(in.Text) {
				t.Fatalf("%+v", in)
			}
			if in.Kind == channels.Message && (in.From.Value == "" || in.MessageID == "") {
				t.Fatalf("%+v", in)
			}
			a.delivered(d, time.Now())
		}
	})
}
