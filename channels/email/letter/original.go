package letter

import (
	"bytes"
	"slices"
	"strings"

	"tanggap/channels"
)

// Original is a mail as a mail program would show it. Nothing in it is safe to show as it is.
type Original struct {
	Fields []Field  // of the mail's own header, those of shown that it has, decoded, in that order
	Trace  []string // the Received fields, the newest first
	Body   []Piece
	inline map[string]*node // by Content-ID, in small letters and without brackets
}

// Field is one of a header, on one line.
type Field struct{ Name, Value string }

// Piece is a text of the body: source of a page, or plain.
type Piece struct {
	HTML bool
	Text string // UTF-8
}

// shown are the fields that tell who wrote to whom about what.
var shown = []string{"From", "Sender", "Reply-To", "To", "Cc", "Date", "Subject", "Message-Id"}

const (
	// maxTrace is how many stations of a mail's way are told: more are an attack, or a loop.
	maxTrace = 20
	// maxField is how many letters of a field are shown: lists of a thousand addresses are of no use to a reader.
	maxField = 1000
)

// Open reads raw for who wants to see it. Of what no parser understands the beginning is shown as text. Time
// and memory are bounded by the size of raw.
func Open(raw []byte) (o *Original) {
	defer func() {
		if recover() != nil {
			o = unread(raw)
		}
	}()
	root, err := parse(raw)
	if err != nil {
		return unread(raw)
	}
	o = &Original{inline: map[string]*node{}}
	h := undeclared(root.header, root.charset())
	for _, name := range shown {
		for _, v := range h.Values(name) {
			o.Fields = append(o.Fields, Field{strings.Replace(name, "Id", "ID", 1), cutRunes(decode(v), maxField)})
		}
	}
	for _, v := range h.Values("Received")[:min(len(h.Values("Received")), maxTrace)] {
		o.Trace = append(o.Trace, cutRunes(decode(v), maxField))
	}
	root.walk(func(n *node) {
		if id := strings.ToLower(strings.Trim(strings.TrimSpace(n.header.Get("Content-Id")), "<>")); id != "" && o.inline[id] == nil {
			o.inline[id] = n
		}
	})
	if o.collect(root); len(o.Body) == 0 {
		o.add(Piece{Text: root.read().text}) // what lies in a signature, or in Outlook's own wrapping
	}
	return o
}

func unread(raw []byte) *Original {
	o := &Original{}
	o.add(Piece{Text: ToUTF8(raw, "")})
	return o
}

// Inline is the part that the body shows as "cid:" and id (RFC 2392); nil where there is none.
func (o *Original) Inline(id string) []byte {
	n := o.inline[strings.ToLower(id)]
	if n == nil {
		return nil
	}
	return n.content
}

// collect gathers what is to be read. Of alternatives the last one that has a page is it: the richest
// stands last (RFC 2046, 5.1.4).
func (o *Original) collect(n *node) {
	switch {
	case n.kind == "multipart/alternative":
		best := -1
		for i, c := range n.children {
			if c.rich() || best < 0 && !c.empty() {
				best = i
			}
		}
		if best >= 0 {
			o.collect(n.children[best])
		}
	case len(n.children) > 0:
		if root := n.root(); root >= 0 {
			o.collect(n.children[root])
			return
		}
		for _, c := range n.children {
			o.collect(c)
		}
	case n.multipart() || n.kind == "text/plain" && !n.file():
		o.add(Piece{Text: string(n.content)})
	case n.kind == "text/html" && !n.file():
		o.add(Piece{HTML: true, Text: string(n.content)})
	}
}

func (o *Original) add(p Piece) {
	if p.Text = channels.Clean(p.Text); p.Text != "" {
		o.Body = append(o.Body, p)
	}
}

func (n *node) empty() bool { return len(n.children) == 0 && len(bytes.TrimSpace(n.content)) == 0 }

// rich reports whether a page is in the part.
func (n *node) rich() bool {
	found := false
	n.walk(func(c *node) { found = found || c.kind == "text/html" && !c.file() && !c.empty() })
	return found
}

func cutRunes(s string, most int) string {
	for i := range s {
		if most--; most < 0 {
			return s[:i] + "…"
		}
	}
	return s
}

// mostAddressees bounds to how many a mail is taken to have been written: more are a list's.
const mostAddressees = 10

// Recipients are the addresses of To and Cc in small letters, each once.
func (l *Letter) Recipients() []string {
	var all []string
	for _, field := range []string{"To", "Cc"} {
		for _, found := range bareAddress.FindAllString(strings.Join(l.header.Values(field), ","), -1) {
			found = strings.ToLower(strings.TrimRight(found, "."))
			if !slices.Contains(all, found) && len(all) < mostAddressees {
				all = append(all, found)
			}
		}
	}
	return all
}
