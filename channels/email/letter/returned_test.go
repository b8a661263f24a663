package letter

import (
	"encoding/base64"
	"strings"
	"testing"
)

// statusReport is a delivery status as RFC 3464 has it, with what came back in an encoding.
func statusReport(diagnostic, encoding, returned string) []byte {
	return []byte(strings.ReplaceAll(`From: MAILER-DAEMON@mx.test
To: pengaduan@kota.test
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

It did not work.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.test

Original-Recipient: rfc822;Budi@Kampung.test
Final-Recipient: rfc822; budi@dalam.kampung.test
Action: failed
Status: 5.1.1
Diagnostic-Code: `+diagnostic+`
--b
Content-Type: text/rfc822-headers
Content-Transfer-Encoding: `+encoding+`

`+returned+`
--b--
`, "\n", "\r\n"))
}

func TestABounceTellsWhatTheServerSaid(t *testing.T) {
	for _, c := range []struct{ name, raw, words, to string }{
		{
			"a delivery status", string(statusReport("smtp; 550 5.1.1 <budi@kampung.test>: Recipient address rejected:\n  User unknown (in reply to RCPT TO)", "7bit", "Message-ID: <k.aaaa@kota.test>")),
			"550 5.1.1 … Recipient address rejected: User unknown (in reply to RCPT TO)", "budi@dalam.kampung.test",
		},
		{
			"one in prose", "From: MAILER-DAEMON@mx.test\r\nX-Failed-Recipients: Budi@kampung.test\r\nSubject: Mail delivery failed\r\n\r\nThis message could not be delivered.\r\n\r\n" +
				"  budi@kampung.test\r\n    SMTP error from remote mail server: 552 5.2.2 Mailbox of budi@kampung.test full\r\n\r\n--- Original message ---\r\n\r\n550 5.7.1 jangan dibaca\r\n",
			"SMTP error from remote mail server: 552 5.2.2 Mailbox of … full", "budi@kampung.test",
		},
		{"one without a code", "From: MAILER-DAEMON@mx.test\r\nSubject: Undelivered Mail\r\n\r\nUser unknown, original message follows.\r\n", "", ""},
	} {
		l, err := Read([]byte(c.raw))
		if l.Bounce == nil {
			t.Errorf("%s: no bounce, %v", c.name, err)
			continue
		}
		if l.Bounce.Words != c.words || l.Bounce.Recipients[0].Address != c.to {
			t.Errorf("%s: %q about %+v, want %q about %q", c.name, l.Bounce.Words, l.Bounce.Recipients, c.words, c.to)
		}
	}
}

func TestAnEndlessDiagnosticIsCut(t *testing.T) {
	l, _ := Read(statusReport("smtp; 550 "+strings.Repeat("é", 5000), "7bit", ""))
	if l.Bounce == nil || len(l.Bounce.Words) > maxSaid+len("…") || !strings.HasSuffix(l.Bounce.Words, "é…") {
		t.Errorf("%+v", l.Bounce)
	}
}

func TestReturnedMailIsReadThroughItsEncoding(t *testing.T) {
	returned := "Subject: Laporan Anda\r\nMessage-ID: <k-1.abcdefgh@kota.test>\r\n"
	for encoding, body := range map[string]string{
		"7bit": returned, "base64": base64.StdEncoding.EncodeToString([]byte(returned)),
		"quoted-printable": strings.ReplaceAll(returned, "-1.abc", "=2D1.a=\r\nbc"),
	} {
		l, _ := Read(statusReport("smtp; 550 no", encoding, body))
		if l.Bounce == nil || !strings.Contains(strings.Join(l.Bounce.IDs, " "), "k-1.abcdefgh@kota.test") {
			t.Errorf("%s: %+v", encoding, l.Bounce)
		}
	}
}
