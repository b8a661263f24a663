package domain

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"tanggap/channels"
)

// The limits of RFC 7208, 4.6.4: beyond them a receiver stops, and finds an error.
const (
	mostLookups = 10
	mostVoids   = 2
)

// lookSPF asks from where mail of the domain may come.
func lookSPF(ctx context.Context, z *zone, name string, box Mailbox) []channels.Finding {
	f := channels.Finding{Subject: "SPF", Grade: channels.Fine}
	texts, err := z.policiesSPF(ctx, name)
	switch {
	case err == errSilent:
		return cannotTell("SPF")
	case len(texts) == 0:
		f.Grade, f.Detail = channels.Wrong, name+" has none: others cannot tell our mail from forged mail, and put it into spam. Add, with every server that sends for the domain,"
		f.Lines = []string{record(name, "v=spf1 mx "+z.sender(ctx, name, box.SMTPHost)+"~all")}
		return []channels.Finding{f}
	case len(texts) > 1:
		f.Grade = channels.Wrong
		f.Detail = fmt.Sprintf("%s has %d records, which is an error to every receiver: make one of them", name, len(texts))
		f.Lines = []string{record(name, merged(texts))}
		return []channels.Finding{f}
	}
	worse := func(g channels.Grade, words string) {
		if f.Grade != channels.Wrong {
			f.Grade = g
		}
		f.Detail += "; " + words
	}
	text := texts[0]
	f.Detail = name + " has one"
	p, err := parseSPF(text)
	if err != nil {
		worse(channels.Wrong, "it cannot be read, and so counts for nobody: "+err.Error())
		return []channels.Finding{f}
	}
	mended := p.ending(worse)
	t := tally{seen: map[string]bool{}}
	z.count(ctx, name, p, &t)
	for _, fault := range t.faults {
		worse(channels.Wrong, fault)
	}
	switch {
	case t.lookups > mostLookups:
		worse(channels.Wrong, fmt.Sprintf("it takes more than %d questions to the DNS, where receivers stop and count it for nothing: replace some include, a or mx by the addresses behind them", mostLookups))
	case t.silent:
		worse(channels.Doubtful, "what it includes cannot be told: no answer from DNS")
	default:
		f.Detail += fmt.Sprintf(", with %d of %d questions to the DNS", t.lookups, mostLookups)
	}
	if t.voids > mostVoids {
		worse(channels.Wrong, fmt.Sprintf("%d of its names do not exist, where receivers stop after %d: remove them", t.voids, mostVoids))
	}
	if !t.silent && len(t.faults) == 0 {
		if missing := z.uncovered(ctx, name, mended, box.SMTPHost, worse, &f); missing != "" {
			mended = mended.with(missing)
		}
	}
	if fixed := mended.String(); fixed != p.String() {
		f.Lines = []string{record(name, fixed)}
	}
	return append([]channels.Finding{f}, z.greeting(ctx, name, box)...)
}

// greeting looks at the name by which our server greets others. A receipt has no return path, and SPF is then
// asked for that name (RFC 7208, 2.4); where we sign, that vouches for the receipt.
func (z *zone) greeting(ctx context.Context, name string, box Mailbox) []channels.Finding {
	host := fold(box.SMTPHost)
	if box.Key != nil || host == name || !strings.HasSuffix(host, "."+organisation(name)) {
		return nil
	}
	if texts, err := z.policiesSPF(ctx, host); err == errSilent || len(texts) > 0 {
		return nil
	}
	return []channels.Finding{{
		Subject: "SPF of the server", Grade: channels.Doubtful, Lines: []string{record(host, "v=spf1 a -all")},
		Detail: host + " has none: receipts have no return path, and others ask for the name that the server greets them by. If it is this one, add",
	}}
}

// policiesSPF are the records of SPF that a name has.
func (z *zone) policiesSPF(ctx context.Context, name string) (all []string, err error) {
	texts, err := z.texts(ctx, name)
	for _, text := range texts {
		version, _, _ := strings.Cut(text, " ")
		if strings.EqualFold(version, "v=spf1") {
			all = append(all, text)
		}
	}
	return all, err
}

// ending looks at what is said of everybody else, and returns the policy as it should be.
func (p policy) ending(worse func(channels.Grade, string)) policy {
	at := slices.IndexFunc(p, func(t term) bool { return t.name == "all" })
	redirect := slices.ContainsFunc(p, func(t term) bool { return t.name == "redirect" })
	mended := slices.Clone(p)
	switch {
	case at < 0 && redirect:
	case at < 0:
		worse(channels.Doubtful, "it says nothing about everybody else, so forged mail passes as well: end it in ~all")
		mended = append(mended, term{sign: '~', name: "all"})
	case p[at].sign == '+':
		worse(channels.Wrong, "+all lets everybody send in your name: end it in ~all")
		mended[at].sign = '~'
	case p[at].sign == '?':
		worse(channels.Doubtful, "?all says nothing about everybody else: end it in ~all")
		mended[at].sign = '~'
	}
	if slices.ContainsFunc(p, func(t term) bool { return t.name == "ptr" }) {
		worse(channels.Doubtful, "ptr is slow, and many receivers do not ask it: remove it")
		mended = slices.DeleteFunc(mended, func(t term) bool { return t.name == "ptr" })
	}
	return mended
}

