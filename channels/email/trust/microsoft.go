package trust

import (
	"net/netip"
	"slices"
	"strings"
)

// Microsoft stands for an authserv-id where the mailbox is at Microsoft 365, whose servers write results without one.
//
// Its header is, from above: Received fields by which its servers hand a mail on among themselves, the results, and
// the Received of the server at the edge, *.mail.protection.outlook.com, which took the mail in from outside. A
// sender's own results come further down, and are renamed there.
const Microsoft = "microsoft"

// Where Microsoft's mail servers are. Its customers' machines have such addresses too, but theirs is mail that comes in
// over the edge.
var (
	microsoftHosts = []string{"outlook.com", "office365.com"}
	microsoftEdge  = ".mail.protection.outlook.com"
	microsoftNets  = []netip.Prefix{netip.MustParsePrefix("2603:1000::/24"), netip.MustParsePrefix("2a01:111::/32")}
)

// writtenNameless finds what Microsoft's server wrote: the topmost results of all, where they stand above the edge.
func writtenNameless(fields []field) []result {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == "authentication-results" })
	if i < 0 || !handedOn(fields[:i]) {
		return nil
	}
	id, results, ok := nameless(fields[i].value)
	if !ok || id != "" {
		return nil
	}
	return results
}

// handedOn reports whether every server that took the mail, and there was one, is Microsoft's and behind its edge.
func handedOn(fields []field) bool {
	all := values(fields, "received")
	return len(all) > 0 && !slices.ContainsFunc(all, func(received string) bool { return !withinMicrosoft(received) })
}

func withinMicrosoft(received string) bool {
	trace, _, _ := strings.Cut(lower(received), " with ") // behind it are versions, which look like addresses
	by := receivedBy.FindStringSubmatch(trace)
	from := receivedFrom.FindStringSubmatch(trace)
	if by == nil || from == nil || !microsofts(from[1]) || !microsofts(by[1]) || strings.HasSuffix(by[1], microsoftEdge) {
		return false
	}
	return !slices.ContainsFunc(literal.FindAllString(trace, -1), func(found string) bool {
		ip, err := netip.ParseAddr(strings.Trim(found, "."))
		ip = ip.Unmap()
		near := ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()
		return err == nil && !near && !slices.ContainsFunc(microsoftNets, func(p netip.Prefix) bool { return p.Contains(ip) })
	})
}

func microsofts(host string) bool {
	return slices.ContainsFunc(microsoftHosts, func(house string) bool { return strings.HasSuffix(host, "."+house) })
}

// nameless reads results that may have no authserv-id before them; id is "" then.
func nameless(value string) (id string, results []result, ok bool) {
	if id, results, ok = parseResults(value); strings.Contains(id, "=") {
		id, results, ok = parseResults("; " + value)
	}
	return id, results, ok
}
