package ui

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestCallerIsWhoTheTrustedProxyNames(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct {
		remote    string
		forwarded []string
		want      string
	}{
		{"203.0.113.7:4000", nil, "203.0.113.7/32"},
		{"203.0.113.7:4000", []string{"198.51.100.9"}, "203.0.113.7/32"}, // nobody believes him
		{"127.0.0.1:4000", []string{"198.51.100.9"}, "198.51.100.9/32"},
		{"[::1]:4000", []string{"198.51.100.9"}, "198.51.100.9/32"},
		{"127.0.0.1:4000", []string{"1.2.3.4, 198.51.100.9, 10.1.1.1"}, "198.51.100.9/32"}, // who forges the beginning stays who he is
		{"127.0.0.1:4000", []string{"1.2.3.4", "198.51.100.9"}, "198.51.100.9/32"},
		{"127.0.0.1:4000", []string{"not an address"}, "127.0.0.1/32"},
		{"127.0.0.1:4000", nil, "127.0.0.1/32"},
		{"[::ffff:203.0.113.7]:4000", nil, "203.0.113.7/32"},
		{"[2001:db8:1:2:3::4]:4000", nil, "2001:db8:1:2::/64"},
		{"[fe80::1%eth0]:4000", nil, "fe80::/64"},
		{"nonsense", nil, "invalid Prefix"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.remote
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := Caller(r, proxies).String(); got != c.want {
			t.Errorf("%s for %v is %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}
