package trust

import (
	"io"
	"mime"
	"net/mail"
	"regexp"
	"strings"
)

// author is what From says, read strictly.
type author struct {
	several bool // it names nobody, or more than one, or a group, or another than the reader took
	loose   bool // it breaks the grammar: programs read it differently
	posing  bool // the display name carries another address
}

// at is whatever a person reads as the sign.
var at = regexp.MustCompile(`[^\s<>"'(),:;\[\]\\@]+[@＠﹫][^\s<>"'(),:;\[\]\\@]+`)

// authorOf holds the From of a mail to the address that it was read as.
func authorOf(fields []field, read string) author {
	from := values(fields, "from")
	if len(from) != 1 {
		return author{several: true}
	}
	names := &mime.WordDecoder{CharsetReader: func(_ string, r io.Reader) (io.Reader, error) { return r, nil }} // what is looked for in them is ASCII
	list, err := (&mail.AddressParser{WordDecoder: names}).ParseList(from[0])
	if err != nil {
		return author{loose: true, several: group(from[0]) || !strings.Contains(lower(from[0]), read), posing: poses(from[0], read)}
	}
	return author{
		several: len(list) != 1 || group(from[0]) || Address(list[0].Address) != read,
		posing:  poses(list[0].Name, read),
	}
}

// poses reports whether a text that stands beside an address carries another one.
func poses(text, address string) bool {
	for _, found := range at.FindAllString(text, -1) {
		if Address(found) != address {
			return true
		}
	}
	return false
}

// group reports whether a field lists people as "Name: a, b;" (RFC 5322, 3.4).
func group(value string) bool {
	s := scanner{rest: value}
	for !s.broken {
		if _, found := s.word(":;"); found {
			continue
		}
		return strings.HasPrefix(s.rest, ":") || strings.HasPrefix(s.rest, ";")
	}
	return false
}
