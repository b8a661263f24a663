package letter

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"tanggap/channels"
)

// noteSealed stands where a mail is encrypted: staff must see that nothing is missing by mistake.
const noteSealed = "[Surat ini terenkripsi (%s): hanya pemegang kuncinya yang dapat membacanya. Isinya terlampir. / This mail is encrypted (%s): only the holder of the key can read it. Its content is attached.]"

// Types of content of S/MIME (RFC 5652, RFC 5083), as they stand in DER.
var (
	cmsSigned    = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02}
	cmsEnveloped = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03}
	cmsEncrypted = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06}
	cmsAuthEnv   = []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17}
)

// smime looks into an application/pkcs7-mime: whether it is encrypted, and what was signed, "" where it holds none.
// Nobody's signature is checked: what is shown was written by whoever sent it.
func smime(der []byte) (encrypted bool, signed []byte) {
	info := berElement{content: der}.child(0x30)
	kind := info.child(0x06)
	switch {
	case bytes.Equal(kind.content, cmsEnveloped), bytes.Equal(kind.content, cmsEncrypted), bytes.Equal(kind.content, cmsAuthEnv):
		return true, nil
	case !bytes.Equal(kind.content, cmsSigned):
		return false, nil
	}
	content, _, _ := nextBER(info.child(0xa0).child(0x30).child(0x30).child(0xa0).content)
	return false, content.octets(0)
}

// berElement is one value of BER (X.690); its zero value is none.
type berElement struct {
	tag     byte
	content []byte
}

// child is the first value in e with the given tag.
func (e berElement) child(tag byte) berElement {
	rest := e.content
	for len(rest) > 0 {
		c, after, ok := nextBER(rest)
		if !ok {
			break
		}
		if c.tag == tag {
			return c
		}
		rest = after
	}
	return berElement{}
}

// octets is the content of a string that stands whole (tag 4) or in pieces.
func (e berElement) octets(depth int) (all []byte) {
	switch {
	case e.tag == 0x04:
		return e.content
	case e.tag != 0x24 || depth > 3:
		return nil
	}
	for rest := e.content; len(rest) > 0; {
		piece, after, ok := nextBER(rest)
		if !ok {
			break
		}
		all = append(all, piece.octets(depth+1)...)
		rest = after
	}
	return all
}

// nextBER reads the value with which b begins. What is cut off is read as far as it goes.
func nextBER(b []byte) (e berElement, rest []byte, ok bool) {
	length, head, ok := berLength(b)
	if !ok {
		return e, nil, false
	}
	e.tag = b[0]
	if length >= 0 {
		end := min(head+length, len(b))
		e.content = b[head:end]
		return e, b[end:], true
	}
	// Of indefinite length: up to the end-of-contents that closes it.
	at := head
	for open := 1; at < len(b); {
		inner, innerHead, ok := berLength(b[at:])
		switch {
		case !ok:
			e.content = b[head:]
			return e, nil, true
		case b[at] == 0 && inner == 0:
			if open--; open == 0 {
				e.content = b[head:at]
				return e, b[at+innerHead:], true
			}
			at += innerHead
		case inner < 0:
			open++
			at += innerHead
		default:
			at += innerHead + min(inner, len(b)-at-innerHead)
		}
	}
	e.content = b[head:]
	return e, nil, true
}

// berLength is the length of the value with which b begins, -1 for an indefinite one, and where its content begins.
func berLength(b []byte) (length, head int, ok bool) {
	if len(b) < 2 || b[0]&0x1f == 0x1f { // S/MIME has no long tags
		return 0, 0, false
	}
	switch n := int(b[1]); {
	case n < 0x80:
		return n, 2, true
	case n == 0x80:
		return -1, 2, true
	default:
		n &= 0x7f
		if n > 4 || len(b) < 2+n {
			return 0, 0, false
		}
		for _, c := range b[2 : 2+n] {
			length = length<<8 | int(c)
		}
		return length, 2 + n, length >= 0
	}
}

// armour is a block of OpenPGP in a text (RFC 9580, 6 and 7).
var armour = regexp.MustCompile(`^-----BEGIN PGP (SIGNED MESSAGE|MESSAGE|PUBLIC KEY BLOCK|SIGNATURE)-----[ \t]*\r?(\n|$)`)

