package letter

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOpenFindsWhatAMailProgramShows(t *testing.T) {
	raw := strings.ReplaceAll(`Received: from two by three; Tue, 17 Mar 2026 10:00:02 +0700
Received: from one
 by two; Tue, 17 Mar 2026 10:00:01 +0700
From: =?utf-8?q?B=C3=BAdi?= <budi@example.com>
To: lapor@kota.test, lain@kota.test
Message-ID: <m@example.com>
X-Secret: tidak
Content-Type: multipart/mixed; boundary=a

--a
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain

polos
--b
Content-Type: multipart/related; boundary=c

--c
Content-Type: text/html; charset=iso-8859-1

<p>caf`+"\xe9"+`
--c
Content-Type: image/png
Content-ID: <Foto@1>

PNG
--c--
--b
Content-Type: text/calendar

BEGIN:VCALENDAR
--b--
--a
Content-Type: text/html; name="lampiran.html"
Content-Disposition: attachment

<p>lampiran
--a
Content-Type: text/plain

kaki
--a--
`, "\n", "\r\n")
	o := Open([]byte(raw))
	if diff := cmp.Diff([]Field{
		{"From", "Búdi <budi@example.com>"},
		{"To", "lapor@kota.test, lain@kota.test"},
		{"Message-ID", "<m@example.com>"},
	}, o.Fields); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"from two by three; Tue, 17 Mar 2026 10:00:02 +0700", "from one by two; Tue, 17 Mar 2026 10:00:01 +0700"}, o.Trace); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Piece{{true, "<p>café"}, {false, "kaki"}}, o.Body); diff != "" {
		t.Error(diff)
	}
	if got := string(o.Inline("foto@1")); got != "PNG" || o.Inline("lain") != nil {
		t.Errorf("inline: %q", got)
	}
}

func TestOpenShowsWhatNobodyUnderstands(t *testing.T) {
	for _, raw := range []string{"bukan surel", "\x00\x01halo\xff"} {
		if o := Open([]byte(raw)); len(o.Body) != 1 || o.Body[0].HTML || o.Inline("x") != nil {
			t.Errorf("%q: %+v", raw, o)
		}
	}
	if o := Open(nil); len(o.Body) != 0 {
		t.Errorf("%+v", o)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte("From: a@b\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html\n\n<p>\n--x--"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o := Open(raw)
		if len(o.Trace) > maxTrace {
			t.Errorf("%d stations", len(o.Trace))
		}
	})
}

func TestOpenLooksIntoWhatIsWrapped(t *testing.T) {
	raw := "From: a@b.example\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString(winmailSample())
	l, err := Read([]byte(raw))
	if o := Open([]byte(raw)); err != nil || l.Text == "" || len(o.Body) != 1 || !strings.Contains(o.Body[0].Text, l.Text) {
		t.Errorf("%+v of %q, %v", o.Body, l.Text, err)
	}
}
