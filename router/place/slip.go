package place

import "slices"

// A slip is one letter that is missing, too many, wrong, or swapped with its neighbour. Only names of
// areas of the city are looked for, only such as stand for themselves, and never with another first
// letter. A name must be long enough that an ordinary word does not lie as near by chance.
const (
	slipLetters         = 8  // a word of so many letters may have one slip
	slipMarked          = 5  // so many suffice behind the word of its level: "kel. Slippi"
	slipLettersAnywhere = 9  // … even where no word or capital lets a name be expected
	twoSlipsLetters     = 11 // so many may have two behind the word of its level
	mostSlipLetters     = 24
)

// nearly finds the longest name that differs from the letters at token i by a slip, in more tokens
// than end at after. Where several areas lie equally near, it finds none.
func (t *names) nearly(folded []string, i, after int, marked bool) (list []name, end int) {
	least := slipLetters
	if marked {
		least = slipMarked
	}
	word := ""
	for j := i; j < len(folded) && j < i+3; j++ {
		word += folded[j]
		if j < after || len(word) < least {
			continue
		}
		if len(word) > mostSlipLetters || t.step(0, word[0]) == 0 {
			break
		}
		s := search{names: t, marked: marked}
		s.slip(t.step(0, word[0]), word[1:], 1)
		if marked && !s.found && len(word) >= twoSlipsLetters {
			s.slip(t.step(0, word[0]), word[1:], 2)
		}
		if s.found && !s.several {
			list, end = s.list, j+1
		}
	}
	return list, end
}

// search collects what is found near one word.
type search struct {
	names   *names
	marked  bool // behind the word of a level, so that ordinary words are names too
	list    []name
	found   bool
	several bool // areas, equally near
}

// slip walks rest from node at with so many slips still to be made.
func (s *search) slip(at uint16, rest string, left int) {
	t := s.names
	for i := 0; !s.several; i++ {
		for slot, next := range t.nodes[at].next[:26] {
			if next == 0 {
				continue
			}
			if c := byte(slot) + 'a'; i < len(rest) && c == rest[i] {
				continue
			}
			s.end(next, rest[i:], left-1) // a letter is missing in the text
			if i < len(rest) {
				s.end(next, rest[i+1:], left-1) // a wrong one
			}
		}
		if i == len(rest) {
			return
		}
		s.end(at, rest[i+1:], left-1) // one too many
		if i+1 < len(rest) && rest[i] != rest[i+1] {
			if next := t.step(at, rest[i+1]); next != 0 {
				if next = t.step(next, rest[i]); next != 0 {
					s.end(next, rest[i+2:], left-1) // two swapped
				}
			}
		}
		if at = t.step(at, rest[i]); at == 0 {
			return
		}
	}
}

// end looks for rest from node at with left slips, none of which must be made.
func (s *search) end(at uint16, rest string, left int) {
	if left > 0 {
		s.slip(at, rest, left)
		return
	}
	for i := 0; i < len(rest); i++ {
		if at = s.names.step(at, rest[i]); at == 0 {
			return
		}
	}
	n := s.names.nodes[at].list
	if n == 0 {
		return
	}
	list := s.fit(s.names.lists[n-1])
	if list == nil {
		return
	}
	s.several = s.several || s.found && s.list[0].area != list[0].area
	s.list, s.found = list, true
}

// fit are the meanings of a name that may be looked for.
func (s *search) fit(list []name) []name {
	fits := func(n name) bool {
		return !n.outside && (n.guard == "" || s.marked && n.guard == Soft) && n.how == Named
	}
	if !slices.ContainsFunc(list, func(n name) bool { return !fits(n) }) {
		return list
	}
	var some []name
	for _, n := range list {
		if fits(n) {
			some = append(some, n)
		}
	}
	return some
}
