package letter

import (
	"net/textproto"
	"regexp"
	"slices"
	"strings"
)

// The signs by which a mail is known to be no person's. They are shown to staff, who may say that it was one.
const (
	SignSubmitted = "auto-submitted" // RFC 3834, 5
	SignHeader    = "responder"      // a field that programs which answer by themselves write
	SignBulk      = "bulk"           // Precedence
	SignList      = "list"           // RFC 2919, RFC 2369
	SignNullPath  = "null-path"      // no sender to return it to: RFC 5321, 4.5.5
	SignReceipt   = "read-receipt"   // RFC 8098
	SignReport    = "report"         // RFC 6522 about something else
	SignCalendar  = "calendar"       // an answer to an invitation: RFC 5546
	SignNoReply   = "no-reply"       // the sender takes no mail
	SignDaemon    = "mail-system"    // a mail server itself
	SignLoop      = "loop"           // a program that marks what it sends
	SignSubject   = "subject"        // the words of an automatic reply
)

var (
	// robotSubject is how the programs that answer for absent people begin a subject. What follows must not go on
	// as a sentence: "Out of office hours nobody answers" is a person's.
	robotSubject = regexp.MustCompile(`(?i)^\W*(auto(?:matic|mated|matisch\w*)?[ -]?(?:reply|response|answer|antwort|antwoord)|autoreply|autosvar|automatisk svar|automaattinen vastaus|` +
		`(?:i am |i'm |currently )?out of (?:the )?office(?: auto ?reply| reply| message)?|ooo|(?:balasan|jawaban|respon|pesan|email)\s*otomatis|dijawab otomatis|` +
		`vacation (?:reply|response|message)|away from (?:the )?office|abwesend|abwesenheits(?:notiz|benachrichtigung|meldung)|` +
		`automatische (?:antwort|abwesenheit)|afwezig(?:heidsbericht)?|réponse automatique|absence du bureau|respuesta automática|fuera de la oficina|` +
		`risposta automatica|fuori sede|resposta automática|fora do escritório|automatická odpověď|odpowiedź automatyczna|автоответ|自动回复|自動回覆|自動応答|자동 회신)` +
		`\s*(?:$|[:\-–—(\[\]<>]|re:|fwd?:)`)
	// awaySubject is what people write themselves too: it counts only where it answers a mail.
	awaySubject = regexp.MustCompile(`(?i)^\W*(sedang cuti|cuti|di luar kantor|sedang (?:tugas|dinas) luar|on (?:annual |sick )?leave|on vacation|on holiday|away|vacation|urlaub)\s*(?:$|[:\-–—(\[]|re:)`)
	// noReply needs the words to end where they end: noreplywijaya@ is a name.
	noReply = regexp.MustCompile(`(?i)(?:^|[<\s"=._+-])(?:no|do[-_.]?not|dont|jangan|tidak|tanpa)[-_.]?(?:reply|respond|response|(?:di)?balas|jawab|answer)(?:[-_.+\d][^@\s]*)?@`)
	ourself = regexp.MustCompile(`(?i)^(?:mailer|mail|mdaemon)[-_.]?daemon(?:[-_.+][^@]*)?@`)
)

// responders are fields that only programs write which answer, or send, by themselves. The value beside each is
// what it says where it means nothing.
var responders = []struct{ field, not string }{
	{"X-Autoreply", "no"},
	{"X-Auto-Reply", "no"},
	{"X-Autoreply-From", ""},
	{"X-Auto-Reply-From", ""},
	{"X-Mail-Autoreply", "no"},
	{"X-Autorespond", "no"},
	{"X-Autoresponse", "no"},
	{"X-Autoresponder", "no"},
	{"X-Auto-Responder", "no"},
	{"X-Amazon-Auto-Reply", "false"},
	{"X-Fc-Machinegenerated", "false"},
	{"X-Vacation", "no"},
	{"X-Cron-Env", ""},
	{"Feedback-Type", ""},
	{"X-Arf", "no"},
}

