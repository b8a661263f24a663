package similar

import (
	"strings"

	"tanggap/internal/language"
)

// address is what a text says of its place that is finer than an area: the first street it names, and
// the numbers of its neighbourhoods.
type address struct {
	first, second string // the first two words of the street's name
	number        string // of the street or of the house in it
	rt, rw        string
}

// readAddress finds "jalan Melati 4", "gang Haji Ali", "RT 8 RW 12".
func readAddress(tokens []language.Token) address {
	var a address
	for i, t := range tokens {
		rest := tokens[i+1:]
		switch t.Text {
		case "jalan", "jl", "gang":
			if a.first == "" {
				a.name(rest)
			}
		case "rt":
			a.rt = either(a.rt, number(rest))
			if len(rest) > 1 && !rest[1].Stop { // "RT 008/012"
				a.rw = either(a.rw, number(rest[1:]))
			}
		case "rw":
			a.rw = either(a.rw, number(rest))
		}
	}
	return a
}

// name reads the street's name from the words after "jalan", which also means "road" and "to walk": what
// is said of a road is no name.
func (a *address) name(rest []language.Token) {
	if len(rest) > 0 && rest[0].Text == "raya" {
		rest = rest[1:]
	}
	for i, t := range rest {
		if i == 4 || t.Stop || t.Pause && i > 0 && !numeric(t.Text) {
			return
		}
		switch {
		case numeric(t.Text):
			if a.first != "" {
				a.number = strings.TrimLeft(t.Text, "0")
			}
			return
		case t.Text == "nomor" || t.Text == "no":
		case i == 0 && (ofRoads(t.Text) || language.Silent(t.Text)):
			return
		case i == 0:
			a.first = t.Text
		case i == 1:
			a.second = t.Text
		}
	}
}

// ofRoads reports whether a word after "jalan" says how the road is, and does not name it.
func ofRoads(word string) bool {
	switch word {
	case "rusak", "berlubang", "banjir", "tergenang", "macet", "gelap", "licin", "umum", "utama", "lingkungan",
		"depan", "masuk", "keluar", "tol", "kaki", "ditutup", "amblas", "hancur", "bolong", "becek", "sepi", "mati":
		return true
	}
	return false
}

// street is the street that both name, with what else of its name or its number agrees, or "".
func (a address) street(b address) string {
	switch {
	case a.first == "" || a.first != b.first:
		return ""
	case a.second != "" && a.second == b.second:
		return a.first + " " + a.second
	case a.number != "" && a.number == b.number:
		return a.first + " " + a.number
	}
	return a.first
}

// against reports whether the two addresses exclude each other.
func (a address) against(b address) bool {
	differ := func(x, y string) bool { return x != "" && y != "" && x != y }
	return differ(a.first, b.first) || differ(a.number, b.number) || differ(a.rw, b.rw) || differ(a.rt, b.rt)
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// number is the number that the next word is, without zeros before it.
func number(rest []language.Token) string {
	if len(rest) == 0 || !numeric(rest[0].Text) {
		return ""
	}
	return strings.TrimLeft(rest[0].Text, "0")
}

func numeric(word string) bool {
	return word != "" && strings.Trim(word, "0123456789") == ""
}
