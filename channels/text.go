package channels

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Clean makes text from a platform fit to store: valid UTF-8 (what is not becomes U+FFFD), no NUL or
// other control character but tab and newline, newlines as "\n", no space around it.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// UTF16Len is the length of s in UTF-16 code units.
func UTF16Len(s string) int {
	n := 0
	for _, r := range s {
		n += max(utf16.RuneLen(r), 1)
	}
	return n
}

// Counter returns how many of unit a text has; nil for Segments, which package channels/sms counts.
func Counter(unit Unit) func(string) int {
	switch unit {
	case UTF16:
		return UTF16Len
	case Bytes:
		return func(s string) int { return len(s) }
	case Runes:
		return utf8.RuneCountInString
	default:
		return nil
	}
}

// Split cuts text into pieces of at most limit as count measures. It cuts at the last paragraph,
// else line, else sentence, else word, else grapheme-like boundary (never between a base character
// and its combining marks, joiners or variation selectors) that fits. Joined, the pieces hold every
// character of text but the white space at the cuts. count must be monotonic in the text's length.
// An empty text gives no piece.
func Split(text string, limit int, count func(string) int) []string {
	var pieces []string
	text = strings.TrimSpace(text)
	for text != "" {
		if count(text) <= limit {
			return append(pieces, text)
		}
		cut := cutAt(text, longestPrefix(text, limit, count))
		pieces = append(pieces, strings.TrimRightFunc(text[:cut], unicode.IsSpace))
		text = strings.TrimLeftFunc(text[cut:], unicode.IsSpace)
	}
	return pieces
}

// longestPrefix is the greatest rune boundary n with count(text[:n]) <= limit, at least one rune.
func longestPrefix(text string, limit int, count func(string) int) int {
	lo, hi := 0, len(text)
	for lo < hi {
		mid := (lo + hi + 1) / 2
		for mid < len(text) && !utf8.RuneStart(text[mid]) {
			mid++
		}
		if mid > hi {
			break
		}
		if count(text[:mid]) <= limit {
			lo = mid
			continue
		}
		hi = mid - 1
		for hi > lo && !utf8.RuneStart(text[hi]) {
			hi--
		}
	}
	if lo == 0 {
		_, lo = utf8.DecodeRuneInString(text)
	}
	return lo
}

// cutAt moves n back to the best place to cut text, but not into its first half for a mere word. The
// white space of a separator may lie beyond n: it is trimmed.
func cutAt(text string, n int) int {
	for _, sep := range []string{"\n\n", "\n", ". ", "? ", "! ", " "} {
		reach := min(n+len(strings.TrimLeft(sep, ".?!")), len(text))
		if i := strings.LastIndex(text[:reach], sep); i >= n/2 {
			return i + len(sep)
		}
	}
	if i := strings.LastIndexByte(text[:n], ' '); i > 0 {
		return i + 1
	}
	head := n
	for n > 0 && n < len(text) && joins(text, n) {
		_, size := utf8.DecodeLastRuneInString(text[:n])
		n -= size
	}
	if n == 0 {
		return head
	}
	return n
}

// joins reports whether a cut at n would part a character from what belongs to it.
func joins(text string, n int) bool {
	after, _ := utf8.DecodeRuneInString(text[n:])
	before, _ := utf8.DecodeLastRuneInString(text[:n])
	const joiner = '\u200d'
	modifier := after >= 0x1F3FB && after <= 0x1F3FF
	regional := isRegional(before) && isRegional(after)
	return unicode.Is(unicode.M, after) || after == joiner || before == joiner || modifier || regional
}

func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
