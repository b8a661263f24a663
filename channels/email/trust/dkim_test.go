package trust

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"tanggap/internal/nameserver"
)

const letter1 = "From: Budi <budi@kampung.test>\nTo: Pengaduan <pengaduan@kota.test>\nSubject: Lampu mati\n" +
	"Date: Tue, 17 Mar 2026 09:30:00 +0700\nMessage-ID: <a1@kampung.test>\n\nlampu masih mati\n"

// domain is one that signs.
type domain struct {
	name   string
	key    crypto.Signer
	record string
}

func newDomain(t testing.TB, name string, rsaKey bool) domain {
	t.Helper()
	if !rsaKey {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		return domain{name, private, "v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}
	}
	private, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(&private.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return domain{name, private, "v=DKIM1; p=" + base64.StdEncoding.EncodeToString(public)}
}

// zone is the line that publishes the key, as change makes it.
func (d domain) zone(change func(string) string) string {
	record := d.record
	if change != nil {
		record = change(record)
	}
	return fmt.Sprintf("s1._domainkey.%s. IN TXT %q", d.name, record)
}

// sign signs the fields of a mail, From, Subject, Date and To where none are named.
func (d domain) sign(t testing.TB, text string, fields ...string) string {
	t.Helper()
	if len(fields) == 0 {
		fields = []string{"From", "Subject", "Date", "To"}
	}
	var out bytes.Buffer
	err := dkim.Sign(&out, strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n")), &dkim.SignOptions{
		Domain: d.name, Selector: "s1", Signer: d.key, HeaderKeys: fields,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func serve(t testing.TB, records ...string) *nameserver.Server {
	t.Helper()
	s, err := nameserver.Start(records...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func TestSignaturesThatWeCheck(t *testing.T) {
	kampung, surat, evil := newDomain(t, "kampung.test", true), newDomain(t, "surat.kampung.test", false), newDomain(t, "evil.test", false)
	other := func(from, to string) string { return strings.Replace(letter1, from, to, 1) }
	for name, c := range map[string]struct {
		mail   string
		record func(string) string // of kampung.test
		want   Verdict
	}{
		"none":                                {strings.ReplaceAll(letter1, "\n", "\r\n"), nil, Silent},
		"the author's domain's":               {kampung.sign(t, letter1), nil, Passed},
		"of a part of his domain":             {surat.sign(t, letter1), nil, Passed},
		"with bare line feeds":                {strings.ReplaceAll(kampung.sign(t, letter1), "\r\n", "\n"), nil, Passed},
		"of both, one of them broken":         {surat.sign(t, strings.ReplaceAll(strings.Replace(kampung.sign(t, letter1), "mati", "Mati", 1), "\r\n", "\n")), nil, Passed},
		"a stranger's":                        {evil.sign(t, letter1), nil, Silent},
		"with a footer":                       {kampung.sign(t, letter1) + "-- \r\nDipindai\r\n", nil, Silent},
		"with a marked subject":               {strings.Replace(kampung.sign(t, letter1), "Subject: Lampu", "Subject: [LUAR] Lampu", 1), nil, Silent},
		"over half of the body":               {strings.Replace(kampung.sign(t, letter1), "; h=", "; l=5; h=", 1), nil, Silent},
		"to somebody else":                    {kampung.sign(t, other("pengaduan@kota", "siti@kampung")), nil, Silent},
		"to us in Cc":                         {kampung.sign(t, other("Pengaduan <pengaduan@kota.test>", "siti@x.test\nCc: Pengaduan@Kota.test"), "From", "Subject", "Date", "To", "Cc"), nil, Passed},
		"to us in a Cc added later":           {"Cc: pengaduan@kota.test\r\n" + kampung.sign(t, other("pengaduan@kota", "siti@kampung")), nil, Silent},
		"without To, as Outlook has it":       {kampung.sign(t, letter1, "From", "Subject", "Date"), nil, Passed},
		"without the subject":                 {kampung.sign(t, letter1, "From", "Date", "To"), nil, Silent},
		"without the date":                    {kampung.sign(t, letter1, "From", "Subject", "To"), nil, Silent},
		"with another subject before it":      {"Subject: BATAL\r\n" + kampung.sign(t, letter1), nil, Silent},
		"with another author before it":       {"From: evil@evil.test\r\n" + kampung.sign(t, letter1), nil, Failed},
		"by a key that is withdrawn":          {kampung.sign(t, letter1), func(string) string { return "v=DKIM1; p=" }, Silent},
		"by a key that is tried out":          {kampung.sign(t, letter1), func(r string) string { return r + "; t=y" }, Silent},
		"by a key for something else":         {kampung.sign(t, letter1), func(r string) string { return r + "; s=chat" }, Silent},
		"by a key that is too long":           {kampung.sign(t, letter1), func(r string) string { return r + "; n=" + strings.Repeat("x", mostKey) }, Silent},
		"by another key":                      {kampung.sign(t, letter1), func(string) string { return evil.record }, Silent},
		"that failed for our own server":      {bad + kampung.sign(t, letter1), nil, Failed},
		"that our own server says nothing of": {nothing + kampung.sign(t, letter1), nil, Passed},
		"behind many strangers'":              {strings.Repeat("DKIM-Signature: v=1; d=evil.test\r\n", mostSignatures-1) + kampung.sign(t, letter1), nil, Passed},
		"behind too many":                     {strings.Repeat("DKIM-Signature: v=1; d=evil.test\r\n", 1000) + kampung.sign(t, letter1), nil, Silent},
	} {
		ns := serve(t, kampung.zone(c.record), surat.zone(nil), evil.zone(nil))
		if got := New(kota, "mx.kota.test", ns.Resolver()).Of(t.Context(), []byte(c.mail), budi).Verdict; got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	ns := serve(t, evil.zone(nil))
	if New(kota, "", ns.Resolver()).Of(t.Context(), []byte(evil.sign(t, letter1)), budi); ns.Asked() != 0 {
		t.Errorf("the DNS was asked %d times about a stranger's signature", ns.Asked())
	}
}

// A key is asked for once.
func TestKeysAreRemembered(t *testing.T) {
	kampung := newDomain(t, "kampung.test", false)
	ns := serve(t, kampung.zone(nil))
	j := New(kota, "", ns.Resolver())
	now := time.Now()
	j.keys.now = func() time.Time { return now }
	raw := []byte(kampung.sign(t, letter1))
	asked := 0
	for i := range 5 {
		if got := j.Of(t.Context(), raw, budi).Verdict; got != Passed {
			t.Fatalf("%d: %d", i, got)
		}
		if i == 0 {
			asked = ns.Asked()
		}
	}
	if ns.Asked() != asked || asked == 0 {
		t.Errorf("asked %d times, then %d", asked, ns.Asked())
	}
	now = now.Add(keepKey + time.Second)
	if j.Of(t.Context(), raw, budi); ns.Asked() == asked {
		t.Error("an old key is never looked up again")
	}
	for i := range 3 * mostKept {
		j.keys.lookup(t.Context(), fmt.Sprintf("s%d._domainkey.evil.test", i))
		if len(j.keys.known) > mostKept {
			t.Fatalf("%d keys are kept", len(j.keys.known))
		}
	}
}

// silentDNS counts and does not answer.
type silentDNS struct {
	asked int
	wait  bool
}

func (s *silentDNS) LookupTXT(ctx context.Context, name string) ([]string, error) {
	s.asked++
	if s.wait {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
}

// Where the DNS does not answer nobody is accused, and nobody waits for it again and again.
func TestSilentDNSSpeaksAgainstNobody(t *testing.T) {
	dns := &silentDNS{}
	j := New(kota, "", dns)
	now := time.Now()
	j.keys.now = func() time.Time { return now }
	send := func(n int) {
		for i := range n {
			d := newDomain(t, fmt.Sprintf("d%d.kampung.test", dns.asked+i), false)
			if got := j.Of(t.Context(), []byte(d.sign(t, letter1)), budi).Verdict; got != Silent {
				t.Errorf("the DNS was silent: %d", got)
			}
		}
	}
	send(20)
	if dns.asked != mostFailures {
		t.Errorf("asked %d times, want %d and then a rest", dns.asked, mostFailures)
	}
	now = now.Add(leastQuiet + time.Second)
	send(20)
	if dns.asked != 2*mostFailures {
		t.Errorf("after a rest: asked %d times", dns.asked)
	}
	now = now.Add(leastQuiet + time.Second)
	if send(20); dns.asked != 2*mostFailures {
		t.Errorf("the second rest is no longer than the first: asked %d times", dns.asked)
	}
	now = now.Add(2 * mostQuiet)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	dns.wait = true
	before := j.keys.failures
	if _, err := j.keys.lookup(ctx, "s1._domainkey.kampung.test"); !errors.Is(err, errSilent) || j.keys.failures != before {
		t.Errorf("our own end counts as the DNS's failure: %v", err)
	}
}

func FuzzSignatures(f *testing.F) {
	kampung := newDomain(f, "kampung.test", false)
	f.Add(kampung.sign(f, letter1), kampung.record)
	f.Add("DKIM-Signature: v=1; a=rsa-sha256; d=kampung.test; s=s1; h=from; bh=; b=\r\n"+from, "v=DKIM1; p=AAAA")
	f.Fuzz(func(t *testing.T, raw, record string) {
		New(kota, "", fixed(record)).Of(t.Context(), []byte(raw), budi)
	})
}

type fixed string

func (r fixed) LookupTXT(context.Context, string) ([]string, error) { return []string{string(r)}, nil }
