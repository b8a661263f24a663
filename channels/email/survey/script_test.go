package survey

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"tanggap/channels/email/wire"
)

// speak serves one conversation after another: it greets, and answers each line with what answer gives. Without
// a greeting it says nothing at all.
func speak(t *testing.T, config *tls.Config, greeting string, answer func(string) string) (address string) {
	t.Helper()
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
				for lines := bufio.NewScanner(conn); lines.Scan() && greeting != ""; {
					io.WriteString(conn, answer(lines.Text()))
				}
			}()
		}
	}()
	return l.Addr().String()
}

const (
	imapGreeting = "* OK ready\r\n"
	smtpGreeting = "220 surat.kota.test ESMTP\r\n"
)

// imap answers as a bare server does, but for the commands that are given, by their name; a TAG in an answer is the command's.
func imap(answers map[string]string) func(string) string {
	return func(l string) string {
		tag, command, _ := strings.Cut(l, " ")
		name, _, _ := strings.Cut(strings.ToUpper(command), " ")
		if a, ok := answers[name]; ok {
			return strings.ReplaceAll(a, "TAG", tag)
		}
		switch name {
		case "CAPABILITY":
			return "* CAPABILITY IMAP4rev1\r\n" + tag + " OK done\r\n"
		case "EXAMINE":
			return "* 0 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n* OK [UIDNEXT 1] ok\r\n" + tag + " OK done\r\n"
		}
		return tag + " OK done\r\n"
	}
}

// smtp answers as a server does that lets everybody do everything, but for the commands that begin as given.
func smtp(answers map[string]string) func(string) string {
	return func(l string) string {
		for begins, a := range answers {
			if strings.HasPrefix(l, begins) {
				return a
			}
		}
		switch {
		case strings.HasPrefix(l, "EHLO"):
			return "250-surat.kota.test\r\n250-AUTH PLAIN\r\n250 SIZE 52428800\r\n"
		case strings.HasPrefix(l, "AUTH"):
			return "235 2.7.0 welcome\r\n"
		}
		return "250 2.0.0 ok\r\n"
	}
}

// server is one of the account's, with a short patience.
func server(t *testing.T, url, protocol string) wire.Server {
	t.Helper()
	s, err := wire.Parse(url, protocol)
	if err != nil {
		t.Fatal(err)
	}
	s.Username, s.Password, s.Wait = "pengaduan@kota.test", "rahasia", 10*time.Second
	return s
}

// authority signs certificates.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{}
	a.cert, a.key = issue(t, nil, &x509.Certificate{Subject: pkix.Name{CommonName: "Otoritas Uji"}, IsCA: true, BasicConstraintsValid: true, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour)})
	return a
}

// roots trusts it.
func (a *authority) roots() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return &tls.Config{RootCAs: pool}
}

// serving is a certificate of 127.0.0.1 and the names, until then.
func (a *authority) serving(t *testing.T, until time.Duration, names ...string) tls.Certificate {
	t.Helper()
	template := &x509.Certificate{Subject: pkix.Name{CommonName: "surat"}, DNSNames: names, NotBefore: time.Now().Add(-1000 * time.Hour), NotAfter: time.Now().Add(until)}
	if len(names) == 0 {
		template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	cert, key := issue(t, a, template)
	return tls.Certificate{Certificate: [][]byte{cert.Raw}, PrivateKey: key, Leaf: cert}
}

// issue signs a certificate; by itself where there is nobody else.
func issue(t *testing.T, by *authority, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key
}
