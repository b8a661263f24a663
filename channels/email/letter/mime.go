package letter

import (
	"bufio"
	"bytes"
	"errors"
	"net/textproto"
	"regexp"
	"strings"

	message "github.com/emersion/go-message/textproto"
	"github.com/jhillyerd/enmime/v2"
)

// Beyond these enmime's time grows exponentially with nested, unterminated multiparts; no honest mail
// comes near them.
const (
	maxMultiparts = 12
	maxBoundaries = 24
	maxDelimiters = 500
)

// The fallback's own bounds.
const (
	maxDepth = 10
	maxParts = 200
)

// node is a part of a mail, decoded, whichever library read it.
type node struct {
	header      textproto.MIMEHeader
	kind        string // media type
	params      map[string]string
	disposition string
	name        string
	content     []byte // of a leaf: transfer encoding undone; text is UTF-8
	children    []*node
	more        bool // of a mail: it has parts that are not here
}

var parser = enmime.NewParser(
	enmime.RawContent(true), // we undo encodings and charsets ourselves, as far as they go
	enmime.DisableTextConversion(true),
	enmime.SkipMalformedParts(true),
	enmime.MultipartWOBoundaryAsSinglePart(true),
	enmime.SetCustomParseMediaType(func(s string) (string, map[string]string, []string, error) {
		kind, params := mediaType(s)
		return kind, params, nil, nil
	}),
	enmime.MaxStoredPartErrors(20),
)

// parse reads raw with enmime, or with go-message's header reader and our own splitting where enmime must not, cannot or
// leaves something out.
func parse(raw []byte) (*node, error) {
	raw = prepare(raw)
	if tame(raw) {
		if root, err := parser.ReadParts(bytes.NewReader(raw)); err == nil && len(root.Header) > 0 && whole(root) {
			return fromEnmime(root), nil
		}
	}
	budget := maxParts
	root := loose(raw, 0, &budget)
	root.more = budget < 0
	if len(root.header) == 0 {
		return nil, errors.New("parsing MIME: no header")
	}
	return root, nil
}

var divider = regexp.MustCompile(`(?mi)^--(\S[^\r\n]{0,98}?)[ \t]*\r?\nContent-[a-z-]+:`)

// usedBoundary is what the parts of body are divided by, "" where nothing shows it.
func usedBoundary(body []byte) string {
	if m := divider.FindSubmatch(body); m != nil {
		return string(m[1])
	}
	return ""
}

// whole reports whether enmime has left out no part that it did not understand, and found parts in each multipart.
func whole(p *enmime.Part) bool {
	if strings.HasPrefix(p.ContentType, "multipart/") && p.FirstChild == nil {
		return false
	}
	for _, e := range p.Errors {
		if e.Name == enmime.ErrorMalformedChildPart {
			return false
		}
	}
	for c := p.FirstChild; c != nil; c = c.NextSibling {
		if !whole(c) {
			return false
		}
	}
	return true
}

// maxEnmime is how many bytes a mail may have for enmime, which keeps a part several times over while it reads it. A
// greater one is read where it lies.
const maxEnmime = 2 << 20

// tame reports whether raw is safe for enmime.
func tame(raw []byte) bool {
	return len(raw) <= maxEnmime && times(raw, "multipart") <= maxMultiparts &&
		times(raw, "boundary") <= maxBoundaries && bytes.Count(raw, []byte("\n--")) <= maxDelimiters
}

// times counts a word of small letters, in whatever case it stands.
func times(raw []byte, word string) int { return bytes.Count(bytes.ToLower(raw), []byte(word)) }

func fromEnmime(p *enmime.Part) *node {
	n := &node{
		header: p.Header, kind: knownKind(p.ContentType), disposition: strings.ToLower(p.Disposition),
	}
	_, n.params = mediaType(p.Header.Get("Content-Type"))
	n.name = n.ownName()
	n.fill(p.Content)
	for c := p.FirstChild; c != nil; c = c.NextSibling {
		n.children = append(n.children, fromEnmime(c))
	}
	return n
}

// loose reads a mail or a part of one, whatever stands in it, in time linear to its size.
func loose(raw []byte, depth int, budget *int) *node {
	head, body := headAndBody(raw)
	n := &node{header: fieldsOf(head)}
	n.kind, n.params = mediaType(n.header.Get("Content-Type"))
	n.disposition, _ = mediaType(n.header.Get("Content-Disposition"))
	n.name = n.ownName()
	n.kind = knownKind(n.kind)
	if !n.multipart() {
		n.fill(body)
		return n
	}
	if depth < maxDepth {
		most := *budget + 1
		pieces := divide(body, n.params["boundary"], most)
		if pieces == nil {
			pieces = divide(body, usedBoundary(body), most) // the header names one that divides nothing
		}
		for _, piece := range pieces {
			if *budget--; *budget < 0 {
				break
			}
			n.children = append(n.children, loose(piece, depth+1, budget))
		}
	}
	if len(n.children) == 0 { // a multipart in name only
		n.content = []byte(ToUTF8(undo(body, transferEncoding(n.header)), n.params["charset"]))
	}
	return n
}

