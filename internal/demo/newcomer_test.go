package demo

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tanggap/tickets/staff"
)

// TestANewcomersFirstThreeMinutes is the story that README counts in steps: write, open the ticket from
// the playground, answer, and see it on the device.
func TestANewcomersFirstThreeMinutes(t *testing.T) {
	var people *staff.Store
	p := play(t, func(d *Demo) {
		d.SetConsole(func(ctx context.Context) (string, error) {
			token, err := people.NewLink(ctx, "demo", "rina", time.Hour)
			return "/console/link/" + token, err
		})
	})
	people = staff.New(p.app.Store())
	if _, err := people.Add(t.Context(), "demo", staff.Member{Login: "rina", Name: "Rina", Role: staff.Administrator, Agency: p.app.City().Root().ID}, ""); err != nil {
		t.Fatal(err)
	}
	p.post("/playground/write/phone", "as", "siti", "via", "smsc", "text", "lampu jalan mati di tebet timur")
	page := p.shows("/playground?as=siti", "open-ticket", "Bina Marga")
	path := regexp.MustCompile(`/console/tickets/\d{10}`).FindString(page)

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	desk := &http.Client{Jar: jar}
	send := func(path string, form url.Values) (string, string) {
		t.Helper()
		res, err := desk.PostForm(p.base+path, form)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("POST %s: %d, %v", path, res.StatusCode, err)
		}
		return string(text), res.Request.URL.Path
	}
	ticket, at := send("/playground/console", url.Values{"next": {path}})
	if at != path {
		t.Fatalf("the button leads to %s, want %s", at, path)
	}
	form := url.Values{"text": {"Petugas kami datang malam ini."}}
	_, reply, _ := strings.Cut(ticket, `action="`+path+`/reply"`)
	reply, _, _ = strings.Cut(reply, "</form>")
	for _, hidden := range regexp.MustCompile(`type="hidden" name="(\w+)" value="([^"]*)"`).FindAllStringSubmatch(reply, -1) {
		form.Set(hidden[1], hidden[2])
	}
	send(path+"/reply", form)
	p.shows("/playground?as=siti", "Petugas kami datang malam ini.", "1 SMS · GSM-7")
}
