package letter

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHTMLText(t *testing.T) {
	for source, want := range map[string]string{
		"<p>Lampu <b>jalan</b> mati</p><p>Tebet&nbsp;Timur</p>": "Lampu jalan mati\n\nTebet Timur",
		"a<br>b<br/>c":                                                    "a\nb\nc",
		"<div>a</div><div>b</div>":                                        "a\nb",
		"<ul><li>satu</li><li>dua</li></ul>":                              "- satu\n- dua",
		"<script>x</script><style>y</style>z":                             "z",
		"<head><meta charset=x><body>isi":                                 "isi",
		"1 &lt; 2 &amp;&amp; 3":                                           "1 < 2 && 3",
		"<blockquote>lama<br>sekali</blockquote>baru":                     "> lama\n> sekali\nbaru",
		"<pre>a\n  b</pre>":                                               "a\n  b",
		`<a href="https://maps.test/?q=-6.2,106.8">lokasi</a>`:            "lokasi <https://maps.test/?q=-6.2,106.8>",
		`<a href="https://kota.test/">https://kota.test</a>`:              "https://kota.test",
		`<a href="javascript:x">klik</a>`:                                 "klik",
		"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>": "a b\nc",
		"teks biasa": "teks biasa",
	} {
		if got := strings.TrimSpace(HTMLText(source)); got != want {
			t.Errorf("%s reads %q, want %q", source, got, want)
		}
	}
}

func TestDecode(t *testing.T) {
	for raw, want := range map[string]string{
		"Jalan rusak":                               "Jalan rusak",
		"=?UTF-8?Q?Lampu_mati_=E2=80=93_Tebet?=":    "Lampu mati – Tebet",
		"=?utf-8?b?TGFtcHUg?= =?utf-8?b?bWF0aQ==?=": "Lampu mati",
		"=?utf-8?q?a=C3?=\r\n =?utf-8?q?=A9b?=":     "aéb", // cut within a character
		"=?iso-8859-1?q?caf=E9?= kota":              "café kota",
		"=?windows-1251?b?0f3w4+Xp?=":               "Сэргей",
		"=?x-none?q?abc?=":                          "abc",
		"caf\xe9":                                   "café",
		"satu\r\n\tdua":                             "satu dua",
		"=?utf-8?q?rusak":                           "=?utf-8?q?rusak",
		"a=?utf-8?q?_b?=":                           "a b",
	} {
		if got := decode(raw); got != want {
			t.Errorf("%q reads %q, want %q", raw, got, want)
		}
	}
}

