package letter

import (
	"bytes"
	"net/textproto"
	"regexp"
	"strings"
)

// Bounce is what a returned mail says (RFC 3464, RFC 5965, and the free-form ones).
type Bounce struct {
	Failed bool     // for good; false for a delay, a relay, a delivery or a complaint
	Hard   bool     // the address does not exist; otherwise another mail may get through
	Status string   // enhanced status code (RFC 3463), "" where none is found
	IDs    []string // every Message-ID that the report mentions: ours is among them
}

var (
	daemon = regexp.MustCompile(`(?i)^(mailer-?daemon|mail-?daemon|post_?master|maildelivery|mail-?delivery[a-z-]*|mdaemon|bounce[sd]?|mms-?admin|symantec[a-z_-]*|mmx\d*)(\W.*)?@`)

	bounceSubject = regexp.MustCompile(`(?i)(undeliver(ed|able)|non.?deliver|delivery (status|failure|has failed|problem|report|notification|unsuccessful|failed|incomplete|delay)|mail delivery (failed|system|subsystem)|failure (notice|delivery)|returned (mail|to sender|email)|returning (message|mail)|message (not|could not be|was not|undeliver|delivery)|delivery.{0,20}(failed|failure)|could not be delivered|not delivered|mail (system|failure|could not)|nondeliverable|gagal (terkirim|dikirim)|tidak terkirim|dsn:|mail error|rejected|user unknown|warning: could not send|email feedback report|abuse report|complaint|不达|退信|送信|エラー)`)

	enhanced = regexp.MustCompile(`\b([245]\.\d{1,2}\.\d{1,3})\b`)
	// replyCode is an SMTP reply as software quotes it.
	replyCode = regexp.MustCompile(`(?:^|[\s:('"#<\[-])([45]\d\d)[ -]+(?:[#<]?[45]\.\d|[A-Za-z<"'\[])`)
	gone      = regexp.MustCompile(`(?i)(user|recipient|mailbox|address|account|addressee)[^.\n]{0,60}(unknown|not found|does ?n[o']t exist|not exist|no longer|invalid|disabled account)|(unknown|no such|invalid|non-?existent|undefined) (user|recipient|mailbox|address|account|person|local part|virtual)|user.?unknown|host (or domain name )?(unknown|not found)|no such (host|domain)|(unknown|unrouteable) (host|address|domain)|domain (name )?(not found|does ?n[o']t exist)|name service error|has moved to|no mx|nullmx|no mailbox here|not a valid (mailbox|user|recipient)|not our customer|did not reach the following recipient|rejected: nullmx|not listed in`)
	full      = regexp.MustCompile(`(?i)(mailbox|quota|storage|space|inbox)[^.\n]{0,40}(full|exceed|over|limit)|(over|exceed\w*|out of|insufficient)[^.\n]{0,30}(quota|storage|space)|too large|too big|size limit|spam|blocked|black.?list|block.?list|reputation|policy|relay|not (authori[sz]ed|permitted|allowed)|access denied|refused|timed? ?out|expired|temporar|try again|suspended|virus|dmarc|spf|dkim|reverse dns|ptr`)
)

// maxReport is how far into a mail a report about another one is looked for.
const maxReport = 64 << 10

// bounce reads the mail as a report about another one; nil where it is none.
func bounce(l *Letter, root *node, text string, raw []byte) *Bounce {
	text = text[:min(len(text), maxReport)]
	var status, feedback, returned *node
	root.walk(func(n *node) {
		switch n.kind {
		case "message/delivery-status", "message/global-delivery-status":
			status = n
		case "message/feedback-report":
			feedback = n
		case "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global", "message/global-headers":
			returned = n
		}
	})
	_, params := mediaType(l.header.Get("Content-Type"))
	reportType := strings.ToLower(params["report-type"])
	fromDaemon := daemon.MatchString(l.From) || l.From == "" && strings.Contains(strings.ToLower(l.header.Get("From")), "daemon")
	told := bounceSubject.MatchString(l.Subject)
	switch {
	case status != nil || feedback != nil || reportType == "delivery-status" || reportType == "feedback-report":
	case l.header.Get("X-Failed-Recipients") != "":
	case fromDaemon && (told || quotesMail(text, returned) || replyCode.MatchString(text) || enhanced.MatchString(text)):
	case nullPath(l.header) && told:
	case told && quotesMail(text, returned) && (replyCode.MatchString(text) || enhanced.MatchString(text) || gone.MatchString(text)):
	default:
		return nil
	}
	b := &Bounce{Failed: feedback == nil && reportType != "feedback-report", IDs: mentioned(raw)}
	if status != nil {
		b.fields(status.content)
	}
	b.judge(text)
	return b
}

