package letter

import (
	"regexp"
	"strings"
)

// Bounce is what a returned mail says (RFC 3464, RFC 5965, and the free-form ones).
type Bounce struct {
	Failed     bool        // for good, for one recipient at least; false for a delay, a relay, a delivery or a complaint
	Hard       bool        // an address that failed does not exist; otherwise another mail may get through
	Status     string      // enhanced status code (RFC 3463) of the recipient that failed hardest, "" where none is found
	Recipients []Recipient // whom it is about; at most maxRecipients, never empty
	IDs        []string    // every Message-ID that the report mentions: ours is among them
	Words      string      // what the server that refused said, without addresses, "" where nothing is recognised
}

// Recipient is what became of a mail to one address.
type Recipient struct {
	Address string // in small letters, "" where the report names none
	Failed  bool
	Hard    bool
	Status  string
}

const (
	// maxReport is how far into a mail a report about another one is looked for.
	maxReport = 32 << 10
	// maxRecipients bounds whom a report is about: we write to one at a time.
	maxRecipients = 20
)

var (
	daemon = regexp.MustCompile(`(?i)^(mailer-?daemon|mail-?daemon|post_?master|maildelivery|mail[-._]?delivery[a-z._-]*|mdaemon|bounce[sd]?|mms-?admin|symantec[a-z_-]*|mmx\d*)(\W.*)?@`)

	bounceSubject = regexp.MustCompile(`(?i)(undeliver(ed|able)|non.?deliver|delivery (status|failure|has failed|problem|report|notification|unsuccessful|failed|incomplete|delay)|mail delivery (failed|system|subsystem)|failure (notice|delivery)|returned (mail|to sender|email)|returning (message|mail)|message (not|could not be|was not|undeliver|delivery)|delivery.{0,20}(failed|failure)|could not be delivered|not delivered|mail (system|failure|could not)|nondeliverable|gagal (terkirim|dikirim)|tidak terkirim|dsn:|mail error|rejected|user unknown|warning: could not send|message delayed|delayed mail|email feedback report|abuse report|complaint|unzustellbar|non remis|no se (ha podido|pudo) entregar|не доставлено|недоставленн|不达|退信|送信|エラー)`)

	// passedOn is how a subject begins under which a person shows us a mail that came back to him.
	passedOn = regexp.MustCompile(`(?i)^\s*(re|fwd?|fw|bls|balas|trs|terusan|aw|wg|tr|rv|i)\s*:`)

	// openReport is how a report that has neither a daemon's name nor its form begins to say what it is.
	openReport = regexp.MustCompile(`(?i)(could not|cannot|couldn't|can't|unable to) (be )?deliver(ed)?\b|undeliverable|was (not|never) delivered|delivery .{0,40}was aborted|delivery .{0,30}(failed|failure)`)

	enhanced = regexp.MustCompile(`(?:^|[^\d.])([245]\.\d{1,2}\.\d{1,3})(?:[^\d.]|\.?$|\.\D)`)
	// replyCode is an SMTP reply as software quotes it.
	replyCode = regexp.MustCompile(`(?:^|[\s:('"#<\[-])([45]\d\d)[ -]+(?:[#<?]?[45]\.\d|[A-Za-z<"'\[])`)
)

// bounce reads the mail as a report about another one; nil where it is none.
func bounce(l *Letter, root *node, text string, raw []byte) *Bounce {
	text = text[:min(len(text), maxReport)]
	if n := cloudNotice(l.From, text); n != nil {
		return n.bounce(mentioned(raw))
	}
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
	kind := strings.ToLower(params["report-type"])
	if !reports(l, text, returned != nil, status != nil || feedback != nil || kind == "delivery-status" || kind == "feedback-report") {
		return nil
	}
	b := &Bounce{IDs: unwrapped(mentioned(raw), root)}
	if feedback != nil || kind == "feedback-report" {
		b.Recipients = []Recipient{{}} // somebody complained: nothing failed
		return b
	}
	var fields []byte
	if status != nil {
		fields = status.content[:min(len(status.content), maxReport)]
	}
	b.conclude(notices(fields, l.Subject, text, l.header.Get("X-Failed-Recipients")))
	if returned != nil && b.Status == "" && !b.Hard {
		b.wrapped(returned.content)
	}
	return b
}

