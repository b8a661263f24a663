package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/incidents"
)

// ErrHold says that a ticket must not be held under an incident: an emergency, a sealed one, one that nobody
// works on or that waits for its citizen.
var ErrHold = errors.New("the ticket cannot be held")

// SetIncidents replaces the incidents that hold new reports; of those that end meanwhile no more is asked.
func (b *Bot) SetIncidents(all []incidents.Incident) { b.incidents.Store(&all) }

// Hears is the receipt of a report that is held under an incident with that text, at its longest.
func (b *Bot) Hears(lang, text string) string {
	city := b.settings.Load().city.Facts().ShortName
	return say(receiptIncident, lang, "city", city, "ref", tickets.Reference("0000000000").String(), "text", text)
}

// going reports whether a case goes on, whether or not somebody works on it under its own number.
func going(s tickets.State) bool { return s.Open() || s == tickets.Merged }

// fits is the incident that a new report is held under, the newest of several; nil where there is none. What
// is urgent, sealed or from a sender that nobody vouches for goes its own way.
func (t *turn) fits(n *tickets.Ticket, d *router.Decision) *incidents.Incident {
	all := t.bot.incidents.Load()
	if all == nil || d.Area == nil || d.Category == "" || n.Unverified || mayHold(t.city, n) != nil || guessed(d) {
		return nil
	}
	for i := range *all {
		inc := &(*all)[i]
		if inc.Category == d.Category && inc.Holds(t.sit.Now) && (inc.Area == d.Area.Code || slices.Contains(d.Area.Parents, inc.Area)) {
			return inc
		}
	}
	return nil
}

// mayHold is ErrHold for a ticket that no incident takes.
func mayHold(city *router.City, n *tickets.Ticket) error {
	cat, _ := city.Category(n.Category)
	switch {
	case n.Emergency, n.Sealed, n.Kind != tickets.Complaint && n.Kind != "", cat.Conduct, cat.Sensitive, cat.Emergency:
		return ErrHold
	case !n.State.Open(), n.State == tickets.Pending:
		return ErrHold
	}
	return nil
}

// hold puts a new ticket under an incident before anybody hears of it: in the table of states it came by
// triage or an agency's queue, and that is where it goes from here if it does not belong.
func (t *turn) hold(n *tickets.Ticket, inc *incidents.Incident) error {
	was := incidents.Was{State: n.State, Question: n.Question}
	if err := n.Move(tickets.Merged, t.sit.Now); err != nil {
		return err
	}
	t.joins(0, inc.ID, incidents.Held, &was)
	t.event(0, botActor, "held", fields{}.incident(inc.ID))
	return nil
}

func (f fields) incident(id int64) fields { return f.text("incident", fmt.Sprint(id)) }

func (s *scene) joins(ticket, incident int64, state string, was *incidents.Was) {
	j := tickets.Join{Ticket: ticket, Incident: incident, State: state}
	if was != nil {
		data, err := json.Marshal(was)
		if err != nil {
			data = nil // two strings: they always marshal
		}
		j.Was = string(data)
	}
	s.change.Joins = append(s.change.Joins, j)
}

// breakOut takes a case out of its incident because it became an emergency: those are never held.
func (t *turn) breakOut(n *tickets.Ticket) error {
	if n.State != tickets.Merged {
		return nil
	}
	to := tickets.Assigned
	if n.Decision.Abstained {
		to = tickets.Triage
	}
	t.joins(n.ID, 0, "", nil)
	t.event(n.ID, botActor, "left", fields{})
	return t.move(n, to, botActor)
}

// Hold puts an open ticket under an incident, as one that nobody has confirmed yet.
func (d *Desk) Hold(ctx context.Context, act tickets.Act, incident int64) error {
	_, err := d.work(ctx, "holding", act, func(s *scene, c *tickets.Ticket) error {
		if err := mayHold(s.city, c); err != nil {
			return err
		}
		was := incidents.Was{State: c.State, Question: c.Question}
		n := s.touch(c)
		s.joins(n.ID, incident, incidents.Held, &was)
		s.event(n.ID, act.By, "held", fields{}.incident(incident))
		return s.move(n, tickets.Merged, act.By)
	})
	return err
}

