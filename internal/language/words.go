package language

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed words.txt
var wordList string

// words are those of everyday reports, by which words that are written together are parted, and digits that
// stand for letters are told from numbers. They come from the patterns and examples of cities/base.
var words = sync.OnceValue(func() map[string]bool {
	all := make(map[string]bool, 6000)
	for word := range strings.Lines(wordList) {
		all[strings.TrimSpace(word)] = true
	}
	return all
})

// known reports whether a word is one of everyday reports, as it stands or as people shorten it.
func known(word []byte) bool { return words()[string(word)] || short[string(word)] != "" }

// Words written together are parted where they are no longer than longestTag, into at most mostParts of at
// least leastPart letters.
const (
	longestTag = 48
	mostParts  = 5
	leastPart  = 3
)

// parts tells where the words of a hashtag end that are written together in letters of one case
// ("drainaseburuk"): as few words as there can be, all of them known; nil where it is one word, or not
// wholly made of such.
func parts(raw string) []int {
	if len(raw) < 2*leastPart || len(raw) > longestTag {
		return nil
	}
	var lower [longestTag]byte
	for i := range len(raw) {
		if lower[i] = raw[i] | 0x20; !letter(lower[i]) {
			return nil
		}
	}
	word := lower[:len(raw)]
	if isWord(word) {
		return nil
	}
	// Of the letters up to each place: in how few words they can be parted, the last of which begins at from,
	// and the squares of their lengths, of which more are better: "jalan rusak", not "jala nrusak".
	type best struct{ count, from, squares int }
	var at [longestTag + 1]best
	for end := leastPart; end <= len(word); end++ {
		for from := 0; from <= end-leastPart; from++ {
			before := at[from]
			if from > 0 && before.count == 0 || before.count == mostParts || !isWord(word[from:end]) {
				continue
			}
			b := best{before.count + 1, from, before.squares + (end-from)*(end-from)}
			if at[end].count == 0 || b.count < at[end].count || b.count == at[end].count && b.squares > at[end].squares {
				at[end] = b
			}
		}
	}
	var ends []int
	for end := len(word); end > 0 && at[end].count > 0; end = at[end].from {
		ends = append([]int{end}, ends...)
	}
	return ends
}

// isWord reports whether a word of a hashtag is known, or formed from one that is.
func isWord(word []byte) bool {
	if words()[string(word)] {
		return true
	}
	formed := false
	if len(word) > 5 {
		Roots(string(word), func(root []byte) bool {
			formed = formed || len(root) > 3 && words()[string(root)]
			return formed
		})
	}
	return formed
}

// digitLetters are the letters that a digit stands for where people play with spelling.
var digitLetters = [10]string{0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 6: "g", 7: "t", 8: "b", 9: "g"}

// unplay writes the letters for digits that stand for them: "b4njir" is "banjir", "6ak" is "gak". It does so
// only where a known word comes of it, and no number is written so: it leaves "rt04", "24jam", "2x", "km25",
// and what ends in a digit, alone.
func unplay(dst []byte, from int) bool {
	word := dst[from:]
	if len(word) < 3 || len(word) > longestTag || digit(word[len(word)-1]) {
		return false
	}
	digits, run := 0, 0
	var letters [longestTag]byte
	for i, c := range word {
		letters[i] = c
		if !digit(c) {
			if !letter(c) {
				return false
			}
			run = 0
			continue
		}
		digits++
		if run++; run > 2 || run > 1 && i < 2 || digitLetters[c-'0'] == "" {
			return false
		}
		letters[i] = digitLetters[c-'0'][0]
	}
	if digits == 0 || 2*digits > len(word) {
		return false
	}
	out := letters[:len(word)]
	// A number before a word that is one: "5anak", "3orang"; but "6ak" is no number of anything.
	if digit(word[0]) && known(word[1:]) && short[string(out)] != "tidak" || !known(out) {
		return false
	}
	copy(word, letters[:len(word)])
	return true
}
