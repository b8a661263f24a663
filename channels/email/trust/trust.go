// Package trust says whether who stands in a mail's From wrote it, as far as that can be known.
//
// What is known comes from two places, in this order: the Authentication-Results (RFC 8601) of our own mail
// server, which saw where the mail came from; and, where that says nothing or we know no such server, the DKIM
// signatures (RFC 6376), which we check ourselves.
//
// Our own check of a signature speaks for a mail, and never against it. A broken signature is to be taken as none
// (RFC 6376, 6.1): who forges a mail leaves it out, and what breaks one are the footers of companies and
// mailing lists, servers that forward, and our own when it marks a subject. What fails is what our own server
// found to fail when the mail arrived. Nor does the silence of the DNS speak against anybody.
package trust

import (
	"context"
	"strings"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Verdict is what is known of a mail's author.
type Verdict int

// The verdicts.
const (
	Silent Verdict = iota // nothing speaks for him or against him
	Passed                // the domain of his address answers for him
	Failed                // it does not, or nobody can say who he is
)

// Judge knows the mail server whose word counts. It is safe for concurrent use.
type Judge struct {
	id      string // its authserv-id, "" for none
	address string
	keys    *keys
}

// New makes a Judge of the mail to address. It believes the mail server that writes Authentication-Results as id,
// Microsoft for its servers, "" for none, and finds the keys of signatures by the resolver.
func New(address, id string, resolver Resolver) *Judge {
	return &Judge{
		id: strings.TrimSpace(id), address: Address(address),
		keys: &keys{resolver: resolver, now: time.Now, known: map[string]key{}},
	}
}

// Finding is what a Judge found.
type Finding struct {
	Verdict Verdict
	// Posing says that the display name carries another address than the author's: it is not to be shown.
	Posing bool
}

// once are the fields that stand once in a mail (RFC 5322, 3.6). Where one stands twice, programs do not agree which
// counts, and what was signed need not be what we read.
var once = []string{"sender", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references", "content-type", "content-transfer-encoding"}

// Of judges the mail raw, which was read as from's: an address in the form of Address. It asks the DNS, and
// waits some seconds for it at most.
func (j *Judge) Of(ctx context.Context, raw []byte, from string) Finding {
	fields, whole := readHeader(raw)
	by := authorOf(fields, from)
	f := Finding{Verdict: Failed, Posing: by.posing}
	if by.several {
		return f
	}
	f.Verdict = j.told(fields, domainOf(from))
	switch plain := whole && !by.loose && !by.posing && !twice(fields); {
	case !plain && f.Verdict == Passed:
		f.Verdict = Silent
	case plain && f.Verdict == Silent && j.signed(ctx, raw, fields, domainOf(from)):
		f.Verdict = Passed
	}
	return f
}

func twice(fields []field) bool {
	seen := map[string]bool{}
	for _, f := range fields {
		if seen[f.name] {
			for _, name := range once {
				if f.name == name {
					return true
				}
			}
		}
		seen[f.name] = true
	}
	return false
}

// told is the verdict of our own mail server.
func (j *Judge) told(fields []field, domain string) Verdict {
	if j.id == "" {
		return Silent
	}
	if lower(j.id) == Microsoft {
		return weigh(writtenNameless(fields), domain)
	}
	sure, doubtful := written(fields, j.id)
	if v := weigh(sure, domain); v != Silent {
		return v
	}
	if weigh(doubtful, domain) == Failed {
		return Failed
	}
	return Silent
}

// weigh says what results mean for an author at domain. DMARC is the word of that domain itself (RFC 7489): where it
// has none, what it would look at counts, a signature or a path that is of the same organisation.
func weigh(results []result, domain string) Verdict {
	for _, r := range results {
		if r.method != "dmarc" || r.properties["header.from"] != "" && !aligned(r.properties["header.from"], domain) {
			continue
		}
		switch r.value {
		case "pass":
			return Passed
		case "fail":
			return Failed
		}
		break // the first counts
	}
	verdict := Silent
	for _, r := range results {
		switch speaks := r.speaksFor(domain); {
		case r.method != "dkim" && r.method != "spf":
		case r.value == "pass" && speaks == yes:
			return Passed
		case (r.value == "fail" || r.value == "hardfail") && (speaks != no || r.method == "spf"):
			verdict = Failed // unless another one passes
		}
	}
	return verdict
}

// speaks is whether a result is about a domain.
type speaks int

const (
	unsaid speaks = iota
	yes
	no
)

func (r result) speaksFor(domain string) speaks {
	said := ""
	switch r.method {
	case "dkim":
		if said = r.properties["header.d"]; said == "" {
			said = domainOf(r.properties["header.i"])
		}
	case "spf":
		if said = r.properties["smtp.mailfrom"]; said == "" {
			said = r.properties["smtp.mfrom"]
		}
		said = domainOf(said)
	}
	switch {
	case said == "":
		return unsaid
	case aligned(said, domain):
		return yes
	}
	return no
}

// Address gives an address the form in which addresses are compared, byte by byte: A to Z in lower case, and
// what is not ASCII in a domain as xn-- has it, which is the same domain. Nothing else is folded: other letters
// that look alike, or that become alike in lower case, are others; so are a "+tag" and dots, which only one's own
// mail server knows to mean the same.
func Address(s string) string {
	s = lower(s)
	at := strings.LastIndexByte(s, '@')
	return s[:at+1] + ascii(s[at+1:])
}

// lower folds A to Z alone: strings.ToLower makes k of the Kelvin sign, and i of a dotted capital.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}, s)
}

// ascii is a domain in the letters of the DNS, without any folding of letters that look alike.
func ascii(domain string) string {
	if converted, err := idna.Punycode.ToASCII(domain); err == nil {
		return converted
	}
	return domain
}

// domainOf is what stands behind the @; all of it, where there is none.
func domainOf(address string) string {
	return strings.Trim(address[strings.LastIndexByte(address, '@')+1:], " <>.")
}

// aligned reports whether two domains are of one organisation, as the public suffixes tell (RFC 7489, 3.1).
func aligned(a, b string) bool {
	a, b = ascii(lower(strings.Trim(a, "."))), ascii(lower(strings.Trim(b, ".")))
	return a != "" && (a == b || organisation(a) != "" && organisation(a) == organisation(b))
}

// organisation is "" where nobody registered the name.
func organisation(domain string) string {
	registered, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return ""
	}
	return registered
}
