// Package email is the adapter for a mailbox: IMAP in, SMTP out.
//
// It reads by UID and UIDVALIDITY, never by flags or dates, and changes nothing in the mailbox. An answer
// finds its ticket by our own Message-IDs, which nobody can guess.
package email

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/fetch"
	"tanggap/channels/email/oauth"
	"tanggap/channels/email/outgoing"
	"tanggap/channels/email/trust"
	"tanggap/channels/email/wire"
)

// Config is one mailbox.
type Config struct {
	Address string // what citizens write to and our answers come from
	Name    string // the display name beside it, "" for none
	// Kin are our other mailboxes, whose Message-IDs are known here: citizens answer to one what another wrote.
	Kin []Kin
	// Siblings are the addresses of our other mailboxes: what they write is no citizen's.
	Siblings []string
	IMAP     Server // imaps://host[:993]/FOLDER, or imap://host[:143]/FOLDER with STARTTLS; FOLDER defaults to INBOX
	SMTP     Server // smtps://host[:465], or smtp://host[:587] with STARTTLS
	// OAuth logs in to both by access tokens where it names a provider. Then URLs may be left to that, and the
	// usernames to Address.
	OAuth oauth.Config
	// Sent is the folder in which staff's mail program keeps what they answer from the mailbox itself; "" for none.
	Sent string
	// Insecure lets a server that is not on this machine be spoken to without TLS, when it offers none.
	// Servers on loopback are spoken to plainly.
	Insecure bool
	// ReplySecret keys the Message-IDs that we make. Empty, it is derived from the IMAP password, and
	// answers to mails sent before a change of the password no longer find their tickets by themselves.
	ReplySecret string
	// AuthServID is the name under which our own mail server writes Authentication-Results (RFC 8601);
	// empty, they are not looked at, for anybody can write them.
	AuthServID string
	Resolver   trust.Resolver // finds the keys of signatures (DKIM) that we check ourselves; nil is the system's
	DKIM       DKIM           // of what we send; its zero value signs nothing
	// Past says what to do with mail from before the first start; not given, people are asked.
	Past fetch.Answer

	MaxMessage int64         // bytes of a mail that is read whole, default 40 MiB
	IdleFor    time.Duration // how long one IDLE lasts at most, default 4 minutes
	PollEvery  time.Duration // between two looks where the server has no IDLE, default 30 seconds
	Wait       time.Duration // for one answer of an IMAP server, default 1 minute; one of SMTP may take five times as long
}

// Kin is another mailbox of ours.
type Kin struct {
	Account string
	Address string
	Secret  string // its ReplySecret, or its IMAP password where it has none
}

// Server is one end of the mailbox.
type Server struct {
	URL      string
	Username string // "" for SMTP: no login
	Password string
}

// DKIM is a key that signs what we send, for who has no mail server that does.
type DKIM struct {
	Domain   string // Address's own where there is none, or one above it
	Selector string
	Key      string // PEM; "" to sign nothing
}

// Adapter is one mailbox. It implements channels.Poller, channels.Inspector and channels.Extractor.
type Adapter struct {
	name   string
	config Config
	imap   wire.Server
	smtp   wire.Server
	namer          // of our own Message-IDs …
	kin    []namer // … and of our other mailboxes'
	dkim   *outgoing.Signer
	judge  *trust.Judge // of who wrote what came
	log    *slog.Logger
	reader *fetch.Reader
}

