package sms

import (
	"unicode/utf16"

	"tanggap/channels"
)

// Count is how many segments text takes, and in which alphabet. An empty text takes none. A character
// is never parted: neither an escape from what it escapes nor the halves of a surrogate pair, so that a
// segment may end one short. That is how Twilio and phones count; see SplitPairs for Kannel.
func Count(text string) (segments int, encoding Encoding) {
	cost, single, part, encoding := measure(text)
	return pack(text, cost, single, part), encoding
}

// Segments is the first result of Count: the counter of channels.Segments.
func Segments(text string) int {
	n, _ := Count(text)
	return n
}

// SplitPairs counts as a gateway does that fills its UCS2 segments to the last unit even if that parts a
// surrogate pair, as Kannel 1.4 does (it cuts octets). It differs from Count only in texts with emoji,
// and is never greater.
func SplitPairs(text string) int {
	if IsGSM7(text) {
		return Segments(text)
	}
	units := channels.UTF16Len(text)
	if units <= ucs2Single {
		return min(units, 1)
	}
	return (units + ucs2Part - 1) / ucs2Part
}

// Parts are the segments themselves, as a phone gets them: for previews.
func Parts(text string) []string {
	cost, single, part, _ := measure(text)
	if text == "" {
		return nil
	}
	if pack(text, cost, single, part) == 1 {
		return []string{text}
	}
	var parts []string
	start, used := 0, 0
	for i, r := range text {
		c := cost(r)
		if used+c > part {
			parts = append(parts, text[start:i])
			start, used = i, 0
		}
		used += c
	}
	return append(parts, text[start:])
}

// Split cuts text into messages of at most limit segments each, at the end of paragraphs, sentences or
// words (see channels.Split), after folding it as Fit does.
func Split(text string, limit int) []string {
	return channels.Split(Fit(text), limit, Segments)
}

// measure picks the alphabet of text: what a character costs and what a segment holds.
func measure(text string) (cost func(rune) int, single, part int, encoding Encoding) {
	if IsGSM7(text) {
		return septets, gsmSingle, gsmPart, GSM7
	}
	return units, ucs2Single, ucs2Part, UCS2
}

// units is what r costs in UCS2; what is no valid character travels as U+FFFD.
func units(r rune) int { return max(utf16.RuneLen(r), 1) }

func pack(text string, cost func(rune) int, single, part int) int {
	total, segments, used := 0, 0, part
	for _, r := range text {
		c := cost(r)
		total += c
		if used+c > part {
			segments, used = segments+1, 0
		}
		used += c
	}
	if total > 0 && total <= single {
		return 1
	}
	return segments
}
