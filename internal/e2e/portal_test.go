package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tanggap/internal/browser"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
)

// TestCitizenReportsOnThePublicPages: on a phone without scripts a citizen reports with a picture, reads the number,
// tracks it, opens the private link, finds the agency's answer there and says that it is solved.
func TestCitizenReportsOnThePublicPages(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		k := run(t, configure(t, database, freeAddr(t)))
		png := filepath.Join(t.TempDir(), "lampu.png")
		if err := os.WriteFile(png, append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 5000)...), 0o600); err != nil {
			t.Fatal(err)
		}
		p := chromium.Page(t, k.url, browser.Options{Width: 360, Height: 740, NoScript: true})
		p.Open("/")
		p.Press(`footer button[value="id"]`)
		p.Fits()
		p.Press(`main a[href="/report"]`)
		p.Fits()
		p.Fill("#text", complaint)
		p.Fill("#place", "di seberang warung Bu Siti Nurhaliza")
		p.Attach("#files", png)
		p.Press("form.sheet button:not([type])")
		k.until("the number", func() bool {
			if p.Count(".done .ref") == 0 {
				p.Open("/report/done")
			}
			return p.Count(".done .ref") == 1
		})
		p.Fits()
		listed := k.queue("channel=web", 1)[0]
		number := tickets.Reference(listed.Reference).String()
		p.Has(number)
		address := p.Text(".address")
		token := strings.TrimPrefix(address, k.url+"/t/")
		if listed.Agency != "dki.binamarga" || len(token) != 26 {
			t.Errorf("listed with %s; the private page is at %q", listed.Agency, address)
		}
		p.Press(`.done a[href^="/track"]`)
		p.Fits()
		for _, told := range []string{number, "Bina Marga"} {
			p.Has(told)
		}
		for _, secret := range []string{"gelap", "Siti", "warung", "lampu.png"} {
			if text := p.Text("main"); strings.Contains(text, secret) {
				t.Errorf("the public page tells %q", secret)
			}
		}
		if code := k.call("POST", "/api/v1/tickets/"+listed.Reference+"/replies", map[string]string{"text": answer}, nil); code >= 300 {
			t.Fatalf("replying: %d", code)
		}
		p.Open("/t/" + token)
		p.Fits()
		for _, told := range []string{"gelap banget", "lampu.png", answer} {
			p.Has(told)
		}
		step := map[string]any{"to": "resolved", "text": "Lampu sudah menyala.", "version": k.ticket(listed.Reference).Version}
		if code := k.call("POST", "/api/v1/tickets/"+listed.Reference+"/state", step, nil); code >= 300 {
			t.Fatalf("resolving: %d", code)
		}
		k.until("the question to be on its page", func() bool { return k.ticket(listed.Reference).Messages[0].State == "sent" })
		p.Open("/t/" + token)
		p.Fits()
		p.Press(`button[name="answer"][value="yes"]`)
		p.Has("Selesai, dikonfirmasi pelapor")
		got := k.ticket(listed.Reference)
		if files := got.Messages[len(got.Messages)-1].Attachments; got.State != "closed" || len(files) != 1 || files[0].Type != "image/png" || files[0].Size != 5008 {
			t.Errorf("closed as %s, with %+v", got.State, files)
		}
		for _, m := range got.Messages {
			if m.Direction == "out" && strings.Contains(m.Text, answer) && m.State != "delivered" {
				t.Errorf("what was read on the page is %s", m.State)
			}
		}
		desk := chromium.Page(t, k.url, browser.Options{})
		desk.Open("/report")
		if text := desk.Text("#where"); text == "" {
			t.Error("with scripts, nobody is offered to fill in where he is")
		}
		k.silent(token, "Siti", "gelap banget", "warung", "lampu.png", "sedang diganti")
	})
}

// TestAnswerAndCodeGoToThePhone: whoever types a number gets receipt, answer and code there, and with the code reads
// the case where he typed it.
func TestAnswerAndCodeGoToThePhone(t *testing.T) {
	dbtest.Both(t, func(t *testing.T, database string) {
		const secret, password, citizen = "rahasia-gateway-77", "sandi-gateway-88", "+6281298765435"
		listen := freeAddr(t)
		gw := sim.NewGateway(sim.GatewayOptions{
			Username: "tanggap", Password: password, Number: "1708", Tries: 5, Delivers: true,
			GetURL: "http://" + listen + "/channels/smsc?secret=" + secret + "&from=%p&to=%P&text=%b&coding=%c&charset=%C&udh=%u&time=%T&id=%I&smsc=%i",
		})
		api, err := gw.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer gw.Close()
		k := run(t, configure(t, database, listen, gatewayAccount(api+"/cgi-bin/sendsms", "tanggap", password, secret)))
		phone := func(n int) string {
			t.Helper()
			var got []string
			k.until("a message on the phone", func() bool {
				got = nil
				for _, m := range gw.Messages() {
					if !m.Inbound {
						got = append(got, m.Text)
					}
				}
				return len(got) >= n
			})
			return got[n-1]
		}
		p := chromium.Page(t, k.url, browser.Options{Width: 360, Height: 740, NoScript: true})
		p.Open("/report")
		p.Press(`footer button[value="id"]`)
		p.Fill("#text", complaint)
		p.Fill("#phone", "0812-9876-5435")
		p.Press("form.sheet button:not([type])")
		k.until("the number", func() bool {
			if p.Count(".done .ref") == 0 {
				p.Open("/report/done")
			}
			return p.Count(".done .ref") == 1
		})
		number := p.Text(".done .ref")
		if p.Count(".address") != 0 {
			t.Error("a private link, although the answer goes to the phone")
		}
		if got := phone(1); !strings.Contains(got, number) || !strings.Contains(got, "BUKAN") {
			t.Errorf("the receipt: %q", got)
		}
		listed := k.queue("channel=sms", 1)[0]
		if code := k.call("POST", "/api/v1/tickets/"+listed.Reference+"/replies", map[string]string{"text": answer}, nil); code >= 300 {
			t.Fatalf("replying: %d", code)
		}
		if got := phone(2); got != answer {
			t.Errorf("the answer: %q", got)
		}
		p.Open("/track?ref=" + number)
		p.Press(`form[action="/track/code"] button`)
		p.Fits()
		code := regexp.MustCompile(`\d{6}\.`).FindString(phone(3))
		if code == "" {
			t.Fatalf("the code: %q", phone(3))
		}
		p.Fill("#code", code)
		p.Press(`form[action="/track/open"] button`)
		p.Fits()
		p.Has("gelap banget")
		p.Has(answer)
		if text := p.Text("main"); strings.Contains(text, "98765435") {
			t.Error("the page tells the number")
		}
		if _, err := gw.Write(t.Context(), citizen, "tambahan, tiangnya nomor 17, laporan "+number); err != nil {
			t.Fatal(err)
		}
		k.until("the addition", func() bool {
			return strings.Contains(k.ticket(listed.Reference).Messages[0].Text, "tiangnya nomor 17")
		})
		k.queue("", 1)
		k.silent(secret, password, citizen, citizen[1:], "gelap banget", "sedang diganti")
	})
}
