package bot

import (
	"fmt"

	"tanggap/tickets"
)

// Timer says what a due timer does to its ticket. One that no longer fits the ticket's state does
// nothing.
func (b *Bot) Timer(due tickets.Timer) tickets.Decide {
	return func(sit tickets.Situation) (tickets.Change, error) {
		s := b.scene(&sit)
		c := &sit.Cases[0].Ticket
		s.on(c)
		var err error
		switch {
		case due.Kind == told && c.State == tickets.Resolved:
			err = s.hear(c, due.Data)
		case due.Kind == silence && c.State == tickets.Resolved:
			err = s.close(c, tickets.Unanswered)
		case due.Kind == waiting && c.State == tickets.Pending:
			err = s.giveUp(c)
		}
		if err != nil {
			return tickets.Change{}, fmt.Errorf("deciding on a timer: %w", err)
		}
		return s.change, nil
	}
}

// hear notes what became of the question after a resolution: the citizen's days of grace run from
// there, and anew when better news comes. The ticket itself does not change, so that nobody who works
// on it is told that it did.
func (s *scene) hear(c *tickets.Ticket, fate string) error {
	if fate == "failed" {
		return s.close(c, tickets.NotReached)
	}
	s.timer(c, silence, s.workdays(s.sit.Now, or(s.city.Facts().Days.Confirm, defaultConfirm)))
	return nil
}

// close ends a resolved case without a word of the citizen. Where it costs nothing he is told.
func (s *scene) close(c *tickets.Ticket, how tickets.Outcome) error {
	n := s.touch(c)
	if err := s.move(n, tickets.Closed, botActor); err != nil {
		return err
	}
	n.Outcome = how
	s.event(n.ID, botActor, "timeout", fields{}.text("outcome", string(how)))
	if how == tickets.Unanswered && !s.caps.Paid {
		s.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: s.subject(n, n.Reference), Text: say(closedSilent, s.lang, "ref", n.Reference.String())})
	}
	return nil
}

// giveUp ends the wait for an answer that did not come: the case goes on where it was.
func (s *scene) giveUp(c *tickets.Ticket) error {
	n := s.touch(c)
	s.event(n.ID, botActor, "timeout", fields{}.text("question", string(n.Question)))
	return s.move(n, back(n), botActor)
}
