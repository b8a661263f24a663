package survey

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"tanggap/channels"
	"tanggap/channels/email/trust"
	"tanggap/channels/email/wire"
	"tanggap/internal/dovecot"
)

// relay is a mail server that hands on what it takes.
type relay struct {
	handOn func(raw []byte) error
}

func (r relay) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return r, nil }
func (relay) Mail(string, *gosmtp.MailOptions) error            { return nil }
func (relay) Rcpt(string, *gosmtp.RcptOptions) error            { return nil }
func (relay) Reset()                                            {}
func (relay) Logout() error                                     { return nil }

func (r relay) Data(body io.Reader) error {
	raw, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	return r.handOn(raw)
}

// through is the URL of one.
func through(t *testing.T, handOn func(raw []byte) error) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := gosmtp.NewServer(relay{handOn})
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	return "smtp://" + l.Addr().String()
}

const received = "Received: from pc (pc [192.0.2.7]) by mx.kota.test (Postfix) with ESMTPSA id 1;\r\n\tThu, 1 Jan 2026 00:00:00 +0000\r\n"

// A mail goes out and comes into a real mailbox, by a server that writes what it found, or does not, or changes it.
func TestAMailProvesItsWay(t *testing.T) {
	d := dovecot.StartWith(t, "namespace inbox {\n  inbox = yes\n  mailbox Sampah {\n    auto = create\n    special_use = \\Junk\n  }\n}\n")
	stamp := func(s string) func([]byte) []byte {
		return func(raw []byte) []byte {
			return append([]byte(received+"Authentication-Results: "+s+"\r\n"), raw...)
		}
	}
	type finding struct {
		grade channels.Grade
		words string
	}
	fine := finding{channels.Fine, ""}
	const sound = "mx.kota.test; spf=pass smtp.mailfrom=kota.test; dkim=pass header.d=kota.test; dmarc=pass header.from=kota.test"
	for name, c := range map[string]struct {
		change func([]byte) []byte
		known  string // the authserv_id that is configured
		spam   bool
		want   map[string]finding
		line   string // of authserv_id
	}{
		"all well":           {stamp(sound), "mx.kota.test", false, map[string]finding{"arrival": {channels.Fine, "in INBOX after"}, "authentication": {channels.Fine, "mx.kota.test found: SPF pass, DKIM pass, DMARC pass"}, "authserv_id": fine}, ""},
		"no name yet":        {stamp(sound), "", false, map[string]finding{"authserv_id": {channels.Doubtful, "not looked at yet"}}, `authserv_id = "mx.kota.test"`},
		"another name":       {stamp(sound), "kota.test", false, map[string]finding{"authserv_id": {channels.Wrong, "writes as mx.kota.test, not as kota.test"}}, `authserv_id = "mx.kota.test"`},
		"not signed":         {stamp("mx.kota.test; spf=fail; dkim=none; dmarc=fail"), "mx.kota.test", false, map[string]finding{"authentication": {channels.Wrong, "SPF: does not allow the server that we send through"}}, ""},
		"no records":         {stamp("mx.kota.test; spf=none; dkim=pass; dmarc=none"), "mx.kota.test", false, map[string]finding{"authentication": {channels.Doubtful, "the domain has no DMARC record"}}, ""},
		"signature broken":   {stamp("mx.kota.test; dkim=fail; dkim=neutral"), "mx.kota.test", false, map[string]finding{"authentication": {channels.Wrong, "SPF not looked at, DKIM neutral, DMARC not looked at. DKIM: the signature does not hold"}}, ""},
		"spam":               {stamp(sound), "mx.kota.test", true, map[string]finding{"arrival": {channels.Doubtful, "in Sampah after"}}, ""},
		"nobody looks":       {func(raw []byte) []byte { return append([]byte(received), raw...) }, "", false, map[string]finding{"authentication": {channels.Doubtful, "no server on the way wrote what it found"}}, ""},
		"another's":          {stamp("keluar.penyedia.test; spf=pass"), "", false, map[string]finding{"authserv_id": {channels.Doubtful, "it cannot be told whether that is the server of this mailbox"}}, ""},
		"nameless":           {stamp("spf=pass smtp.mailfrom=kota.test; dkim=pass; dmarc=pass"), "mx.kota.test", false, map[string]finding{"authentication": {channels.Fine, "the mail server found: SPF pass"}, "authserv_id": {channels.Doubtful, "leave authserv_id empty. It is now mx.kota.test, who wrote none"}}, ""},
		"another sender":     {func(raw []byte) []byte { return bytes.Replace(raw, []byte("From: <p"), []byte("From: <x"), 1) }, "", false, map[string]finding{"From": {channels.Wrong, "another sender in place of pengaduan@kota.test"}}, ""},
		"another Message-ID": {func(raw []byte) []byte { return bytes.Replace(raw, []byte("<test-"), []byte("<0102-"), 1) }, "", false, map[string]finding{"Message-ID": {channels.Wrong, "answers will not find their tickets"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var a Account
			a = account(t, d.IMAPURL(), through(t, func(raw []byte) error {
				raw = c.change(raw)
				if c.spam {
					into(t, a, "Sampah", raw)
					return nil
				}
				return d.Deliver(raw)
			}))
			a.IMAP.Username, a.IMAP.Password, a.SMTP.Username = dovecot.Address, dovecot.Password, ""
			all := Prove(t.Context(), a, proof(a, c.known, time.Minute))
			for subject, want := range c.want {
				f := about(t, all, subject)
				if f.Grade != want.grade || !strings.Contains(f.Detail, want.words) {
					t.Errorf("%+v, want %s: %s", f, want.grade, want.words)
				}
				if subject == "authserv_id" && (c.line != "" && !slices.Equal(f.Lines, []string{c.line}) || c.line == "" && len(f.Lines) > 0) {
					t.Errorf("lines %q, want %q", f.Lines, c.line)
				}
			}
			for _, f := range all {
				if _, named := c.want[f.Subject]; !named && f.Grade == channels.Wrong {
					t.Errorf("also wrong: %+v", f)
				}
			}
		})
	}

	lost := account(t, d.IMAPURL(), through(t, func([]byte) error { return nil }))
	lost.IMAP.Username, lost.IMAP.Password, lost.SMTP.Username = dovecot.Address, dovecot.Password, ""
	says(t, about(t, Prove(t.Context(), lost, proof(lost, "", 50*time.Millisecond)), "arrival"), channels.Wrong, "not there after 50ms, in none of the folders INBOX, Sampah", "")
	refusing := account(t, d.IMAPURL(), through(t, func([]byte) error { return &gosmtp.SMTPError{Code: 554, Message: "no mail from budi@kota.test"} }))
	refusing.IMAP.Username, refusing.IMAP.Password, refusing.SMTP.Username = dovecot.Address, dovecot.Password, ""
	says(t, about(t, Prove(t.Context(), refusing, proof(refusing, "", time.Minute)), "sending"), channels.Wrong, `no mail from …"`, "")
	lost.IMAP.Password = "bukan-ini"
	says(t, about(t, Prove(t.Context(), lost, proof(lost, "", time.Minute)), "IMAP"), channels.Wrong, "refuses the login", "")
	lost.IMAP.Password, lost.IMAP.Folder = dovecot.Password, "Arsip"
	says(t, about(t, Prove(t.Context(), lost, proof(lost, "", time.Minute)), "folder"), channels.Wrong, "there is no folder Arsip", fmt.Sprintf("url = %q", strings.TrimSuffix(d.IMAPURL(), "/INBOX")))
}

func proof(a Account, known string, wait time.Duration) Proof {
	key := "test-" + strings.ToLower(rand.Text())
	p := Proof{Key: key, MessageID: key + ".abc@kota.test", AuthServID: known, Wait: wait}
	p.Send = func(ctx context.Context) error {
		conn, err := a.SMTP.Submit(ctx, "kota.test")
		if err != nil {
			return err
		}
		defer conn.Quit()
		own := "<" + a.Address + ">"
		return conn.Transfer(a.Address, []byte("From: "+own+"\r\nTo: "+own+"\r\nMessage-ID: <"+p.MessageID+">\r\nSubject: uji\r\n\r\nuji "+key+"\r\n"), a.Address)
	}
	return p
}

// Where the mail server's clock stands is seen by when it says that the mail came.
func TestClocksThatDiffer(t *testing.T) {
	a := account(t, "imap://127.0.0.1", "smtp://127.0.0.1")
	p := Proof{MessageID: "a@kota.test"}
	raw := []byte("From: <pengaduan@kota.test>\r\nMessage-ID: <a@kota.test>\r\n\r\n")
	now := time.Now()
	for ahead, want := range map[time.Duration]string{time.Hour: "ahead of ours by 1h0m0s", -time.Hour: "behind ours by 1h0m0s", 30 * time.Second: ""} {
		all := p.arrived(a, wire.Mail{Raw: raw, Arrived: now.Add(ahead)}, &watched{folder: "INBOX"}, now)
		i := slices.IndexFunc(all, func(f channels.Finding) bool { return f.Subject == "clock" })
		if want == "" && i >= 0 || want != "" && (i < 0 || !strings.Contains(all[i].Detail, want)) {
			t.Errorf("%s: %+v", ahead, all)
		}
	}
}

// Microsoft's server writes no name, and only where it writes tells that it did.
func TestResultsOfMicrosoftAreProposed(t *testing.T) {
	const hop = "Received: from A.apcprd04.prod.outlook.com (2603:1096:4::1) by B.apcprd04.prod.outlook.com (2603:1096:4::2) with HTTPS; Thu, 1 Jan 2026 00:00:00 +0000\r\n"
	const results = "authentication-results: dkim=none (message not signed)\r\n header.d=none;dmarc=none action=none header.from=kota.test;\r\n"
	for known, want := range map[string]struct {
		grade channels.Grade
		words string
		lines int
	}{
		"":             {channels.Doubtful, "not looked at yet", 1},
		"Microsoft":    {channels.Fine, "without a name", 0},
		"mx.kota.test": {channels.Wrong, "writes without a name, as Microsoft's does, not as mx.kota.test", 1},
	} {
		f := about(t, Proof{AuthServID: known}.vouched(trust.Stamps([]byte(hop+results+"\r\n"))), "authserv_id")
		if f.Grade != want.grade || !strings.Contains(f.Detail, want.words) || len(f.Lines) != want.lines || want.lines > 0 && f.Lines[0] != `authserv_id = "microsoft"` {
			t.Errorf("%q: %+v", known, f)
		}
	}
}
