// Package sms knows what a text costs as SMS and what the networks do with it: the alphabets and
// segments of 3GPP TS 23.038 and 23.040, folding that keeps Indonesian in the cheap alphabet, senders'
// numbers, opt-out words. Every adapter that carries SMS uses it, and so do previews.
package sms

// Encoding is the alphabet in which a network carries a text.
type Encoding string

// The encodings in use.
const (
	GSM7 Encoding = "gsm7" // GSM 03.38 default alphabet with its extension table
	UCS2 Encoding = "ucs2" // UTF-16, big-endian, where one character is outside of GSM7
)

// What a segment holds: septets in GSM7, 16-bit units in UCS2. A text that takes more than one
// segment pays for the header that joins them (3GPP TS 23.040, 9.2.3.24.1: 6 octets of 140).
const (
	gsmSingle, gsmPart   = 160, 153
	ucs2Single, ucs2Part = 70, 67
)

// basic is the default alphabet in the order of its codes (3GPP TS 23.038, 6.2.1). Code 0x1B is the
// escape to the extension table and no character.
var basic = [128]rune{
	'@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
	'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', 0x1B, 'Æ', 'æ', 'ß', 'É',
	' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
	'¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
	'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
	'¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
	'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
}

// extension holds the characters behind the escape, each of which costs two septets (6.2.1.1).
const extension = "\f^{}\\[~]|€"

// costs holds the septets of every character up to the Greek ones; 0 is outside of the alphabet.
var costs = func() (c [0x400]uint8) {
	for _, r := range basic {
		c[r] = 1
	}
	for _, r := range extension {
		if r != euro {
			c[r] = 2
		}
	}
	c[0x1B] = 0
	return c
}()

const euro = '€' // the one character of the extension table beyond costs

// septets is what r costs in GSM7, 0 where the alphabet has no such character.
func septets(r rune) int {
	switch {
	case r < 0x400:
		return int(costs[r])
	case r == euro:
		return 2
	}
	return 0
}

// IsGSM7 reports whether every character of text is in the default alphabet or its extension.
func IsGSM7(text string) bool {
	for _, r := range text {
		if septets(r) == 0 {
			return false
		}
	}
	return true
}