// fields reads the per-recipient fields of a delivery status.
func (b *Bounce) fields(content []byte) {
	var diagnostics strings.Builder
	for block := range bytes.SplitSeq(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")), []byte("\n\n")) {
		h := statusFields(block)
		switch action := strings.ToLower(strings.TrimSpace(h.Get("Action"))); {
		case strings.HasPrefix(action, "delayed"), strings.HasPrefix(action, "relayed"),
			strings.HasPrefix(action, "delivered"), strings.HasPrefix(action, "expanded"):
			b.Failed = false
		}
		diagnostics.WriteString(h.Get("Diagnostic-Code") + "\n")
		if s := enhanced.FindString(h.Get("Status")); s != "" && (b.Status == "" || vague(b.Status)) {
			b.Status = s
		}
	}
	if d := diagnostics.String(); vague(b.Status) {
		if s := enhanced.FindString(d); s != "" && !vague(s) {
			b.Status = s
		}
	}
	b.judge(diagnostics.String())
}

func statusFields(block []byte) textproto.MIMEHeader {
	h := textproto.MIMEHeader{}
	key := ""
	for l := range strings.Lines(string(block)) {
		if l[0] == ' ' || l[0] == '\t' {
			if v := h[key]; len(v) > 0 {
				v[len(v)-1] += " " + strings.TrimSpace(l)
			}
			continue
		}
		if k, v, ok := strings.Cut(l, ":"); ok {
			key = textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(k))
			h.Add(key, strings.TrimSpace(v))
		}
	}
	return h
}

// vague codes say only that it failed.
func vague(status string) bool {
	return status == "" || strings.HasSuffix(status, ".0.0")
}

// judge decides hard or soft by the words, and where they say nothing by the code.
func (b *Bounce) judge(words string) {
	if vague(b.Status) {
		if s := enhanced.FindString(words); s != "" && !vague(s) {
			b.Status = s
		}
	}
	if b.Hard || !b.Failed {
		return
	}
	switch b.Status {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.4.4", "5.0.911", "5.0.912", "5.0.916":
		b.Hard = !full.MatchString(words) || gone.MatchString(words)
		return
	}
	if strings.HasPrefix(b.Status, "4.") {
		return
	}
	b.Hard = gone.MatchString(words) && !full.MatchString(words)
}

// quotesMail reports whether a mail comes back within the text.
func quotesMail(text string, returned *node) bool {
	if returned != nil {
		return true
	}
	lower := strings.ToLower(text)
	return strings.Contains(lower, "message-id:") || strings.Contains(lower, "original message") ||
		strings.Contains(lower, "received: ") || strings.Contains(lower, "message header") || strings.Contains(lower, "copy of the message")
}

// mentioned lists the Message-IDs in raw, also in parts that are quoted-printable or base64 no more than
// their line breaks hide.
func mentioned(raw []byte) []string {
	const scan = 1 << 20
	raw = raw[:min(len(raw), scan)]
	var ids []string
	for _, m := range messageID.FindAllSubmatch(bytes.ReplaceAll(raw, []byte("=\r\n"), nil), maxIDs) {
		if bytes.IndexByte(m[1], '@') > 0 {
			ids = append(ids, string(m[1]))
		}
	}
	return ids
}
