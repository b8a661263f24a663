package letter

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestBrokenHeaders: what programs forget in the header of a mail or of a part.
func TestBrokenHeaders(t *testing.T) {
	for what, raw := range map[string]string{
		"no semicolon":                     "From: a@b.test\r\nContent-Type: multipart/mixed\r\n boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n charset=\"windows-1252\"\r\n\r\ncaf\xe9\r\n--x\r\nContent-Type: image/png\r\n name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--x--\r\n",
		"a continuation without space":     "From: a@b.test\r\nContent-Type: multipart/mixed;\r\nboundary=x\r\n\r\n--x\r\nContent-Type: text/plain;\r\ncharset=windows-1252\r\n\r\ncaf\xe9\r\n--x\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--x--\r\n",
		"a stray parameter":                "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=\"x\"; ; foo\r\n\r\n--x\r\nContent-Type: text/plain; charset=windows-1252; format\r\n\r\ncaf\xe9\r\n--x\r\nContent-Type: image/png; name=a.png;\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--x--\r\n",
		"spaces before the colon":          "From : a@b.test\r\nContent-Type : multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type : text/plain; charset=windows-1252\r\n\r\ncaf\xe9\r\n--x\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding : base64\r\n\r\nUE5H\r\n--x--\r\n",
		"no end":                           "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\ncaf\xe9\r\n--x\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H",
		"line ends of another system":      "From: a@b.test\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain; charset=windows-1252\n\ncaf\xe9\n--x\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\nUE5H\n--x--\n",
		"an inner multipart that is lost":  "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: multipart/alternative; boundary=q\r\n\r\n--p\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\ncaf\xe9\r\n--p--\r\n--x\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--x--\r\n",
		"spaces before a delimiter":        "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\ncaf\xe9\r\n --x\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--x--\r\n",
		"a name in bytes of no charset":    "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\ncaf\xe9\r\n--x\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=\"a.png\"; size=3; creation-date=\"Wed, 27 Dec 2017 11:23:05 GMT\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--x--\r\n",
		"a name by RFC 2231":               "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\ncaf\xe9\r\n--x\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename*0*=utf-8''%61;\r\n filename*1=.png\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--x--\r\n",
		"a name by RFC 2047":               "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\ncaf\xe9\r\n--x\r\nContent-Type: image/png; name=\"=?utf-8?q?a=2Epng?=\"\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--x--\r\n",
		"a part whose header is no header": "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\ncaf\xe9\r\n--x\r\nini bukan kepala\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n--x--\r\n",
	} {
		for by, pad := range map[string]string{"": "", "by the fallback": "X-Pad: " + strings.Repeat("boundary ", 30) + "\r\n"} {
			l, err := Read([]byte(pad + raw))
			if err != nil || l.From != "a@b.test" || l.Text != "café" || len(l.Attached) != 1 || l.Attached[0].Name != "a.png" || string(l.Attached[0].Data) != "PNG" {
				t.Errorf("%s %s: %s, %q, %q, %v", what, by, l.From, l.Text, l.Attached, err)
			}
		}
	}
}

// TestMoreThanIsAttached is said, and nothing that is attached is lost for it.
func TestMoreThanIsAttached(t *testing.T) {
	of := func(parts int) []byte {
		return []byte("From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nlihat\r\n" +
			strings.Repeat("--x\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\nUE5H\r\n", parts) + "--x--\r\n")
	}
	for parts, more := range map[int]bool{maxAttached: false, maxAttached + 1: true, maxParts + 5: true, 20 * maxParts: true} {
		l, err := Read(of(parts))
		if err != nil || !strings.HasPrefix(l.Text, "lihat") || len(l.Attached) != min(parts, maxAttached) || strings.Contains(l.Text, strings.TrimSpace(noteMore)) != more {
			t.Errorf("%d parts: %d attached, %q, %v", parts, len(l.Attached), l.Text, err)
		}
	}
}

