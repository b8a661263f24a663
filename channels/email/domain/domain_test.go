package domain

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/internal/nameserver"
)

// serve is a DNS server with the records.
func serve(t *testing.T, records ...string) *nameserver.Server {
	t.Helper()
	s, err := nameserver.Start(records...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// sound are the records of a domain with a server of its own.
func sound() []string {
	return []string{
		"kota.go.id. IN MX 10 surat.kota.go.id.",
		"surat.kota.go.id. IN A 203.0.113.5",
		`surat.kota.go.id. IN TXT "v=spf1 a -all"`,
		`kota.go.id. IN TXT "google-site-verification=abc"`,
		`kota.go.id. IN TXT "v=spf1 mx -all"`,
		`_dmarc.kota.go.id. IN TXT "v=DMARC1; p=quarantine; rua=mailto:dmarc@kota.go.id"`,
	}
}

func box() Mailbox {
	return Mailbox{Address: "pengaduan@kota.go.id", IMAPHost: "surat.kota.go.id", SMTPHost: "surat.kota.go.id"}
}

// The records of two keys, the first longer than one string of a TXT record.
var (
	keyRSA    = "v=DKIM1; k=rsa; p=MI" + strings.Repeat("IBIjANBgkqhkiG9w0B", 20)
	keyEdward = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
)

func ours(record string) *Key {
	return &Key{Domain: "kota.go.id", Name: "2026._domainkey.kota.go.id", Record: record}
}

// about is the finding on a subject.
func about(t *testing.T, findings []channels.Finding, subject string) channels.Finding {
	t.Helper()
	i := slices.IndexFunc(findings, func(f channels.Finding) bool { return f.Subject == subject })
	if i < 0 {
		t.Fatalf("nothing about %s: %+v", subject, findings)
	}
	return findings[i]
}

func TestNothingIsWrongWithASoundDomain(t *testing.T) {
	s := serve(t, sound()...)
	b := box()
	b.Key = ours(keyRSA)
	missing := about(t, Look(t.Context(), s.Resolver(), b), "DKIM")
	if missing.Grade != channels.Wrong || !strings.Contains(missing.Detail, "has no key") {
		t.Errorf("before the key is there: %+v", missing)
	}
	if err := s.Add(missing.Lines...); err != nil { // longer than one string holds
		t.Fatal(err)
	}
	for _, f := range Look(t.Context(), s.Resolver(), b) {
		if f.Grade != channels.Fine || len(f.Lines) > 0 {
			t.Errorf("%+v", f)
		}
	}
}

// Each way to be wrong is told in words, and where a line is given, entering it mends the matter.
func TestWhatIsWrongIsToldAndTheLineMendsIt(t *testing.T) {
	include := func(n int) (records []string, text string) {
		text = "v=spf1"
		for i := range n {
			records = append(records, fmt.Sprintf(`p%d.kota.go.id. IN TXT "v=spf1 ip4:198.51.100.%d -all"`, i, i))
			text += fmt.Sprintf(" include:p%d.kota.go.id", i)
		}
		return records, text
	}
	eleven, many := include(11)
	ten, enough := include(10)
	for name, c := range map[string]struct {
		subject, remove string // the records of the sound domain that are replaced, "kota.go.id. TXT"
		add             []string
		box             func(*Mailbox)
		grade           channels.Grade
		want            string
		still           bool // what the line leaves for a person: the finding stays a doubt
	}{
		"no MX":                  {"MX", "kota.go.id. MX", nil, nil, channels.Wrong, "nobody can write to it", false},
		"no MX, but an address":  {"MX", "kota.go.id. MX", []string{"kota.go.id. IN A 203.0.113.6"}, nil, channels.Doubtful, "senders try its own address", false},
		"null MX":                {"MX", "kota.go.id. MX", []string{"kota.go.id. IN MX 0 ."}, nil, channels.Wrong, "takes no mail", true},
		"MX without an address":  {"MX", "", []string{"kota.go.id. IN MX 20 lama.kota.go.id."}, nil, channels.Doubtful, "lama.kota.go.id has no address", true},
		"MX elsewhere":           {"MX", "", nil, func(b *Mailbox) { b.IMAPHost = "imap.gmail.com" }, channels.Fine, "read at imap.gmail.com, which is right where", true},
		"no SPF":                 {"SPF", "kota.go.id. TXT", nil, nil, channels.Wrong, "has none", false},
		"two SPF":                {"SPF", "", []string{`kota.go.id. IN TXT "v=spf1 ip4:198.51.100.9 ~all"`}, nil, channels.Wrong, "has 2 records", false},
		"+all":                   {"SPF", "kota.go.id. TXT", []string{`kota.go.id. IN TXT "v=spf1 mx +all"`}, nil, channels.Wrong, "+all lets everybody", false},
		"all":                    {"SPF", "kota.go.id. TXT", []string{`kota.go.id. IN TXT "V=SPF1 MX ALL"`}, nil, channels.Wrong, "+all lets everybody", false},
		"?all":                   {"SPF", "kota.go.id. TXT", []string{`kota.go.id. IN TXT "v=spf1 mx ?all"`}, nil, channels.Doubtful, "?all says nothing", false},
		"no all":                 {"SPF", "kota.go.id. TXT", []string{`kota.go.id. IN TXT "v=spf1 mx"`}, nil, channels.Doubtful, "end it in ~all", false},
		"misspelt":               {"SPF", "kota.go.id. TXT", []string{`kota.go.id. IN TXT "v=spf1 mx ipv4:203.0.113.5 -all"`}, nil, channels.Wrong, `"ipv4:203.0.113.5" is nothing that SPF knows`, true},
		"include of nothing":     {"SPF", "kota.go.id. TXT", []string{`kota.go.id. IN TXT "v=spf1 mx include:tiada.go.id -all"`}, nil, channels.Wrong, "includes tiada.go.id, which has 0 records", true},
		"eleven questions":       {"SPF", "kota.go.id. TXT", append(eleven, fmt.Sprintf("kota.go.id. IN TXT %q", many+" -all")), nil, channels.Wrong, "more than 10 questions", true},
		"ten questions":          {"SPF", "kota.go.id. TXT", append(ten, fmt.Sprintf("kota.go.id. IN TXT %q", enough+" ip4:203.0.113.5 -all")), nil, channels.Fine, "10 of 10 questions", true},
		"a loop":                 {"SPF", "kota.go.id. TXT", []string{`kota.go.id. IN TXT "v=spf1 include:kota.go.id -all"`}, nil, channels.Wrong, "more than 10 questions", true},
		"three names of nothing": {"SPF", "kota.go.id. TXT", []string{`kota.go.id. IN TXT "v=spf1 mx a:x.go.id a:y.go.id mx:z.go.id -all"`}, nil, channels.Wrong, "3 of its names do not exist", true},
		"ptr":                    {"SPF", "kota.go.id. TXT", []string{`kota.go.id. IN TXT "v=spf1 mx ptr -all"`}, nil, channels.Doubtful, "ptr is slow", false},
		"our server not covered": {"SPF", "kota.go.id. TXT", []string{`kota.go.id. IN TXT "v=spf1 ip4:198.51.100.0/24 -all"`}, nil, channels.Doubtful, "does not cover ip4:203.0.113.5, an address of surat.kota.go.id", false},
		"Google not covered":     {"SPF", "", []string{`_spf.google.com. IN TXT "v=spf1 ip4:192.0.2.0/24 ~all"`}, func(b *Mailbox) { b.SMTPHost = "smtp.gmail.com" }, channels.Wrong, "we send through Google, whom it does not cover", false},
		"Microsoft not covered":  {"SPF", "kota.go.id. TXT", []string{`spf.protection.outlook.com. IN TXT "v=spf1 ip4:192.0.2.0/24 ~all"`}, func(b *Mailbox) { b.SMTPHost = "smtp.office365.com" }, channels.Wrong, "has none", false},
		"server without SPF":     {"SPF of the server", "surat.kota.go.id. TXT", nil, nil, channels.Doubtful, "receipts have no return path", false},
		"we do not sign":         {"DKIM", "", nil, nil, channels.Doubtful, "tanggap does not sign", true},
		"Google signs":           {"DKIM", "", nil, func(b *Mailbox) { b.SMTPHost = "smtp.gmail.com" }, channels.Doubtful, "the Admin console", true},
		"no DMARC":               {"DMARC", "_dmarc.kota.go.id. TXT", nil, nil, channels.Doubtful, "anybody can write in its name", true},
		"two DMARC":              {"DMARC", "", []string{`_dmarc.kota.go.id. IN TXT "v=DMARC1; p=none"`}, nil, channels.Wrong, "has 2 records", false},
		"DMARC unread":           {"DMARC", "_dmarc.kota.go.id. TXT", []string{`_dmarc.kota.go.id. IN TXT "v=DMARC1; p=monitor"`}, nil, channels.Wrong, "p must be none", true},
		"DMARC p=none":           {"DMARC", "_dmarc.kota.go.id. TXT", []string{`_dmarc.kota.go.id. IN TXT "v=DMARC1; p=none; rua=mailto:d@kota.go.id"`}, nil, channels.Doubtful, "others take forged mail", true},
		"DMARC without reports":  {"DMARC", "_dmarc.kota.go.id. TXT", []string{`_dmarc.kota.go.id. IN TXT "v=DMARC1; p=reject;"`}, nil, channels.Doubtful, "no rua", false},
		"reports to others":      {"DMARC", "_dmarc.kota.go.id. TXT", []string{`_dmarc.kota.go.id. IN TXT "v=DMARC1; p=reject; rua=mailto:d@lapor.net!10m"`}, nil, channels.Doubtful, "reports to lapor.net are sent only", false},
	} {
		t.Run(name, func(t *testing.T) {
			s, b := serve(t, sound()...), box()
			owner, kind, _ := strings.Cut(c.remove, " ")
			s.Remove(owner, kind)
			if err := s.Add(c.add...); err != nil {
				t.Fatal(err)
			}
			if c.box != nil {
				c.box(&b)
			}
			f := about(t, Look(t.Context(), s.Resolver(), b), c.subject)
			if f.Grade != c.grade || !strings.Contains(f.Detail, c.want) {
				t.Errorf("%+v, want %s: %s", f, c.grade, c.want)
			}
			if c.still {
				return
			}
			if len(f.Lines) == 0 {
				t.Fatalf("no line to enter: %+v", f)
			}
			for _, line := range f.Lines {
				fields := strings.Fields(line)
				if !strings.HasPrefix(fields[0], "kota.go.id._report.") {
					s.Remove(fields[0], fields[2])
				}
				if err := s.Add(line); err != nil {
					t.Fatal(err)
				}
			}
			for _, after := range Look(t.Context(), s.Resolver(), b) {
				if after.Subject == c.subject && (after.Grade != channels.Fine || len(after.Lines) > 0) {
					t.Errorf("with the lines %q: %+v", f.Lines, after)
				}
			}
		})
	}
}

func TestKeysThatDoNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		record  string // of ours
		records []string
		grade   channels.Grade
		want    string
	}{
		"spaced":       {keyRSA, []string{strings.Replace(keyRSA[9:], "p=MI", " p = M I", 1)}, channels.Fine, "holds the key that we sign with"},
		"another":      {keyRSA, []string{keyEdward}, channels.Wrong, "another key"},
		"withdrawn":    {keyRSA, []string{"v=DKIM1; p="}, channels.Wrong, "withdrawn"},
		"two":          {keyRSA, []string{keyRSA, keyEdward}, channels.Wrong, "2 keys"},
		"no key":       {keyRSA, []string{"v=spf1 -all", "hello"}, channels.Wrong, "has no key"},
		"a test":       {keyRSA, []string{keyRSA + "; t=s:y"}, channels.Doubtful, "t=y"},
		"SHA-1 only":   {keyRSA, []string{keyRSA + "; h=sha1"}, channels.Wrong, "does not allow"},
		"both hashes":  {keyRSA, []string{keyRSA + "; h=sha1 : sha256; s=*"}, channels.Fine, "holds the key that we sign with"},
		"Ed25519":      {keyEdward, []string{keyEdward}, channels.Doubtful, "not every receiver checks Ed25519"},
		"Ed25519 gone": {keyEdward, nil, channels.Wrong, "has no key"},
	} {
		t.Run(name, func(t *testing.T) {
			s, b := serve(t, sound()...), box()
			for _, text := range c.records {
				if err := s.Add(record("2026._domainkey.kota.go.id", text)); err != nil {
					t.Fatal(err)
				}
			}
			b.Key = ours(c.record)
			f := about(t, Look(t.Context(), s.Resolver(), b), "DKIM")
			if f.Grade != c.grade || !strings.Contains(f.Detail, c.want) {
				t.Errorf("%+v, want %s: %s", f, c.grade, c.want)
			}
		})
	}
}

