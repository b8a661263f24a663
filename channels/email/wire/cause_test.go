package wire

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// What the server said is there for who asks, and in no text.
func TestTheServersWordsAreKeptApart(t *testing.T) {
	const words = "Application-specific password required for budi@kota.go.id"
	imap := server(t, "imap://"+speak(t, nil, imapGreeting, func(l string) string {
		if tag, command, _ := strings.Cut(l, " "); strings.HasPrefix(command, "LOGIN") {
			return tag + " NO [ALERT] " + words + "\r\n"
		}
		return imapAnswer(l)
	}), "imap")
	_, err := imap.Login(t.Context())
	smtp := server(t, "smtp://"+speak(t, nil, "220 ready\r\n", func(l string) string {
		switch {
		case strings.HasPrefix(l, "EHLO"):
			return "250-mail\r\n250 AUTH PLAIN\r\n"
		case strings.HasPrefix(l, "AUTH"):
			return "534-5.7.9 " + words + "\r\n534 5.7.9 see the help\r\n"
		}
		return "250 ok\r\n"
	}), "smtp")
	_, refused := smtp.Submit(t.Context(), "kota.go.id")
	for name, err := range map[string]error{"imap": err, "smtp": refused} {
		if got := Words(err); !strings.Contains(got, words) {
			t.Errorf("%s: %q of %v", name, got, err)
		}
		for _, text := range []string{err.Error(), fmt.Sprintf("%+v %#v", err, err), errors.Unwrap(err).Error()} {
			if strings.Contains(text, "budi") {
				t.Errorf("%s: the error says %q", name, text)
			}
		}
	}
	web := httptest.NewTLSServer(nil)
	defer web.Close()
	_, err = server(t, "imaps://"+speak(t, &tls.Config{Certificates: web.TLS.Certificates}, imapGreeting, imapAnswer), "imap").Login(t.Context())
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok || unknown.Cert == nil || Words(err) != "" {
		t.Errorf("of the certificate: %v, %q", err, Words(err))
	}
}
