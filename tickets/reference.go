package tickets

import (
	"crypto/rand"
	"encoding/binary"
	"strings"
)

// Reference is a ticket's number: ten digits, the last a Damm check digit, so that one wrong digit
// or two swapped neighbours are noticed. It grants nothing.
type Reference string

// damm is the quasigroup of H. Michael Damm, "Total anti-symmetrische Quasigruppen", 2004.
var damm = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

func dammDigit(digits string) byte {
	var interim byte
	for i := range len(digits) {
		interim = damm[interim][digits[i]-'0']
	}
	return '0' + interim
}

// newReference draws one; its first digit is never 0.
func newReference() Reference {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	n := 100_000_000 + binary.LittleEndian.Uint64(b[:])%900_000_000
	var d [10]byte
	for i := 8; i >= 0; i-- {
		d[i] = '0' + byte(n%10)
		n /= 10
	}
	d[9] = dammDigit(string(d[:9]))
	return Reference(d[:])
}

// ParseReference reads a reference as people type it, with spaces, dots or hyphens between its
// digits; ok is false where the digits are not ten or the check digit is wrong.
func ParseReference(s string) (ref Reference, ok bool) {
	digits := strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '.', '\u2010', '\u2011', '\u2013', '#':
			return -1
		}
		return r
	}, s)
	if len(digits) != 10 || digits[0] == '0' {
		return "", false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return "", false
		}
	}
	if dammDigit(digits) != '0' {
		return "", false
	}
	return Reference(digits), true
}

// String groups the digits for people: 482-177-3051.
func (r Reference) String() string {
	if len(r) != 10 {
		return string(r)
	}
	return string(r[:3] + "-" + r[3:6] + "-" + r[6:])
}
