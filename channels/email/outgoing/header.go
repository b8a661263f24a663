package outgoing

import (
	"bytes"
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// header is the fields of a mail or of a part of it.
type header struct{ b bytes.Buffer }

const (
	wide    = 76  // characters of a line that is folded (RFC 2047, 2)
	longest = 960 // of a word, which cannot be folded; a line may have 998 (RFC 5322, 2.1.1)
)

// add writes a field of words, between which it may be folded. No words: no field. Whatever the words are,
// they stay within their field: of each, only the printable characters of ASCII are written.
func (h *header) add(name string, words ...string) {
	column := 0
	for _, word := range words {
		word = printable(word)
		switch {
		case word == "":
			continue
		case column == 0:
			h.b.WriteString(name + ":")
			column = len(name) + 1
		case column+1+len(word) > wide:
			h.b.WriteString("\r\n")
			column = 0
		}
		h.b.WriteString(" " + word)
		column += 1 + len(word)
	}
	if column > 0 {
		h.b.WriteString("\r\n")
	}
}

// author is an address with its name.
func author(a mail.Address) []string {
	if a.Name = OneLine(a.Name); longWord.MatchString(a.Name) {
		return append(encoded(a.Name, len("From: ")), "<"+a.Address+">")
	}
	return strings.Fields(a.String())
}

// addressee writes To, the one field that may hold letters beyond ASCII, for no encoding of them is allowed in an
// address.
func (h *header) addressee(address string) {
	address = strings.Map(func(r rune) rune {
		if r == ' ' || r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, address)
	h.b.WriteString("To: <" + address[:min(len(address), longest)] + ">\r\n")
}

// to writes the fields, and the empty line that ends them.
func (h *header) to(b *bytes.Buffer) {
	b.Write(h.b.Bytes())
	b.WriteString("\r\n")
}

func printable(word string) string {
	word = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, word)
	return word[:min(len(word), longest)]
}

var (
	language = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$`)
	ascii    = regexp.MustCompile(`^[ -~]*$`)
	longWord = regexp.MustCompile(`[^ ]{70}`)
)

// encoded is free text as words of a header: as it is where every reader takes it for what it is, else as
// encoded-words (RFC 2047), none of which cuts a character in two. The first has used so many columns less.
func encoded(s string, used int) []string {
	s = OneLine(s)
	if ascii.MatchString(s) && !strings.Contains(s, "=?") && !longWord.MatchString(s) {
		return strings.Fields(s)
	}
	const head, tail = "=?utf-8?q?", "?="
	var words []string
	var b strings.Builder
	for _, r := range s {
		q := quoted(r)
		if b.Len()+len(q) > wide-1-len(head)-len(tail)-used {
			words, used = append(words, head+b.String()+tail), 0
			b.Reset()
		}
		b.WriteString(q)
	}
	return append(words, head+b.String()+tail)
}

// quoted is a character in the Q encoding that is right everywhere in a header (RFC 2047, 5).
func quoted(r rune) string {
	switch {
	case r == ' ':
		return "_"
	case r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) || strings.ContainsRune("!*+-/", r):
		return string(r)
	}
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for _, c := range []byte(string(r)) {
		b.Write([]byte{'=', digits[c>>4], digits[c&15]})
	}
	return b.String()
}

// OneLine is s on one line, without what could begin another one.
func OneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}), " ")
}

var prefixes = regexp.MustCompile(`(?i)^(\s*(re|fwd?|bls|balas|trs)\s*:|\s*\[[^\[\]]*\])+\s*`)

// topic is a subject without what answers put before it (RFC 5256, 2.1): Outlook gathers by it what it has no other
// sign for, the citizen's own mail too.
func topic(subject string) string {
	subject = OneLine(subject)
	if rest := subject[len(prefixes.FindString(subject)):]; rest != "" {
		return rest
	}
	return subject
}

const (
	maxName  = 180 // bytes of a file's name, each of which may become three
	maxTail  = 12  // bytes of an ending that is kept, whatever goes
	nameless = "lampiran"
)

// fileName is a name that every system takes: no folder, no quotes, nothing that turns the direction of
// writing around (which makes a program look like a picture).
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		case unicode.Is(unicode.Bidi_Control, r), r == '\uFFFD':
			return -1
		}
		return r
	}, OneLine(name))
	name = strings.Trim(name, " .")
	if len(name) > maxName {
		tail := ""
		if dot := strings.LastIndexByte(name, '.'); dot > len(name)-maxTail {
			tail = name[dot:]
		}
		cut := maxName - len(tail)
		for !utf8.RuneStart(name[cut]) {
			cut--
		}
		name = name[:cut] + tail
	}
	if name == "" {
		return nameless
	}
	return name
}

// mediaType is a Content-Type of one part. The name in it is for programs that do not read RFC 2231.
func mediaType(claimed, name string) []string {
	kind, _, err := mime.ParseMediaType(claimed)
	if err != nil || !plainType.MatchString(kind) || strings.HasPrefix(kind, "multipart/") || strings.HasPrefix(kind, "message/") {
		kind = "application/octet-stream"
	}
	words := encoded(name, len(`name="`))
	words[0] = `name="` + words[0]
	words[len(words)-1] += `"`
	return append([]string{kind + ";"}, words...)
}

var plainType = regexp.MustCompile(`^[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}$`)

func disposition(name string) []string {
	field := mime.FormatMediaType("attachment", map[string]string{"filename": name})
	first, rest, _ := strings.Cut(field, "; ")
	return append([]string{first + ";"}, strings.Fields(rest)...)
}
