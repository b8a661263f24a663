package bot

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tanggap/bot/words"
	"tanggap/channels/sms"
)

// worst is the longest that a placeholder may become.
var worst = map[string]string{
	"city": strings.Repeat("M", 12), "ref": "482-177-3057", "agency": strings.Repeat("M", 20), "date": strings.Repeat("M", words.LongestDate),
	"number": "1708", "count": "19", "state": "", "text": "", "topic": strings.Repeat("M", words.LongestHeadline),
}

var placeholder = regexp.MustCompile(`\{[a-z]*\}`)

// entries reads the catalogue from its source, so that no entry can be forgotten in a list.
func entries(t *testing.T) map[string]phrase { return entriesOf(t, "catalogue.go") }

func entriesOf(t *testing.T, name string) map[string]phrase {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]phrase{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		lit, ok := spec.Values[0].(*ast.CompositeLit)
		if !ok || len(lit.Elts) != 2 {
			return true
		}
		var p [2]string
		for i, e := range lit.Elts {
			text, err := strconv.Unquote(e.(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			p[i] = text
		}
		all[spec.Names[0].Name] = phrase{p[0], p[1]}
		return true
	})
	return all
}

func filled(text string) string {
	return placeholder.ReplaceAllStringFunc(text, func(p string) string { return worst[strings.Trim(p, "{}")] })
}

func TestCatalogue(t *testing.T) {
	all := entries(t)
	if len(all) < 40 {
		t.Fatalf("only %d entries were read", len(all))
	}
	// The longest state, for what quotes one.
	for name, p := range all {
		if strings.HasPrefix(name, "state") {
			for _, text := range []string{p.id, p.en} {
				if text = filled(text); len(text) > len(worst["state"]) {
					worst["state"] = text
				}
			}
		}
	}
	for name, p := range all {
		if strings.TrimSpace(p.id) == "" || strings.TrimSpace(p.en) == "" {
			t.Errorf("%s: lacks a language", name)
		}
		ids, ens := placeholder.FindAllString(p.id, -1), placeholder.FindAllString(p.en, -1)
		slices.Sort(ids)
		slices.Sort(ens)
		if !slices.Equal(ids, ens) {
			t.Errorf("%s: fills in %v in Indonesian, %v in English", name, ids, ens)
		}
		for _, text := range []string{p.id, p.en} {
			for _, hole := range placeholder.FindAllString(text, -1) {
				if _, known := worst[strings.Trim(hole, "{}")]; !known {
					t.Errorf("%s: nobody fills in %s", name, hole)
				}
			}
			if strings.ContainsAny(placeholder.ReplaceAllString(text, ""), "{}") || strings.Contains(text, "  ") || strings.TrimSpace(text) != text {
				t.Errorf("%s: a stray brace or space: %q", name, text)
			}
			if strings.HasPrefix(name, "subject") {
				continue // heads mails only
			}
			full := sms.Fold(filled(text))
			if n, encoding := sms.Count(full); n > 1 || encoding != sms.GSM7 {
				t.Errorf("%s: takes %d segments of %s at its worst (%d letters): %q", name, n, encoding, len(full), full)
			}
			if strings.HasPrefix(name, "button") && len(text) > 20 {
				t.Errorf("%s: %q is too long for a button", name, text)
			}
		}
	}
}

func TestSayFillsIn(t *testing.T) {
	p := phrase{"{a} dan {b}, lagi {a}", "{b} and {a}"}
	if got := say(p, "id", "a", "satu", "b", "dua"); got != "satu dan dua, lagi satu" {
		t.Error(got)
	}
	if got := say(p, "en", "a", "one", "b", "{a}"); got != "{a} and one" {
		t.Errorf("a value was filled in again: %q", got)
	}
	if got := say(p, "en"); got != "{b} and {a}" {
		t.Error(got)
	}
}
