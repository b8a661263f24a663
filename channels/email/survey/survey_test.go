package survey

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2/imapclient"

	"tanggap/channels"
	"tanggap/internal/dovecot"
	"tanggap/internal/loopback"
)

// account is one that both servers are scripted for.
func account(t *testing.T, imapURL, smtpURL string) Account {
	t.Helper()
	return Account{
		Address: "pengaduan@kota.test", IMAP: server(t, imapURL, "imap"), SMTP: server(t, smtpURL, "smtp"),
		Helo: "kota.test", PollEvery: 30 * time.Second, Largest: 30_000_000,
	}
}

// about is the finding on a subject.
func about(t *testing.T, findings []channels.Finding, subject string) channels.Finding {
	t.Helper()
	i := slices.IndexFunc(findings, func(f channels.Finding) bool { return f.Subject == subject })
	if i < 0 {
		t.Fatalf("nothing about %s: %+v", subject, findings)
	}
	return findings[i]
}

// says holds a finding to its grade, its words and its line.
func says(t *testing.T, f channels.Finding, grade channels.Grade, words, line string) {
	t.Helper()
	if f.Grade != grade || !strings.Contains(f.Detail, words) {
		t.Errorf("%+v, want %s: %s", f, grade, words)
	}
	switch {
	case line == "" && len(f.Lines) > 0, line != "" && !slices.Equal(f.Lines, []string{line}):
		t.Errorf("%s: lines %q, want %q", f.Subject, f.Lines, line)
	}
	for _, private := range []string{"rahasia", "budi@"} {
		if strings.Contains(f.Detail+strings.Join(f.Lines, ""), private) {
			t.Errorf("%s tells %s: %+v", f.Subject, private, f)
		}
	}
}

