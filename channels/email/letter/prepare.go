package letter

import (
	"bytes"
	"regexp"
)

// maxPreface is how many lines before the header are passed over.
const maxPreface = 10

var fieldLine = regexp.MustCompile(`^[!-9;-~]{1,80}[ \t]*:`)

// prepare gives raw the form in which it is parsed. What stands before the header is passed over: blank
// lines, an mbox's "From " line, a line that some program put there.
func prepare(raw []byte) []byte {
	rest := raw
	for range maxPreface {
		l, after, ok := bytes.Cut(rest, []byte("\n"))
		if fieldLine.Match(l) {
			return rest
		}
		if !ok {
			break
		}
		rest = after
	}
	return raw
}

// lines gives a part that travelled as lines of ASCII, not encoded, the line ends that files have here:
// there a CRLF is of the transport and not of the file (RFC 2045, 2.7), so a signature or a forwarded
// mail has the same bytes whichever way it came. What has other bytes may be a file sent as it is, and
// there each counts.
func lines(content []byte, encoding string) []byte {
	if encoding != "" {
		return content
	}
	for _, c := range content {
		if c == 0 || c >= 0x80 {
			return content
		}
	}
	return bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
}
