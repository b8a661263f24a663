package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// LongestHeadline of a headline, in characters.
const LongestHeadline = 80

// Headline is the beginning of a text in whole words, on one line.
func Headline(text string) string {
	var b strings.Builder
	length := 0
	for i, word := range strings.FieldsFunc(text, unicode.IsSpace) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0 && n > LongestHeadline:
			return string([]rune(word)[:LongestHeadline-1]) + "…"
		case i > 0 && length+1+n > LongestHeadline-2:
			b.WriteString(" …")
			return b.String()
		case i > 0:
			b.WriteByte(' ')
			length++
		}
		b.WriteString(word)
		length += n
	}
	return b.String()
}
