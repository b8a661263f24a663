package domain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tanggap/channels"
)

// lookDMARC asks what others are to do with mail that says to be from the domain and is not (RFC 7489).
func lookDMARC(ctx context.Context, z *zone, name string, box Mailbox) []channels.Finding {
	f := channels.Finding{Subject: "DMARC", Grade: channels.Fine}
	at, texts, err := z.policies(ctx, name)
	reports := "dmarc@" + organisation(name)
	switch {
	case err == errSilent:
		return cannotTell("DMARC")
	case len(texts) == 0:
		f.Grade = channels.Doubtful
		f.Detail = name + " has none: anybody can write in its name, and big providers trust its mail less. Add this, with a mailbox that somebody reads; go on to p=quarantine when the reports show that your own mail passes"
		f.Lines = []string{record("_dmarc."+name, "v=DMARC1; p=none; rua=mailto:"+reports)}
		return []channels.Finding{f}
	case len(texts) > 1:
		f.Grade, f.Detail = channels.Wrong, fmt.Sprintf("%s has %d records, and so none that counts: leave one", at, len(texts))
		f.Lines = []string{record(at, texts[0])}
		return []channels.Finding{f}
	}
	policy, ok := tags(texts[0])
	if !ok || !slices.Contains([]string{"none", "quarantine", "reject"}, strings.ToLower(policy["p"])) {
		f.Grade, f.Detail = channels.Wrong, at+" cannot be read, and so does not count: p must be none, quarantine or reject. Write"
		f.Lines = []string{record(at, "v=DMARC1; p=none; rua=mailto:"+reports)}
		return []channels.Finding{f}
	}
	applied := "p"
	if at != "_dmarc."+name && policy["sp"] != "" {
		applied = "sp"
	}
	f.Detail = fmt.Sprintf("%s says %s=%s", at, applied, policy[applied])
	if strings.EqualFold(policy[applied], "none") {
		f.Grade = channels.Doubtful
		f.Detail += ", so others take forged mail in your name; when the reports show that your own mail passes, write quarantine"
	}
	if policy["rua"] == "" {
		f.Grade = channels.Doubtful
		f.Detail += "; no rua: nobody hears who writes in your name"
		f.Lines = []string{record(at, strings.TrimRight(texts[0], "; ")+"; rua=mailto:"+reports)}
	}
	if to := z.deaf(ctx, strings.TrimPrefix(at, "_dmarc."), policy["rua"]); to != "" {
		f.Grade = channels.Doubtful
		f.Detail += "; reports to " + to + " are sent only when its zone allows that"
		f.Lines = append(f.Lines, record(strings.TrimPrefix(at, "_dmarc.")+"._report._dmarc."+to, "v=DMARC1"))
	}
	if k := box.Key; k != nil && !aligned(name, k.Domain, strings.EqualFold(policy["adkim"], "s")) {
		f.Grade = channels.Wrong
		f.Detail += fmt.Sprintf("; we sign for %s, which does not vouch for %s: sign for %s", k.Domain, name, name)
	}
	return []channels.Finding{f}
}

// policies are the records of a domain, or where it has none those of its organisation.
func (z *zone) policies(ctx context.Context, name string) (at string, texts []string, err error) {
	for _, at = range slices.Compact([]string{"_dmarc." + name, "_dmarc." + organisation(name)}) {
		all, err := z.texts(ctx, at)
		if err == errSilent {
			return at, nil, err
		}
		for _, text := range all {
			version, _, _ := strings.Cut(text, ";")
			if strings.ReplaceAll(version, " ", "") == "v=DMARC1" {
				texts = append(texts, text)
			}
		}
		if len(texts) > 0 {
			return at, texts, nil
		}
	}
	return at, nil, nil
}

// deaf is a domain that reports are to go to without its consent (RFC 7489, 7.1), "" where there is none.
func (z *zone) deaf(ctx context.Context, name, rua string) string {
	for target := range strings.SplitSeq(rua, ",") {
		target, _, _ = strings.Cut(strings.TrimSpace(target), "!")
		_, to, ok := strings.Cut(target, "@")
		if !ok || aligned(name, to, false) {
			continue
		}
		texts, err := z.texts(ctx, name+"._report._dmarc."+to)
		consents := slices.ContainsFunc(texts, func(s string) bool { return strings.HasPrefix(s, "v=DMARC1") })
		if err != errSilent && !consents {
			return fold(to)
		}
	}
	return ""
}
