package sim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"tanggap/internal/sim"
)

// hook is a webhook that refuses the first calls, then gives the answer, and tells what it was called with.
func hook(t *testing.T, refuse int32, answer string) (string, chan url.Values) {
	t.Helper()
	calls := make(chan url.Values, 100)
	var seen atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		calls <- r.Form
		if seen.Add(1) <= refuse {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, answer)
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

func TestGatewayKeepsItsBounds(t *testing.T) {
	address, _ := hook(t, 0, "")
	g := sim.NewGateway(sim.GatewayOptions{Number: "1708", GetURL: address + "/?t=%b", Keep: 3})
	defer g.Close()
	var ids []string
	for range 5 {
		id, err := g.Write(t.Context(), "+628125550100", "halo")
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if n := len(g.Messages()); n != 3 {
		t.Errorf("%d messages are kept, want 3", n)
	}
	if g.Redeliver(t.Context(), ids[0]) == nil {
		t.Error("a forgotten message was delivered again")
	}
}

func TestGatewaySendsItsServicesAnswerOn(t *testing.T) {
	address, _ := hook(t, 0, "OK")
	g := sim.NewGateway(sim.GatewayOptions{Number: "1708", GetURL: address + "/?t=%b"})
	defer g.Close()
	if _, err := g.Write(t.Context(), "+628125550100", "halo"); err != nil {
		t.Fatal(err)
	}
	if got := g.Taken(); len(got) != 1 || got[0].Text != "OK" || got[0].To != "+628125550100" {
		t.Errorf("the citizen got %v", got)
	}
}

func TestGatewayTriesAgainAsToldAndThenGivesUp(t *testing.T) {
	for refuse, works := range map[int32]bool{1: true, 5: false} {
		address, calls := hook(t, refuse, "")
		g := sim.NewGateway(sim.GatewayOptions{GetURL: address + "/?t=%b", Tries: 2})
		if _, err := g.Write(t.Context(), "+628125550100", "halo"); (err == nil) != works {
			t.Errorf("%d refusals: %v", refuse, err)
		}
		if len(calls) != 2 {
			t.Errorf("%d refusals: %d calls", refuse, len(calls))
		}
		g.Close()
	}
}

func TestGatewayMarksWhatGSMCannotWrite(t *testing.T) {
	address, reports := hook(t, 0, "")
	g := sim.NewGateway(sim.GatewayOptions{Username: "u", Password: "p", Number: "1708", Delivers: true})
	defer g.Close()
	base, err := g.Start()
	if err != nil {
		t.Fatal(err)
	}
	q := url.Values{"username": {"u"}, "password": {"p"}, "to": {"+628125550100"}, "text": {"api 🔥"}, "coding": {"0"}, "dlr-mask": {"31"}, "dlr-url": {address + "/?key=k&state=%d"}}
	resp, err := http.Get(base + "/cgi-bin/sendsms?" + q.Encode())
	if err != nil || resp.StatusCode != http.StatusAccepted {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
	if got := g.Taken(); len(got) != 1 || got[0].Text != "api ?" || got[0].Key() != "k" {
		t.Errorf("the citizen got %v", got)
	}
	if states := []string{(<-reports).Get("state"), (<-reports).Get("state")}; !slices.Equal(states, []string{"8", "1"}) {
		t.Errorf("reported %v", states)
	}
}

func TestTwilioKeepsItsBoundsAndSendsTwiML(t *testing.T) {
	address, _ := hook(t, 0, `<?xml version="1.0"?><Response><Message>Halo &amp; salam</Message></Response>`)
	tw := sim.NewTwilio(sim.TwilioOptions{AccountSID: "AC1", AuthToken: "t", Number: "+622150100", Webhook: address, Keep: 4})
	defer tw.Close()
	for range 5 {
		if _, err := tw.Write(t.Context(), "+628125550100", "halo"); err != nil {
			t.Fatal(err)
		}
	}
	if got := tw.Taken(); len(tw.Messages()) != 4 || len(got) != 2 || got[0].Body != "Halo & salam" {
		t.Errorf("kept %d, sent %v", len(tw.Messages()), got)
	}
}

func TestTwilioRefusesAsTwilioDoes(t *testing.T) {
	address, reports := hook(t, 0, "")
	tw := sim.NewTwilio(sim.TwilioOptions{AccountSID: "AC1", AuthToken: "t", Number: "+622150100", Delivers: true})
	defer tw.Close()
	base, err := tw.Start()
	if err != nil {
		t.Fatal(err)
	}
	post := func(token string, form url.Values) int {
		req, err := http.NewRequest(http.MethodPost, base+"/2010-04-01/Accounts/AC1/Messages.json", strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.SetBasicAuth("AC1", token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	good := url.Values{"To": {"+628125550100"}, "From": {"+622150100"}, "Body": {"halo"}, "StatusCallback": {address}}
	if code := post("wrong", good); code != http.StatusUnauthorized {
		t.Errorf("wrong token: %d", code)
	}
	for key, value := range map[string]string{"To": "08125550100", "From": "+1", "Body": "", "StatusCallback": "nowhere"} {
		form := url.Values{}
		for k, v := range good {
			form[k] = v
		}
		form.Set(key, value)
		if code := post("t", form); code != http.StatusBadRequest {
			t.Errorf("%s %q: %d", key, value, code)
		}
	}
	if code := post("t", good); code != http.StatusCreated {
		t.Errorf("a good message: %d", code)
	}
	for _, want := range []string{"sent", "delivered"} {
		for r := range reports {
			if r.Get("To") == "+628125550100" {
				if r.Get("MessageStatus") != want {
					t.Errorf("reported %s, want %s", r.Get("MessageStatus"), want)
				}
				break
			}
		}
	}
}
