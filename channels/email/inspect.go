package email

import (
	"context"
	"net"

	"tanggap/channels"
	"tanggap/channels/email/domain"
)

// Inspect looks at both servers, and at what the DNS says about the address's domain.
func (a *Adapter) Inspect(ctx context.Context, resolver *net.Resolver) []channels.Finding {
	servers := channels.Finding{Grade: channels.Fine}
	facts, err := a.Check(ctx)
	if servers.Detail = facts; err != nil {
		servers.Grade, servers.Detail = channels.Wrong, err.Error()
	}
	return append([]channels.Finding{servers}, a.lookAtDomain(ctx, resolver)...)
}

func (a *Adapter) lookAtDomain(ctx context.Context, resolver *net.Resolver) []channels.Finding {
	if resolver == nil {
		resolver = net.DefaultResolver
	}
	box := domain.Mailbox{Address: a.config.Address, IMAPHost: a.imap.Host(), SMTPHost: a.smtp.Host()}
	if a.dkim != nil {
		box.Key = &domain.Key{Domain: a.dkim.Domain(), Name: a.dkim.Name(), Record: a.dkim.Record()}
	}
	return domain.Look(ctx, resolver, box)
}
