package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"tanggap/bot/command"
	"tanggap/channels"
	"tanggap/router"
	"tanggap/tickets"
)

// join puts the message onto a case and turns the way back to where it came from.
func (t *turn) join(c *tickets.Ticket) *tickets.Ticket {
	n := t.touch(c)
	in := t.msg.stored()
	in.TicketID, in.Channel = n.ID, t.via.Channel
	t.change.In, t.change.Became = in, tickets.BecameFollowUp
	if n.Unverified {
		n.Unverified = false // its address speaks for it now
		t.event(n.ID, citizenActor, "vouched", fields{})
	}
	if !t.via.Mute || n.Return.Mute {
		n.Return = t.via
	}
	t.lang = tongue(t.sit.Citizen, n)
	return n
}

// follow makes the message a follow-up of a case: it answers an open question, wakes a case that
// waited for it, is an objection to a rejection, and fills in the place where that was missing.
func (t *turn) follow(c *tickets.Ticket, how string) error {
	n := t.join(c)
	t.event(n.ID, citizenActor, "follow_up", fields{}.text("by", how).hash("text", t.msg.Text).number("files", len(t.msg.files)).flag("incomplete", t.msg.fragment))
	if err := t.answered(n, how); err != nil {
		return err
	}
	alarmed, err := t.urgent(n)
	if err != nil {
		return err
	}
	rerouted, err := t.fill(n, c)
	if err != nil {
		return err
	}
	switch {
	case n.State == tickets.Triage && c.State == tickets.Rejected:
		t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: t.subject(n, n.Reference), Text: say(objected, t.lang, "ref", n.Reference.String())})
	case n.State == tickets.Rejected && t.told(n):
	case n.State == tickets.Rejected:
		t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: t.subject(n, n.Reference), Text: say(refusedTwice, t.lang, "ref", n.Reference.String())})
	case rerouted && t.agency(n) != "" && (c.Category == "" || !t.caps.Paid && !t.caps.Subject):
		t.tellAgency(n)
	case n.State == tickets.Resolved && !t.msg.empty():
		t.askAgain(n)
	case n.State.Open() && n.Area == "" && !n.Located && t.unreadLink() && t.mayAsk(n):
		t.askPlace(n)
		t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: t.subject(n, n.Reference), Text: say(askLink, t.lang, "ref", n.Reference.String())})
	case alarmed:
	case how == byRepeat && n.Emergency && t.route().Emergency:
		t.alarm(n.ID) // who cries again has not called yet
	case (how == byRepeat || how == byWords) && t.told(n):
	case how == byRepeat || how == byWords:
		// Where we guessed the case, the citizen sees which one it was.
		t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: t.subject(n, n.Reference), Text: t.added(n)})
	case t.caps.Paid || t.caps.Subject:
		// What costs, or fills a mailbox, is said only where there is something to say.
	case how == byTime && !t.msg.empty():
		t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Text: t.added(n)})
	}
	return nil
}

// told reports whether by mail nothing is to be said now, since a receipt went within a day: two programs would write
// to each other for ever. Where it is, that counts from now on.
func (t *turn) told(n *tickets.Ticket) bool {
	if t.caps.Subject && t.sit.Now.Sub(n.ToldAt) < day {
		return true
	}
	n.ToldAt = t.sit.Now
	return false
}

// askAgain is said to a text that neither confirms a resolution nor denies it.
func (t *turn) askAgain(n *tickets.Ticket) {
	if !t.mayAsk(n) || n.ToldAt.After(n.ResolvedAt) && t.told(n) {
		return
	}
	n.ToldAt = t.sit.Now
	if t.caps.Paid {
		t.ask(n, tickets.AskConfirm)
	}
	t.tell(tickets.Intent{
		TicketID: n.ID, Purpose: toNotice, Subject: t.subject(n, n.Reference), Text: say(yesOrNo, t.lang, "ref", n.Reference.String()),
		Choices: confirmChoices(t.lang, n.Reference),
	})
}

// answered ends the wait for the citizen.
func (t *turn) answered(n *tickets.Ticket, how string) error {
	if n.State == tickets.Resolved {
		return nil // only SUDAH and BELUM answer that question
	}
	if n.Question == tickets.AskPlace && t.msg.Point == nil && t.msg.empty() {
		return nil // a picture does not say where
	}
	if _, ok := command.Parse(t.msg.Text); ok && (n.Question == tickets.AskPlace || n.Question == tickets.AskMissing) {
		return nil // nor does "sudah", or what is still wrong
	}
	if n.Question != tickets.NoQuestion || n.State == tickets.Pending {
		t.event(n.ID, citizenActor, "answered", fields{}.text("about", string(n.Question)))
		n.Question = tickets.NoQuestion
	}
	switch {
	case n.State == tickets.Pending:
		return t.move(n, back(n), citizenActor)
	case n.State == tickets.Rejected && n.Rejections <= 1 && (how == byQuote || how == byReference || how == byObjection):
		n.Agency = t.city.Root().ID
		if n.Sealed {
			n.Agency = t.city.Inspectorate().ID
		}
		return t.move(n, tickets.Triage, citizenActor)
	}
	return nil
}

