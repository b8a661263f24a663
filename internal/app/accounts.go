package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"tanggap/bot/command"
	"tanggap/channels"
	"tanggap/channels/email"
	"tanggap/channels/email/fetch"
	"tanggap/channels/email/oauth"
	"tanggap/channels/gateway"
	"tanggap/channels/telegram"
	"tanggap/channels/twilio"
	"tanggap/internal/config"
	"tanggap/tickets"
	"tanggap/tickets/breaker"
)

// makeAdapters makes one adapter for each configured account, and tells all that is wrong at once.
func makeAdapters(cfg *config.Config, client *http.Client, log *slog.Logger) (map[string]channels.Adapter, error) {
	all := make(map[string]channels.Adapter, len(cfg.Accounts))
	var wrong []error
	for _, acc := range cfg.Accounts {
		ad, err := makeAdapter(cfg, acc, client, log)
		if err != nil {
			wrong = append(wrong, err)
			continue
		}
		all[acc.Name] = ad
	}
	return all, errors.Join(wrong...)
}

func makeAdapter(cfg *config.Config, acc config.Account, client *http.Client, log *slog.Logger) (channels.Adapter, error) {
	url := cfg.Server.PublicURL
	switch c := acc.Channel.(type) {
	case *config.Telegram:
		return telegram.New(acc.Name, telegram.Config{
			Token: c.Token.Reveal(), APIURL: c.APIURL, Mode: string(c.Mode), Secret: c.Secret.Reveal(),
			URL: url + "/channels/" + acc.Name, Commands: menu(),
		}, client, log)
	case *config.Twilio:
		return twilio.New(acc.Name, twilio.Config{
			AccountSID: c.AccountSID, AuthToken: c.AuthToken.Reveal(), From: c.From, WhatsApp: c.WhatsApp, APIURL: c.APIURL,
			PublicURL: url, Region: c.Region, MaxSegments: c.Segments,
		}, client, log)
	case *config.Gateway:
		return gateway.New(acc.Name, gatewayConfig(c, url), client, log)
	case *config.Email:
		return email.New(acc.Name, email.Config{
			Address: c.Address, Name: c.Name, Sent: c.Sent, Siblings: mailboxes(cfg), Kin: kin(cfg, acc.Name), Insecure: c.Insecure, ReplySecret: c.ReplySecret.Reveal(), AuthServID: c.AuthServID, Past: pastMail(c),
			MaxMessage: int64(c.MaxMessage), IdleFor: time.Duration(c.IdleFor), PollEvery: time.Duration(c.PollEvery),
			IMAP: email.Server{URL: c.IMAP.URL, Username: c.IMAP.Username, Password: c.IMAP.Password.Reveal()},
			SMTP: email.Server{URL: c.SMTP.URL, Username: c.SMTP.Username, Password: c.SMTP.Password.Reveal()},
			OAuth: oauth.Config{
				Provider: c.OAuth.Provider, Tenant: c.OAuth.Tenant, ClientID: c.OAuth.ClientID, ClientSecret: c.OAuth.ClientSecret.Reveal(),
				RefreshToken: c.OAuth.RefreshToken.Reveal(), TokenURL: c.OAuth.TokenURL, Scope: c.OAuth.Scope, Keep: c.OAuth.RefreshToken.Replace, Newest: c.OAuth.RefreshToken.Newest,
			},
			DKIM: email.DKIM{Domain: c.DKIM.Domain, Selector: c.DKIM.Selector, Key: c.DKIM.Key.Reveal()},
		}, client, log)
	}
	return nil, fmt.Errorf("account %s: no such type", acc.Name)
}

// kin are the mailboxes beside this one.
func kin(cfg *config.Config, self string) (all []email.Kin) {
	for _, acc := range cfg.Accounts {
		if c, ok := acc.Channel.(*config.Email); ok && acc.Name != self {
			all = append(all, email.Kin{Account: acc.Name, Address: c.Address, Secret: cmp.Or(c.ReplySecret.Reveal(), c.IMAP.Password.Reveal())})
		}
	}
	return all
}

// mailboxes are the addresses of all our mailboxes.
func mailboxes(cfg *config.Config) (all []string) {
	for _, acc := range cfg.Accounts {
		if c, ok := acc.Channel.(*config.Email); ok {
			all = append(all, c.Address)
		}
	}
	return all
}

// pastMail is what the configuration says of mail from before the first start.
func pastMail(c *config.Email) fetch.Answer {
	return fetch.Answer{Given: c.ImportPast.Given, Import: c.ImportPast.Import, From: c.ImportPast.From, By: "configuration"}
}

// limits are those of automatic answers.
func (a *App) limits() breaker.Limits {
	c := &a.cfg.Answers
	return breaker.Limits{Address: c.PerAddress, Domain: c.PerDomain, Account: c.PerAccount, Window: time.Duration(c.Window)}
}

// menu is what Telegram shows beside the keyboard, by language; "" is for languages that we do not speak.
func menu() map[string][]telegram.Command {
	all := map[string][]telegram.Command{}
	for shown, lang := range map[string]string{"": "id", "en": "en"} {
		for _, c := range command.Entries(lang) {
			all[shown] = append(all[shown], telegram.Command{Name: c.Name, Description: c.Description})
		}
	}
	return all
}

// polls reports whether the account asks its platform, rather than being called by it.
func (a *App) polls(name string) bool {
	for _, acc := range a.cfg.Accounts {
		if acc.Name == name {
			return !acc.Channel.Called()
		}
	}
	return false
}

// allowed keeps a pilot to its own people. A page sends nothing to anybody.
func (a *App) allowed(to tickets.Address) bool {
	return to.Kind == string(channels.Web) || a.cfg.Server.Mode != config.Pilot || slices.Contains(a.cfg.Server.Pilot, to.Value)
}

// Finding is what was found of one account.
type Finding struct {
	Account string
	channels.Finding
}

// Check asks each account's platform whether the configuration is right, and touches no citizen. The
// resolver is asked about the domains of mailboxes; nil is the system's.
func Check(ctx context.Context, cfg *config.Config, resolver *net.Resolver, log *slog.Logger) ([]Finding, error) {
	adapters, err := makeAdapters(cfg, platformClient(), log)
	if err != nil {
		return nil, err
	}
	found := make([][]channels.Finding, len(cfg.Accounts))
	var looking sync.WaitGroup
	for i, acc := range cfg.Accounts { // beside each other: one that hangs would leave no time for the next
		looking.Go(func() { found[i] = look(ctx, adapters[acc.Name], resolver) })
	}
	looking.Wait()
	var all []Finding
	for i, acc := range cfg.Accounts {
		for _, f := range found[i] {
			all = append(all, Finding{acc.Name, f})
		}
	}
	return all, nil
}

func look(ctx context.Context, ad channels.Adapter, resolver *net.Resolver) []channels.Finding {
	switch ad := ad.(type) {
	case channels.Inspector:
		return ad.Inspect(ctx, resolver)
	case channels.Checker:
		return []channels.Finding{found(ad.Check(ctx))}
	}
	return []channels.Finding{found("configured; this type of account cannot be asked", nil)}
}

// found is the outcome of one question.
func found(facts string, err error) channels.Finding {
	if err != nil {
		return channels.Finding{Grade: channels.Wrong, Detail: err.Error()}
	}
	return channels.Finding{Grade: channels.Fine, Detail: facts}
}
