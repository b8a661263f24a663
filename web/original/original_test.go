package original

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// said is a catalogue whose words are their keys.
func said(_, key string, values ...any) string {
	return strings.TrimSpace(key + " " + fmt.Sprintln(values...))
}

// drawn takes PNG pictures for drawn, and nothing else for a picture.
func drawn(_ context.Context, file []byte) (kind string, data []byte) {
	if _, err := png.Decode(bytes.NewReader(file)); err != nil {
		return "", nil
	}
	return "image/png", file
}

func reader(t testing.TB) *Reader {
	t.Helper()
	d, err := New(Options{Say: said, Language: func(*http.Request) string { return "id" }, Draw: drawn})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func dot(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// shows is the page of a mail, of which the first line end of source stands for the end of the header.
func shows(t testing.TB, raw string) (page string, h http.Header) {
	t.Helper()
	w := httptest.NewRecorder()
	if !reader(t).Show(w, httptest.NewRequest(http.MethodGet, "/", nil), []byte(strings.ReplaceAll(raw, "\n", "\r\n"))) || w.Code != http.StatusOK {
		t.Fatalf("status %d", w.Code)
	}
	return w.Body.String(), w.Header()
}

const letterHead = "From: =?utf-8?q?B=C3=BAdi?= <budi@example.com>\nTo: lapor@kota.test\nSubject: Uji\nDate: Tue, 17 Mar 2026 10:00:00 +0700\n" +
	"Received: from a.example by b.example; Tue, 17 Mar 2026 10:00:01 +0700\n"

func TestShowsTheMailAsItWas(t *testing.T) {
	picture := base64.StdEncoding.EncodeToString(dot(t))
	for name, tt := range map[string]struct {
		raw        string
		has, lacks []string
	}{
		"plain": {
			"Content-Type: text/plain; charset=iso-8859-1\n\nJalan <b>caf\xe9</b> & rusak\n> dikutip\n",
			[]string{"Jalan &lt;b&gt;café&lt;/b&gt; &amp; rusak", "&gt; dikutip", "Búdi &lt;budi@example.com&gt;", "mail.from", "mail.trace count 1", "from a.example by b.example"},
			[]string{"<b>caf"},
		},
		"a page": {
			"Content-Type: text/html\n\n<p style=\"color:red;position:fixed\">Halo <b>dunia</b><br>\n<a href=\"https://palsu.example/masuk\">bank.example</a> <a href=\"https://sama.example/\">https://sama.example/</a>",
			[]string{`<p style="color: red">Halo <b>dunia</b><br>`, `<span class="leads">&lt;https://palsu.example/masuk&gt;</span>`, "https://sama.example/"},
			[]string{"position", "href", "&lt;https://sama.example/&gt;"},
		},
		"the richest of alternatives": {
			"Content-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain\n\npolos\n--x\nContent-Type: text/html\n\n<i>kaya</i>\n--x--\n",
			[]string{"<i>kaya</i>"},
			[]string{"polos"},
		},
		"a picture of its own": {
			"Content-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html\n\n<img src=\"cid:Foto%401\" alt=\"lubang\" width=9 onload=x()><img src=\"cid:tidak-ada\" alt=\"hilang\">\n" +
				"--x\nContent-Type: image/png\nContent-ID: <foto@1>\nContent-Transfer-Encoding: base64\n\n" + picture + "\n--x--\n",
			[]string{`<img src="data:image/png;base64,` + picture + `" alt="lubang" width="9">`, `<span class="missing">hilang</span>`, "mail.lost count 1"},
			[]string{"onload", "cid:"},
		},
		"pictures in the page": {
			"Content-Type: text/html\n\n<img src=\"data:image/png;base64," + picture + "\"><img src=\"data:image/svg+xml;base64,PHN2Zz4=\" alt=\"s\"><img src='data:text/html,<script>'>",
			[]string{`src="data:image/png;base64,` + picture, "mail.lost count 2"},
			[]string{"svg", "text/html,"},
		},
		"pictures from elsewhere": {
			"Content-Type: text/html\n\n<img src=\"https://satu.example/x.png\" alt=\"peta <1>\"><img src=//dua.example/y width=1 height=1><img srcset=\"https://tiga.example/z 2x\"><p>ya",
			[]string{`<span class="missing">peta &lt;1&gt;</span>`, "mail.away count 3"},
			[]string{"satu.example", "dua.example", "tiga.example"},
		},
		"nothing": {"\n", []string{"mail.empty"}, nil},
		"long":    {"Content-Type: text/plain\n\n" + strings.Repeat("é ", mostText), []string{"mail.long"}, []string{"\ufffd"}},
	} {
		page, _ := shows(t, letterHead+tt.raw)
		for _, want := range tt.has {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q in\n%.3000s", name, want, page)
			}
		}
		for _, not := range tt.lacks {
			if strings.Contains(strings.Replace(page, "</style>", "", 1)[strings.Index(page, "</style>"):], not) {
				t.Errorf("%s: %q in the page", name, not)
			}
		}
	}
}

func TestWhatIsNoMailIsShownAsText(t *testing.T) {
	for _, raw := range []string{"", "\x00\xff<script>alert(1)</script>", "bukan surel"} {
		page, _ := shows(t, raw)
		if strings.Contains(page, "<script") {
			t.Errorf("%q makes a script", raw)
		}
	}
}

// Pictures are drawn within bounds, however often a page shows them.
func TestPicturesOfAPageAreBounded(t *testing.T) {
	big := make([]byte, 1<<20)
	draws := 0
	p := &page{
		ctx: t.Context(), cache: map[string]string{}, inline: func(string) []byte { return big },
		draw: func(_ context.Context, b []byte) (string, []byte) { draws++; return "image/png", b },
	}
	var source strings.Builder
	for i := range 3 * mostDrawn {
		fmt.Fprintf(&source, `<img src="cid:%d"><img src="cid:%d">`, i, i)
	}
	if got := len(p.rewrite(source.String())); got > mostDrawing+1<<20 || draws > mostDrawn || p.lost < 4*mostDrawn {
		t.Errorf("%d bytes, %d drawn, %d lost", got, draws, p.lost)
	}
}

func TestSavesWhatCame(t *testing.T) {
	w := httptest.NewRecorder()
	raw := []byte("From: a\r\n\r\n\x00\xff<script>")
	reader(t).Save(w, raw, "482-177-3051.eml")
	if !bytes.Equal(w.Body.Bytes(), raw) || w.Header().Get("Content-Disposition") != "attachment; filename=482-177-3051.eml" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%q with %v", w.Body, w.Header())
	}
}

func TestWhoHangsUpWaitsForNoTurn(t *testing.T) {
	d := reader(t)
	d.turn <- struct{}{}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	w := httptest.NewRecorder()
	if d.Show(w, httptest.NewRequest(http.MethodGet, "/", nil).WithContext(ctx), nil) || w.Body.Len() > 0 {
		t.Error("a page was written out of turn")
	}
}
