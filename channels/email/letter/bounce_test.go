package letter

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// report is a delivery status notification: its fields for one recipient after another, and its text.
func report(text string, fields ...string) []byte {
	return mailOf("From: Mail Delivery System <MAILER-DAEMON@mx.test>", "Subject: Undelivered Mail Returned to Sender", "Return-Path: <>",
		"Content-Type: multipart/report; report-type=delivery-status; boundary=b", "",
		"--b", "Content-Type: text/plain", "", text, "",
		"--b", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.test", "", strings.Join(fields, "\r\n"), "",
		"--b", "Content-Type: message/rfc822", "", "From: lapor@kota.test", "Message-ID: <t1@kota.test>", "", "Mailbox full, user unknown, spam: these are our own words.", "--b--", "")
}

func recipient(status, diagnostic string) string {
	return "Final-Recipient: rfc822; Siti@Warga.Test\r\nAction: failed\r\nStatus: " + status + "\r\nDiagnostic-Code: smtp; " + diagnostic
}

// TestHardOrSoft: whether the address does not exist, by what the servers of the world answer.
func TestHardOrSoft(t *testing.T) {
	cases := []struct {
		what, text, status, diagnostic string
		hard                           bool
	}{
		{"unknown, by code", "", "5.1.1", "550 5.1.1 <siti@warga.test>: Recipient address rejected: User unknown in local recipient table", true},
		{"Gmail", "", "5.1.1", "550-5.1.1 The email account that you tried to reach does not exist.", true},
		{"Exchange", "", "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", true},
		{"Exchange Online at its edge", "", "5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", true},
		{"address rejected", "", "5.0.0", "550 #5.1.0 Address rejected.", true},
		{"Hotmail", "", "5.5.0", "550 Requested action not taken: mailbox unavailable (-1915321397:308:-2147467259)", true},
		{"Yahoo", "", "5.0.0", "554 delivery error: dd This user doesn't have a yahoo.test account (siti@warga.test) [0]", true},
		{"no words, the code alone", "", "5.1.1", "", true},
		{"Google's own words", "** Address not found **\n\nYour message wasn't delivered to siti@warga.test because the address couldn't be found.", "5.0.0", "", true},
		{"no such domain", "", "5.1.2", "550 5.1.2 siti@warga.test: Host unknown (Name server: host not found)", true},
		{"a domain without mail", "", "5.1.10", "556 5.1.10 Recipient address has null MX", true},
		{"moved", "", "5.1.6", "550 5.1.6 recipient no longer on server: siti@warga.test", true},
		{"Postfix waiting to believe it", "", "4.1.1", "450 4.1.1 <siti@warga.test>: Recipient address rejected: User unknown in virtual alias table", true},
		{"named in the answer", "", "5.0.0", "550 <siti@warga.test>: User unknown", true},
		{"in answer to RCPT", "<siti@warga.test>: host mx.test said: 550 5.2.1 User Unknown (in reply to RCPT TO command)", "5.2.1", "550 5.2.1 User Unknown", true},

		{"full", "", "5.2.2", "552 5.2.2 The email account that you tried to reach is over quota", false},
		{"full, under the code for unknown", "", "5.1.1", "552 5.2.2 Mailbox full", false},
		{"no space", "", "4.3.1", "452 4.3.1 Insufficient system storage", false},
		{"too large", "", "5.3.4", "552 5.3.4 Message size exceeds fixed maximum message size", false},
		{"grey list", "", "4.7.1", "450 4.7.1 Greylisted, please try again later", false},
		{"deferred", "", "4.4.1", "connect to mx.test[192.0.2.1]:25: Connection timed out", false},
		{"a name server in trouble", "", "4.4.3", "Host or domain name not found. Name service error for name=warga.test type=MX: Host not found, try again", false},
		{"black list", "", "5.7.1", "550 5.7.1 Service unavailable; client [192.0.2.9] blocked using zen.spamhaus.org", false},
		{"black list, under the code for unknown", "", "5.1.1", "550 5.7.1 IP address blacklisted by recipient", false},
		{"DMARC", "", "5.7.26", "550-5.7.26 Unauthenticated email from kota.test is not accepted due to domain's DMARC policy.", false},
		{"no PTR", "", "5.7.25", "550-5.7.25 The IP address sending this message does not have a PTR record, Gmail does not accept messages from it", false},
		{"spam", "", "5.7.1", "554 5.7.1 Message rejected as spam by content filter", false},
		{"disabled", "", "5.2.1", "550 5.2.1 The email account that you tried to reach is disabled.", false},
		{"too much at once", "", "5.1.1", "550 5.1.1 192.0.2.9 has sent to too many recipients this hour", false},
		{"relaying", "", "5.7.1", "550 5.7.1 Relaying denied", false},
		{"our own address refused", "", "5.1.8", "501 5.1.8 Sender address rejected: Domain not found", false},
		{"after DATA", "<siti@warga.test>: host mx.test said: 550 Unknown user siti@warga.test (in reply to end of DATA command)", "5.0.0", "550 Unknown user siti@warga.test", false},
		{"naming nobody", "", "5.0.0", "550 : User unknown", false},
		{"only that it failed", "", "5.0.0", "554 Transaction failed", false},
	}
	for _, c := range cases {
		text := c.text
		if text == "" {
			text = "I'm sorry to have to inform you that your message could not be delivered."
		}
		l, _ := Read(report(text, recipient(c.status, c.diagnostic)))
		if l.Bounce == nil {
			t.Errorf("%s: not seen", c.what)
			continue
		}
		if b := l.Bounce; !b.Failed || b.Hard != c.hard || len(b.Recipients) != 1 || b.Recipients[0].Address != "siti@warga.test" || b.Recipients[0].Hard != c.hard {
			t.Errorf("%s: %+v, want hard %v", c.what, *b, c.hard)
		}
	}
}

