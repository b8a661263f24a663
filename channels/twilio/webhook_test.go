package twilio_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tanggap/channels"
	"tanggap/channels/channeltest"
	"tanggap/channels/twilio"
	"tanggap/internal/sim"
)

// call posts form to the webhook of a fresh adapter as Twilio does, and returns what came of it.
func call(t *testing.T, path string, form url.Values) (int, string, *channeltest.Inbox) {
	t.Helper()
	p := newPlatform(t, twilio.Config{From: number})
	signer := sim.NewTwilio(sim.TwilioOptions{AccountSID: account, AuthToken: token, Number: number, Webhook: public + "/channels/twilio" + path})
	defer signer.Close()
	req, err := signer.Call(t.Context(), form)
	if err != nil {
		t.Fatal(err)
	}
	inbox := channeltest.NewInbox()
	w := httptest.NewRecorder()
	p.Adapter(t, http.DefaultClient, slog.New(slog.DiscardHandler)).(channels.Webhook).Handler(inbox).ServeHTTP(w, below(req))
	for _, wrong := range inbox.Broken() {
		t.Error(wrong)
	}
	return w.Code, w.Body.String(), inbox
}

func message(extra ...string) url.Values {
	form := url.Values{"MessageSid": {"SM1"}, "From": {"+6281255501000"}, "To": {number}, "Body": {"lampu mati"}, "NumMedia": {"0"}}
	for i := 0; i < len(extra); i += 2 {
		form[extra[i]] = []string{extra[i+1]}
	}
	return form
}

