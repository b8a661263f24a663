package sms

import (
	"encoding/hex"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Decode makes UTF-8 of a text that the gateway hands on in the network's own encoding, as Kannel does with
// UCS-2 (%b is raw, %C names its charset, %c its coding).
func Decode(text, charset, coding string) string {
	switch strings.ToUpper(strings.TrimSpace(charset)) {
	case "UTF-16BE", "UTF-16", "UCS-2", "UCS-2BE", "ISO-10646-UCS-2":
		return utf16be(text)
	case "":
		if coding == "2" && looksUTF16(text) {
			return utf16be(text)
		}
	}
	if utf8.ValidString(text) {
		return text
	}
	if latin, err := charmap.Windows1252.NewDecoder().String(text); err == nil {
		return latin
	}
	return text
}

// looksUTF16 tells UTF-16 from UTF-8 where only the coding is known: a gateway may have converted already.
func looksUTF16(text string) bool {
	return len(text)%2 == 0 && (strings.Contains(text, "\x00") || !utf8.ValidString(text))
}

func utf16be(text string) string {
	units := make([]uint16, 0, len(text)/2)
	for i := 0; i+1 < len(text); i += 2 {
		units = append(units, uint16(text[i])<<8|uint16(text[i+1]))
	}
	return string(utf16.Decode(units))
}

// Concatenated reads the header of a part of a long message (3GPP TS 23.040, 9.2.3.24.1 and .8). The header
// comes as bytes, or in hex as some gateways write it.
func Concatenated(header string) (ref string, part, parts int, ok bool) {
	udh := []byte(header)
	if b, err := hex.DecodeString(header); err == nil {
		udh = b
	}
	if len(udh) == 0 || int(udh[0]) != len(udh)-1 {
		return "", 0, 0, false
	}
	for elements := udh[1:]; len(elements) >= 2; {
		id, n := elements[0], int(elements[1])
		if len(elements) < 2+n {
			break
		}
		data := elements[2 : 2+n]
		elements = elements[2+n:]
		if id == 0x00 && n == 3 || id == 0x08 && n == 4 {
			ref = hex.EncodeToString(data[:n-2])
			parts, part = int(data[n-2]), int(data[n-1])
			return ref, part, parts, parts > 1 && part >= 1 && part <= parts
		}
	}
	return "", 0, 0, false
}
