package outgoing

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
)

func pemOf(t *testing.T, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// keys are made anew each time: none lies in the repository for a scanner to find.
func keys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, e, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"rsa": r, "ed25519": e}
}

// verify is what another mail server finds, with our record in its DNS.
func verify(t *testing.T, s *Signer, raw []byte) error {
	t.Helper()
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		if name != s.Name() {
			return nil, errors.New("no such name")
		}
		return []string{s.Record()}, nil
	}})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d signatures, %v in\n%s", len(found), err, raw)
	}
	return found[0].Err
}

func TestASignatureIsFoundRightAndIsTheSameEachTime(t *testing.T) {
	for kind, key := range keys(t) {
		s, err := NewSigner("kota.test", "satu", pemOf(t, key))
		if err != nil {
			t.Fatal(err)
		}
		for what, change := range map[string]func(*Letter){
			"as it is": func(*Letter) {},
			"no text":  func(l *Letter) { l.Text = "" },
			"files": func(l *Letter) {
				l.Files = []File{{Name: "foto.jpg", Type: "image/jpeg", Data: bytes.Repeat([]byte{0}, 9000)}}
			},
			"empty lines": func(l *Letter) { l.Text = "\n\n  satu \t dua  \n\n\n" },
			"a receipt":   func(l *Letter) { l.Auto, l.InReplyTo, l.References = "auto-replied", "", nil },
		} {
			l := letter()
			change(&l)
			raw := l.Bytes()
			first, err := s.Sign(raw, l.Date)
			if err != nil {
				t.Fatal(err)
			}
			if err := verify(t, s, first); err != nil {
				t.Errorf("%s, %s: %v in\n%s", kind, what, err, first)
			}
			if again, _ := s.Sign(l.Bytes(), l.Date); !bytes.Equal(first, again) {
				t.Errorf("%s, %s: signed differently the second time", kind, what)
			}
			for line := range strings.Lines(string(first)) {
				if len(line) > wide+2 {
					t.Errorf("%s, %s: a line has %d bytes: %s", kind, what, len(line), line)
				}
			}
		}
	}
}

// Whatever somebody changes or adds on the way shows.
func TestATouchedMailIsFoundWrong(t *testing.T) {
	s, err := NewSigner("kota.test", "satu", pemOf(t, keys(t)["ed25519"]))
	if err != nil {
		t.Fatal(err)
	}
	l := letter()
	raw, err := s.Sign(l.Bytes(), l.Date)
	if err != nil {
		t.Fatal(err)
	}
	add := func(field string) []byte { return append([]byte(field+"\r\n"), raw...) }
	for _, field := range []string{
		"From: lain@kota.test", "Subject: lain", "To: <lain@kampung.test>", "Cc: <lain@kampung.test>", "Reply-To: <lain@kampung.test>",
		"Date: Tue, 17 Mar 2026 03:00:00 +0000", "Message-ID: <x@y>", "In-Reply-To: <x@y>", "References: <x@y>", "Auto-Submitted: no",
		"MIME-Version: 1.0", "Content-Type: text/html", "Content-Transfer-Encoding: base64",
	} {
		if verify(t, s, add(field)) == nil {
			t.Errorf("with another %s it is found right", field)
		}
	}
	if verify(t, s, bytes.Replace(raw, []byte("teruskan"), []byte("abaikan"), 1)) == nil {
		t.Error("with another text it is found right")
	}
	if err := verify(t, s, bytes.Replace(raw, []byte("Subject: "), []byte("Subject:   "), 1)); err != nil {
		t.Errorf("with more space in a field: %v", err)
	}
}

func TestKeysThatCannotSignAreNamed(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GODEBUG", "rsa1024min=0")
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	_, good, _ := ed25519.GenerateKey(rand.Reader)
	pub, err := x509.MarshalPKIXPublicKey(good.Public())
	if err != nil {
		t.Fatal(err)
	}
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pub}))
	for what, c := range map[string]struct{ domain, selector, key, says string }{
		"no PEM":      {"kota.test", "a", "rahasia", "no PEM"},
		"cut":         {"kota.test", "a", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "no whole key"},
		"locked":      {"kota.test", "a", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----", "password"},
		"public":      {"kota.test", "a", public, "public half"},
		"short":       {"kota.test", "a", pemOf(t, short), "1024 bits"},
		"curve":       {"kota.test", "a", pemOf(t, curve), "neither RSA nor Ed25519"},
		"no selector": {"kota.test", "", pemOf(t, good), "selector"},
		"selector":    {"kota.test", "a;b", pemOf(t, good), "selector"},
		"domain":      {"kota", "a", pemOf(t, good), "domain"},
	} {
		if _, err := NewSigner(c.domain, c.selector, c.key); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", what, err, c.says)
		}
	}
	old := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(keys(t)["rsa"].(*rsa.PrivateKey))}))
	if _, err := NewSigner("Kota.Test", "a.b", strings.TrimSpace(old)); err != nil {
		t.Errorf("an RSA key in the old form: %v", err)
	}
}
