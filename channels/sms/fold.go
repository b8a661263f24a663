package sms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// typography maps what word processors and phones' keyboards put into plain text to what GSM7 has.
// Letters with marks, ligatures, fractions and superscripts follow from their decomposition instead.
var typography = map[rune]string{
	'‘': "'", '’': "'", '‚': "'", '‛': "'", '′': "'", 'ʼ': "'", '´': "'", '`': "'", '‹': "'", '›': "'",
	'“': `"`, '”': `"`, '„': `"`, '‟': `"`, '″': `"`, '«': `"`, '»': `"`,
	'‐': "-", '‑': "-", '‒': "-", '–': "-", '—': "-", '―': "-", '−': "-", '•': "-", '▪': "-", '‣': "-",
	'…': "...", '·': ".", '×': "x", '÷': "/", '⁄': "/", '∕': "/", '⁓': "~", '∼': "~",
	'\t': " ", '\u2028': "\n", '\u2029': "\n\n", '\u0085': "\n",
	'\u200B': "", '\u2060': "", '\uFEFF': "", '\u00AD': "", // no width, no meaning
	'Ł': "L", 'ł': "l", 'Đ': "D", 'đ': "d", 'ı': "i", 'Œ': "OE", 'œ': "oe",
	'₹': "Rs", '©': "(C)", '®': "(R)", '¦': "|",
}

// Fold replaces what GSM7 does not have by what it has and a reader takes for the same: curly quotes,
// dashes, odd spaces, ellipses, superscripts, letters with foreign marks. What GSM7 has stays (é, è, ñ,
// ü), and so does what has no such likeness (emoji, Arabic, Chinese).
func Fold(text string) string {
	text = norm.NFC.String(strings.ReplaceAll(text, "\r\n", "\n"))
	if IsGSM7(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if septets(r) != 0 {
			b.WriteRune(r)
			continue
		}
		if s, ok := likeness(r); ok {
			b.WriteString(s)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// likeness is how GSM7 writes r; false where it cannot.
func likeness(r rune) (string, bool) {
	if s, ok := typography[r]; ok {
		return s, true
	}
	if unicode.Is(unicode.Zs, r) {
		return " ", true
	}
	var b strings.Builder
	for _, d := range norm.NFKD.String(string(r)) {
		s, known := typography[d]
		switch {
		case unicode.Is(unicode.Mn, d):
		case septets(d) != 0:
			b.WriteRune(d)
		case known:
			b.WriteString(s)
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// Fit folds text if that makes it GSM7 and no dearer. A text that needs UCS2 all the same, for an emoji
// or another script, keeps its typography.
func Fit(text string) string {
	folded := Fold(text)
	if !IsGSM7(folded) || Segments(folded) > Segments(text) {
		return text
	}
	return folded
}
