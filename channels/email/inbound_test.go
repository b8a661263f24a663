package email

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/wire"
	"tanggap/internal/sim"
)

// offline is an adapter that connects nowhere.
func offline(t testing.TB, change func(*Config)) *Adapter {
	t.Helper()
	c := Config{
		Address: "Pengaduan@Kota.test", ReplySecret: "rahasia balasan", AuthServID: "mx.kota.test",
		IMAP: Server{URL: "imaps://mail.kota.test", Username: "u", Password: "p"},
		SMTP: Server{URL: "smtps://mail.kota.test", Username: "u", Password: "p"},
	}
	if change != nil {
		change(&c)
	}
	return newAdapter(t, c)
}

// mailOf writes headers, one a line, and a body.
func mailOf(header, body string) wire.Mail {
	raw := strings.ReplaceAll(strings.TrimSpace(header)+"\n\n"+body, "\n", "\r\n")
	return wire.Mail{Raw: []byte(raw), Arrived: time.Date(2026, 3, 17, 3, 0, 0, 0, time.UTC)}
}

const person = "From: Budi <Budi@Kampung.test>\nTo: pengaduan@kota.test\nSubject: Lampu\nMessage-ID: <a1@kampung.test>\nDate: Tue, 17 Mar 2026 09:30:00 +0700\n"

func TestKindsOfMail(t *testing.T) {
	a := offline(t, nil)
	own := a.messageID("k-1")
	cases := []struct {
		name   string
		header string
		body   string
		want   channels.InboundKind
	}{
		{"a person's", person, "lampu mati", channels.Message},
		{"an out-of-office note", person + "Auto-Submitted: auto-replied\n", "saya cuti", channels.Robot},
		{"an ordinary mail that says so", person + "Auto-Submitted: no\n", "lampu mati", channels.Message},
		{"a list's", person + "List-Id: <warga.kampung.test>\n", "pengumuman", channels.Robot},
		{"bulk", person + "Precedence: bulk\n", "promo", channels.Robot},
		{"Outlook's automatic answer", person + "X-Auto-Response-Suppress: All\n", "cuti", channels.Robot},
		{"one without return path", "Return-Path: <>\n" + person, "laporan harian", channels.Robot},
		{"our own, come back", strings.Replace(person, "a1@kampung.test", own, 1), "gema", channels.Robot},
		{"from our own address", strings.Replace(person, "Budi@Kampung.test", "pengaduan@kota.test", 1), "gema", channels.Robot},
		{"one that went through us", person + "X-Loop: pengaduan@kota.test\n", "gema", channels.Robot},
		{"a read receipt", person + "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\n", "--b\n\ndibaca\n--b--\n", channels.Robot},
		{"nobody's", "Subject: halo\nMessage-ID: <x@y>\n", "siapa saya", channels.Unknown},
		{"from a broken address", "From: Budi di rumah\nSubject: halo\n", "halo", channels.Unknown},
		{"a bounce", "From: MAILER-DAEMON@mx.test\nSubject: Undelivered Mail Returned to Sender\nMessage-ID: <b@mx.test>\n", "550 5.1.1 user unknown", channels.Bounce},
		{"prose about a bounce", strings.Replace(person, "Lampu", "Mail delivery failed kemarin", 1), "email saya ke dinas ditolak", channels.Message},
	}
	for _, c := range cases {
		in := a.inbound(mailOf(c.header, c.body))
		if in.Kind != c.want {
			t.Errorf("%s came as %q, want %q", c.name, in.Kind, c.want)
		}
		if in.EventID == "" || in.MessageID == "" || len(in.Raw) == 0 || in.RawType != "message/rfc822" {
			t.Errorf("%s: event %q, message %q, %d raw bytes of %q", c.name, in.EventID, in.MessageID, len(in.Raw), in.RawType)
		}
	}
	m := a.inbound(mailOf(person, "lampu mati"))
	if m.From.Value != "budi@kampung.test" || m.Name != "Budi" || m.Subject != "Lampu" || m.Text != "lampu mati" || m.MessageID != "a1@kampung.test" {
		t.Errorf("read %+v", m)
	}
	if want := time.Date(2026, 3, 17, 2, 30, 0, 0, time.UTC); !m.SentAt.Equal(want) {
		t.Errorf("sent at %v, want %v", m.SentAt, want)
	}
}