// findArmour is where in text the next block begins, and of what kind; -1 for none.
func findArmour(text string) (start int, kind string) {
	const begin = "-----BEGIN PGP "
	for from := 0; ; {
		at := strings.Index(text[from:], begin)
		if at < 0 {
			return -1, ""
		}
		start = from + at
		from = start + len(begin)
		if start > 0 && text[start-1] != '\n' {
			continue
		}
		if m := armour.FindStringSubmatch(text[start:min(len(text), start+80)]); m != nil {
			return start, m[1]
		}
	}
}

// disarm takes the blocks of OpenPGP out of text: of a signed one what was signed stays. Each is attached as it is.
func (b *body) disarm(text string) string {
	var out strings.Builder
	for len(b.inner) < maxAttached {
		start, kind := findArmour(text)
		if start < 0 {
			break
		}
		ends := "-----END PGP " + kind + "-----"
		if kind == "SIGNED MESSAGE" {
			ends = "-----END PGP SIGNATURE-----"
		}
		length := strings.Index(text[start:], ends)
		if length < 0 {
			break
		}
		end := start + length + len(ends)
		out.WriteString(text[:start])
		name := "signature.asc"
		switch kind {
		case "SIGNED MESSAGE":
			name = "signed.asc"
			out.WriteString(cleartext(text[start : start+length]))
		case "MESSAGE":
			name = "encrypted.asc"
			b.sealed = "OpenPGP"
		case "PUBLIC KEY BLOCK":
			name = "publickey.asc"
		}
		b.inner = append(b.inner, &node{kind: "application/pgp", name: name, content: []byte(text[start:end])})
		text = text[end:]
	}
	return out.String() + text
}

// cleartext is what was signed: below the header's empty line, above the signature, with the dashes that were escaped.
func cleartext(block string) string {
	_, signed, _ := strings.Cut(strings.ReplaceAll(block, "\r\n", "\n"), "\n\n")
	signed, _, _ = strings.Cut(signed, "-----BEGIN PGP SIGNATURE-----")
	return strings.TrimPrefix(strings.ReplaceAll("\n"+signed, "\n- ", "\n"), "\n")
}

// open looks into a part that holds others in a wrapping that is none of MIME. text is what it has to read.
func (b *body) open(n *node) (text string) {
	name := strings.ToLower(n.name)
	switch {
	case n.kind == "application/ms-tnef", n.kind == "application/vnd.ms-tnef", name == "winmail.dat":
		w := readTNEF(n.content, 0)
		b.inner = append(b.inner, w.files...)
		if b.spare == "" {
			b.spare = w.text
		}
	case n.kind == "application/pgp-encrypted":
		b.sealed = "OpenPGP"
	case n.kind == "application/pkcs7-mime", n.kind == "application/x-pkcs7-mime", strings.HasSuffix(name, ".p7m"):
		encrypted, signed := smime(n.content)
		if encrypted {
			b.sealed = "S/MIME"
		}
		if len(signed) == 0 || b.depth >= maxWrappings {
			return ""
		}
		if root, err := parse(signed); err == nil {
			inner := body{depth: b.depth + 1}
			text = inner.collect(root)
			b.inner = append(b.inner, inner.parts...)
			b.inner = append(b.inner, inner.inner...)
			b.sealed, b.spare = first(b.sealed, inner.sealed), first(b.spare, inner.spare)
		}
	}
	return text
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// maxWrappings is how many signed mails within one another are looked into.
const maxWrappings = 3

// noted is the text with a word on what cannot be read.
func (b *body) noted(text string) string {
	if strings.TrimSpace(text) == "" {
		text = b.spare
	}
	if b.sealed == "" {
		return text
	}
	return strings.TrimSpace(fmt.Sprintf(noteSealed, b.sealed, b.sealed) + "\n\n" + text)
}

// enclosed is the text of the first mail within a mail that has none of its own: who sends one so wants it read.
func (n *node) enclosed() (text string) {
	n.walk(func(n *node) {
		if n.kind != "message/rfc822" || text != "" {
			return
		}
		inner, err := parse(n.content)
		if err != nil {
			return
		}
		if text = inner.read().text; strings.TrimSpace(text) == "" {
			return
		}
		head := "---------- Forwarded message ----------\n"
		for _, field := range []string{"From", "Date", "Subject"} {
			if v := decode(inner.header.Get(field)); v != "" {
				head += field + ": " + v + "\n"
			}
		}
		text = channels.Clean(head + "\n" + text)
	})
	return text
}
