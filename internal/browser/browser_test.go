package browser

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var chromium Browser

func TestMain(m *testing.M) {
	code := m.Run()
	chromium.Close()
	os.Exit(code)
}

// rehearsal is a test that may fail without failing ours.
type rehearsal struct {
	testing.TB
	said  []string
	clean []func()
}

func (r *rehearsal) Helper()                   {}
func (r *rehearsal) Cleanup(f func())          { r.clean = append(r.clean, f) }
func (r *rehearsal) Failed() bool              { return len(r.said) > 0 }
func (r *rehearsal) Logf(string, ...any)       {}
func (r *rehearsal) Errorf(f string, a ...any) { r.said = append(r.said, fmt.Sprintf(f, a...)) }

func (r *rehearsal) end() string {
	for _, f := range r.clean {
		f()
	}
	return strings.Join(r.said, "\n")
}

func site(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `<!doctype html><title>t</title><form method=post action=/said><input name=q id=asked><textarea name=a></textarea><select name=s><option value=a>A<option value=b>B</select><button>Kirim</button></form>
			<p id=script>without</p><script>document.getElementById("script").textContent = "with"</script>`)
	})
	mux.HandleFunc("POST /said", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "seen", Value: "yes", Path: "/"})
		w.WriteHeader(http.StatusAccepted)
		fmt.Fprintf(w, "<!doctype html><title>t</title><p id=said>%s %s", r.FormValue("q"), r.FormValue("s"))
	})
	mux.HandleFunc("GET /cookie", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<!doctype html><title>t</title><p id=cookie>%q", r.Header.Get("Cookie"))
	})
	mux.HandleFunc("GET /wide", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `<!doctype html><title>t</title><meta name=viewport content="width=device-width"><div class=beam style="width:3000px">x</div>`)
	})
	mux.HandleFunc("GET /outside", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `<!doctype html><title>t</title><img src="http://198.51.100.1/x.png" alt=""><p>tetap`)
	})
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `<!doctype html><title>t</title><script>nobody.knows()</script><p>tetap`)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s.URL
}

func TestPageFillsPressesAndReads(t *testing.T) {
	base := site(t)
	for _, o := range []Options{{}, {NoScript: true, Width: 360, Dark: true}} {
		p := chromium.Page(t, base, o)
		if code := p.Open("/"); code != http.StatusOK {
			t.Errorf("status %d", code)
		}
		if got, want := p.Text("#script"), map[bool]string{true: "without", false: "with"}[o.NoScript]; got != want {
			t.Errorf("%s scripts, want %s", got, want)
		}
		p.Fill("input[name=q]", "halo dunia")
		p.Fill("select[name=s]", "b")
		p.Fill("textarea[name=a]", "baris")
		p.Click("input[name=q]")
		p.Keys("!")
		if got := p.Focus(); got != "asked" {
			t.Errorf("the focus is on %q", got)
		}
		if code := p.Follow("Kirim"); code != http.StatusAccepted {
			t.Errorf("status %d", code)
		}
		p.Has("halo dunia! b")
		if got := p.Path(); got != "/said" {
			t.Errorf("at %s", got)
		}
		p.Fits()
		file := filepath.Join(t.TempDir(), "p.png")
		p.Picture(file)
		if png, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(png), "\x89PNG") {
			t.Error("no picture", err)
		}
	}
	other := chromium.Page(t, base, Options{})
	other.Open("/cookie")
	if got := other.Text("#cookie"); got != `""` {
		t.Errorf("another page has the cookies of the first: %s", got)
	}
}

func TestPageTellsWhatMustNotHappen(t *testing.T) {
	base := site(t)
	for path, want := range map[string]string{"/outside": "elsewhere", "/broken": "broke down", "/wide": "div.beam"} {
		r := &rehearsal{TB: t}
		p := chromium.Page(r, base, Options{Width: 360})
		p.Open(path)
		p.Fits()
		if said := r.end(); !strings.Contains(said, want) {
			t.Errorf("%s: %q, want %q", path, said, want)
		}
	}
}

func TestMissingBrowserIsToldInOneLine(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	var none Browser
	_, err := none.start()
	if err == nil || err.Error() != "chromium is not installed (Debian: chromium)" {
		t.Error(err)
	}
}
