package outgoing

import (
	"bytes"
	"mime"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// fieldsOf are the names of a header as a reader finds them who knows nothing of how it was written: whatever stands
// at the beginning of a line.
func fieldsOf(t *testing.T, raw []byte) (names []string) {
	t.Helper()
	head, _, found := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !found {
		t.Fatalf("the header has no end in\n%q", raw)
	}
	for _, l := range strings.Split(string(head), "\r\n") {
		if l[0] == ' ' {
			if strings.TrimSpace(l) == "" {
				t.Errorf("a line that is folded is empty in\n%q", head)
			}
			continue
		}
		name, _, found := strings.Cut(l, ": ")
		if !found {
			t.Errorf("%q is no field in\n%q", l, head)
		}
		names = append(names, name)
	}
	return names
}

// all are the fields that a mail may have, in the order in which they stand.
var all = []string{
	"DKIM-Signature", "Date", "From", "To", "Subject", "Thread-Topic", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
	"X-Auto-Response-Suppress", "X-Loop", "Content-Language", "MIME-Version", "Content-Type",
}

// FuzzLetter: whatever anybody writes into a field of a mail, or calls a file, stays in its place.
func FuzzLetter(f *testing.F) {
	for _, evil := range []string{
		"x\r\nBcc: semua@orang.test\r\n\r\n<script>", "a\nb", "a\rb", "\r\n.\r\nMAIL FROM:<x>", "=?utf-8?q?=0D=0ABcc:_x@x.test?=", "a\u2028b\u0085c\u200fd", "\xff\xfe\x00",
		strings.Repeat("panjang", 300), strings.Repeat("é", 400), "\"; filename=\"x.exe", "../../etc/passwd", "a>, <b@c.test", "--=_0\r\n", "", " ", "\t\r\n \r\n",
	} {
		f.Add(evil, evil, evil, evil, []byte(evil))
	}
	f.Fuzz(func(t *testing.T, a, b, c, d string, data []byte) {
		l := letter()
		l.From.Name, l.Subject, l.Text, l.Language = a, b, c, d
		l.To, l.InReplyTo, l.References, l.Auto, l.Suppress = b+"@x.test", a, []string{c, d}, d, a
		l.Files = []File{{Name: d, Type: a, Data: data}, {Name: a, Type: "image/jpeg", Data: []byte(c)}}
		raw := l.Bytes()
		if !bytes.Equal(raw, l.Bytes()) {
			t.Error("the same letter makes different mails")
		}
		wellFormed(t, raw)

		names := fieldsOf(t, raw)
		order := 0
		for _, name := range names {
			at := slices.Index(all[order:], name)
			if at < 0 {
				t.Fatalf("there is a field %q, once more or out of order, in %q", name, names)
			}
			order += at + 1
		}
		r := parse(t, raw)
		if got, err := new(mime.WordDecoder).DecodeHeader(r.header.Get("Subject")); err != nil || got != OneLine(b) && squeezed(got) != squeezed(OneLine(b)) {
			t.Errorf("the subject %q reads %q, %v", b, got, err)
		}
		if want := strings.TrimSuffix(strings.ReplaceAll(lines(clean(c)), "\r\n", "\n"), "\n"); r.text != want {
			t.Errorf("the text %q reads %q", want, r.text)
		}
		if from, err := mail.ParseAddress(r.header.Get("From")); err != nil || from.Address != l.From.Address {
			t.Errorf("From %q: %v, %v", r.header.Get("From"), from, err)
		}
		if len(r.files) != 2 || !bytes.Equal(r.files[0].Data, data) || string(r.files[1].Data) != c {
			t.Fatalf("the files are %.2000q", r.files)
		}
		for _, file := range r.files {
			if file.Name == "" || strings.ContainsAny(file.Name, "/\\\r\n\"") || strings.HasPrefix(file.Name, ".") || strings.HasPrefix(file.Type, "multipart/") || strings.HasPrefix(file.Type, "message/") {
				t.Errorf("there is a file %q of type %q", file.Name, file.Type)
			}
		}
	})
}

func squeezed(s string) string { return strings.Join(strings.Fields(s), "") }

// wellFormed is what every server takes: lines of at most 998 bytes that end in CRLF, which stands nowhere else, and
// ASCII but for To.
func wellFormed(t *testing.T, raw []byte) {
	t.Helper()
	for _, l := range bytes.SplitAfter(raw, []byte("\r\n")) {
		line, ended := bytes.CutSuffix(l, []byte("\r\n"))
		if len(l) > 0 && !ended || len(line) > 998 || bytes.ContainsAny(line, "\r\n\x00") {
			t.Errorf("a line of %d bytes is %.200q", len(line), l)
		}
		if bytes.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf }) && !bytes.HasPrefix(line, []byte("To: <")) {
			t.Errorf("a line is no ASCII: %.200q", line)
		}
	}
}
