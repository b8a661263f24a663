package config

import "regexp"

// Telegram is a bot: https://core.telegram.org/bots/api.
type Telegram struct {
	Token  Secret   `toml:"token,required"`
	Mode   Delivery `toml:"mode"`
	Secret Secret   `toml:"secret"` // of webhook calls: 1 to 256 of A-Z a-z 0-9 _ -
	APIURL string   `toml:"api_url"`
}

// Delivery is how a Telegram bot gets its updates.
type Delivery string

// The ways of delivery.
const (
	Poll    Delivery = "poll"
	Webhook Delivery = "webhook"
)

// Type is "telegram".
func (*Telegram) Type() string { return "telegram" }

// Called is true in webhook mode.
func (t *Telegram) Called() bool { return t.Mode == Webhook }

var telegramSecret = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)

func (t *Telegram) check(d *decoder, path string) {
	switch t.Mode {
	case Poll:
	case Webhook:
		if !d.present[join(path, "secret")] {
			d.fail(join(path, "secret"), "is missing: the platform calls this account, and its calls must be provable")
		} else if s := t.Secret.Reveal(); s != "" && !telegramSecret.MatchString(s) {
			d.fail(join(path, "secret"), "has more than A-Z, a-z, 0-9, _ and -, or over 256 of them")
		}
	default:
		d.fail(join(path, "mode"), "%q is neither %q nor %q", string(t.Mode), string(Poll), string(Webhook))
	}
	d.baseURL(join(path, "api_url"), t.APIURL)
}

// Twilio is a number, an alphanumeric sender or a messaging service, for SMS or WhatsApp:
// https://www.twilio.com/docs/messaging/api/message-resource.
type Twilio struct {
	AccountSID string `toml:"account_sid,required"`
	AuthToken  Secret `toml:"auth_token,required"` // its calls are signed with it
	From       string `toml:"from,required"`
	APIURL     string `toml:"api_url"`
	Region     string `toml:"region"`       // ISO 3166, of numbers without a country code
	Segments   int    `toml:"max_segments"` // of one SMS
	PriceIn    Price  `toml:"price_in"`
	PriceOut   Price  `toml:"price_out"`
	WhatsApp   bool   `toml:"-"`
}

// Type is "twilio-sms" or "twilio-whatsapp".
func (t *Twilio) Type() string {
	if t.WhatsApp {
		return "twilio-whatsapp"
	}
	return "twilio-sms"
}

// Called is true.
func (*Twilio) Called() bool { return true }

var (
	twilioSID   = regexp.MustCompile(`^AC[0-9A-Za-z]+$`)
	twilioToken = regexp.MustCompile(`^[0-9A-Za-z]+$`)
)

func (t *Twilio) check(d *decoder, path string) {
	if t.AccountSID != "" && !twilioSID.MatchString(t.AccountSID) {
		d.fail(join(path, "account_sid"), "does not look like AC…")
	}
	if s := t.AuthToken.Reveal(); s != "" && !twilioToken.MatchString(s) {
		d.fail(join(path, "auth_token"), "has more than letters and digits")
	}
	d.region(join(path, "region"), t.Region)
	if t.Segments < 1 || t.Segments > 10 {
		d.fail(join(path, "max_segments"), "%d is not between 1 and 10", t.Segments)
	}
	d.baseURL(join(path, "api_url"), t.APIURL)
}

// Email is a mailbox, read by IMAP and answered by SMTP.
type Email struct {
	Address     string   `toml:"address,required"` // what citizens write to and get answers from
	Name        string   `toml:"name"`             // shown beside it
	Sent        string   `toml:"sent"`             // the folder of what staff answer from the mailbox itself; "" to look at none
	ImportPast  PastMail `toml:"import_past"`      // what to do with mail from before the first start; "" asks
	AuthServID  string   `toml:"authserv_id"`      // our own mail server's name in Authentication-Results; "" to believe none
	ReplySecret Secret   `toml:"reply_secret"`     // keys our Message-IDs; derived from the password where there is none
	Insecure    bool     `toml:"insecure"`         // speak without TLS to a server elsewhere that offers none
	MaxMessage  int      `toml:"max_message"`      // bytes of a mail that is read whole
	IdleFor     Duration `toml:"idle_for"`         // how long one IDLE lasts at most
	PollEvery   Duration `toml:"poll_every"`       // between two looks where the server has no IDLE
	IMAP        Mailbox  `toml:"imap"`
	SMTP        Outgoing `toml:"smtp"`
	OAuth       OAuth    `toml:"oauth"`
	DKIM        DKIM     `toml:"dkim"`
}

// Mailbox is where mail arrives.
type Mailbox struct {
	URL      string `toml:"url"`      // imaps://host:993/INBOX; imap:// for a plain local one
	Username string `toml:"username"` // the address with OAuth and none given
	Password Secret `toml:"password"` // none with OAuth
}

// Outgoing is where mail leaves.
type Outgoing struct {
	URL      string `toml:"url"`      // smtps://host:465; smtp:// for STARTTLS or a plain local one
	Username string `toml:"username"` // "" for no login
	Password Secret `toml:"password"`
}

// DKIM signs what leaves, where the mail server does not.
type DKIM struct {
	Domain   string `toml:"domain"` // the address's own where there is none
	Selector string `toml:"selector"`
	Key      Secret `toml:"key"` // private, in PEM; "" to sign nothing
}

// Type is "email".
func (*Email) Type() string { return "email" }

// Called is false: we call the mail server.
func (*Email) Called() bool { return false }

func (e *Email) check(d *decoder, path string) {
	d.mailAddress(join(path, "address"), e.Address)
	for _, positive := range []struct {
		key string
		ok  bool
	}{{"max_message", e.MaxMessage > 0}, {"idle_for", e.IdleFor > 0}, {"poll_every", e.PollEvery > 0}} {
		if key := join(path, positive.key); !positive.ok && !d.failed(key) {
			d.fail(key, "must be more than 0")
		}
	}
	d.serverURL(join(path, "imap.url"), e.IMAP.URL, "imaps", "imap")
	d.serverURL(join(path, "smtp.url"), e.SMTP.URL, "smtps", "smtp")
	if dkim := join(path, "dkim"); e.DKIM.Key.Reveal() == "" && (e.DKIM.Domain != "" || e.DKIM.Selector != "") {
		d.fail(join(dkim, "key"), "is missing, and there is a domain or selector")
	} else if e.DKIM.Key.Reveal() != "" && e.DKIM.Selector == "" {
		d.fail(join(dkim, "selector"), "is missing, and there is a key")
	}
	e.checkLogin(d, path)
}
