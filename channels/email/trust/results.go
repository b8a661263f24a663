package trust

import "strings"

// result is what one method found, as an Authentication-Results field tells it (RFC 8601, 2.2): "dkim=pass
// header.d=kota.test" is the method dkim with the value pass and one property.
type result struct {
	method, value string            // lower case
	properties    map[string]string // "header.d" and the like, in lower case, to what the field says; quotes undone
}

// mostResults bounds what one field may say.
const mostResults = 50

// parseResults reads an Authentication-Results field. ok is false where it breaks the grammar so that it
// might be read in more than one way: a mail's sender chooses what stands in its comments and quotes.
func parseResults(value string) (id string, all []result, ok bool) {
	s := scanner{rest: value}
	id, _ = s.word(";")
	s.word(";") // a version
	for !s.broken && len(all) < mostResults {
		if !s.take(';') {
			break
		}
		method, _ := s.word("=;")
		if !s.take('=') {
			s.until(';') // "none", or nothing at all
			continue
		}
		method, _, _ = strings.Cut(method, "/") // its version
		said, _ := s.word(";")
		r := result{method: lower(method), value: lower(said), properties: map[string]string{}}
		s.read(r.properties)
		all = append(all, r)
	}
	s.space()
	return lower(id), all, !s.broken && s.rest == ""
}

// read takes properties up to the next semicolon; of two with one name the first counts.
func (s *scanner) read(properties map[string]string) {
	for !s.broken {
		name, found := s.word("=;")
		if !found {
			return
		}
		if !s.take('=') {
			continue // a word too many
		}
		value, _ := s.word(";")
		if name = lower(name); properties[name] == "" {
			properties[name] = value
		}
	}
}

// scanner goes through a structured field (RFC 5322, 3.2).
type scanner struct {
	rest   string
	broken bool // a comment or quote has no end
}

// space passes over blanks and comments, which nest.
func (s *scanner) space() {
	for s.rest != "" && !s.broken {
		switch c := s.rest[0]; {
		case c <= ' ':
			s.rest = s.rest[1:]
		case c == '(':
			s.comment()
		default:
			return
		}
	}
}

func (s *scanner) comment() {
	depth := 0
	for i := 0; i < len(s.rest); i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				s.rest = s.rest[i+1:]
				return
			}
		}
	}
	s.rest, s.broken = "", true
}

// word takes what follows up to a blank, a comment or one of stops, with the quotes in it undone.
func (s *scanner) word(stops string) (text string, found bool) {
	s.space()
	var b strings.Builder
	for s.rest != "" {
		c := s.rest[0]
		if c <= ' ' || c == '(' || strings.IndexByte(stops, c) >= 0 {
			break
		}
		found = true
		if c == '"' {
			s.quoted(&b)
			continue
		}
		b.WriteByte(c)
		s.rest = s.rest[1:]
	}
	return b.String(), found
}

func (s *scanner) quoted(b *strings.Builder) {
	for i := 1; i < len(s.rest); i++ {
		switch c := s.rest[i]; c {
		case '\\':
			if i++; i < len(s.rest) {
				b.WriteByte(s.rest[i])
			}
		case '"':
			s.rest = s.rest[i+1:]
			return
		default:
			b.WriteByte(c)
		}
	}
	s.rest, s.broken = "", true
}

// take takes c, if it is next.
func (s *scanner) take(c byte) bool {
	s.space()
	if s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// until passes over everything before c, word by word.
func (s *scanner) until(c byte) {
	for !s.broken {
		if _, found := s.word(string(c)); !found {
			return
		}
	}
}