func TestRobotsTellBySignWhatGaveThemAway(t *testing.T) {
	a := offline(t, func(c *Config) { c.Siblings = []string{"Info@Kota.test", "pengaduan@kota.test"} })
	for header, want := range map[string]channels.Sign{
		person: "",
		person + "List-Id: <warga.kampung.test>\n":                          channels.SignList,
		person + "X-Loop: info@kota.test\n":                                 channels.SignOurs,
		strings.Replace(person, "Budi@Kampung.test", "INFO@kota.test", 1):   channels.SignOurs,
		strings.Replace(person, "a1@kampung.test", a.messageID("k-1"), 1):   channels.SignOurs,
		strings.Replace(person, "Budi@Kampung.test", "info@kota2.test", 1):  "",
		strings.Replace(person, "Budi@Kampung.test", "xinfo@kota.test", 1):  "",
		strings.Replace(person, "Budi@Kampung.test", "nobody@kota.test", 1): "",
	} {
		if in := a.inbound(mailOf(header, "lampu mati")); in.Sign != want || (in.Kind == channels.Robot) != (want != "") {
			t.Errorf("%q came as %s by %q, want %q", header, in.Kind, in.Sign, want)
		}
	}
}

func TestOnlyGenuineIDsOfOursThread(t *testing.T) {
	a := offline(t, nil)
	other := offline(t, func(c *Config) { c.ReplySecret = "lain" })
	real, forged := a.messageID("01jx-7"), other.messageID("01jx-7")
	in := a.inbound(mailOf(person+fmt.Sprintf("In-Reply-To: <%s>\nReferences: <asal@kampung.test> <%s> <%s>\n",
		strings.ToUpper(real), forged, real), "sudah diperbaiki, terima kasih"))
	want := fmt.Sprint([]string{real, "asal@kampung.test"})
	if fmt.Sprint(in.ReplyTo) != want || fmt.Sprint(in.Claims) != fmt.Sprint([]string{real}) {
		t.Errorf("answers %v, want %s; claims %v", in.ReplyTo, want, in.Claims)
	}
	cut := "01jx-7@kota.test" // without its HMAC: believed to be no message of ours, and shown to staff as one
	in = a.inbound(mailOf(person+"In-Reply-To: <"+cut+">\n", "terima kasih"))
	if fmt.Sprint(in.ReplyTo) != fmt.Sprint([]string{cut}) || fmt.Sprint(in.Claims) != fmt.Sprint([]string{real}) {
		t.Errorf("half a Message-ID answers %v, claims %v", in.ReplyTo, in.Claims)
	}
}

func TestIDsOfOurOtherMailboxesThread(t *testing.T) {
	other := offline(t, func(c *Config) { c.Address, c.ReplySecret = "Kelurahan@kota.test", "lain" })
	a := offline(t, func(c *Config) { c.Kin = []Kin{{Account: "kel", Address: " Kelurahan@Kota.test", Secret: "lain"}} })
	id := other.messageID("01jx-7")
	in := a.inbound(mailOf(person+"In-Reply-To: <"+id+">\n", "terima kasih"))
	if want := fmt.Sprint([]string{"kel " + id}); fmt.Sprint(in.ReplyTo) != want || in.Claims != nil {
		t.Errorf("answers %v, claims %v, want %s", in.ReplyTo, in.Claims, want)
	}
	for _, forged := range []string{"<kel " + a.messageID("01jx-7") + ">", "<" + strings.Replace(id, "01jx-7", "01jx-8", 1) + ">"} {
		in := a.inbound(mailOf(person+"In-Reply-To: "+forged+"\n", "terima kasih"))
		for _, answered := range in.ReplyTo {
			if account, _ := channels.Whose("mail", answered); account != "mail" {
				t.Errorf("%s is believed as %q", forged, answered)
			}
		}
	}
}

