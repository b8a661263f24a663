package wire

import (
	"context"
	"net"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"tanggap/channels"
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
			conn.wait = smtpWaits * s.Wait
			opened = conn
			return &heard{conn, maxHeard}, nil
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
