package email

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"tanggap/channels"
)

// Send makes one attempt over a connection of its own.
func (a *Adapter) Send(ctx context.Context, out channels.Outbound) (channels.Receipt, error) {
	if ctx.Err() != nil {
		return channels.Receipt{}, channels.Errorf(channels.Temporary, "context", "there is no time left to send")
	}
	msg, err := a.compose(out)
	if err != nil {
		return channels.Receipt{}, err
	}
	conn, err := a.dialSMTP(ctx)
	if err != nil {
		return channels.Receipt{}, err
	}
	defer conn.quit()
	sender := "<" + a.config.Address + ">"
	if out.Automatic {
		sender = "<>" // what no person wrote must not come back as a bounce to be answered (RFC 3834, 3.3)
	}
	if err := conn.transfer(sender, "<"+out.To.Value+">", msg); err != nil {
		return channels.Receipt{}, err
	}
	return channels.Receipt{MessageID: a.messageID(out.Key), State: channels.Sent}, nil
}

// smtpConn is a connection that has logged in.
type smtpConn struct {
	*smtp.Client
	net *boundConn
}

// transfer hands one message over.
func (c *smtpConn) transfer(from, to string, msg io.WriterTo) error {
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
	if err := w.Close(); err != nil {
		return stepError(stepDot, err)
	}
	return nil
}

// quit is polite, but waits for no politeness: whatever was said about the message has been said.
func (c *smtpConn) quit() {
	c.net.wait = quitWait
	c.Quit()
	c.net.Close()
}

const quitWait = 2 * time.Second

// dialSMTP connects, and logs in where there is a login.
func (a *Adapter) dialSMTP(ctx context.Context) (*smtpConn, error) {
	port, err := strconv.Atoi(a.smtp.port)
	if err != nil {
		return nil, channels.Errorf(channels.Suspended, "config", "smtp.url has no valid port")
	}
	policy := gomail.TLSMandatory
	if a.smtp.tls || a.smtp.loopback() {
		policy = gomail.NoTLS // TLS from the first byte, or not needed
	} else if a.config.Insecure {
		policy = gomail.TLSOpportunistic
	}
	var opened *boundConn
	options := []gomail.Option{
		gomail.WithPort(port),
		gomail.WithTLSPolicy(policy),
		gomail.WithTLSConfig(a.tlsConfig(a.smtp)),
		gomail.WithHELO(a.domain),
		gomail.WithTimeout(time.Hour), // boundConn and ctx bound each step
		gomail.WithoutNoop(),
		gomail.WithoutRset(),
		gomail.WithoutSMTPUTF8(),
		gomail.WithDialContextFunc(func(_ context.Context, _, _ string) (net.Conn, error) {
			conn, err := a.dial(ctx, a.smtp)
			if err != nil {
				return nil, err
			}
			opened = conn
			return conn, nil
		}),
	}
	if a.config.SMTP.Username != "" {
		login := &login{user: a.config.SMTP.Username, password: a.config.SMTP.Password, open: a.smtp.tls || a.smtp.loopback() || a.config.Insecure}
		options = append(options, gomail.WithSMTPAuthCustom(login))
	}
	client, err := gomail.NewClient(a.smtp.host, options...)
	if err != nil {
		return nil, channels.Errorf(channels.Suspended, "config", "the SMTP settings do not fit together")
	}
	conn, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		if opened != nil {
			opened.Close()
		}
		return nil, connectError(err)
	}
	return &smtpConn{Client: conn, net: opened}, nil
}

func (a *Adapter) checkSMTP(ctx context.Context) error {
	conn, err := a.dialSMTP(ctx)
	if err != nil {
		return err
	}
	conn.quit()
	return nil
}

// login chooses a mechanism that the server offers.
type login struct {
	user, password string
	open           bool // the connection is encrypted or local, though the library does not know
	chosen         smtp.Auth
}

var errNoLogin = errors.New("no login that we know is offered")

func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS && !l.open {
		return "", nil, errNoLogin
	}
	for _, mechanism := range server.Auth {
		switch strings.ToUpper(mechanism) {
		case "PLAIN":
			l.chosen = smtp.PlainAuth("", l.user, l.password, server.Name, true)
			return l.chosen.Start(server)
		case "LOGIN":
			l.chosen = smtp.LoginAuth(l.user, l.password, server.Name, true)
		}
	}
	if l.chosen == nil {
		return "", nil, errNoLogin
	}
	return l.chosen.Start(server)
}

func (l *login) Next(challenge []byte, more bool) ([]byte, error) {
	return l.chosen.Next(challenge, more)
}
