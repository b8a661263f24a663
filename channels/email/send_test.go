package email

import (
	"bytes"
	"errors"
	"io"
	"net/mail"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/internal/sim"
)

func outbound() channels.Outbound {
	return channels.Outbound{
		Key: "01jx-9a", To: channels.Address{Kind: channels.Mail, Value: "budi@kampung.test"}, Language: "id",
		Subject: "Laporan 482-177-3051", Text: "Terima kasih, laporan Anda sudah kami teruskan.",
		First: time.Date(2026, 3, 17, 3, 0, 0, 500, time.UTC),
	}
}

func rendered(t *testing.T, a *Adapter, out channels.Outbound) []byte {
	t.Helper()
	_, raw, err := a.compose(out)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestEveryAttemptHasTheSameBytes(t *testing.T) {
	a := offline(t, nil)
	out := outbound()
	out.ReplyTo, out.References = "a2@kampung.test", []string{"a1@kampung.test", a.messageID("k0")}
	out.Attachments = []channels.Attachment{{Name: "foto.jpg", Type: "image/jpeg", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(strings.Repeat("x", 5000))), nil
	}}}
	first := rendered(t, a, out)
	if again := rendered(t, offline(t, nil), out); !bytes.Equal(first, again) {
		t.Error("two attempts differ")
	}
	if bytes.Contains(bytes.ToLower(first), []byte("go-mail")) {
		t.Error("the mail names our library")
	}
	for l := range bytes.Lines(first) {
		if len(l) > 998+2 {
			t.Errorf("a line has %d bytes", len(l))
		}
	}
}

func TestHeadersOfAnAnswer(t *testing.T) {
	a := offline(t, func(c *Config) { c.Name = "Layanan Pengaduan" })
	out := outbound()
	out.ReplyTo, out.References, out.Automatic = "a2@kampung.test", []string{"a1@kampung.test", "a2@kampung.test"}, true
	m, err := mail.ReadMessage(bytes.NewReader(rendered(t, a, out)))
	if err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{
		"From": `"Layanan Pengaduan" <pengaduan@kota.test>`, "To": "<budi@kampung.test>", "Subject": "Re: Laporan 482-177-3051",
		"Date": "Tue, 17 Mar 2026 03:00:00 +0000", "Message-Id": "<" + a.messageID("01jx-9a") + ">",
		"In-Reply-To": "<a2@kampung.test>", "References": "<a1@kampung.test> <a2@kampung.test>",
		"Auto-Submitted": "auto-replied", "X-Loop": "pengaduan@kota.test", "User-Agent": "", "X-Mailer": "",
	} {
		if got := m.Header.Get(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
}

func TestNothingGetsIntoTheHeader(t *testing.T) {
	a := offline(t, nil)
	const evil = "x\r\nBcc: semua@orang.test\r\n\r\n<script>"
	out := outbound()
	out.Subject, out.Language = "Laporan"+evil, evil
	out.ReplyTo, out.References = "a@b"+evil, []string{"c@d>" + evil}
	out.Attachments = []channels.Attachment{{Name: "foto" + evil, Type: "image/jpeg" + evil, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader("x")), nil
	}}}
	raw := rendered(t, a, out)
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("Bcc") != "" || m.Header.Get("In-Reply-To") != "" || m.Header.Get("References") != "" {
		t.Errorf("the header has %v", m.Header)
	}
	if bytes.Contains(raw, []byte("\nBcc:")) {
		t.Error("a field came in through a value")
	}
	for _, to := range []string{"a@b.test\r\nBcc: c@d.test", "a@b.test>, <c@d.test", "Budi <a@b.test>", "", "bukan alamat", "a b@c.test"} {
		out := outbound()
		out.To.Value = to
		if _, _, err := a.compose(out); channels.KindOf(err) != channels.Unreachable {
			t.Errorf("to %q: %v, want unreachable", to, err)
		}
	}
	out = outbound()
	out.Key = "a@b>\r\n"
	if _, _, err := a.compose(out); channels.KindOf(err) != channels.Rejected {
		t.Errorf("a key that breaks out: %v, want rejected", err)
	}
}

func TestAutomaticMailHasNoReturnPath(t *testing.T) {
	p := newPlatform(t).(*platform)
	a := newAdapter(t, p.config())
	for _, automatic := range []bool{true, false} {
		out := outbound()
		out.Automatic = automatic
		if _, err := a.Send(t.Context(), out); err != nil {
			t.Fatal(err)
		}
		taken := p.mail.Taken()
		want := p.config().Address
		if automatic {
			want = ""
		}
		if got := taken[len(taken)-1].ReturnPath; got != want {
			t.Errorf("automatic %v: return path %q, want %q", automatic, got, want)
		}
	}
}

// A notice answers nothing, and that it came back is to be known.
func TestANoticeHasAReturnPath(t *testing.T) {
	p := newPlatform(t).(*platform)
	a := newAdapter(t, p.config())
	out := outbound()
	out.Automatic, out.Notice = true, true
	if _, err := a.Send(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	taken := p.mail.Taken()
	last := taken[len(taken)-1]
	if last.ReturnPath != p.config().Address || !strings.Contains(string(last.Raw), "Auto-Submitted: auto-generated") {
		t.Errorf("return path %q in\n%s", last.ReturnPath, last.Raw)
	}
}

func TestAFullMailboxIsTriedAgain(t *testing.T) {
	p := newPlatform(t).(*platform)
	p.mail.Fail(sim.MailFull, 1)
	_, err := newAdapter(t, p.config()).Send(t.Context(), outbound())
	if channels.KindOf(err) != channels.Temporary {
		t.Errorf("Send: %v, want temporary: who empties it can be reached again", err)
	}
}

func TestAttachmentsAreBounded(t *testing.T) {
	a := offline(t, nil)
	endless := func() (io.ReadCloser, error) { return io.NopCloser(zeros{}), nil }
	broken := func() (io.ReadCloser, error) { return nil, errors.New("disk") }
	for what, c := range map[string]struct {
		file channels.Attachment
		want channels.ErrorKind
	}{
		"too large by its word": {channels.Attachment{Size: maxAttachment + 1, Open: endless}, channels.Rejected},
		"too large in truth":    {channels.Attachment{Size: 1, Open: endless}, channels.Rejected},
		"unreadable":            {channels.Attachment{Size: 1, Open: broken}, channels.Temporary},
	} {
		out := outbound()
		out.Attachments = []channels.Attachment{c.file}
		if _, _, err := a.compose(out); channels.KindOf(err) != c.want {
			t.Errorf("%s: %v, want %s", what, err, c.want)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// An address may have letters beyond ASCII before the @, which not every server carries, and after it, which all do.
func TestAddressesInOtherLetters(t *testing.T) {
	a := offline(t, nil)
	for address, want := range map[string]string{
		"budi@contoh-käse.test": "budi@xn--contoh-kse-x5a.test", "büdi@kampung.test": "büdi@kampung.test", "warga+1@kampung.test": "warga+1@kampung.test",
		"surabaya@例え.test": "surabaya@xn--r8jz45g.test", "b\u202eudi@kampung.test": "", "bu di@kampung.test": "", "budi@kam pung.test": "", "budi\u00a0@kampung.test": "",
	} {
		out := outbound()
		out.To.Value = address
		to, raw, err := a.compose(out)
		if to != want || (err == nil) != (want != "") || err == nil && !bytes.Contains(raw, []byte("\r\nTo: <"+want+">\r\n")) {
			t.Errorf("%q: to %q, %v, want %q in\n%.300s", address, to, err, want, raw)
		}
	}
}
