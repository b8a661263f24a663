// Package wire speaks IMAP and SMTP for a mailbox: no wait without an end, and every failure an
// *channels.Error of the right kind that repeats nobody's words.
package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"strings"
	"time"

	"tanggap/channels"
)

// Server is where a server is and how it is spoken to.
type Server struct {
	Folder   string // of IMAP
	Username string // "" for SMTP: no login
	Password string
	Tokens   Tokens // in place of the password; nil for none
	// Insecure lets a server that is not on this machine be spoken to without TLS, when it offers none.
	// One on loopback is spoken to plainly.
	Insecure bool
	Wait     time.Duration // for one answer
	TLS      *tls.Config   // beyond the defaults; nil for none

	host, port string
	tls        bool // from the first byte
}

var defaultPorts = map[string]string{"imap": "143", "imaps": "993", "smtp": "587", "smtps": "465"}

// Parse reads scheme://host[:port][/folder], where scheme is protocol ("imap", "smtp") or protocol+"s".
// Its errors do not repeat the URL.
func Parse(raw, protocol string) (Server, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.Scheme != protocol && u.Scheme != protocol+"s" {
		return Server{}, errors.New("want " + protocol + "s://host:port or " + protocol + "://host:port")
	}
	if u.User != nil {
		return Server{}, errors.New("holds a login: use username and password")
	}
	s := Server{host: u.Hostname(), port: u.Port(), tls: strings.HasSuffix(u.Scheme, "s"), Folder: strings.Trim(u.Path, "/"), Wait: time.Minute}
	if s.port == "" {
		s.port = defaultPorts[u.Scheme]
	}
	if s.Folder == "" {
		s.Folder = "INBOX"
	}
	return s, nil
}

// Host is its name or address.
func (s Server) Host() string { return s.host }

// loopback reports whether nobody stands between us and the server.
func (s Server) loopback() bool {
	ip := net.ParseIP(s.host)
	return s.host == "localhost" || ip != nil && ip.IsLoopback()
}

// dial connects, with TLS where the URL says so. ctx bounds the connecting; its end also closes the
// connection later, so that nothing waits beyond it. No write, and no read that a deadline is not set
// for, takes longer than wait.
func (s Server) dial(ctx context.Context) (*boundConn, error) {
	dialing, cancel := context.WithTimeout(ctx, s.Wait)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(dialing, "tcp", net.JoinHostPort(s.host, s.port))
	if err != nil {
		return nil, dialError(err)
	}
	if s.tls {
		secure := tls.Client(conn, s.tlsConfig())
		if err := secure.HandshakeContext(dialing); err != nil {
			conn.Close()
			return nil, dialError(err)
		}
		conn = secure
	}
	bound := &boundConn{Conn: conn, wait: s.Wait}
	bound.unhook = context.AfterFunc(ctx, func() { conn.Close() })
	return bound, nil
}

func (s Server) tlsConfig() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		c = s.TLS.Clone()
	}
	c.ServerName = s.host
	return c
}

// boundConn lets no read and no write wait for ever. A deadline set by its user is kept when it is sooner.
type boundConn struct {
	net.Conn
	wait   time.Duration
	unhook func() bool
	long   bool // reads may wait for ever: the user watches them
}

func (c *boundConn) Read(p []byte) (int, error) {
	if !c.long {
		if err := c.Conn.SetReadDeadline(time.Now().Add(c.wait)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(p)
}

func (c *boundConn) Write(p []byte) (int, error) {
	if err := c.Conn.SetWriteDeadline(time.Now().Add(c.wait)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

func (c *boundConn) Close() error {
	c.unhook()
	return c.Conn.Close()
}

// The libraries' own deadlines, one for a whole message or none at all, are not wanted.
func (c *boundConn) SetDeadline(time.Time) error      { return nil }
func (c *boundConn) SetReadDeadline(time.Time) error  { return nil }
func (c *boundConn) SetWriteDeadline(time.Time) error { return nil }

// dialError says why no connection came about. A certificate that does not fit is for a person to mend.
func dialError(err error) *channels.Error { return because(dialKind(err), err) }

func dialKind(err error) *channels.Error {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &invalid):
		return channels.Errorf(channels.Suspended, "tls", "the server's certificate is not trusted")
	case errors.Is(err, context.DeadlineExceeded):
		return channels.Errorf(channels.Temporary, "dial", "the server did not answer in time")
	default:
		return channels.Errorf(channels.Temporary, "dial", "the server cannot be reached")
	}
}
