package original

import (
	"bytes"
	"context"
	"encoding/base64"
	"html"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"

	parse "golang.org/x/net/html"
)

const (
	// mostDrawn and mostDrawing bound the pictures that stand in one page, by number and bytes.
	mostDrawn   = 40
	mostDrawing = 12 << 20
	// mostLink is how much of a link's address is told.
	mostLink = 300
)

// page is one mail's page as it is written.
type page struct {
	ctx     context.Context
	inline  func(id string) []byte
	draw    func(context.Context, []byte) (kind string, data []byte)
	out     bytes.Buffer
	href    string // of the link that is open
	text    int    // where its text begins in out
	away    int    // pictures that would have been fetched from elsewhere
	lost    int    // pictures that the mail has, and that cannot be drawn
	drawn   int
	drawing int
	cache   map[string]string
}

// rewrite makes of a mail's page one that needs nothing from elsewhere: pictures of the mail itself are put into it,
// others are named, and links are told rather than followed. What it returns is yet to be sanitised.
func (p *page) rewrite(source string) string {
	z := parse.NewTokenizer(strings.NewReader(source))
	p.out.Reset()
	for {
		kind := z.Next()
		if kind == parse.ErrorToken {
			p.closeLink()
			return p.out.String()
		}
		if kind != parse.StartTagToken && kind != parse.SelfClosingTagToken && kind != parse.EndTagToken {
			p.out.Write(z.Raw())
			continue
		}
		raw := bytes.Clone(z.Raw()) // reading the tag changes it
		t := z.Token()
		switch {
		case t.DataAtom == atom.A:
			p.closeLink()
			if kind == parse.StartTagToken {
				p.href, p.text = target(attribute(&t, "href")), p.out.Len()
			}
		case t.DataAtom == atom.Img && kind != parse.EndTagToken:
			p.picture(&t)
		default:
			p.out.Write(raw)
		}
	}
}

// closeLink tells where the open link leads, unless its text says so.
func (p *page) closeLink() {
	if p.href != "" && !strings.Contains(html.UnescapeString(string(p.out.Bytes()[p.text:])), strings.TrimPrefix(p.href, "mailto:")) {
		p.mark(leads, "<"+p.href+">")
	}
	p.href = ""
}

func (p *page) mark(class, text string) {
	p.out.WriteString(` <span class="` + class + `">` + html.EscapeString(text) + `</span>`)
}

// target is where a link leads, for people to read; "" where it leads nowhere that they should know of.
func target(href string) string {
	href = strings.Join(strings.Fields(href), "")
	u, err := url.Parse(href)
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "mailto", "tel":
	default:
		return ""
	}
	if len(href) > mostLink {
		href = strings.ToValidUTF8(href[:mostLink], "") + "…"
	}
	return href
}

// picture writes the picture of a tag, or what is said in its place.
func (p *page) picture(t *parse.Token) {
	src, alt := strings.TrimSpace(attribute(t, "src")), strings.TrimSpace(attribute(t, "alt"))
	scheme, rest, _ := strings.Cut(src, ":")
	data := ""
	switch scheme = strings.ToLower(scheme); scheme {
	case "cid":
		if id, err := url.PathUnescape(rest); err == nil {
			rest = id
		}
		data = p.put(src, func() []byte { return p.inline(rest) })
	case "data":
		data = p.put(src, func() []byte { return decoded(rest) })
	default:
		if src == "" && attribute(t, "srcset") == "" {
			return
		}
		p.away++
		if !tiny(t) {
			p.mark(missing, alt)
		}
		return
	}
	if data == "" {
		p.lost++
		p.mark(missing, alt)
		return
	}
	p.out.WriteString(`<img src="` + data + `" alt="` + html.EscapeString(alt) + `"`)
	for _, side := range []string{"width", "height"} {
		if v := attribute(t, side); length.MatchString(v) {
			p.out.WriteString(` ` + side + `="` + v + `"`)
		}
	}
	p.out.WriteString(`>`)
}

// put draws a picture once and returns it as an address that holds it, "" where there is none to be drawn or too
// much was.
func (p *page) put(name string, read func() []byte) string {
	if known, ok := p.cache[name]; ok && p.drawing+len(known) <= mostDrawing {
		p.drawing += len(known)
		return known
	}
	if p.drawn >= mostDrawn {
		return ""
	}
	p.drawn++
	raw := read()
	if len(raw) == 0 {
		return ""
	}
	kind, data := p.draw(p.ctx, raw)
	size := base64.StdEncoding.EncodedLen(len(data))
	if len(data) == 0 || p.drawing+size > mostDrawing {
		return ""
	}
	p.drawing += size
	p.cache[name] = "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)
	return p.cache[name]
}

// decoded are the bytes of a data address (RFC 2397), without its scheme.
func decoded(rest string) []byte {
	head, body, ok := strings.Cut(rest, ",")
	if !ok || !strings.HasSuffix(strings.ToLower(strings.TrimSpace(head)), ";base64") {
		return nil
	}
	if plain, err := url.PathUnescape(body); err == nil {
		body = plain
	}
	data, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.Join(strings.Fields(body), ""), "="))
	if err != nil {
		return nil
	}
	return data
}

// tiny pictures count readers, and show nothing.
func tiny(t *parse.Token) bool {
	for _, side := range []string{"width", "height"} {
		if n, err := strconv.Atoi(strings.TrimSuffix(attribute(t, side), "px")); err == nil && n <= 2 {
			return true
		}
	}
	return false
}

func attribute(t *parse.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name && a.Namespace == "" {
			return a.Val
		}
	}
	return ""
}
