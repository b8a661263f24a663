package letter

import (
	"encoding/base64"
	"fmt"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// TestCharsets: a subject and a body in the charsets of the world, under the names that programs use.
func TestCharsets(t *testing.T) {
	cases := []struct {
		names []string
		as    encoding.Encoding
		text  string
	}{
		{[]string{"iso-2022-jp", "ISO-2022-JP-MS", "cp50221"}, japanese.ISO2022JP, "道路に穴があります"},
		{[]string{"shift_jis", "cp932", "Windows-31J"}, japanese.ShiftJIS, "道路に穴があります"},
		{[]string{"euc-jp"}, japanese.EUCJP, "道路に穴があります"},
		{[]string{"euc-kr", "ks_c_5601-1987", "cp949"}, korean.EUCKR, "도로에 구멍이 있습니다"},
		{[]string{"gb18030", "gb2312", "GBK", "cp936", "gb_2312-80"}, simplifiedchinese.GB18030, "路灯坏了三天"},
		{[]string{"hz-gb-2312"}, simplifiedchinese.HZGB2312, "路灯坏了三天"},
		{[]string{"big5", "cp950"}, traditionalchinese.Big5, "路燈壞了三天"},
		{[]string{"koi8-r"}, charmap.KOI8R, "Не работает фонарь"},
		{[]string{"koi8-u"}, charmap.KOI8U, "Не працює ліхтар"},
		{[]string{"windows-1250"}, charmap.Windows1250, "Nie świeci latarnia"},
		{[]string{"windows-1251", "cp1251"}, charmap.Windows1251, "Не работает фонарь"},
		{[]string{"windows-1252", "iso-8859-1", "latin-1"}, charmap.Windows1252, "La café est fermé"},
		{[]string{"iso-8859-15"}, charmap.ISO8859_15, "Œuvre à 5 €"},
		{[]string{"windows-1253"}, charmap.Windows1253, "Ο δρόμος"},
		{[]string{"windows-1254", "iso-8859-9"}, charmap.Windows1254, "Işık yanmıyor"},
		{[]string{"windows-1255"}, charmap.Windows1255, "הרחוב חשוך"},
		{[]string{"windows-1256"}, charmap.Windows1256, "الشارع مظلم"},
		{[]string{"windows-1257"}, charmap.Windows1257, "Gatvė tamsi"},
		{[]string{"windows-1258"}, charmap.Windows1258, "Đang sưa đương"},
		{[]string{"windows-874", "tis-620"}, charmap.Windows874, "ไฟถนนดับ"},
		{[]string{"utf-8", "utf8mb4", "us-ascii", "unknown-8bit", ""}, unicode.UTF8, "Lampu – mati"},
		{[]string{"tidak-ada-charset-ini"}, unicode.UTF8, "Lampu – mati"},
	}
	for _, c := range cases {
		b, err := c.as.NewEncoder().Bytes([]byte(c.text))
		if err != nil {
			t.Fatal(c.names, err)
		}
		for _, name := range c.names {
			packed := base64.StdEncoding.EncodeToString(b)
			subject := fmt.Sprintf("=?%s?b?%s?=", name, packed)
			if name == "" {
				subject = string(b)
			}
			raw := fmt.Sprintf("From: a@b.test\r\nSubject: %s\r\nContent-Type: text/plain; charset=\"%s\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n", subject, name, packed)
			l, err := Read([]byte(raw))
			if err != nil || l.Subject != c.text || l.Text != c.text {
				t.Errorf("%s reads %q and %q, %v; want %q", name, l.Subject, l.Text, err, c.text)
			}
			// the same, by the other parser
			e, err := parse([]byte(raw + "\n" + string(bomb(40))))
			if err != nil || decode(e.header.Get("Subject")) != c.text {
				t.Errorf("%s: the fallback reads another subject: %v", name, err)
			}
		}
	}
}

// TestUndeclaredHeaders: raw bytes in a header are read by the charset that the body declares, else by what
// they look like.
func TestUndeclaredHeaders(t *testing.T) {
	cases := []struct {
		as   encoding.Encoding
		body string
		text string
	}{
		{simplifiedchinese.GB18030, "iso-8859-1", "转发：路灯坏了三天"},
		{simplifiedchinese.GB18030, "gb2312", "路灯"},
		{japanese.ISO2022JP, "", "道路に穴があります"},
		{japanese.ShiftJIS, "shift_jis", "道路に穴"},
		{traditionalchinese.Big5, "big5", "路燈壞了"},
		{charmap.Windows1251, "windows-1251", "Не работает фонарь"},
		{charmap.KOI8R, "koi8-r", "Не работает фонарь"},
		{charmap.Windows1252, "", "Straße für den Fußgänger – naïve Œuvre"},
		{charmap.Windows1252, "us-ascii", "La rue où j’étais été"},
		{charmap.Windows1252, "utf-8", "ÄÖ Übergröße"},
		{unicode.UTF8, "iso-8859-1", "Jalan “rusak” – 路灯"},
		{unicode.UTF8, "gb2312", "Jalan “rusak”"},
	}
	for _, c := range cases {
		b, err := c.as.NewEncoder().Bytes([]byte(c.text))
		if err != nil {
			t.Fatal(c.text, err)
		}
		raw := "From: \"" + string(b) + "\" <a@b.test>\r\nSubject: " + string(b) + "\r\nContent-Type: text/plain; charset=" + c.body + "\r\n\r\nisi\r\n"
		l, err := Read([]byte(raw))
		if err != nil || l.Subject != c.text || l.Name != c.text || l.From != "a@b.test" {
			t.Errorf("%q reads %q from %q <%s>, %v", c.text, l.Subject, l.Name, l.From, err)
		}
	}
}

func TestUTF7(t *testing.T) {
	for source, want := range map[string]string{
		"Hi Mom -+Jjo--!":       "Hi Mom -☺-!",
		"A+ImIDkQ.":             "A≢Α.",
		"1 +- 1":                "1 + 1",
		"+ANw-bermittlung":      "Übermittlung",
		"putus +AN":             "putus ",
		"+2D3cqQ-":              "💩",
		"caf\xe9":               "caf\uFFFD",
		"tanpa apa-apa":         "tanpa apa-apa",
		"+AGEAYg-c +AGE d-+-+-": "abc a d-++",
	} {
		if got := ToUTF8([]byte(source), "utf-7"); got != want {
			t.Errorf("%q reads %q, want %q", source, got, want)
		}
	}
}
