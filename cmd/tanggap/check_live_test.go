package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/cities"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
)

// points runs check and returns the go-live list by name.
func points(t *testing.T, path string, more ...string) map[string]finding {
	t.Helper()
	_, out, errs := tanggap(t, append([]string{"check", "--config", path, "--json"}, more...)...)
	var all []finding
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		t.Fatalf("%v: %s%s", err, out, errs)
	}
	by := map[string]finding{}
	for _, f := range all {
		if name, ok := strings.CutPrefix(f.Subject, "go-live, "); ok && f.GoLive {
			by[name] = f
		}
	}
	return by
}

func TestTheGoLiveListOfANewCity(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		path := configFile(t, url, "server.mode = 'pilot'\nserver.pilot = ['7']\n"+botAccount)
		list := points(t, path, "--offline")
		for name, want := range map[string]string{
			"mode": "pilot: only 1 addresses", "privacy notice": "there is none", "facts": "are examples without a source",
			"administrator": "staff add --role admin", "staff": "have nobody", "notices": "agency contact set", "accounts": "1 of 1 have not carried",
		} {
			if f := list[name]; f.OK || !strings.Contains(f.Detail, want) {
				t.Errorf("%s: %+v, want %q", name, f, want)
			}
		}
		if items := list["staff"].Items; !slices.ContainsFunc(items, func(s string) bool { return strings.HasPrefix(s, "dinas, 25 of 25: dki.dsda, ") }) {
			t.Errorf("staff: %q", items)
		}
		status, out, _ := tanggap(t, "check", "--config", path, "--offline")
		if status != done || !strings.Contains(out, "todo go-live, privacy notice: ") {
			t.Errorf("status %d: what is open before a city goes live is no failure\n%s", status, out)
		}
		// An address off the pilot's list is no fault: it will be written to when the city is live.
		if status, _, errs := tanggap(t, "agency", "contact", "set", "--config", path, "dki.dsda", "--chat", "-100123"); status != done {
			t.Fatal(errs)
		}
		if items := points(t, path, "--offline")["notices"].Items; !slices.ContainsFunc(items, func(s string) bool { return strings.HasPrefix(s, "dinas, 24 of 25: dki.binamarga") }) {
			t.Errorf("notices: %q", items)
		}
		if status, out, _ := tanggap(t, "check", "--config", path, "--offline"); status != done {
			t.Errorf("status %d with an address off the list\n%s", status, out)
		}
		if status, out, _ = tanggap(t, "check", "--config", path, "--offline", "--live"); status != failed || !strings.Contains(out, "FAIL go-live, mode: ") {
			t.Errorf("--live: status %d\n%s", status, out)
		}
	})
}

func TestPointsAreTickedOff(t *testing.T) {
	notice := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/privasi" {
			http.NotFound(w, r)
		}
	}))
	defer notice.Close()
	dbtest.Each(t, func(t *testing.T, url string) {
		path := configFile(t, url, "city.privacy_notice = '"+notice.URL+"/privasi'\n")
		list := points(t, path)
		for name, want := range map[string]string{"mode": "live: ", "privacy notice": "answers 200"} {
			if f := list[name]; !f.OK || !strings.Contains(f.Detail, want) {
				t.Errorf("%s: %+v", name, f)
			}
		}
		if f := list["accounts"]; f.OK || !strings.Contains(f.Detail, "there is none") {
			t.Errorf("accounts: %+v", f)
		}
		gone := configFile(t, url, "city.privacy_notice = '"+notice.URL+"/gone'\n")
		if f := points(t, gone)["privacy notice"]; f.OK || !strings.Contains(f.Detail, "answers 404") {
			t.Errorf("a notice that is not there: %+v", f)
		}
		add := func(args ...string) {
			t.Helper()
			if status, out, errs := tanggap(t, append([]string{"staff", "add", "--config", path, "--link"}, args...)...); status != done {
				t.Fatalf("%q: %s%s", args, out, errs)
			}
		}
		add("--role", "admin", "--login", "kepala")
		add("--role", "auditor", "--login", "auditor", "--agency", "dki.dlh")
		add("--role", "clerk", "--login", "petugas", "--agency", "dki.dsda")
		list = points(t, path, "--offline")
		if f := list["administrator"]; !f.OK {
			t.Errorf("administrator: %+v", f)
		}
		// The root desk's people do not count for others, an auditor works nothing.
		if f := list["staff"]; f.OK || !strings.Contains(f.Detail, "but for the root desk") ||
			!slices.ContainsFunc(f.Items, func(s string) bool { return strings.HasPrefix(s, "dinas, 24 of 25: dki.binamarga, dki.dlh, ") }) ||
			slices.ContainsFunc(f.Items, func(s string) bool { return strings.HasPrefix(s, "province") }) {
			t.Errorf("staff: %+v", f)
		}
	})
}

