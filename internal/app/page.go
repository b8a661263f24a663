package app

import (
	"context"
	"errors"
	"html/template"
	"io"
	"strings"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/internal/config"
	"tanggap/web/portal"
)

// page is the account of reports whose answers stand on a private page and nowhere else: what is handed to it
// is sent, and delivered when the citizen opens the page.
type page struct{}

// Name is the account's.
func (page) Name() string { return bot.Web }

// Capabilities are a web page's; it has buttons of its own.
func (page) Capabilities() channels.Capabilities {
	return channels.Capabilities{Channel: bot.Web, Addresses: channels.Web, Text: channels.Limit{Max: 1 << 20, Unit: channels.Bytes}, Receipts: true, Finds: true}
}

// Send does nothing: the page reads the thread.
func (page) Send(_ context.Context, out channels.Outbound) (channels.Receipt, error) {
	return channels.Receipt{MessageID: "page:" + out.Key, State: channels.Sent}, nil
}

// Find says that whatever was handed over is there, so that an attempt that a crash cut off is in no doubt.
func (p page) Find(ctx context.Context, out channels.Outbound, _ time.Time) (channels.Receipt, bool, error) {
	r, err := p.Send(ctx, out)
	return r, true, err
}

// strangersLeave is what files from the public pages leave of a disk: to the database, and to the channels whose
// messages cannot be refused.
const strangersLeave = 2 << 30

// portalOptions tell the public pages of the city.
func (a *App) portalOptions() (portal.Options, error) {
	proxies, err := a.cfg.Server.Proxies()
	o := portal.Options{
		Log: a.log, City: a.City, Proxies: proxies, Public: a.publicURL(), Examples: a.examples,
		Accounts: a.portalAccounts, Doors: a.doors,
		Keep: func(r io.Reader, limit int64) (portal.Stored, error) {
			if free, err := a.files.Free(); err == nil && free < strangersLeave {
				return portal.Stored{}, errors.New("the disk is nearly full")
			}
			s, err := a.files.Put(r, limit)
			kept := portal.Stored{SHA256: s.SHA256, Type: s.Type, Size: s.Size}
			if err != nil {
				return kept, err
			}
			at, ok, err := a.takenAt(s.SHA256, s.Type)
			if err != nil {
				a.log.Warn("reading where a picture was taken", "cause", err)
			}
			if ok {
				kept.Taken = &channels.Point{Lat: at.Lat, Lng: at.Lng}
			}
			return kept, nil
		},
		Count: func(event string) { a.meters.portal.WithLabelValues(event).Inc() },
	}
	if a.extra.Handler != nil {
		o.Playground = "/playground"
	}
	return o, err
}

func (a *App) portalAccounts() (all []portal.Account) {
	for name, ad := range a.adapters {
		all = append(all, portal.Account{Name: name, Capabilities: ad.Capabilities()})
	}
	return all
}

// doors are the accounts whose address is known from the configuration.
func (a *App) doors() (all []portal.Door) {
	for _, acc := range a.cfg.Accounts {
		switch c := acc.Channel.(type) {
		case *config.Email:
			all = append(all, portal.Door{Channel: "email", Shown: c.Address, Link: template.URL("mailto:" + c.Address)})
		case *config.Gateway:
			all = append(all, portal.Door{Channel: "sms", Shown: c.From, Link: template.URL("sms:" + c.From)})
		case *config.Twilio:
			switch {
			case !strings.HasPrefix(c.From, "+"): // a name or a messaging service, which nobody can write to
			case c.WhatsApp:
				all = append(all, portal.Door{Channel: "whatsapp", Shown: c.From})
			default:
				all = append(all, portal.Door{Channel: "sms", Shown: c.From, Link: template.URL("sms:" + c.From)})
			}
		}
	}
	return all
}
