package bot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"tanggap/bot/command"
	"tanggap/channels"
	"tanggap/tickets"
)

// Web is the account under which the public pages write, where a report left no other way to answer.
const Web = "web"

// Deed is what a citizen does on the public pages. It begins the event id of the row.
type Deed string

// The deeds.
const (
	PageReport Deed = "page:report:" // always a report, even if all it says is "status"
	PageAdd    Deed = "page:add:"    // always a message for the case that it quotes
	PageAnswer Deed = "page:answer:" // SUDAH or BELUM, as if written on the channel
)

// ErrNoCode says that no code may go to the channel of a ticket: it is sealed, cannot be answered, or
// its address proves nothing about it any more.
var ErrNoCode = errors.New("no code may be sent")

// Page makes what a citizen did on the public pages durable, as if a channel had delivered it; nil means that
// it is. form names one filling-in of a form: the same once again changes nothing, and tickets.ErrReused, wrapped,
// says that another content came with it before. in needs an Account and a From, and as Raw what was filled in. The Ref
// of its media is the SHA-256 of a file that is stored.
func (d *Desk) Page(ctx context.Context, deed Deed, form string, in channels.Inbound) error {
	in.EventID = pageEvent(deed, form)
	if in.Kind == "" {
		in.Kind = channels.Message
	}
	in.RawType = "text/plain"
	if in.Account == Web && in.Kind == channels.Message {
		in.MessageID = in.EventID // so that the next message can quote it
	}
	if err := d.inbox.Accept(ctx, in); err != nil {
		return fmt.Errorf("taking in a page: %w", err)
	}
	was, err := d.store.Raw(ctx, in.Account, in.EventID)
	if err != nil {
		return fmt.Errorf("taking in a page: %w", err)
	}
	if !bytes.Equal(was, in.Raw) {
		return fmt.Errorf("taking in a page: %w", tickets.ErrReused)
	}
	return nil
}

// Paged waits for the ticket of what Page took in, until ctx ends: context.DeadlineExceeded, wrapped, where
// it is not processed by then, ErrNoTicket where it is on none, tickets.ErrNotFound where nothing such came.
func (d *Desk) Paged(ctx context.Context, deed Deed, form, account string) (tickets.Ticket, error) {
	return d.await(ctx, channels.Inbound{Account: account, EventID: pageEvent(deed, form)})
}

func pageEvent(deed Deed, form string) string {
	sum := sha256.Sum256([]byte(form))
	return string(deed) + hex.EncodeToString(sum[:])
}

func onPage(eventID string) bool { return strings.HasPrefix(eventID, "page:") }

// Standing is what the public may read of where a ticket stands, beside its state and dates: the short name
// of its agency and the time of an answer, as citizens are told them; "" and zero where they are not.
func (d *Desk) Standing(k tickets.Ticket) (agency string, due time.Time) {
	sit := tickets.Situation{Now: time.Now()}
	s := d.bot.scene(&sit)
	due, _ = s.promised(&k)
	k.Unverified = false // that is about whom a receipt may reach, and no secret of the case
	return s.agency(&k), due
}

// Opened notes that the citizen has opened the page on which these messages stand: only that delivers
// what was placed there. It is idempotent.
func (d *Desk) Opened(ctx context.Context, lines []tickets.Line) error {
	for _, l := range lines {
		if l.Direction != tickets.Out || l.Account != Web || l.Sent.State != "sent" || l.Sent.ExternalID == "" {
			continue
		}
		r := channels.Report{Account: Web, EventID: "opened:" + l.Sent.ExternalID, MessageID: l.Sent.ExternalID, State: channels.Delivered}
		if err := d.inbox.Report(ctx, r); err != nil {
			return fmt.Errorf("noting that a page was opened: %w", err)
		}
	}
	return nil
}

