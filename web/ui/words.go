package ui

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
)

// words is the merged catalogue: by key, one text for each of languages.
type words struct {
	byKey  map[string][]string
	wanted map[string]bool // keys that families and code use
	family map[string]bool
}

var (
	keyForm = regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_-]+)+$`)
	brace   = regexp.MustCompile(`\{[a-z]+\}`)
)

// readWords merges the words.tsv of the bundles: lines of key, Indonesian, English with tabs between.
// Empty lines and those that begin with # say nothing.
func readWords(bundles []Bundle) (*words, error) {
	w := &words{byKey: map[string][]string{}, wanted: map[string]bool{}, family: map[string]bool{}}
	var wrong []error
	for _, b := range bundles {
		text, err := fs.ReadFile(b.Files, "words.tsv")
		if err != nil {
			return nil, fmt.Errorf("reading the words of %s: %w", b.Name, err)
		}
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			if line = strings.TrimRight(line, "\r\n"); line == "" || line[0] == '#' {
				continue
			}
			if err := w.add(strings.Split(line, "\t")); err != nil {
				wrong = append(wrong, fmt.Errorf("words of %s, line %d: %w", b.Name, n, err))
			}
		}
		for family, values := range b.Families {
			w.family[family] = true
			for _, v := range values {
				w.wanted[family+"."+v] = true
			}
		}
		for _, key := range b.Keys {
			w.wanted[key] = true
		}
	}
	return w, errors.Join(wrong...)
}

func (w *words) add(f []string) error {
	switch {
	case len(f) != 1+len(languages):
		return fmt.Errorf("%q has not a key and %d languages", f[0], len(languages))
	case !keyForm.MatchString(f[0]):
		return fmt.Errorf("%q is no key", f[0])
	case w.byKey[f[0]] != nil:
		return fmt.Errorf("%s is there twice", f[0])
	}
	for i, text := range f[1:] {
		if text == "" || strings.TrimSpace(text) != text {
			return fmt.Errorf("%s is empty, or has a space at its end, in %s", f[0], languages[i])
		}
		if !slices.Equal(placeholders(text), placeholders(f[1])) {
			return fmt.Errorf("%s has other placeholders in %s than in %s", f[0], languages[i], languages[0])
		}
	}
	w.byKey[f[0]] = f[1:]
	return nil
}

func placeholders(text string) []string {
	all := brace.FindAllString(text, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// say fills in values, which come as name, value, name, value.
func (w *words) say(lang, key string, values ...any) (string, error) {
	texts := w.byKey[key]
	if texts == nil {
		return "", fmt.Errorf("there is no word %s", key)
	}
	text := texts[max(slices.Index(languages, lang), 0)]
	if len(values) == 0 {
		return text, nil
	}
	var pairs []string
	for i := 0; i+1 < len(values); i += 2 {
		pairs = append(pairs, fmt.Sprintf("{%v}", values[i]), fmt.Sprint(values[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text), nil
}

// has reports whether a family or a bundle's code uses the key.
func (w *words) has(key string) bool { return w.wanted[key] }
