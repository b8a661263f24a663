package bot

import (
	"context"
	"fmt"
	"time"

	"tanggap/channels"
	"tanggap/router"
	"tanggap/tickets"
)

// Contact is how an agency hears of its work.
type Contact struct {
	Agency   router.Agency
	Mail     Reach
	Chat     Reach
	Language string // "id" or "en"
	Set      bool   // by a person; else as the city pack says
	By       string // who set it
	// Holds is whether it has tickets to work on; of Contacts alone.
	Holds bool
}

// Reach is one address of an agency. The zero value is none.
type Reach struct {
	Value string
	// State is "" where it works as far as we know; "unreachable"; "stopped": it shut us out; "failed": the
	// last message did not go out; "no_account": no account of ours reaches such addresses; "pilot": it is
	// not among the addresses that may be written to in mode pilot.
	State   string
	Reason  string // in words, without addresses
	At      time.Time
	kind    channels.AddressKind
	account string
	caps    channels.Capabilities
	usable  bool
}

// Missing reports whether the agency has no address at all.
func (c *Contact) Missing() bool { return c.Mail.Value == "" && c.Chat.Value == "" }

// Unheard reports whether nothing reaches the agency: it has no address, or none that works.
func (c *Contact) Unheard() bool {
	return (c.Mail.Value == "" || c.Mail.State != "") && (c.Chat.Value == "" || c.Chat.State != "")
}

// ways are the addresses that may be written to now.
func (c *Contact) ways() (all []*Reach) {
	for _, r := range []*Reach{&c.Mail, &c.Chat} {
		if r.usable {
			all = append(all, r)
		}
	}
	return all
}

// tryAgain is how long an address that cannot be reached is left alone.
const tryAgain = 24 * time.Hour

// Contacts tells of every agency of the city, parents before their children, how it hears of its work and
// whether that works.
func (n *Notices) Contacts(ctx context.Context) ([]Contact, error) {
	all, err := n.contacts(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading agencies' contacts: %w", err)
	}
	ids := make([]string, len(all))
	for i := range all {
		ids[i] = all[i].Agency.ID
	}
	holds, err := n.store.Holders(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("reading agencies' contacts: %w", err)
	}
	for i := range all {
		all[i].Holds = holds[all[i].Agency.ID]
	}
	return all, nil
}

func (n *Notices) contacts(ctx context.Context) ([]Contact, error) {
	set, err := n.store.AgencyContacts(ctx)
	if err != nil {
		return nil, err
	}
	known, err := n.store.NoticeAddresses(ctx)
	if err != nil {
		return nil, err
	}
	agencies := n.bot.settings.Load().city.Agencies()
	all := make([]Contact, len(agencies))
	for i, a := range agencies {
		c := Contact{Agency: a, Language: indonesian}
		mail, chat := a.Mailbox, a.Chat
		if own, ok := set[a.ID]; ok {
			c.Set, c.By, mail, chat = true, own.By, own.Mail, own.Chat
			if own.Language != "" {
				c.Language = own.Language
			}
		}
		c.Mail = n.reach(known, channels.Mail, mail)
		c.Chat = n.reach(known, channels.TelegramID, chat)
		all[i] = c
	}
	return all, nil
}

// reach is what is known of an address.
func (n *Notices) reach(known map[tickets.Address]tickets.NoticeAddress, kind channels.AddressKind, value string) Reach {
	if value == "" {
		return Reach{}
	}
	to := tickets.Address{Kind: string(kind), Value: value}
	was := known[to]
	r := Reach{Value: value, State: was.State, Reason: was.Reason, At: was.At, kind: kind}
	var ok bool
	if r.account, r.caps, ok = n.options.Account(kind); !ok {
		r.State, r.Reason = "no_account", "no account reaches this kind of address"
		return r
	}
	if !n.options.Allow(to) {
		r.State, r.Reason = "pilot", "pilot mode: the address is not on the list"
		return r
	}
	switch r.State {
	case "stopped":
	case "unreachable":
		r.usable = n.options.Now().Sub(r.At) >= tryAgain // it may have been mended
	default:
		r.usable = true
	}
	return r
}
