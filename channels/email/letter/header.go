package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"mime"
	"net/mail"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jhillyerd/enmime/v2"
	"github.com/jhillyerd/enmime/v2/mediatype"

	"tanggap/channels"
)

// maxIDs bounds how many Message-IDs of a thread are looked at: beyond it a References field is an attack.
const maxIDs = 100

var (
	encodedWord = regexp.MustCompile(`=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=`)
	bareID      = regexp.MustCompile(`^[^<>\s"\x00-\x1f\x7f]+$`)
	messageID   = regexp.MustCompile(`<([^<>\s"\x00-\x1f\x7f]{1,500})>`)
)

// decode turns a field's value into text: encoded words (RFC 2047), also where a character is cut by
// their border, and raw bytes of whatever charset.
func decode(s string) string {
	words := encodedWord.FindAllStringSubmatchIndex(s, -1)
	if words == nil {
		return line(ToUTF8([]byte(s), ""))
	}
	var out strings.Builder
	var run []byte // bytes of neighbouring words in one charset
	var runCharset string
	end := 0
	flush := func() {
		out.WriteString(ToUTF8(run, runCharset))
		run = nil
	}
	for _, w := range words {
		name, _, _ := strings.Cut(s[w[2]:w[3]], "*")
		between := s[end:w[0]]
		if end == 0 || strings.TrimSpace(between) != "" || !strings.EqualFold(name, runCharset) {
			flush()
			if end == 0 || strings.TrimSpace(between) != "" {
				out.WriteString(ToUTF8([]byte(between), ""))
			}
		}
		runCharset = name
		run = append(run, word(s[w[4]:w[5]], s[w[6]:w[7]])...)
		end = w[1]
	}
	flush()
	out.WriteString(ToUTF8([]byte(s[end:]), ""))
	return line(out.String())
}

// word decodes the payload of one encoded word as far as it goes.
func word(encoding, payload string) []byte {
	if strings.EqualFold(encoding, "b") {
		return unbase64([]byte(payload))
	}
	return unquote([]byte(strings.ReplaceAll(payload, "_", "=20")))
}

// line is a clean text on one line.
func line(s string) string {
	return strings.Join(strings.Fields(channels.Clean(s)), " ")
}

// undeclared decodes the fields that hold bytes of no declared charset, from that of the mail's own text
// where it fits them.
func undeclared(h textproto.MIMEHeader, own string) textproto.MIMEHeader {
	out := make(textproto.MIMEHeader, len(h))
	for field, values := range h {
		for i, v := range values {
			switch {
			case strings.Contains(v, "\x1b$"):
				v = ToUTF8([]byte(v), "")
			case !utf8.ValidString(v):
				v = ToUTF8([]byte(v), own)
			}
			if v != values[i] {
				values = slices.Clone(values)
				values[i] = v
			}
		}
		out[field] = values
	}
	return out
}

// charset is the first that a text in the mail declares.
func (n *node) charset() string {
	if c := n.params["charset"]; c != "" && strings.HasPrefix(n.kind, "text/") {
		return c
	}
	for _, c := range n.children {
		if found := c.charset(); found != "" {
			return found
		}
	}
	return ""
}

// author is the first address of From, else of Sender, else of Reply-To.
func author(h textproto.MIMEHeader) (address, name string) {
	for _, field := range []string{"From", "Sender", "Reply-To"} {
		raw := strings.TrimSpace(h.Get(field))
		if raw == "" {
			continue
		}
		if list, err := enmime.ParseAddressList(raw); err == nil && len(list) > 0 {
			address, name = list[0].Address, decode(list[0].Name)
		} else {
			address, name = looseAddress(raw)
		}
		address = strings.TrimRight(lower(strings.Trim(address, " \t'")), ".")
		if len(address) <= maxAddress && mailbox.MatchString(address) && !strings.Contains(address[strings.IndexByte(address, '@'):], "..") {
			return address, name
		}
	}
	return "", name
}

// maxAddress is the longest address that SMTP carries (RFC 5321, 4.5.3.1.3, without its brackets).
const maxAddress = 254

// mailbox is an address that needs no quotes. Its local part may have dots where the grammar has none: Japanese
// telephones have such addresses.
var mailbox = regexp.MustCompile(`^[^\s<>"(),:;\[\]\\@\x00-\x1f\x7f]{1,64}@(\[[0-9a-zA-Z:.]+\]|[^\s<>"(),:;\[\]\\@.\x00-\x1f\x7f][^\s<>"(),:;\[\]\\@\x00-\x1f\x7f]*)$`)

// lower folds A to Z and no more: strings.ToLower makes one address of two that look alike, for the Kelvin sign
// becomes k there, and a dotted capital I an i.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

var bareAddress = regexp.MustCompile(`[^\s<>"(),:;\[\]\\@]+@[^\s<>"(),:;\[\]\\@]+`)