func TestAKeyOfAnotherDomainVouchesForNothing(t *testing.T) {
	for signer, c := range map[string]struct {
		strict bool
		grade  channels.Grade
	}{"surat.kota.go.id": {false, channels.Fine}, "lain.go.id": {false, channels.Wrong}, "go.id": {false, channels.Wrong}, "Surat.kota.go.id": {true, channels.Wrong}, "kota.go.id": {true, channels.Fine}} {
		s, b := serve(t, sound()...), box()
		if c.strict {
			s.Remove("_dmarc.kota.go.id.", "TXT")
			if err := s.Add(`_dmarc.kota.go.id. IN TXT "v=DMARC1; p=reject; rua=mailto:d@kota.go.id; adkim=s"`); err != nil {
				t.Fatal(err)
			}
		}
		b.Key = &Key{Domain: signer, Name: "s._domainkey." + signer, Record: keyRSA}
		if f := about(t, Look(t.Context(), s.Resolver(), b), "DMARC"); f.Grade != c.grade {
			t.Errorf("%s, strict %v: %+v", signer, c.strict, f)
		}
	}
}

// A subdomain without a policy of its own has its organisation's; what goes for SPF does not.
func TestTheOrganisationsPolicyCounts(t *testing.T) {
	s, b := serve(t, sound()...), box()
	b.Address = "pengaduan@dinas.kota.go.id"
	all := Look(t.Context(), s.Resolver(), b)
	if f := about(t, all, "DMARC"); f.Grade != channels.Fine || !strings.Contains(f.Detail, "_dmarc.kota.go.id says p=quarantine") {
		t.Errorf("%+v", f)
	}
	if f := about(t, all, "SPF"); f.Grade != channels.Wrong {
		t.Errorf("%+v", f)
	}
}

