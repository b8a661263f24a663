// Package domain looks at what the DNS says about the domain of a mailbox: where its mail goes (MX), and
// whether others will believe ours (SPF, DKIM, DMARC). It says what is so in words, and gives the record
// that mends it.
package domain

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"

	"tanggap/channels"
)

// Resolver asks the DNS. *net.Resolver is one.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Mailbox is what the records are held to.
type Mailbox struct {
	Address  string // what citizens write to, and the sender of our mail
	IMAPHost string // where it is read
	SMTPHost string // where our mail leaves
	Key      *Key   // what we sign with; nil where we do not, and the mail server may
}

// Key is a DKIM key of ours as the DNS is to hold it.
type Key struct {
	Domain string // that signatures are for
	Name   string // of its record: selector._domainkey.Domain
	Record string // "v=DKIM1; k=rsa; p=…"
}

// The longest wait for one answer, and for all that one record refers to.
const (
	oneAnswer  = 5 * time.Second
	allAnswers = 10 * time.Second
)

// Look asks for all of it at once. Where the DNS does not answer, it says so.
func Look(ctx context.Context, resolver Resolver, box Mailbox) []channels.Finding {
	name := fold(box.Address[strings.LastIndexByte(box.Address, '@')+1:])
	if why := elsewhere(name); why != "" {
		return []channels.Finding{{Subject: "domain", Grade: channels.Fine, Detail: why}}
	}
	looks := []func(context.Context, *zone, string, Mailbox) []channels.Finding{lookMX, lookSPF, lookDKIM, lookDMARC}
	found := make([][]channels.Finding, len(looks))
	ctx, cancel := context.WithTimeout(ctx, allAnswers)
	defer cancel()
	var all sync.WaitGroup
	for i, look := range looks {
		all.Go(func() { found[i] = look(ctx, &zone{resolver: resolver, known: map[string]answer{}}, name, box) })
	}
	all.Wait()
	var findings []channels.Finding
	for _, f := range found {
		findings = append(findings, f...)
	}
	return findings
}

// elsewhere says why there is nothing to look up or to mend, "" where there is.
func elsewhere(name string) string {
	for _, reserved := range []string{"test", "example", "invalid", "localhost", "local", "internal", "home.arpa", "example.com", "example.net", "example.org"} {
		if name == reserved || strings.HasSuffix(name, "."+reserved) {
			return name + " is no name of the public DNS: there is nothing to look up" // RFC 6761, 6762
		}
	}
	switch name {
	case "gmail.com", "googlemail.com", "outlook.com", "outlook.co.id", "hotmail.com", "live.com", "yahoo.com", "yahoo.co.id", "ymail.com", "icloud.com":
		return name + " is its provider's, who looks after its records; an address of the city's own domain tells citizens who writes"
	}
	return ""
}

// fold is a name as names are compared.
func fold(name string) string {
	return strings.ToLower(strings.TrimSuffix(strings.TrimSpace(name), "."))
}

// organisation is the part of a name that somebody registered: kota.go.id of surat.kota.go.id.
func organisation(name string) string {
	if registered, err := publicsuffix.EffectiveTLDPlusOne(fold(name)); err == nil {
		return registered
	}
	return fold(name)
}

// aligned reports whether mail from the domain from may be vouched for by other (RFC 7489, 3.1).
func aligned(from, other string, strict bool) bool {
	if strict {
		return fold(from) == fold(other)
	}
	return organisation(from) == organisation(other)
}

// record is a line of a zone file.
func record(name, text string) string {
	var quoted strings.Builder
	for {
		n := min(len(text), longestString)
		quoted.WriteString(`"` + text[:n] + `"`)
		if text = text[n:]; text == "" {
			return name + ". IN TXT " + quoted.String()
		}
		quoted.WriteByte(' ')
	}
}

// longestString is how much one string of a TXT record holds.
const longestString = 255

var (
	errNone   = errors.New("the DNS has no such record")
	errSilent = errors.New("the DNS does not answer")
)

// zone remembers what it was told, and asks no more once the DNS did not answer.
type zone struct {
	resolver Resolver
	known    map[string]answer
	silent   bool
}

type answer struct {
	texts     []string
	hosts     []string // of MX, the first to be tried first
	addresses []netip.Addr
	err       error // errNone or errSilent
}

func (z *zone) ask(ctx context.Context, kind, name string, question func(context.Context, *answer) error) answer {
	name = fold(name)
	if a, ok := z.known[kind+name]; ok {
		return a
	}
	if z.silent {
		return answer{err: errSilent}
	}
	ctx, cancel := context.WithTimeout(ctx, oneAnswer)
	defer cancel()
	var a answer
	err := question(ctx, &a)
	var failed *net.DNSError
	switch {
	case errors.As(err, &failed) && failed.IsNotFound:
		a.err = errNone
	case err != nil && len(a.hosts) == 0:
		a.err, z.silent = errSilent, true
	}
	z.known[kind+name] = a
	return a
}

func (z *zone) texts(ctx context.Context, name string) ([]string, error) {
	a := z.ask(ctx, "TXT ", name, func(ctx context.Context, a *answer) (err error) {
		a.texts, err = z.resolver.LookupTXT(ctx, fold(name)+".")
		return err
	})
	return a.texts, a.err
}

// addressesOf a host; a literal address is its own.
func (z *zone) addressesOf(ctx context.Context, host string) ([]netip.Addr, error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{ip.Unmap()}, nil
	}
	a := z.ask(ctx, "A ", host, func(ctx context.Context, a *answer) (err error) {
		a.addresses, err = z.resolver.LookupNetIP(ctx, "ip", fold(host)+".")
		for i := range a.addresses {
			a.addresses[i] = a.addresses[i].Unmap()
		}
		return err
	})
	return a.addresses, a.err
}

func (z *zone) exchangers(ctx context.Context, name string) ([]string, error) {
	a := z.ask(ctx, "MX ", name, func(ctx context.Context, a *answer) error {
		all, err := z.resolver.LookupMX(ctx, fold(name)+".") // with an error, too, for names that are none
		for _, mx := range all {
			a.hosts = append(a.hosts, fold(mx.Host))
		}
		return err
	})
	return a.hosts, a.err
}

// cannotTell is the finding where the DNS did not answer.
func cannotTell(subject string) []channels.Finding {
	return []channels.Finding{{Subject: subject, Grade: channels.Doubtful, Detail: "cannot be told: no answer from DNS"}}
}

// tags reads "v=DMARC1; p=none" (RFC 6376, 3.2); ok is false where it is no list of tags.
func tags(text string) (all map[string]string, ok bool) {
	all = map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, found := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if _, twice := all[name]; !found || twice || name == "" {
			return nil, false
		}
		all[name] = strings.TrimSpace(value)
	}
	return all, true
}
