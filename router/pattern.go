package router

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tanggap/internal/language"
)

// A pattern is words in the order in which they are said: "lampu jalan". Between them may stand words
// that carry nothing ("di", "yang") and at most two others. Instead of a word may stand alternatives
// ("mati|padam"), of which one may be several words ("rusak|tidak_rata"), or a set ("<petugas>"). "a + b" wants both sides within a dozen words in
// either order. A word matches in any inflection; "=word" only as it is spelt. Words that are part of
// a place's name match nothing.
type pattern struct {
	source string
	sides  [][]slot // one; or two of "a + b"
	words  int      // how many slots in all
}

// slot is one position: the symbols, any of which may stand there.
type slot []int32

// vocabulary numbers the words and sets that patterns name. A word of the report has one or more of
// these symbols: its spelling, its root, the sets that it belongs to.
type vocabulary struct {
	symbols map[string]int32
	member  map[int32][]int32 // sets that a word belongs to
	phrases map[int32][]phrase
	silent  func(string) bool
	roots   map[int32]int32  // of a known word, the known word that it is formed from
	bones   map[string]int32 // of a known word, its consonants, where no other has the same
	known   map[string]entry // what a spelling means
	sets    [][]int32        // member, by symbol
	runs    [][]phrase       // phrases, by symbol
}

// phrase is a member of a set that has several words.
type phrase struct {
	slots []slot
	set   int32
}

func newVocabulary() *vocabulary {
	return &vocabulary{
		symbols: make(map[string]int32), member: make(map[int32][]int32), phrases: make(map[int32][]phrase),
	}
}

func (v *vocabulary) symbol(name string) int32 {
	id, ok := v.symbols[name]
	if !ok {
		id = int32(len(v.symbols) + 1)
		v.symbols[name] = id
	}
	return id
}

// check reports why a set cannot be entered yet.
func (v *vocabulary) check(s Set) error {
	for _, member := range s.Words {
		for field := range strings.FieldsSeq(member) {
			for word := range strings.SplitSeq(field, "|") {
				if _, ok := v.symbols[word]; !ok && strings.HasPrefix(word, "<") {
					return fmt.Errorf("set %s: unknown set %s", s.Name, word)
				}
			}
		}
		if _, err := newVocabulary().side(strings.ReplaceAll(member, "<", "")); err != nil {
			return fmt.Errorf("set %s: %w", s.Name, err)
		}
	}
	return nil
}

// set enters a named set that was checked. Members may be words or runs of words, and may name sets
// entered before.
func (v *vocabulary) set(s Set) {
	id := v.symbol("<" + s.Name + ">")
	for _, member := range s.Words {
		slots, err := v.side(member)
		if err != nil {
			continue // check has seen it
		}
		for _, symbol := range slots[0] {
			if len(slots) == 1 {
				v.member[symbol] = append(v.member[symbol], id)
			} else {
				v.phrases[symbol] = append(v.phrases[symbol], phrase{slots: slots, set: id})
			}
		}
	}
}

// parse reads a pattern.
func (v *vocabulary) parse(source string) (pattern, error) {
	p := pattern{source: source}
	for side := range strings.SplitSeq(source, " + ") {
		slots, err := v.side(side)
		if err != nil {
			fault := PatternFault{Code: PatternEmpty}
			errors.As(err, &fault)
			fault.Pattern = source
			return pattern{}, fault
		}
		p.sides = append(p.sides, slots)
		p.words += len(slots)
	}
	if len(p.sides) > 2 {
		return pattern{}, PatternFault{Pattern: source, Code: PatternSides}
	}
	return p, nil
}