func TestAPolicyThatDependsOnTheMailIsNotJudged(t *testing.T) {
	s, b := serve(t, sound()...), box()
	s.Remove("kota.go.id.", "TXT")
	if err := s.Add(`kota.go.id. IN TXT "v=spf1 exists:%{i}._spf.kota.go.id redirect=lain.go.id"`, `lain.go.id. IN TXT "v=spf1 -all"`); err != nil {
		t.Fatal(err)
	}
	if f := about(t, Look(t.Context(), s.Resolver(), b), "SPF"); f.Grade != channels.Fine || strings.Contains(f.Detail, "cover") {
		t.Errorf("%+v", f)
	}
}

func TestWithoutAnAnswerNothingIsWrong(t *testing.T) {
	s := serve(t, sound()...)
	s.Silence(true)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	b := box()
	b.Key = ours(keyEdward)
	all := Look(ctx, s.Resolver(), b)
	for _, subject := range []string{"MX", "SPF", "DKIM", "DMARC"} {
		if f := about(t, all, subject); f.Grade != channels.Doubtful || !strings.HasPrefix(f.Detail, "cannot be told: no answer from DNS") || len(f.Lines) > 0 {
			t.Errorf("%+v", f)
		}
	}
}

// What is no name of the public DNS is not asked for, and what is somebody else's not judged.
func TestNamesThatAreNotAskedFor(t *testing.T) {
	s := serve(t)
	for _, address := range []string{"lapor@kota.test", "a@example.com", "a@surat.local", "a@localhost", "kota@gmail.com", "kota@YAHOO.co.id"} {
		b := box()
		b.Address = address
		all := Look(t.Context(), s.Resolver(), b)
		if len(all) != 1 || all[0].Grade != channels.Fine {
			t.Errorf("%s: %+v", address, all)
		}
	}
	if s.Asked() != 0 {
		t.Errorf("%d questions", s.Asked())
	}
}

func FuzzPolicy(f *testing.F) {
	for _, text := range []string{"v=spf1 mx -all", "v=spf1 a:b.id/24//64 ?ip6:2001:db8::/32 exp=%{d} redirect=x", "v=spf1 a//129", "v=spf1 :", "v=spf1 ip4:1.2.3.4/99"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := parseSPF("v=spf1 " + text)
		if err != nil {
			return
		}
		again, err := parseSPF(p.String())
		if err != nil || !slices.Equal(again, p) {
			t.Errorf("%q is read again as %q: %v", p, again, err)
		}
	})
}
