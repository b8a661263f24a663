package command

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
		if c, ok := Parse(text); ok {
			t.Errorf("%q was taken for %s", text, c.Word)
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
		if c, ok := Parse(text); !ok || string(c.Word) != want {
			t.Errorf("%q is %q (%v), want %s", text, c.Word, ok, want)
		}
	}
}

func TestCommandsCarryNumbers(t *testing.T) {
	ours := tickets.Reference("4821773057")
	for text, want := range map[string]Said{
		"STATUS 482-177-3057":      {Word: Status, Ref: ours},
		"cek 482 177 3057 makasih": {Word: Status, Ref: ours, Language: indonesian},
		"status 4821773053":        {Word: Status, Number: true},
		"SUDAH 5":                  {Word: Yes, Rating: 5, Language: indonesian},
		"batal 482.177.3057":       {Word: Cancel, Ref: ours, Language: indonesian},
	} {
		if got, ok := Parse(text); !ok || got != want {
			t.Errorf("%q: %+v %v, want %+v", text, got, ok, want)
		}
	}
	for _, text := range []string{"SUDAH 6", "status 5", "0812345678", "081234567890", "menu 482-177-3057", "lapor 5", "3", "4821773053"} {
		if c, ok := Parse(text); ok {
			t.Errorf("%q was taken for %s", text, c.Word)
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
		if note, ok := ParseNo(text); !ok || note != want {
			t.Errorf("%q: %q %v, want %q", text, note, ok, want)
		}
	}
	for _, text := range []string{"belum", "belumnya kapan", "nobody came", "note this", "SUDAH tapi masih bau", ""} {
		if note, ok := ParseNo(text); ok {
			t.Errorf("%q carries %q", text, note)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"STATUS 482-177-3057", "/start x", "sudah 👍", "belum, é", "\xff\xfe", "482 177 3057 terima kasih"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if c, ok := Parse(text); ok && (c.Word == "" || len(text) > longestCommand) {
			t.Fatalf("%q became %+v", text, c)
		}
		if note, ok := ParseNo(text); ok && (note == "" || utf8.ValidString(text) && !strings.Contains(text, note)) {
			t.Fatalf("%q carries %q", text, note)
		}
	})
}

func TestEntriesAreObeyed(t *testing.T) {
	for _, lang := range []string{indonesian, english} {
		for _, c := range Entries(lang) {
			if _, ok := Parse("/" + c.Name); !ok || c.Description == "" {
				t.Errorf("%s: /%s is not obeyed", lang, c.Name)
			}
		}
	}
}
