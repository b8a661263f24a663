package letter

import (
	"bytes"
	"encoding/base64"
	"io"
	"regexp"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// ToUTF8 decodes b from a declared charset. Where none is declared, or a Western one that the bytes
// give the lie, UTF-8 is tried first, then what the bytes look like, and Windows-1252 takes the rest.
func ToUTF8(b []byte, declared string) string {
	switch name := charsetName(declared); name {
	case "":
		if s, ok := shifted(b); ok {
			return s
		}
	case "utf-7":
		return utf7(b)
	case "hz-gb-2312":
		if out, err := simplifiedchinese.HZGB2312.NewDecoder().Bytes(b); err == nil {
			return string(out)
		}
	default:
		if r, err := charset.Reader(name, bytes.NewReader(b)); err == nil {
			if out, err := io.ReadAll(r); err == nil && readable(out, b) {
				return string(out)
			}
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	if chinese(b) {
		if out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b); err == nil {
			return string(out)
		}
	}
	out, err := charmap.Windows1252.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return string(out)
}

// charsetName is the name that our decoders know a charset by, "" for those that say as much as none.
func charsetName(declared string) string {
	name, _, _ := strings.Cut(strings.ToLower(strings.Trim(declared, " \t'\"")), ";")
	switch name {
	case "us-ascii", "ascii", "ansi_x3.4-1968", "utf-8", "utf8", "utf8mb4", "utf-8mb4", "iso-8859-1", "iso8859-1", "latin1", "latin-1",
		"windows-1252", "cp1252", "default_charset", "unknown-8bit", "x-unknown", "unknown", "binary", "8bit", "7bit", "none":
		return ""
	case "unicode-1-1-utf-7", "x-unicode-2-0-utf-7", "unicode-2-0-utf-7", "csunicode11utf7":
		return "utf-7"
	case "cp932", "ms932", "windows-31j", "x-ms-cp932":
		return "shift_jis"
	case "iso-2022-jp-ms", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-3", "cp50220", "cp50221":
		return "iso-2022-jp"
	case "cp949", "ms949", "x-windows-949", "ks_c_5601", "uhc":
		return "euc-kr"
	case "cp950", "ms950", "x-big5":
		return "big5"
	case "cp936", "ms936", "gb_2312-80", "gb_2312", "gb2312", "gbk", "x-gbk", "euc-cn", "gb2312_charset":
		return "gb18030" // which holds them all
	}
	return name
}

var metaTag = regexp.MustCompile(`(?i)<meta[^>]{0,200}charset\s*=\s*["']?\s*([a-z0-9_:.-]{2,40})`)

// metaCharset is the charset that a page names itself, near its beginning; "" for none.
func metaCharset(page []byte) string {
	if m := metaTag.FindSubmatch(page[:min(len(page), 2048)]); m != nil {
		return string(m[1])
	}
	return ""
}

// readable reports whether decoding b to out has not turned a text into question marks.
func readable(out, b []byte) bool {
	lost := bytes.Count(out, []byte("\uFFFD"))
	return lost == 0 || lost*4 < utf8.RuneCount(out) && lost*4 < len(b)
}

// shifted decodes ISO-2022-JP, which shows itself by its escapes.
func shifted(b []byte) (string, bool) {
	if !bytes.Contains(b, []byte("\x1b$B")) && !bytes.Contains(b, []byte("\x1b$@")) {
		return "", false
	}
	out, err := japanese.ISO2022JP.NewDecoder().Bytes(b)
	return string(out), err == nil && readable(out, b)
}

// chinese reports whether b reads as GB2312: every run of high bytes is made of pairs that it knows, with
// bytes that no letter of a Western or Cyrillic charset has. Accents stand alone or between letters, and
// the letters of Windows-1251 and KOI8-R are all at 0xC0 and above.
func chinese(b []byte) bool {
	pairs, common, low := 0, 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if i+1 == len(b) || b[i] < 0xA1 || b[i] > 0xF7 || b[i+1] < 0xA1 || b[i+1] > 0xFE {
			return false
		}
		pairs++
		if b[i] >= 0xB0 && b[i] <= 0xD7 { // the 3,755 ordinary characters
			common++
		}
		if b[i] < 0xC0 || b[i+1] < 0xC0 {
			low++
		}
		i++
	}
	return pairs >= 2 && common*2 >= pairs && low*4 >= pairs
}

// utf7 decodes RFC 2152 as far as it goes.
func utf7(b []byte) string {
	var out strings.Builder
	for len(b) > 0 {
		i := bytes.IndexByte(b, '+')
		if i < 0 {
			break
		}
		out.WriteString(ToUTF8(b[:i], ""))
		b = b[i+1:]
		n := 0
		for n < len(b) && (b[n] >= 'A' && b[n] <= 'Z' || b[n] >= 'a' && b[n] <= 'z' || b[n] >= '0' && b[n] <= '9' || b[n] == '+' || b[n] == '/') {
			n++
		}
		word, _ := base64.RawStdEncoding.DecodeString(string(b[:n]))
		var units []uint16
		for j := 0; j+1 < len(word); j += 2 {
			units = append(units, uint16(word[j])<<8|uint16(word[j+1]))
		}
		if b = b[n:]; len(b) > 0 && b[0] == '-' {
			b = b[1:]
			if n == 0 {
				out.WriteByte('+')
			}
		}
		out.WriteString(string(utf16.Decode(units)))
	}
	return out.String() + strings.ToValidUTF8(string(b), "\uFFFD")
}
