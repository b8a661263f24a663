package wire

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tanggap/channels"
)

// Where in a conversation a rule holds.
const (
	atConnect   = 1 << stepConnect // greeting, EHLO, STARTTLS, login
	atMail      = 1 << stepMail
	atRecipient = 1 << stepRecipient
	atContent   = 1<<stepData | 1<<stepDot
	atMessage   = atRecipient | atContent // what is said there may concern one citizen alone
	anywhere    = atConnect | atMail | atMessage
)

// rule says what a reply means. Of several the first that fits holds; what it leaves empty fits everything.
type rule struct {
	at     int
	codes  string         // the first digit, or whole codes with spaces between them
	status string         // enhanced codes without their class, with spaces between; "7." is all that begin so
	words  *regexp.Regexp // what the text has
	kind   channels.ErrorKind
	wait   time.Duration // where the text names none
	reason string
}

// maxWords of a reply are looked at.
const maxWords = 2000

// How long to wait where the server does not say.
const (
	throttledFor = 5 * time.Minute
	quotaFor     = time.Hour
	fullFor      = time.Hour // a mailbox that is full is rarely emptied sooner
)

// What servers write. Most of their texts say more than their codes: 550 5.7.1 alone is an unknown user here, spam
// there, and with the big providers often no more than "later".
var (
	greylisted = regexp.MustCompile(`(?i)gr[ae]y.?list`)
	spent      = regexp.MustCompile(`(?i)\b(daily|hourly|sending|outgoing|outbound|messages? per)\b[^.\n]{0,40}\b(limit|quota)|quota exceeded for sending`)
	tooFast    = regexp.MustCompile(`(?i)\b(rate|too (many|fast|much)|throttl|slow down|limit(s|ed)?\b)`)
	farTooFast = regexp.MustCompile(`(?i)\brate.?limit|\btoo many (concurrent |simultaneous )?(connections|messages|mails|sessions|logins)|\bthrottl|\btoo fast\b|\bslow down`)
	full       = regexp.MustCompile(`(?i)\b(mailbox|inbox|storage|disk)\b[^.\n]{0,40}\b(full|over|exceed\w*|limit)\b|\b(user|account|recipient)\b[^.\n]{0,40}\bfull\b|\bover ?quota|\bquota\b[^.\n]{0,20}\b(exceeded|full|reached)`)
	tooLarge   = regexp.MustCompile(`(?i)\b(message|mail|attachment)s?\b[^.\n]{0,30}\bsize\b|\bsize of (the|your) (message|mail)|\btoo (big|large)\b`)
	later      = regexp.MustCompile(`(?i)\btemporar|\b(re)?try (it )?(again )?(later|in \d)|\bcome back later|\bdeferred`)
	noUser     = regexp.MustCompile(`(?i)\b(user|recipient|mailbox|account|addressee)\b[^.\n]{0,60}\b(unknown|not found|does ?n[o']t exist|not exist|no longer|invalid|inactive|unavailable)|\b(unknown|no such|invalid|non-?existent) (user|recipient|mailbox|address|account|person)|\bno mailbox\b|\bnot a valid (mailbox|user|recipient)`)
	noLetters  = regexp.MustCompile(`(?i)\bsmtputf8\b|\binternationali[sz]ed`)
	wantsTLS   = regexp.MustCompile(`(?i)starttls|\btls\b|\bssl\b|encrypt`)
	noRelay    = regexp.MustCompile(`(?i)\brelay`)
	unsigned   = regexp.MustCompile(`(?i)\b(dmarc|spf|dkim)\b|\bunauthenticated\b`)
	listed     = regexp.MustCompile(`(?i)\b(block|black|deny).?list|\bspamhaus\b|\bdnsbl\b|\brbl\b|\breputation\b`)
	harmful    = regexp.MustCompile(`(?i)\bspam|\bvirus|\bmalware|\bunsolicited|\bphish|\bharmful|\bbulk\b`)
)

