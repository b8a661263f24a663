package letter

import (
	"regexp"
	"strconv"
	"strings"

	"tanggap/channels"
)

// maxAttached bounds how many files of one mail are kept apart; all of them are in its bytes.
const maxAttached = 100

// noteMore stands below the text where not everything that a mail holds is attached.
const noteMore = "\n\n[Surat ini memuat lebih banyak lampiran; lihat surat aslinya. / This mail holds more attachments; see the original mail.]"

// body is what a mail holds for a reader.
type body struct {
	text     string
	attached []Attachment

	parts  []*node // what is to be attached, in its order
	inner  []*node // and what was found within those or within the text: it comes after them
	spare  string  // a text for want of any other
	sealed string  // by what something is encrypted, "" where nothing is
	depth  int     // of mails within signed mails
}

// read takes the tree apart. Of alternatives the plain text is read, unless it is empty.
func (n *node) read() body {
	var b body
	text := b.noted(b.collect(n))
	all := append(b.parts, b.inner...)
	for _, part := range all {
		b.attach(part)
	}
	if n.more || len(all) > maxAttached {
		text = strings.TrimSpace(text) + noteMore
	}
	b.text = channels.Clean(text)
	return b
}

func (b *body) collect(n *node) string {
	switch {
	case n.multipart() && len(n.children) == 0:
		// in name only: no boundary, or nothing between its boundaries
		return string(n.content)
	case n.kind == "multipart/alternative":
		var plain, rich string
		for _, c := range n.children {
			text := b.collect(c)
			if c.kind == "text/plain" && plain == "" {
				plain = text
			} else if strings.TrimSpace(text) != "" {
				rich = text
			}
		}
		if strings.TrimSpace(plain) == "" || rich != "" && stub(plain) {
			return rich
		}
		return plain
	case len(n.children) > 0:
		var texts []string
		root := n.root()
		for i, c := range n.children {
			if root >= 0 && i != root && !c.multipart() {
				b.parts = append(b.parts, c) // a picture or a page that the root shows
				continue
			}
			if text := strings.TrimRight(b.collect(c), " \r\n"); strings.TrimSpace(text) != "" {
				texts = append(texts, text)
			}
		}
		return strings.Join(texts, "\n\n")
	case n.file():
		b.parts = append(b.parts, n)
		return b.open(n)
	case n.kind == "text/html":
		return HTMLText(string(n.content))
	case strings.EqualFold(n.params["format"], "flowed"):
		return unflow(b.disarm(b.unpack(n.content)), strings.EqualFold(n.params["delsp"], "yes"))
	default:
		return b.disarm(b.unpack(n.content))
	}
}

// unpack takes the files out of a text that were written into it.
func (b *body) unpack(text []byte) string {
	var around strings.Builder
	for len(b.inner) < maxAttached {
		f, ok := findUU(text)
		if !ok {
			break
		}
		b.inner = append(b.inner, &node{kind: "application/octet-stream", name: decode(f.name), content: f.data})
		around.Write(text[:f.start])
		text = text[f.end:]
	}
	around.Write(text)
	return around.String()
}

var needsHTML = regexp.MustCompile(`(?i)\bhtml\b.{0,80}(view|support|client|reader|browser|compatible|enable|capable|display|tampil)|(view|support|client|reader|browser|compatible|enable|capable|display|tampil).{0,80}\bhtml\b`)

// stub reports whether a plain text says no more than that there is another.
func stub(plain string) bool {
	return len(plain) < 300 && needsHTML.MatchString(strings.ReplaceAll(plain, "\n", " "))
}

// root is the index of the part of a multipart/related that is to be read (RFC 2387); -1 in others,
// which have none.
func (n *node) root() int {
	if n.kind != "multipart/related" {
		return -1
	}
	if start := n.params["start"]; start != "" {
		for i, c := range n.children {
			if strings.TrimSpace(c.header.Get("Content-Id")) == start {
				return i
			}
		}
	}
	for i, c := range n.children {
		if c.multipart() || c.kind == "text/html" || c.kind == "text/plain" {
			return i
		}
	}
	return -1
}

func (b *body) attach(n *node) {
	mail := strings.HasPrefix(n.kind, "message/")
	if len(b.attached) >= maxAttached || len(n.content) == 0 && n.name == "" && !mail {
		return
	}
	ref := strconv.Itoa(len(b.attached) + 1)
	name := line(n.name)
	if name == "" && mail {
		if inner, err := parse(n.content); err == nil {
			name = decode(inner.header.Get("Subject"))
		}
		if name != "" {
			name += ".eml"
		}
	}
	if name == "" {
		name = strings.Trim(strings.ReplaceAll(n.kind, "/", "-"), "-") + "-" + ref + extensions[n.kind]
	}
	b.attached = append(b.attached, Attachment{Ref: ref, Name: name, Type: n.kind, Data: n.content})
}

// extensions by which a file without a name opens in the right program.
var extensions = map[string]string{
	"application/ms-tnef": ".dat", "application/pdf": ".pdf", "application/pgp-encrypted": ".asc", "application/pgp-keys": ".asc",
	"application/pgp-signature": ".asc", "application/pkcs7-mime": ".p7m", "application/pkcs7-signature": ".p7s",
	"application/x-pkcs7-mime": ".p7m", "application/x-pkcs7-signature": ".p7s", "application/zip": ".zip",
	"audio/amr": ".amr", "audio/mpeg": ".mp3", "audio/ogg": ".ogg", "image/gif": ".gif", "image/heic": ".heic", "image/jpeg": ".jpg",
	"image/png": ".png", "image/webp": ".webp", "message/rfc822": ".eml", "text/calendar": ".ics", "text/csv": ".csv",
	"text/html": ".html", "text/plain": ".txt", "text/vcard": ".vcf", "text/x-vcard": ".vcf", "video/mp4": ".mp4", "video/quicktime": ".mov",
}

// unflow joins the lines of format=flowed (RFC 3676).
func unflow(text string, delsp bool) string {
	var out strings.Builder
	depth, open := 0, false
	for l := range strings.Lines(strings.ReplaceAll(text, "\r\n", "\n")) {
		l = strings.TrimSuffix(l, "\n")
		d := len(l) - len(strings.TrimLeft(l, ">"))
		content := strings.TrimPrefix(l[d:], " ")
		signature := content == "-- "
		if open && (d != depth || signature) {
			out.WriteByte('\n')
			open = false
		}
		if !open && d > 0 {
			out.WriteString(strings.Repeat(">", d) + " ")
		}
		depth = d
		soft := strings.HasSuffix(content, " ") && !signature
		if soft && delsp {
			content = strings.TrimSuffix(content, " ")
		}
		out.WriteString(content)
		if open = soft; !soft {
			out.WriteByte('\n')
		}
	}
	return out.String()
}