// back is where an answer leads a pending ticket.
func back(n *tickets.Ticket) tickets.State {
	if n.StateBefore.Valid() && tickets.CanMove(tickets.Pending, n.StateBefore) {
		return n.StateBefore
	}
	return tickets.Assigned
}

// urgent notes that a case became an emergency with this message, once, and answers that first.
func (t *turn) urgent(n *tickets.Ticket) (bool, error) {
	if n.Emergency || t.msg.empty() || !t.route().Emergency {
		return false, nil
	}
	n.Emergency = true
	t.event(n.ID, routerActor, "emergency", fields{})
	t.alarm(n.ID)
	return true, t.breakOut(n)
}

// fill takes what a message adds into a case: the place where that was missing, and for a case that
// waits in triage whatever lets the router decide, by its heading and what has come now.
func (t *turn) fill(n, before *tickets.Ticket) (rerouted bool, err error) {
	vague := before.State == tickets.Triage && n.State == tickets.Triage && (before.Area == "" || before.Category == "")
	if before.Area != "" && !vague || t.msg.empty() && t.msg.Point == nil {
		return false, nil
	}
	d := t.city.Ask(t.report(said(before.Subject)), t.bot.Mind())
	if before.Area == "" && (d.Area != nil || d.Point != nil) {
		locate(n, &d)
		t.event(n.ID, routerActor, "located", fields{}.text("area", n.Area))
	}
	if !vague || d.Abstained || n.Sealed || d.Sealed {
		return false, nil
	}
	if before.Category == "" {
		n.Subject = t.topic(n.Language) // the first message did not say what it is about
	}
	return true, t.reroute(n, &d)
}

// reroute gives a case that waits in triage to whom the router has found since.
func (s *scene) reroute(n *tickets.Ticket, d *router.Decision) error {
	data, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("keeping the decision: %w", err)
	}
	n.Agency, n.Category, n.Kind = d.Agency, d.Category, tickets.Kind(d.Kind)
	n.Decision = tickets.Decision{Agency: d.Agency, Confidence: d.Confidence, Abstained: d.Abstained, Data: data}
	s.event(n.ID, routerActor, "routed", routed(d))
	if err := s.move(n, tickets.Assigned, routerActor); err != nil {
		return err
	}
	n.DueAt = s.due(n, n.CreatedAt)
	return nil
}

// tellAgency says who has the case now, and until when it answers.
func (s *scene) tellAgency(n *tickets.Ticket) {
	p := nowWith
	if s.promise(n) != "" {
		p = nowWithBy
	}
	s.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: s.subject(n, n.Reference), Text: say(p, s.lang, "ref", n.Reference.String(), "agency", s.agency(n), "date", s.promise(n))})
}

// said is a heading in the citizen's words, "" for one of ours.
func said(heading string) string {
	switch heading {
	case topicPhoto.id, topicPhoto.en, topicPlace.id, topicPlace.en:
		return ""
	}
	return heading
}

// edit makes a new version of a message that we have; one of a message that we never saw is taken as
// if it were new.
func (t *turn) edit() error {
	var was tickets.MessageRef
	if ref := t.edited(); ref != nil {
		was = *ref
	}
	c := t.numbered(was.TicketID)
	switch {
	case t.msg.Live && (c == nil || t.secret(c) || !t.moved(c)):
		t.drop(tickets.BecameIgnored, "a live location that is followed no further")
		return nil
	case was.MessageID != 0 && was.TicketID == 0:
		t.drop(tickets.BecameCommand, "an edited word of command")
		return nil
	case c == nil:
		return t.message()
	case t.secret(c):
		return t.open(c.Reference, false)
	}
	ret := c.Return
	n := t.join(c)
	n.Return = ret // the answer goes where the last message came from, not where an old one was mended
	t.change.In.Replaces = was.MessageID
	t.event(n.ID, citizenActor, "edited", fields{}.hash("text", t.msg.Text))
	if t.msg.Live {
		return nil // the first point said where it is, and nobody has answered a question by walking on
	}
	if _, err := t.urgent(n); err != nil {
		return err
	}
	_, err := t.fill(n, c)
	return err
}

// edited is the citizen's own message that this is a new version of, nil where we have none.
func (t *turn) edited() *tickets.MessageRef {
	if t.msg.Kind != channels.Edit {
		return nil
	}
	for _, ref := range t.mentions() {
		if ref.CitizenID == t.sit.Citizen.ID && ref.Direction == tickets.In {
			return &ref
		}
	}
	return nil
}

// What is kept of the way of a live location, which Telegram tells anew every few seconds: a point a minute, for
// half a day.
const (
	livePause   = time.Minute
	liveLongest = 12 * time.Hour
)

// moved reports whether a live location is to be noted again on its case.
func (t *turn) moved(c *tickets.Ticket) bool {
	return t.msg.Point != nil && t.sit.Now.Sub(c.UpdatedAt) >= livePause && t.sit.Now.Sub(c.CreatedAt) < liveLongest
}

// button is a choice pressed: it means what the word would.
func (t *turn) button() error {
	c, ok := command.Choice(t.msg.Choice)
	if !ok {
		t.drop(tickets.BecameIgnored, "a button that we do not have")
		return nil
	}
	t.msg.Text = strings.ToUpper(string(c.Word))
	return t.obey(c, t.stranger())
}
