package wire

import (
	"errors"
	"net/textproto"

	"github.com/emersion/go-imap/v2"

	"tanggap/channels"
)

// cause is why a *channels.Error came about, for errors.As. Its text says nothing: the causes' own hold what
// servers said, who name people.
type cause struct{ error }

func (cause) Error() string { return "the mail server's words are withheld" }

func (c cause) Unwrap() error { return c.error }

func because(e *channels.Error, err error) *channels.Error {
	if e.Err == nil {
		e.Err = cause{err}
	}
	return e
}

// Words are what the server itself said in refusing, "" where it said nothing. They may name people: they are
// for who mends the configuration, and for no log.
func Words(err error) string {
	if refused, ok := errors.AsType[*imap.Error](err); ok {
		return refused.Text
	}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		return reply.Msg
	}
	return ""
}
