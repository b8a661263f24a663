package bot

import (
	"context"
	"fmt"
	"time"

	"tanggap/tickets"
)

// Move brings a ticket into another state, as the table of states allows: tickets.ErrMove, wrapped,
// where it does not. A question to the citizen (pending), a resolution and a rejection need a text,
// which is sent to him; a rejection, a withdrawal and a merger need a reason, which is kept for
// colleagues. Closing is the citizen's, or the bot's after his silence, and never staff's.
func (d *Desk) Move(ctx context.Context, act tickets.Act, step tickets.Step) error {
	_, err := d.work(ctx, "moving", act, func(s *scene, c *tickets.Ticket) error { return s.step(c, act.By, step) })
	return err
}

func (s *scene) step(c *tickets.Ticket, by string, step tickets.Step) error {
	switch {
	case step.To == tickets.Closed:
		return fmt.Errorf("closing is the citizen's word: %w", tickets.ErrMove)
	case !tickets.CanMove(c.State, step.To):
		return fmt.Errorf("from %s to %s: %w", c.State, step.To, tickets.ErrMove)
	case blank(step.Text) && (step.To == tickets.Pending || step.To == tickets.Resolved || step.To == tickets.Rejected):
		return ErrText
	case blank(step.Reason) && (step.To == tickets.Rejected || step.To == tickets.Withdrawn || step.To == tickets.Merged):
		return ErrReason
	case step.To == tickets.Pending && !s.mayAsk(c):
		return ErrAsk
	case c.State == tickets.Withdrawn && s.sit.Now.Sub(later(c.ClosedAt, c.CreatedAt)) > undoWithin:
		return fmt.Errorf("withdrawn too long ago: %w", tickets.ErrMove)
	}
	n := s.touch(c)
	if err := s.move(n, step.To, by); err != nil {
		return err
	}
	data := fields{}.text("state", string(step.To)).hash("reason", step.Reason).hash("text", step.Text)
	switch step.To {
	case tickets.Pending:
		s.question(n, by, step.Text)
	case tickets.Resolved:
		s.resolve(n, by, step.Text, data)
	case tickets.Rejected:
		s.event(n.ID, by, "rejected", data)
		p := tellRejected
		if n.Rejections > 1 {
			p = tellRefused // there is no second objection
		}
		s.letter(n, by, toOutcome, p, step.Text)
	case tickets.Triage:
		if c.State == tickets.Assigned { // who passed it on was wrong: the router forgets that
			s.event(n.ID, by, "returned", fields{}.text("from", c.Agency))
		}
		s.sendBack(n, c)
		s.plain(n, by, step.Text)
	case tickets.Assigned:
		if !c.State.Open() {
			s.event(n.ID, by, "reopened", data)
		}
		if n.DueAt.IsZero() {
			n.DueAt = s.due(n, n.CreatedAt)
		}
		s.plain(n, by, step.Text)
	case tickets.Withdrawn:
		n.ClosedAt = s.sit.Now
		s.event(n.ID, by, "withdrawn", data)
		s.plain(n, by, step.Text)
	default:
		s.plain(n, by, step.Text)
	}
	s.note(n, by, step.Reason)
	return nil
}

// undoWithin is how long a withdrawal can be taken back.
const undoWithin = 7 * 24 * time.Hour

// plain sends what the step says to the citizen, if anything.
func (s *scene) plain(n *tickets.Ticket, by, text string) {
	if blank(text) {
		return
	}
	s.event(n.ID, by, "replied", fields{}.hash("text", text))
	s.write(n, by, toReply, text)
}

// letter sends a person's words within ours.
func (s *scene) letter(n *tickets.Ticket, by, purpose string, p phrase, text string) *tickets.Intent {
	return s.write(n, by, purpose, say(p, s.lang, "city", s.city.Facts().ShortName, "ref", n.Reference.String(), "text", text))
}

// sendBack returns a ticket to who verifies: what is not ours, an objection, a withdrawal undone.
func (s *scene) sendBack(n, before *tickets.Ticket) {
	root := s.city.Root().ID
	if !MayHold(s.city, n, root) {
		root = s.city.Inspectorate().ID
	}
	n.Agency, n.DueAt = root, before.DueAt
}

// question waits for the citizen, for the pack's days at most, each time and in all.
func (s *scene) question(n *tickets.Ticket, by, text string) {
	s.ask(n, tickets.AskAnything)
	until, paused := s.pause(n)
	if !paused {
		n.PausedAt = time.Time{} // the clock runs on: all pauses are used up
	}
	s.timer(n, waiting, until)
	s.event(n.ID, by, "question", fields{}.text("about", string(tickets.AskAnything)).hash("text", text).flag("clock_runs", !paused))
	s.letter(n, by, toQuestion, askCitizen, text)
}

// pause says until when to wait for an answer, and whether the deadline may stand still for it. What
// earlier pauses took is how far the deadline has moved from where it first was.
func (s *scene) pause(n *tickets.Ticket) (until time.Time, paused bool) {
	days := s.city.Facts().Days
	until = s.workdays(s.sit.Now, or(days.Pending, defaultPending))
	if n.DueAt.IsZero() {
		return until, true
	}
	start := *n
	start.State = tickets.Assigned
	used := time.Duration(0)
	if first := s.due(&start, n.CreatedAt); !first.IsZero() && n.DueAt.After(first) {
		used = n.DueAt.Sub(first)
	}
	limit := s.workdays(s.sit.Now, or(days.PendingTotal, defaultPendingTotal)).Add(-used)
	switch {
	case !limit.After(s.sit.Now):
		return until, false
	case limit.Before(until):
		return limit, true
	}
	return until, true
}

// resolve is the agency's claim: the citizen gets its words and is asked whether they are so.
func (s *scene) resolve(n *tickets.Ticket, by, text string, data fields) {
	s.event(n.ID, by, "resolved", data)
	if s.via.Mute {
		s.letter(n, by, toOutcome, tellResolved, text)
		s.change.Timers = append(s.change.Timers, tickets.Timer{Kind: told, Subject: n.ID, Due: s.sit.Now, Data: "failed"})
		return
	}
	purpose, p := toOutcome, tellResolved
	if s.mayAsk(n) {
		purpose, p = toConfirm, askConfirm
		s.ask(n, tickets.AskConfirm)
	}
	i := s.letter(n, by, purpose, p, text)
	i.Tell = told
	if choices := confirmChoices(s.lang, n.Reference); len(choices) <= s.caps.Choices {
		i.Choices = choices
	}
}
