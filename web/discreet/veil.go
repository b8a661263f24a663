// Package discreet hides who wrote a report where it is shown to people or programs that have not opened
// that with a reason: the writer's name and address, and whatever in a text looks like a number or an
// address that somebody can be reached at.
package discreet

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tanggap/tickets"
)

// Hidden stands in the place of what is hidden.
const Hidden = "•••"

// Veil hides one writer. The zero Veil knows nobody, and hides what looks like a number or an address. It is
// safe for concurrent use.
type Veil struct {
	names *regexp.Regexp // nil for none
	own   *regexp.Regexp // the writer's own address, however it is written; nil for none
	// number is whether that is one.
	number bool
}

const (
	// between is what people put between the parts of a name, or the digits of a number that is known.
	between = `[\s().,_/–-]{0,3}`
	// apart is what stands between the digits of one number: more would join two of them.
	apart = `(?:\) ?|[ .–-])?`
)

var mailAddress = regexp.MustCompile(`(?i)\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+`)

// fewestDigits is how many the shortest of numbers has.
const fewestDigits = 8

var numbers = []*regexp.Regexp{
	// Mobile numbers of Indonesia, and any number that begins with a country's code. A second one that follows
	// after a space is hidden with the first.
	regexp.MustCompile(`(?:\+?62|\b0)` + apart + `8(?:` + apart + `[0-9]){7,}`),
	regexp.MustCompile(`\+[1-9](?:` + apart + `[0-9]){7,}`),
	// Fixed lines with their area code.
	regexp.MustCompile(`(?:\(0[2-79][0-9]{1,2}\)|\b0[2-79][0-9]{1,2})[ .-]?[0-9]{3,4}[ .-]?[0-9]{3,4}\b`),
	// Numbers of identity cards and families have 16 digits.
	regexp.MustCompile(`\b[0-9]{16}\b`),
}

// introduced are the words by which people say who they are where no platform told it, as by SMS: what they
// call themselves after them, and at the end of a letter under its greeting.
var introduced = []*regexp.Regexp{
	regexp.MustCompile(`(?i:\bnama\s+saya\b|\bnama\s+lengkap\b|\bnama\s*:|\batas\s+nama\b|\ba/n\b|\ba\.n\.?|\bmy\s+name\s+is\b)[\s:]*(\p{Lu}[\pL'.-]+(?:[ \t]+\p{Lu}[\pL'.-]+){0,3})`),
	regexp.MustCompile(`(?i:\bnama\s+saya|\batas\s+nama|\bmy\s+name\s+is)[\s:]+(\pL{3,})`),
	regexp.MustCompile(`(?i:\bhormat\s+(?:saya|kami)|\bsalam|\bwassalam\w*|\bterima\s*kasih|\bmakasih|\bttd|\bregards|\bthank\s+you|\bthanks)[\s,.!:-]+(\p{Lu}[\pL'.-]+(?:[ \t]+\p{Lu}[\pL'.-]+){0,3})[\s.]*$`),
}

// introductions are what a text with an introduction has one of, in small letters.
var introductions = []string{"nama", "a/n", "a.n", "my name", "hormat", "salam", "kasih", "ttd", "regards", "thank"}

// ordinary are words that people call themselves by, and that tell of nobody.
var ordinary = []string{
	"warga", "jakarta", "bapak", "anak", "rumah", "jalan", "toko", "admin", "user", "pelapor", "nama", "indonesia", "kota", "barat", "timur", "utara", "selatan", "pusat",
}

// New hides a writer by the name that a platform told, which may be "", and by an address.
func New(name string, address tickets.Address) Veil {
	return Veil{names: namesOf(name), own: numberOf(address), number: address.Kind == "tel"}
}

// namesOf finds the whole name, and each part of it that is long enough to be told from other words.
func namesOf(name string) *regexp.Regexp {
	parts := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	whole := strings.Join(parts, "")
	if utf8.RuneCountInString(whole) < 4 {
		return nil // a word of many reports
	}
	var all []string
	for _, p := range parts {
		if utf8.RuneCountInString(p) >= 4 && !slices.Contains(ordinary, strings.ToLower(p)) {
			all = append(all, regexp.QuoteMeta(p))
		}
	}
	if len(all) == 0 && slices.Contains(ordinary, strings.ToLower(parts[0])) {
		return nil // "Warga Jakarta"
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`(?i)(?:` + strings.Join(append([]string{strings.Join(parts, between)}, all...), "|") + `)`)
}

// numberOf finds an address; of a number its digits, with or without what stands before them at home and
// abroad.
func numberOf(a tickets.Address) *regexp.Regexp {
	digits := strings.TrimPrefix(strings.ToValidUTF8(a.Value, ""), "+")
	if len(digits) < 5 {
		return nil // a short code, which is no person's
	}
	if a.Kind != "tel" || strings.Trim(digits, "0123456789") != "" {
		return regexp.MustCompile(`(?i)` + regexp.QuoteMeta(digits))
	}
	home := strings.TrimPrefix(digits, "62")
	if len(home) < 5 {
		home = digits
	}
	return regexp.MustCompile(`(?:(?:\+?6` + between + `2|0|\+)` + between + `)?` + strings.Join(strings.Split(home, ""), between))
}

// Text is what of a text may be seen.
func (v *Veil) Text(s string) string {
	// What most texts have nothing of is not looked for in them.
	if n := digits(s); v.own != nil && (n >= 5 || !v.number) {
		s = v.own.ReplaceAllString(s, Hidden)
	}
	if strings.Contains(s, "@") {
		s = mailAddress.ReplaceAllString(s, Hidden)
	}
	if digits(s) >= fewestDigits {
		for _, r := range numbers {
			s = r.ReplaceAllString(s, Hidden)
		}
	}
	low := strings.ToLower(s)
	if slices.ContainsFunc(introductions, func(word string) bool { return strings.Contains(low, word) }) {
		for _, r := range introduced {
			s = hideGroup(r, s)
		}
	}
	if v.names == nil {
		return s
	}
	var b strings.Builder
	end := 0
	for _, at := range v.names.FindAllStringIndex(s, -1) {
		before, _ := utf8.DecodeLastRuneInString(s[:at[0]])
		after, _ := utf8.DecodeRuneInString(s[at[1]:])
		if unicode.IsLetter(before) || unicode.IsLetter(after) {
			continue // a part of another word
		}
		b.WriteString(s[end:at[0]])
		b.WriteString(Hidden)
		end = at[1]
	}
	b.WriteString(s[end:])
	return b.String()
}

func digits(s string) (n int) {
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n
}

// hideGroup hides what the first group of r matches.
func hideGroup(r *regexp.Regexp, s string) string {
	for _, at := range slices.Backward(r.FindAllStringSubmatchIndex(s, -1)) {
		s = s[:at[2]] + Hidden + s[at[3]:]
	}
	return s
}
