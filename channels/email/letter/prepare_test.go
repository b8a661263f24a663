package letter

import (
	"strings"
	"testing"
)

// TestWhatStandsBeforeTheHeader is passed over, and a mail that has nothing of a header stays itself.
func TestWhatStandsBeforeTheHeader(t *testing.T) {
	const mail = "From: a@b.test\nSubject: Lampu mati\n\nSudah tiga hari."
	for _, before := range []string{"", "\n", "\r\n\r\n", "From a@b.test Tue Mar 17 10:00:00 2026\n", ">From a@b.test Tue Mar 17\n", "---- Pesan asli ----\r\n"} {
		l, err := Read([]byte(before + mail))
		if err != nil || l.From != "a@b.test" || l.Subject != "Lampu mati" || l.Text != "Sudah tiga hari." {
			t.Errorf("after %q: %q, %q, %q, %v", before, l.From, l.Subject, l.Text, err)
		}
	}
	if got := prepare([]byte("tolong\nada banjir\n")); string(got) != "tolong\nada banjir\n" {
		t.Errorf("%q", got)
	}
}

// TestAttachedLines: what travelled as lines has the line ends of a file; what may be anything else has
// every byte.
func TestAttachedLines(t *testing.T) {
	for encoding, cases := range map[string][][2]string{
		"7bit":             {{"satu\r\ndua", "satu\ndua"}},
		"8bit":             {{"satu\r\ndua", "satu\ndua"}, {"sat\xff\r\ndua", "sat\xff\r\ndua"}},
		"":                 {{"satu\r\ndua", "satu\ndua"}},
		"binary":           {{"satu\r\ndua", "satu\r\ndua"}},
		"quoted-printable": {{"satu\r\ndua=0A=0D=0A", "satu\r\ndua\n\r\n"}},
		"base64":           {{"c2F0dQ0KZHVh", "satu\r\ndua"}, {"c2F0dQ0KZHVhY", "satu\r\ndua"}},
	} {
		for _, c := range cases {
			raw := "From: a@b.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nlihat\r\n--x\r\nContent-Type: application/octet-stream; name=f\r\n"
			if encoding != "" {
				raw += "Content-Transfer-Encoding: " + encoding + "\r\n"
			}
			for by, raw := range map[string]string{"enmime": raw + "\r\n" + c[0] + "\r\n--x--\r\n", "the fallback": raw + "X-Pad: " + strings.Repeat("boundary ", 30) + "\r\n\r\n" + c[0] + "\r\n--x--\r\n"} {
				l, err := Read([]byte(raw))
				if err != nil || len(l.Attached) != 1 || string(l.Attached[0].Data) != c[1] || l.Text != "lihat" {
					t.Errorf("%s by %s: %q, %v, %q", encoding, by, l.Attached, err, l.Text)
				}
			}
		}
	}
}
