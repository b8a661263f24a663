package sms_test

import (
	"testing"
	"unicode/utf8"

	"tanggap/channels/sms"
)

func TestDecode(t *testing.T) {
	for _, c := range []struct{ name, text, charset, coding, want string }{
		{"UTF-8", "café", "UTF-8", "0", "café"},
		{"nothing said", "café", "", "", "café"},
		{"UCS-2 as Kannel hands it on", "\x00h\x00i\xd8\x3d\xde\x00", "UTF-16BE", "2", "hi😀"},
		{"UCS-2, charset not told", "\x00h\x00i", "", "2", "hi"},
		{"UCS-2, converted already", "hi😀", "", "2", "hi😀"},
		{"UCS-2, converted already, charset told", "hi😀", "UTF-8", "2", "hi😀"},
		{"Latin", "caf\xe9", "8-BIT", "1", "café"},
		{"half a pair", "\x00h\xd8\x3d", "UTF-16BE", "2", "h\ufffd"},
		{"odd bytes", "\x00h\x00", "UTF-16BE", "2", "h"},
	} {
		if got := sms.Decode(c.text, c.charset, c.coding); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestConcatenated(t *testing.T) {
	for _, c := range []struct {
		name, udh, ref string
		part, parts    int
		ok             bool
	}{
		{"8-bit reference", "\x05\x00\x03\x07\x02\x01", "07", 1, 2, true},
		{"in hex", "050003070202", "07", 2, 2, true},
		{"16-bit reference", "\x06\x08\x04\x01\x02\x03\x03", "0102", 3, 3, true},
		{"behind another element", "\x0b\x05\x04\x0b\x84\x23\xf0\x00\x03\x07\x02\x01", "07", 1, 2, true},
		{"one part of one", "\x05\x00\x03\x07\x01\x01", "07", 1, 1, false},
		{"part beyond the last", "\x05\x00\x03\x07\x02\x03", "07", 3, 2, false},
		{"cut", "\x05\x00\x03\x07\x02", "", 0, 0, false},
		{"none", "", "", 0, 0, false},
		{"element longer than the header", "\x05\x00\x7f\x07\x02\x01", "", 0, 0, false},
	} {
		ref, part, parts, ok := sms.Concatenated(c.udh)
		if ref != c.ref || part != c.part || parts != c.parts || ok != c.ok {
			t.Errorf("%s: %q %d of %d, %v", c.name, ref, part, parts, ok)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("\x00h\x00i", "UTF-16BE", "2", "\x05\x00\x03\x07\x02\x01")
	f.Add("caf\xe9", "", "0", "050003070201")
	f.Fuzz(func(t *testing.T, text, charset, coding, udh string) {
		if got := sms.Decode(text, charset, coding); !utf8.ValidString(got) {
			t.Fatalf("%q is no UTF-8", got)
		}
		if _, part, parts, ok := sms.Concatenated(udh); ok && (part < 1 || part > parts) {
			t.Fatalf("part %d of %d", part, parts)
		}
	})
}