// Confirm says that a held ticket belongs to its incident. As the lead, which a joined one may become too, it
// goes the way it would have gone, and is worked on for all: tickets.Taken where the incident has a lead already.
func (d *Desk) Confirm(ctx context.Context, by string, m incidents.Member, lead bool) error {
	_, err := d.work(ctx, "confirming", tickets.Act{Ticket: m.Ticket, By: by, Version: m.Version}, func(s *scene, c *tickets.Ticket) error {
		if c.State != tickets.Merged || m.State != incidents.Held && !(lead && m.State == incidents.Joined) {
			return ErrHold
		}
		n := s.touch(c)
		if !lead {
			s.joins(n.ID, m.Incident, incidents.Joined, nil)
			s.event(n.ID, by, "joined", fields{}.incident(m.Incident))
			return nil
		}
		s.joins(n.ID, m.Incident, incidents.Lead, nil)
		s.event(n.ID, by, "joined", fields{}.incident(m.Incident).flag("lead", true))
		return s.restore(n, by, m.Was)
	})
	return err
}

// Unconfirm holds a confirmed ticket again; the lead's work stops.
func (d *Desk) Unconfirm(ctx context.Context, by string, m incidents.Member) error {
	_, err := d.work(ctx, "holding again", tickets.Act{Ticket: m.Ticket, By: by, Version: m.Version}, func(s *scene, c *tickets.Ticket) error {
		if m.State == incidents.Held || !going(c.State) {
			return ErrHold // it was answered, or withdrawn
		}
		n := s.touch(c)
		s.joins(n.ID, m.Incident, incidents.Held, nil)
		s.event(n.ID, by, "held", fields{}.incident(m.Incident))
		if c.State == tickets.Merged {
			return nil
		}
		return s.move(n, tickets.Merged, by)
	})
	return err
}

// Release takes a ticket out of its incident: it goes the way it would have gone, and where it costs nothing
// its citizen hears who has it.
func (d *Desk) Release(ctx context.Context, by string, m incidents.Member) error {
	_, err := d.work(ctx, "releasing", tickets.Act{Ticket: m.Ticket, By: by, Version: m.Version}, func(s *scene, c *tickets.Ticket) error {
		n := s.touch(c)
		s.joins(n.ID, 0, "", nil)
		s.event(n.ID, by, "left", fields{}.incident(m.Incident))
		if c.State != tickets.Merged {
			return nil
		}
		if err := s.restore(n, by, m.Was); err != nil {
			return err
		}
		if name := s.agency(n); name != "" && n.State != tickets.Triage && !s.caps.Paid && !s.caps.Subject {
			p := nowWith
			if s.promise(n) != "" {
				p = nowWithBy
			}
			s.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Text: say(p, s.lang, "ref", n.Reference.String(), "agency", name, "date", s.promise(n))})
		}
		return nil
	})
	return err
}

// restore brings a merged ticket back to how it stood before.
func (s *scene) restore(n *tickets.Ticket, by string, was incidents.Was) error {
	to := was.State
	if !to.Open() {
		to = tickets.Triage
	}
	if err := s.move(n, to, by); err != nil {
		return err
	}
	n.Question = was.Question
	return nil
}

// Answer says to the citizen of a ticket what is said to all of its incident, in his language, and on a
// channel that costs in the short form: once for each task.
func (d *Desk) Answer(ctx context.Context, m incidents.Member, task incidents.Task) error {
	key := fmt.Sprintf("%d:%s:%d", task.Incident, task.Reply.Key, m.Ticket)
	if task.Reply.Key == "" {
		key = fmt.Sprintf("%d:%d", task.ID, m.Ticket)
	}
	act := tickets.Act{Ticket: m.Ticket, By: task.By, Once: tickets.Once{Scope: "incident", Key: key, Request: key}}
	_, err := d.work(ctx, "answering", act, func(s *scene, c *tickets.Ticket) error {
		text := task.Reply.In(s.lang, s.caps.Paid)
		switch {
		case blank(text):
			return ErrText
		case c.State == tickets.Withdrawn, c.State == tickets.Rejected:
			return ErrHold // nothing more is owed
		}
		n := s.touch(c)
		if task.Reply.Resolve && tickets.CanMove(c.State, tickets.Resolved) {
			if err := s.move(n, tickets.Resolved, task.By); err != nil {
				return err
			}
			s.resolve(n, task.By, text, fields{}.text("state", string(tickets.Resolved)).hash("text", text).incident(m.Incident))
			return nil
		}
		s.event(n.ID, task.By, "replied", fields{}.hash("text", text).incident(m.Incident))
		s.letter(n, task.By, toReply, incidentAnswer, text)
		return nil
	})
	return err
}
