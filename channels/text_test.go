package channels

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestClean(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "lampu mati", "lampu mati"},
		{"outer space", " \n\tlampu mati \r\n", "lampu mati"},
		{"line ends", "a\r\nb\rc\nd", "a\nb\nc\nd"},
		{"NUL and other controls", "a\x00b\x07c\u0085d\x7f", "abcd"},
		{"tab stays", "a\tb", "a\tb"},
		{"invalid UTF-8", "a\xff\xfeb", "a\uFFFDb"},
		{"joined emoji stay", "\U0001F468\u200D\U0001F467", "\U0001F468\u200D\U0001F467"},
		{"nothing", "", ""},
	} {
		if got := Clean(tt.in); got != tt.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func TestCounter(t *testing.T) {
	const text = "a\u00e9😀"
	for unit, want := range map[Unit]int{UTF16: 4, Bytes: 7, Runes: 3} {
		if got := Counter(unit)(text); got != want {
			t.Errorf("%s of %q: %d, want %d", unit, text, got, want)
		}
	}
	if Counter(Segments) != nil {
		t.Error("segments are counted here, want only by package sms")
	}
	if got := UTF16Len("\xff"); got != 1 {
		t.Errorf("an invalid byte counts %d, want 1 as U+FFFD does", got)
	}
}

func TestSplit(t *testing.T) {
	for _, tt := range []struct {
		name  string
		text  string
		limit int
		want  []string
	}{
		{"nothing", "  \n ", 10, nil},
		{"fits", " selesai ", 7, []string{"selesai"}},
		{"paragraph before line", "satu dua\n\ntiga\nempat lima", 16, []string{"satu dua", "tiga\nempat lima"}},
		{"line before sentence", "satu. dua\ntiga. empat", 15, []string{"satu. dua", "tiga. empat"}},
		{"sentence before word", "satu dua. tiga empat", 15, []string{"satu dua.", "tiga empat"}},
		{"word", "satu dua tiga", 11, []string{"satu dua", "tiga"}},
		{"not in the first half for a sentence", "ya. panjang sekali kalimatnya", 20, []string{"ya. panjang sekali", "kalimatnya"}},
		{"word that just fits", "satu dua tiga", 8, []string{"satu dua", "tiga"}},
		{"sentence that just fits", "satu. dua. tiga empat", 10, []string{"satu. dua.", "tiga empat"}},
		{"long word", "abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		{"combining mark stays", "abce\u0301fgh", 4, []string{"abc", "e\u0301fg", "h"}},
		{"flag stays", "abc\U0001F1EE\U0001F1E9", 4, []string{"abc", "\U0001F1EE\U0001F1E9"}},
		{"family stays", "ab\U0001F468\u200D\U0001F467", 4, []string{"ab", "\U0001F468\u200D\U0001F467"}},
		{"too long for any piece", "\u0301\u0301\u0301\u0301\u0301", 2, []string{"\u0301\u0301", "\u0301\u0301", "\u0301"}},
	} {
		if diff := cmp.Diff(tt.want, Split(tt.text, tt.limit, utf8.RuneCountInString)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("a\x00\r\n\xff b\u0085")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "\x00\r") || strings.TrimSpace(got) != got {
			t.Errorf("Clean(%q) = %q", s, got)
		}
		if again := Clean(got); again != got {
			t.Errorf("cleaned twice %q became %q", got, again)
		}
	})
}

func FuzzSplit(f *testing.F) {
	f.Add("Jalan rusak.\n\nTolong diperbaiki! Sudah 3 bulan 😀😀😀", 9)
	f.Add("e\u0301e\u0301e\u0301", 3)
	f.Add("\U0001F468\u200D\U0001F469\u200D\U0001F467 keluarga", 5)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 1 || limit > 1000 || len(text) > 4000 {
			return
		}
		text = Clean(text)
		for _, unit := range []Unit{UTF16, Runes, Bytes} {
			count := Counter(unit)
			pieces := Split(text, limit, count)
			for _, p := range pieces {
				if p == "" || strings.TrimSpace(p) != p || !utf8.ValidString(p) {
					t.Errorf("%s: piece %q of %q", unit, p, text)
				}
				if count(p) > limit && utf8.RuneCountInString(p) > 1 {
					t.Errorf("%s: piece %q has %d, limit %d", unit, p, count(p), limit)
				}
			}
			if got, want := spaceless(strings.Join(pieces, "")), spaceless(text); got != want {
				t.Errorf("%s: the pieces hold %q of %q", unit, got, want)
			}
		}
	})
}

func spaceless(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
