package ui

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

const someWords = "note.title\tHalaman {name}\tPage of {name}\nflash.saved\tTersimpan\tSaved\nflash.secret.deep\tx\tx\nstate.open\tTerbuka\tOpen\nnav.one\tSatu\tOne\n"

type notePage struct {
	Name  string
	State string
	At    time.Time
	Boom  func() (string, error)
}

func bundle(words string, pages map[string]string) Bundle {
	files := fstest.MapFS{"words.tsv": {Data: []byte(words)}}
	for name, text := range pages {
		files["templates/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Bundle{Name: "test", Files: files, Families: map[string][]string{"state": {"open"}, "flash": {"saved"}, "nav": {"one"}}, Keys: []string{"flash.secret.deep"}}
}

const notePageText = `{{define "title"}}{{t "note.title" "name" .Name}}{{end}}{{define "main"}}<h1>{{.Name}}</h1>{{tf "state" .State}} {{when .At}}{{with .Boom}}{{call .}}{{end}}{{end}}`

func site(t *testing.T, o Options) (*UI, Page[notePage]) {
	t.Helper()
	u, err := New(o, bundle(someWords, map[string]string{"note.html": notePageText}))
	if err != nil {
		t.Fatal(err)
	}
	set := u.Pages("test")
	p := Add(set, "note.html", notePage{State: "open"})
	if err := set.Err(); err != nil {
		t.Fatal(err)
	}
	return u, p
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	return call(h, http.MethodGet, path, "", headers...)
}

func call(h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestAPageIsRenderedInTheCallersLanguage(t *testing.T) {
	u, page := site(t, Options{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /note", func(w http.ResponseWriter, r *http.Request) {
		page.Write(w, r, Frame{Nav: []Link{{Path: "/note", Name: "one", Current: true}}, User: "Ani", SignOut: "/out"}, notePage{Name: "<b>Ani</b>", State: "open"})
	})
	h := u.Serve(mux)
	for _, tt := range []struct{ header, value, want string }{
		{"Accept-Language", "", "Terbuka"},
		{"Accept-Language", "en-GB,en;q=0.9,id;q=0.8", "Open"},
		{"Accept-Language", "ms-MY, en", "Terbuka"},
		{"Accept-Language", "de, en;q=0.5", "Open"},
		{"Cookie", "tanggap_language=en", "Open"},
		{"Cookie", "tanggap_language=xx", "Terbuka"},
	} {
		w := get(h, "/note?a=1", tt.header, tt.value)
		if text := w.Body.String(); w.Code != 200 || !strings.Contains(text, tt.want) || !strings.Contains(text, "&lt;b&gt;Ani") || strings.Contains(text, "<b>") {
			t.Errorf("%s %q: %d %s", tt.header, tt.value, w.Code, text)
		}
	}
	w := get(h, "/note?a=1")
	for _, part := range []string{`aria-current="page"`, `action="/out"`, `name="back" value="/note?a=1"`, `lang="id"`, "/assets/"} {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	for header, want := range map[string]string{
		"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin", "Cache-Control": "no-store",
	} {
		if got := w.Header().Get(header); got != want {
			t.Errorf("%s: %q, want %q", header, got, want)
		}
	}
	if strings.Contains(w.Body.String(), "<script") || strings.Contains(w.Body.String(), "style=") {
		t.Error("something inline, which the policy forbids")
	}
}

func TestWhatGoesWrongHasACleanPage(t *testing.T) {
	var log bytes.Buffer
	u, page := site(t, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /broken", func(w http.ResponseWriter, r *http.Request) {
		page.Write(w, r, Frame{}, notePage{Name: "half a page", State: "open", Boom: func() (string, error) { panic("secret words") }})
	})
	mux.HandleFunc("GET /panic", func(http.ResponseWriter, *http.Request) { panic("secret words") })
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) {
		if u.Form(w, r) {
			u.Redirect(w, r, "/note", "saved")
		}
	})
	h := u.Serve(mux)
	for _, tt := range []struct {
		method, path, body string
		headers            []string
		status             int
		want               string
	}{
		{"GET", "/broken", "", nil, 500, "Ada yang salah di sisi kami"},
		{"GET", "/panic", "", []string{"Accept-Language", "en"}, 500, "Something went wrong"},
		{"GET", "/nowhere", "", nil, 404, "Halaman tidak ditemukan"},
		{"GET", "/form", "", nil, 405, "Cara ini tidak tersedia"},
		{"POST", "/form", "a=" + strings.Repeat("x", maxForm), nil, 413, "terlalu besar"},
		{"POST", "/form", "a=%zz", nil, 400, "tidak terbaca"},
		{"POST", "/form", "a=1", []string{"Sec-Fetch-Site", "cross-site"}, 403, "Tidak diizinkan"},
		{"POST", "/form", "a=1", []string{"Origin", "https://evil.example"}, 403, "Tidak diizinkan"},
		{"POST", "/form", "a=1", []string{"Sec-Fetch-Site", "same-origin"}, 303, ""},
	} {
		w := call(h, tt.method, tt.path, tt.body, tt.headers...)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) || strings.Contains(w.Body.String(), "half a page") {
			t.Errorf("%s %s: %d %s, want %d with %q", tt.method, tt.path, w.Code, w.Body, tt.status, tt.want)
		}
		if tt.status == 405 && w.Header().Get("Allow") != "POST" {
			t.Errorf("Allow: %q", w.Header().Get("Allow"))
		}
	}
	if strings.Contains(log.String(), "secret") || strings.Contains(log.String(), "half") {
		t.Errorf("the log tells what a page was about: %s", log.String())
	}
}

