package demo

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"tanggap/channels/sms"
	"tanggap/internal/browser"
)

var chromium browser.Browser

func TestMain(m *testing.M) {
	code := m.Run()
	chromium.Close()
	os.Exit(code)
}

func TestAnEveningOnThePlayground(t *testing.T) {
	p := play(t)
	b := chromium.Page(t, p.base, browser.Options{})
	b.Open("/playground")
	b.Follow("Bahasa Indonesia")
	b.Has("tidak ada yang keluar dari komputer ini")

	b.Fill("#phone-text", "lampu jalan mati di depan SDN 01 Tebet Timur, gelap bgt")
	b.Has("1 SMS · GSM-7 · sisa 105")
	b.Click("#phone-send")
	b.Has("Dinas Bina Marga")
	b.Has("kami teruskan ke")

	b.Click("a[data-subject='Banjir di Kampung Melayu']")
	b.Click("#chat-send")
	b.Has("Dinas Sumber Daya Air")
	b.Has("Terkirim")

	b.Click("#switch-telegram")
	b.Has("Pesan menunggu, tidak ada yang hilang.")
	b.Fill("#chat-text", "pohon tumbang nutup jalan di kelapa gading")
	b.Click("#chat-send")
	b.Has("Masih menunggu di platform.")
	b.Click("#fix-telegram")
	b.Has("Dinas Pertamanan")
	b.Fits()
}

func TestThePlaygroundFitsAPhoneAndNeedsNoScript(t *testing.T) {
	p := play(t)
	for _, o := range []browser.Options{{Width: 360, NoScript: true}, {Width: 360, Dark: true}, {Width: 800}} {
		b := chromium.Page(t, p.base, o)
		b.Open("/playground?as=budi&via=sms&try=levy")
		b.Fits()
		if o.NoScript {
			b.Press("#phone-send")
			p.until("the receipt", func() bool { return len(p.twilio.Taken()) > 0 })
			b.Press("#phone .reload button")
		} else {
			b.Click("#phone-send")
		}
		b.Has("Inspektorat")
		b.Fits()
	}
}

// TestThePhoneCountsAsTheNetworksDo holds the script's counter to channels/sms.
func TestThePhoneCountsAsTheNetworksDo(t *testing.T) {
	texts := []string{"", " ", "lampu mati", "kurung {siku}", "harga 50€", "😀", "Müller’s", "baris\nbaru"}
	for _, unit := range []string{"a", "€", "ж", "😀", "a😀", "{a", "…"} {
		for _, n := range []int{34, 35, 66, 67, 68, 69, 70, 71, 76, 77, 80, 81, 133, 134, 135, 152, 153, 154, 159, 160, 161, 201, 202, 305, 306, 307, 459, 460} {
			texts = append(texts, strings.Repeat(unit, n))
		}
	}
	for r := rune(0x20); r < 0x400; r++ {
		texts = append(texts, string(r)+"x")
	}
	var page, want strings.Builder
	page.WriteString(`<!doctype html><meta charset="utf-8"><title>t</title><div id="all">`)
	for i, text := range texts {
		// A parser takes a line break at a field's beginning away.
		fmt.Fprintf(&page, `<textarea id="t%d">`+"\n%s</textarea>\n"+`<output for="t%d" data-count="%d {n} {encoding}"></output><br>`, i, html.EscapeString(text), i, i)
		n, encoding := sms.Count(text)
		fmt.Fprintf(&want, "%d %d %s\n", i, n, map[sms.Encoding]string{sms.GSM7: "GSM-7", sms.UCS2: "UCS-2"}[encoding])
	}
	page.WriteString(`</div><script src="/playground.js"></script>`)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, page.String()) })
	mux.HandleFunc("GET /playground.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "assets/playground.js") })
	server := httptest.NewServer(mux)
	defer server.Close()
	b := chromium.Page(t, server.URL, browser.Options{})
	b.Open("/")
	var got []string
	for line := range strings.Lines(b.Text("#all")) {
		if line = strings.TrimSpace(line); line != "" {
			got = append(got, line)
		}
	}
	lines := strings.Split(strings.TrimSpace(want.String()), "\n")
	if len(got) != len(lines) {
		t.Fatalf("%d counts, want %d: %.300q", len(got), len(lines), got)
	}
	for i := range lines {
		if got[i] != lines[i] {
			t.Errorf("%q counts as %q, want %q", texts[i], got[i], lines[i])
		}
	}
}