// TestAnswers: a hundred answers of servers, and nothing else told.
func TestAnswers(t *testing.T) {
	b, err := os.ReadFile("testdata/answers.tsv")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for l := range strings.Lines(string(b)) {
		want, answer, ok := strings.Cut(strings.TrimSpace(l), "\t")
		if !ok {
			continue
		}
		n++
		status := "5.0.0"
		if answer[0] == '4' {
			status = "4.0.0"
		}
		m, _ := Read(report("Your message could not be delivered.", recipient(status, answer)))
		if m.Bounce == nil || m.Bounce.Hard != (want == "hard") {
			t.Errorf("%s: not %s", answer, want)
		}
	}
	if n < 90 {
		t.Errorf("%d answers", n)
	}
}

// TestEachRecipient of a report has a verdict of its own, whether it is in fields or in text.
func TestEachRecipient(t *testing.T) {
	want := []Recipient{
		{Address: "ani@warga.test", Failed: true, Status: "5.2.2"},
		{Address: "budi@warga.test", Failed: true, Hard: true, Status: "5.1.1"},
	}
	ani := "Final-Recipient: rfc822; ani@warga.test\r\nAction: failed\r\nStatus: 5.2.2\r\nDiagnostic-Code: smtp; 552 5.2.2 Mailbox\r\n full"
	budi := "Final-Recipient: rfc822; budi@warga.test\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown"
	free := func(from, subject, body string) []byte {
		return mailOf("From: "+from, "Subject: "+subject, "", body)
	}
	for what, raw := range map[string][]byte{
		"fields":                     report("-", ani+"\r\n\r\n"+budi),
		"fields without a gap":       report("-", ani+"\r\n"+budi),
		"fields under broken MIME":   mailOf("From: MAILER-DAEMON@mx.test", "Subject: Returned mail", "", ani+"\r\n\r\n"+budi),
		"qmail":                      free("MAILER-DAEMON@mx.test", "failure notice", "Hi. This is the qmail-send program at mx.test.\r\n\r\n<ani@warga.test>:\r\nRemote host said: 552 5.2.2 Mailbox full\r\n\r\n<budi@warga.test>:\r\nRemote host said: 550 5.1.1 User unknown\r\n\r\n--- Below this line is a copy of the message.\r\n\r\nSubject: x"),
		"Exim":                       free("Mailer-Daemon@mx.test", "Mail delivery failed: returning message to sender", "The following address(es) failed:\r\n\r\n  ani@warga.test\r\n    host mx [192.0.2.1]: 552 5.2.2 <ani@warga.test>... Mailbox Full\r\n  budi@warga.test\r\n    host mx [192.0.2.1]: 550 5.1.1 <budi@warga.test>... User Unknown\r\n\r\n------ This is a copy of the message ------\r\n\r\nFrom: c@d.test"),
		"one line each, no daemon's": free("no-reply@mx.test", "Delivery status notification: error", "could not be delivered:\r\n\r\nani@warga.test: 552 5.2.2 Mailbox full\r\nbudi@warga.test: 550 5.1.1 User unknown\r\n\r\nBelow is a copy of the original message:\r\n"),
	} {
		l, _ := Read(raw)
		if l.Bounce == nil {
			t.Errorf("%s: not seen", what)
			continue
		}
		if diff := cmp.Diff(want, l.Bounce.Recipients); diff != "" {
			t.Errorf("%s:\n%s", what, diff)
		}
		if !l.Bounce.Failed || !l.Bounce.Hard || l.Bounce.Status != "5.1.1" {
			t.Errorf("%s: %+v", what, *l.Bounce)
		}
	}
}