// rules are RFC 5321, 4.2, RFC 3463 with its registry, RFC 4954, 6, RFC 7372 and 7504, and what large providers make of
// them. A citizen's server never stops the account (Suspended): only what is about ourselves does.
var rules = []rule{
	{anywhere, "", "", greylisted, channels.Temporary, 0, "the mail server lets no first try through (greylisting)"},
	{atMessage, "", "2.2", nil, channels.Temporary, fullFor, "the citizen's mailbox is full"},
	{atMail | atMessage, "5", "3.4 2.3", nil, channels.Rejected, 0, "the mail is larger than the mail server takes"},
	{atMail | atMessage, "5", "", tooLarge, channels.Rejected, 0, "the mail is larger than the mail server takes"},
	{anywhere, "", "4.5 1.90 7.232 7.233", nil, channels.Throttled, quotaFor, "the mail account has sent as much as its provider lets it for now"},
	{anywhere, "", "", spent, channels.Throttled, quotaFor, "the mail account has sent as much as its provider lets it for now"},

	{atConnect, "432", "", nil, channels.Suspended, 0, "the mail server wants the account's password to be changed"},
	{anywhere, "4", "2.", nil, channels.Temporary, 0, "the citizen's mailbox takes no mail for now"},
	{anywhere, "4", "", tooLarge, channels.Temporary, 0, "the mail server asks to try again later"},
	{anywhere, "4", "", tooFast, channels.Throttled, throttledFor, "the mail server says that we send too fast"},
	{anywhere, "4", "4.", nil, channels.Temporary, 0, "the mail server cannot reach the citizen's for now"},
	{anywhere, "4", "3.", nil, channels.Temporary, 0, "the mail server is busy, or being worked on"},
	{anywhere, "4", "", nil, channels.Temporary, 0, "the mail server asks to try again later"},

	{anywhere, "535", "", nil, channels.Suspended, 0, "the mail server refuses our username or password"},
	{anywhere, "534", "", nil, channels.Suspended, 0, "the mail server wants another way to log in, such as an app password"},
	{anywhere, "530 538", "", wantsTLS, channels.Suspended, 0, "the mail server wants TLS before anything else"},
	{anywhere, "530 538", "", nil, channels.Suspended, 0, "the mail server wants a login before it takes mail"},
	{anywhere, "5", "1.7 1.8 7.501 7.502 7.503 7.705 7.708 7.750", nil, channels.Suspended, 0, "the mail server has barred our sender address"},
	{atMail | atMessage, "5", "6.7 6.8 6.9 6.10", nil, channels.Unreachable, 0, "the mail server carries no address with such letters"},
	{atMail | atMessage, "5", "", noLetters, channels.Unreachable, 0, "the mail server carries no address with such letters"},
	{atMessage, "5", "", full, channels.Temporary, fullFor, "the citizen's mailbox is full"},
	{atMail | atContent, "523 552", "", nil, channels.Rejected, 0, "the mail is larger than the mail server takes"},
	{atConnect | atMail, "5", "", farTooFast, channels.Throttled, throttledFor, "the mail server says that we send too fast"},
	{atMessage, "5", "", farTooFast, channels.Temporary, throttledFor, "the mail server refuses for now, and says to try again"},
	{anywhere, "5", "", later, channels.Temporary, 0, "the mail server refuses for now, and says to try again"},
	{atConnect, "", "", nil, channels.Suspended, 0, "the mail server refuses our connection or login"},
	{atMail, "", "", nil, channels.Suspended, 0, "the mail server refuses our sender address"},

	{atMessage, "556", "", nil, channels.Unreachable, 0, "the domain of the address takes no mail"},
	{atMessage, "", "1.10", nil, channels.Unreachable, 0, "the domain of the address takes no mail"},
	{atMessage, "", "1.2 4.4", nil, channels.Unreachable, 0, "the domain of the address has no mail server"},
	{atMessage, "", "1.1 1.3 1.6 2.1", nil, channels.Unreachable, 0, "the mail server knows no such mailbox, or it takes no mail"},
	{atMessage, "", "", noUser, channels.Unreachable, 0, "the mail server knows no such mailbox, or it takes no mail"},
	{atMessage, "", "7.20 7.21 7.22 7.23 7.24 7.25 7.26 7.27", nil, channels.Rejected, 0, "the citizen's mail server does not believe that the mail is ours: tanggap check says what SPF, DKIM and DMARC lack"},
	{atMessage, "", "", unsigned, channels.Rejected, 0, "the citizen's mail server does not believe that the mail is ours: tanggap check says what SPF, DKIM and DMARC lack"},
	{atMessage, "", "", listed, channels.Rejected, 0, "the citizen's mail server has ours on a block list"},
	{atMessage, "", "", harmful, channels.Rejected, 0, "the mail server takes the message for spam, or for harmful"},
	{atRecipient, "", "", noRelay, channels.Rejected, 0, "the mail server carries no mail to the address's domain: it may want a login"},
	{atRecipient, "", "7.", nil, channels.Rejected, 0, "the mail server's rules forbid mail to this address"},
	{atContent, "", "7.", nil, channels.Rejected, 0, "the mail server's rules forbid the message"},
	{atMessage, "", "6.", nil, channels.Rejected, 0, "the mail server cannot take a message of this form"},
	{atMessage, "", "1. 4.1", nil, channels.Unreachable, 0, "the mail server knows no such mailbox, or it takes no mail"},
	{atRecipient, "", "3. 4. 5.", nil, channels.Rejected, 0, "the mail server refuses the message"},
	{atRecipient, "501 550 551 552 553", "", nil, channels.Unreachable, 0, "the mail server knows no such mailbox, or it takes no mail"},
	{anywhere, "", "", nil, channels.Rejected, 0, "the mail server refuses the message"},
}

