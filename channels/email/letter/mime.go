package letter

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/textproto"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/emersion/go-message"
	"github.com/jhillyerd/enmime/v2"
	"golang.org/x/text/encoding/charmap"
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
}

var parser = enmime.NewParser(
	enmime.DisableCharacterDetection(true),
	enmime.MinCharsetDetectRunes(math.MaxInt), // where no charset is declared, it would guess all the same
	enmime.DisableTextConversion(true),
	enmime.SkipMalformedParts(true),
	enmime.MultipartWOBoundaryAsSinglePart(true),
	enmime.StripMediaTypeInvalidCharacters(true),
	enmime.MaxStoredPartErrors(20),
	enmime.SetReadPartErrorPolicy(func(*enmime.Part, error) bool { return true }), // half a photo is more than none
)

// parse reads raw with enmime, or with go-message where enmime must not or cannot.
func parse(raw []byte) (*node, error) {
	raw = prepare(raw)
	if tame(raw) {
		if root, err := parser.ReadParts(bytes.NewReader(raw)); err == nil && len(root.Header) > 0 {
			return fromEnmime(root), nil
		}
	}
	budget := maxParts
	entity, err := message.Read(bytes.NewReader(raw))
	if entity == nil {
		return nil, fmt.Errorf("parsing MIME: %w", cause(err))
	}
	root := fromMessage(entity, 0, &budget)
	if len(root.header) == 0 {
		return nil, errors.New("parsing MIME: no header")
	}
	return root, nil
}

// cause keeps a parser's words, which may quote the mail, out of our errors.
func cause(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return io.ErrUnexpectedEOF
	}
	return errors.New("malformed")
}

// tame reports whether raw is safe for enmime.
func tame(raw []byte) bool {
	lower := bytes.ToLower(raw)
	return bytes.Count(lower, []byte("multipart")) <= maxMultiparts &&
		bytes.Count(lower, []byte("boundary")) <= maxBoundaries &&
		bytes.Count(raw, []byte("\n--")) <= maxDelimiters
}

func fromEnmime(p *enmime.Part) *node {
	n := &node{
		header: p.Header, kind: strings.ToLower(p.ContentType), disposition: strings.ToLower(p.Disposition),
		name: line(p.FileName), content: p.Content,
	}
	_, n.params = mediaType(p.Header.Get("Content-Type"))
	if n.kind == "" {
		n.kind = "text/plain"
	}
	if strings.HasPrefix(n.kind, "text/") {
		if slices.ContainsFunc(p.Errors, func(e *enmime.Error) bool { return e.Name == enmime.ErrorCharsetConversion }) {
			n.content = []byte(ToUTF8(p.Content, p.Charset)) // enmime does not know the name, we may
		} else {
			n.content = mend(p.Content, p.Charset)
		}
	}
	n.content = lines(n.content, p.Header.Get("Content-Transfer-Encoding"))
	for c := p.FirstChild; c != nil; c = c.NextSibling {
		n.children = append(n.children, fromEnmime(c))
	}
	return n
}

// mend repairs text that was decoded as the Western charset it was declared, or by default taken, to be
// in, but is UTF-8.
func mend(content []byte, declared string) []byte {
	if !utf8.Valid(content) {
		return []byte(ToUTF8(content, ""))
	}
	var western *charmap.Charmap
	switch strings.ToLower(declared) {
	case "us-ascii", "ascii", "windows-1252":
		western = charmap.Windows1252 // as enmime reads them
	case "iso-8859-1", "latin1":
		western = charmap.ISO8859_1
	default:
		return content
	}
	back, err := western.NewEncoder().Bytes(content)
	if err != nil || len(back) == len(content) {
		return content
	}
	return []byte(ToUTF8(back, ""))
}

func fromMessage(e *message.Entity, depth int, budget *int) *node {
	n := &node{header: textproto.MIMEHeader{}}
	for f := e.Header.Fields(); f.Next(); {
		n.header.Add(f.Key(), f.Value())
	}
	n.kind, n.params = mediaType(n.header.Get("Content-Type"))
	var dispositionParams map[string]string
	n.disposition, dispositionParams = mediaType(n.header.Get("Content-Disposition"))
	if n.name = dispositionParams["filename"]; n.name == "" {
		n.name = n.params["name"]
	}
	n.name = decode(n.name)
	parts := e.MultipartReader()
	if parts == nil || depth >= maxDepth {
		if n.kind == "" || parts != nil {
			n.kind = "text/plain"
		}
		n.content, _ = io.ReadAll(e.Body)
		if strings.HasPrefix(n.kind, "text/") {
			n.content = mend(n.content, n.params["charset"])
		}
		n.content = lines(n.content, n.header.Get("Content-Transfer-Encoding"))
		return n
	}
	for *budget > 0 {
		part, err := parts.NextPart()
		if part == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
			break
		}
		*budget--
		n.children = append(n.children, fromMessage(part, depth+1, budget))
	}
	return n
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
