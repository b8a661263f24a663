package router

import (
	"strings"

	"tanggap/internal/language"
	"tanggap/router/place"
)

// limit bounds the words of a report that are read: beyond it a complaint only repeats itself.
const limit = 600

// text is a report as the rules see it.
type text struct {
	tokens []language.Token
	place  []bool // the token is part of a place's name
	first  []int  // per token, where its symbols begin in marks; one more at the end
	marks  []mark
	silent []bool // carries nothing: patterns step over it
}

// mark says that the words from a token up to end mean a symbol.
type mark struct {
	symbol int32
	end    int32
}

// read looks up every word once.
func (v *vocabulary) read(tokens []language.Token, spans []place.Span) *text {
	t := &text{
		tokens: tokens, place: make([]bool, 2*len(tokens)), first: make([]int, len(tokens)+1),
		marks: make([]mark, 0, 3*len(tokens)),
	}
	t.place, t.silent = t.place[:len(tokens)], t.place[len(tokens):]
	for _, s := range spans {
		for i := s.From; i < s.To; i++ {
			t.place[i] = true
		}
	}
	var seen repeats
	for i := range tokens {
		t.first[i] = len(t.marks)
		switch was := seen.find(tokens, i, t.place[i]); {
		case t.place[i]:
			t.silent[i] = true
		case was >= 0:
			t.silent[i] = t.silent[was]
			for _, m := range t.marks[t.first[was]:t.first[was+1]] {
				t.marks = append(t.marks, mark{m.symbol, int32(i + 1)})
			}
		default:
			t.silent[i] = v.silent(tokens[i].Text)
			v.word(t, i)
		}
	}
	t.first[len(tokens)] = len(t.marks)
	if len(v.phrases) > 0 {
		v.join(t)
	}
	return t
}

// repeats remembers where a word stood before: long texts say most words again.
type repeats [256]int32

// find is the token before i, outside of places' names, that is the same word; -1 where none is
// remembered. It remembers i.
func (r *repeats) find(tokens []language.Token, i int, place bool) int {
	word := tokens[i].Text
	if place || word == "" {
		return -1
	}
	h := uint8(len(word))
	for k := range min(len(word), 6) {
		h = h*31 + word[k]
	}
	was := int(r[h]) - 1
	if was >= 0 && tokens[was].Text == word {
		return was
	}
	r[h] = int32(i + 1)
	return -1
}

// word enters the symbols of one token: as spelt, its normal form or root, the sets of these.
func (v *vocabulary) word(t *text, i int) {
	token := t.tokens[i]
	if token.Text == "jl" || token.Text == "jln" { // they announce a place, and are a word all the same
		token.Text = "jalan"
	}
	e := v.known[token.Text]
	for _, id := range [...]int32{e.exact, e.word, e.root} {
		if id > 0 {
			v.enter(t, id, i)
		}
	}
	if e.word > 0 {
		return
	}
	var key [48]byte
	from := len(t.marks)
	language.Roots(token.Text, func(root []byte) bool {
		if id, ok := v.symbols[string(root)]; ok {
			v.enter(t, id, i)
		}
		return len(t.marks) > from
	})
	if len(t.marks) == from && len(token.Text) <= len(key) {
		v.recall(t, i, bones(key[:0], token.Text))
	}
}

// recall enters the word that a token of consonants and at most one vowel stands for: "kbkrn".
func (v *vocabulary) recall(t *text, i int, bones []byte) {
	if len(bones) < fewest || len(t.tokens[i].Text) > len(bones)+1 {
		return
	}
	if id := v.bones[string(bones)]; id > 0 {
		v.enter(t, id, i)
		if root, ok := v.roots[id]; ok {
			v.enter(t, root, i)
		}
	}
}

func (v *vocabulary) enter(t *text, id int32, i int) {
	t.marks = append(t.marks, mark{id, int32(i + 1)})
	for _, set := range v.sets[id] {
		t.marks = append(t.marks, mark{set, int32(i + 1)})
	}
}

// join enters the sets' members of several words at their first word.
func (v *vocabulary) join(t *text) {
	var extra []struct {
		at int
		mark
	}
	for i := range t.tokens {
		for _, m := range t.at(i) {
			for _, p := range v.runs[m.symbol] {
				if end, ok := t.follow(p.slots[1:], int(m.end), 0); ok {
					extra = append(extra, struct {
						at int
						mark
					}{i, mark{p.set, int32(end)}})
					for _, wider := range v.sets[p.set] {
						extra = append(extra, struct {
							at int
							mark
						}{i, mark{wider, int32(end)}})
					}
				}
			}
		}
	}
	if len(extra) == 0 {
		return
	}
	marks := make([]mark, 0, len(t.marks)+len(extra))
	k := 0
	for i := range t.tokens {
		own := t.at(i)
		t.first[i] = len(marks)
		marks = append(marks, own...)
		for k < len(extra) && extra[k].at == i {
			marks = append(marks, extra[k].mark)
			k++
		}
	}
	t.first[len(t.tokens)] = len(marks)
	t.marks = marks
}

// at returns the marks of a token. While join rewrites first, it is called for i before first[i] changes.
func (t *text) at(i int) []mark { return t.marks[t.first[i]:t.first[i+1]] }

// locate takes the meaning from what is named only to say where: the school of "depan sekolah".
func (t *text) locate(locative, landmark int32) {
	for i := range t.tokens {
		if !t.means(i, locative) {
			continue
		}
		for j := i + 1; j < len(t.tokens) && j <= i+2 && !t.tokens[j].Stop; j++ {
			if end := t.ends(j, landmark); end > 0 {
				for k := j; k < end; k++ {
					t.place[k], t.silent[k] = true, true
					for n := t.first[k]; n < t.first[k+1]; n++ {
						t.marks[n] = mark{}
					}
				}
				break
			}
			if !t.silent[j] {
				break
			}
		}
	}
}

// ends is where the longest run that means a symbol ends, 0 where none begins at i.
func (t *text) ends(i int, symbol int32) int {
	end := int32(0)
	for _, m := range t.at(i) {
		if m.symbol == symbol {
			end = max(end, m.end)
		}
	}
	return int(end)
}

// follow matches slots from token i on and returns where the last one ends. Between two words may
// stand any silent words and up to gap others, within one sentence.
func (t *text) follow(slots []slot, i, gap int) (int, bool) {
	if len(slots) == 0 {
		return i, true
	}
	skipped := 0
	for ; i < len(t.tokens); i++ {
		if t.tokens[i].Stop {
			return 0, false
		}
		for _, m := range t.at(i) {
			if slots[0].has(m.symbol) {
				if end, ok := t.follow(slots[1:], int(m.end), gap); ok {
					return end, true
				}
			}
		}
		if !t.silent[i] {
			if skipped++; skipped > gap {
				return 0, false
			}
		}
	}
	return 0, false
}

func (s slot) has(symbol int32) bool {
	for _, have := range s {
		if have == symbol {
			return true
		}
	}
	return false
}

// words quotes the report's own words from one token to another.
func (t *text) words(source string, from, to int) string {
	start, end := t.tokens[from].Start, t.tokens[to-1].End
	if start < 0 || end > len(source) || start >= end {
		return t.tokens[from].Text
	}
	return strings.Join(strings.Fields(source[start:end]), " ")
}