// robot says by which sign no person wrote the mail, "" where one may have. It looks at what programs say of
// themselves, and at words in the subject only where a person would hardly write them: who is taken for a robot
// gets no answer.
func robot(l *Letter, root *node) string {
	h := l.header
	switch {
	case automatic(h.Get("Auto-Submitted")):
		return SignSubmitted
	case responder(h):
		return SignHeader
	}
	switch root.kind {
	case "multipart/report", "message/disposition-notification", "message/delivery-status":
		if root.kind == "message/disposition-notification" || strings.EqualFold(root.params["report-type"], "disposition-notification") {
			return SignReceipt
		}
		return SignReport
	}
	switch {
	case answersInvitation(root):
		return SignCalendar
	case listed(h):
		return SignList
	case bulk(h):
		return SignBulk
	case nullPath(h):
		return SignNullPath
	case ourself.MatchString(l.From):
		return SignDaemon
	case marksLoop(h.Values("X-Loop"), l.From):
		return SignLoop
	case noReply.MatchString(h.Get("From")) && (h.Get("Reply-To") == "" || noReply.MatchString(h.Get("Reply-To"))):
		return SignNoReply
	case robotSubject.MatchString(l.Subject), len(l.Answers) > 0 && awaySubject.MatchString(l.Subject):
		return SignSubject
	}
	return ""
}

// automatic reads Auto-Submitted: anything but "no", whose parameters and comments do not matter.
func automatic(v string) bool {
	v, _, _ = strings.Cut(v, ";")
	v, _, _ = strings.Cut(v, "(")
	v = strings.TrimSpace(v)
	return v != "" && !strings.EqualFold(v, "no")
}

func responder(h textproto.MIMEHeader) bool {
	for _, r := range responders {
		if v := value(h, r.field); v != "" && (r.not == "" || v != r.not && v != "none" && v != "0") {
			return true
		}
	}
	// What only asks for no receipts is in ordinary mail of Outlook too.
	for word := range strings.FieldsFuncSeq(value(h, "X-Auto-Response-Suppress"), func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		if word == "all" || word == "oof" || word == "autoreply" {
			return true
		}
	}
	switch value(h, "X-Autogenerated") {
	case "reply", "yes", "true", "1", "group", "letter":
		return true // of "forward", "mirror" and "redirect" a person wrote what is passed on
	}
	return strings.Contains(value(h, "X-Post-Messageclass"), "autoresponder") || holds(h.Values("Delivered-To"), "autoresponder") ||
		slices.Contains([]string{"urn:content-classes:mdn", "urn:content-classes:dsn"}, value(h, "Content-Class"))
}

func listed(h textproto.MIMEHeader) bool {
	for _, field := range []string{"List-Id", "List-Unsubscribe", "List-Post", "List-Help", "List-Subscribe", "List-Owner", "List-Archive", "Mailing-List", "X-Mailing-List", "X-Mlserver", "X-List-Id"} {
		if h.Get(field) != "" {
			return true
		}
	}
	return false
}

func bulk(h textproto.MIMEHeader) bool {
	for _, field := range []string{"Precedence", "X-Precedence"} {
		switch strings.ReplaceAll(value(h, field), "-", "_") {
		case "bulk", "list", "junk", "auto_reply":
			return true
		}
	}
	return false
}

// answersInvitation reports whether a calendar answered by itself, or at one press of a button.
func answersInvitation(root *node) (found bool) {
	root.walk(func(n *node) {
		if n.kind == "text/calendar" {
			switch strings.ToLower(n.params["method"]) {
			case "reply", "counter", "declinecounter", "refresh":
				found = true
			}
		}
	})
	return found
}

// marksLoop reports whether the mail's own sender is a program that marks what it sends. An address of somebody
// else is that of whoever passed a person's mail on.
func marksLoop(marks []string, from string) bool {
	return slices.ContainsFunc(marks, func(mark string) bool {
		mark = strings.TrimSpace(mark)
		return mark != "" && (!strings.Contains(mark, "@") || from != "" && strings.Contains(strings.ToLower(mark), from))
	})
}

// value is a field's first value in small letters.
func value(h textproto.MIMEHeader, field string) string {
	return strings.ToLower(strings.TrimSpace(h.Get(field)))
}

// nullPath reports whether the envelope had no sender, which says "do not answer" (RFC 5321, 4.5.5).
func nullPath(h textproto.MIMEHeader) bool {
	return strings.Join(strings.Fields(h.Get("Return-Path")), "") == "<>"
}