func TestAFlashIsSaidOnceAndChosenByCode(t *testing.T) {
	u, page := site(t, Options{PublicURL: "https://lapor.example"})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /note", func(w http.ResponseWriter, r *http.Request) { page.Write(w, r, Frame{}, notePage{State: "open"}) })
	mux.HandleFunc("POST /form", func(w http.ResponseWriter, r *http.Request) { u.Redirect(w, r, "/note", "saved") })
	h := u.Serve(mux)
	c := call(h, "POST", "/form", "a=1").Result().Cookies()[0]
	if c.Name != flashCookie || c.Value != "saved" || !c.HttpOnly || !c.Secure {
		t.Errorf("cookie %v", c)
	}
	w := get(h, "/note", "Cookie", flashCookie+"=saved")
	if !strings.Contains(w.Body.String(), `role="status">Tersimpan`) || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("said %s, cookies %v", w.Body, w.Result().Cookies())
	}
	for _, forged := range []string{"Anda+menang", "secret.deep", "<b>"} {
		if w := get(h, "/note", "Cookie", flashCookie+"="+forged); strings.Contains(w.Body.String(), `role="status"`) {
			t.Errorf("%q is said: %s", forged, w.Body)
		}
	}
}

func TestTheLanguageIsChosenAndOneComesBack(t *testing.T) {
	u, _ := site(t, Options{})
	mux := http.NewServeMux()
	mux.HandleFunc("POST /language", u.SetLanguage)
	h := u.Serve(mux)
	for back, want := range map[string]string{
		"/console?state=late": "/console?state=late", "": "/", "https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "/\t/evil.example": "/",
	} {
		w := call(h, "POST", "/language", "language=en&back="+strings.NewReplacer("/", "%2F", "?", "%3F", "=", "%3D", `\`, "%5C", "\t", "%09").Replace(back))
		if w.Code != 303 || w.Header().Get("Location") != want || w.Result().Cookies()[0].Value != "en" {
			t.Errorf("%q leads to %q: %v", back, w.Header().Get("Location"), w.Result().Cookies())
		}
	}
	if w := call(h, "POST", "/language", "language=xx"); len(w.Result().Cookies()) != 0 {
		t.Error("a language that there is not was chosen")
	}
}

func TestAssetsAreKeptForGood(t *testing.T) {
	u, _ := site(t, Options{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/{hash}/{name}", u.Assets)
	h := u.Serve(mux)
	path, err := u.assets.path("ui.css")
	if err != nil {
		t.Fatal(err)
	}
	w := get(h, path)
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") != "text/css; charset=utf-8" || w.Body.Len() == 0 {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := get(h, "/assets/0000000000000000/ui.css"); w.Code != 404 {
		t.Errorf("an old style sheet: %d", w.Code)
	}
}

func TestTimesAreInTheCitysZoneAndInWords(t *testing.T) {
	u, _ := site(t, Options{Now: func() time.Time { return time.Date(2026, 3, 17, 0, 0, 0, 0, time.UTC) }})
	at := time.Date(2026, 3, 27, 4, 5, 0, 0, time.UTC)
	for _, tt := range []struct{ got, want string }{
		{u.When("id", at), "Jum 27 Mar 04.05 UTC"},
		{u.When("en", at), "Fri 27 Mar 04:05 UTC"},
		{u.Day("id", at.AddDate(0, 5, 0)), "Kam 27 Agu"},
		{u.Day("en", at.AddDate(1, 0, 0)), "Sat 27 Mar 2027"},
		{u.When("id", time.Time{}), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestMistakesAreToldAtStart(t *testing.T) {
	good := `{{define "title"}}x{{end}}{{define "main"}}{{t "note.title" "name" 1}}{{end}}`
	for name, tt := range map[string]struct{ words, page, want string }{
		"unused":             {someWords + "note.more\tLagi\tMore\n", good, "note.more is not used"},
		"missing":            {someWords, good + `{{t "note.none"}}`, "no word note.none"},
		"missing language":   {someWords + "note.more\tLagi\n", good, "has not a key and 2 languages"},
		"empty language":     {someWords + "note.more\tLagi\t\n", good, "is empty"},
		"twice":              {someWords + "note.title\tLagi\tMore\n", good, "there twice"},
		"other placeholders": {someWords + "note.more\tLagi {a}\tMore {b}\n", good, "other placeholders"},
		"missing value":      {someWords, good + `{{define "x"}}{{if true}}{{t "note.title"}}{{end}}{{end}}`, "wants {name}"},
		"computed key":       {someWords, good + `{{t .Key}}`, "wants its key written out"},
		"unknown family":     {someWords, good + `{{range .}}{{tf "kind" .}}{{end}}`, "no family kind"},
		"missing of family":  {strings.Replace(someWords, "state.open", "note.open", 1), good, "no word state.open"},
		"template":           {someWords, good + `{{if}}`, "missing value for if"},
	} {
		if _, err := New(Options{}, bundle(tt.words, map[string]string{"note.html": tt.page})); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if _, err := New(Options{}); err != nil {
		t.Errorf("without any bundle: %v", err)
	}
	u, err := New(Options{}, bundle(someWords, map[string]string{"note.html": strings.Replace(good, "1", ".Nobody", 1)}))
	if err != nil {
		t.Fatal(err)
	}
	set := u.Pages("test")
	Add(set, "note.html", notePage{})
	Add(set, "none.html", notePage{})
	if err := set.Err(); err == nil || !strings.Contains(err.Error(), "Nobody") || !strings.Contains(err.Error(), "none.html") {
		t.Errorf("a page whose struct does not fit: %v", err)
	}
	u, err = New(Options{}, bundle(someWords, map[string]string{"note.html": good, "link.html": `{{define "title"}}x{{end}}{{define "main"}}<a href="{{.}}">x</a>{{end}}`}))
	if err != nil {
		t.Fatal(err)
	}
	set = u.Pages("test")
	if Add(set, "link.html", "mailto:a@b.test"); set.Err() != nil {
		t.Errorf("a link of a known scheme: %v", set.Err())
	}
	if Add(set, "link.html", "sms:1708"); set.Err() == nil || !strings.Contains(set.Err().Error(), "not safe where it stands") {
		t.Errorf("a link that would not be written: %v", set.Err())
	}
	if u.Pages("none").Err() == nil {
		t.Error("pages of no bundle")
	}
}
