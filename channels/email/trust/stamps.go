package trust

import (
	"slices"
	"strings"
)

// Stamp is one Authentication-Results field of a mail.
type Stamp struct {
	ID string // who wrote it, its authserv-id; "" where it names nobody, as Microsoft's does
	// Ours says that it stands where the server of this mailbox writes: every server that took the mail since is
	// of ID's house, or Microsoft's where there is none. A forger can write what looks so, but not into a mail that we sent ourselves.
	Ours             bool
	SPF, DKIM, DMARC string // "pass", "fail", "none" …, "" where it says nothing; of several signatures the best
}

// Stamps are those of a mail, the newest first.
func Stamps(raw []byte) []Stamp {
	fields, _ := readHeader(raw)
	var all []Stamp
	var takers []string // of the Received fields so far, the servers' names
	for i, f := range fields {
		switch f.name {
		case "received":
			if by := receivedBy.FindStringSubmatch(lower(f.value)); by != nil && strings.Contains(by[1], ".") && organisation(ascii(by[1])) != "" {
				takers = append(takers, by[1])
			}
		case "authentication-results":
			if s, ok := stamp(f.value); ok {
				s.Ours = s.ID == "" && len(all) == 0 && handedOn(fields[:i]) || s.ID != "" && len(takers) > 0 && !slices.ContainsFunc(takers, func(host string) bool { return !aligned(host, s.ID) })
				all = append(all, s)
			}
		}
	}
	return all
}

func stamp(value string) (s Stamp, ok bool) {
	id, results, ok := nameless(value)
	s.ID = id
	for _, r := range results {
		switch r.method {
		case "spf":
			s.SPF = r.value
		case "dkim":
			if s.DKIM != "pass" {
				s.DKIM = r.value
			}
		case "dmarc":
			s.DMARC = r.value
		}
	}
	return s, ok
}
