package domain

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// policy is a record of SPF without its version.
type policy []term

// term is one word of it: ~all, ip4:192.0.2.0/24, a:mail.kota.go.id/28//64, redirect=kota.go.id.
type term struct {
	sign         byte   // + - ~ ?; 0 for a modifier
	name         string // in small letters
	domain       string // or, of ip4 and ip6, the network
	bits4, bits6 int    // of a and mx
}

// parseSPF reads a record that begins with v=spf1 (RFC 7208, 4.6.1). An error means that nobody can.
func parseSPF(text string) (policy, error) {
	var p policy
	for i, word := range strings.Fields(text) {
		if i == 0 {
			continue
		}
		t, err := parseTerm(word)
		if err != nil {
			return nil, err
		}
		p = append(p, t)
	}
	return p, nil
}

func parseTerm(word string) (term, error) {
	if name, value, ok := strings.Cut(word, "="); ok && !strings.ContainsAny(name, ":/") {
		return term{name: strings.ToLower(name), domain: value}, nil
	}
	t := term{sign: '+', bits4: 32, bits6: 128}
	if strings.ContainsRune("+-~?", rune(word[0])) {
		t.sign, word = word[0], word[1:]
	}
	wrong := fmt.Errorf("%q is nothing that SPF knows", word)
	end := strings.IndexAny(word, ":/")
	if end < 0 {
		end = len(word)
	}
	rest := word[end:]
	t.name = strings.ToLower(word[:end])
	switch t.name {
	case "all":
		if rest != "" {
			return t, wrong
		}
	case "include", "exists":
		if t.domain = strings.TrimPrefix(rest, ":"); t.domain == "" || rest[0] != ':' {
			return t, wrong
		}
	case "ptr":
		t.domain = strings.TrimPrefix(rest, ":")
	case "ip4", "ip6":
		t.domain = strings.TrimPrefix(rest, ":")
		if n, ok := t.network(); !ok || n.Addr().Is4() != (t.name == "ip4") {
			return t, wrong
		}
	case "a", "mx":
		var ok bool
		if t, ok = t.lengths(rest); !ok {
			return t, wrong
		}
	default:
		return t, wrong
	}
	return t, nil
}

// lengths reads ":domain/24//64", of which each part may be missing.
func (t term) lengths(rest string) (term, bool) {
	four, six, both := strings.Cut(rest, "//")
	if both {
		n, err := strconv.Atoi(six)
		if t.bits6 = n; err != nil || n < 0 || n > 128 {
			return t, false
		}
	}
	name, bits, short := strings.Cut(four, "/")
	if short {
		n, err := strconv.Atoi(bits)
		if t.bits4 = n; err != nil || n < 0 || n > 32 {
			return t, false
		}
	}
	t.domain = strings.TrimPrefix(name, ":")
	return t, name == "" || name[0] == ':' && t.domain != ""
}

// network of ip4 and ip6.
func (t term) network() (netip.Prefix, bool) {
	if n, err := netip.ParsePrefix(t.domain); err == nil {
		return n.Masked(), true
	}
	ip, err := netip.ParseAddr(t.domain)
	if err != nil {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(ip, ip.BitLen()), true
}

// macro reports whether the name depends on the mail (RFC 7208, 7).
func (t term) macro() bool { return strings.Contains(t.domain, "%") }

func (t term) String() string {
	if t.sign == 0 {
		return t.name + "=" + t.domain
	}
	text := t.name
	if t.sign != '+' {
		text = string(t.sign) + text
	}
	if t.domain != "" {
		text += ":" + t.domain
	}
	if (t.name == "a" || t.name == "mx") && t.bits4 != 32 {
		text += fmt.Sprintf("/%d", t.bits4)
	}
	if (t.name == "a" || t.name == "mx") && t.bits6 != 128 {
		text += fmt.Sprintf("//%d", t.bits6)
	}
	return text
}

func (p policy) String() string {
	words := []string{"v=spf1"}
	for _, t := range p {
		words = append(words, t.String())
	}
	return strings.Join(words, " ")
}

// with adds a mechanism where it still counts: before all.
func (p policy) with(mechanisms string) policy {
	added, err := parseSPF("v=spf1 " + mechanisms)
	if err != nil {
		return p
	}
	return append(added, p...)
}

// verdict is what a policy says of an address.
type verdict int

const (
	refuses verdict = iota // fail, softfail or neutral
	passes
	untold // depends on the mail, or the DNS does not answer
)

// deepest is how far includes are followed; the limit of lookups is reached before.
const deepest = 10

// check holds an address to a policy (RFC 7208, 4.6.2): the first mechanism that matches decides.
func (z *zone) check(ctx context.Context, ip netip.Addr, name string, p policy, depth int) verdict {
	unsure := false
	for _, t := range p {
		switch t.matches(ctx, z, ip, name, depth) {
		case passes:
			switch {
			case unsure:
				return untold
			case t.sign == '+':
				return passes
			default:
				return refuses
			}
		case untold:
			unsure = true
		}
	}
	for _, t := range p {
		if t.name == "redirect" && !unsure {
			return z.included(ctx, ip, t, depth)
		}
	}
	if unsure {
		return untold
	}
	return refuses
}

// matches is passes where the mechanism is about the address.
func (t term) matches(ctx context.Context, z *zone, ip netip.Addr, name string, depth int) verdict {
	target := t.domain
	if target == "" {
		target = name
	}
	switch t.name {
	case "all":
		return passes
	case "ip4", "ip6":
		if n, ok := t.network(); ok && n.Contains(ip) {
			return passes
		}
	case "include":
		return z.included(ctx, ip, t, depth)
	case "exists", "ptr":
		return untold
	case "a":
		return t.holds(ctx, z, ip, target)
	case "mx":
		hosts, err := z.exchangers(ctx, target)
		if err == errSilent {
			return untold
		}
		for _, host := range hosts {
			if v := t.holds(ctx, z, ip, host); v != refuses {
				return v
			}
		}
	}
	return refuses
}

// holds reports whether a host has the address, or one in the same network.
func (t term) holds(ctx context.Context, z *zone, ip netip.Addr, host string) verdict {
	if t.macro() {
		return untold
	}
	all, err := z.addressesOf(ctx, host)
	if err == errSilent {
		return untold
	}
	for _, a := range all {
		bits := t.bits4
		if a.Is6() {
			bits = t.bits6
		}
		if n, err := a.Prefix(bits); err == nil && n.Contains(ip) {
			return passes
		}
	}
	return refuses
}

func (z *zone) included(ctx context.Context, ip netip.Addr, t term, depth int) verdict {
	if t.macro() || depth == deepest {
		return untold
	}
	texts, err := z.policiesSPF(ctx, t.domain)
	if err == errSilent {
		return untold
	}
	if len(texts) != 1 {
		return refuses
	}
	p, err := parseSPF(texts[0])
	if err != nil {
		return refuses
	}
	return z.check(ctx, ip, t.domain, p, depth+1)
}