func TestHolidaysOfThisYearAndTheNext(t *testing.T) {
	pack, err := cities.Load("jakarta")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	if f := holidaysPoint(pack, at("2025-12-31T16:59:00Z")); !f.OK || !strings.Contains(f.Detail, "2025 and 2026") {
		t.Errorf("on the last evening of 2025: %+v", f)
	}
	if f := holidaysPoint(pack, at("2098-12-31T17:00:00Z")); f.OK || !strings.Contains(f.Detail, "those of 2099 and 2100 are missing") {
		t.Errorf("on the morning of 2099 in Jakarta: %+v", f)
	}
}

// platforms are four accounts and the platforms behind them.
type platforms struct {
	telegram *sim.Telegram
	twilio   *sim.Twilio
	gateway  *sim.Gateway
	mail     *sim.Mail
}

const (
	operatorChat   = "90210777"
	operatorNumber = "+6281234567890"
	operatorMail   = "it@kota.test"
)

func fourPlatforms(t *testing.T) (p platforms, accounts string) {
	t.Helper()
	p = platforms{
		sim.NewTelegram(sim.TelegramOptions{Token: "1:t"}),
		sim.NewTwilio(sim.TwilioOptions{AccountSID: "AC1", AuthToken: "hush", Number: "+6281110001000"}),
		sim.NewGateway(sim.GatewayOptions{Username: "u", Password: "hush", Number: "1708"}),
		sim.NewMail(sim.MailOptions{Address: "lapor@kota.test", Password: "hush"}),
	}
	start := func(s interface{ Start() (string, error) }) string {
		t.Helper()
		url, err := s.Start()
		if err != nil {
			t.Fatal(err)
		}
		return url
	}
	bot, sms, smsc := start(p.telegram), start(p.twilio), start(p.gateway)
	if err := p.mail.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.telegram.Close(); p.twilio.Close(); p.gateway.Close(); p.mail.Close() })
	p.telegram.Open(sim.TelegramUser{ID: 90210777, Name: "Operator"})
	return p, fmt.Sprintf(`
[channels.bot]
type = "telegram"
token = "1:t"
api_url = "%s"
[channels.sms]
type = "twilio-sms"
account_sid = "AC1"
auth_token = "hush"
from = "+6281110001000"
api_url = "%s"
[channels.smsc]
type = "sms-gateway"
preset = "kannel"
send_url = "%s/cgi-bin/sendsms"
username = "u"
password = "hush"
from = "1708"
secret = "hush"
[channels.mail]
type = "email"
address = "lapor@kota.test"
imap = { url = "%s", username = "lapor@kota.test", password = "hush" }
smtp = { url = "%s", username = "lapor@kota.test", password = "hush" }
`, bot, sms, smsc, p.mail.IMAPURL(), p.mail.SMTPURL())
}

func (p platforms) taken() []int {
	return []int{len(p.telegram.Sent()), len(p.twilio.Taken()), len(p.gateway.Taken()), len(p.mail.Taken())}
}

