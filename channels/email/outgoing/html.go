package outgoing

import (
	"html"
	"regexp"
	"strings"
)

var (
	link      = regexp.MustCompile(`https?://[^\s<>"'` + "`" + `]+`)
	reference = regexp.MustCompile(`\b\d{3}-\d{3}-\d{4}\b`)
	item      = regexp.MustCompile(`^[-•*] +`)
	blankLine = regexp.MustCompile(`\n[ \t]*(?:\n[ \t]*)+`)
)

// html is the text once more, for who reads mail in large letters or dark colours: paragraphs and lists, links that
// can be followed, our number in bold and never taken for a telephone's. It loads nothing from anywhere, says its
// language, and leaves the direction of writing to each paragraph.
func (l Letter) html() string {
	var b strings.Builder
	lang := "id"
	if language.MatchString(l.Language) {
		lang = l.Language
	}
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + lang + "\" dir=\"auto\">\n<head>\n<meta charset=\"utf-8\">\n" +
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
		"<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"format-detection\" content=\"telephone=no\">\n" +
		"<title>" + html.EscapeString(OneLine(l.Subject)) + "</title>\n</head>\n" +
		"<body style=\"font-family: sans-serif; font-size: 16px; line-height: 1.5; max-width: 40em\">\n")
	text := strings.Trim(strings.ReplaceAll(lines(clean(l.Text)), "\r\n", "\n"), "\n")
	for _, paragraph := range blankLine.Split(text, -1) {
		block(&b, strings.Split(paragraph, "\n"))
	}
	b.WriteString("</body>\n</html>\n")
	return b.String()
}

// block writes lines that belong together; those that begin with a dash are a list.
func block(b *strings.Builder, rows []string) {
	for len(rows) > 0 {
		n, listed := 1, item.MatchString(rows[0])
		for n < len(rows) && item.MatchString(rows[n]) == listed {
			n++
		}
		open, between, end := "<p dir=\"auto\">", "<br>\n", "</p>\n"
		if listed {
			open, between, end = "<ul>\n<li dir=\"auto\">", "</li>\n<li dir=\"auto\">", "</li>\n</ul>\n"
		}
		b.WriteString(open)
		for i, row := range rows[:n] {
			if i > 0 {
				b.WriteString(between)
			}
			if listed {
				row = item.ReplaceAllString(row, "")
			}
			inline(b, strings.TrimSpace(row))
		}
		b.WriteString(end)
		rows = rows[n:]
	}
}

// inline writes a line, its links live.
func inline(b *strings.Builder, s string) {
	for {
		at := link.FindStringIndex(s)
		if at == nil {
			break
		}
		url := ending(s[at[0]:at[1]])
		plain(b, s[:at[0]])
		shown := html.EscapeString(url)
		b.WriteString("<a href=\"" + shown + "\">" + shown + "</a>")
		s = s[at[0]+len(url):]
	}
	plain(b, s)
}

// ending leaves off what ends the sentence, not the address.
func ending(url string) string {
	for {
		cut := strings.TrimRight(url, ".,;:!?…*_")
		if strings.HasSuffix(cut, ")") && strings.Count(cut, "(") < strings.Count(cut, ")") || strings.HasSuffix(cut, "]") && !strings.Contains(cut, "[") {
			cut = cut[:len(cut)-1]
		}
		if cut == url {
			return url
		}
		url = cut
	}
}

func plain(b *strings.Builder, s string) {
	b.WriteString(reference.ReplaceAllString(html.EscapeString(s), `<strong style="white-space: nowrap">$0</strong>`))
}

// clean is s without characters that no page may hold.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
