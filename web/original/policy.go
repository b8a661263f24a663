package original

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// headers are what the page of a mail is served under, whatever the sanitiser let through: it runs no script, loads
// nothing but pictures that stand in it, sends no form, belongs to no site, and is framed by our own pages alone.
var headers = map[string]string{
	"Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; " +
		"frame-ancestors 'self'; sandbox",
	"X-Frame-Options":              "SAMEORIGIN",
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "no-referrer",
	"X-DNS-Prefetch-Control":       "off",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Cache-Control":                "no-store",
}

// Marks of our own in a mail's page.
const (
	missing = "missing" // in the place of a picture
	leads   = "leads"   // where a link leads
)

var (
	colour  = regexp.MustCompile(`^(?i:#[0-9a-f]{3,8}|[a-z]{3,24}|rgba?\([0-9., %]{5,40}\))$`)
	length  = regexp.MustCompile(`^[0-9]{1,4}%?$`)
	small   = regexp.MustCompile(`^[0-9]{1,2}$`)
	marks   = regexp.MustCompile(`^(` + missing + `|` + leads + `)$`)
	tongue  = regexp.MustCompile(`^[A-Za-z0-9-]{1,20}$`)
	aligned = regexp.MustCompile(`^(?i:left|right|center|justify|top|middle|bottom|baseline)$`)
)

// newPolicy lets through what text is written with: its parts, tables, pictures that stand in the page itself, and of
// styles those that change letters and grounds. Nothing that has an address, moves, covers or names anything.
func newPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "div", "span", "br", "hr", "b", "strong", "i", "em", "u", "s", "strike", "del", "ins", "sub", "sup", "small", "big",
		"font", "center", "blockquote", "pre", "code", "tt", "kbd", "samp", "ul", "ol", "li", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th", "address", "cite", "q", "wbr")
	p.AllowNoAttrs().OnElements("span", "font")
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^(?i:ltr|rtl|auto)$`)).Globally()
	p.AllowAttrs("lang").Matching(tongue).Globally()
	p.AllowAttrs("class").Matching(marks).OnElements("span")
	p.AllowAttrs("align", "valign").Matching(aligned).Globally()
	p.AllowAttrs("width").Matching(length).OnElements("table", "td", "th", "img", "hr")
	p.AllowAttrs("height").Matching(length).OnElements("img")
	p.AllowAttrs("border", "cellpadding", "cellspacing").Matching(small).OnElements("table")
	p.AllowAttrs("colspan", "rowspan").Matching(small).OnElements("td", "th")
	p.AllowAttrs("start", "value").Matching(length).OnElements("ol", "li")
	p.AllowAttrs("bgcolor").Matching(colour).OnElements("table", "tr", "td", "th")
	p.AllowAttrs("color").Matching(colour).OnElements("font")
	p.AllowAttrs("size").Matching(regexp.MustCompile(`^[+-]?[1-7]$`)).OnElements("font")
	p.AllowAttrs("alt").OnElements("img")
	p.AllowStyles("color", "background-color").Matching(colour).Globally()
	p.AllowStyles("text-align").Matching(aligned).Globally()
	p.AllowStyles("font-weight").MatchingEnum("normal", "bold", "bolder", "lighter", "400", "500", "600", "700", "800", "900").Globally()
	p.AllowStyles("font-style").MatchingEnum("normal", "italic", "oblique").Globally()
	p.AllowStyles("text-decoration").MatchingEnum("none", "underline", "line-through").Globally()

	// Ours alone are data: what the mail had there was drawn anew, or taken out.
	p.AllowAttrs("src").OnElements("img")
	p.RequireParseableURLs(true)
	p.AllowURLSchemeWithCustomPolicy("data", func(u *url.URL) bool {
		return strings.HasPrefix(u.Opaque, "image/png;base64,") || strings.HasPrefix(u.Opaque, "image/jpeg;base64,")
	})
	// What these hold is no text for a reader; bluemonday knows of scripts and styles by itself.
	p.SkipElementsContent("title", "svg", "math", "object", "applet", "audio", "video", "canvas", "select", "template", "noframes", "noembed", "xmp", "plaintext", "map")
	return p
}
