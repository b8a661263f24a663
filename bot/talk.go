package bot

import (
	"strconv"
	"strings"
	"unicode"

	"tanggap/bot/command"
	"tanggap/tickets"
)

// wordless reports whether there is neither a word nor a digit, nor anything else, in the message.
func (m *message) wordless() bool {
	said := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	return len(m.files) == 0 && m.Point == nil && !m.fragment && (m.Described || !strings.ContainsFunc(m.Text, said) && !strings.ContainsFunc(m.Subject, said))
}

// gesture is a message without a word: on an open case it is noted, and else answered with how to
// report. It answers no question.
func (t *turn) gesture() error {
	if n := t.latest(); n != nil && !t.msg.empty() {
		if n.State == tickets.Resolved {
			return t.follow(n, byQuestion)
		}
		t.attach(n)
		return nil
	}
	t.change.Became = tickets.BecameCommand
	if strings.Contains(t.msg.Text, "?") {
		t.tellMenu()
		return nil
	}
	t.tellHow()
	return nil
}

// latest is the case that the message quotes, else the newest that is going on in this conversation.
func (t *turn) latest() *tickets.Ticket {
	if ref, ok := t.quoted(); ok {
		if n := t.numbered(ref.TicketID); n != nil && t.takes(n) {
			return n
		}
	}
	for _, n := range t.own {
		goes := going(n.State) || n.State == tickets.Resolved
		if goes && !n.Unverified && t.here(n) && t.msg.receivedAt.Sub(later(n.CreatedAt, n.UpdatedAt)) <= recent {
			return n
		}
	}
	return nil
}

// attach notes on a case what was said, and changes nothing else.
func (t *turn) attach(c *tickets.Ticket) *tickets.Ticket {
	n := t.join(c)
	t.event(n.ID, citizenActor, "follow_up", fields{}.text("by", byTime).hash("text", t.msg.Text))
	return n
}

// courtesy is thanks or agreement. Agreement may answer a clerk, thanks answer nobody; after a
// resolution neither says whether it is so.
func (t *turn) courtesy() error {
	n := t.latest()
	switch {
	case n == nil:
		t.change.Became = tickets.BecameCommand
		if !t.caps.Paid { // not worth an SMS
			t.say(toMenu, say(welcome, t.lang))
		}
	case n.State == tickets.Resolved, n.Question == tickets.AskAnything && command.Nod(t.msg.Text):
		return t.follow(n, byQuestion)
	default:
		n = t.attach(n)
		if !command.Nod(t.msg.Text) && !t.caps.Paid && !t.caps.Subject {
			t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Text: say(welcome, t.lang)})
		}
	}
	return nil
}

// when answers how far a case is, and notes the question on it.
func (t *turn) when(c command.Said) error {
	n := t.going(c)
	if n == nil || t.secret(n) {
		t.change.Became = tickets.BecameCommand
		t.tellStatus(command.Said{Word: command.Status, Ref: c.Ref, Number: c.Number})
		return nil
	}
	others := -1
	for _, o := range t.own {
		if going(o.State) && !o.Unverified {
			others++
		}
	}
	n = t.attach(n)
	text := t.added(n)
	if others > 0 && going(n.State) && c.Ref == "" {
		text += "\n" + say(statusMore, t.lang, "count", strconv.Itoa(others))
	}
	t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: t.subject(n, n.Reference), Text: text})
	return nil
}

// going is the case that a question about progress means: the one named or quoted, else the newest
// that somebody still works on, in this conversation before others.
func (t *turn) going(c command.Said) *tickets.Ticket {
	if c.Ref != "" || c.Number {
		if n := t.referred(c.Ref); n != nil && (going(n.State) || n.State == tickets.Resolved) {
			return n
		}
		return nil
	}
	if n := t.latest(); n != nil && going(n.State) {
		return n
	}
	var found *tickets.Ticket
	for _, n := range t.own {
		if n.Unverified || !going(n.State) && n.State != tickets.Resolved {
			continue
		}
		if found == nil || going(n.State) && !going(found.State) || n.State == found.State && t.here(n) && !t.here(found) {
			found = n
		}
	}
	return found
}

// figure is a number alone: an answer, where somebody asked; else one of a report that we do not know.
func (t *turn) figure(digits int) error {
	n, _ := t.asked()
	if last := t.latest(); n == nil && last != nil && digits != referenceLength && last.State.Open() && t.msg.receivedAt.Sub(later(last.CreatedAt, last.UpdatedAt)) <= soon {
		n = last
	}
	switch {
	case n != nil && n.State.Open():
		return t.follow(n, byTime)
	case digits < shortestNumber:
		t.change.Became = tickets.BecameCommand
		t.tellMenu()
	default:
		t.change.Became = tickets.BecameCommand
		t.say(toStatus, say(statusUnknown, t.lang))
	}
	return nil
}

// How many digits a reference has, and how many what may be a wrong one has at least.
const (
	referenceLength = 10
	shortestNumber  = 6
)
