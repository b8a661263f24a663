package trust

import (
	"bytes"
	"strings"
)

// Bounds of a header that is looked at. Honest ones have some 10 kB and a few hundred lines.
const (
	mostHeader = 128 << 10
	mostLines  = 2000
	mostBefore = 10 // lines that some program put before the header
)

// field is one of a mail's header: name in lower case, value unfolded.
type field struct{ name, value string }

// readHeader reads the fields of a mail, the topmost first. whole is false where the header is beyond the
// bounds: then there may be more of them, also of a name that was seen.
func readHeader(raw []byte) (fields []field, whole bool) {
	head, lines := raw[:min(len(raw), mostHeader)], 0
	for line := range bytes.Lines(head) {
		text := strings.TrimRight(string(line), "\r\n")
		if lines++; lines > mostLines || len(fields) == 0 && lines > mostBefore {
			return fields, false
		}
		if text == "" && len(fields) > 0 {
			return fields, true
		}
		if len(fields) > 0 && text[0] <= ' ' {
			fields[len(fields)-1].value += " " + strings.TrimSpace(text)
			continue
		}
		if name, value, ok := strings.Cut(text, ":"); ok && isName(strings.TrimRight(name, " \t")) {
			fields = append(fields, field{lower(strings.TrimRight(name, " \t")), strings.TrimSpace(value)})
		}
	}
	return fields, len(raw) <= mostHeader
}

func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// values are the fields of a name.
func values(fields []field, name string) []string {
	var all []string
	for _, f := range fields {
		if f.name == name {
			all = append(all, f.value)
		}
	}
	return all
}