func TestBouncesNameOurMessage(t *testing.T) {
	p := newPlatform(t).(*platform)
	a := newAdapter(t, p.config())
	in := newMarkingInbox()
	poll(t, a, in)
	<-in.marks
	for status, want := range map[string]channels.ErrorKind{"5.1.1": channels.Unreachable, "5.2.2": channels.Temporary} {
		key := "k" + strings.ReplaceAll(status, ".", "-")
		receipt, err := a.Send(t.Context(), channels.Outbound{Key: key, To: p.Address(0), Text: "halo", First: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		before := len(in.Messages())
		if err := p.mail.Bounce(receipt.MessageID, status); err != nil {
			t.Fatal(err)
		}
		await(t, in.Inbox, "the bounce", func() bool { return len(in.Messages()) > before })
		m := in.Messages()[before]
		if m.Kind != channels.Bounce || m.Bounced == nil {
			t.Fatalf("%s: came as %s, report %v", status, m.Kind, m.Bounced)
		}
		if m.Bounced.Key != key || m.Bounced.MessageID != receipt.MessageID || m.Bounced.Kind != want || m.Bounced.Code != status {
			t.Errorf("%s: reported %+v", status, *m.Bounced)
		}
	}
}

func TestAForgedBounceReportsNothing(t *testing.T) {
	a := offline(t, nil)
	forged := offline(t, func(c *Config) { c.ReplySecret = "lain" }).messageID("k-1")
	in := a.inbound(mailOf("From: MAILER-DAEMON@mx.test\nSubject: Undelivered Mail Returned to Sender\n",
		"550 5.1.1 user unknown\n\nMessage-ID: <"+forged+">\n"))
	if in.Kind != channels.Bounce || in.Bounced != nil {
		t.Errorf("came as %s with the report %v", in.Kind, in.Bounced)
	}
}

func TestForgedSendersAreUnverified(t *testing.T) {
	a := offline(t, nil)
	for header, want := range map[string]bool{
		"": false,
		"Authentication-Results: mx.kota.test; spf=pass; dkim=pass; dmarc=pass\n":                                                       false,
		"Authentication-Results: mx.kota.test; spf=pass; dkim=none; dmarc=fail (p=none)\n":                                              true,
		"Authentication-Results: mx.kota.test; spf=fail smtp.mailfrom=a@b.test\n":                                                       true,
		"Authentication-Results: mx.kota.test; spf=fail smtp.mailfrom=a@b.test; dkim=pass header.d=kampung.test\n":                      false,
		"Authentication-Results: mx.lain.test; dmarc=fail\n":                                                                            false,
		"Authentication-Results: mx.kota.test; dmarc=fail\nAuthentication-Results: mx.kota.test; dmarc=pass\n":                          true,
		"Authentication-Results: mx.lain.test; dmarc=fail\nAuthentication-Results: MX.kota.test; dmarc=pass header.from=kampung.test\n": false,
	} {
		in := a.inbound(mailOf(header+person, "halo"))
		if in.Unverified != want || in.Unproven != (header == "" || strings.HasPrefix(header, "Authentication-Results: mx.lain.test; dmarc=fail\n") && !strings.Contains(header, "MX")) {
			t.Errorf("%q: unverified %v, unproven %v", header, in.Unverified, in.Unproven)
		}
	}
	posing := a.inbound(mailOf(strings.Replace(person, "Budi <", "\"siti@kampung.test\" <", 1), "halo"))
	if posing.Name != "" || !posing.Unproven {
		t.Errorf("another's address as a name: %q, unproven %v", posing.Name, posing.Unproven)
	}
	twice := a.inbound(mailOf("From: Siti <siti@kampung.test>\n"+person, "halo"))
	if !twice.Unverified {
		t.Errorf("two authors are %s", twice.From.Value)
	}
}

func TestAttachmentsAreFoundAgainInTheBytes(t *testing.T) {
	p := newPlatform(t).(*platform)
	a := newAdapter(t, p.config())
	in := newMarkingInbox()
	poll(t, a, in)
	<-in.marks
	files := []sim.MailFile{{Name: "foto jalan.jpg", Type: "image/jpeg", Data: []byte("JPEG…")}, {Name: "surat.pdf", Type: "application/pdf", Data: []byte("PDF…")}}
	if _, err := p.mail.Write(sim.MailLetter{From: "w@x.test", Subject: "foto", Text: "terlampir", Files: files}); err != nil {
		t.Fatal(err)
	}
	await(t, in.Inbox, "the mail", func() bool { return len(in.Messages()) == 1 })
	m := in.Messages()[0]
	if len(m.Media) != len(files) || m.Text != "terlampir" {
		t.Fatalf("%d media beside %q, want %d", len(m.Media), m.Text, len(files))
	}
	for i, f := range files {
		media := m.Media[i]
		if media.Name != f.Name || media.Type != f.Type || media.Size != int64(len(f.Data)) {
			t.Errorf("%s came as %s %s with %d bytes", f.Name, media.Name, media.Type, media.Size)
		}
		r, err := a.Extract(m.Raw, media.Ref)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(r); err != nil || string(b) != string(f.Data) {
			t.Errorf("%s extracts as %q, %v", f.Name, b, err)
		}
	}
	if _, err := a.Extract(m.Raw, "99"); channels.KindOf(err) != channels.Rejected {
		t.Errorf("extracting what is not there: %v", err)
	}
}

func TestConfigIsChecked(t *testing.T) {
	for what, change := range map[string]func(*Config){
		"no address":          func(c *Config) { c.Address = "" },
		"a name as address":   func(c *Config) { c.Address = "Kota <a@b.test>" },
		"no IMAP":             func(c *Config) { c.IMAP.URL = "" },
		"an HTTP URL":         func(c *Config) { c.IMAP.URL = "https://mail.kota.test" },
		"a login in the URL":  func(c *Config) { c.SMTP.URL = "smtp://u:rahasia@mail.kota.test" },
		"no password":         func(c *Config) { c.IMAP.Password = "" },
		"no password of SMTP": func(c *Config) { c.SMTP.Password = "" },
	} {
		c := offline(t, nil).config
		change(&c)
		_, err := New("mail", c, nil, offline(t, nil).log)
		if err == nil {
			t.Errorf("%s: no error", what)
		} else if strings.Contains(err.Error(), "rahasia") {
			t.Errorf("%s: the error holds the secret", what)
		}
	}
}