// Code sends a code to the channel of a ticket, on the way its citizen last wrote and never into a
// conversation that others read. contact is what is known of the ticket's address. ErrNoCode, wrapped, where
// none may go. draw is asked for the code only where it may be sent; paid says whether that costs.
func (d *Desk) Code(ctx context.Context, k tickets.Ticket, contact tickets.Contact, draw func(paid bool) (string, error)) error {
	caps, known := d.bot.options.Accounts(k.Return.Account)
	if !known || !proves(&k, &contact, caps, time.Now()) {
		return fmt.Errorf("sending a code: %w", ErrNoCode)
	}
	code, err := draw(caps.Paid)
	if err != nil {
		return err
	}
	_, err = d.work(ctx, "sending a code", tickets.Act{Ticket: k.ID, By: botActor}, func(s *scene, c *tickets.Ticket) error {
		if c.Return != k.Return {
			return ErrNoCode // the case turned elsewhere meanwhile
		}
		if c.Return.Address.Kind == string(channels.TelegramID) {
			s.via.Thread, s.via.ReplyTo = "", "" // to the citizen alone, also where he wrote in a group
		}
		s.tell(tickets.Intent{
			None: true, Purpose: toMenu, Subject: s.city.Facts().ShortName,
			Text: say(pageCode, s.lang, "city", s.city.Facts().ShortName, "ref", c.Reference.String(), "number", code),
		})
		return nil
	})
	return err
}

// proves reports whether who reads the address of a ticket is its citizen, as far as can be known: a
// phone number that was silent for long proves nothing (invariant 7), nor does an address that has passed
// to another citizen.
func proves(k *tickets.Ticket, contact *tickets.Contact, caps channels.Capabilities, now time.Time) bool {
	switch {
	case k.Sealed || k.Return.Mute || caps.Mute || caps.Addresses == channels.Web:
		return false
	case contact.ID == 0 || contact.CitizenID != k.CitizenID || contact.State != "":
		return false
	case contact.Kind == string(channels.Tel):
		return now.Sub(later(contact.LastInAt, k.CreatedAt)) <= longSilence
	}
	return true
}

// typed reports whether the message is a report from the page, to be answered at an address that the
// sender typed and nobody has vouched for.
func (t *turn) typed() bool {
	return t.msg.Unverified && strings.HasPrefix(t.msg.EventID, string(PageReport))
}

// plain reports whether the message holds no word of command, whatever it says.
func (t *turn) plain() bool {
	return strings.HasPrefix(t.msg.EventID, string(PageReport)) || strings.HasPrefix(t.msg.EventID, string(PageAdd))
}

// denies reports whether the message disowns reports that somebody made with its sender's address.
func (t *turn) denies() bool {
	return t.msg.Forwarded == nil && command.Denies(t.msg.Text) && len(t.strangers()) > 0
}

// strangers are the cases that bear the sender's address and that nobody has vouched for.
func (t *turn) strangers() (all []*tickets.Ticket) {
	for _, n := range t.own {
		if n.Unverified && !n.Return.Mute && n.Return.Address == t.via.Address {
			all = append(all, n)
		}
	}
	return all
}

// disown parts the sender's address from reports that are not his. They stay with the staff.
func (t *turn) disown() error {
	t.change.Became = tickets.BecameCommand
	for _, c := range t.strangers() {
		n := t.touch(c)
		n.Return.Mute = true
		t.event(n.ID, citizenActor, "disowned", fields{})
	}
	t.say(toMenu, say(disowned, t.lang))
	return nil
}

// vouches reports whether the message speaks for the address of a case that nobody has vouched for: it comes from
// there, and answers what a person asked us to ask there.
func (t *turn) vouches(c *tickets.Ticket) bool {
	asked := c.Question == tickets.AskAnything || c.Question == tickets.AskConfirm
	return asked && c.Return.Account == t.msg.Account && c.Return.Address == t.via.Address
}

// unvouched is the case that SUDAH or BELUM answers although nobody has vouched for its address yet:
// the answer to our question does.
func (t *turn) unvouched() *tickets.Ticket {
	var found *tickets.Ticket
	for _, n := range t.strangers() {
		if n.State == tickets.Resolved && t.vouches(n) && (found == nil || n.ResolvedAt.After(found.ResolvedAt)) {
			found = n
		}
	}
	return found
}
