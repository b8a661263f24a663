package sms

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"tanggap/channels"
)

// Sender is the address of who sent an SMS. A phone number becomes E.164 with its "+", read as one of
// region (ISO 3166, "ID") where it has no country code; three to six digits are a short code and stay.
// mute says that the sender can never be answered: an alphanumeric one ("TELKOMSEL"), or digits that are
// no number. Its value is the sender as it came.
func Sender(raw, region string) (address channels.Address, mute bool) {
	raw = strings.TrimSpace(channels.Clean(raw))
	digits, plus, numeric := dialled(raw)
	if !numeric {
		return channels.Address{Kind: channels.Tel, Value: raw}, true
	}
	if n := len(digits); n >= 3 && n <= 6 {
		return channels.Address{Kind: channels.Tel, Value: digits}, false
	}
	value := digits
	if plus {
		value = "+" + digits
	}
	if e164, ok := international(value, region); ok {
		value = e164
	}
	return channels.Address{Kind: channels.Tel, Value: value}, !Dialable(value)
}

// Dialable reports whether value is what Sender makes of an answerable sender: E.164 or a short code.
func Dialable(value string) bool {
	digits, ok := strings.CutPrefix(value, "+")
	if !ok {
		return isDigits(value) && len(value) >= 3 && len(value) <= 6
	}
	return isDigits(digits) && len(digits) >= 7 && len(digits) <= 15 && digits[0] != '0'
}

// international reads a number in any of the forms that gateways use: +62812…, 62812…, 0062812…, 0812….
func international(value, region string) (string, bool) {
	candidates := []string{value}
	if code := phonenumbers.GetCountryCodeForRegion(region); code != 0 && strings.HasPrefix(value, strconv.Itoa(code)) {
		candidates = []string{"+" + value, value}
	}
	if rest, ok := strings.CutPrefix(value, "00"); ok {
		candidates = []string{"+" + rest}
	}
	for _, c := range candidates {
		n, err := phonenumbers.Parse(c, region)
		if err == nil && phonenumbers.IsPossibleNumber(n) {
			return phonenumbers.Format(n, phonenumbers.E164), true
		}
	}
	return "", false
}

// dialled takes the digits out of a number as people and gateways write it; numeric is false where
// anything but digits and the usual separators is in it.
func dialled(raw string) (digits string, plus, numeric bool) {
	rest, plus := strings.CutPrefix(raw, "+")
	var b strings.Builder
	for _, r := range rest {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '-' || r == '.' || r == '(' || r == ')' || unicode.IsSpace(r):
		default:
			return "", false, false
		}
	}
	return b.String(), plus, b.Len() > 0
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
