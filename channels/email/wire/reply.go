package wire

import (
	"crypto/tls"
	"errors"
	"net/textproto"
	"strings"

	"tanggap/channels"
)

// connectError is for what went wrong before MAIL FROM: nothing was sent.
func connectError(err error) *channels.Error { return because(connectKind(err), err) }

func connectKind(err error) *channels.Error {
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
	case errors.As(err, &reply) && isReply(reply.Code):
		return replyError(stepConnect, reply.Code, reply.Msg)
	case strings.Contains(err.Error(), "STARTTLS"):
		return channels.Errorf(channels.Suspended, "starttls", "the mail server offers no TLS")
	default:
		return channels.Errorf(channels.Temporary, "connect", "the mail server's connection broke before anything was sent")
	}
}

// stepError is for what went wrong from MAIL FROM on. After the final dot, silence means that the server
// may have the message, and so do words that are neither yes nor no.
func stepError(at step, err error) *channels.Error { return because(stepKind(at, err), err) }

func stepKind(at step, err error) *channels.Error {
	var reply *textproto.Error
	switch {
	case errors.As(err, &reply) && isReply(reply.Code):
		return replyError(at, reply.Code, reply.Msg)
	case at == stepDot:
		return channels.Errorf(channels.UnknownSent, "data", "the connection broke before the mail server said whether it took the message")
	default:
		return channels.Errorf(channels.Temporary, "send", "the mail server's connection broke before the message was whole")
	}
}

// isReply tells whether a code says no, now (4yz) or for good (5yz).
func isReply(code int) bool { return code >= 400 && code < 600 }

// step is how far a conversation with an SMTP server had got.
type step int

const (
	stepConnect step = iota
	stepMail
	stepRecipient
	stepData
	stepDot // after the final dot
)
