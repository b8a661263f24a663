package cities

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"tanggap/internal/language"
	"tanggap/router/place"
)

// ordinary reads the words of every day by which villages are called too, each with the guard that it
// wants.
func ordinary() (map[string]string, error) {
	text, err := fs.ReadFile(embedded, "base/ordinary.txt")
	if err != nil {
		return nil, fmt.Errorf("reading the ordinary words: %w", err)
	}
	out := make(map[string]string)
	for line := range strings.Lines(string(text)) {
		word := strings.TrimSpace(line)
		if word == "" || word[0] == '#' {
			continue
		}
		guard := place.Soft
		if strings.HasPrefix(word, "!") {
			word, guard = word[1:], place.Hard
		}
		out[word] = guard
	}
	return out, nil
}

// guardOf says which guard a name wants: of one ordinary word that word's, of several that are each hard
// ("Pasar Baru") a soft one, of up to three letters a hard one; "" of any other name. A name of several
// words of which one is rarer ("Kebon Jeruk") is hardly ever meant otherwise.
func guardOf(name string, common map[string]string) string {
	words := language.Words(name)
	if len(words) == 1 {
		if len(words[0]) <= 3 {
			return place.Hard
		}
		return common[words[0]]
	}
	if len(words) == 0 || slices.ContainsFunc(words, func(w string) bool { return common[w] != place.Hard }) {
		return ""
	}
	return place.Soft
}