// spacedAt is an address within brackets that has spaces around its sign.
var spacedAt = regexp.MustCompile(`(<[^\s<>@]+)\s*@\s*([^\s<>@]+\s*>)`)

// looseAddress finds an address in a field that breaks the grammar: it counts only if it is the only one.
func looseAddress(raw string) (address, name string) {
	text := spacedAt.ReplaceAllString(decode(raw), "$1@$2")
	found := bareAddress.FindAllString(text, -1)
	found = slices.Compact(found)
	if i := strings.LastIndexByte(text, '<'); i >= 0 && len(found) > 1 {
		found = bareAddress.FindAllString(text[i:], -1)
	}
	if len(found) != 1 {
		return "", line(text)
	}
	name, _, _ = strings.Cut(text, "<")
	if name == text {
		name = ""
	}
	return found[0], line(strings.Trim(name, `"' `))
}

// date reads a Date as far as the world's software writes it.
func date(s string) time.Time {
	if i := strings.IndexByte(s, '('); i > 0 {
		s = s[:i]
	}
	t, err := mail.ParseDate(strings.TrimSpace(s))
	if err != nil || t.Year() < 1990 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC()
}

// arrived is the date of the newest Received field.
func arrived(h textproto.MIMEHeader) time.Time {
	r := h.Get("Received")
	i := strings.LastIndexByte(r, ';')
	if i < 0 {
		return time.Time{}
	}
	return date(r[i+1:])
}

// firstID is the first Message-ID in s, without its brackets.
func firstID(s string) string {
	if m := messageID.FindStringSubmatch(s); m != nil {
		return strings.ToValidUTF8(m[1], "\uFFFD")
	}
	if s = strings.TrimSpace(s); len(s) <= 500 && bareID.MatchString(s) {
		return strings.ToValidUTF8(s, "\uFFFD")
	}
	return ""
}

// answers lists what the mail answers, the nearest first, each once.
func answers(h textproto.MIMEHeader) []string {
	var ids []string
	for _, m := range messageID.FindAllStringSubmatch(h.Get("In-Reply-To"), maxIDs) {
		ids = append(ids, m[1])
	}
	refs := messageID.FindAllStringSubmatch(strings.Join(h.Values("References"), " "), -1)
	for i := len(refs) - 1; i >= 0 && len(ids) < maxIDs; i-- {
		ids = append(ids, refs[i][1])
	}
	var once []string
	for _, id := range ids {
		if utf8.ValidString(id) && !slices.Contains(once, id) {
			once = append(once, id)
		}
	}
	return once
}

// digest identifies a mail by what its author wrote, not by the trace that servers add on the way: a mail
// delivered twice has one digest; two mails under one Message-ID have two. A mail with neither
// Message-ID nor Date has nothing else of its own, so there every byte counts.
func digest(raw []byte, h textproto.MIMEHeader) string {
	if h.Get("Message-Id") == "" && h.Get("Date") == "" {
		return bytesDigest(raw)
	}
	hash := sha256.New()
	for _, field := range []string{"Message-Id", "Date", "From", "To", "Subject", "Content-Type"} {
		io.WriteString(hash, strings.Join(strings.Fields(h.Get(field)), " ")+"\n")
	}
	body := raw
	for _, gap := range []string{"\r\n\r\n", "\n\n"} {
		if _, after, ok := bytes.Cut(raw, []byte(gap)); ok && len(after) < len(body) {
			body = after
			break
		}
	}
	for l := range bytes.Lines(bytes.TrimSpace(body)) {
		if rest, ok := bytes.CutSuffix(l, []byte("\r\n")); ok {
			hash.Write(rest)
			l = l[len(l)-1:]
		}
		hash.Write(l)
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func bytesDigest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// holds reports whether one of values has value in it, case ignored.
func holds(values []string, value string) bool {
	return slices.ContainsFunc(values, func(v string) bool {
		return strings.Contains(strings.ToLower(v), strings.ToLower(value))
	})
}

// noSemicolon is a media type whose first parameter is not set apart, as some programs fold it.
var noSemicolon = regexp.MustCompile(`^(\s*[\w-]+/[\w.+-]+)\s+([\w-]+\s*=)`)

// mediaType reads a Content-Type or Content-Disposition as far as it goes.
func mediaType(s string) (string, map[string]string) {
	if strings.IndexByte(s, '=') > 0 {
		s = noSemicolon.ReplaceAllString(s, "$1; $2")
	}
	t, params, err := mime.ParseMediaType(s)
	if err != nil {
		if t, params, _, err = mediatype.ParseWithOptions(s, mediatype.ParseOptions{StripMediaTypeInvalidCharacters: true}); err != nil {
			t, _, _ = strings.Cut(s, ";")
		}
	}
	return strings.ToLower(strings.TrimSpace(t)), params
}
