package wire

import (
	"context"
	"io"
	"net"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"tanggap/channels"
)

// Submission is a connection to an SMTP server that has logged in.
type Submission struct {
	*smtp.Client
	net *boundConn
}

// Transfer hands one message over; from and to are in angle brackets, "<>" is the null return path.
func (c *Submission) Transfer(from, to string, msg io.WriterTo) error {
	if err := c.Mail(from); err != nil {
		return stepError(stepMail, err)
	}
	if err := c.Rcpt(to); err != nil {
		return stepError(stepRecipient, err)
	}
	w, err := c.Data()
	if err != nil {
		return stepError(stepData, err)
	}
	if _, err := msg.WriteTo(w); err != nil {
		return stepError(stepData, err)
	}
	c.net.wait = max(c.net.wait, dotWait)
	if err := w.Close(); err != nil {
		return stepError(stepDot, err)
	}
	return nil
}

// Quit is polite, but waits for no politeness: whatever was said about the message has been said.
func (c *Submission) Quit() {
	c.net.wait = quitWait
	c.Client.Quit()
	c.net.Close()
}

const (
	quitWait = 2 * time.Second
	// dotWait is for the answer to a whole message: who gives up early makes the other side send it
	// twice (RFC 5321, 4.5.3.2.6, asks for ten minutes). The context of the attempt is often shorter.
	dotWait = 10 * time.Minute
)

// Submit connects to SMTP as host helo, and logs in where there is a login; the end of ctx ends the
// connection.
func (s Server) Submit(ctx context.Context, helo string) (*Submission, error) {
	if s.Tokens == nil || s.Username == "" {
		return s.submit(ctx, helo, "")
	}
	return withToken(ctx, s.Tokens, func(token string) (*Submission, error) { return s.submit(ctx, helo, token) })
}

// submit makes one attempt, with the password where there is no token.
func (s Server) submit(ctx context.Context, helo, token string) (*Submission, error) {
	port, err := strconv.Atoi(s.port)
	if err != nil {
		return nil, channels.Errorf(channels.Suspended, "config", "smtp.url has no valid port")
	}
	policy := gomail.TLSMandatory
	if s.tls || s.loopback() {
		policy = gomail.NoTLS // TLS from the first byte, or not needed
	} else if s.Insecure {
		policy = gomail.TLSOpportunistic
	}
	var opened *boundConn
	options := []gomail.Option{
		gomail.WithPort(port),
		gomail.WithTLSPolicy(policy),
		gomail.WithTLSConfig(s.tlsConfig()),
		gomail.WithHELO(helo),
		gomail.WithTimeout(time.Hour), // boundConn and ctx bound each step
		gomail.WithoutNoop(),
		gomail.WithoutRset(),
		gomail.WithoutSMTPUTF8(),
		gomail.WithDialContextFunc(func(_ context.Context, _, _ string) (net.Conn, error) {
			conn, err := s.dial(ctx)
			if err != nil {
				return nil, err
			}
			opened = conn
			return conn, nil
		}),
	}
	login := &login{user: s.Username, password: s.Password, token: token, open: s.tls || s.loopback() || s.Insecure}
	if s.Username != "" {
		options = append(options, gomail.WithSMTPAuthCustom(login))
	}
	client, err := gomail.NewClient(s.host, options...)
	if err != nil {
		return nil, channels.Errorf(channels.Suspended, "config", "the SMTP settings do not fit together")
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		if opened != nil {
			opened.Close()
		}
		return nil, login.failure(err)
	}
	return &Submission{Client: conn, net: opened}, nil
}
