package letter

import (
	"bytes"
	"encoding/base64"
	"net/textproto"
	"regexp"
	"strings"
)

// The transfer encodings (RFC 2045, 6), by the names that programs give them.
const (
	asItIs          = "" // 7bit, 8bit and whatever nobody knows
	eightBits       = "binary"
	quotedPrintable = "quoted-printable"
	base64Encoded   = "base64"
	uuencoded       = "uuencode"
)

func transferEncoding(h textproto.MIMEHeader) string {
	const around = " \t'\"<>"
	name := strings.ToLower(strings.Trim(h.Get("Content-Transfer-Encoding"), around))
	if i := strings.IndexAny(name, "; \t("); i > 0 {
		name = strings.Trim(name[:i], around)
	}
	switch strings.TrimPrefix(name, "x-") {
	case "base64", "base-64", "b":
		return base64Encoded
	case "quoted-printable", "quoted_printable", "quotedprintable", "qp", "q":
		return quotedPrintable
	case "uuencode", "uuencoded", "uue":
		return uuencoded
	case "binary":
		return eightBits
	}
	return asItIs
}

// undo gives back what was encoded, as far as it goes: half a photo is more than none.
func undo(raw []byte, encoding string) []byte {
	switch encoding {
	case base64Encoded:
		return unbase64(raw)
	case quotedPrintable:
		return unquote(raw)
	case uuencoded:
		if f, ok := findUU(raw); ok {
			return f.data
		}
	}
	return raw
}

// unbase64 passes over what is not of the alphabet, goes on after padding where one encoded text follows another, and
// stops where after the end something is written that is none.
func unbase64(raw []byte) []byte {
	out := make([]byte, 0, len(raw)*3/4+3)
	var run [4 << 10]byte // a multiple of four
	filled := 0
	flush := func() {
		if filled%4 == 1 {
			filled-- // six bits are no byte
		}
		out, _ = base64.RawStdEncoding.AppendDecode(out, run[:filled])
		filled = 0
	}
	ended := false
	for l := range bytes.Lines(raw) {
		l = bytes.TrimSpace(l)
		if ended && bytes.ContainsAny(l, " .,:;_-") {
			break // the footer of a mailing list
		}
		for _, c := range l {
			switch {
			case c == '=':
				ended = true
				flush()
			case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
				run[filled] = c
				if filled++; filled == len(run) {
					flush()
				}
			}
		}
	}
	flush()
	return out
}

// unquote undoes quoted-printable (RFC 2045, 6.7). What is no escape stands for itself.
func unquote(raw []byte) []byte {
	out := make([]byte, 0, len(raw))
	for l := range bytes.Lines(raw) {
		text := bytes.TrimRight(l, "\r\n")
		end := l[len(text):]
		text = bytes.TrimRight(text, " \t") // added on the way: what was written there is encoded
		if soft, ok := bytes.CutSuffix(text, []byte("=")); ok {
			text, end = soft, nil
		}
		for i := 0; i < len(text); i++ {
			if text[i] == '=' && i+2 < len(text) {
				if hi, lo := hexDigit(text[i+1]), hexDigit(text[i+2]); hi >= 0 && lo >= 0 {
					out = append(out, byte(hi<<4|lo))
					i += 2
					continue
				}
			}
			out = append(out, text[i])
		}
		out = append(out, end...)
	}
	return out
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	}
	return -1
}

var uuBegin = regexp.MustCompile(`^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,200}?)[ \t]*\r?\n$`)

// uuFile is a file that stands uuencoded in a text.
type uuFile struct {
	name       string
	data       []byte
	start, end int // where it stands
}

// findUU finds the first uuencoded file (POSIX uuencode) in text. A sentence may begin like one.
func findUU(text []byte) (f uuFile, ok bool) {
	for from := 0; from < len(text); {
		at := bytes.Index(text[from:], []byte("begin"))
		if at < 0 {
			break
		}
		start := from + at
		end := start + bytes.IndexByte(text[start:], '\n') + 1
		if from = start + len("begin"); start > 0 && text[start-1] != '\n' {
			continue
		}
		m := uuBegin.FindSubmatch(text[start:max(start, min(end, start+300))])
		if m == nil {
			continue
		}
		f = uuFile{name: string(m[1]), start: start, end: end}
		if from = end; bytes.HasPrefix(text[start:], []byte("begin-base64")) {
			f.read64(text)
		} else {
			f.read(text)
		}
		if len(f.data) > 0 {
			return f, true
		}
	}
	return f, false
}

// read reads the lines of f up to "end", or as far as they are such lines.
func (f *uuFile) read(text []byte) {
	for l := range bytes.Lines(text[f.end:]) {
		if string(bytes.TrimSpace(l)) == "end" {
			f.end += len(l)
			return
		}
		plain, fits := uuLine(l)
		if !fits {
			return
		}
		f.data = append(f.data, plain...)
		f.end += len(l)
	}
}

func (f *uuFile) read64(text []byte) {
	start := f.end
	for l := range bytes.Lines(text[start:]) {
		f.end += len(l)
		if string(bytes.TrimSpace(l)) == "====" {
			f.data = unbase64(text[start : f.end-len(l)])
			return
		}
		if !base64Line.Match(l) {
			return
		}
	}
}

var base64Line = regexp.MustCompile(`^[A-Za-z0-9+/]*=*\s*$`)

// uuLine decodes one line: how many bytes it holds, then four characters for three of them.
func uuLine(l []byte) (plain []byte, ok bool) {
	l = bytes.TrimRight(l, "\r\n")
	if len(l) == 0 {
		return nil, true
	}
	n := int(l[0]-' ') & 63
	if l[0] < ' ' || l[0] > '`' {
		return nil, false
	}
	coded := l[1:]
	if len(coded) > (n+2)/3*4+2 || len(coded) < n*4/3-4 { // spaces at its end may be lost, a checksum may be added
		return nil, false
	}
	at := func(i int) byte {
		if i < len(coded) {
			return (coded[i] - ' ') & 63
		}
		return 0
	}
	for i := 0; len(plain) < n; i += 4 {
		a, b, c, d := at(i), at(i+1), at(i+2), at(i+3)
		plain = append(plain, a<<2|b>>4, b<<4|c>>2, c<<6|d)
	}
	return plain[:n], true
}