// uncovered is the mechanism that our own server lacks in the policy, "" where it lacks none or that cannot be
// told: a server may send from another address than it takes mail at.
func (z *zone) uncovered(ctx context.Context, name string, p policy, host string, worse func(channels.Grade, string), f *channels.Finding) string {
	if v := providerOf(host); v != nil {
		t := tally{seen: map[string]bool{}}
		if z.count(ctx, name, p, &t); t.seen[v.include] {
			f.Detail += "; it covers " + v.name + ", through whom we send"
			return ""
		}
		worse(channels.Wrong, "we send through "+v.name+", whom it does not cover")
		return "include:" + v.include
	}
	addresses, err := z.addressesOf(ctx, host)
	if err != nil || host == "" {
		return ""
	}
	var missing []string
	covered := 0
	for _, ip := range addresses {
		if ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
			continue // behind it is another, which others see
		}
		switch z.check(ctx, ip, name, p, 0) {
		case passes:
			covered++
		case untold:
		default:
			missing = append(missing, mechanism(ip))
		}
	}
	switch {
	case len(missing) > 0:
		worse(channels.Doubtful, "it does not cover "+strings.Join(missing, " and ")+", an address of "+host+"; if that is from where our mail leaves, add it")
		return strings.Join(missing, " ")
	case covered > 0:
		f.Detail += "; it covers " + host
	}
	return ""
}

// sender is the mechanism for the server that we send through, with a space behind; "" where it is covered by
// mx or cannot be known.
func (z *zone) sender(ctx context.Context, name, host string) string {
	if v := providerOf(host); v != nil {
		return "include:" + v.include + " "
	}
	exchangers, _ := z.exchangers(ctx, name)
	addresses, _ := z.addressesOf(ctx, host)
	if slices.Contains(exchangers, fold(host)) || !slices.ContainsFunc(addresses, func(ip netip.Addr) bool { return !ip.IsPrivate() && !ip.IsLoopback() }) {
		return ""
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return mechanism(ip) + " "
	}
	return "a:" + fold(host) + " "
}

func mechanism(ip netip.Addr) string {
	if ip.Is4() {
		return "ip4:" + ip.String()
	}
	return "ip6:" + ip.String()
}

// merged is one record of several.
func merged(texts []string) string {
	all := policy{}
	end := term{sign: '~', name: "all"}
	for _, text := range texts {
		p, err := parseSPF(text)
		if err != nil {
			continue
		}
		for _, t := range p {
			if t.name == "all" || t.name == "redirect" {
				continue
			}
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return append(all, end).String()
}

// tally is what a policy costs whoever follows all of it.
type tally struct {
	lookups, voids int
	faults         []string
	silent         bool
	seen           map[string]bool // what was included
}

// count follows every reference, and gives up on those that lead back to themselves.
func (z *zone) count(ctx context.Context, name string, p policy, t *tally) {
	for _, m := range p {
		target := m.domain
		if target == "" {
			target = name
		}
		switch m.name {
		case "include", "redirect":
			if t.lookups++; t.lookups > 2*mostLookups || m.macro() || t.silent {
				continue
			}
			t.seen[fold(target)] = true
			z.follow(ctx, target, t)
		case "a", "mx", "exists", "ptr":
			if t.lookups++; t.lookups > 2*mostLookups || m.macro() || m.name == "ptr" || m.name == "exists" || t.silent {
				continue
			}
			var err error
			if m.name == "a" {
				_, err = z.addressesOf(ctx, target)
			} else {
				_, err = z.exchangers(ctx, target)
			}
			if err == errNone {
				t.voids++
			}
			t.silent = t.silent || err == errSilent
		}
	}
}

// follow counts what an included policy refers to.
func (z *zone) follow(ctx context.Context, target string, t *tally) {
	texts, err := z.policiesSPF(ctx, target)
	switch {
	case err == errSilent:
		t.silent = true
	case len(texts) != 1:
		t.faults = append(t.faults, fmt.Sprintf("it includes %s, which has %d records where one is needed: every receiver finds an error. Mend or remove it", target, len(texts)))
	default:
		p, err := parseSPF(texts[0])
		if err != nil {
			t.faults = append(t.faults, "it includes "+target+", whose record cannot be read: "+err.Error())
			return
		}
		z.count(ctx, target, p, t)
	}
}