// New checks the configuration and does no I/O. The client is for access tokens: mail goes by no HTTP.
func New(name string, c Config, client *http.Client, log *slog.Logger) (*Adapter, error) {
	c.defaults()
	tokens, err := c.tokens(client, log.With("account", name))
	if err != nil {
		return nil, fmt.Errorf("account %s: oauth: %w", name, err)
	}
	a := &Adapter{name: name, config: c, log: log.With("account", name)}
	address, err := mail.ParseAddress(c.Address)
	if err != nil || address.Name != "" || !strings.Contains(c.Address, "@") {
		return nil, fmt.Errorf("account %s: address is no mail address", name)
	}
	a.config.Address = strings.ToLower(address.Address)
	a.config.Siblings = slices.Clone(c.Siblings)
	for i, s := range a.config.Siblings {
		a.config.Siblings[i] = strings.ToLower(strings.TrimSpace(s))
	}
	a.namer = newNamer("", a.config.Address, cmp.Or(c.ReplySecret, c.IMAP.Password))
	for _, k := range c.Kin {
		a.kin = append(a.kin, newNamer(k.Account, strings.ToLower(strings.TrimSpace(k.Address)), k.Secret))
	}
	if a.imap, err = c.IMAP.parse("imap", c); err != nil {
		return nil, fmt.Errorf("account %s: imap.url: %w", name, err)
	}
	if a.smtp, err = c.SMTP.parse("smtp", c); err != nil {
		return nil, fmt.Errorf("account %s: smtp.url: %w", name, err)
	}
	if tokens != nil {
		a.imap.Tokens, a.smtp.Tokens = tokens, tokens
	} else if c.IMAP.Username == "" || c.IMAP.Password == "" {
		return nil, fmt.Errorf("account %s: imap needs username and password", name)
	}
	if tokens == nil && c.SMTP.Username != "" && c.SMTP.Password == "" {
		return nil, fmt.Errorf("account %s: smtp.username has no password", name)
	}
	if a.dkim, err = a.signer(c.DKIM); err != nil {
		return nil, fmt.Errorf("account %s: dkim: %w", name, err)
	}
	a.judge = trust.New(a.config.Address, c.AuthServID, a.config.Resolver)
	a.reader = fetch.New(fetch.Options{
		Account: name, Server: a.imap, Sent: c.Sent, Inbound: a.inbound, Copied: a.copied, Log: a.log, Past: c.Past,
		MaxMessage: c.MaxMessage, IdleFor: c.IdleFor, PollEvery: c.PollEvery, Retry: 500 * time.Millisecond,
	})
	return a, nil
}

// tokens is nil where the login is by password. It fills in what the provider is known for.
func (c *Config) tokens(client *http.Client, log *slog.Logger) (*oauth.Source, error) {
	if c.OAuth.Provider == "" {
		return nil, nil
	}
	source, err := oauth.New(c.OAuth, client, log)
	if err != nil {
		return nil, err
	}
	if c.ReplySecret == "" {
		return nil, errors.New("there is no password to derive the reply secret from: it must be given")
	}
	p := source.Provider()
	c.IMAP.URL, c.SMTP.URL = cmp.Or(c.IMAP.URL, p.IMAP), cmp.Or(c.SMTP.URL, p.SMTP)
	c.IMAP.Username = cmp.Or(c.IMAP.Username, c.Address)
	c.SMTP.Username = cmp.Or(c.SMTP.Username, c.Address)
	return source, nil
}

// signer is nil where there is no key. A domain that is not the address's says nothing about it (RFC 7489, 3.1.1).
func (a *Adapter) signer(c DKIM) (*outgoing.Signer, error) {
	if c.Key == "" {
		return nil, nil
	}
	domain := strings.ToLower(c.Domain)
	if domain == "" {
		domain = a.domain
	}
	if a.domain != domain && !strings.HasSuffix(a.domain, "."+domain) {
		return nil, errors.New("domain is neither the address's nor one above it")
	}
	return outgoing.NewSigner(domain, c.Selector, c.Key)
}

func (s Server) parse(protocol string, c Config) (wire.Server, error) {
	w, err := wire.Parse(s.URL, protocol)
	w.Username, w.Password, w.Insecure, w.Wait = s.Username, s.Password, c.Insecure, c.Wait
	return w, err
}

func (c *Config) defaults() {
	if c.Resolver == nil {
		c.Resolver = net.DefaultResolver
	}
	if c.MaxMessage <= 0 {
		c.MaxMessage = 40 << 20
	}
	if c.IdleFor <= 0 {
		c.IdleFor = 4 * time.Minute
	}
	if c.PollEvery <= 0 {
		c.PollEvery = 30 * time.Second
	}
	if c.Wait <= 0 {
		c.Wait = time.Minute
	}
}

// Name is the account's key in the configuration.
func (a *Adapter) Name() string { return a.name }

// Capabilities says what mail can carry. The limits on text and files are ours: mail servers commonly
// take 25 MB a message, of which base64 eats a third.
func (a *Adapter) Capabilities() channels.Capabilities {
	return channels.Capabilities{
		Channel:     "email",
		Addresses:   channels.Mail,
		Text:        channels.Limit{Max: maxText, Unit: channels.Runes},
		Attachments: maxAttachment,
		Subject:     true,
		Threads:     true,
		Pace:        channels.Pace{PerSecond: 5, MaxConcurrency: 4},
		Patience:    5 * time.Minute, // servers that look for viruses take one or two
	}
}

// Poll delivers new mail until ctx ends.
func (a *Adapter) Poll(ctx context.Context, in channels.Inbox) error { return a.reader.Poll(ctx, in) }