// What the certificate of a server may be, over TLS from the first byte.
func TestCertificates(t *testing.T) {
	ours, strange := newAuthority(t), newAuthority(t)
	const year = 365 * 24 * time.Hour
	self, key := issue(t, nil, &x509.Certificate{NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(year), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	early := ours.serving(t, year)
	early.Leaf.NotBefore = time.Now().Add(48 * time.Hour)
	later, laterKey := issue(t, ours, early.Leaf)
	for name, c := range map[string]struct {
		cert  tls.Certificate
		grade channels.Grade
		words string
		line  string // PORT is the server's
	}{
		"sound":    {ours.serving(t, year), channels.Fine, "logged in, certificate until " + time.Now().Add(year).UTC().Format(time.DateOnly), ""},
		"soon":     {ours.serving(t, 5*24*time.Hour+time.Hour), channels.Doubtful, "in 5 days: from then on nothing is read or sent", ""},
		"ended":    {ours.serving(t, -time.Hour), channels.Wrong, "its certificate ended on " + time.Now().Add(-time.Hour).UTC().Format(time.DateOnly), ""},
		"early":    {tls.Certificate{Certificate: [][]byte{later.Raw}, PrivateKey: laterKey}, channels.Wrong, "look at the clock of this machine", ""},
		"name":     {ours.serving(t, year, "surat.kota.test", "kota.test"), channels.Wrong, "is for surat.kota.test, kota.test, not for 127.0.0.1", `url = "PROTOCOLs://surat.kota.test:PORT"`},
		"any name": {ours.serving(t, year, "*.kota.test"), channels.Wrong, "such as one below kota.test", ""},
		"stranger": {strange.serving(t, year), channels.Wrong, `signed by "Otoritas Uji", who is not known here`, ""},
		"itself":   {tls.Certificate{Certificate: [][]byte{self.Raw}, PrivateKey: key}, channels.Wrong, "signed itself", ""},
	} {
		t.Run(name, func(t *testing.T) {
			config := &tls.Config{Certificates: []tls.Certificate{c.cert}}
			at, to := speak(t, config, imapGreeting, imap(nil)), speak(t, config, smtpGreeting, smtp(nil))
			a := account(t, "imaps://"+at, "smtps://"+to)
			a.IMAP.TLS, a.SMTP.TLS = ours.roots(), ours.roots()
			all := Look(t.Context(), a)
			for subject, address := range map[string]string{"IMAP": at, "SMTP": to} {
				_, port, _ := net.SplitHostPort(address)
				line := strings.NewReplacer("PROTOCOL", strings.ToLower(subject), "PORT", port).Replace(c.line)
				says(t, about(t, all, subject), c.grade, c.words, line)
			}
		})
	}
}

func TestPortsAndHostsThatAreWrong(t *testing.T) {
	secure := newAuthority(t)
	config := &tls.Config{Certificates: []tls.Certificate{secure.serving(t, time.Hour)}}
	plainIMAP, plainSMTP := speak(t, nil, imapGreeting, imap(nil)), speak(t, nil, smtpGreeting, smtp(nil))
	tlsIMAP, tlsSMTP := speak(t, config, imapGreeting, imap(nil)), speak(t, config, smtpGreeting, smtp(nil))
	for name, c := range map[string]struct {
		imap, smtp string // addresses with their scheme
		words      string
		lines      [2]string
		hurry      bool // the servers say nothing
	}{
		"plain, not TLS": {"imaps://" + plainIMAP, "smtps://" + plainSMTP, "does not begin with TLS", [2]string{`url = "imap://` + plainIMAP + `"`, `url = "smtp://` + plainSMTP + `"`}, false},
		"TLS, not plain": {"imap://" + tlsIMAP, "smtp://" + tlsSMTP, "speaks TLS from the first byte", [2]string{`url = "imaps://` + tlsIMAP + `"`, `url = "smtps://` + tlsSMTP + `"`}, true},
		"silent":         {"imap://" + speak(t, nil, "", nil), "smtp://" + speak(t, nil, "", nil), "", [2]string{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := account(t, c.imap, c.smtp)
			if c.hurry {
				a.IMAP.Wait, a.SMTP.Wait = 300*time.Millisecond, 300*time.Millisecond
			}
			all := Look(t.Context(), a)
			for i, subject := range []string{"IMAP", "SMTP"} {
				says(t, about(t, all, subject), channels.Wrong, c.words, c.lines[i])
			}
		})
	}
}

// On the usual ports something may answer where the configured one is closed: on this machine, too.
func TestAClosedPortAndThoseThatAreOpen(t *testing.T) {
	open := speak(t, nil, imapGreeting, imap(nil))
	_, port, _ := net.SplitHostPort(open)
	ports, err := loopback.Ports(1)
	if err != nil {
		t.Fatal(err)
	}
	closed := fmt.Sprint(ports[0])
	for subject, f := range map[string]channels.Finding{
		"IMAP": about(t, Look(t.Context(), account(t, "imaps://127.0.0.1:"+closed, "smtp://"+open)), "IMAP"),
		"SMTP": about(t, Look(t.Context(), account(t, "imap://"+open, "smtps://127.0.0.1:"+closed)), "SMTP"),
	} {
		if f.Grade != channels.Wrong || !strings.Contains(f.Detail, closed+": nothing listens on that port; the usual port") {
			t.Errorf("%s: %+v", subject, f)
		}
	}
	e := observe(server(t, "imaps://"+open, "imap"), "imap")
	if got := e.open(t.Context(), []string{closed, port}); !slices.Equal(got, []string{port}) {
		t.Errorf("%q, want %s", got, port)
	}
}

func TestAHostThatTheDNSDoesNotKnow(t *testing.T) {
	e := observe(server(t, "imaps://surat.kota.test", "imap"), "imap")
	for found, want := range map[bool]string{false: "there is no host of that name: look at its spelling in imap.url", true: "the DNS does not answer"} {
		err := &channels.Error{Kind: channels.Temporary, Code: "dial", Err: &net.DNSError{Name: "surat.kota.test", IsNotFound: !found}}
		says(t, e.refused(t.Context(), "IMAP", err), channels.Wrong, want, "")
	}
}

// What servers say in refusing a login; the words are those of Google, Microsoft and Dovecot.
func TestRefusedLogins(t *testing.T) {
	for name, c := range map[string]struct{ imap, smtp, words string }{
		"Google, app password":   {"NO [ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)", "534-5.7.9 Application-specific password required. For more information, go to\r\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor", "Make an app password"},
		"Google, browser":        {"NO [WEBALERT https://accounts.google.com/signin/continue] Web login required.", "534-5.7.14 <https://accounts.google.com/signin/continue> Please log in\r\n534-5.7.14 via your web browser and then try again.\r\n534 5.7.14 Learn more", "in a browser"},
		"Google, IMAP off":       {"NO [ALERT] Your account is not enabled for IMAP use. Please visit your account settings page and enable your account for IMAP access. (Failure)", "", "IMAP is switched off"},
		"Microsoft, SMTP off":    {"", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information.", "allow Authenticated SMTP"},
		"Microsoft, basic":       {"NO [AUTHENTICATIONFAILED] LogonDenied-BasicAuthBlocked-x", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "log in by OAuth"},
		"Microsoft, not allowed": {"NO User is authenticated but not connected.", "", "the program needs a right on it"},
		"wrong password":         {"NO [AUTHENTICATIONFAILED] Authentication failed for budi@kota.test rahasia.", "535 5.7.8 Error: authentication failed: budi@kota.test rahasia", ".username and its password"},
		"Postfix, wrong":         {"", "535 5.7.8 Error: authentication failed: (reason unavailable)", ".username and its password"},
		"no code":                {"NO Login failed.", "535 no", ".username and its password"},
		"their fault":            {"NO [UNAVAILABLE] Temporary authentication failure. [surat:2026-01-01]", "454 4.7.0 Temporary authentication failure", "the mail server's own log"},
		"too often":              {"NO [LIMIT] Too many simultaneous connections.", "454 4.7.0 Too many login attempts, please try again later.", "too many logins"},
		"no TLS":                 {"NO [PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", "530 5.7.0 Must issue a STARTTLS command first", "no password without TLS"},
	} {
		t.Run(name, func(t *testing.T) {
			at := "imap://" + speak(t, nil, imapGreeting, imap(map[string]string{"LOGIN": "TAG " + c.imap + "\r\n"}))
			to := "smtp://" + speak(t, nil, smtpGreeting, smtp(map[string]string{"AUTH": c.smtp + "\r\n"}))
			all := Look(t.Context(), account(t, at, to))
			for subject, words := range map[string]string{"IMAP": c.imap, "SMTP": c.smtp} {
				if words != "" {
					says(t, about(t, all, subject), channels.Wrong, c.words, "")
				}
			}
		})
	}
}

// A username without an @, and the hosts of providers, are told of where nothing better is known.
func TestAdviceByTheHost(t *testing.T) {
	for host, want := range map[string]string{"imap.gmail.com": "app passwords", "outlook.office365.com": "OAuth", "surat.kota.test": "the whole address"} {
		s := server(t, "imaps://"+host, "imap")
		s.Username = "pengaduan"
		refused := channels.Errorf(channels.Suspended, "login AUTHENTICATIONFAILED", "the mail server refused the login")
		if words, _ := observe(s, "imap").why(t.Context(), refused); !strings.Contains(words, want) {
			t.Errorf("%s: %q", host, words)
		}
	}
}

func TestWhatTheServerTakes(t *testing.T) {
	box := "imap://" + speak(t, nil, imapGreeting, imap(nil))
	ehlo := func(size string) map[string]string {
		return map[string]string{"EHLO": "250-surat\r\n250-AUTH PLAIN\r\n250 " + size + "\r\n"}
	}
	for name, c := range map[string]struct {
		answers  map[string]string
		username string
		subject  string
		grade    channels.Grade
		words    string
	}{
		"all well":       {nil, "", "SMTP", channels.Fine, "logged in, without TLS; it takes mails of up to 52.4 MB"},
		"small":          {ehlo("SIZE 10240000"), "", "SMTP", channels.Doubtful, "of up to 10.2 MB, and ours are of up to 30.0 MB"},
		"no limit":       {ehlo("SIZE"), "", "SMTP", channels.Fine, "names no limit"},
		"not a number":   {ehlo("SIZE -1x"), "", "SMTP", channels.Fine, "names no limit"},
		"no login there": {map[string]string{"EHLO": "250 surat\r\n"}, "", "SMTP", channels.Wrong, "offers no"},
		"closed to us":   {map[string]string{"EHLO": "554 5.7.1 Your host is blocked, budi@kota.test\r\n", "HELO": "554 5.7.1 Your host is blocked, budi@kota.test\r\n"}, "", "SMTP", channels.Wrong, "it says \"5.7.1 Your host is blocked, …\""},
		"our sender":     {nil, "", "sender", channels.Fine, "lets us write as pengaduan@kota.test"},
		"another login":  {nil, "layanan@kota.test", "sender", channels.Doubtful, "the login is another address"},
		"another domain": {nil, "kota@penyedia.test", "sender", channels.Doubtful, "its domain is another one too"},
		"not ours":       {map[string]string{"MAIL FROM:<p": "250 ok\r\n", "RCPT": "553 5.7.1 <pengaduan@kota.test>: Sender address rejected: not owned by user\r\n"}, "", "sender", channels.Wrong, "does not let us write as pengaduan@kota.test"},
		"no null sender": {map[string]string{"MAIL FROM:<>": "550 5.7.1 Null sender not allowed for budi@kota.test\r\n"}, "", "sender", channels.Doubtful, "but not without a return path: receipts go with the address in it"},
		"not now":        {map[string]string{"RCPT": "451 4.3.0 try again\r\n"}, "", "sender", channels.Doubtful, "cannot be told now"},
	} {
		t.Run(name, func(t *testing.T) {
			a := account(t, box, "smtp://"+speak(t, nil, smtpGreeting, smtp(c.answers)))
			if c.username != "" {
				a.SMTP.Username = c.username
			}
			says(t, about(t, Look(t.Context(), a), c.subject), c.grade, c.words, "")
		})
	}
}

// Some servers look at the return path only when they hear who is to get the mail.
func TestALateRefusalOfTheNullPath(t *testing.T) {
	var path atomic.Value
	path.Store("")
	to := speak(t, nil, smtpGreeting, func(l string) string {
		switch {
		case strings.HasPrefix(l, "MAIL"):
			path.Store(l)
		case strings.HasPrefix(l, "RCPT") && strings.HasPrefix(path.Load().(string), "MAIL FROM:<>"):
			return "550 5.7.1 no\r\n"
		}
		return smtp(nil)(l)
	})
	a := account(t, "imap://"+speak(t, nil, imapGreeting, imap(nil)), "smtp://"+to)
	says(t, about(t, Look(t.Context(), a), "sender"), channels.Doubtful, "but not without a return path: receipts go with the address in it", "")
}

// A real mailbox: its folders, its quota as it fills, its TLS.
func TestDovecotIsSurveyed(t *testing.T) {
	ours := newAuthority(t)
	ports, err := loopback.Ports(1)
	if err != nil {
		t.Fatal(err)
	}
	d := dovecot.StartWith(t, certify(t, ours)+fmt.Sprintf(`
service imap-login {
  inet_listener imaps {
    port = %d
    ssl = yes
  }
}
mail_plugins = quota
protocol imap {
  mail_plugins = quota imap_quota
}
plugin {
  quota = maildir:Kotak
  quota_rule = *:storage=1M
}
namespace inbox {
  inbox = yes
  separator = /
  mailbox Pengaduan {
    auto = create
  }
  mailbox Sampah {
    auto = create
    special_use = \Junk
  }
  mailbox Terkirim {
    auto = create
    special_use = \Sent
  }
}
`, ports[0]))
	a := account(t, d.IMAPURL(), "smtp://"+speak(t, nil, smtpGreeting, smtp(nil)))
	a.IMAP.Username, a.IMAP.Password = dovecot.Address, dovecot.Password
	look := func() []channels.Finding { return Look(t.Context(), a) }

	all := look()
	says(t, about(t, all, "IMAP"), channels.Fine, "announces new mail (IDLE)", "")
	says(t, about(t, all, "folder"), channels.Fine, "INBOX holds 0 mails", "")
	says(t, about(t, all, "quota"), channels.Fine, "0 % used (0.0 of 1.0 MB)", "")
	says(t, about(t, all, "Junk"), channels.Fine, "Sampah is empty", "")

	mail := func(kilobytes int) []byte {
		return []byte("From: warga@kampung.test\r\nSubject: halo\r\n\r\n" + strings.Repeat(strings.Repeat("x", 62)+"\r\n", 16*kilobytes))
	}
	if err := d.Deliver(mail(850)); err != nil {
		t.Fatal(err)
	}
	into(t, a, "Sampah", mail(1))
	all = look()
	says(t, about(t, all, "folder"), channels.Fine, "INBOX holds 1 mails", "")
	says(t, about(t, all, "quota"), channels.Doubtful, "8", "")
	says(t, about(t, all, "quota"), channels.Doubtful, "of 1.0 MB): a full mailbox takes no reports", "")
	says(t, about(t, all, "Junk"), channels.Doubtful, "1 mails lie in Sampah, of which nobody has opened 1", "")
	if err := d.Deliver(mail(180)); err != nil {
		t.Fatal(err)
	}
	says(t, about(t, look(), "quota"), channels.Wrong, "a full mailbox takes no reports", "")

	host := strings.TrimSuffix(strings.TrimPrefix(d.IMAPURL(), "imap://"), "/INBOX")
	for wanted, found := range map[string]string{"pengaduan": "Pengaduan", "INBOX.Pengaduan": "Pengaduan", "Pengadaun": "Pengaduan", "Arsip": "", "INBOX/Sampah": "Sampah"} {
		a.IMAP.Folder = wanted
		line := `url = "imap://` + host + `"`
		if found != "" {
			line = `url = "imap://` + host + "/" + found + `"`
		}
		says(t, about(t, look(), "folder"), channels.Wrong, "there is no folder "+wanted+"; there are ", line)
	}
	says(t, about(t, look(), "Sent"), channels.Fine, "stands on no ticket. Where they do", `sent = "Terkirim"`)
	a.Sent = "Sent"
	says(t, about(t, look(), "Sent"), channels.Wrong, "there is no folder Sent", `sent = "Terkirim"`)
	a.Sent = "Terkirim"
	says(t, about(t, look(), "Sent"), channels.Fine, "is read in Terkirim", "")
	a.IMAP.Folder = "Sampah"
	says(t, about(t, look(), "Junk"), channels.Fine, "Sampah is what is read", "")

	secure := server(t, fmt.Sprintf("imaps://127.0.0.1:%d/", ports[0]), "imap")
	secure.Username, secure.Password = dovecot.Address, "bukan-ini"
	a.IMAP = secure
	says(t, about(t, look(), "IMAP"), channels.Wrong, "who is not known here", "")
	a.IMAP.TLS = ours.roots()
	says(t, about(t, look(), "IMAP"), channels.Wrong, "look at imap.username and its password", "")
	a.IMAP.Password = dovecot.Password
	says(t, about(t, look(), "IMAP"), channels.Fine, "certificate until ", "")
}

// certify writes a certificate that the authority signed, and returns Dovecot's settings that use it.
func certify(t *testing.T, by *authority) string {
	t.Helper()
	cert := by.serving(t, 365*24*time.Hour)
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return "ssl = yes\nssl_cert = <" + write("cert.pem", "CERTIFICATE", cert.Certificate[0]) + "\nssl_key = <" + write("key.pem", "PRIVATE KEY", key) + "\n"
}

// into puts a mail into a folder, as the server's filter does.
func into(t *testing.T, a Account, folder string, raw []byte) {
	t.Helper()
	client, err := imapclient.DialInsecure(a.IMAP.Address(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Login(a.IMAP.Username, a.IMAP.Password).Wait(); err != nil {
		t.Fatal(err)
	}
	cmd := client.Append(folder, int64(len(raw)), nil)
	if _, err := bytes.NewReader(raw).WriteTo(cmd); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestAServerElsewhereWithoutTLS(t *testing.T) {
	for host, grade := range map[string]channels.Grade{"surat.kota.test": channels.Doubtful, "127.0.0.1": channels.Fine} {
		says(t, observe(server(t, "imap://"+host, "imap"), "imap").reached("IMAP"), grade, "logged in, without TLS", "")
	}
}
