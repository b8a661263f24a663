package bot

import (
	"strings"
	"testing"

	"tanggap/bot/command"
	"tanggap/bot/words"
	"tanggap/tickets"
)

func TestReferencesAreFoundInText(t *testing.T) {
	for text, want := range map[string]int{
		"laporan 482-177-3057 masih mati":     1,
		"no 4821773057, kapan?":               1,
		"482 177 3057 dan 482-177-3057":       2,
		"hubungi 081234567890":                0,
		"482-177-3053":                        0,
		"3 laporan 482-177-3057":              1,
		"12345678901234567890":                0,
		"rumah no 5 rt 3, laporan 4821773057": 1,
	} {
		if got := command.References(text); len(got) != want {
			t.Errorf("%q: %v, want %d", text, got, want)
		}
	}
}

func FuzzReferences(f *testing.F) {
	for _, seed := range []string{"STATUS 482-177-3057", "belum, é", "\xff\xfe", "482 177 3057 terima kasih"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, ref := range command.References(text) {
			if _, ok := tickets.ParseReference(string(ref)); !ok {
				t.Fatalf("%q is no reference", ref)
			}
		}
		words.Headline(text)
	})
}

func TestMenusOfferOnlyWhatIsObeyed(t *testing.T) {
	for _, lang := range []string{indonesian, english} {
		for _, p := range []phrase{menuText, menuBare, statusMore, cancelWhich, languageSet, askConfirm, tellResolved, closedSilent, receiptDated, yesOrNo} {
			for word := range strings.FieldsFuncSeq(placeholder.ReplaceAllString(say(p, lang), ""), func(r rune) bool { return r < 'A' || r > 'z' }) {
				if word != strings.ToUpper(word) || len(word) < 2 {
					continue
				}
				if _, ok := command.Parse(word); !ok {
					t.Errorf("%s: %s is offered and not obeyed", lang, word)
				}
			}
		}
	}
}