func TestInbound(t *testing.T) {
	citizen := channels.Address{Kind: channels.Tel, Value: "+6281255501000"}
	plain := channels.Inbound{Account: "twilio", Kind: channels.Message, EventID: "SM1", MessageID: "SM1", From: citizen, Text: "lampu mati"}
	with := func(f func(*channels.Inbound)) channels.Inbound { in := plain; f(&in); return in }
	for _, c := range []struct {
		name string
		form url.Values
		want channels.Inbound
	}{
		{"plain", message(), plain},
		{"only the older names", url.Values{"SmsSid": {"SM1"}, "From": {"+6281255501000"}, "Body": {"lampu mati"}}, plain},
		{"short code", message("From", "1708"), with(func(in *channels.Inbound) { in.From.Value = "1708" })},
		{"alphanumeric sender", message("From", "TELKOMSEL"), with(func(in *channels.Inbound) { in.From.Value, in.Mute = "TELKOMSEL", true })},
		{"stop", message("Body", "Stop."), with(func(in *channels.Inbound) { in.Text, in.Kind = "Stop.", channels.Blocked })},
		{"Twilio's own stop word", message("Body", "QUIT"), with(func(in *channels.Inbound) { in.Text, in.Kind = "QUIT", channels.Blocked })},
		{"Twilio says so", message("Body", "cukup", "OptOutType", "STOP"), with(func(in *channels.Inbound) { in.Text, in.Kind = "cukup", channels.Blocked })},
		{"start", message("Body", "start"), with(func(in *channels.Inbound) { in.Text, in.Kind = "start", channels.Unblocked })},
		{"a complaint that begins with stop", message("Body", "Stop buang sampah"), with(func(in *channels.Inbound) { in.Text = "Stop buang sampah" })},
		{
			"WhatsApp name and place", message("From", "whatsapp:+6281255501000", "ProfileName", "Sari", "Latitude", "-6.2", "Longitude", "106.85", "Label", "SDN 01", "Address", "Tebet"),
			with(func(in *channels.Inbound) {
				in.Name, in.Point = "Sari", &channels.Point{Lat: -6.2, Lng: 106.85, Label: "SDN 01\nTebet"}
			}),
		},
		{"a place off the globe", message("Latitude", "NaN", "Longitude", "500"), plain},
		{"WhatsApp button", message("Body", "Sudah", "ButtonPayload", "done", "OriginalRepliedMessageSid", "SM0"), with(func(in *channels.Inbound) {
			in.Kind, in.Choice, in.Text, in.MessageID, in.ReplyTo = channels.Button, "done", "Sudah", "SM0", []string{"SM0"}
		})},
		{
			"media keep their ids only", message("Body", "", "NumMedia", "2", "MediaContentType0", "image/jpeg",
				"MediaUrl0", "https://user:secret@api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1",
				"MediaContentType1", "image/png", "MediaUrl1", "https://evil.example/x?token=1"),
			with(func(in *channels.Inbound) {
				in.Text, in.Media = "", []channels.Media{{Ref: "MM1/ME1", Type: "image/jpeg"}, {Ref: "elsewhere/1", Type: "image/png"}}
			}),
		},
		{"no sender", message("From", " "), channels.Inbound{Account: "twilio", Kind: channels.Unknown}},
		{"no message", url.Values{"Body": {"x"}}, channels.Inbound{Account: "twilio", Kind: channels.Unknown}},
	} {
		code, body, inbox := call(t, "", c.form)
		if code != http.StatusOK || !strings.HasSuffix(body, "<Response/>") {
			t.Errorf("%s: %d %q", c.name, code, body)
			continue
		}
		got := inbox.Messages()[0]
		ignore := cmpopts.IgnoreFields(channels.Inbound{}, "Raw", "RawType")
		if c.want.Kind == channels.Unknown {
			ignore = cmpopts.IgnoreFields(channels.Inbound{}, "Raw", "RawType", "EventID", "From", "Mute")
		}
		if diff := cmp.Diff(c.want, got, ignore); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestStatus(t *testing.T) {
	for _, c := range []struct {
		name, status, code string
		want               *channels.Report
	}{
		{"queued says nothing new", "queued", "", nil},
		{"sent", "sent", "", &channels.Report{State: channels.Sent}},
		{"delivered", "delivered", "", &channels.Report{State: channels.Delivered}},
		{"read", "read", "", &channels.Report{State: channels.Delivered}},
		{"unreachable", "undelivered", "30005", &channels.Report{State: channels.Failed, Kind: channels.Unreachable, Code: "30005", Reason: "the number is unknown or out of service"}},
		{"filtered", "undelivered", "30007", &channels.Report{State: channels.Failed, Kind: channels.Rejected, Code: "30007", Reason: "the carrier filtered the message as spam"}},
		{"a code of tomorrow", "failed", "39999", &channels.Report{State: channels.Failed, Kind: channels.Temporary, Code: "39999", Reason: "Twilio's code 39999"}},
		{"no code", "failed", "", &channels.Report{State: channels.Failed, Kind: channels.Temporary, Reason: "Twilio gave no reason"}},
	} {
		form := url.Values{"MessageSid": {"SM9"}, "MessageStatus": {c.status}, "To": {"+6281255501000"}}
		if c.code != "" {
			form.Set("ErrorCode", c.code)
		}
		code, _, inbox := call(t, "/status?key=k-1", form)
		if code != http.StatusNoContent {
			t.Errorf("%s: answered %d", c.name, code)
		}
		reports := inbox.Reports()
		if c.want == nil {
			if len(reports) != 0 {
				t.Errorf("%s: %v", c.name, reports)
			}
			continue
		}
		c.want.Account, c.want.EventID, c.want.MessageID, c.want.Key = "twilio", "SM9:"+c.status, "SM9", "k-1"
		if diff := cmp.Diff([]channels.Report{*c.want}, reports, cmpopts.IgnoreFields(channels.Report{}, "At")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestStatusAtTheWrongPathOpensNothing(t *testing.T) {
	code, _, inbox := call(t, "", url.Values{"MessageSid": {"SM9"}, "MessageStatus": {"delivered"}, "From": {number}, "To": {"+6281255501000"}})
	if code != http.StatusNoContent || len(inbox.Messages()) != 0 || len(inbox.Reports()) != 1 {
		t.Errorf("answered %d: %v, %v", code, inbox.Messages(), inbox.Reports())
	}
	if _, _, inbox := call(t, "", message("Body", "MessageStatus=1")); len(inbox.Messages()) != 1 {
		t.Error("a citizen's words were taken for a status")
	}
}

// failing refuses everything.
type failing struct{ channels.Inbox }

func (failing) Accept(context.Context, ...channels.Inbound) error { return errors.New("no") }
func (failing) Report(context.Context, channels.Report) error     { return errors.New("no") }

func TestRefusals(t *testing.T) {
	p := newPlatform(t, twilio.Config{From: number})
	h := p.Adapter(t, http.DefaultClient, slog.New(slog.DiscardHandler)).(channels.Webhook).Handler(failing{})
	status := sim.NewTwilio(sim.TwilioOptions{AuthToken: token, Webhook: public + "/channels/twilio/status"})
	defer status.Close()
	delivered, err := status.Call(t.Context(), url.Values{"MessageSid": {"SM1"}, "MessageStatus": {"delivered"}})
	if err != nil {
		t.Fatal(err)
	}
	stolen := below(delivered.Clone(t.Context())) // a status call's signature is worth nothing at "/"
	stolen.URL.Path = "/"
	stolen.Body = io.NopCloser(strings.NewReader("MessageSid=SM1&MessageStatus=delivered"))
	for name, c := range map[string]struct {
		req  *http.Request
		want int
	}{
		"message":              {p.Signed(t, 0), http.StatusServiceUnavailable},
		"status":               {below(delivered), http.StatusServiceUnavailable},
		"unsigned":             {httptest.NewRequest(http.MethodPost, "/", strings.NewReader("MessageSid=SM1")), http.StatusForbidden},
		"unsigned status":      {httptest.NewRequest(http.MethodPost, "/status", strings.NewReader("MessageSid=SM1")), http.StatusForbidden},
		"signed for elsewhere": {stolen, http.StatusForbidden},
		"get":                  {httptest.NewRequest(http.MethodGet, "/", nil), http.StatusMethodNotAllowed},
		"elsewhere":            {httptest.NewRequest(http.MethodPost, "/other", nil), http.StatusNotFound},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, c.req)
		if w.Code != c.want {
			t.Errorf("%s: answered %d, want %d", name, w.Code, c.want)
		}
	}
}
