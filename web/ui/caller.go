package ui

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Caller is who calls, as limits count: an IPv4 address, or the /64 that a household or a server has of
// IPv6. What a trusted proxy says in X-Forwarded-For is believed, and of a chain what the last one that is not
// ours said. The zero Prefix is a caller without an address.
func Caller(r *http.Request, proxies []netip.Prefix) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	at, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	chain := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(chain) - 1; i >= 0 && trusted(proxies, at); i-- {
		next, err := netip.ParseAddr(strings.TrimSpace(chain[i]))
		if err != nil {
			break
		}
		at = next
	}
	at = at.Unmap().WithZone("")
	bits := 64
	if at.Is4() {
		bits = 32
	}
	who, err := at.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return who
}

func trusted(proxies []netip.Prefix, at netip.Addr) bool {
	return slices.ContainsFunc(proxies, func(of netip.Prefix) bool { return of.Contains(at.Unmap()) })
}
