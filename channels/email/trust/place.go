package trust

import (
	"net/netip"
	"regexp"
	"strings"
)

// The fields that servers add stand on top of those that came with a mail, the newest first; so what our own
// server wrote stands above, or directly below, the Received with which it took the mail in from outside. All
// further down, and that Received's copies, may be a forger's.
//
// Above it, every Authentication-Results of ours counts. Directly below it some servers write theirs (Google, and
// those with a milter), and a forger's first field is there where ours wrote none: what stands there may
// speak against a mail, and not for it. In a mail that shows no Received at all, only the topmost is ours.

// written finds the results that our own server, which signs as id, added. doubtful ones count only where
// they speak against the mail.
func written(fields []field, id string) (sure, doubtful []result) {
	border := borderOf(fields, id)
	for i, f := range fields {
		if f.name == "received" && i > border {
			break
		}
		if f.name != "authentication-results" {
			continue
		}
		server, results, ok := parseResults(f.value)
		if !ok || server != lower(id) {
			continue
		}
		switch {
		case border == len(fields):
			return results, nil
		case i < border:
			sure = append(sure, results...)
		default:
			return sure, results
		}
	}
	return sure, nil
}

// borderOf is the index of the Received by which our servers took a mail in from outside: the first that is no
// handing over among themselves; len(fields) where there is none.
func borderOf(fields []field, id string) int {
	last := len(fields)
	for i, f := range fields {
		if f.name != "received" {
			continue
		}
		if !within(f.value, id) {
			return i
		}
		last = i
	}
	return last
}

var (
	receivedFrom = regexp.MustCompile(`^from\s+(\S+)`)
	receivedBy   = regexp.MustCompile(`\sby\s+(\S+)`)
	literal      = regexp.MustCompile(`[0-9a-f:]*:[0-9a-f:.]+|[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+`)
)

// within reports whether a Received field tells of a handing over inside our own house: both names are of it, and
// no address outside of it is named. The name that a client calls itself proves nothing; the address does, and
// servers note it.
func within(received, id string) bool {
	trace, _, _ := strings.Cut(strings.ReplaceAll(lower(received), "ipv6:", ""), ";")
	by := receivedBy.FindStringSubmatchIndex(trace)
	from := receivedFrom.FindStringSubmatch(trace)
	if by == nil || from == nil || !ours(from[1], id) || !ours(trace[by[2]:by[3]], id) {
		return false
	}
	for _, found := range literal.FindAllString(trace, -1) {
		ip, err := netip.ParseAddr(strings.Trim(found, "."))
		if ip = ip.Unmap(); err == nil && !ip.IsPrivate() && !ip.IsLoopback() {
			return false
		}
	}
	return true
}

func ours(host, id string) bool {
	host = strings.Trim(host, "[]().")
	return host == "localhost" || aligned(host, id)
}