var mediaKind = regexp.MustCompile(`^[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}$`)

// knownKind is a media type that is one; text where none is named.
func knownKind(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	switch {
	case mediaKind.MatchString(s):
		return s
	case s == "", strings.HasPrefix(s, "text"):
		return "text/plain"
	case strings.HasPrefix(s, "multipart"):
		return "multipart/mixed"
	}
	return "application/octet-stream"
}

// ownName is the part's name, also where it has bytes of no declared charset.
func (n *node) ownName() string {
	_, params := mediaType(n.header.Get("Content-Disposition"))
	if name := params["filename"]; name != "" {
		return decode(name)
	}
	return decode(n.params["name"])
}

// headAndBody divides raw at the first empty line.
func headAndBody(raw []byte) (head, body []byte) {
	for at := 0; at < len(raw); {
		end := bytes.IndexByte(raw[at:], '\n')
		if end < 0 {
			break
		}
		if l := raw[at : at+end]; len(l) == 0 || len(l) == 1 && l[0] == '\r' {
			return raw[:at], raw[at+end+1:]
		}
		at += end + 1
	}
	return raw, nil
}

// fieldsOf reads a header. A line that is no field goes on with the last, also where it is not indented.
func fieldsOf(head []byte) textproto.MIMEHeader {
	var sane bytes.Buffer
	for l := range bytes.Lines(head) {
		switch {
		case fieldLine.Match(l):
		case sane.Len() == 0:
			continue
		default:
			sane.WriteByte(' ')
		}
		sane.Write(bytes.ReplaceAll(l, []byte("\x00"), nil))
	}
	h := textproto.MIMEHeader{}
	read, _ := message.ReadHeader(bufio.NewReader(&sane))
	for f := read.Fields(); f.Next(); {
		h.Add(f.Key(), f.Value())
	}
	return h
}

// divide gives the parts between the delimiters of boundary, at most most of them. The last may lack its end.
func divide(body []byte, boundary string, most int) [][]byte {
	if boundary == "" {
		return nil
	}
	delimiter := []byte("--" + boundary)
	var parts [][]byte
	start := -1
	add := func(end int) {
		if start >= 0 { // the line end before a delimiter is the delimiter's
			parts = append(parts, bytes.TrimSuffix(bytes.TrimSuffix(body[start:end], []byte("\n")), []byte("\r")))
		}
	}
	for at := 0; at < len(body) && len(parts) < most; {
		next := len(body)
		if i := bytes.IndexByte(body[at:], '\n'); i >= 0 {
			next = at + i + 1
		}
		if rest, ok := bytes.CutPrefix(bytes.TrimLeft(body[at:next], " \t"), delimiter); ok {
			switch rest = bytes.TrimSpace(rest); {
			case len(rest) == 0:
				add(at)
				start = next
			case bytes.HasPrefix(rest, []byte("--")):
				add(at)
				return parts
			}
		}
		at = next
	}
	if len(parts) < most && start >= 0 && start < len(body) {
		parts = append(parts, body[start:])
	}
	return parts
}

// fill gives a leaf its content, from the bytes as they travelled. What is to be kept keeps its bytes, what is to be
// read becomes UTF-8.
func (n *node) fill(raw []byte) {
	encoding := transferEncoding(n.header)
	n.content = undo(raw, encoding)
	switch {
	case n.file():
		n.content = lines(n.content, encoding)
	case strings.HasPrefix(n.kind, "text/"):
		declared := n.params["charset"]
		if declared == "" && n.kind == "text/html" {
			declared = metaCharset(n.content)
		}
		n.content = []byte(ToUTF8(n.content, declared))
	}
}

// multipart reports whether the part holds parts.
func (n *node) multipart() bool { return strings.HasPrefix(n.kind, "multipart/") }

// file reports whether the part is something to keep, not to read.
func (n *node) file() bool {
	if n.disposition == "attachment" {
		return true
	}
	switch n.kind {
	case "text/plain", "text/html":
		return n.name != "" && n.disposition != "inline"
	default:
		return true
	}
}

// walk calls visit for the part and all below it, in order.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, c := range n.children {
		c.walk(visit)
	}
}
