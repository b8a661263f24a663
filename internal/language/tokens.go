// Package language turns informal Indonesian and English, as people write it on a phone, into one
// stream of normal words. Routing, search and grouping all read this stream, so that they agree.
// The original text is never changed: a Token says where in it the word stood.
package language

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Token is one word of a text in its normal form.
type Token struct {
	Text       string // lower case, without diacritics, elongation or repetition; abbreviations written out
	Start, End int    // where the word stands in the original, in bytes
	Stop       bool   // a sentence or line ended before it
	Pause      bool   // a comma, colon or bracket stood before it
	Capital    bool   // it was written with a capital
}

// Tokens splits a text into at most max words (0: all of them). It never fails: invalid UTF-8 and
// control characters separate words.
func Tokens(text string, max int) []Token {
	s := scanner{text: text, max: max}
	s.tokens = make([]Token, 0, min(len(text)/5+4, 512))
	s.spans = make([]span, 0, cap(s.tokens))
	s.buf = make([]byte, 0, len(text)+32)
	s.scan()
	all := string(s.buf)
	for i := range s.tokens {
		t := &s.tokens[i]
		if t.Text == "" {
			t.Text = all[s.spans[i].from:s.spans[i].to]
		}
	}
	return s.tokens
}

// Words returns the normal forms alone.
func Words(text string) []string {
	tokens := Tokens(text, 0)
	words := make([]string, len(tokens))
	for i, t := range tokens {
		words[i] = t.Text
	}
	return words
}

type span struct{ from, to int }

// scanner cuts raw words out of the text and puts their normal forms one behind the other into buf,
// which becomes a single string at the end.
type scanner struct {
	text   string
	max    int
	buf    []byte
	tokens []Token
	spans  []span
	stop   bool
	pause  bool
	last   struct{ end, from, to int } // the previous raw word, for "jalan-jalan"
}

func (s *scanner) scan() {
	for i := 0; i < len(s.text) && (s.max == 0 || len(s.tokens) < s.max); {
		r, size := utf8.DecodeRuneInString(s.text[i:])
		if !wordly(r) {
			if ends(r) && !inside(s.text, i) {
				s.stop = true
			}
			if r == ',' || r == ':' || r == '(' || r == ')' {
				s.pause = true
			}
			i += size
			continue
		}
		end := i + size
		for end < len(s.text) {
			r, size := utf8.DecodeRuneInString(s.text[end:])
			if !wordly(r) && !unicode.Is(unicode.Mn, r) {
				if r != '\'' && r != '’' || end+size >= len(s.text) || !startsWordly(s.text[end+size:]) {
					break
				}
			}
			end += size
		}
		s.word(i, end)
		i = end
	}
}

