package letter

import (
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HTMLText is the text that a reader of the HTML sees. A blockquote's lines begin with ">", as in plain
// mail. It reads tokens and builds no tree, so that nesting costs nothing; its time is linear.
func HTMLText(source string) string {
	t := html.NewTokenizer(strings.NewReader(source))
	var w flow
	skip := 0 // depth of elements that show no text
	href := ""
	for {
		kind := t.Next()
		if kind == html.ErrorToken {
			return w.String()
		}
		token := t.Token()
		switch kind {
		case html.TextToken:
			if skip == 0 {
				w.text(token.Data)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			if hidden(token.DataAtom) && kind == html.StartTagToken {
				skip++
			}
			if token.DataAtom == atom.A {
				href = attribute(token, "href")
				w.linked = w.out.Len()
			}
			w.open(token)
		case html.EndTagToken:
			if hidden(token.DataAtom) {
				skip = max(0, skip-1)
			}
			if token.DataAtom == atom.A && skip == 0 {
				w.link(href)
				href = ""
			}
			w.close(token.DataAtom)
		}
	}
}

// hidden elements hold no text for the reader. All of them are raw text to the tokenizer, so that an
// unclosed one cannot hide what only looks to be inside it.
func hidden(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Title, atom.Iframe:
		return true
	}
	return false
}

var blocks = []atom.Atom{
	atom.P, atom.Div, atom.Table, atom.Tr, atom.Ul, atom.Ol, atom.Li, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6,
	atom.Blockquote, atom.Pre, atom.Hr, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Address, atom.Dl, atom.Dt, atom.Dd, atom.Center,
}

// flow writes text as a browser would lay it out, without the looks.
type flow struct {
	out    strings.Builder
	quotes int
	pre    int
	space  bool // white space is due before the next text
	fresh  bool // the last thing written was a line end
	linked int  // where the text of the open link begins
}

func (w *flow) String() string { return w.out.String() }

func (w *flow) text(s string) {
	if w.pre > 0 {
		for i, l := range strings.Split(s, "\n") {
			if i > 0 {
				w.newline()
			}
			w.word(l)
		}
		return
	}
	if strings.TrimSpace(s) == "" {
		w.space = w.space || s != ""
		return
	}
	w.space = w.space || strings.ContainsRune(" \t\r\n", rune(s[0]))
	for i, f := range strings.Fields(s) {
		w.space = w.space || i > 0
		w.word(f)
	}
	w.space = strings.ContainsRune(" \t\r\n", rune(s[len(s)-1]))
}

func (w *flow) word(s string) {
	if w.out.Len() == 0 {
		w.fresh = true
	}
	if s == "" {
		return
	}
	switch {
	case w.fresh && w.quotes > 0:
		w.out.WriteString(strings.Repeat(">", min(w.quotes, 20)) + " ")
	case w.space && !w.fresh:
		w.out.WriteByte(' ')
	}
	w.space, w.fresh = false, false
	w.out.WriteString(s)
}

func (w *flow) newline() {
	w.out.WriteByte('\n')
	w.space, w.fresh = false, true
}

// fit begins a new line unless one has begun.
func (w *flow) fit() {
	if !w.fresh && w.out.Len() > 0 {
		w.newline()
	}
	w.space = false
}

func (w *flow) open(t html.Token) {
	switch a := t.DataAtom; a {
	case atom.Br:
		w.newline()
	case atom.Td, atom.Th:
		w.space = true
	case atom.Img:
		if alt := strings.TrimSpace(attribute(t, "alt")); alt != "" {
			w.space = true
			w.word("[" + alt + "]")
		}
	case atom.Blockquote:
		w.fit()
		w.quotes++
	default:
		if slices.Contains(blocks, a) {
			w.fit()
		}
		if a == atom.Pre {
			w.pre++
		}
		if a == atom.Li {
			w.word("-")
			w.space = true
		}
	}
}

func (w *flow) close(a atom.Atom) {
	switch a {
	case atom.Blockquote:
		w.fit()
		w.quotes = max(0, w.quotes-1)
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Table:
		w.fit()
		if w.out.Len() > 0 {
			w.newline()
		}
	case atom.Pre:
		w.pre = max(0, w.pre-1)
		w.fit()
	default:
		if slices.Contains(blocks, a) {
			w.fit()
		}
	}
}

// link adds where a link leads, unless its text says so already: a citizen's map link must not be lost.
func (w *flow) link(href string) {
	if !strings.HasPrefix(href, "http://") && !strings.HasPrefix(href, "https://") {
		return
	}
	shown := w.out.String()[min(w.linked, w.out.Len()):]
	bare := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(href, "https://"), "http://"), "/")
	if strings.Contains(shown, bare) {
		return
	}
	w.space = true
	w.word("<" + href + ">")
}

func attribute(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
