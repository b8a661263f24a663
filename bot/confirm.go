package bot

import (
	"time"

	"tanggap/bot/command"
	"tanggap/tickets"
)

// disputed is the case that SUDAH or BELUM is about: the one it quotes or names, else the one resolved
// last, else the one closed last where that may still be said of it. A BELUM with a note may be the
// beginning of a report, and so speaks of a closed case only by quote or number.
func (t *turn) disputed(c command.Said, silent bool) *tickets.Ticket {
	if ref, ok := t.quoted(); ok && ref.TicketID != 0 {
		if n := t.numbered(ref.TicketID); n != nil && t.disputable(n, c.Word) {
			return n
		}
		return nil
	}
	if c.Ref != "" || c.Number {
		if n := t.referred(c.Ref); n != nil && t.disputable(n, c.Word) && !silent {
			return n
		}
		return nil
	}
	var resolved, closed *tickets.Ticket
	for _, n := range t.own {
		switch {
		case n.Unverified || !t.disputable(n, c.Word):
		case n.State == tickets.Resolved && (!silent || n.Question == tickets.AskConfirm):
			if resolved == nil || n.ResolvedAt.After(resolved.ResolvedAt) {
				resolved = n
			}
		case n.State == tickets.Closed && !silent && c.Note == "":
			if closed == nil || n.ClosedAt.After(closed.ClosedAt) {
				closed = n
			}
		}
	}
	if resolved == nil && closed == nil && !silent {
		resolved = t.unvouched()
	}
	latest := t.openQuestion()
	switch {
	case resolved != nil && latest.After(resolved.ResolvedAt), resolved == nil && !latest.IsZero():
		return nil // the word answers what was asked last
	case resolved != nil:
		return resolved
	}
	return closed
}

// openQuestion is when the sender's open cases last had a question that is not about a resolution; the
// zero time where there is none.
func (t *turn) openQuestion() time.Time {
	var latest time.Time
	for _, n := range t.own {
		if n.State.Open() && n.Question != tickets.NoQuestion && t.here(n) {
			latest = later(latest, later(n.PausedAt, n.UpdatedAt))
		}
	}
	return latest
}

// disputable reports whether the word can still be said of the case.
func (t *turn) disputable(n *tickets.Ticket, w command.Word) bool {
	switch n.State {
	case tickets.Resolved:
		return true
	case tickets.Closed:
		return t.reopens(n) && (w == command.No || n.Outcome != tickets.Confirmed)
	}
	return false
}

// confirm is SUDAH: the case is closed by the one who can say so. After a silent close it still
// counts, as what it is.
func (t *turn) confirm(c *tickets.Ticket, rating int) error {
	n := t.join(c)
	if n.State == tickets.Resolved {
		if err := t.move(n, tickets.Closed, citizenActor); err != nil {
			return err
		}
	}
	n.Outcome, n.Question = tickets.Confirmed, tickets.NoQuestion
	if rating > 0 {
		n.Rating = rating
	}
	t.event(n.ID, citizenActor, "confirmed", fields{}.number("rating", rating).flag("late", c.State == tickets.Closed))
	t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: t.subject(n, n.Reference), Text: say(thanksClosed, t.lang, "ref", n.Reference.String())})
	return nil
}

// reopen is BELUM: the case goes on, one level up the tree, and where nothing was said of what is
// still wrong the citizen is asked.
func (t *turn) reopen(c *tickets.Ticket, note string) error {
	n := t.join(c)
	if err := t.move(n, tickets.Assigned, citizenActor); err != nil {
		return err
	}
	if above := t.city.Above(c.Agency); MayHold(t.city, n, above) {
		n.Agency = above
	}
	t.event(n.ID, citizenActor, "reopened", fields{}.text("from", c.Agency).text("agency", n.Agency).hash("text", note))
	p := reopenedNoted
	switch {
	case note != "" || len(t.msg.files) > 0:
	case !t.mayAsk(n):
		p = reopenedPlain
	default:
		p = reopenedWhat
		t.ask(n, tickets.AskMissing)
		t.event(n.ID, botActor, "question", fields{}.text("about", string(tickets.AskMissing)))
	}
	purpose := toNotice
	if n.Question != tickets.NoQuestion {
		purpose = toQuestion
	}
	t.tell(tickets.Intent{TicketID: n.ID, Purpose: purpose, Subject: t.subject(n, n.Reference), Text: say(p, t.lang, "ref", n.Reference.String())})
	if note == "" {
		return nil
	}
	_, err := t.urgent(n)
	return err
}