func mailOf(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n")) }

func TestReadsWhatTheAuthorMeant(t *testing.T) {
	raw := mailOf(
		"From: =?utf-8?q?Siti_Nurhaliza?= <Siti@Kampung.Test>", "Subject: =?utf-8?q?Got_mampet?=", "Message-ID: <s1@kampung.test>",
		"In-Reply-To: <r2@kota.test>", "References: <r0@kota.test> <r1@kota.test>", " <r2@kota.test>",
		"Date: Tue, 17 Mar 2026 10:00:00 +0700", "Received: from a by b; Tue, 17 Mar 2026 10:00:05 +0700",
		"Content-Type: multipart/mixed; boundary=luar", "",
		"--luar", "Content-Type: multipart/alternative; boundary=dalam", "",
		"--dalam", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "", "Got di RT=2005 mampet.", "",
		"--dalam", "Content-Type: text/html; charset=utf-8", "", "<p>Got di RT 05 mampet.</p>", "--dalam--",
		"--luar", "Content-Type: image/jpeg; name=\"got.jpg\"", "Content-Disposition: attachment; filename=\"got.jpg\"", "Content-Transfer-Encoding: base64", "", "SlBFRw==", "--luar--", "")
	l, err := Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%s|%s|%s|%s|%v|%s|%s", l.From, l.Name, l.Subject, l.MessageID, l.Answers, l.Text, l.Date.Format(time.RFC3339))
	want := "siti@kampung.test|Siti Nurhaliza|Got mampet|s1@kampung.test|[r2@kota.test r1@kota.test r0@kota.test]|Got di RT 05 mampet.|2026-03-17T03:00:00Z"
	if got != want {
		t.Errorf("reads %s\nwant  %s", got, want)
	}
	if diff := cmp.Diff([]Attachment{{Ref: "1", Name: "got.jpg", Type: "image/jpeg", Data: []byte("JPEG")}}, l.Attached); diff != "" {
		t.Error(diff)
	}
	if l.Arrived.IsZero() || l.Robot != "" || l.Bounce != nil {
		t.Errorf("arrived %v, robot %q, bounce %v", l.Arrived, l.Robot, l.Bounce)
	}
}

func TestTextInUndeclaredCharsets(t *testing.T) {
	for body, want := range map[string]string{
		"naïve – UTF-8":  "naïve – UTF-8",
		"caf\xe9 Latin":  "café Latin",
		"huruf biasa":    "huruf biasa",
		"\xff\xfe\x00ya": "ÿþya",
	} {
		for _, header := range []string{"", "Content-Type: text/plain\r\n", "Content-Type: text/plain; charset=us-ascii\r\n", "Content-Type: text/plain; charset=iso-8859-1\r\n", "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=bukan-charset\r\n"} {
			l, err := Read([]byte("From: a@b.test\r\nDate: Tue, 17 Mar 2026 10:00:00 +0700\r\n" + header + "\r\n" + body))
			if err != nil || l.Text != want {
				t.Errorf("%q under %q reads %q, %v; want %q", body, header, l.Text, err, want)
			}
		}
	}
}

func TestDigest(t *testing.T) {
	const header = "From: a@b.test\r\nMessage-ID: <1@b.test>\r\nDate: Tue, 17 Mar 2026 10:00:00 +0700\r\n"
	of := func(raw string) string { l, _ := Read([]byte(raw)); return l.Digest }
	base := of(header + "\r\nisi")
	for what, raw := range map[string]string{
		"another way here": "Received: from x by y; Tue, 17 Mar 2026 10:00:09 +0700\r\nDelivered-To: z\r\n" + header + "\r\nisi",
		"other line ends":  strings.ReplaceAll(header+"\r\nisi\r\n", "\r\n", "\n"),
	} {
		if of(raw) != base {
			t.Errorf("the same mail, %s, is another", what)
		}
	}
	for what, raw := range map[string]string{
		"with another text under the same Message-ID": header + "\r\nisi lain",
		"with another Message-ID":                     strings.Replace(header, "1@", "2@", 1) + "\r\nisi",
		"from another author":                         strings.Replace(header, "a@", "c@", 1) + "\r\nisi",
	} {
		if of(raw) == base {
			t.Errorf("a mail %s is the same", what)
		}
	}
	bare := "From: a@b.test\r\n\r\ntolong"
	if of("Received: 1; x\r\n"+bare) == of("Received: 2; x\r\n"+bare) {
		t.Error("two mails with nothing of their own but the way they came are one")
	}
}

// bomb is a mail of nested multiparts that never end.
func bomb(depth int) []byte {
	var b strings.Builder
	b.WriteString("From: a@b.test\r\nSubject: halo\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n")
	for i := range depth {
		fmt.Fprintf(&b, "--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n", i, i+1)
	}
	b.WriteString("isi")
	return []byte(b.String())
}

func TestNestedMultipartsCostLittle(t *testing.T) {
	if !tame(bomb(5)) || tame(bomb(40)) {
		t.Error("the guard does not tell a mail from an attack")
	}
	for _, raw := range [][]byte{bomb(11), bomb(40), bomb(20_000), bytes.Repeat([]byte("From: a@b\n--\n"), 50_000)} {
		l, _ := Read(raw) // it ends, and says something; more is asked of no attack
		if l == nil || l.Digest == "" {
			t.Error("an attack has no digest")
		}
	}
}

// BenchmarkRead reads mails of the usual kinds.
func BenchmarkRead(b *testing.B) {
	head := []string{"From: Budi <budi@kampung.test>", "Subject: =?utf-8?q?Lampu_jalan_mati?=", "Message-ID: <1@x>", "Date: Tue, 17 Mar 2026 10:00:00 +0700", "Received: from a by b; Tue, 17 Mar 2026 10:00:05 +0700"}
	text := strings.Repeat("Lampu jalan di depan SDN 01 mati sudah tiga hari.\r\n", 20)
	photo := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("JPEG"), 256<<10))
	for i := 76; i < len(photo); i += 78 {
		photo = photo[:i] + "\r\n" + photo[i:]
		if i > 100<<10 {
			break // lines for the first part suffice: a copy for each is slow
		}
	}
	both := "Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text +
		"--a\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>" + strings.ReplaceAll(text, "\r\n", "<br>") + "</body></html>\r\n--a--\r\n"
	for _, c := range []struct {
		name string
		raw  []byte
	}{
		{"text", mailOf(append(head, "Content-Type: text/plain; charset=utf-8", "", text)...)},
		{"text and HTML", mailOf(append(head, both)...)},
		{"HTML", mailOf(append(head, "Content-Type: text/html; charset=utf-8", "", "<p>"+strings.ReplaceAll(text, "\r\n", "<br>\r\n"))...)},
		{"an answer", mailOf(append(head, "Content-Type: text/plain; charset=utf-8", "", "Belum.\r\n\r\nPada Sab, 15 Jun 2024 pukul 14.59 Pengaduan <pengaduan@kota.test> menulis:\r\n\r\n> "+strings.ReplaceAll(text, "\n", "\n> "))...)},
		{"a photo of 1 MB", mailOf(append(head, "Content-Type: multipart/mixed; boundary=m", "", "--m", both, "--m", "Content-Type: image/jpeg; name=a.jpg", "Content-Transfer-Encoding: base64", "", photo, "--m--")...)},
		{"a bounce", report("I'm sorry to have to inform you that your message could not be delivered.", recipient("5.1.1", "550 5.1.1 User unknown"))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Read(c.raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