// reports reports whether a mail is a report about another one. formal says that it has the form of one.
func reports(l *Letter, text string, returned, formal bool) bool {
	if formal || l.header.Get("X-Failed-Recipients") != "" {
		return true
	}
	fromDaemon := daemon.MatchString(l.From) || l.From == "" && strings.Contains(strings.ToLower(l.header.Get("From")), "daemon")
	told := bounceSubject.MatchString(l.Subject)
	quotes := func() bool { return returned || quoted.MatchString(text) }
	coded := func() bool { return replyCode.MatchString(text) || enhanced.MatchString(text) }
	switch {
	case fromDaemon:
		return told || quotes() || coded()
	case nullPath(l.header):
		return told || openReport.MatchString(text[:min(len(text), 1000)])
	case passedOn.MatchString(l.Subject) && !passedOnBare(text):
		return false
	}
	return told && quotes() && (coded() || gone.MatchString(text)) ||
		noReply.MatchString(l.From) && quotes() && openReport.MatchString(text[:min(len(text), 1000)])
}

var forwarded = regexp.MustCompile(`(?im)^\W*(begin forwarded message|forwarded message|original message|pesan terusan|pesan yang diteruskan|pesan asli|from:|dari:)|^>`)

// passedOnBare reports whether somebody sent a report on without a sentence of his own.
func passedOnBare(text string) bool {
	at := forwarded.FindStringIndex(text)
	return at != nil && len(strings.Fields(text[:at[0]])) <= 4
}

// conclude sums up what the report says of each recipient.
func (b *Bounce) conclude(all []notice) {
	for _, n := range all {
		r := Recipient{Address: n.address, Failed: n.failed()}
		r.Status, r.Hard = n.verdict()
		r.Hard = r.Hard && r.Failed
		if !b.Hard && r.Hard || b.Status == "" && !b.Hard {
			b.Status = r.Status
		}
		if r.Failed && (b.Words == "" || r.Hard && !b.Hard) {
			b.Words = n.words()
		}
		b.Failed, b.Hard = b.Failed || r.Failed, b.Hard || r.Hard
		b.Recipients = append(b.Recipients, r)
	}
}

// wrapped looks into what came back: some gateways put the report about our mail into one of their own.
func (b *Bounce) wrapped(content []byte) {
	root, err := parse(content)
	if err != nil || !strings.HasSuffix(root.kind, "/report") && !bounceSubject.MatchString(decode(root.header.Get("Subject"))) {
		return
	}
	text := root.read().text
	inner := Bounce{}
	inner.conclude(notices(nil, "", text[:min(len(text), maxReport)], ""))
	if inner.Status != "" {
		b.Failed, b.Hard, b.Status, b.Recipients = inner.Failed, inner.Hard, inner.Status, inner.Recipients
		b.Words = inner.Words
	}
}

// quoted is how a mail that comes back within the text shows.
var quoted = regexp.MustCompile(`(?im)^[\s>]*(message-id|received|return-path|from):.*@|(original message( follows|:\s*$| headers?)|message headers? follow|copy of the (original )?message|-+ *original (message|mail))`)

// mentioned lists the Message-IDs in raw, also in parts that are quoted-printable or base64 no more than
// their line breaks hide.
func mentioned(raw []byte) []string {
	const scan = 1 << 20
	raw = raw[:min(len(raw), scan)]
	var ids []string
	for _, m := range messageID.FindAllStringSubmatch(strings.ReplaceAll(string(raw), "=\r\n", ""), maxIDs) {
		if strings.IndexByte(m[1], '@') > 0 {
			ids = append(ids, m[1])
		}
	}
	return ids
}