func wordly(r rune) bool {
	if r < utf8.RuneSelf {
		return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= '0' && r <= '9'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func startsWordly(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	return wordly(r)
}

func ends(r rune) bool {
	switch r {
	case '.', '!', '?', '\n', ';', '…':
		return true
	}
	return false
}

// inside reports whether the full stop at i belongs to an abbreviation or a number ("jl.Mawar",
// "RT.05", "kel. Bangka") rather than to the end of a sentence.
func inside(text string, i int) bool {
	if text[i] != '.' {
		return false
	}
	from := i
	for from > 0 && text[from-1]|0x20 >= 'a' && text[from-1]|0x20 <= 'z' {
		from--
	}
	return i-from > 0 && i-from <= 3 && i+1 < len(text) && text[i+1] != '.' && dotted(text[from:i])
}

// word appends the raw word text[start:end], in one or more tokens.
func (s *scanner) word(start, end int) {
	if s.hyphenated(start) && s.repeats(start, end) {
		s.last.end = end
		return
	}
	raw := s.text[start:end]
	if start > 0 && s.text[start-1] == '#' {
		if cut := camel(raw); cut > 0 {
			s.emit(start, start+cut)
			s.word(start+cut, end)
			return
		}
		if ends := parts(raw); len(ends) > 1 {
			from := 0
			for _, to := range ends {
				s.emit(start+from, start+to)
				from = to
			}
			return
		}
	}
	if s.played(start, end) {
		return
	}
	if cut := digitsFrom(raw); cut > 0 && (start == 0 || s.text[start-1] != '@') {
		s.emit(start, start+cut)
		s.emit(start+cut, end)
		s.measure(start, cut, end)
		return
	}
	s.emit(start, end)
}

// measure keeps a measure that touches its number from being read as a short word: "km25" is not "you 25".
func (s *scanner) measure(start, cut, end int) {
	for i, raw := range []string{s.text[start : start+cut], s.text[start+cut : end]} {
		if n := len(s.tokens) - 2 + i; n >= 0 && (strings.EqualFold(raw, "km") || strings.EqualFold(raw, "g")) {
			s.tokens[n].Text = strings.ToLower(raw)
		}
	}
}

// played appends a word in which digits stand for letters, and reports whether it is one.
func (s *scanner) played(start, end int) bool {
	raw, digits := s.text[start:end], false
	for i := range len(raw) {
		digits = digits || digit(raw[i])
	}
	if !digits || start > 0 && s.text[start-1] == '@' {
		return false
	}
	from := len(s.buf)
	if s.buf = appendNormal(s.buf, raw); !unplay(s.buf, from) {
		s.buf = s.buf[:from]
		return false
	}
	s.append(start, end, from)
	return true
}

// emit appends one token.
func (s *scanner) emit(start, end int) {
	from := len(s.buf)
	s.buf = appendNormal(s.buf, s.text[start:end])
	s.append(start, end, from)
}

// append makes a token of what stands in buf from here on.
func (s *scanner) append(start, end, from int) {
	if len(s.buf) == from {
		return
	}
	raw := s.text[start:end]
	token := Token{Start: start, End: end, Stop: s.stop, Pause: s.pause, Capital: raw[0] >= 'A' && raw[0] <= 'Z'}
	s.last.end, s.last.from, s.last.to = end, from, len(s.buf)
	if full, ok := short[string(s.buf[from:])]; ok {
		token.Text = full
	} else if stem, ok := strings.CutSuffix(string(s.buf[from:]), "nya"); ok {
		if full, ok := short[stem]; ok && len(stem) > 2 {
			token.Text = full + "nya"
		}
	}
	s.stop, s.pause = false, false
	s.tokens = append(s.tokens, token)
	s.spans = append(s.spans, span{from, len(s.buf)})
}

// hyphenated reports whether a hyphen alone parts the word at start from the one before it.
func (s *scanner) hyphenated(start int) bool {
	return start > 0 && s.last.end == start-1 && s.text[start-1] == '-' && s.last.to > s.last.from
}

// repeats reports whether the word says the one before it again ("jalan-jalan", "berlubang-lubang"):
// Indonesian's plural, which adds nothing.
func (s *scanner) repeats(start, end int) bool {
	mark := len(s.buf)
	s.buf = appendNormal(s.buf, s.text[start:end])
	second, first := s.buf[mark:], s.buf[s.last.from:s.last.to]
	s.buf = s.buf[:mark]
	if len(second) < 3 || len(first) < 3 {
		return false
	}
	short := min(len(first), len(second), 5)
	return string(second[:short]) == string(first[:short]) || hasSuffix(first, second)
}

func hasSuffix(word, suffix []byte) bool {
	return len(word) >= len(suffix) && string(word[len(word)-len(suffix):]) == string(suffix)
}

// camel is where the second word of "DrainaseBuruk" begins, 0 where there is none.
func camel(raw string) int {
	for i := 1; i+1 < len(raw); i++ {
		if raw[i] >= 'A' && raw[i] <= 'Z' && raw[i-1] >= 'a' && raw[i-1] <= 'z' {
			return i
		}
	}
	return 0
}

// digitsFrom is where letters and digits part in "rt05", "sdn01", "200rb" or "3kg"; 0 where the word
// has only one kind, mixes them further, or ends in a sign of repetition ("jalan2").
func digitsFrom(raw string) int {
	i := 1
	for i < len(raw) && digit(raw[i]) == digit(raw[0]) {
		i++
	}
	if i == len(raw) {
		return 0
	}
	for j := i; j < len(raw); j++ {
		if digit(raw[j]) == digit(raw[0]) {
			return 0
		}
	}
	if raw[i:] == "2" && i > 2 {
		return 0
	}
	return i
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// appendNormal appends the normal form of one raw word, before abbreviations are written out.
func appendNormal(dst []byte, raw string) []byte {
	from := len(dst)
	for i := 0; i < len(raw); {
		c := raw[i]
		if c < utf8.RuneSelf {
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
			if c != '\'' {
				dst = append(dst, c)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(raw[i:])
		dst = appendFolded(dst, r)
		i += size
	}
	return unrepeat(unstretch(dst, from), from)
}

// appendFolded writes a rune without its marks, in its plain compatible form, in lower case.
func appendFolded(dst []byte, r rune) []byte {
	if r == '’' {
		return dst
	}
	var in [utf8.UTFMax]byte
	var out [64]byte
	for _, plain := range string(norm.NFKD.AppendString(out[:0], string(in[:utf8.EncodeRune(in[:], r)]))) {
		if !unicode.Is(unicode.Mn, plain) {
			dst = utf8.AppendRune(dst, unicode.ToLower(plain))
		}
	}
	return dst
}

// unstretch writes a letter that stands three times or more once: "bangeeet" is "banget".
func unstretch(dst []byte, from int) []byte {
	to := from
	for i := from; i < len(dst); {
		end := i + 1
		for end < len(dst) && dst[end] == dst[i] {
			end++
		}
		keep := end - i
		if keep > 2 && dst[i] >= 'a' && dst[i] <= 'z' {
			keep = 1
		}
		to += copy(dst[to:], dst[i:i+keep])
		i = end
	}
	return dst[:to]
}

// unrepeat removes the 2 that stands for a repetition: "jalan2" is "jalan", "lampu2nya" is "lampunya".
func unrepeat(dst []byte, from int) []byte {
	for i := from + 2; i < len(dst); i++ {
		if dst[i] != '2' || !letter(dst[i-1]) || !letter(dst[i-2]) {
			continue
		}
		for _, rest := range dst[i+1:] {
			if !letter(rest) {
				return dst
			}
		}
		return append(dst[:i], dst[i+1:]...)
	}
	return dst
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' }
