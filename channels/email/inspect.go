package email

import (
	"context"
	"net"

	"tanggap/channels"
	"tanggap/channels/email/domain"
	"tanggap/channels/email/survey"
)

// Inspect looks at both servers, and at what the DNS says about the address's domain.
func (a *Adapter) Inspect(ctx context.Context, resolver *net.Resolver) []channels.Finding {
	told := make(chan []channels.Finding, 1)
	go func() { told <- a.lookAtDomain(ctx, resolver) }()
	return append(survey.Look(ctx, a.account()), <-told...)
}

func (a *Adapter) account() survey.Account {
	return survey.Account{
		Address: a.config.Address, IMAP: a.imap, SMTP: a.smtp, Helo: a.domain,
		PollEvery: a.config.PollEvery, Largest: largestMail,
	}
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
