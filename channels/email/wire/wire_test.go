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
	const hour = time.Hour
	cases := []struct {
		at    step
		code  int
		words string
		want  channels.ErrorKind
		after time.Duration
	}{
		// Before anything about a mail was said: the account's matter.
		{stepConnect, 421, "4.3.2 Service shutting down", channels.Temporary, 0},
		{stepConnect, 421, "Too many concurrent connections", channels.Throttled, throttledFor},
		{stepConnect, 554, "5.7.1 Your host is blocked", channels.Suspended, 0},
		{stepConnect, 521, "this host takes no mail", channels.Suspended, 0},
		{stepConnect, 554, "5.7.0 Too many connections from 192.0.2.1", channels.Throttled, throttledFor},
		{stepConnect, 554, "no service for now, try again later", channels.Temporary, 0},
		{stepConnect, 454, "4.7.0 Temporary authentication failure", channels.Temporary, 0},
		{stepConnect, 454, "4.7.0 Too many login attempts, please try again in 10 minutes", channels.Throttled, 10 * time.Minute},
		{stepConnect, 432, "4.7.12 A password transition is needed", channels.Suspended, 0},
		{stepConnect, 535, "5.7.8 Username and Password not accepted", channels.Suspended, 0},
		{stepConnect, 535, "authentication failed, please try again later", channels.Suspended, 0},
		{stepConnect, 534, "5.7.9 Application-specific password required", channels.Suspended, 0},
		{stepConnect, 538, "5.7.11 Encryption required", channels.Suspended, 0},

		// The sender: of all mails the same.
		{stepMail, 530, "5.7.0 Must issue a STARTTLS command first", channels.Suspended, 0},
		{stepMail, 530, "5.7.0 Authentication required", channels.Suspended, 0},
		{stepMail, 553, "5.7.1 Sender address rejected: not owned by user", channels.Suspended, 0},
		{stepMail, 550, "5.7.60 Client does not have permissions to send as this sender", channels.Suspended, 0},
		{stepMail, 552, "5.3.4 Message size exceeds fixed limit", channels.Rejected, 0},
		{stepMail, 552, "message is larger than I can take", channels.Rejected, 0},
		{stepMail, 451, "4.7.28 Rate limit exceeded, try again in 7 seconds", channels.Throttled, 7 * time.Second},
		{stepMail, 550, "5.4.5 Daily user sending limit exceeded", channels.Throttled, hour},

		// The citizen's address.
		{stepRecipient, 450, "4.2.0 Greylisted, please try again in 5 minutes", channels.Temporary, 5 * time.Minute},
		{stepRecipient, 450, "4.7.1 Greylisting in action, too many tries", channels.Temporary, 0},
		{stepRecipient, 550, "5.7.1 Greylisted", channels.Temporary, 0},
		{stepRecipient, 550, "5.7.1 Service refused, please try again later", channels.Temporary, 0},
		{stepRecipient, 450, "4.1.1 unverified address", channels.Temporary, 0},
		{stepRecipient, 450, "4.2.1 The user receives mail at a rate that prevents more", channels.Temporary, 0},
		{stepRecipient, 451, "4.7.500 Server busy. Please try again later", channels.Temporary, 0},
		{stepRecipient, 451, "4.4.1 no answer from host", channels.Temporary, 0},
		{stepRecipient, 452, "4.3.1 Insufficient system storage", channels.Temporary, 0},
		{stepRecipient, 452, "4.2.2 The mailbox is over its storage limit", channels.Temporary, hour},
		{stepRecipient, 552, "5.2.2 Mailbox full", channels.Temporary, hour},
		{stepRecipient, 552, "5.2.2 mailbox size limit exceeded", channels.Temporary, hour},
		{stepRecipient, 550, "The account is over quota", channels.Temporary, hour},
		{stepRecipient, 550, "4.2.1 mailbox locked", channels.Temporary, 0},
		{stepRecipient, 550, "mailbox temporarily unavailable", channels.Temporary, 0},
		{stepRecipient, 550, "5.1.1 <a@b.test>: user unknown", channels.Unreachable, 0},
		{stepRecipient, 550, "5.1.1 The account does not exist.\n5.1.1 Please check the address and try again", channels.Unreachable, 0},
		{stepRecipient, 550, "5.7.1 <a@b.test>: no such user here", channels.Unreachable, 0},
		{stepRecipient, 550, "5.4.1 Recipient address rejected: Access denied", channels.Unreachable, 0},
		{stepRecipient, 550, "5.4.4 unable to route", channels.Unreachable, 0},
		{stepRecipient, 550, "#5.1.0 Address rejected.", channels.Unreachable, 0},
		{stepRecipient, 550, "sorry, no mailbox here by that name (#5.1.1)", channels.Unreachable, 0},
		{stepRecipient, 550, "no such user", channels.Unreachable, 0},
		{stepRecipient, 550, "5.2.1 account disabled", channels.Unreachable, 0},
		{stepRecipient, 551, "user not local", channels.Unreachable, 0},
		{stepRecipient, 553, "5.1.3 bad destination syntax", channels.Unreachable, 0},
		{stepRecipient, 556, "5.1.10 null MX", channels.Unreachable, 0},
		{stepRecipient, 501, "syntax error in address", channels.Unreachable, 0},
		{stepRecipient, 553, "5.6.7 address needs SMTPUTF8", channels.Unreachable, 0},
		{stepRecipient, 554, "5.7.1 Relay access denied", channels.Rejected, 0},
		{stepRecipient, 550, "5.7.1 rejected by policy", channels.Rejected, 0},
		{stepRecipient, 554, "rejected: 192.5.2.1 is on a black list", channels.Rejected, 0},
		{stepRecipient, 500, "5.3.0 Error: command failed", channels.Rejected, 0},
		{stepRecipient, 503, "5.5.1 need MAIL before RCPT", channels.Rejected, 0},
		{stepRecipient, 552, "5.3.4 message too big for this mailbox", channels.Rejected, 0},
		{stepRecipient, 550, "5.1.8 Access denied, bad outbound sender", channels.Suspended, 0},

		// The message.
		{stepData, 554, "5.6.0 content refused", channels.Rejected, 0},
		{stepData, 554, "5.5.1 no valid recipients", channels.Rejected, 0},
		{stepDot, 550, "5.1.1 no such user", channels.Unreachable, 0},
		{stepDot, 552, "message too big", channels.Rejected, 0},
		{stepDot, 552, "5.2.3 message length exceeds limit", channels.Rejected, 0},
		{stepDot, 550, "outgoing message size limit exceeded", channels.Rejected, 0},
		{stepDot, 552, "5.2.2 over quota", channels.Temporary, hour},
		{stepDot, 554, "5.4.6 too many hops", channels.Rejected, 0},
		{stepDot, 550, "5.7.26 the sender is unauthenticated", channels.Rejected, 0},
		{stepDot, 550, "5.7.1 likely unsolicited mail", channels.Rejected, 0},
		{stepDot, 550, "5.4.5 Daily sending quota exceeded", channels.Throttled, hour},
		{stepDot, 554, "too many messages to this user", channels.Temporary, throttledFor},
		{stepDot, 451, "local error", channels.Temporary, 0},
		{stepDot, 421, "4.3.0 closing", channels.Temporary, 0},
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
	for _, err := range []error{io.ErrUnexpectedEOF, &textproto.Error{Code: 354, Msg: "go on"}, textproto.ProtocolError("no reply")} {
		if kind := stepError(stepDot, err).Kind; kind != channels.UnknownSent {
			t.Errorf("%v after the dot is %s", err, kind)
		}
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
