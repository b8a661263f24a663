package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"tanggap/channels"
)

// Mailbox is one login to the IMAP server. The library waits for ever for a silent peer: every call to
// it goes through within, whose timer closes the connection under it.
type Mailbox struct {
	client *imapclient.Client
	conn   net.Conn
	wait   time.Duration
	folder string
	more   chan struct{} // something new was announced
}

// Login dials and logs in to IMAP; the end of ctx ends the connection.
func (s Server) Login(ctx context.Context) (*Mailbox, error) {
	if s.Tokens == nil {
		return s.enter(ctx, "")
	}
	return withToken(ctx, s.Tokens, func(token string) (*Mailbox, error) { return s.enter(ctx, token) })
}

// enter makes one attempt, with the password where there is no token.
func (s Server) enter(ctx context.Context, token string) (*Mailbox, error) {
	m, err := s.greet(ctx, !s.tls && !s.loopback())
	if err != nil {
		return nil, err
	}
	if token != "" {
		err = m.present(s.Username, token)
	} else if err = m.login(s.Username, s.Password); err != nil {
		err = imapError("login", err)
	}
	if err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// greet connects and, where asked to, goes over to TLS. Only Insecure lets it stay in the open.
func (s Server) greet(ctx context.Context, startTLS bool) (*Mailbox, error) {
	conn, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	conn.long = true // the library always has a read under way; within watches instead
	m := &Mailbox{conn: conn, wait: s.Wait, folder: s.Folder, more: make(chan struct{}, 1)}
	options := &imapclient.Options{
		TLSConfig:             s.tlsConfig(),
		UnilateralDataHandler: &imapclient.UnilateralDataHandler{Mailbox: m.announced},
	}
	if !startTLS {
		m.client = imapclient.New(conn, options)
		if err := m.within(m.client.WaitGreeting); err != nil {
			m.Close()
			return nil, imapError("greeting", err)
		}
		return m, nil
	}
	err = m.within(func() (err error) {
		m.client, err = imapclient.NewStartTLS(conn, options)
		return err
	})
	if err == nil {
		return m, nil
	}
	conn.Close()
	var refused *imap.Error
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &refused) && s.Insecure:
		return s.greet(ctx, false)
	case errors.As(err, &refused):
		return nil, channels.Errorf(channels.Suspended, "starttls", "the server offers no TLS")
	case errors.As(err, &untrusted):
		return nil, dialError(untrusted.Err)
	default:
		return nil, imapError("starttls", err)
	}
}

// announced hears what the server says unasked. It may not block.
func (m *Mailbox) announced(data *imapclient.UnilateralDataMailbox) {
	if data.NumMessages != nil {
		select {
		case m.more <- struct{}{}:
		default:
		}
	}
}

// within bounds a call into the library.
func (m *Mailbox) within(call func() error) error {
	timer := time.AfterFunc(m.wait, func() { m.conn.Close() })
	defer timer.Stop()
	return call()
}

// Hear forgets what was announced so far: what is announced from now on ends the next Idle at once.
func (m *Mailbox) Hear() {
	select {
	case <-m.more:
	default:
	}
}

// Close ends the connection.
func (m *Mailbox) Close() {
	m.conn.Close()
	if m.client != nil {
		m.client.Close() // waits for the library's reader
	}
}

func (m *Mailbox) login(username, password string) error {
	return m.within(func() error {
		caps := m.client.Caps()
		switch {
		case caps.Has(imap.CapLoginDisabled):
			return &imap.Error{Type: imap.StatusResponseTypeNo, Code: imap.ResponseCodePrivacyRequired}
		case caps.Has(imap.AuthCap(sasl.Plain)):
			return m.client.Authenticate(sasl.NewPlainClient("", username, password))
		default:
			return m.client.Login(username, password).Wait()
		}
	})
}

// present logs in with an access token.
func (m *Mailbox) present(username, token string) error {
	var b *bearer
	err := m.within(func() error {
		if b = newBearer(m.client.Caps().AuthMechanisms(), username, token); b == nil {
			return nil
		}
		return m.client.Authenticate(b)
	})
	switch {
	case b == nil:
		return noTokens()
	case err != nil:
		return b.refusal(imapError("login", err))
	}
	return nil
}

// Idles reports whether the server can announce new mail.
func (m *Mailbox) Idles() bool {
	var caps imap.CapSet
	err := m.within(func() error { caps = m.client.Caps(); return nil })
	return err == nil && (caps.Has(imap.CapIdle) || caps.Has(imap.CapIMAP4rev2))
}

// Idle waits until the server announces something, or for as long as told, or until ctx ends.
func (m *Mailbox) Idle(ctx context.Context, limit time.Duration) error {
	var idle *imapclient.IdleCommand
	err := m.within(func() (err error) { idle, err = m.client.Idle(); return err })
	if err != nil {
		return imapError("idle", err)
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-m.more:
	case <-timer.C:
	case <-m.client.Closed():
	case <-ctx.Done():
	}
	err = m.within(func() error { return errors.Join(idle.Close(), idle.Wait()) })
	if err != nil {
		return imapError("idle", err)
	}
	return nil
}

// imapError gives err a kind. The server's words stay out: they may name people.
func imapError(doing string, err error) *channels.Error { return because(imapKind(doing, err), err) }

func imapKind(doing string, err error) *channels.Error {
	var refused *imap.Error
	if !errors.As(err, &refused) {
		return channels.Errorf(channels.Temporary, doing, "the mail server's connection broke")
	}
	kind := channels.Temporary
	switch refused.Code {
	case imap.ResponseCodeAuthenticationFailed, imap.ResponseCodeAuthorizationFailed, imap.ResponseCodeExpired,
		imap.ResponseCodePrivacyRequired, imap.ResponseCodeContactAdmin, imap.ResponseCodeNonExistent, imap.ResponseCodeNoPerm:
		kind = channels.Suspended
	case "":
		if doing == "login" || doing == "folder" {
			kind = channels.Suspended
		}
	}
	code := doing
	if refused.Code != "" {
		code = fmt.Sprintf("%s %s", doing, refused.Code)
	}
	return channels.Errorf(kind, code, "the mail server refused the %s", doing)
}
