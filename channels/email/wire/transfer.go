package wire

import (
	"errors"
	"net/textproto"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/wneessen/go-mail/smtp"

	"tanggap/channels"
)

// Submission is a connection to an SMTP server that has logged in.
type Submission struct {
	*smtp.Client
	net *boundConn
}

const (
	// smtpWaits is how many times longer than one of IMAP an SMTP server may take for an answer: it asks others first
	// (RFC 5321, 4.5.3.2, says five minutes).
	smtpWaits = 5
	// dotWait is for the answer to a whole message: who gives up early makes the other side send it
	// twice (RFC 5321, 4.5.3.2.6, asks for ten minutes). The context of the attempt is often shorter.
	dotWait  = 10 * time.Minute
	quitWait = 2 * time.Second

	maxHeard = 1 << 20 // bytes of a server's answers in one conversation, which are a few hundred
)

// NullPath is the return path of mail that must not come back (RFC 5321, 4.5.5).
const NullPath = ""

// Transfer hands one message over, whose lines end in CRLF. Of the return paths the first counts; some servers refuse
// the null one to whoever has logged in, and get the next. An address with letters beyond ASCII needs a server that
// carries them (RFC 6531).
func (c *Submission) Transfer(to string, raw []byte, paths ...string) error {
	if most := c.most(); most > 0 && len(raw) > most {
		return channels.Errorf(channels.Rejected, "552 5.3.4", "the mail is larger than the %d kB that the mail server takes", most/1000)
	}
	if !ascii(to) {
		if carries, _ := c.Extension("SMTPUTF8"); !carries {
			return channels.Errorf(channels.Unreachable, "553 5.6.7", "the mail server carries no address with such letters")
		}
		c.SkipSMTPUTF8(false)
	}
	left, err := c.from(paths)
	if err != nil {
		return stepError(stepMail, err)
	}
	if err := c.rcpt(to, left); err != nil {
		return stepError(stepRecipient, err)
	}
	return c.content(raw)
}

// rcpt names the recipient. Postfix judges a return path only then, and says no to both in the same words: where one
// of the paths that are left helps, it was the path. Its error is the first one's.
func (c *Submission) rcpt(to string, left []string) error {
	first := c.Rcpt("<" + to + ">")
	if first == nil || !forGood(first) || len(left) == 0 {
		return first
	}
	if c.Reset() != nil {
		return first
	}
	if _, err := c.from(left); err != nil || c.Rcpt("<"+to+">") != nil {
		return first
	}
	return nil
}

// most is how large a message the server says that it takes (RFC 1870), 0 where it says nothing.
func (c *Submission) most() int {
	_, said := c.Extension("SIZE")
	most, err := strconv.Atoi(said)
	if err != nil {
		return 0
	}
	return most
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// from names the first return path that the server takes, and returns those after it. Its error is the first one's.
func (c *Submission) from(paths []string) (left []string, err error) {
	var first error
	for i, path := range paths {
		err := c.Mail("<" + path + ">")
		if err == nil {
			return paths[i+1:], nil
		}
		if first == nil {
			first = err
		}
		if !forGood(err) {
			break // it does not mind the path, or is gone
		}
	}
	return nil, first
}

// forGood reports whether err is a server's word that will not change.
func forGood(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && reply.Code >= 500
}

func (c *Submission) content(raw []byte) error {
	w, err := c.Data()
	if err != nil {
		return stepError(stepData, err)
	}
	if _, err := w.Write(raw); err != nil {
		return stepError(stepData, c.lastWords(err))
	}
	c.net.wait = max(c.net.wait, dotWait)
	err = w.Close()
	var reply *textproto.Error
	if errors.As(err, &reply) && reply.Code/100 == 2 {
		return nil // it says yes in its own way
	}
	if err != nil {
		return stepError(stepDot, err)
	}
	return nil
}

// lastWords are why the server hung up in the middle of a message, where it said so first; else err.
func (c *Submission) lastWords(err error) error {
	c.net.wait = quitWait
	if _, _, said := c.Text.ReadResponse(250); errors.As(said, new(*textproto.Error)) {
		return said
	}
	return err
}

// Quit is polite, but waits for no politeness: whatever was said about the message has been said.
func (c *Submission) Quit() {
	c.net.wait = quitWait
	c.Client.Quit()
	c.net.Close()
}

// heard ends a conversation in which the server does not come to an end.
type heard struct {
	*boundConn
	left int
}

func (h *heard) Read(p []byte) (int, error) {
	if h.left <= 0 {
		return 0, errors.New("the mail server says too much")
	}
	n, err := h.boundConn.Read(p[:min(len(p), h.left)])
	h.left -= n
	return n, err
}
