package language

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"yg lampu jln mati dr kmrn dkt sklh gk ada yg benerin", "yang lampu jalan mati dari kemarin dekat sekolah tidak ada yang benerin"},
		{"bangeeeet gelapppp", "banget gelap"},
		{"jalan2 lampu2nya anak-anak berlubang-lubang", "jalan lampunya anak berlubang"},
		{"#DrainaseBuruk parah", "drainase buruk parah"},
		{"RT05/RW.03 sdn01", "rt 05 rw 03 sdn 01"},
		{"Café Ünïcode ＦＵＬＬ", "cafe unicode full"},
		{"Jum'at tak’kan", "jumat takkan"},
		{"3.000.000 rb", "3 000 000 ribu"},
		{"\xff\xfe\x00 halo\x00dunia", "halo dunia"},
		{"", ""},
	} {
		if got := strings.Join(Words(c.text), " "); got != c.want {
			t.Errorf("Words(%q)\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

// TestPlayfulSpelling holds what is read of hashtags in one case and of digits for letters, and that
// numbers stay numbers.
func TestPlayfulSpelling(t *testing.T) {
	for name, least := range map[string]int{"played.tsv": 98, "numbers.tsv": 97} {
		data, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		right, all := 0, 0
		for line := range strings.Lines(string(data)) {
			text, want, ok := strings.Cut(strings.TrimSpace(line), "\t")
			if !ok {
				continue
			}
			all++
			if got := strings.Join(Words(text), " "); got == want {
				right++
			} else {
				t.Logf("%s: %q: got %q, want %q", name, text, got, want)
			}
		}
		t.Logf("%s: %d of %d", name, right, all)
		if 100*right < least*all {
			t.Errorf("%s: %d of %d right", name, right, all)
		}
	}
}

func TestTokensPointIntoTheText(t *testing.T) {
	text := "Jalan-jalan rusak!! Tlg. Kel. Bangka"
	var got []string
	var stops []bool
	for _, token := range Tokens(text, 0) {
		got = append(got, text[token.Start:token.End])
		stops = append(stops, token.Stop)
	}
	if diff := cmp.Diff([]string{"Jalan", "rusak", "Tlg", "Kel", "Bangka"}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]bool{false, false, true, true, false}, stops); diff != "" {
		t.Error(diff)
	}
}

func TestTokensStopAtTheirLimit(t *testing.T) {
	if got := len(Tokens(strings.Repeat("kata ", 1000), 10)); got != 10 {
		t.Errorf("%d tokens, want 10", got)
	}
}

func TestRootsFindTheWordThatIsLookedFor(t *testing.T) {
	for word, root := range map[string]string{
		"menyapu": "sapu", "benerin": "bener", "penerangan": "terang", "tergenang": "genang", "kebanjiran": "banjir",
		"lampunya": "lampu", "dipungut": "pungut", "memukuli": "pukul", "ngebut": "ebut", "keterlambatan": "lambat", "lights": "light",
		"diperbaiki": "baik", "memperbaiki": "baik", "pengerukan": "keruk", "nyolong": "colong",
	} {
		if !Roots(word, func(b []byte) bool { return string(b) == root }) {
			t.Errorf("%s does not lead to %s", word, root)
		}
	}
	for _, word := range []string{"sebelum", "mati", "dinas"} {
		Roots(word, func(b []byte) bool { t.Errorf("%s was taken apart: %s", word, b); return true })
	}
}

func TestDetect(t *testing.T) {
	for text, want := range map[string]string{
		"the street light in front of my house is broken": "en",
		"lampu jalan depan rumah mati":                    "id",
		"no water since monday in Tebet":                  "en",
		"jalan rusak parah":                               "id",
		"12345":                                           "id",
		"Lampu mati, street light broken since kemarin malam di depan rumah saya": "id",
	} {
		if got := Detect(Tokens(text, 0), ""); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
	if got := Detect(Tokens("12345", 0), "en-GB"); got != "en" {
		t.Errorf("the hint was not used: %s", got)
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("#banjirkiriman b4njir 6ak")
	f.Add("Jalan2 rusak-rusak #BanjirBesar rt05 é’s")
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, token := range Tokens(text, 0) {
			if token.Text == "" || token.Start < end || token.End > len(text) || token.Start >= token.End {
				t.Fatalf("bad token %+v", token)
			}
			end = token.End
			Roots(token.Text, func(b []byte) bool { return len(b) == 0 })
		}
	})
}

func BenchmarkTokens(b *testing.B) {
	text := "yg lampu jln mati dr kmrn dkt sklh gk ada yg benerin, tolong segera diperbaiki karena gelap bangeeet dan rawan kejahatan"
	b.ReportAllocs()
	for b.Loop() {
		Tokens(text, 0)
	}
}

func TestVoice(t *testing.T) {
	for _, c := range []struct {
		word            string
		active, passive bool
	}{
		{"menekan", true, false},
		{"ngelabrak", true, false},
		{"nyimpen", true, false},
		{"digesek", false, true},
		{"mengenai", false, false},
		{"menteng", false, false},
		{"nyamuk", false, false},
		{"meja", false, false},
		{"dinas", false, false},
		{"", false, false},
	} {
		if Active(c.word) != c.active || Passive(c.word) != c.passive {
			t.Errorf("%q: active %v, passive %v", c.word, Active(c.word), Passive(c.word))
		}
	}
}
