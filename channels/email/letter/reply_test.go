package letter

import (
	"os"
	"strings"
	"testing"
)

// replyCase is one of testdata/replies.txt.
type replyCase struct{ name, text, fresh string }

func replyCases(t testing.TB) (cases []replyCase) {
	t.Helper()
	b, err := os.ReadFile("testdata/replies.txt")
	if err != nil {
		t.Fatal(err)
	}
	for i, block := range strings.Split("\n"+string(b), "\n=== ") {
		name, rest, _ := strings.Cut(block, "\n")
		text, fresh, ok := strings.Cut(rest, "\n--- new\n")
		if i > 0 && !ok {
			t.Fatalf("%s has no end", name)
		}
		if i > 0 {
			cases = append(cases, replyCase{name, text, fresh})
		}
	}
	return cases
}

// TestReplies: what is new in the answers of the world's mail programs, also with line ends and spaces as they send them.
func TestReplies(t *testing.T) {
	cases := replyCases(t)
	if len(cases) < 60 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		for as, text := range map[string]string{
			"":                       c.text,
			"with blank lines below": c.text + "\n\n \n",
			"with broad spaces":      strings.ReplaceAll(c.text, "14.59", "14.59\u00a0"),
		} {
			fresh, quoted := Split(text)
			want := c.fresh
			if as == "with broad spaces" {
				want = strings.ReplaceAll(want, "14.59", "14.59\u00a0")
			}
			if strings.TrimSpace(fresh) != strings.TrimSpace(want) {
				t.Errorf("%s %s:\nnew is %q\nwant   %q", c.name, as, fresh, want)
			}
			for _, word := range strings.Fields(text) {
				if !strings.Contains(fresh+"\n"+quoted, word) {
					t.Errorf("%s %s: lost %q", c.name, as, word)
				}
			}
		}
	}
}

// TestRepliesByWayOfAMail: the same as bodies, plain and as the HTML that the programs send beside it.
func TestRepliesByWayOfAMail(t *testing.T) {
	for _, c := range replyCases(t) {
		raw := "From: a@b.test\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + strings.ReplaceAll(c.text, "\n", "\r\n")
		if l, err := Read([]byte(raw)); err != nil || strings.TrimSpace(l.Text) != strings.TrimSpace(strings.ReplaceAll(c.fresh, "\ufeff", "")) {
			t.Errorf("%s reads %q, %v", c.name, l.Text, err)
		}
	}
	for what, page := range map[string]string{
		"Gmail":   `<div dir="ltr">Belum.</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">Pada Sab, 15 Jun 2024 pukul 14.59 Pengaduan &lt;<a href="mailto:pengaduan@kota.test">pengaduan@kota.test</a>&gt; menulis:<br></div><blockquote class="gmail_quote"><div>Sudah kami teruskan.</div></blockquote></div>`,
		"Outlook": `<div><p>Belum.</p><div style="border-top:solid"><p><b>From:</b> Pengaduan &lt;pengaduan@kota.test&gt;<br><b>Sent:</b> Saturday, June 15, 2024 2:59 PM<br><b>To:</b> Budi<br><b>Subject:</b> Laporan</p></div><p>Sudah kami teruskan.</p></div>`,
		"Apple":   `<body>Belum.<br><blockquote type="cite">Pada 15 Jun 2024, pukul 14.59, Pengaduan &lt;pengaduan@kota.test&gt; menulis:<br><br></blockquote><blockquote type="cite"><div>Sudah kami teruskan.</div></blockquote></body>`,
		"Yahoo":   `<div>Belum.<br></div><div id="yahoo_quoted"><div>Pada Sabtu, 15 Juni 2024 14.59.07 WIB, Pengaduan &lt;pengaduan@kota.test&gt; menulis: </div><div><br></div><div>Sudah kami teruskan.</div></div>`,
	} {
		l, err := Read([]byte("From: a@b.test\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page))
		if err != nil || l.Text != "Belum." || !strings.Contains(l.Quoted, "Sudah kami teruskan.") {
			t.Errorf("%s reads %q, quoted %q, %v", what, l.Text, l.Quoted, err)
		}
	}
}

// TestAMailSentOnIsNew, though Outlook makes it look like one that is answered.
func TestAMailSentOnIsNew(t *testing.T) {
	const text = "Mohon ditindak.\n\nFrom: Ani <ani@warga.test>\nSent: Saturday, June 15, 2024 2:59 PM\nTo: Budi\nSubject: Got\n\nGot mampet."
	for subject, want := range map[string]string{"FW: Got": text, "Fwd: Got": text, "TRS: Got": text, "RE: Got": "Mohon ditindak.", "Got": "Mohon ditindak."} {
		if l, err := Read([]byte("From: a@b.test\r\nSubject: " + subject + "\r\n\r\n" + text)); err != nil || l.Text != want {
			t.Errorf("%s reads %q, %v", subject, l.Text, err)
		}
	}
}
