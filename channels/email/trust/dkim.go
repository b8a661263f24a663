package trust

import (
	"bytes"
	"context"
	"net/mail"
	"slices"
	"strings"

	"github.com/emersion/go-msgauth/dkim"
)

// mostSignatures are looked at in one mail; honest ones have up to three.
const mostSignatures = 8

// signed reports whether a signature of the author's own organisation holds for the mail, and for it being sent to
// us: a mail that he wrote to somebody else may be sent on to us by anybody.
func (j *Judge) signed(ctx context.Context, raw []byte, fields []field, domain string) bool {
	if !slices.ContainsFunc(values(fields, "dkim-signature"), func(v string) bool { return aligned(tags(v)["d"], domain) }) {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, oneMail)
	defer cancel()
	found, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{
		MaxVerifications: mostSignatures,
		LookupTXT: func(name string) ([]string, error) {
			_, signer, _ := strings.Cut(name, "._domainkey.")
			if !aligned(signer, domain) {
				return nil, errNone // whoever else signed it, that says nothing of the author
			}
			return j.keys.lookup(ctx, name)
		},
	})
	if err != nil && err != dkim.ErrTooManySignatures {
		return false
	}
	return slices.ContainsFunc(found, func(v *dkim.Verification) bool {
		return v.Err == nil && aligned(v.Domain, domain) && j.covers(v.HeaderKeys, fields)
	})
}

// covers reports whether a signature over these fields is over what we read. Not every provider signs To (Outlook
// does not): where it is signed, it must be to us.
func (j *Judge) covers(signed []string, fields []field) bool {
	has := func(name string) bool {
		return slices.ContainsFunc(signed, func(s string) bool { return lower(s) == name })
	}
	if !has("date") || len(values(fields, "subject")) > 0 && !has("subject") {
		return false
	}
	return !has("to") || j.among(values(fields, "to")) || has("cc") && j.among(values(fields, "cc"))
}

// among reports whether one of the fields lists our own address.
func (j *Judge) among(lists []string) bool {
	for _, list := range lists {
		people, err := mail.ParseAddressList(list)
		if err != nil {
			continue
		}
		for _, p := range people {
			if Address(p.Address) == j.address {
				return true
			}
		}
	}
	return false
}

// tags reads "v=1; d=kota.test" (RFC 6376, 3.2); blanks in values are none.
func tags(text string) map[string]string {
	all := map[string]string{}
	for part := range strings.SplitSeq(text, ";") {
		if name, value, ok := strings.Cut(part, "="); ok {
			all[strings.TrimSpace(name)] = strings.Join(strings.Fields(value), "")
		}
	}
	return all
}