func TestOneTestMessageForEachAccount(t *testing.T) {
	p, accounts := fourPlatforms(t)
	database := dbtest.New(t, dbtest.SQLite)
	server := "server.public_url = 'http://127.0.0.1:1'\n"
	send := []string{"--send", "bot=" + operatorChat, "--send", "sms=081234567890", "--send", "smsc=" + operatorNumber, "--send", "mail=" + operatorMail}
	path := configFile(t, database, server+accounts)
	status, out, errs := tanggap(t, append([]string{"check", "--config", path}, send...)...)
	for _, want := range []string{"bot: sent; ", "mail: sent; ", "sms: sent", "smsc: sent", "account bot: "} {
		if !strings.Contains(out, want) {
			t.Errorf("the output has no %q", want)
		}
	}
	if got := p.taken(); status != done || !slices.Equal(got, []int{1, 1, 1, 1}) {
		t.Errorf("status %d, taken %v\n%s%s", status, got, out, errs)
	}
	for _, said := range []string{p.telegram.Sent()[0].Text, p.twilio.Taken()[0].Body, p.gateway.Taken()[0].Text, p.mail.Taken()[0].Text} {
		if !strings.Contains(said, "Pesan uji") || !strings.Contains(said, "Test message") {
			t.Errorf("the message says %q", said)
		}
	}
	if n := len(p.twilio.Taken()[0].Parts); n != 1 {
		t.Errorf("an SMS of %d segments", n)
	}
	tellsNoAddress(t, out+errs)

	// What a platform refuses is told with its reason.
	p.telegram.Fail(sim.TelegramFault{Status: 403, Description: "Forbidden: bot was blocked by the user " + operatorChat}, 1)
	p.twilio.Fail(sim.SMSRejected, 1)
	p.gateway.Fail(sim.SMSTemporary, 1)
	status, out, errs = tanggap(t, append([]string{"check", "--config", path}, send...)...)
	if status != failed || !strings.Contains(out, "FAIL test message bot: refused: unreachable") || !strings.Contains(out, "FAIL test message sms: refused: rejected") ||
		!strings.Contains(out, "FAIL test message smsc: not sent, try again: ") || !strings.Contains(out, "ok   test message mail: ") {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
	tellsNoAddress(t, out+errs)

	// In mode pilot nobody off the list is written to.
	before := p.taken()
	path = configFile(t, database, server+"server.mode = 'pilot'\nserver.pilot = ['5']\n"+accounts)
	status, out, errs = tanggap(t, append([]string{"check", "--config", path}, send...)...)
	if status != failed || strings.Count(out, "not sent: the address is not on the list of mode pilot") != 4 || !slices.Equal(p.taken(), before) {
		t.Errorf("status %d\n%s%s", status, out, errs)
	}
}

func tellsNoAddress(t *testing.T, text string) {
	t.Helper()
	for _, address := range []string{operatorChat, "81234567890", operatorMail} {
		if strings.Contains(text, address) {
			t.Errorf("the output tells %s:\n%s", address, text)
		}
	}
}

func TestWrongAddressesAreToldBeforeAnythingIsSent(t *testing.T) {
	p, accounts := fourPlatforms(t)
	path := configFile(t, "sqlite:"+filepath.Join(t.TempDir(), "t.db"), "server.public_url = 'http://127.0.0.1:1'\n"+accounts)
	status, out, errs := tanggap(t, "check", "--config", path, "--send", "bot=@"+operatorChat, "--send", "sms=INFO 81234567890 x", "--send", "mail=Tim <"+operatorMail+">", "--send", "fax=1", "--send", "smsc="+operatorNumber)
	if status != wrong || out != "" || strings.Count(errs, "--send: ") != 4 || !slices.Equal(p.taken(), []int{0, 0, 0, 0}) {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	tellsNoAddress(t, errs)
	if status, _, _ := tanggap(t, "check", "--config", path, "--offline", "--send", "smsc="+operatorNumber); status != wrong {
		t.Errorf("--offline and --send: status %d", status)
	}
}

func TestAccountsThatCarriedMessages(t *testing.T) {
	database := dbtest.New(t, dbtest.SQLite)
	openTicket(t, database, "dki.dlh")
	f := points(t, configFile(t, database, botAccount), "--offline")["accounts"]
	if f.OK || !slices.Equal(f.Items, []string{"bot: nothing has gone out yet"}) {
		t.Errorf("%+v", f)
	}
}
