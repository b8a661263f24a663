// Package reasons says in Indonesian why a message did not go out. Channels say it in English (channels.Error), and the
// store keeps that.
package reasons

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
)

//go:embed reasons.tsv
var table string

// Words are what is known of reasons. It is safe for concurrent use.
type Words struct {
	known map[string]string
	forms []form
}

// form is a reason in which something changes.
type form struct {
	is   *regexp.Regexp
	says string
}

var gap = regexp.MustCompile(`%[ds]`)

// New reads the table.
func New() *Words {
	w := &Words{known: map[string]string{}}
	for line := range strings.Lines(table) {
		said, ours, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "\t")
		switch {
		case !ok || said[0] == '#':
		case gap.MatchString(said):
			parts := gap.Split(said, -1)
			for i := range parts {
				parts[i] = regexp.QuoteMeta(parts[i])
			}
			w.forms = append(w.forms, form{regexp.MustCompile(`^` + strings.Join(parts, `(\S+)`) + `$`), ours})
		default:
			w.known[said] = ours
		}
	}
	return w
}

// In is a reason in a language, "id" or another; what is not known stays as it is. What stands behind a colon, such as
// the words of another server, is looked up by itself.
func (w *Words) In(lang, reason string) string {
	if lang != "id" || reason == "" {
		return reason
	}
	if ours, ok := w.known[reason]; ok {
		return ours
	}
	for _, f := range w.forms {
		if found := f.is.FindStringSubmatch(reason); found != nil {
			rest := found[1:]
			return gap.ReplaceAllStringFunc(f.says, func(string) string {
				first := rest[0]
				rest = slices.Delete(rest, 0, 1)
				return first
			})
		}
	}
	for at := strings.LastIndex(reason, ": "); at >= 0; at = strings.LastIndex(reason[:at], ": ") {
		if ours, ok := w.known[reason[:at]]; ok {
			return ours + ": " + w.In(lang, reason[at+2:])
		}
	}
	return reason
}
