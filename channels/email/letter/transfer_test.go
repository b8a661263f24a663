package letter

import (
	"strings"
	"testing"
)

func TestUndo(t *testing.T) {
	for _, c := range []struct{ what, encoding, raw, want string }{
		{"base64", "base64", "c2F0\r\ndQ==\r\n", "satu"},
		{"base64 with what is none of it", "BASE64", "c2 F0!\r\n\r\n > dQ==", "satu"},
		{"base64 without its padding", "base64", "c2F0dQ", "satu"},
		{"base64 cut within a byte", "base64", "c2F0dWFhY", "satuaa"},
		{"base64, one after another", "base64", "c2F0dQ==\r\nZHVh\r\n", "satudua"},
		{"base64 and a list's footer", "base64", "c2F0dQ==\r\n_____________\r\nMailing list: berhenti berlangganan\r\n", "satu"},
		{"base64 by another name", " \"x-base64\"; x=y", "c2F0dQ==", "satu"},
		{"quoted-printable", "quoted-printable", "sat=75=20\r\ndu=\r\na  \r\n", "satu \r\ndua\r\n"},
		{"quoted-printable in small letters", "Quoted-Printable", "=c3=a9", "é"},
		{"quoted-printable that is none", "quoted-printable", "a = b, 50=% =E", "a = b, 50=% =E"},
		{"quoted-printable with a soft break at its end", "quoted-printable", "satu=", "satu"},
		{"uuencode", "x-uuencode", "begin 644 a.txt\r\n$<V%T=0``\r\n`\r\nend\r\n", "satu"},
		{"uuencode that is none", "uuencode", "satu", "satu"},
		{"an encoding that nobody knows", "x-rahasia", "satu=20", "satu=20"},
		{"seven bits", "7bit", "satu=20", "satu=20"},
	} {
		got := undo([]byte(c.raw), transferEncoding(map[string][]string{"Content-Transfer-Encoding": {c.encoding}}))
		if string(got) != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// TestUUEncodedInText: files that stand in the text are attached, and the text is what stands around them.
func TestUUEncodedInText(t *testing.T) {
	const one = "begin 644 foto got.jpg\r\n$2E!%1P``\r\n`\r\nend\r\n"
	const two = "begin-base64 644 surat.txt\r\nc2F0\r\ndQ==\r\n====\r\n"
	l, err := Read([]byte("From: a@b.test\r\n\r\nLihat foto:\r\n" + one + "dan surat:\r\n" + two + "Terima kasih.\r\n"))
	if err != nil || l.Text != "Lihat foto:\ndan surat:\nTerima kasih." || len(l.Attached) != 2 {
		t.Fatalf("%q, %v, %v", l.Text, l.Attached, err)
	}
	if a := l.Attached[0]; a.Name != "foto got.jpg" || string(a.Data) != "JPEG" {
		t.Errorf("%+v", a)
	}
	if a := l.Attached[1]; a.Name != "surat.txt" || string(a.Data) != "satu" {
		t.Errorf("%+v", a)
	}
	for what, text := range map[string]string{
		"a sentence":           "begin 644 orang sudah mengeluh\nsejak Mei",
		"a begin without data": "begin 644 a\nend",
		"many":                 strings.Repeat("begin 644 a\n", 20_000),
	} {
		if l, _ := Read([]byte("From: a@b.test\r\n\r\n" + text)); l.Text != strings.TrimSpace(text) || len(l.Attached) > 0 {
			t.Errorf("%s is taken for a file: %v", what, l.Attached)
		}
	}
}

// TestBoundariesThatDivideNothing: the one that is used is taken; where none is, everything is text.
func TestBoundariesThatDivideNothing(t *testing.T) {
	const parts = "pembuka\r\n--xyz=1\r\nContent-Type: text/plain\r\n\r\nGot mampet.\r\n--xyz=1\r\nContent-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nSlBFRw==\r\n--xyz=1--\r\n"
	for what, kind := range map[string]string{"another": "multipart/mixed; boundary=abc", "none": "multipart/mixed", "a broken one": "multipart/mixed; boundary=\"xyz"} {
		l, err := Read([]byte("From: a@b.test\r\nContent-Type: " + kind + "\r\n\r\n" + parts))
		if err != nil || l.Text != "Got mampet." || len(l.Attached) != 1 || string(l.Attached[0].Data) != "JPEG" {
			t.Errorf("%s: %q, %v, %v", what, l.Text, l.Attached, err)
		}
	}
	l, err := Read([]byte("From: a@b.test\r\nContent-Type: multipart/alternative; boundary=abc\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGot =3D mampet di caf=C3=A9.\r\n"))
	if err != nil || l.Text != "Got = mampet di café." {
		t.Errorf("%q, %v", l.Text, err)
	}
}

// TestPagesThatNameTheirCharset themselves, where the mail does not.
func TestPagesThatNameTheirCharset(t *testing.T) {
	for _, meta := range []string{`<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">`, `<meta charset='windows-1251'/>`} {
		l, err := Read([]byte("From: a@b.test\r\nContent-Type: text/html\r\n\r\n<html><head>" + meta + "</head><body>\xcd\xe5\xf2 \xf1\xe2\xe5\xf2\xe0</body></html>"))
		if err != nil || l.Text != "Нет света" {
			t.Errorf("%q, %v", l.Text, err)
		}
	}
}

// TestAttachedTextKeepsItsBytes, whatever charset it claims: only what is read is turned into UTF-8.
func TestAttachedTextKeepsItsBytes(t *testing.T) {
	l, err := Read([]byte("From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=windows-1252\r\n\r\ncaf\xe9\r\n--x\r\nContent-Type: text/csv; charset=windows-1252; name=\"caf\xe9.csv\"\r\nContent-Disposition: attachment\r\n\r\na;caf\xe9\r\n--x--\r\n"))
	if err != nil || l.Text != "café" || len(l.Attached) != 1 || string(l.Attached[0].Data) != "a;caf\xe9" || l.Attached[0].Name != "café.csv" {
		t.Errorf("%q, %q, %v", l.Text, l.Attached, err)
	}
}

// TestTheFallbackReadsWhatTheOtherDoes: a mail has the same content whichever way it is read.
func TestTheFallbackReadsWhatTheOtherDoes(t *testing.T) {
	const mail = "From: a@b.test\r\nSubject: =?utf-8?q?Got?=\r\nthis line is none\r\nContent-Type: multipart/mixed; boundary=x\r\n%s\r\n" +
		"--x\r\nContent-Type: multipart/alternative; boundary=xx\r\n\r\n--xx\r\n\r\nGot mampet.\r\n--xx\r\nContent-Type: text/html\r\n\r\n<p>Got mampet.\r\n--xx--\r\n" +
		"--x\r\nbroken header\r\nContent-Type: image/png\r\nContent-Disposition: attachment;\r\n filename=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\nSlBFRw==\r\n--x\r\nContent-Type: application/pdf; name=b.pdf\r\n\r\n%%PDF\r\n"
	for _, pad := range []string{"", "X-Pad: " + strings.Repeat("boundary ", 30) + "\r\n"} {
		l, err := Read([]byte(strings.Replace(strings.Replace(mail, "%s", pad, 1), "%%", "%", 1)))
		if err != nil || l.Subject != "Got" && l.Subject != "Got this line is none" || l.Text != "Got mampet." || len(l.Attached) != 2 ||
			l.Attached[0].Name != "a.png" || string(l.Attached[0].Data) != "JPEG" || l.Attached[1].Name != "b.pdf" || strings.TrimSpace(string(l.Attached[1].Data)) != "%PDF" {
			t.Errorf("%q: %q, %q, %v, %v", pad, l.Subject, l.Text, l.Attached, err)
		}
	}
}
