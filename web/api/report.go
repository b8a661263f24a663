package api

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"net/mail"
	"slices"
	"strings"

	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/tickets"
)

type reportInput struct {
	Language string `header:"Accept-Language" doc:"id or en, for the reasons of the decision; without it the report's own."`
	Key      string `header:"Idempotency-Key" maxLength:"200" doc:"The same key with the same request has an effect once."`
	Body     reportBody
}

// reportBody is a report that another program took: a hotline's screen, an app.
type reportBody struct {
	Text       string       `json:"text" minLength:"1" maxLength:"20000" doc:"In the citizen's words."`
	Subject    string       `json:"subject,omitempty" maxLength:"500"`
	Channel    string       `json:"channel,omitempty" enum:"phone,web" default:"phone" doc:"How the citizen told it."`
	Name       string       `json:"name,omitempty" maxLength:"200"`
	Phone      string       `json:"phone,omitempty" maxLength:"40" doc:"Where the answer goes: by SMS or WhatsApp. Without phone and email there is no answer."`
	Email      string       `json:"email,omitempty" maxLength:"254" doc:"Where the answer goes: by mail."`
	Account    string       `json:"account,omitempty" maxLength:"100" doc:"The account that answers; without it, the first by name that may write at any time."`
	Point      *reportPoint `json:"point,omitempty"`
	Language   string       `json:"language,omitempty" enum:"id,en" doc:"Of the citizen, where it is known."`
	ExternalID string       `json:"external_id,omitempty" maxLength:"200" doc:"The caller's own name of the report; it comes back in external_ids under the token's name."`
}

type reportPoint struct {
	Lat float64 `json:"lat" minimum:"-90" maximum:"90"`
	Lng float64 `json:"lng" minimum:"-180" maximum:"180"`
}

// report is POST /reports. It goes the way of everything that channels deliver, and is answered when
// the ticket is there.
func (a *api) report(ctx context.Context, in *reportInput) (*ticketOutput, error) {
	b := &in.Body
	if blank(b.Text) {
		return nil, invalid("text", "must not be blank")
	}
	message := channels.Inbound{
		Kind: channels.Message, Name: strings.TrimSpace(channels.Clean(b.Name)), Subject: channels.Clean(b.Subject), Text: channels.Clean(b.Text),
		Language: b.Language, MessageID: b.ExternalID,
	}
	if b.Point != nil {
		message.Point = &channels.Point{Lat: b.Point.Lat, Lng: b.Point.Lng}
	}
	if err := a.sender(b, &message); err != nil {
		return nil, err
	}
	token := tokenOf(ctx)
	o := once(token, in.Key, "report", b)
	if err := a.store.Reserve(ctx, o); err != nil {
		return nil, a.refusal(err)
	}
	if in.Key != "" && message.From.Kind == channels.Web {
		message.From.Value = "report:" + once(token, in.Key, "sender", o.Scope, in.Key).Request // the same citizen in a repetition
	}
	body, err := json.Marshal(b)
	if err != nil {
		return nil, a.unexpected(err)
	}
	o.Request = string(body) // kept as the bytes that were delivered
	k, err := a.desk.Report(ctx, by(token), o, message)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, problem(http.StatusServiceUnavailable, "busy", "The report is safe, but not worked on yet: ask again with the same Idempotency-Key.")
	}
	if err != nil {
		return nil, a.refusal(err)
	}
	if k, err = a.named(ctx, k, token, b.ExternalID); err != nil {
		return nil, a.refusal(err)
	}
	return a.after(ctx, &k, in.Language)
}

// sender finds whom and by which account to answer; nobody, where the report names no way.
func (a *api) sender(b *reportBody, m *channels.Inbound) error {
	switch {
	case b.Phone != "" && b.Email != "":
		return invalid("email", "one way to answer is enough: phone or email")
	case b.Phone != "":
		address, unusable := sms.Sender(b.Phone, "ID")
		if unusable {
			return invalid("phone", "is no number that can be written to")
		}
		m.From = address
	case b.Email != "":
		address, err := mail.ParseAddress(b.Email)
		if err != nil || address.Name != "" {
			return invalid("email", "is no mail address")
		}
		m.From = channels.Address{Kind: channels.Mail, Value: strings.ToLower(address.Address)}
	case b.Account != "":
		return invalid("account", "needs a phone or an email to write to")
	default:
		m.From = channels.Address{Kind: channels.Web, Value: "report:" + rand.Text()}
		m.Account, m.Mute = b.Channel, true
		return nil
	}
	account, err := a.answering(b.Account, m.From.Kind)
	if err == nil && account == "" {
		account, m.Mute = b.Channel, true // the report counts, also where nobody can answer it
	}
	m.Account = account
	return err
}

// answering is the account that writes to addresses of a kind: the one named, else one that may write
// at any time, the first by name; "" where there is none.
func (a *api) answering(name string, kind channels.AddressKind) (string, error) {
	var found []Account
	for _, c := range a.accounts() {
		fits := c.Capabilities.Addresses == kind && !c.Capabilities.Mute
		switch {
		case name == c.Name && fits:
			return name, nil
		case name == c.Name:
			return "", invalid("account", "cannot write to such an address")
		case fits && c.Capabilities.ReplyWindow == 0:
			found = append(found, c)
		}
	}
	switch {
	case name != "":
		return "", invalid("account", "there is no such account")
	case len(found) == 0:
		return "", nil
	}
	return slices.MinFunc(found, func(a, b Account) int { return strings.Compare(a.Name, b.Name) }).Name, nil
}

// named notes the caller's own name of the report on the ticket. A repetition finds it there.
func (a *api) named(ctx context.Context, k tickets.Ticket, t tickets.Token, external string) (tickets.Ticket, error) {
	if external == "" || k.ExternalIDs[t.Name] == external {
		return k, nil
	}
	_, _, err := a.store.Work(ctx, tickets.Act{Ticket: k.ID, By: by(t)}, func(sit tickets.Situation) (tickets.Change, error) {
		c := sit.Cases[0].Ticket
		ids := map[string]string{t.Name: external}
		for name, was := range c.ExternalIDs {
			if name != t.Name {
				ids[name] = was
			}
		}
		c.ExternalIDs = ids
		return tickets.Change{Tickets: []tickets.Ticket{c}, Events: []tickets.Event{{TicketID: c.ID, Actor: by(t), Type: "named"}}}, nil
	})
	return k, err
}
