package domain

import (
	"context"
	"fmt"
	"strings"

	"tanggap/channels"
)

// lookMX asks where mail to the address goes.
func lookMX(ctx context.Context, z *zone, name string, box Mailbox) []channels.Finding {
	hosts, err := z.exchangers(ctx, name)
	if err == errSilent {
		return cannotTell("MX")
	}
	f := channels.Finding{Subject: "MX", Grade: channels.Fine}
	server := "the host that takes its mail"
	if aligned(name, box.IMAPHost, false) {
		server = box.IMAPHost
	}
	switch {
	case err != nil:
		if _, err := z.addressesOf(ctx, name); err == errNone {
			f.Grade, f.Detail = channels.Wrong, name+" has no MX and no address: nobody can write to it. Name "+server+" in a record such as"
		} else {
			f.Grade, f.Detail = channels.Doubtful, name+" has no MX: senders try its own address. Name "+server+" in a record such as"
		}
		if server != box.IMAPHost {
			server = "mail." + name
		}
		f.Lines = []string{fmt.Sprintf("%s. IN MX 10 %s.", name, server)}
		return []channels.Finding{f}
	case len(hosts) == 1 && hosts[0] == "":
		f.Grade, f.Detail = channels.Wrong, name+" says that it takes no mail (RFC 7505): nobody can write to it. Replace its MX"
		return []channels.Finding{f}
	}
	f.Detail = "mail to " + name + " goes to " + strings.Join(hosts, ", ")
	for _, host := range hosts {
		if _, err := z.addressesOf(ctx, host); err == errNone {
			f.Grade = channels.Doubtful
			f.Detail += "; " + host + " has no address: mend or remove it"
		}
	}
	if box.IMAPHost != "" && !related(hosts[0], box.IMAPHost) {
		f.Detail += "; it is read at " + box.IMAPHost + ", which is right where the one passes it on to the other"
	}
	return []channels.Finding{f}
}

// related reports whether one organisation seems to run both hosts.
func related(exchanger, imap string) bool {
	if a, b := providerOf(exchanger), providerOf(imap); a != nil || b != nil {
		return a == b
	}
	return organisation(exchanger) == organisation(imap)
}

// provider is somebody who keeps mailboxes for others.
type provider struct {
	name    string
	hosts   []string // ends of the names of its servers
	include string   // what its customers' SPF includes
	dkim    string   // where its customers find their DKIM record
}

var providers = []provider{
	{
		"Google",
		[]string{"gmail.com", "google.com", "googlemail.com"},
		"_spf.google.com",
		"the Admin console, Apps, Google Workspace, Gmail, Authenticate email",
	},
	{
		"Microsoft",
		[]string{"office365.com", "outlook.com", "office.com"},
		"spf.protection.outlook.com",
		"the Defender portal, Email authentication settings, DKIM",
	},
}

// providerOf is whose host it is, nil where that is not known.
func providerOf(host string) *provider {
	for i, p := range providers {
		for _, end := range p.hosts {
			if host = fold(host); host == end || strings.HasSuffix(host, "."+end) {
				return &providers[i]
			}
		}
	}
	return nil
}
