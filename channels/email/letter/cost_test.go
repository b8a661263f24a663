package letter

import (
	"bytes"
	"encoding/base64"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestEveryMailCostsLittle: what is repeated ten thousand times costs no more than its bytes.
// Anything quadratic would not end in the time that a test has.
func TestEveryMailCostsLittle(t *testing.T) {
	const from, html = "From: a@b.test\r\n", "From: a@b.test\r\nContent-Type: text/html\r\n\r\n"
	for what, raw := range map[string]string{
		"quotations":    from + "\r\n" + strings.Repeat("Pada 1 Jan 2020 10:10 a@b.test menulis:\n> x\n", 10_000),
		"header blocks": from + "\r\n" + strings.Repeat("Dari: a\nTanggal: b\nKepada: c\n", 10_000),
		"colons":        from + "\r\n" + strings.Repeat("x 2020 10:10 a@b.test:\n", 10_000),
		"blank lines":   from + "\r\n" + strings.Repeat("x:\n", 5000) + strings.Repeat("\n", 200_000) + "x:\n",
		"quote marks":   from + "\r\n" + strings.Repeat(">\n", 40_000) + "--\nx",
		"signatures":    from + "\r\n" + strings.Repeat("--\n", 40_000) + "x",
		"blockquotes":   html + strings.Repeat("<blockquote><a href=http://x>", 10_000),
		"quoted lines":  html + strings.Repeat("<blockquote>", 5000) + strings.Repeat("x<br>", 10_000),
		"links":         html + strings.Repeat("<a href=http://x>y</a>", 10_000),
		"open links":    html + strings.Repeat("<a href=http://x>y", 10_000) + strings.Repeat("</a>", 10_000),
		"encoded words": from + "Subject: " + strings.Repeat("=?utf-8?q?a?= ", 10_000) + "\r\n\r\n",
		"authors":       "From: " + strings.Repeat("a@b.test, ", 10_000) + "\r\n\r\n",
		"broken author": "From: " + strings.Repeat("\"<a@b.test ", 10_000) + "\r\n\r\n",
		"references":    from + "References: " + strings.Repeat("<a@b.test> ", 10_000) + "\r\n\r\n",
		"statuses":      "From: mailer-daemon@b.test\r\nContent-Type: message/delivery-status\r\n\r\n" + strings.Repeat("Status: 5.0.0\nAction: failed\n x\n\n", 10_000),
		"ids":           "From: mailer-daemon@b.test\r\nSubject: failure notice\r\n\r\n" + strings.Repeat("550 5.1.1 user unknown <a@b.test>\n", 10_000),
		"fields":        strings.Repeat("From: a@b.test\r\n", 10_000) + "\r\n",
		"continuations": "From: a@b.test\r\nSubject: x\r\n" + strings.Repeat(" x\r\n", 10_000) + "\r\n",
	} {
		start := time.Now()
		if l, _ := Read([]byte(raw)); l.Digest == "" {
			t.Errorf("%s: not read", what)
		}
		t.Logf("%s: %v", what, time.Since(start))
	}
}

// wellFormed is a mail as people send it, with a file.
func wellFormed(file []byte) []byte {
	var b bytes.Buffer
	b.WriteString("From: =?utf-8?q?Siti_=C3=A9?= <siti@kampung.test>\r\nMessage-ID: <a@kampung.test>\r\nSubject: foto\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed;\r\n boundary=\"=_1\"\r\n\r\n--=_1\r\nContent-Type: multipart/alternative; boundary==_2\r\n\r\n" +
		"--=_2\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nCaf=E9 =\r\nbanjir\r\n" +
		"--=_2\r\nContent-Type: text/html\r\n\r\n<p>Caf\xe9 banjir</p>\r\n--=_2--\r\n\r\n" +
		"--=_1\r\nContent-Type: image/jpeg; name=\"foto jalan.jpg\"\r\nContent-Disposition: attachment; filename*=utf-8''foto%20jalan.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n")
	text := base64.StdEncoding.EncodeToString(file)
	for ; len(text) > 76; text = text[76:] {
		b.WriteString(text[:76] + "\r\n")
	}
	b.WriteString(text + "\r\n--=_1\r\nContent-Type: message/rfc822\r\n\r\nFrom: b@c.test\r\nSubject: dalam\r\n\r\nisi\r\n--=_1--\r\n")
	return b.Bytes()
}

// TestALargeMailIsReadAsASmallOne: it goes another way, to the same end.
func TestALargeMailIsReadAsASmallOne(t *testing.T) {
	small, large := []byte("\xff\xd8 a little photo"), make([]byte, 3*maxEnmime)
	for i := range large {
		large[i] = byte(i >> 3 * 37)
	}
	read := func(file []byte) *Letter {
		l, err := Read(wellFormed(file))
		if err != nil || len(l.Attached) != 2 || !bytes.Equal(l.Attached[0].Data, file) {
			t.Fatalf("%v, %d files", err, len(l.Attached))
		}
		l.Attached[0].Data, l.Digest = nil, ""
		return l
	}
	if diff := cmp.Diff(read(small), read(large), cmp.AllowUnexported(Letter{})); diff != "" {
		t.Error(diff)
	}
}

// TestALargeMailTakesItsFilesMemoryOnce: a mail of 40 MB must not take ten times as much.
func TestALargeMailTakesItsFilesMemoryOnce(t *testing.T) {
	file := make([]byte, 20<<20)
	raw := wellFormed(file)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	l, err := Read(raw)
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; err != nil || took > uint64(len(file))*5/4 {
		t.Errorf("%v, %d MB for a file of %d MB", err, took>>20, len(file)>>20)
	}
	runtime.KeepAlive(l)
}
