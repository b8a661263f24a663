package letter

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// maxFuzzed bounds what is tried: beyond it only time is found.
const maxFuzzed = 32 << 10

func FuzzRead(f *testing.F) {
	sealed, err := filepath.Glob("testdata/sealed/*.eml")
	if err != nil || len(sealed) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, name := range sealed {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, raw := range [][]byte{
		[]byte("From: a@b.test\r\nSubject: =?utf-8?q?a?=\r\nContent-Type: text/html\r\n\r\n<p>x</p>"),
		[]byte("From: MAILER-DAEMON\nSubject: failure notice\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n--b--"),
		[]byte("{\"\x00 tidak terbaca"),
		[]byte("From: a@b.test\r\n\r\nbegin 644 a.txt\r\n$<V%T=0``\r\n`\r\nend\r\n"),
		[]byte("From: a@b.test\r\nContent-Type: text/plain; format=flowed; delsp=yes\r\n\r\n> a \r\n> b\r\n-- \r\nc"),
		append([]byte("From: a@b.test\r\nContent-Type: application/ms-tnef\r\nContent-Transfer-Encoding: binary\r\n\r\n"), winmailSample()...),
		[]byte("From: a@b.test\r\nContent-Type: multipart/related; start=\"<x>\"; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-7\r\nContent-ID: <x>\r\n\r\n+AGE-\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@d.test\r\n\r\nx\r\n--b--"),
		report("x", recipient("5.1.1", "550 5.1.1 User unknown")),
		bomb(6), bomb(30),
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > maxFuzzed {
			return
		}
		start := time.Now()
		l, err := Read(raw)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%v for %d bytes", took, len(raw))
		}
		if l == nil || len(l.Digest) != 64 {
			t.Fatal("no digest")
		}
		if err != nil && strings.Contains(err.Error(), "gave up") {
			t.Error("a parser panicked")
		}
		for _, s := range append([]string{l.From, l.Name, l.Subject, l.Text, l.Quoted, l.MessageID}, l.Answers...) {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Errorf("not text: %q", s)
			}
		}
		if strings.ContainsAny(l.Subject+l.Name+l.From+l.MessageID, "\r\n") {
			t.Errorf("a header value has more than one line")
		}
		if err == nil && l.From == "" && l.Bounce == nil {
			t.Error("nobody wrote it, and that is no error")
		}
		if l.Bounce != nil && (len(l.Bounce.Recipients) == 0 || l.Bounce.Hard && !l.Bounce.Failed) {
			t.Errorf("%+v", *l.Bounce)
		}
		fuzzAttached(t, raw, l)
		if again, _ := Read(raw); again.Digest != l.Digest || again.Text != l.Text {
			t.Error("a second reading is another")
		}
	})
}

// fuzzAttached: what is attached has a name, is found again and is not more than a few times the mail.
func fuzzAttached(t *testing.T, raw []byte, l *Letter) {
	var refs []string
	size := 0
	for _, a := range l.Attached {
		if a.Name == "" || !utf8.ValidString(a.Name) || strings.ContainsAny(a.Name, "\x00\r\n") {
			t.Errorf("named %q", a.Name)
		}
		if again, ok := Part(raw, a.Ref); !ok || !bytes.Equal(again.Data, a.Data) {
			t.Errorf("attachment %s is not found again", a.Ref)
		}
		refs, size = append(refs, a.Ref), size+len(a.Data)
	}
	if slices.Sort(refs); len(slices.Compact(refs)) != len(l.Attached) {
		t.Error("two attachments have one number")
	}
	if size > 20*len(raw)+1024 {
		t.Errorf("%d bytes attached of a mail of %d", size, len(raw))
	}
}

func FuzzReply(f *testing.F) {
	for _, c := range replyCases(f) {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > maxFuzzed {
			return
		}
		fresh, quoted := Split(text)
		if strings.TrimSpace(text) != "" && strings.TrimSpace(fresh) == "" {
			t.Error("nothing new is left")
		}
		if got, want := len(strings.Fields(fresh))+len(strings.Fields(quoted)), len(strings.Fields(text)); got != want {
			t.Errorf("%d words of %d", got, want)
		}
	})
}