// TestBombs: mails made to cost more than their bytes. Each is read within a bound of memory that is told by its size.
func TestBombs(t *testing.T) {
	nested := func(kind string, depth int) string {
		var b strings.Builder
		for i := range depth {
			fmt.Fprintf(&b, "Content-Type: %s; boundary=b%d\r\n\r\n--b%d\r\n", kind, i, i)
		}
		return b.String() + "\r\nisi"
	}
	for what, body := range map[string]string{
		"multiparts, ended never":  nested("multipart/mixed", 3000),
		"alternatives":             nested("multipart/alternative", 12),
		"mails within mails":       strings.Repeat("Content-Type: message/rfc822\r\n\r\n", 5000) + "isi",
		"parts":                    "Content-Type: multipart/mixed; boundary=x\r\n\r\n" + strings.Repeat("--x\r\n\r\na\r\n", 20_000),
		"boundaries that are dots": "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n" + strings.Repeat("--\r\n\r\na\r\n", 20_000),
		"parameters":               "Content-Type: multipart/mixed" + strings.Repeat("; a=b", 20_000) + "\r\n\r\nisi",
		"parameters in pieces":     "Content-Type: text/plain; name*0=a" + strings.Repeat("; name*9=b", 20_000) + "\r\n\r\nisi",
		"elements":                 "Content-Type: text/html\r\n\r\n" + strings.Repeat("<div><table><b>", 30_000) + "isi",
		"an attribute":             "Content-Type: text/html\r\n\r\n<a href='" + strings.Repeat("x", 300_000) + "'>isi</a>",
		"entities":                 "Content-Type: text/html\r\n\r\n" + strings.Repeat("&nbsp;&#x1F4A9;", 10_000) + "isi",
		"quoted-printable":         "Content-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat("=\r\n", 100_000) + "isi",
		"utf-7":                    "Content-Type: text/plain; charset=utf-7\r\n\r\n" + strings.Repeat("+", 50_000) + "-isi",
		"armour":                   "\r\n" + strings.Repeat("-----BEGIN PGP MESSAGE-----\n-----END PGP MESSAGE-----\n", 1000) + "isi",
		"uuencoded files":          "\r\n" + strings.Repeat("begin 644 a\n#86%A\n`\nend\n", 2000) + "isi",
		"begins":                   "\r\n" + strings.Repeat("begin-base64 644 a\nYWFh\n", 2000) + "isi",
	} {
		raw := []byte("From: a@b.test\r\n" + body)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		l, _ := Read(raw)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > uint64(2000*len(raw)+64<<20) {
			t.Errorf("%s: %d bytes for %d", what, used, len(raw))
		}
		if l == nil || l.From != "a@b.test" {
			t.Errorf("%s: not read", what)
		}
		t.Logf("%s: %v, %d KB for %d KB", what, took, (after.TotalAlloc-before.TotalAlloc)>>10, len(raw)>>10)
	}
}

// TestAuthors as programs write them.
func TestAuthors(t *testing.T) {
	for from, want := range map[string]string{
		"siti@warga.test":                            "siti@warga.test|",
		"Siti <Siti@Warga.Test>":                     "siti@warga.test|Siti",
		"siti@warga.test (Siti)":                     "siti@warga.test|Siti",
		"Siti <siti@warga.test":                      "siti@warga.test|Siti",
		"<<siti@warga.test>>":                        "siti@warga.test|",
		"siti@warga.test <siti@warga.test>":          "siti@warga.test|",
		"RT 05, Siti <siti@warga.test>":              "siti@warga.test|RT 05, Siti",
		"=?utf-8?q?Siti_=3Csiti=40warga=2Etest=3E?=": "siti@warga.test|Siti",
		"Siti <mailto:siti@warga.test>":              "siti@warga.test|Siti",
		"Siti <siti @warga.test >":                   "siti@warga.test|Siti",
		"Siti <siti@ warga.test>":                    "siti@warga.test|Siti",
		"Siti <'siti@warga.test'>":                   "siti@warga.test|Siti",
		"Siti <siti@warga.test.>":                    "siti@warga.test|Siti",
		"Siti <siti..nur.@warga.test>":               "siti..nur.@warga.test|Siti",
		"Siti <.siti@warga.test>":                    ".siti@warga.test|Siti",
		"Siti <siti@[192.0.2.1]>":                    "siti@[192.0.2.1]|Siti",
		"warga: siti@warga.test, ani@warga.test;":    "siti@warga.test|",
		"Siti":                    "|Siti",
		"Siti <siti@warga..test>": "|Siti",
		"Siti <siti@>":            "|Siti",
		"Siti <@warga.test>":      "|Siti",
		"\"siti nur\"@warga.test": "|",
	} {
		l, _ := Read([]byte("From: " + from + "\r\n\r\nisi"))
		if got := l.From + "|" + l.Name; got != want && !(l.From == "" && strings.HasPrefix(want, "|")) {
			t.Errorf("%s reads %s, want %s", from, got, want)
		}
	}
	if l, err := Read([]byte("Return-Path: <siti@warga.test>\r\nSubject: x\r\n\r\nisi")); err == nil {
		t.Errorf("the envelope, which our own server writes above whatever came, makes %q the author", l.From)
	}
}

// TestAPlainTextThatOnlyPointsAtThePage is passed over.
func TestAPlainTextThatOnlyPointsAtThePage(t *testing.T) {
	for plain, want := range map[string]string{
		"This message contains HTML. Please use a mail client that supports it.": "Lampu mati",
		"Untuk menampilkan surat ini aktifkan tampilan HTML.":                    "Lampu mati",
		"Lampu mati di html": "Lampu mati di html",
		"":                   "Lampu mati",
	} {
		l, err := Read(mailOf("From: a@b.test", "Content-Type: multipart/alternative; boundary=x", "", "--x", "Content-Type: text/plain", "", plain, "--x", "Content-Type: text/html", "", "<p>Lampu mati</p>", "--x--", ""))
		if err != nil || l.Text != want {
			t.Errorf("%q reads %q, %v", plain, l.Text, err)
		}
	}
}
