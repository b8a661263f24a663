package place

import (
	"strings"

	"tanggap/internal/language"
)

// names is a trie over the letters of all names, written without spaces: so "Tebet Timur",
// "tebettimur" and "Kali Deres" for "Kalideres" are found alike. Letters are folded first, so that
// old and new spellings meet.
type names struct {
	nodes []node
	lists [][]name
}

// mostNodes is how many nodes their numbers can tell apart.
const mostNodes = 1 << 16

type node struct {
	next [36]uint16
	list int32 // index into lists plus one; 0 where no name ends
}

// name says what a run of letters may mean.
type name struct {
	area  int
	how   string // Named, Head or IsLandmark
	guard string
	// outside is the Outside of the area.
	outside bool
	// spread marks a landmark that lies in several areas.
	spread bool
}

// variants are words that people write in place of a word of a name.
var variants = map[string]string{
	"kebun": "kebon", "kb": "kebon", "durian": "duren", "keramat": "kramat", "pd": "pondok", "pdk": "pondok", "kbn": "kebon", "jrk": "jeruk", "kmpg": "kampung", "bsr": "besar", "krmt": "kramat", "cengk": "cengkareng", "pondk": "pondok", "ponduk": "pondok",
	"jl": "jalan", "st": "stasiun", "sta": "stasiun", "komp": "komplek", "kompleks": "komplek", "kompl": "komplek", "perum": "perumahan",
	"tj": "tanjung", "tg": "tanjung", "tjg": "tanjung", "tnjung": "tanjung", "kby": "kebayoran", "kebyoran": "kebayoran", "gerogol": "grogol",
	"perapatan": "prapatan", "ps": "pasar", "pulau": "pulo", "sel": "selatan", "pulogdung": "pulogadung", "gn": "gunung", "gng": "gunung",
	"jtnegara": "jatinegara", "cemp": "cempaka", "klp": "kelapa", "kelp": "kelapa", "kmayoran": "kemayoran", "mngga": "mangga",
}

// fold appends the letters of a normal word in the spelling that names are kept in.
func fold(dst []byte, word string) []byte {
	if v, ok := variants[word]; ok {
		word = v
	}
	for i := 0; i < len(word); i++ {
		c := word[i]
		next := byte(0)
		if i+1 < len(word) {
			next = word[i+1]
		}
		switch {
		case c == next && c > '9': // double letters
			continue
		case (c == 'd' || c == 't') && next == 'j': // dj, tj: the old spelling of j and c
			continue
		case c == 'o' && next == 'e':
			c, i = 'u', i+1
		case c == 'j' && i > 0 && word[i-1] == 't':
			c = 'c'
		}
		dst = append(dst, c)
	}
	return dst
}

func slot(c byte) int {
	switch {
	case c >= 'a' && c <= 'z':
		return int(c - 'a')
	case c >= '0' && c <= '9':
		return int(c-'0') + 26
	}
	return -1
}

func (t *names) step(at uint16, c byte) uint16 {
	s := slot(c)
	if s < 0 {
		return 0
	}
	return t.nodes[at].next[s]
}

// add enters one spelling of an area's name.
func (t *names) add(spelling string, n name) {
	if len(t.nodes) == 0 {
		t.nodes = make([]node, 1, 4096)
	}
	var key []byte
	for _, word := range language.Words(spelling) {
		key = fold(key, word)
	}
	at := uint16(0)
	for _, c := range key {
		s := slot(c)
		if s < 0 {
			continue
		}
		if t.nodes[at].next[s] == 0 {
			t.nodes = append(t.nodes, node{})
			t.nodes[at].next[s] = uint16(len(t.nodes) - 1)
		}
		at = t.nodes[at].next[s]
	}
	if at == 0 {
		return
	}
	if t.nodes[at].list == 0 {
		t.lists = append(t.lists, nil)
		t.nodes[at].list = int32(len(t.lists))
	}
	list := &t.lists[t.nodes[at].list-1]
	for _, have := range *list {
		if have.area == n.area {
			return
		}
	}
	*list = append(*list, n)
}

// longest finds the longest name that begins with the token at i and ends with a token.
func (t *names) longest(folded []string, i int) (list []name, end int) {
	at := uint16(0)
	for j := i; j < len(folded) && j < i+5; j++ {
		for k := 0; k < len(folded[j]); k++ {
			if at = t.step(at, folded[j][k]); at == 0 {
				return list, end
			}
		}
		if n := t.nodes[at].list; n > 0 {
			list, end = t.lists[n-1], j+1
		}
	}
	return list, end
}

// head is the name without the word that tells siblings apart ("Sunter" of "Sunter Agung"), "" where
// the last word is none of those.
func head(full string) string {
	cut := strings.LastIndexByte(full, ' ')
	if cut < 0 {
		return ""
	}
	switch full[cut+1:] {
	case "Utara", "Selatan", "Timur", "Barat", "Tengah", "Agung", "Jaya", "Dalam", "Besar", "Kecil", "Dua", "Lama", "Baru":
		return full[:cut]
	}
	return ""
}
