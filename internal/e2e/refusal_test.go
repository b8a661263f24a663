package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
)

const (
	twilioSID    = "AC0123456789abcdef0123456789abcdef"
	twilioSecret = "7c1b5e0a9d2f4c6e8a0b1d3f5e7a9c2b"
	twilioNumber = "+6281110001000"
)

// smsCity is a city with one Twilio number.
func smsCity(t *testing.T, database string) (*city, *sim.Twilio) {
	listen := freeAddr(t)
	tw := sim.NewTwilio(sim.TwilioOptions{AccountSID: twilioSID, AuthToken: twilioSecret, Number: twilioNumber, Webhook: "http://" + listen + "/channels/sms", Tries: 3})
	api, err := tw.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tw.Close() })
	return run(t, configure(t, database, listen, config.Account{Name: "sms", Channel: &config.Twilio{
		AccountSID: twilioSID, AuthToken: config.NewSecret(twilioSecret), From: twilioNumber, APIURL: api, Region: "ID", Segments: 10,
	}})), tw
}

// TestFiftyAtOnce delivers one message fifty times at once, and again later: one ticket, one receipt.
func TestFiftyAtOnce(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k, tw := smsCity(t, database)
		form := tw.Form("+6281298765432", complaint)
		deliver := func() {
			req, err := tw.Call(context.Background(), form)
			if err != nil {
				t.Error(err)
				return
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
			if res.StatusCode/100 != 2 {
				t.Errorf("answered %d", res.StatusCode)
			}
		}
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(deliver)
		}
		wg.Wait()
		k.until("the receipt", func() bool { return len(tw.Taken()) == 1 })
		deliver()
		// A second citizen's receipt is proof that everything before it was worked on.
		if _, err := tw.Write(context.Background(), "+6281298765433", "sampah menumpuk di Cipinang Melayu"); err != nil {
			t.Fatal(err)
		}
		k.until("the second receipt", func() bool { return len(tw.Taken()) >= 2 })
		if n := len(tw.Taken()); n != 2 {
			t.Errorf("%d messages went out", n)
		}
		for _, tk := range k.queue("", 2) {
			if n := len(k.ticket(tk.Reference).Messages); n != 2 {
				t.Errorf("%d messages on a ticket", n)
			}
		}
	})
}

// TestBadCalls are what a stranger may try, and what a platform may get wrong.
func TestBadCalls(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k, tw := smsCity(t, database)
		form := tw.Form("+6281298765432", complaint)
		signed, err := tw.Call(context.Background(), form)
		if err != nil {
			t.Fatal(err)
		}
		signature := signed.Header.Get("X-Twilio-Signature")
		post := func(path, signature string, body io.Reader) int {
			req, err := http.NewRequest("POST", k.url+path, body)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if signature != "" {
				req.Header.Set("X-Twilio-Signature", signature)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			return res.StatusCode
		}
		other := url.Values{}
		for name, v := range form {
			other[name] = v
		}
		other.Set("Body", "lain")
		for name, got := range map[string]int{
			"unsigned":                post("/channels/sms", "", strings.NewReader(form.Encode())),
			"wrongly signed":          post("/channels/sms", "AAAA"+signature[4:], strings.NewReader(form.Encode())),
			"another's body":          post("/channels/sms", signature, strings.NewReader(other.Encode())),
			"another path's":          post("/channels/sms/status", signature, strings.NewReader(form.Encode())),
			"a status that is forged": post("/channels/sms/status", "x", strings.NewReader("MessageSid=SM1&MessageStatus=delivered")),
		} {
			if got != http.StatusForbidden {
				t.Errorf("%s: %d", name, got)
			}
		}
		if got := post("/channels/sms", signature, bytes.NewReader(bytes.Repeat([]byte("a=b&"), 4<<20))); got != http.StatusRequestEntityTooLarge {
			t.Errorf("a huge body: %d", got)
		}
		if got := post("/channels/nobody", signature, strings.NewReader(form.Encode())); got != http.StatusNotFound {
			t.Errorf("an account that is none: %d", got)
		}
		odd, err := tw.CallRaw(context.Background(), "Hello=World&Nothing=Known")
		if err != nil {
			t.Fatal(err)
		}
		res, err := http.DefaultClient.Do(odd)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode/100 != 2 {
			t.Errorf("a signed call that means nothing: %d, though it is the platform's", res.StatusCode)
		}
		var aside struct {
			Quarantine []struct{ Account, Reason string } `json:"quarantine"`
		}
		k.until("quarantine", func() bool { k.call("GET", "/api/v1/quarantine", nil, &aside); return len(aside.Quarantine) == 1 })
		if q := aside.Quarantine[0]; q.Account != "sms" || q.Reason == "" {
			t.Errorf("set aside as %+v", q)
		}
		k.queue("", 0)
		if n := len(tw.Taken()); n != 0 {
			t.Errorf("%d messages went out", n)
		}
		k.silent(twilioSecret, "6281298765432", "gelap banget", signature)
	})
}

// TestPoisonousTexts are what breaks others: nothing here may be lost or cost the next one its turn.
func TestPoisonousTexts(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k, tw := smsCity(t, database)
		texts := []string{
			"", " ", "\x00", "a\x00b lampu mati", "\xff\xfe\xfd", "🙈🙈🙈", strings.Repeat("a", 1600), strings.Repeat("banjir ", 200),
			"'; DROP TABLE ticket; --", "<script>alert(1)</script>", "{{.}}", "%s%n%p", "\u202e\u0000\u200d", strings.Repeat("(", 1000),
			"?", "1", "SUDAH", "BELUM", "STOP", "482-177-3051", "STATUS 482-177-3051",
		}
		for i, text := range texts {
			if _, err := tw.Write(context.Background(), fmt.Sprintf("+62812987%05d", i), text); err != nil {
				t.Errorf("text %d: %v", i, err)
			}
		}
		const last = "+6281299999999"
		if _, err := tw.Write(context.Background(), last, complaint); err != nil {
			t.Fatal(err)
		}
		k.until("the last one's receipt", func() bool {
			for _, m := range tw.Taken() {
				if m.To == last {
					return true
				}
			}
			return false
		})
		for _, m := range tw.Messages() {
			if !m.Inbound {
				continue
			}
			k.until("an end of every message", func() bool {
				became, _, err := k.app.Store().Fate(context.Background(), "sms", m.SID)
				return err == nil && became != ""
			})
		}
	})
}
