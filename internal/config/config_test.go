package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const minimal = `
[database]
url = "sqlite:t.db"
[city]
pack = "jakarta"
`

func TestMinimalHasTheDefaults(t *testing.T) {
	got, err := Parse("c.toml", []byte(minimal), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Database.URL = NewSecret("sqlite:t.db")
	want.City.Pack = "jakarta"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEveryAccountType(t *testing.T) {
	got, err := Parse("c.toml", []byte(minimal+`
[server]
public_url = "https://lapor.example.go.id/"
[channels.bot]
type = "telegram"
token = "1:t"
[channels.hook]
type = "telegram"
token = "2:t"
mode = "webhook"
secret = "abc_DEF-1"
api_url = "http://127.0.0.1:9"
[channels.sms]
type = "twilio-sms"
account_sid = "AC1"
auth_token = "at"
from = "+6281"
[channels.wa]
type = "twilio-whatsapp"
account_sid = "AC1"
auth_token = "at"
from = "+6281"
[channels.mail]
type = "email"
address = "a@example.go.id"
idle_for = "5m"
import_past = "2026-01-31"
imap = { url = "imaps://m:993/INBOX", username = "u", password = "p" }
[channels.mail.smtp]
url = "smtp://m:25"
`), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []Account{
		{"bot", &Telegram{Token: NewSecret("1:t"), Mode: Poll, APIURL: "https://api.telegram.org"}},
		{"hook", &Telegram{Token: NewSecret("2:t"), Mode: Webhook, Secret: NewSecret("abc_DEF-1"), APIURL: "http://127.0.0.1:9"}},
		{"mail", &Email{Address: "a@example.go.id", ImportPast: PastMail{Given: true, Import: true, From: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)}, MaxMessage: 40 << 20, IdleFor: Duration(5 * time.Minute), PollEvery: Duration(30 * time.Second), IMAP: Mailbox{"imaps://m:993/INBOX", "u", NewSecret("p")}, SMTP: Outgoing{URL: "smtp://m:25"}}},
		{"sms", &Twilio{AccountSID: "AC1", AuthToken: NewSecret("at"), From: "+6281", APIURL: "https://api.twilio.com", Region: "ID", Segments: 10}},
		{"wa", &Twilio{AccountSID: "AC1", AuthToken: NewSecret("at"), From: "+6281", APIURL: "https://api.twilio.com", Region: "ID", Segments: 10, WhatsApp: true}},
	}
	if diff := cmp.Diff(want, got.Accounts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.Server.PublicURL != "https://lapor.example.go.id" {
		t.Errorf("public_url = %q, want it without its slash", got.Server.PublicURL)
	}
}

func TestErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		env  []string
		want []string
	}{
		"empty file": {"", nil, []string{
			"c.toml: database.url: is missing",
			"c.toml: city.pack: is missing",
		}},
		"all at once, by line": {`[server]
listen = "nowhere"
lissten = "127.0.0.1:1"
mode = 3
[database]
url = "mysql://u:hush@h/d"
[channels.bot]
type = "telegram"
[channels.Bad_Name]
type = "telegram"
token = ""
[channels.pigeon]
type = "pigeon"
wings = 2
[citty]
pack = "x"
`, nil, []string{
			`c.toml:2: server.listen: "nowhere" is no host:port`,
			"c.toml:3: server.lissten: no such key",
			"c.toml:4: server.mode: is a number, want a string",
			"c.toml:6: database.url: is neither sqlite:PATH nor postgres://…",
			"c.toml:7: channels.bot.token: is missing",
			"c.toml:9: channels.Bad_Name: the name of an account has only a-z, 0-9 and inner hyphens",
			"c.toml:11: channels.Bad_Name.token: is empty",
			`c.toml:13: channels.pigeon.type: "pigeon" is none of ["telegram" "twilio-sms" "twilio-whatsapp" "sms-gateway" "email"]`,
			"c.toml:15: citty: no such key",
			"c.toml: city.pack: is missing",
		}},
		"notices": {minimal + `[channels.bot]
type = "telegram"
token = "t"
[notices]
gather = "10s"
daily = "19:30"
mail_account = "bot"
telegram_account = "bot"
`, nil, []string{
			"c.toml:10: notices.gather: is less than 1m",
			`c.toml:11: notices.daily: "19:30" is no time before noon such as 07:30`,
			`c.toml:12: notices.mail_account: there is no account "bot" of type email`,
		}},
		"a key of another type": {minimal + `[channels.m]
type = "telegram"
token = "t"
account_sid = "AC1"
`, nil, []string{"c.toml:9: channels.m.account_sid: no such key"}},
		"called without secret and URL": {minimal + `[channels.bot]
type = "telegram"
token = "t"
mode = "webhook"
[channels.sms]
type = "twilio-sms"
account_sid = "AC1"
from = "+62"
[channels.smsc]
type = "sms-gateway"
preset = "kannel"
send_url = "http://127.0.0.1:13013/cgi-bin/sendsms"
from = "1708"
`, nil, []string{
			"c.toml:6: channels.bot.secret: is missing: the platform calls this account, and its calls must be provable",
			"c.toml:10: channels.sms.auth_token: is missing",
			"c.toml:14: channels.smsc.secret: is missing",
			`c.toml: server.public_url: is missing, and platforms call the account "bot"`,
			`c.toml: server.public_url: is missing, and platforms call the account "sms"`,
			`c.toml: server.public_url: is missing, and platforms call the account "smsc"`,
		}},
		"both twins": {minimal + `[channels.bot]
type = "telegram"
token = "hush"
token_file = "f"
`, nil, []string{"c.toml:9: channels.bot.token_file: is given, and token too: one is enough"}},
		"twin that is not there": {minimal + `[channels.bot]
type = "telegram"
token_file = "/nonexistent/token"
`, nil, []string{"c.toml:8: channels.bot.token_file: open /nonexistent/token: no such file or directory"}},
		"not a table": {"server = 1\nchannels = []\n" + minimal, nil, []string{
			"c.toml:1: server: is a number, want a table",
			"c.toml:2: channels: is a list, want a table for each account",
		}},
		"account that is not a table": {"channels.bot = 1\n" + minimal, nil, []string{"c.toml:1: channels.bot: is a number, want a table"}},
		"syntax":                      {"[server]\nlisten = hush\n", nil, []string{"c.toml:2: *"}},
		"twice":                       {"[server]\nlisten = 'a:1'\nlisten = 'a:2'\n", nil, []string{"c.toml:3: *"}},
		"pilot without addresses": {minimal + "[server]\nmode = 'pilot'\npilot = ['a', 1]\n", nil, []string{
			"c.toml:8: server.pilot: is a list, want a list of strings",
		}},
		"pilot with none": {minimal + "[server]\nmode = 'pilot'\n", nil, []string{
			"c.toml:6: server.pilot: is missing: in mode pilot nobody else is sent to",
		}},
		"proxies that are none": {minimal + "[server]\ntrusted_proxies = ['127.0.0.1', 'nginx']\n", nil, []string{
			"c.toml:7: server.trusted_proxies: \"nginx\" is no address and no range such as 10.0.0.0/8",
		}},
		"pilot in another form": {minimal + "[server]\nmode = 'pilot'\npilot = ['a@b.id', '-100123', '+62 812']\n", nil, []string{
			"c.toml:8: server.pilot: holds an entry that is no mail address in small letters, no number as +62… and no chat id",
		}},
		"a bucket": {minimal + "[attachments]\nurl = 's3://bucket/prefix'\n", nil, []string{
			"c.toml:7: attachments.url: this version keeps files in a folder only: file:FOLDER",
		}},
		"names of our own": {minimal + "[channels.phone]\ntype = 'telegram'\ntoken = 't'\n[channels.api]\ntype = 'telegram'\ntoken = 't'\n", nil, []string{
			`c.toml:6: channels.phone: this name is our own: ["phone" "web" "api"] stand for reports that other programs bring in`,
			`c.toml:9: channels.api: this name is our own: ["phone" "web" "api"] stand for reports that other programs bring in`,
		}},
		"prices": {minimal + `[costs]
currency = 3
[server]
public_url = "https://x.go.id"
[channels.t]
type = "twilio-sms"
account_sid = "AC1"
auth_token = "at"
from = "+62"
price_in = 350
price_out = "Rp 350"
`, nil, []string{
			"c.toml:7: costs.currency: is a number, want a string",
			"c.toml:15: channels.t.price_in: is a number, want a string",
			`c.toml:16: channels.t.price_out: "Rp 350" is no price such as "350" or "0.0079"`,
		}},
		"a notice that is no page": {minimal + "privacy_notice = 'privasi.html'\n", nil, []string{
			"c.toml:6: city.privacy_notice: is no https:// or http:// address of a page",
		}},
		"environment": {minimal, []string{
			"TANGGAP_SERVER_LISTEN=nowhere", "TANGGAP_SERVER_LITSEN=x", "TANGGAP_CHANNELS_BOT_TOKEN=t", "TANGGAP_DATABASE_URL=mysql://u:hush@h", "TANGGAP_TEST_POSTGRES=x", "HOME=/",
		}, []string{
			"environment TANGGAP_DATABASE_URL: database.url: is neither sqlite:PATH nor postgres://…",
			`environment TANGGAP_SERVER_LISTEN: server.listen: "nowhere" is no host:port`,
			"environment: TANGGAP_CHANNELS_BOT_TOKEN: no such key, or an account that the file does not have",
			"environment: TANGGAP_SERVER_LITSEN: no such key, or an account that the file does not have",
		}},
		"mail": {minimal + `[channels.m]
type = "email"
address = "Nobody"
import_past = "yes"
idle_for = "-1s"
poll_every = "0s"
max_message = 1.5
[channels.m.imap]
url = "pop3://h"
username = "u"
password = "hush"
[channels.m.smtp]
url = "smtp://u:hush@h"
username = "u"
`, nil, []string{
			"c.toml:8: channels.m.address: is no mail address",
			`c.toml:9: channels.m.import_past: "yes" is none of none, all and a day such as 2026-01-31`,
			`c.toml:10: channels.m.idle_for: "-1s" is no duration such as 90s or 2h30m`,
			"c.toml:11: channels.m.poll_every: must be more than 0",
			"c.toml:12: channels.m.max_message: is a number with a fraction, want a whole number",
			"c.toml:14: channels.m.imap.url: is no imaps:// or imap:// URL without a login",
			"c.toml:17: channels.m.smtp.password: is missing, and there is a username",
			"c.toml:18: channels.m.smtp.url: is no smtps:// or smtp:// URL without a login",
		}},
		"mail by tokens": {minimal + `[channels.m]
type = "email"
address = "a@example.go.id"
[channels.m.imap]
password = "hush"
[channels.m.oauth]
provider = "microsoft"
token_url = "ftp://h"
[channels.n]
type = "email"
address = "a@example.go.id"
oauth = { client_id = "x" }
[channels.o]
type = "email"
address = "a@example.go.id"
reply_secret = "hush"
oauth = { provider = "other", client_id = "x", client_secret = "hush" }
`, nil, []string{
			"c.toml:6: channels.m.reply_secret: is missing: there is no password that it could be derived from",
			"c.toml:10: channels.m.imap.password: is given, and oauth too: one is enough",
			"c.toml:11: channels.m.oauth.client_id: is missing",
			"c.toml:11: channels.m.oauth.refresh_token: is missing: get one by `tanggap mailbox consent`",
			"c.toml:11: channels.m.oauth.tenant: is missing: the directory's id or domain",
			"c.toml:13: channels.m.oauth.token_url: is no plain http:// or https:// URL",
			"c.toml:14: channels.n.imap.password: is missing",
			"c.toml:14: channels.n.imap.url: is missing",
			"c.toml:14: channels.n.imap.username: is missing",
			"c.toml:14: channels.n.smtp.url: is missing",
			"c.toml:17: channels.n.oauth.provider: is missing, and there is more of oauth",
			"c.toml:18: channels.o.imap.url: is missing",
			"c.toml:18: channels.o.smtp.url: is missing",
			"c.toml:22: channels.o.oauth.token_url: is missing",
		}},
		"twilio": {minimal + `[server]
public_url = "https://x.go.id"
[channels.t]
type = "twilio-sms"
account_sid = "SK1"
auth_token = "hu-sh"
from = "+62"
region = "Indonesia"
max_segments = 11
`, nil, []string{
			"c.toml:10: channels.t.account_sid: does not look like AC…",
			"c.toml:11: channels.t.auth_token: has more than letters and digits",
			`c.toml:13: channels.t.region: "Indonesia" is no country code such as ID`,
			"c.toml:14: channels.t.max_segments: 11 is not between 1 and 10",
		}},
		"gateway without preset": {minimal + `[server]
public_url = "https://x.go.id"
[channels.g]
type = "sms-gateway"
send_url = "ftp://x"
from = "1708"
secret = "hush"
per_second = 0.0
max_segments = 0
[channels.g.send]
method = "PUT"
accepted = "("
[[channels.g.send.failures]]
status = "402"
match = ")"
[[channels.g.send.failures]]
kind = "sad"
colour = "red"
[channels.g.status.states]
OK = "arrived"
`, nil, []string{
			"c.toml:8: channels.g.auth: without a preset field, header or hmac must say how the gateway proves itself",
			"c.toml:8: channels.g.receive: without a preset from and text must name the fields of a message",
			"c.toml:10: channels.g.send_url: is no plain http:// or https:// URL",
			"c.toml:13: channels.g.per_second: must be more than 0",
			"c.toml:14: channels.g.max_segments: 0 is not between 1 and 255",
			"c.toml:15: channels.g.send: without a preset query or body must hold {text}",
			`c.toml:16: channels.g.send.method: "PUT" is none of ["" "GET" "POST"]`,
			"c.toml:17: channels.g.send.accepted: error parsing regexp: missing closing ): `(`",
			"c.toml:18: channels.g.send.failures.1.kind: is missing",
			"c.toml:18: channels.g.send.failures.1.match: error parsing regexp: unexpected ): `)`",
			"c.toml:18: channels.g.send.failures.1.status: is a string, want a whole number",
			`c.toml:18: channels.g.send.failures.2.kind: "sad" is none of ["temporary" "throttled" "rejected" "unreachable" "suspended" "unknown"]`,
			"c.toml:18: channels.g.send.failures.2.colour: no such key",
			`c.toml:25: channels.g.status.states.OK: "arrived" is none of ["sent" "delivered" "failed"]`,
		}},
		"unknown preset": {minimal + `[server]
public_url = "https://x.go.id"
[channels.g]
type = "sms-gateway"
preset = "pigeon"
send_url = "http://127.0.0.1:1"
from = "1708"
secret = "hush"
`, nil, []string{`c.toml:10: channels.g.preset: "pigeon" is none of ["kannel"]`}},
		"other values": {minimal + `[attachments]
url = "ftp://x"
[log]
level = "loud"
format = "xml"
[server]
public_url = "lapor.example.go.id"
[channels.b]
type = "telegram"
token = "t"
mode = "push"
`, nil, []string{
			"c.toml:7: attachments.url: is not file:FOLDER",
			`c.toml:9: log.level: slog: level string "loud": unknown name`,
			`c.toml:10: log.format: "xml" is neither "text" nor "json"`,
			"c.toml:12: server.public_url: is no plain http:// or https:// URL",
			`c.toml:16: channels.b.mode: "push" is neither "poll" nor "webhook"`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("c.toml", []byte(tt.text), tt.env)
			if err == nil {
				t.Fatal("no error")
			}
			if strings.Contains(err.Error(), "hush") && name != "syntax" {
				t.Errorf("an error tells a secret: %v", err)
			}
			got := lines(err.Error())
			for i := range tt.want {
				if head, ok := strings.CutSuffix(tt.want[i], "*"); ok && i < len(got) && strings.HasPrefix(got[i], head) {
					tt.want[i] = got[i]
				}
			}
			if diff := cmp.Diff(unordered(tt.want), unordered(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if strings.Contains(tt.want[0], ":") && strings.HasPrefix(tt.want[0], "c.toml:") && got[0] != tt.want[0] {
				t.Errorf("first error is %q, want that of the first line, %q", got[0], tt.want[0])
			}
		})
	}
}

func lines(s string) []string { return strings.Split(s, "\n") }

func unordered(list []string) map[string]int {
	m := map[string]int{}
	for _, s := range list {
		m[s]++
	}
	return m
}

func TestSecretsComeFromFilesAndEnvironment(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text := minimal + `[channels.bot-1]
type = "telegram"
token_file = '` + file("token", "from file\n") + `'
mode = "webhook"
secret = "inline"
[server]
public_url = "http://127.0.0.1:1"
`
	for name, tt := range map[string]struct {
		env           []string
		token, secret string
	}{
		"the file's twin":     {nil, "from file", "inline"},
		"environment":         {[]string{"TANGGAP_CHANNELS_BOT_1_TOKEN=env", "TANGGAP_CHANNELS_BOT_1_SECRET=env2"}, "env", "env2"},
		"environment's twins": {[]string{"TANGGAP_CHANNELS_BOT_1_SECRET_FILE=" + file("s", "other\r\n")}, "from file", "other"},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := Parse("c.toml", []byte(text), tt.env)
			if err != nil {
				t.Fatal(err)
			}
			bot := c.Accounts[0].Channel.(*Telegram)
			if bot.Token.Reveal() != tt.token || bot.Secret.Reveal() != tt.secret {
				t.Errorf("token %q, secret %q, want %q, %q", bot.Token.Reveal(), bot.Secret.Reveal(), tt.token, tt.secret)
			}
		})
	}
	if _, err := Parse("c.toml", []byte(strings.Replace(text, "token_file = '", "token_file = '"+file("empty", "\n")+"' #", 1)), nil); err == nil || !strings.Contains(err.Error(), "is empty") {
		t.Errorf("an empty secret's file gives %v", err)
	}
}

func TestEnvironmentOverridesEveryKind(t *testing.T) {
	c, err := Parse("c.toml", []byte(minimal), []string{
		"TANGGAP_DATABASE_URL=postgres://u:p@h/d", "TANGGAP_SERVER_MODE=pilot", "TANGGAP_SERVER_PILOT=a@b.id, +6281",
		"TANGGAP_LOG_LEVEL=debug", "TANGGAP_SERVER_ADMIN_LISTEN=", "TANGGAP_SERVER_TRUSTED_PROXIES=10.1.2.3/8",
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Server{Listen: "127.0.0.1:8080", Mode: Pilot, Pilot: []string{"a@b.id", "+6281"}, TrustedProxies: []string{"10.1.2.3/8"}}, c.Server); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if proxies, err := c.Server.Proxies(); err != nil || !slices.Equal(proxies, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}) {
		t.Errorf("proxies %v, %v", proxies, err)
	}
	if c.Database.URL.Reveal() != "postgres://u:p@h/d" || c.Log.Level != slog.LevelDebug {
		t.Errorf("database %q, level %v", c.Database.URL.Reveal(), c.Log.Level)
	}
}

func TestSecretIsShownNowhere(t *testing.T) {
	c := &Config{Database: Database{URL: NewSecret("hush")}, Accounts: []Account{{Name: "b", Channel: &Telegram{Token: NewSecret("hush")}}}}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, c)
		fmt.Fprintf(&out, verb, c.Database.URL)
		fmt.Fprintf(&out, verb, c.Accounts[0].Channel)
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("m", "config", c, "url", c.Database.URL, "accounts", c.Accounts)
	}
	if err := json.NewEncoder(&out).Encode(c); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); strings.Contains(s, "hush") || strings.Contains(s, fmt.Sprintf("%x", "hush")) {
		t.Errorf("the secret is in:\n%s", s)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(minimal, "TANGGAP_SERVER_LISTEN=x")
	f.Add("channels.a.b = {c = [1, {d = 2}]}\n[[channels.x]]\ntype = 'telegram'", "TANGGAP_CHANNELS_A_TYPE=email")
	f.Add("a.b.c = 1979-05-27T07:32:00Z\n'' = 1\n[server]\npilot = [[1]]", "")
	f.Fuzz(func(t *testing.T, text, env string) {
		c, err := Parse("f", []byte(text), []string{env})
		if err == nil && (c.Database.URL.Reveal() == "" || c.City.Pack == "") {
			t.Errorf("taken without what is required: %q", text)
		}
	})
}
