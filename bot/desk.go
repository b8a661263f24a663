package bot

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"tanggap/tickets"
)

// What staff's work is refused with, wrapped.
var (
	// ErrSealed: the ticket is sealed, and must not go to that agency.
	ErrSealed = errors.New("the ticket is sealed for that agency")
	// ErrAgency: the city has no such agency.
	ErrAgency = errors.New("no such agency")
	// ErrText: a text for the citizen is needed.
	ErrText = errors.New("a text is needed")
	// ErrReason: a reason is needed.
	ErrReason = errors.New("a reason is needed")
	// ErrAsk: the citizen cannot be asked: he cannot be answered, or was asked often enough on a
	// channel that costs him.
	ErrAsk = errors.New("the citizen cannot be asked")
)

// Desk is what staff and programs do to tickets. Every act is one transaction, leaves events with its
// actor, and is refused with tickets.ErrStale where the ticket is not the version that the actor saw.
// It is safe for concurrent use.
type Desk struct {
	bot   *Bot
	store *tickets.Store
	inbox *Inbox
}

// NewDesk is the desk in front of a store.
func NewDesk(b *Bot, store *tickets.Store) *Desk {
	return &Desk{bot: b, store: store, inbox: NewInbox(store)}
}

// Reply sends text to the citizen as it stands, on the way he last wrote. It returns the message's id.
// A reply to an assigned ticket is the beginning of work on it.
func (d *Desk) Reply(ctx context.Context, act tickets.Act, text string) (int64, error) {
	return d.work(ctx, "replying", act, func(s *scene, c *tickets.Ticket) error {
		if blank(text) {
			return ErrText
		}
		n := s.touch(c)
		s.event(n.ID, act.By, "replied", fields{}.hash("text", text))
		if n.State == tickets.Assigned {
			if err := s.move(n, tickets.InProgress, act.By); err != nil {
				return err
			}
		}
		s.write(n, act.By, toReply, text)
		return nil
	})
}

// Note keeps a text for colleagues on the ticket. It returns the message's id.
func (d *Desk) Note(ctx context.Context, act tickets.Act, text string) (int64, error) {
	return d.work(ctx, "noting", act, func(s *scene, c *tickets.Ticket) error {
		if blank(text) {
			return ErrText
		}
		n := s.touch(c)
		s.event(n.ID, act.By, "noted", fields{}.hash("text", text))
		s.note(n, act.By, text)
		return nil
	})
}

// Transfer passes an open ticket to another agency, with a reason for colleagues.
func (d *Desk) Transfer(ctx context.Context, act tickets.Act, agency, reason string) error {
	return d.Assign(ctx, act, agency, "", reason)
}

// Assign is Transfer by somebody who has also said what the report is about: the category, "" where he has not.
// That of a sealed ticket stays, for on it hangs who may hold it.
func (d *Desk) Assign(ctx context.Context, act tickets.Act, agency, category, reason string) error {
	_, err := d.work(ctx, "transferring", act, func(s *scene, c *tickets.Ticket) error {
		if blank(reason) {
			return ErrReason
		}
		if _, known := s.city.Agency(agency); !known {
			return ErrAgency
		}
		if !c.State.Open() {
			return fmt.Errorf("from %s: %w", c.State, tickets.ErrMove)
		}
		if !MayHold(s.city, c, agency) {
			return ErrSealed
		}
		n := s.touch(c)
		if !s.about(n, category) {
			category = ""
		}
		s.event(n.ID, act.By, "transferred", fields{}.text("from", c.Agency).text("to", agency).text("category", category).hash("reason", reason))
		n.Agency = agency
		if err := s.move(n, tickets.Assigned, act.By); err != nil {
			return err
		}
		if n.DueAt.IsZero() || c.State == tickets.Triage && n.Category != c.Category { // no day was promised yet
			n.DueAt = s.due(n, n.CreatedAt)
		}
		s.note(n, act.By, reason)
		if name := s.agency(n); name != "" && name != s.agency(c) && !s.caps.Paid && !s.caps.Subject {
			s.tellAgency(n)
		}
		return nil
	})
	return err
}

// about takes the category that a person chose, and reports whether it can be one.
func (s *scene) about(n *tickets.Ticket, category string) bool {
	cat, ok := s.city.Category(category)
	if !ok || n.Sealed || cat.Conduct || cat.Sensitive {
		return false
	}
	n.Category = category
	return true
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// work lets f change the act's ticket, and returns the first message that came of it.
func (d *Desk) work(ctx context.Context, doing string, act tickets.Act, f func(*scene, *tickets.Ticket) error) (int64, error) {
	res, _, err := d.store.Work(ctx, act, func(sit tickets.Situation) (tickets.Change, error) {
		s := d.bot.scene(&sit)
		c := &sit.Cases[0].Ticket
		s.on(c)
		err := f(&s, c)
		return s.change, err
	})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", doing, err)
	}
	if len(res.Messages) == 0 {
		return 0, nil
	}
	return res.Messages[0], nil
}

// write sends what a person wrote. A citizen who cannot be answered is written to all the same: the
// message is kept as failed, for its author to see.
func (s *scene) write(n *tickets.Ticket, by, purpose, text string) *tickets.Intent {
	i := tickets.Intent{TicketID: n.ID, Purpose: purpose, Via: s.via, Author: by, Text: text}
	if s.caps.Subject {
		i.Subject = s.subject(n, n.Reference)
	}
	s.change.Say = append(s.change.Say, i)
	return &s.change.Say[len(s.change.Say)-1]
}

// note keeps what is for colleagues alone.
func (s *scene) note(n *tickets.Ticket, by, text string) {
	if blank(text) {
		return
	}
	s.change.In = &tickets.Message{
		TicketID: n.ID, Direction: tickets.Note, Channel: n.Return.Channel, Account: n.Return.Account, Author: by, Text: text, SentAt: s.sit.Now,
	}
}
