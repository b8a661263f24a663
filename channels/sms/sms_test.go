package sms_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tanggap/channels"
	"tanggap/channels/sms"
)

func TestCount(t *testing.T) {
	for _, c := range []struct {
		name, text string
		segments   int
		encoding   sms.Encoding
	}{
		{"empty", "", 0, sms.GSM7},
		{"one letter", "a", 1, sms.GSM7},
		{"160 letters", strings.Repeat("a", 160), 1, sms.GSM7},
		{"161 letters", strings.Repeat("a", 161), 2, sms.GSM7},
		{"306 letters", strings.Repeat("a", 306), 2, sms.GSM7},
		{"307 letters", strings.Repeat("a", 307), 3, sms.GSM7},
		{"accents that GSM has", strings.Repeat("é", 160), 1, sms.GSM7},
		{"capital C with cedilla", "Ç", 1, sms.GSM7},
		{"small c with cedilla is not in GSM", "ç", 1, sms.UCS2},
		{"euro costs two", strings.Repeat("€", 80), 1, sms.GSM7},
		{"81 euros", strings.Repeat("€", 81), 2, sms.GSM7},
		{"159 and an escape", strings.Repeat("a", 159) + "{", 2, sms.GSM7},
		{"an escape is not parted", strings.Repeat("a", 152) + "{" + strings.Repeat("b", 152), 3, sms.GSM7},
		{"the same without an escape", strings.Repeat("a", 152) + "bb" + strings.Repeat("b", 152), 2, sms.GSM7},
		{"newline", "a\nb", 1, sms.GSM7},
		{"tab is not in GSM", "a\tb", 1, sms.UCS2},
		{"70 units", strings.Repeat("ж", 70), 1, sms.UCS2},
		{"71 units", strings.Repeat("ж", 71), 2, sms.UCS2},
		{"134 units", strings.Repeat("ж", 134), 2, sms.UCS2},
		{"135 units", strings.Repeat("ж", 135), 3, sms.UCS2},
		{"35 emoji", strings.Repeat("😀", 35), 1, sms.UCS2},
		{"36 emoji", strings.Repeat("😀", 36), 2, sms.UCS2},
		{"pairs are not parted", strings.Repeat("😀", 67), 3, sms.UCS2},
		{"one emoji makes all dear", strings.Repeat("a", 69) + "😀", 2, sms.UCS2},
		{"invalid bytes count as one each", "a\xff", 1, sms.UCS2},
	} {
		segments, encoding := sms.Count(c.text)
		if segments != c.segments || encoding != c.encoding {
			t.Errorf("%s: %d %s, want %d %s", c.name, segments, encoding, c.segments, c.encoding)
		}
		if n := len(sms.Parts(c.text)); n != c.segments {
			t.Errorf("%s: %d parts, want %d", c.name, n, c.segments)
		}
	}
	if got := sms.SplitPairs(strings.Repeat("😀", 67)); got != 2 {
		t.Errorf("67 emoji with parted pairs: %d segments, want 2", got)
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"“Lampu jalan” mati – sudah 3 hari…": `"Lampu jalan" mati - sudah 3 hari...`,
		"pak Jum’at":              "pak Jum'at",
		"Rp\u00a05.000\u2009juta": "Rp 5.000 juta",
		"café Señor Müller":       "café Señor Müller",
		"cafe\u0301":              "café",
		"Gaça, Nguyễn, Dvořák":    "Gaca, Nguyen, Dvorak",
		"luas 20 m², ½ bagian":    "luas 20 m2, 1/2 bagian",
		"nol\u200blebar":          "nollebar",
		"api 🔥 besar":             "api 🔥 besar",
		"a\tb\r\nc":               "a b\nc",
		"• satu":                  "- satu",
		"ﬁle №5 ™":                "file No5 TM",
	} {
		if got := sms.Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
	if in := "“banjir” 🔥"; sms.Fit(in) != in {
		t.Errorf("Fit(%q) = %q, which saves nothing", in, sms.Fit(in))
	}
	if got := sms.Fit("“banjir”"); got != `"banjir"` {
		t.Errorf("Fit left %q", got)
	}
	if in := strings.Repeat("½", 67*2); sms.Segments(sms.Fit(in)) > sms.Segments(in) {
		t.Error("Fit made a text dearer")
	}
}

func TestSplitKeepsWords(t *testing.T) {
	text := strings.Repeat("Laporan lampu jalan mati di Tebet Timur sudah diteruskan. ", 12)
	pieces := sms.Split(text, 2)
	if len(pieces) < 2 {
		t.Fatalf("%d pieces", len(pieces))
	}
	for i, p := range pieces {
		if n, _ := sms.Count(p); n > 2 {
			t.Errorf("piece %d takes %d segments", i, n)
		}
	}
	if diff := cmp.Diff(strings.Fields(text), strings.Fields(strings.Join(pieces, " "))); diff != "" {
		t.Errorf("words changed (-want +got):\n%s", diff)
	}
	family := strings.Repeat("👨‍👩‍👧‍👦", 20)
	for _, p := range sms.Split(family, 1) {
		if strings.ReplaceAll(p, "👨‍👩‍👧‍👦", "") != "" || strings.HasPrefix(p, "\u200d") || !strings.HasPrefix(p, "👨") {
			t.Errorf("a family was parted: %q", p)
		}
	}
}

func TestOpting(t *testing.T) {
	for text, want := range map[string]channels.InboundKind{
		"STOP": channels.Blocked, " stop! ": channels.Blocked, "Berhenti": channels.Message, "mulai": channels.Message, "\"Stop All\".": channels.Blocked,
		"start":                     channels.Unblocked,
		"Stop buang sampah di sini": channels.Message, "Berhenti hujan, banjir datang": channels.Message, "Mulai banjir": channels.Message,
		"": channels.Message, "batal": channels.Message, strings.Repeat("stop", 40): channels.Message,
	} {
		if got := sms.Opting(text); got != want {
			t.Errorf("Opting(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestSender(t *testing.T) {
	for _, c := range []struct {
		raw, value string
		mute       bool
	}{
		{"+6281234567890", "+6281234567890", false},
		{"6281234567890", "+6281234567890", false},
		{"081234567890", "+6281234567890", false},
		{"006281234567890", "+6281234567890", false},
		{" +62 812-3456-7890 ", "+6281234567890", false},
		{"0215550100", "+62215550100", false},
		{"+14155550100", "+14155550100", false},
		{"1708", "1708", false},
		{"+1708", "1708", false},
		{"112", "112", false},
		{"TELKOMSEL", "TELKOMSEL", true},
		{"PLN 123", "PLN 123", true},
		{"", "", true},
		{"12", "12", true},
		{"99999999999999999999", "99999999999999999999", true},
	} {
		got, mute := sms.Sender(c.raw, "ID")
		if got.Value != c.value || mute != c.mute || got.Kind != channels.Tel {
			t.Errorf("Sender(%q) = %q mute=%v, want %q mute=%v", c.raw, got.Value, mute, c.value, c.mute)
		}
		if sms.Dialable(got.Value) == c.mute {
			t.Errorf("Dialable(%q) = %v", got.Value, c.mute)
		}
	}
}

func FuzzCount(f *testing.F) {
	for _, s := range []string{"halo", "{}[]", "😀😀", strings.Repeat("€", 200), strings.Repeat("😀", 100), "“a”\xff"} {
		f.Add(s, 2)
	}
	f.Fuzz(func(t *testing.T, text string, limit int) {
		segments, encoding := sms.Count(text)
		parts := sms.Parts(text)
		if strings.Join(parts, "") != text || len(parts) != segments {
			t.Fatalf("%d parts, %d segments", len(parts), segments)
		}
		if pairs := sms.SplitPairs(text); pairs > segments || (encoding == sms.GSM7 && pairs != segments) {
			t.Fatalf("SplitPairs %d, Count %d", pairs, segments)
		}
		if folded := sms.Fold(text); sms.Fold(folded) != folded {
			t.Fatalf("Fold is not idempotent: %q, %q", folded, sms.Fold(folded))
		}
		limit = 1 + max(limit, -limit)%5
		if limit < 1 || !utf8.ValidString(text) {
			return
		}
		for _, p := range sms.Split(text, limit) {
			if n := sms.Segments(p); n > limit && utf8.RuneCountInString(p) > 1 {
				t.Fatalf("a piece of %d segments at a limit of %d", n, limit)
			}
		}
	})
}

func BenchmarkCount(b *testing.B) {
	text := strings.Repeat("Laporan Anda sudah kami terima. ", 10)
	for b.Loop() {
		sms.Count(text)
	}
}
