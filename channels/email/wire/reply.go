package wire

import (
	"crypto/tls"
	"errors"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tanggap/channels"
)

// connectError is for what went wrong before MAIL FROM: nothing was sent.
func connectError(err error) *channels.Error {
	var ready *channels.Error
	var reply *textproto.Error
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &ready):
		return ready
	case errors.As(err, &untrusted):
		return dialError(untrusted.Err)
	case errors.Is(err, errNoLogin):
		return channels.Errorf(channels.Suspended, "auth", "the mail server offers no login that we may use")
	case errors.As(err, &reply):
		return replyError(stepConnect, reply.Code, reply.Msg)
	case strings.Contains(err.Error(), "STARTTLS"):
		return channels.Errorf(channels.Suspended, "starttls", "the mail server offers no TLS")
	default:
		return channels.Errorf(channels.Temporary, "connect", "the mail server's connection broke before anything was sent")
	}
}

// stepError is for what went wrong from MAIL FROM on. After the final dot, silence means that the server
// may have the message.
func stepError(at step, err error) *channels.Error {
	var reply *textproto.Error
	switch {
	case errors.As(err, &reply):
		return replyError(at, reply.Code, reply.Msg)
	case at == stepDot:
		return channels.Errorf(channels.UnknownSent, "data", "the connection broke before the mail server said whether it took the message")
	default:
		return channels.Errorf(channels.Temporary, "send", "the mail server's connection broke before the message was whole")
	}
}

// step is how far a conversation with an SMTP server had got.
type step int

const (
	stepConnect step = iota
	stepMail
	stepRecipient
	stepData
	stepDot // after the final dot
)

var (
	tooFast    = regexp.MustCompile(`(?i)\b(rate|too (many|fast|much)|throttl|slow down|limit(s|ed)?\b|quota exceeded for sending)`)
	retryAfter = regexp.MustCompile(`(?i)\b(?:in|after|wait|within)\s+(\d{1,5})\s*(s|sec|seconds?|detik|m|min|minutes?|menit|h|hours?|jam)\b`)
	enhanced   = regexp.MustCompile(`\b[245]\.\d{1,3}\.\d{1,3}\b`)
)

// throttledFor is how long to wait where the server does not say.
const throttledFor = 5 * time.Minute

// replyError gives a reply (RFC 5321, 4.2; RFC 3463) its kind. words are the server's; they stay out of
// the error, for they name addresses.
func replyError(at step, code int, words string) *channels.Error {
	status := enhanced.FindString(words)
	e := &channels.Error{Code: strings.TrimSpace(strconv.Itoa(code) + " " + status)}
	class, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(status, "5."), "4."), ".")
	switch {
	case code == 421 || code/100 == 4:
		e.Kind, e.Reason, e.RetryAfter = channels.Temporary, "the mail server asks to try again later", waitIn(words, 0)
		if tooFast.MatchString(words) && !strings.HasPrefix(status, "4.2.") {
			e.Kind, e.Reason, e.RetryAfter = channels.Throttled, "the mail server says that we send too fast", waitIn(words, throttledFor)
		}
	case code == 530 || code == 534 || code == 535 || code == 538 || at == stepConnect:
		e.Kind, e.Reason = channels.Suspended, "the mail server refuses our connection or login"
	case at == stepMail && code != 552:
		e.Kind, e.Reason = channels.Suspended, "the mail server refuses our sender address"
	case at == stepRecipient && class == "7":
		e.Kind, e.Reason = channels.Rejected, "the mail server's rules forbid mail to this address"
	case at == stepRecipient, code/100 == 5 && (class == "1" || class == "2"):
		e.Kind, e.Reason = channels.Unreachable, "the mail server knows no such mailbox, or it takes no mail"
	default:
		e.Kind, e.Reason = channels.Rejected, "the mail server refuses the message"
	}
	return e
}

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
