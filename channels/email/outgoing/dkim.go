package outgoing

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Signer signs mails for a domain (DKIM, RFC 6376 and 8463). It is safe for concurrent use.
//
// The signature is dated by its caller, which no library at hand allows, and both algorithms give the same one
// each time: a mail that is sent once more has the same bytes.
type Signer struct {
	domain, selector string
	algorithm        string // as DKIM-Signature names it
	record           string // p= of the DNS record
	key              crypto.Signer
}

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$`)

// NewSigner reads a private key in PEM, RSA (2048 to 4096 bits) or Ed25519. Its errors repeat nothing of the key.
func NewSigner(domain, selector, key string) (*Signer, error) {
	s := &Signer{domain: strings.ToLower(domain), selector: strings.ToLower(selector)}
	if !hostName.MatchString(s.domain) || !strings.Contains(s.domain, ".") {
		return nil, errors.New("domain is none such as example.go.id")
	}
	if !hostName.MatchString(s.selector) {
		return nil, errors.New("selector has more than a-z, 0-9, hyphens and dots between them")
	}
	parsed, err := privateKey(key)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	switch k := parsed.(type) {
	case *rsa.PrivateKey:
		if bits := k.N.BitLen(); bits < 2048 || bits > 4096 {
			return nil, fmt.Errorf("key: has %d bits, and mail servers want 2048 to 4096 (RFC 8301)", bits)
		}
		public, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
		if err != nil {
			return nil, errors.New("key: its public half cannot be written")
		}
		s.key, s.algorithm, s.record = k, "rsa-sha256", "k=rsa; p="+base64.StdEncoding.EncodeToString(public)
	case ed25519.PrivateKey:
		s.key, s.algorithm = k, "ed25519-sha256"
		s.record = "k=ed25519; p=" + base64.StdEncoding.EncodeToString(k.Public().(ed25519.PublicKey))
	default:
		return nil, errors.New("key: is neither RSA nor Ed25519")
	}
	return s, nil
}

func privateKey(text string) (any, error) {
	block, _ := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return nil, errors.New("is no PEM: want a file that begins with -----BEGIN PRIVATE KEY-----")
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return nil, errors.New("is locked by a password: want one without")
	case block.Type == "RSA PRIVATE KEY":
		k, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("is no whole RSA key")
		}
		return k, nil
	case block.Type == "PRIVATE KEY":
		k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, errors.New("is no whole key, or of a kind that is not known")
		}
		return k, nil
	case strings.HasSuffix(block.Type, "PUBLIC KEY"):
		return nil, errors.New("is the public half: the private one is wanted")
	}
	return nil, errors.New("is no private key")
}

// Domain is what the signatures are for.
func (s *Signer) Domain() string { return s.domain }

// Name is where in the DNS the record stands.
func (s *Signer) Name() string { return s.selector + "._domainkey." + s.domain }

// Record is what it must say, for others to find our signatures right.
func (s *Signer) Record() string { return "v=DKIM1; " + s.record }

// signed are the fields that a signature covers, once more often than each is there: who adds another one breaks it
// (RFC 6376, 5.4.2 and 8.15).
var signed = [...]string{
	"From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Reply-To", "Auto-Submitted",
	"Content-Language", "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
}

// Sign is raw with a signature above it, made at that time.
func (s *Signer) Sign(raw []byte, at time.Time) ([]byte, error) {
	head, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		return nil, errors.New("signing: the mail has no end of its header")
	}
	digest := sha256.New()
	relaxBody(digest, body)
	fields := map[string][]string{} // by name, the last first, as they are signed
	for _, f := range unfolded(string(head)) {
		name, _, _ := strings.Cut(f, ":")
		fields[strings.ToLower(name)] = append([]string{f}, fields[strings.ToLower(name)]...)
	}
	var names []string
	var hashed bytes.Buffer
	for _, name := range signed {
		there := fields[strings.ToLower(name)]
		for _, f := range there {
			hashed.WriteString(relaxedField(f) + "\r\n")
			names = append(names, name)
		}
		names = append(names, name)
	}
	h := &header{}
	tags := []string{
		"v=1;", "a=" + s.algorithm + ";", "c=relaxed/relaxed;", "d=" + s.domain + ";", "s=" + s.selector + ";",
		"t=" + strconv.FormatInt(at.Unix(), 10) + ";", "h=" + names[0],
	}
	for _, name := range names[1:] {
		tags = append(tags, ":"+name)
	}
	tags[len(tags)-1] += ";"
	tags = append(tags, "bh="+base64.StdEncoding.EncodeToString(digest.Sum(nil))+";", "b=")
	h.add("DKIM-Signature", tags...)
	unsigned := strings.TrimSuffix(h.b.String(), "\r\n")
	hashed.WriteString(relaxedField(strings.ReplaceAll(unsigned, "\r\n", "")))
	sum := sha256.Sum256(hashed.Bytes())

	options := crypto.SignerOpts(crypto.SHA256)
	if s.algorithm == "ed25519-sha256" {
		options = crypto.Hash(0) // the digest is what is signed (RFC 8463, 3)
	}
	signature, err := s.key.Sign(rand.Reader, sum[:], options) // PKCS #1 v1.5 blinds with chance, and signs without
	if err != nil {
		return nil, errors.New("signing: the key cannot sign")
	}
	var b bytes.Buffer
	b.Grow(len(unsigned) + 2<<10 + len(raw))
	b.WriteString(unsigned)
	for text := base64.StdEncoding.EncodeToString(signature); text != ""; {
		n := min(wide-1, len(text))
		b.WriteString("\r\n " + text[:n])
		text = text[n:]
	}
	b.WriteString("\r\n")
	b.Write(raw)
	return b.Bytes(), nil
}

// unfolded is the fields of a header, each on one line.
func unfolded(head string) []string {
	var fields []string
	for _, l := range strings.Split(head, "\r\n") {
		if len(fields) > 0 && (strings.HasPrefix(l, " ") || strings.HasPrefix(l, "\t")) {
			fields[len(fields)-1] += l
			continue
		}
		fields = append(fields, l)
	}
	return fields
}

// relaxedField is RFC 6376, 3.4.2.
func relaxedField(f string) string {
	name, value, _ := strings.Cut(f, ":")
	return strings.ToLower(strings.TrimSpace(name)) + ":" + strings.Join(strings.Fields(value), " ")
}

var blanks = regexp.MustCompile(`[ \t]+`)

// relaxBody writes a body by RFC 6376, 3.4.4.
func relaxBody(w io.Writer, body []byte) {
	empty := 0
	for len(body) > 0 {
		l, rest, _ := bytes.Cut(body, crlfBytes)
		body = rest
		if bytes.ContainsAny(l, " \t") {
			l = bytes.TrimRight(blanks.ReplaceAll(l, []byte(" ")), " ")
		}
		if len(l) == 0 {
			empty++
			continue
		}
		for ; empty > 0; empty-- {
			w.Write(crlfBytes)
		}
		w.Write(l)
		w.Write(crlfBytes)
	}
}

var crlfBytes = []byte("\r\n")
