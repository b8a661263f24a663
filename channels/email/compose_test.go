package email

import (
	"bytes"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"tanggap/channels"
	"tanggap/channels/email/letter"
	"tanggap/internal/smtpsink"
)

func attachment(name, kind string, data []byte) channels.Attachment {
	return channels.Attachment{Name: name, Type: kind, Size: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

// FuzzCompose: whatever a citizen or staff wrote anywhere, a mail goes to one address, and its header has the fields
// that we gave it.
func FuzzCompose(f *testing.F) {
	for _, evil := range []string{
		"x\r\nBcc: semua@orang.test\r\n\r\n<script>", "a@b.test>\r\nRCPT TO:<c@d.test", "a@b.test", "\"a\\\"b\"@c.test", "a@b.test, c@d.test", "bü\u202edi@käse.test",
		"=?utf-8?b?DQpCY2M6IHhAeC50ZXN0?= <a@b.test>", "<a@b.test> <c@d.test>", strings.Repeat("a", 600) + "@b.test", "\r\n.\r\n", "\x00\xff", "a%b@c.test", "a!b@c.test", "@a,@b:c@d.test",
	} {
		f.Add(evil, evil, evil, evil, evil)
	}
	a := offline(f, func(c *Config) { c.Name = "Layanan\r\nBcc: x@x.test" })
	f.Fuzz(func(t *testing.T, to, subject, text, id, file string) {
		out := outbound()
		out.To.Value, out.Subject, out.Text, out.Language = to, subject, text, file
		out.ReplyTo, out.References = id, []string{id, to, subject, "a1@kampung.test"}
		out.Attachments = []channels.Attachment{attachment(file, subject, []byte(text))}
		address, raw, err := a.compose(out)
		if err != nil {
			return
		}
		at := strings.LastIndexByte(address, '@')
		if at < 1 || strings.ContainsAny(address, "\r\n\x00 <>") || strings.ContainsFunc(address[at:], func(r rune) bool { return r >= utf8.RuneSelf }) {
			t.Fatalf("goes to %q", address)
		}
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		if err != nil {
			t.Fatalf("%v in %q", err, raw)
		}
		for name, values := range m.Header {
			if !slices.Contains([]string{
				"Date", "From", "To", "Subject", "Thread-Topic", "Message-Id", "In-Reply-To", "References", "X-Loop", "Content-Language", "Mime-Version", "Content-Type",
			}, name) || len(values) != 1 {
				t.Errorf("the header has %s: %q", name, values)
			}
		}
		if got := m.Header.Get("To"); got != "<"+address+">" {
			t.Errorf("To is %q, sent to %q", got, address)
		}
		for _, name := range []string{"In-Reply-To", "References"} {
			for _, word := range strings.Fields(m.Header.Get(name)) {
				if inner := strings.TrimSuffix(strings.TrimPrefix(word, "<"), ">"); len(inner) != len(word)-2 || !goodID.MatchString(inner) {
					t.Errorf("%s has %q", name, word)
				}
			}
		}
	})
}

// What a mail server keeps of a mail is what was said: text to the last dot, files to the last byte.
func TestAMailArrivesWhole(t *testing.T) {
	sink := smtpsink.New(t)
	if err := sink.Run("-8"); err != nil { // to which eight bits are foreign
		t.Fatal(err)
	}
	noise := make([]byte, 3<<20)
	rand.NewChaCha8([32]byte{1}).Read(noise)
	c := Config{
		Address: "pengaduan@kota.test", Name: "Layanan Pengaduan – Kota", IMAP: Server{URL: "imap://127.0.0.1:1", Username: "u", Password: "p"}, SMTP: Server{URL: sink.URL()},
	}
	a := newAdapter(t, c)
	out := outbound()
	out.Subject = "Re: [482-177-3051] Lampu jalan di Jl. Cik Di Tiro mati — 😀 " + strings.Repeat("sekali lagi ", 10)
	out.Text = ".\n..\n.. dua titik\n. .\nFrom yang lama\n" + strings.Repeat("tanpa-spasi", 500) + "\n" + strings.Repeat("kata ", 2000) + "selesai.\n\n日本語 تم \u00a0= =3D 100%\n.\n-- \nakhir"
	out.Attachments = []channels.Attachment{attachment("foto lampu “mati” .jpg", "image/jpeg", noise), attachment("catatan.txt", "text/plain", []byte(".\r\n.\n\r titik \x00")), attachment("kosong.pdf", "application/pdf", nil)}
	receipt, err := a.Send(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	mails, err := sink.Mails(true)
	if err != nil || len(mails) != 1 {
		t.Fatalf("%d mails, %v", len(mails), err)
	}
	if mails[0].MessageID != receipt.MessageID || mails[0].ReturnPath != c.Address || !slices.Equal(mails[0].To, []string{out.To.Value}) {
		t.Errorf("%s from %s to %q", mails[0].MessageID, mails[0].ReturnPath, mails[0].To)
	}
	_, composed, err := a.compose(out)
	if err != nil || !bytes.Equal(bytes.ReplaceAll(composed, []byte("\r\n"), []byte("\n")), mails[0].Raw) {
		t.Errorf("what arrived is not what was composed: %v", err)
	}
	got, err := letter.Read(mails[0].Raw)
	if err != nil || got.Subject != strings.TrimSpace(out.Subject) || strings.TrimSpace(got.Text+got.Quoted) == "" {
		t.Errorf("%v, the subject is %q", err, got.Subject)
	}
	if len(got.Attached) != len(out.Attachments) {
		t.Fatalf("%d files arrived", len(got.Attached))
	}
	for i, want := range [][]byte{noise, []byte(".\r\n.\n\r titik \x00"), nil} {
		if f := got.Attached[i]; sha256.Sum256(f.Data) != sha256.Sum256(want) {
			t.Errorf("%s has %d bytes, want %d", f.Name, len(f.Data), len(want))
		}
	}
}

func BenchmarkCompose(b *testing.B) {
	noise := make([]byte, 5<<20)
	for name, files := range map[string][]channels.Attachment{"answer": nil, "photo of 5 MB": {attachment("foto.jpg", "image/jpeg", noise)}} {
		b.Run(name, func(b *testing.B) {
			a := offline(b, nil)
			out := outbound()
			out.Text = strings.Repeat("Petugas kami sudah di lokasi dan lampu sedang diganti.\nTerima kasih laporannya.\n\n", 5)
			out.ReplyTo, out.References, out.Attachments, out.First = "a2@kampung.test", []string{"a1@kampung.test", "a2@kampung.test"}, files, time.Unix(1_800_000_000, 0)
			b.ReportAllocs()
			for b.Loop() {
				if _, raw, err := a.compose(out); err != nil || len(raw) < 1000 {
					b.Fatal(len(raw), err)
				}
			}
		})
	}
}
