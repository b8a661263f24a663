package wire

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
)

func TestReplies(t *testing.T) {
	cases := []struct {
		at    step
		code  int
		words string
		want  channels.ErrorKind
		after time.Duration
	}{
		{stepConnect, 421, "4.3.2 Service shutting down", channels.Temporary, 0},
		{stepConnect, 554, "5.7.1 Your host is blocked", channels.Suspended, 0},
		{stepConnect, 454, "4.7.0 Temporary authentication failure", channels.Temporary, 0},
		{stepMail, 530, "5.7.0 Authentication required", channels.Suspended, 0},
		{stepMail, 553, "5.7.1 Sender address rejected: not owned by user", channels.Suspended, 0},
		{stepMail, 552, "5.3.4 Message size exceeds fixed limit", channels.Rejected, 0},
		{stepMail, 451, "4.7.28 Rate limit exceeded, try again in 7 seconds", channels.Throttled, 7 * time.Second},
		{stepConnect, 421, "Too many concurrent connections", channels.Throttled, throttledFor},
		{stepRecipient, 450, "4.2.0 Greylisted, please try again in 5 minutes", channels.Temporary, 5 * time.Minute},
		{stepRecipient, 452, "4.2.2 The mailbox is over its storage limit", channels.Temporary, 0},
		{stepRecipient, 550, "5.1.1 <a@b.test>: user unknown", channels.Unreachable, 0},
		{stepRecipient, 550, "no such user", channels.Unreachable, 0},
		{stepRecipient, 552, "5.2.2 Mailbox full", channels.Unreachable, 0},
		{stepRecipient, 554, "5.7.1 Relay access denied", channels.Rejected, 0},
		{stepData, 554, "5.6.0 content refused", channels.Rejected, 0},
		{stepDot, 550, "5.1.1 no such user", channels.Unreachable, 0},
		{stepDot, 552, "message too big", channels.Rejected, 0},
		{stepDot, 451, "local error", channels.Temporary, 0},
	}
	for _, c := range cases {
		err := stepError(c.at, &textproto.Error{Code: c.code, Msg: c.words})
		if err.Kind != c.want || err.RetryAfter != c.after {
			t.Errorf("%d %s: %s after %v, want %s after %v", c.code, c.words, err.Kind, err.RetryAfter, c.want, c.after)
		}
		if !strings.HasPrefix(err.Code, fmt.Sprint(c.code)) || strings.Contains(err.Error(), "@") {
			t.Errorf("%d %s: says %q", c.code, c.words, err)
		}
	}
	if kind := stepError(stepDot, io.ErrUnexpectedEOF).Kind; kind != channels.UnknownSent {
		t.Errorf("silence after the dot is %s", kind)
	}
	if kind := stepError(stepData, io.ErrUnexpectedEOF).Kind; kind != channels.Temporary {
		t.Errorf("silence before the dot is %s", kind)
	}
}

// speak serves one conversation after another: it greets, and answers each line with what answer gives.
func speak(t *testing.T, config *tls.Config, greeting string, answer func(string) string) (address string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if config != nil {
					conn = tls.Server(conn, config)
				}
				io.WriteString(conn, greeting)
				lines := bufio.NewScanner(conn)
				for lines.Scan() {
					io.WriteString(conn, answer(lines.Text()))
				}
			}()
		}
	}()
	return l.Addr().String()
}

func imapAnswer(l string) string {
	tag, command, _ := strings.Cut(l, " ")
	switch command, _, _ := strings.Cut(command, " "); command {
	case "CAPABILITY":
		return "* CAPABILITY IMAP4rev1 IDLE\r\n" + tag + " OK done\r\n"
	case "STARTTLS":
		return tag + " BAD unknown command\r\n"
	default:
		return tag + " OK done\r\n"
	}
}

const imapGreeting = "* OK ready\r\n"

func server(t *testing.T, url, protocol string) Server {
	t.Helper()
	s, err := Parse(url, protocol)
	if err != nil {
		t.Fatal(err)
	}
	s.Username, s.Password, s.Wait = "u", "p", 5*time.Second
	return s
}

func TestTLSFromTheFirstByteIsVerified(t *testing.T) {
	web := httptest.NewTLSServer(nil) // for its certificate, which is for 127.0.0.1
	defer web.Close()
	config := &tls.Config{Certificates: web.TLS.Certificates}
	s := server(t, "imaps://"+speak(t, config, imapGreeting, imapAnswer), "imap")
	if _, err := s.Login(t.Context()); channels.KindOf(err) != channels.Suspended {
		t.Errorf("a certificate that nobody vouches for: %v, want suspended", err)
	}
	s.TLS = &tls.Config{RootCAs: x509.NewCertPool()}
	s.TLS.RootCAs.AddCert(web.Certificate())
	m, err := s.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.Close()
}

func TestNoTLSNoLogin(t *testing.T) {
	address := speak(t, nil, imapGreeting, imapAnswer)
	s := server(t, "imap://"+address, "imap")
	if _, err := s.greet(t.Context(), true); channels.KindOf(err) != channels.Suspended {
		t.Errorf("a server without STARTTLS: %v, want suspended", err)
	}
	s.Insecure = true
	m, err := s.greet(t.Context(), true)
	if err != nil {
		t.Fatalf("a server without STARTTLS, with leave to go on: %v", err)
	}
	m.Close()
	if s.loopback() != true || server(t, "imap://mail.kota.test", "imap").loopback() {
		t.Error("loopback is not told from the network")
	}
}

func TestARefusedLoginIsSuspended(t *testing.T) {
	for words, want := range map[string]channels.ErrorKind{
		"NO [AUTHENTICATIONFAILED] wrong": channels.Suspended,
		"NO wrong":                        channels.Suspended,
		"NO [UNAVAILABLE] busy":           channels.Temporary,
	} {
		s := server(t, "imap://"+speak(t, nil, imapGreeting, func(l string) string {
			if tag, command, _ := strings.Cut(l, " "); strings.HasPrefix(command, "LOGIN") {
				return tag + " " + words + "\r\n"
			}
			return imapAnswer(l)
		}), "imap")
		if _, err := s.Login(t.Context()); channels.KindOf(err) != want {
			t.Errorf("%s: %v, want %s", words, err, want)
		}
	}
}

func TestSMTPWithoutALoginThatWeKnow(t *testing.T) {
	s := server(t, "smtp://"+speak(t, nil, "220 ready\r\n", func(l string) string {
		if strings.HasPrefix(l, "EHLO") {
			return "250-hello\r\n250 AUTH NTLM\r\n"
		}
		return "250 done\r\n"
	}), "smtp")
	if _, err := s.Submit(t.Context(), "kota.test"); channels.KindOf(err) != channels.Suspended {
		t.Errorf("Submit: %v, want suspended", err)
	}
}

func TestTheContextEndsEveryWait(t *testing.T) {
	address := speak(t, nil, "", func(string) string { return "" })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	mail, smtp := server(t, "imap://"+address, "imap"), server(t, "smtp://"+address, "smtp")
	mail.Wait, smtp.Wait = time.Hour, time.Hour
	go func() { _, err := mail.Login(ctx); ended <- err }()
	go func() { _, err := smtp.Submit(ctx, "kota.test"); ended <- err }()
	cancel()
	for range 2 {
		select {
		case err := <-ended:
			if err == nil {
				t.Error("a login on a silent server")
			}
		case <-time.After(2 * time.Minute):
			t.Fatal("a wait goes on after its context has ended")
		}
	}
}
