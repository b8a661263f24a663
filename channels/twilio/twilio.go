// Package twilio is SMS and WhatsApp through Twilio: a signed webhook in, the Messages resource out.
//
// In Twilio's console the number's (or messaging service's, or WhatsApp sender's) webhook for incoming
// messages is POST {public_url}/channels/{account}#rc=5&rp=all; the fragment makes Twilio come back when
// it was not answered (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides). Status
// callbacks need no setting: each message names its own.
package twilio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"tanggap/channels"
	"tanggap/channels/sms"
)

// MaxBody is the webhook's limit in bytes. What Twilio sends is a few kilobytes.
const MaxBody = 64 << 10

// Config is one sender on Twilio.
type Config struct {
	AccountSID  string // AC…
	AuthToken   string // of that account: our calls are made with it, Twilio's are signed with it
	From        string // a number in E.164, a short code, an alphanumeric sender or a messaging service (MG…)
	WhatsApp    bool   // From is a WhatsApp sender
	APIURL      string // "" is https://api.twilio.com
	PublicURL   string // what Twilio calls us by, without a slash at its end; signatures are checked over it
	Region      string // ISO 3166, of numbers without a country code; "" is ID
	MaxSegments int    // of one SMS, at most and by default 10: Twilio takes 1,600 characters
}

// Adapter is a channels.Webhook, Finder, Fetcher and Checker.
type Adapter struct {
	name   string
	config Config
	api    *url.URL
	client *http.Client
	log    *slog.Logger
}

var (
	accountSID = regexp.MustCompile(`^AC[0-9A-Za-z]+$`)
	authToken  = regexp.MustCompile(`^[0-9A-Za-z]+$`) // twilio-go refuses to send any other
)

// New makes the adapter of an account and does no I/O. client nil means one with a timeout of its own; the
// error joins everything that is wrong with the Config.
func New(name string, c Config, client *http.Client, log *slog.Logger) (*Adapter, error) {
	if c.APIURL == "" {
		c.APIURL = "https://api.twilio.com"
	}
	if c.Region == "" {
		c.Region = "ID"
	}
	const most = 10
	if c.MaxSegments == 0 {
		c.MaxSegments = most
	}
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	var wrong []error
	refuse := func(bad bool, what string) {
		if bad {
			wrong = append(wrong, fmt.Errorf("account %s: %s", name, what))
		}
	}
	api, err := url.Parse(c.APIURL)
	refuse(err != nil || api.Host == "" || !web(api), "api_url is no http:// or https:// URL")
	public, err := url.Parse(c.PublicURL)
	refuse(err != nil || public.Host == "" || !web(public), "public_url is no http:// or https:// URL")
	refuse(!accountSID.MatchString(c.AccountSID), "account_sid does not look like AC…")
	refuse(!authToken.MatchString(c.AuthToken), "auth_token is missing or has more than letters and digits")
	refuse(c.From == "", "from is missing")
	refuse(c.MaxSegments < 0 || c.MaxSegments > most, "max_segments is not between 1 and 10")
	if len(wrong) > 0 {
		return nil, errors.Join(wrong...)
	}
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second}
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Adapter{name: name, config: c, api: api, client: &own, log: log}, nil
}

func web(u *url.URL) bool { return u != nil && (u.Scheme == "http" || u.Scheme == "https") }

// Name is the account's key in the configuration.
func (a *Adapter) Name() string { return a.name }

// Capabilities are those of an SMS or WhatsApp sender.
func (a *Adapter) Capabilities() channels.Capabilities {
	c := channels.Capabilities{
		Channel:   "sms",
		Addresses: channels.Tel,
		Text:      channels.Limit{Max: a.config.MaxSegments, Unit: channels.Segments},
		Receipts:  true,
		Finds:     true,
		Paid:      true,
		Mute:      !a.isService() && !sms.Dialable(a.config.From),
		// Twilio queues what the carrier does not take yet: this only spares its API.
		Pace: channels.Pace{PerSecond: 10},
	}
	if a.config.WhatsApp {
		c.Channel = "whatsapp"
		// https://www.twilio.com/docs/errors/21617
		c.Text = channels.Limit{Max: 1600, Unit: channels.UTF16}
		// https://www.twilio.com/docs/whatsapp/key-concepts#the-customer-service-window
		c.ReplyWindow = 24 * time.Hour
	}
	return c
}

// Check fetches the account: that its credentials are right and that it is active.
func (a *Adapter) Check(ctx context.Context) (string, error) {
	c := a.call(ctx)
	account, err := c.service().FetchAccount(a.config.AccountSID)
	if err != nil {
		return "", c.failure(err, asking)
	}
	status, kind := text(account.Status), text(account.Type)
	if status != "active" {
		return "", channels.Errorf(channels.Suspended, status, "the Twilio account is not active")
	}
	return fmt.Sprintf("Twilio takes our credentials; the account is %s (%s)", status, kind), nil
}

// hook is the public URL of a path of ours: what Twilio calls, and therefore what it signs.
func (a *Adapter) hook(path string) string {
	return a.config.PublicURL + "/channels/" + a.name + path
}

// text is what a field of the API's answer holds.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