func (v *vocabulary) side(source string) ([]slot, error) {
	var slots []slot
	for field := range strings.FieldsSeq(source) {
		var s slot
		for word := range strings.SplitSeq(field, "|") {
			if strings.HasPrefix(word, "<") {
				id, ok := v.symbols[word]
				if !ok {
					return nil, PatternFault{Code: PatternSet, Word: word}
				}
				s = append(s, id)
				continue
			}
			if strings.Contains(word, "_") {
				s = append(s, v.run(word))
				continue
			}
			word, exact := strings.CutPrefix(word, "=")
			if exact {
				s = append(s, v.symbol("="+strings.ToLower(word)))
				continue
			}
			words := language.Words(word)
			if len(words) > 1 && word == field { // "k3" and "e-ktp" are two words to the scanner
				for _, w := range words[:len(words)-1] {
					slots = append(slots, slot{v.symbol(w)})
				}
				words = words[len(words)-1:]
			}
			if len(words) != 1 {
				return nil, PatternFault{Code: PatternWord, Word: word}
			}
			s = append(s, v.symbol(words[0]))
		}
		slots = append(slots, s)
	}
	if len(slots) == 0 {
		return nil, PatternFault{Code: PatternEmpty}
	}
	return slots, nil
}

// run is the symbol of an alternative of several words, written with "_" between them: a set of one.
func (v *vocabulary) run(word string) int32 {
	name := "<" + word + ">"
	if id, ok := v.symbols[name]; ok {
		return id
	}
	id := v.symbol(name)
	var slots []slot
	for _, w := range language.Words(strings.ReplaceAll(word, "_", " ")) {
		slots = append(slots, slot{v.symbol(w)})
	}
	if len(slots) > 0 {
		v.phrases[slots[0][0]] = append(v.phrases[slots[0][0]], phrase{slots: slots, set: id})
	}
	return id
}

// widen makes every word and set a member also of the sets that its sets belong to.
func (v *vocabulary) widen() {
	for id, sets := range v.member {
		for i := 0; i < len(sets); i++ {
			for _, wider := range v.member[sets[i]] {
				if !slices.Contains(sets, wider) {
					sets = append(sets, wider)
				}
			}
		}
		v.member[id] = slices.Clip(sets)
	}
}

// entry is what one spelling means: as a word, with the word that it is formed from, and only as it is
// spelt. 0 is nothing.
type entry struct{ word, root, exact int32 }

// enlist gathers what every spelling means, so that a token costs one lookup, and what every symbol does.
func (v *vocabulary) enlist() {
	v.known = make(map[string]entry, len(v.symbols))
	for word, id := range v.symbols {
		if word[0] == '<' {
			continue
		}
		spelling, exact := strings.CutPrefix(word, "=")
		e := v.known[spelling]
		if exact {
			e.exact = id
		} else {
			e.word, e.root = id, v.roots[id]
		}
		v.known[spelling] = e
	}
	v.sets, v.runs = make([][]int32, len(v.symbols)+1), make([][]phrase, len(v.symbols)+1)
	for id, sets := range v.member {
		v.sets[id] = sets
	}
	for id, phrases := range v.phrases {
		v.runs[id] = phrases
	}
}

// bone strips every known word to its consonants, as an SMS does: "klrhn", "tnggelm".
func (v *vocabulary) bone() {
	v.bones = make(map[string]int32)
	var buf [48]byte
	for word, id := range v.symbols {
		if word[0] == '<' || word[0] == '=' || len(word) > len(buf) {
			continue
		}
		b := bones(buf[:0], word)
		if len(b) < fewest || len(b) == len(word) {
			continue
		}
		if _, taken := v.bones[string(b)]; taken {
			id = 0
		}
		v.bones[string(b)] = id
	}
}

// fewest is how many consonants tell a word.
const fewest = 4

func bones(dst []byte, word string) []byte {
	for i := range len(word) {
		switch c := word[i]; c {
		case 'a', 'e', 'i', 'o', 'u':
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// root finds for every known word the known word that it is formed from, so that a pattern with
// "pukul" matches "memukuli" even where another pattern names "memukuli" itself.
func (v *vocabulary) root() {
	v.roots = make(map[int32]int32)
	for word, id := range v.symbols {
		if word[0] == '<' || word[0] == '=' {
			continue
		}
		language.Roots(word, func(root []byte) bool {
			from, ok := v.symbols[string(root)]
			if ok && from != id {
				v.roots[id] = from
			}
			return ok
		})
	}
}
