package letter

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// maxSaid is how many bytes of what a remote server said are kept.
const maxSaid = 300

var (
	// anAddress also stands for what servers write around one: they quote it in many ways.
	anAddress = regexp.MustCompile(`<?[^\s<>()"':;,]+@[^\s<>()"':;,]+>?:?`)
	// typed is the type before the value of a field of a delivery status (RFC 3464, 2.1.2).
	typed = regexp.MustCompile(`^(?i)(smtp|dns|rfc822|utf-8|x400|x-[a-z-]+|unknown)\s*;\s*`)
)

// words is what the server that refused said, on one line and without addresses, "" where nothing is recognised:
// the diagnostic of the delivery status, else the line of the text with a code in it.
func (n notice) words() string {
	if d := plain(typed.ReplaceAllString(strings.TrimSpace(n.diagnostic), "")); d != "" {
		return d
	}
	for l := range strings.Lines(n.told) {
		if replyCode.MatchString(l) || enhanced.MatchString(l) {
			return plain(l)
		}
	}
	return ""
}

// plain is a server's line as staff may read it.
func plain(s string) string {
	s = strings.Join(strings.Fields(line(anAddress.ReplaceAllString(s, "…"))), " ")
	if len(s) > maxSaid {
		s = strings.ToValidUTF8(s[:maxSaid], "") + "…"
	}
	return s
}

// unwrapped adds to ids those that stand in parts whose transfer encoding hides them.
func unwrapped(ids []string, root *node) []string {
	root.walk(func(n *node) {
		if enc := strings.ToLower(n.header.Get("Content-Transfer-Encoding")); enc != "base64" && enc != "quoted-printable" || bytes.IndexByte(n.content, '<') < 0 {
			return
		}
		for _, id := range mentioned(n.content) {
			if len(ids) < 2*maxIDs && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
		}
	})
	return ids
}
