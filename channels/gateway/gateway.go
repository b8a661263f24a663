// Package gateway is SMS by HTTP through the city's own gateway: Kannel before an operator's SMS centre or a
// modem, a phone, or any program that takes and makes HTTP calls. It is the first SMS door of a city in
// Indonesia, where Twilio offers no two-way SMS.
package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"tanggap/channels"
	"tanggap/channels/sms"
)

// MaxBody is the limit of a call to us in bytes.
const MaxBody = 64 << 10

// Adapter is a channels.Webhook and Checker.
type Adapter struct {
	name   string
	config Config
	client *http.Client
	log    *slog.Logger
}

// New makes the adapter of an account and does no I/O. client nil means one with a timeout of its own; the
// error joins everything that is wrong with the Config.
func New(name string, c Config, client *http.Client, log *slog.Logger) (*Adapter, error) {
	c, err := c.filled()
	if err != nil {
		return nil, fmt.Errorf("account %s: %w", name, err)
	}
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("account %s: %w", name, err)
	}
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second}
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Adapter{name: name, config: c, client: &own, log: log}, nil
}

// Name is the account's key in the configuration.
func (a *Adapter) Name() string { return a.name }

// Capabilities are those of a number behind a gateway.
func (a *Adapter) Capabilities() channels.Capabilities {
	_, mute := sms.Sender(a.config.From, a.config.Region)
	return channels.Capabilities{
		Channel:   "sms",
		Addresses: channels.Tel,
		Text:      channels.Limit{Max: a.config.MaxSegments, Unit: channels.Segments},
		Receipts:  a.config.Status.State != "",
		Paid:      true,
		Mute:      mute,
		Pace:      channels.Pace{PerSecond: a.config.PerSecond},
	}
}

// Check asks the gateway whether it takes our login, with a call that sends nothing.
func (a *Adapter) Check(ctx context.Context) (string, error) {
	address, method, fact := a.config.SendURL, http.MethodHead, "the gateway answers; its login was not tried"
	if a.config.Send.Probe != "" {
		address += "?" + fill(a.config.Send.Probe, a.values(channels.Outbound{}), url.QueryEscape)
		method, fact = http.MethodGet, "the gateway takes our login"
	}
	answer, failed := a.call(ctx, func(ctx context.Context) (*http.Request, error) {
		return http.NewRequestWithContext(ctx, method, address, nil)
	})
	if failed != nil {
		failed.Kind = channels.Temporary
		return "", failed
	}
	if kind := kindOfStatus(answer.status); kind == channels.Suspended || answer.status >= 500 {
		return "", a.refusal(answer)
	}
	return fact, nil
}

// hook is the public URL of a path of ours.
func (a *Adapter) hook(path string) string {
	return a.config.PublicURL + "/channels/" + a.name + path
}

// statusURL is where the gateway reports on the message under key.
func (a *Adapter) statusURL(key string) string {
	u := a.hook("/status") + "?"
	if a.config.Auth.Field != "" {
		u += a.config.Auth.Field + "=" + url.QueryEscape(a.config.Secret) + "&"
	}
	u += "key=" + url.QueryEscape(key)
	if a.config.Preset == "kannel" {
		return kannelLiteral(u) + "&state=%d&detail=%A&time=%T"
	}
	return u
}
