package command

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tanggap/internal/language"
)

// How BELUM and an objection sound in other words, in the normal forms of package language.
var (
	stillWrong = among("masih tetap still")
	denials    = among("tidak no")
	done       = among("sudah udah yes done")
	however    = among("tapi tetapi namun but")
	wrongAgain = among("masih belum kurang lagi still not again")
	disagree   = [][]string{{"tidak", "setuju"}, {"keberatan"}, {"protes"}, {"disagree"}, {"object"}, {"do", "not", "agree"}, {"dont", "agree"}}
	speakers   = among("saya kami aku i we maaf")
)

// alone reports whether a word does nothing but call somebody.
func alone(word string) bool {
	_, ok := addressed[word]
	return ok
}

// answer reads a word of command between courtesies ("ok sudah", "pak, status", "belum, terima kasih
// atas bantuannya"), and SUDAH with what it is that is so ("sudah menyala kembali").
func answer(words []string) (spelling, bool) {
	words = words[:len(words)-closing(words)]
	for {
		switch s := spellings[strings.Join(words, " ")]; s.word {
		case Yes, No, Status, Cancel:
			return s, true
		}
		n := opening(words)
		if n == 0 {
			break
		}
		words = words[n:]
	}
	if len(words) < 2 || len(words) > 4 || spellings[words[0]] != (spelling{Yes, indonesian}) {
		return spelling{}, false
	}
	for _, w := range words[1:] {
		if !goods[w] {
			return spelling{}, false
		}
	}
	return spelling{Yes, indonesian}, true
}

// closing is how many words of thanks a message ends with.
func closing(words []string) int {
	n, key := 0, false
	for i := len(words) - 1; i > 0; i-- {
		w := words[i]
		if !thanking.keys[w] && !thanking.fillers[w] {
			break
		}
		if key = key || thanking.keys[w]; key {
			n = len(words) - i
		}
	}
	return n
}

// opening is how many words of courtesy a message begins with.
func opening(words []string) int {
	if len(words) < 2 {
		return 0
	}
	for n := min(3, len(words)-1); n > 0; n-- {
		head := strings.Join(words[:n], " ")
		if _, ok := courtesies[head]; ok || nods[head] {
			return n
		}
	}
	if _, ok := addressed[words[0]]; ok || openings[words[0]] {
		return 1
	}
	return 0
}

var openings = among("alhamdulillah alhamdulilah halo hai permisi maaf iya")

// goods are what is said behind SUDAH of a thing that was mended.
var goods = among(`menyala nyala hidup terang bersih lancar normal rapi aman surut kering mulus bagus baik ok oke beres selesai tuntas diperbaiki
	diangkut dibersihkan dikerjakan ditangani ditambal dibenerin dibetulkan dipotong diganti diambil semua semuanya kembali lagi kok`)

// ParseNo reads a message that begins with BELUM in one of its spellings and goes on: the rest is what
// is still wrong. Whether it is an answer depends on there being a question.
func ParseNo(text string) (note string, ok bool) {
	text = strings.TrimSpace(text)
	end := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	if end <= 0 {
		return "", false
	}
	switch strings.ToLower(text[:end]) {
	case "belum", "blm", "blum", "belom", "blom", "no":
	case "not":
		if rest, is := strings.CutPrefix(strings.ToLower(text), "not yet"); is {
			end = len(text) - len(rest)
			break
		}
		return "", false
	default:
		return "", false
	}
	if end > len(text) || !utf8.ValidString(text[end:]) {
		return "", false
	}
	note = strings.TrimFunc(text[end:], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",.;:!-", r) })
	return note, note != ""
}

// mostStill is how many words such an answer has at most.
const mostStill = 12

// ParseStill reads an answer to "is it solved?" that is no without the word: "masih mati", "tidak,
// masih bau", "sudah, tapi masih gelap". The rest is what is wrong.
func ParseStill(text string) (note string, ok bool) {
	words := language.Tokens(text, mostStill+1)
	if len(words) == 0 || len(words) > mostStill {
		return "", false
	}
	first := words[0].Text
	switch {
	case stillWrong[first]:
		return text, len(words) > 1
	case denials[first]:
		return text, len(words) > 1 && stillWrong[words[1].Text]
	case done[first]:
		at := slices.IndexFunc(words, func(w language.Token) bool { return however[w.Text] })
		if at > 0 && slices.ContainsFunc(words[at:], func(w language.Token) bool { return wrongAgain[w.Text] }) {
			return strings.TrimSpace(text[words[at].End:]), true
		}
	}
	return "", false
}

// Objects reports whether a text begins by objecting.
func Objects(text string) bool {
	words := language.Tokens(text, 8)
	for len(words) > 0 && speakers[words[0].Text] {
		words = words[1:]
	}
	for _, phrase := range disagree {
		if len(words) >= len(phrase) && slices.EqualFunc(phrase, words[:len(phrase)], func(p string, w language.Token) bool { return p == w.Text }) {
			return true
		}
	}
	return false
}

// signOffs begin the lines by which letters end.
var signOffs = []string{
	"salam", "hormat", "wassalam", "ttd", "tertanda", "terima kasih,", "regards", "best regards", "kind regards", "best,", "sincerely", "yours",
	"dikirim dari", "sent from", "get outlook", "unduh outlook",
}

// Unsigned is a short letter without its end.
func Unsigned(text string) string {
	if len(text) > 4*longestCommand {
		return text
	}
	at := 0
	for line := range strings.Lines(text) {
		plain := strings.ToLower(strings.TrimSpace(line))
		if at > 0 && len(plain) <= 60 && slices.ContainsFunc(signOffs, func(s string) bool { return strings.HasPrefix(plain, s) }) {
			return strings.TrimSpace(text[:at])
		}
		at += len(line)
	}
	return text
}

// denying are how the owner of an address says that a report in his name is not his.
var denying = spell(map[spelling]string{{}: "bukan|bukan saya|bukan aku|bukan kami|not me|it was not me|not mine"})

// Denies reports whether the sender says that a report in his name is not his.
func Denies(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(Unsigned(text)), func(r rune) bool { return strings.ContainsRune(" \t\r\n.,!;:", r) })
	_, ok := denying[strings.Join(words, " ")]
	return ok
}
