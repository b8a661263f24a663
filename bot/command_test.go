package bot

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"tanggap/tickets"
)

func lines(t *testing.T, file string) []string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && !strings.HasPrefix(line, "# ") {
			all = append(all, line)
		}
	}
	return all
}

func TestReportsThatBeginLikeCommandsAreReports(t *testing.T) {
	all := lines(t, "openings.txt")
	if len(all) < 100 {
		t.Errorf("%d openings, want 100", len(all))
	}
	for _, text := range all {
		if c, ok := parseCommand(text); ok {
			t.Errorf("%q was taken for %s", text, c.word)
		}
	}
}

func TestCommandsAreCommands(t *testing.T) {
	all := lines(t, "commands.txt")
	if len(all) < 60 {
		t.Errorf("%d commands, want 60", len(all))
	}
	for _, line := range all {
		text, want, _ := strings.Cut(line, "\t")
		if c, ok := parseCommand(text); !ok || string(c.word) != want {
			t.Errorf("%q is %q (%v), want %s", text, c.word, ok, want)
		}
	}
}

func TestCommandsCarryNumbers(t *testing.T) {
	ours := tickets.Reference("4821773057")
	for text, want := range map[string]command{
		"STATUS 482-177-3057":      {word: wordStatus, ref: ours},
		"cek 482 177 3057 makasih": {word: wordStatus, ref: ours, lang: indonesian},
		"status 4821773053":        {word: wordStatus, number: true},
		"SUDAH 5":                  {word: wordYes, rating: 5, lang: indonesian},
		"batal 482.177.3057":       {word: wordCancel, ref: ours, lang: indonesian},
	} {
		if got, ok := parseCommand(text); !ok || got != want {
			t.Errorf("%q: %+v %v, want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{"SUDAH 6", "status 5", "0812345678", "081234567890", "menu 482-177-3057", "lapor 5", "3", "4821773053"} {
		if c, ok := parseCommand(text); ok {
			t.Errorf("%q was taken for %s", text, c.word)
		}
	}
}

func TestNoCarriesAComment(t *testing.T) {
	for text, want := range map[string]string{
		"BELUM, masih gelap":         "masih gelap",
		"belum: sampahnya masih ada": "sampahnya masih ada",
		"Belum beres pak":            "beres pak",
		"not yet, still dark":        "still dark",
		"No - the lamp is out again": "the lamp is out again",
	} {
		if note, ok := parseNo(text); !ok || note != want {
			t.Errorf("%q: %q %v, want %q", text, note, ok, want)
		}
	}
	for _, text := range []string{"belum", "belumnya kapan", "nobody came", "note this", "SUDAH tapi masih bau", ""} {
		if note, ok := parseNo(text); ok {
			t.Errorf("%q carries %q", text, note)
		}
	}
}

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
		if got := references(text); len(got) != want {
			t.Errorf("%q: %v, want %d", text, got, want)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, seed := range []string{"STATUS 482-177-3057", "/start x", "sudah 👍", "belum, é", "\xff\xfe", "482 177 3057 terima kasih"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if c, ok := parseCommand(text); ok && (c.word == "" || len(text) > longestCommand) {
			t.Fatalf("%q became %+v", text, c)
		}
		if note, ok := parseNo(text); ok && (note == "" || utf8.ValidString(text) && !strings.Contains(text, note)) {
			t.Fatalf("%q carries %q", text, note)
		}
		for _, ref := range references(text) {
			if _, ok := tickets.ParseReference(string(ref)); !ok {
				t.Fatalf("%q is no reference", ref)
			}
		}
		headline(text)
	})
}

func TestMenusOfferOnlyWhatIsObeyed(t *testing.T) {
	for _, lang := range []string{indonesian, english} {
		for _, c := range Commands(lang) {
			if _, ok := parseCommand("/" + c.Name); !ok || c.Description == "" {
				t.Errorf("%s: /%s is not obeyed", lang, c.Name)
			}
		}
		for _, p := range []phrase{menuText, menuBare, statusMore, cancelWhich, languageSet, askConfirm, tellResolved, closedSilent, receiptDated, yesOrNo} {
			for word := range strings.FieldsFuncSeq(placeholder.ReplaceAllString(say(p, lang), ""), func(r rune) bool { return r < 'A' || r > 'z' }) {
				if word != strings.ToUpper(word) || len(word) < 2 {
					continue
				}
				if _, ok := parseCommand(word); !ok {
					t.Errorf("%s: %s is offered and not obeyed", lang, word)
				}
			}
		}
	}
}
