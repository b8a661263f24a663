package twilio

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"tanggap/channels"
	"tanggap/channels/sms"
)

// Send posts one message: https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource.
func (a *Adapter) Send(ctx context.Context, out channels.Outbound) (channels.Receipt, error) {
	if err := a.fits(out); err != nil {
		return channels.Receipt{}, err
	}
	p := &api.CreateMessageParams{}
	p.SetPathAccountSid(a.config.AccountSID).SetTo(a.platform(out.To.Value)).SetBody(out.Text)
	// The key comes back with each status, even where the answer to this call is lost.
	p.SetStatusCallback(a.hook("/status") + "?key=" + url.QueryEscape(out.Key))
	if a.isService() {
		p.SetMessagingServiceSid(a.config.From)
	} else {
		p.SetFrom(a.platform(a.config.From))
	}
	c := a.call(ctx)
	m, err := c.service().CreateMessage(p)
	if err != nil {
		return channels.Receipt{}, c.failure(err, sending)
	}
	if text(m.Sid) == "" {
		return channels.Receipt{}, channels.Errorf(channels.UnknownSent, strconv.Itoa(c.status), "Twilio's answer names no message")
	}
	return a.receipt(m), nil
}

// fits refuses what Twilio would refuse, before it costs a call.
func (a *Adapter) fits(out channels.Outbound) error {
	if out.To.Kind != channels.Tel || !sms.Dialable(out.To.Value) {
		return channels.Errorf(channels.Unreachable, "", "the address is no phone number")
	}
	limit := a.Capabilities().Text
	count := channels.Counter(limit.Unit)
	if limit.Unit == channels.Segments {
		count = sms.Segments
	}
	switch n := count(out.Text); {
	case n == 0:
		return channels.Errorf(channels.Rejected, "", "the message has no text")
	case n > limit.Max:
		return channels.Errorf(channels.Rejected, "", "the text takes %d %s, the limit is %d", n, limit.Unit, limit.Max)
	}
	return nil
}

// Find looks through the messages to the address, the newest first, for the text of out. Twilio's list has
// no place for our key, so an equal text counts only from since on, by Twilio's clock.
func (a *Adapter) Find(ctx context.Context, out channels.Outbound, since time.Time) (channels.Receipt, bool, error) {
	const page = 200
	p := &api.ListMessageParams{}
	p.SetPathAccountSid(a.config.AccountSID).SetTo(a.platform(out.To.Value)).SetPageSize(page)
	c := a.call(ctx)
	list, err := c.service().PageMessage(p, "", "")
	if err != nil {
		return channels.Receipt{}, false, c.failure(err, asking)
	}
	// Dates have whole seconds, and the two clocks may differ.
	since = since.Add(c.skew()).Truncate(time.Second).Add(-time.Second)
	older := false
	for i := range list.Messages {
		m := &list.Messages[i]
		created, err := time.Parse(time.RFC1123Z, text(m.DateCreated))
		if err != nil || created.Before(since) {
			older = older || err == nil
			continue
		}
		if strings.HasPrefix(text(m.Direction), "outbound") && strings.TrimSpace(text(m.Body)) == strings.TrimSpace(out.Text) {
			return a.receipt(m), true, nil
		}
	}
	if len(list.Messages) == page && !older {
		return channels.Receipt{}, false, channels.Errorf(channels.Temporary, "", "Twilio has too many messages to this address to look through")
	}
	return channels.Receipt{}, false, nil
}

// skew is how far Twilio's clock is ahead of ours, as its answer tells.
func (c *call) skew() time.Duration {
	at, err := http.ParseTime(c.header.Get("Date"))
	if err != nil {
		return 0
	}
	if d := time.Until(at); d > 2*time.Second || d < -2*time.Second {
		return d
	}
	return 0
}

// receipt is what an answer about a message says.
func (a *Adapter) receipt(m *api.ApiV2010Message) channels.Receipt {
	r := channels.Receipt{MessageID: text(m.Sid), State: channels.Sent}
	if states[text(m.Status)] == channels.Delivered {
		r.State = channels.Delivered
	}
	if !a.config.WhatsApp {
		// A messaging service has not chosen a sender yet, and says 0.
		if n, err := strconv.Atoi(text(m.NumSegments)); err == nil {
			r.Segments = n
		}
		if r.Segments == 0 {
			r.Segments = sms.Segments(text(m.Body))
		}
	}
	return r
}

func (a *Adapter) isService() bool {
	return strings.HasPrefix(a.config.From, "MG") && len(a.config.From) == 34
}

// platform is an address as Twilio writes it.
func (a *Adapter) platform(value string) string {
	if a.config.WhatsApp && !strings.HasPrefix(value, whatsapp) {
		return whatsapp + value
	}
	return value
}

const whatsapp = "whatsapp:"