// enhanced is a status code (RFC 2034) where it stands, or as qmail and Exchange write it: "(#5.1.1)". Elsewhere
// such figures are an IP address.
var enhanced = regexp.MustCompile(`(?:^|[#(])\s*([245]\.\d{1,3}\.\d{1,3})(?:[^.\d]|$)`)

// replyError gives a reply its kind. words are the server's; they stay out of the error, for they name addresses.
func replyError(at step, code int, words string) *channels.Error {
	words = words[:min(len(words), maxWords)]
	status := ""
	if m := enhanced.FindStringSubmatch(words); m != nil {
		status = m[1]
	}
	number := strconv.Itoa(code)
	e := &channels.Error{Code: strings.TrimSpace(number + " " + status)}
	if strings.HasPrefix(status, "4.") {
		number = "4" + number[1:] // of the two the milder: what is tried again is not lost
	}
	i := slices.IndexFunc(rules, func(r rule) bool { return r.fits(at, number, status, words) })
	r := rules[i] // the last one fits everything
	e.Kind, e.Reason = r.kind, r.reason
	if r.kind == channels.Temporary || r.kind == channels.Throttled {
		e.RetryAfter = waitIn(words, r.wait)
	}
	return e
}

func (r rule) fits(at step, code, status, words string) bool {
	detail := ""
	if len(status) > 2 {
		detail = status[2:]
	}
	return r.at&(1<<at) != 0 &&
		(r.codes == "" || r.codes == code[:1] || slices.Contains(strings.Fields(r.codes), code)) &&
		(r.status == "" || slices.ContainsFunc(strings.Fields(r.status), func(s string) bool {
			return s == detail || strings.HasSuffix(s, ".") && strings.HasPrefix(detail, s)
		})) &&
		(r.words == nil || r.words.MatchString(words))
}

var retryAfter = regexp.MustCompile(`(?i)\b(?:in|after|wait|within)\s+(\d{1,5})\s*(s|sec|seconds?|detik|m|min|minutes?|menit|h|hours?|jam)\b`)

// waitIn finds how long the server wants us to wait.
func waitIn(words string, otherwise time.Duration) time.Duration {
	m := retryAfter.FindStringSubmatch(words)
	if m == nil {
		return otherwise
	}
	n, err := strconv.Atoi(m[1])
	if err != nil || n == 0 {
		return otherwise
	}
	unit := time.Second
	switch strings.ToLower(m[2])[0] {
	case 'm':
		unit = time.Minute
	case 'h', 'j':
		unit = time.Hour
	}
	return min(time.Duration(n)*unit, 24*time.Hour)
}
