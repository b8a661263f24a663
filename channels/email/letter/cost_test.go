package letter

import (
	"strings"
	"testing"
	"time"
)

// TestEveryMailCostsLittle: what is repeated ten thousand times costs no more than its bytes.
// Anything quadratic would not end in the time that a test has.
func TestEveryMailCostsLittle(t *testing.T) {
	const from, html = "From: a@b.test\r\n", "From: a@b.test\r\nContent-Type: text/html\r\n\r\n"
	for what, raw := range map[string]string{
		"quotations":    from + "\r\n" + strings.Repeat("Pada 1 Jan 2020 10:10 a@b.test menulis:\n> x\n", 10_000),
		"header blocks": from + "\r\n" + strings.Repeat("Dari: a\nTanggal: b\nKepada: c\n", 10_000),
		"colons":        from + "\r\n" + strings.Repeat("x 2020 10:10 a@b.test:\n", 10_000),
		"blank lines":   from + "\r\n" + strings.Repeat("x:\n", 5000) + strings.Repeat("\n", 200_000) + "x:\n",
		"quote marks":   from + "\r\n" + strings.Repeat(">\n", 40_000) + "--\nx",
		"signatures":    from + "\r\n" + strings.Repeat("--\n", 40_000) + "x",
		"blockquotes":   html + strings.Repeat("<blockquote><a href=http://x>", 10_000),
		"quoted lines":  html + strings.Repeat("<blockquote>", 5000) + strings.Repeat("x<br>", 10_000),
		"links":         html + strings.Repeat("<a href=http://x>y</a>", 10_000),
		"open links":    html + strings.Repeat("<a href=http://x>y", 10_000) + strings.Repeat("</a>", 10_000),
		"encoded words": from + "Subject: " + strings.Repeat("=?utf-8?q?a?= ", 10_000) + "\r\n\r\n",
		"authors":       "From: " + strings.Repeat("a@b.test, ", 10_000) + "\r\n\r\n",
		"broken author": "From: " + strings.Repeat("\"<a@b.test ", 10_000) + "\r\n\r\n",
		"references":    from + "References: " + strings.Repeat("<a@b.test> ", 10_000) + "\r\n\r\n",
		"statuses":      "From: mailer-daemon@b.test\r\nContent-Type: message/delivery-status\r\n\r\n" + strings.Repeat("Status: 5.0.0\nAction: failed\n x\n\n", 10_000),
		"ids":           "From: mailer-daemon@b.test\r\nSubject: failure notice\r\n\r\n" + strings.Repeat("550 5.1.1 user unknown <a@b.test>\n", 10_000),
		"fields":        strings.Repeat("From: a@b.test\r\n", 10_000) + "\r\n",
		"continuations": "From: a@b.test\r\nSubject: x\r\n" + strings.Repeat(" x\r\n", 10_000) + "\r\n",
	} {
		start := time.Now()
		if l, _ := Read([]byte(raw)); l.Digest == "" {
			t.Errorf("%s: not read", what)
		}
		t.Logf("%s: %v", what, time.Since(start))
	}
}
