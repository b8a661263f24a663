package outgoing

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

func letter() Letter {
	return Letter{
		From: mail.Address{Name: "Layanan Pengaduan", Address: "pengaduan@kota.test"}, To: "budi@kampung.test",
		Date: time.Date(2026, 3, 17, 3, 0, 0, 0, time.UTC), Subject: "Re: Lampu jalan [482-177-3051]",
		MessageID: "01jx-9a.abcdefghijklmnop@kota.test", InReplyTo: "a2@kampung.test", References: []string{"a1@kampung.test", "a2@kampung.test"},
		Loop: "pengaduan@kota.test", Language: "id", Text: "Terima kasih, laporan Anda sudah kami teruskan.",
	}
}

// read is a mail as its reader's program takes it apart.
type read struct {
	header mail.Header
	text   string
	html   string
	files  []File
}

func parse(t interface {
	Helper()
	Fatalf(string, ...any)
}, raw []byte,
) read {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	r := read{header: m.Header}
	var walk func(kind string, body io.Reader)
	walk = func(kind string, body io.Reader) {
		media, params, err := mime.ParseMediaType(kind)
		if err != nil || !strings.HasPrefix(media, "multipart/") {
			t.Fatalf("%s: %v", kind, err)
		}
		for parts := multipart.NewReader(body, params["boundary"]); ; {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("%v in\n%s", err, raw)
			}
			inner, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
			if err != nil {
				t.Fatalf("%v in\n%s", err, raw)
			}
			data, err := io.ReadAll(p)
			if err != nil {
				t.Fatalf("%v", err)
			}
			if p.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
				if data, err = io.ReadAll(quotedprintable.NewReader(bytes.NewReader(data))); err != nil {
					t.Fatalf("%v", err)
				}
			}
			if p.Header.Get("Content-Transfer-Encoding") == "base64" {
				if data, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(data))); err != nil {
					t.Fatalf("%v", err)
				}
			}
			switch {
			case strings.HasPrefix(inner, "multipart/"):
				walk(p.Header.Get("Content-Type"), bytes.NewReader(data))
			case p.FileName() != "":
				r.files = append(r.files, File{Name: p.FileName(), Type: inner, Data: data})
			case inner == "text/plain":
				r.text = strings.TrimSuffix(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
			case inner == "text/html":
				r.html = string(data)
			}
		}
	}
	walk(m.Header.Get("Content-Type"), m.Body)
	return r
}

func TestTheTwinSaysWhatTheTextSays(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Satu baris.", `<p dir="auto">Satu baris.</p>`},
		{"Satu\ndua\n\n\ntiga", "<p dir=\"auto\">Satu<br>\ndua</p>\n<p dir=\"auto\">tiga</p>"},
		{"Nomor 482-177-3051: beres.", `<p dir="auto">Nomor <strong style="white-space: nowrap">482-177-3051</strong>: beres.</p>`},
		{"Lihat https://kota.test/l/482-177-3051?a=1&b=2.", `<p dir="auto">Lihat <a href="https://kota.test/l/482-177-3051?a=1&amp;b=2">https://kota.test/l/482-177-3051?a=1&amp;b=2</a>.</p>`},
		{"(http://kota.test/a_(b)), ya", `<p dir="auto">(<a href="http://kota.test/a_(b)">http://kota.test/a_(b)</a>), ya</p>`},
		{"Tiga:\n- satu\n- dua\nselesai", "<p dir=\"auto\">Tiga:</p>\n<ul>\n<li dir=\"auto\">satu</li>\n<li dir=\"auto\">dua</li>\n</ul>\n<p dir=\"auto\">selesai</p>"},
		{"<script>alert(1)</script> & \"x\"", `<p dir="auto">&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;x&#34;</p>`},
		{"javascript:alert(1) http://x\"onclick=\"y", `<p dir="auto">javascript:alert(1) <a href="http://x">http://x</a>&#34;onclick=&#34;y</p>`},
		{"تم إرسال البلاغ", `<p dir="auto">تم إرسال البلاغ</p>`},
	} {
		l := letter()
		l.Text = c.text
		_, body, _ := strings.Cut(strings.ReplaceAll(parse(t, l.Bytes()).html, "\r\n", "\n"), "max-width: 40em\">\n")
		if got, _, _ := strings.Cut(body, "\n</body>"); got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.text, got, c.want)
		}
	}
}

// What a reader's program shows loads nothing and runs nothing.
func TestTheTwinIsOfFewElements(t *testing.T) {
	l := letter()
	l.Subject = "</title><script src=//x></script>"
	l.Text = "<img src=http://x/y.png> http://kota.test/<b>\n- <a href=x>\n\n&lt;iframe&gt; http://kota.test/&quot;><img onerror=x>"
	may := map[string]bool{"html": true, "head": true, "meta": true, "title": true, "body": true, "p": true, "br": true, "ul": true, "li": true, "a": true, "strong": true}
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.ElementNode && !may[n.Data] {
			t.Errorf("there is an element %s", n.Data)
		}
		for _, a := range n.Attr {
			if a.Key == "src" || strings.HasPrefix(a.Key, "on") || a.Key == "href" && !strings.HasPrefix(a.Val, "http://kota.test/") && !strings.HasPrefix(a.Val, "http://x/") {
				t.Errorf("%s has %s=%q", n.Data, a.Key, a.Val)
			}
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	page, err := html.Parse(strings.NewReader(parse(t, l.Bytes()).html))
	if err != nil {
		t.Fatal(err)
	}
	walk(page)
}

// What programs thread by that have no other sign is the citizen's own subject.
func TestTopic(t *testing.T) {
	for subject, want := range map[string]string{
		"Re: [482-177-3051] Lampu jalan mati": "Lampu jalan mati", "RE: Re: Bls: [482-177-3051] [darurat] Lampu": "Lampu", "Lampu [mati]": "Lampu [mati]",
		"Re: reklame miring": "reklame miring", "Re: [482-177-3051]": "Re: [482-177-3051]", "Laporan 482-177-3051": "Laporan 482-177-3051", "Re: ": "Re:",
	} {
		if got := topic(subject); got != want {
			t.Errorf("%q: %q, want %q", subject, got, want)
		}
	}
}