// TestNothingFailedYet: a delay, a relay, a delivery and a complaint are reports, and the mail is not lost.
func TestNothingFailedYet(t *testing.T) {
	fields := func(action, status string) []byte {
		return report("This is a report.", "Final-Recipient: rfc822; siti@warga.test\r\nAction: "+action+"\r\nStatus: "+status)
	}
	for what, raw := range map[string][]byte{
		"delayed":         fields("delayed", "4.4.1"),
		"relayed":         fields("relayed", "2.1.9"),
		"delivered":       fields("delivered", "2.0.0"),
		"expanded":        fields("expanded (to multi-recipient alias)", "2.0.0"),
		"delayed, freely": mailOf("From: Mail Delivery System <Mailer-Daemon@mx.test>", "Subject: Warning: message delayed 24 hours", "", "A message that you sent has not yet been delivered to siti@warga.test. No action is required on your part."),
		"complained of":   mailOf("From: fbl@mx.test", "Subject: complaint", "Content-Type: multipart/report; report-type=feedback-report; boundary=b", "", "--b", "", "x", "--b", "Content-Type: message/feedback-report", "", "Feedback-Type: abuse", "--b--"),
		"SES, delivered":  mailOf("From: no-reply@sns.amazonaws.com", "Subject: AWS Notification Message", "", `{"notificationType":"Delivery","delivery":{"recipients":["siti@warga.test"]}}`),
	} {
		l, _ := Read(raw)
		if l.Bounce == nil || l.Bounce.Failed || l.Bounce.Hard || len(l.Bounce.Recipients) != 1 {
			t.Errorf("%s: %+v", what, l.Bounce)
		}
	}
}

// TestAmazonsNotices come as JSON, plain or wrapped once more.
func TestAmazonsNotices(t *testing.T) {
	inner := `{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"Siti@warga.test","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},"mail":{"commonHeaders":{"messageId":"<t1@kota.test>"}}}`
	for _, body := range []string{inner, inner[:40] + "\r\n " + inner[40:] + "\r\n\r\n--\r\nIf you wish to stop", fmt.Sprintf(`{"Type":"Notification","Message":%q}`, inner)} {
		l, _ := Read(mailOf("From: AWS <no-reply@sns.amazonaws.com>", "Subject: AWS Notification Message", "", body))
		if b := l.Bounce; b == nil || !b.Hard || b.Recipients[0].Address != "siti@warga.test" || !slices.Contains(b.IDs, "t1@kota.test") {
			t.Errorf("%+v of %s", b, body)
		}
	}
	l, _ := Read(mailOf("From: budi@warga.test", "Subject: tanya", "", inner))
	if l.Bounce != nil {
		t.Error("anybody can write what only Amazon may")
	}
}

// TestAPersonsMailAboutAMailThatCameBack is a person's.
func TestAPersonsMailAboutAMailThatCameBack(t *testing.T) {
	came := "From: MAILER-DAEMON@mx.test\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\n<dinas@kota.test>: 550 5.1.1 User unknown\r\nMessage-ID: <x@y.test>"
	for subject, body := range map[string]string{
		"Fwd: Undelivered Mail Returned to Sender": "Mohon bantuan, surel saya ke dinas selalu kembali.\r\n\r\n---------- Forwarded message ---------\r\n" + came,
		"Surel saya ditolak (rejected)":            "Alamat dinas@kota.test ditolak, bagaimana saya melapor?",
		"complaint":                                "The mailbox at the corner has been full since May and nobody comes.",
		"Undelivered parcels":                      "550 parcels lie at the post office, the original message from the clerk was rude.",
	} {
		l, err := Read(mailOf("From: Budi <budi@warga.test>", "Subject: "+subject, "Message-ID: <1@warga.test>", "", body))
		if err != nil || l.Bounce != nil || l.Robot != "" {
			t.Errorf("%s: %+v, %q, %v", subject, l.Bounce, l.Robot, err)
		}
	}
	l, _ := Read(mailOf("From: Budi <budi@warga.test>", "Subject: Fwd: Returned mail", "", "FYI\r\n\r\n> "+strings.ReplaceAll(came, "\r\n", "\r\n> ")))
	if l.Bounce == nil {
		t.Error("a report passed on without a word is taken for a person's complaint")
	}
}

// TestReportsCostLittle, whatever they repeat.
func TestReportsCostLittle(t *testing.T) {
	for what, raw := range map[string][]byte{
		"recipients": report("x", strings.Repeat("Final-Recipient: rfc822; a@b.test\r\nStatus: 5.1.1\r\n\r\n", 5_000)),
		"addresses":  report(strings.Repeat("a@b.test user mailbox account\n", 10_000), "Action: failed"),
		"one line":   report(strings.Repeat("mailbox user recipient address ", 5_000), "Diagnostic-Code: "+strings.Repeat("550 user ", 10_000)),
		"wrapped":    []byte(strings.Repeat("From: mailer-daemon@b.test\r\nSubject: failure notice\r\nContent-Type: message/rfc822\r\n\r\n", 2000)),
	} {
		start := time.Now()
		if l, _ := Read(raw); l.Bounce == nil {
			t.Errorf("%s: not seen", what)
		}
		t.Logf("%s: %v", what, time.Since(start))
	}
}
