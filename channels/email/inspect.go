package email

import (
	"context"
	"net"
	"time"

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
		Sent: a.config.Sent, PollEvery: a.config.PollEvery, Largest: largestMail,
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

// arrival is how long Prove waits for its mail.
const arrival = 90 * time.Second

// Self is the mailbox's address.
func (a *Adapter) Self() channels.Address {
	return channels.Address{Kind: channels.Mail, Value: a.config.Address}
}

// Prove sends out to the mailbox itself, waits until it is there, and says what its header tells.
func (a *Adapter) Prove(ctx context.Context, out channels.Outbound) []channels.Finding {
	out.To = a.Self()
	out.Text += "\n\n" + out.Key
	return survey.Prove(ctx, a.account(), survey.Proof{
		Key: out.Key, MessageID: a.messageID(out.Key), AuthServID: a.config.AuthServID, Wait: arrival,
		Send: func(ctx context.Context) error { _, err := a.Send(ctx, out); return err },
	})
}
