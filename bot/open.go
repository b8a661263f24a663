package bot

import (
	"encoding/json"
	"fmt"
	"strings"

	"tanggap/bot/words"
	"tanggap/router"
	"tanggap/router/place"
	"tanggap/tickets"
)

// open makes a new ticket of the message. linked is an older case that it has to do with, if any.
func (t *turn) open(linked tickets.Reference, unverified bool) error {
	d := t.route()
	data, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("keeping the decision: %w", err)
	}
	n := &tickets.Ticket{
		Reference: t.sit.Reference, Kind: tickets.Kind(d.Kind), State: tickets.Assigned, Agency: d.Agency, Category: d.Category,
		Return: t.via, Language: d.Language, Subject: t.topic(d.Language), Sealed: d.Sealed, Emergency: d.Emergency,
		Unverified: unverified, Test: t.bot.options.Test,
		Decision: tickets.Decision{Agency: d.Agency, Confidence: d.Confidence, Abstained: d.Abstained, Data: data},
	}
	if d.Abstained {
		n.State = tickets.Triage
	}
	if t.sit.Citizen.Language != "" {
		n.Language = t.sit.Citizen.Language
	}
	locate(n, d)
	n.DueAt = t.due(n, t.msg.receivedAt)
	t.lang = n.Language
	inc := t.fits(n, d)
	n.ToldAt = t.sit.Now

	in := t.msg.stored()
	in.Channel = t.via.Channel
	t.change.New, t.change.In, t.change.Became = n, in, tickets.BecameTicket
	created := fields{}.text("channel", t.via.Channel).text("account", t.msg.Account).hash("text", t.msg.Text).
		number("files", len(t.msg.files)).flag("unverified", unverified).flag("incomplete", t.msg.fragment)
	if linked != "" {
		created = created.text("linked", string(linked))
	}
	t.event(0, citizenActor, "created", created)
	t.event(0, routerActor, "routed", routed(d))
	if n.Emergency && !t.typed() { // the page says it at once; whose the address is, nobody knows
		t.alarm(0)
	}
	if inc != nil {
		if err := t.hold(n, inc); err != nil {
			return err
		}
		t.tell(tickets.Intent{
			Purpose: toReceipt, Subject: t.subject(n, n.Reference),
			Text: say(receiptIncident, t.lang, "city", t.city.Facts().ShortName, "ref", n.Reference.String(), "text", inc.Says(t.lang)),
		})
		return nil
	}
	t.receipt(n)
	return nil
}

func routed(d *router.Decision) fields {
	f := fields{}.text("agency", d.Agency).text("category", d.Category).text("kind", d.Kind).share("confidence", d.Confidence).
		flag("abstained", d.Abstained).flag("emergency", d.Emergency).flag("sealed", d.Sealed)
	if d.Area != nil {
		f = f.text("area", d.Area.Code)
	}
	return f
}

// locate writes the place of a decision into the ticket, where there is one.
func locate(n *tickets.Ticket, d *router.Decision) {
	if d.Area != nil {
		n.Area = d.Area.Code
	}
	if d.Point != nil {
		n.Lat, n.Lng, n.Located = d.Point.Lat, d.Point.Lng, true
	}
}

// alarm answers an emergency at once, before anything else is said.
func (s *scene) alarm(ticket int64) {
	number := s.city.Facts().Emergency
	text := say(emergencyBare, s.lang)
	if number.Number != "" && (!number.Example || s.bot.options.Examples) {
		text = say(emergencyCall, s.lang, "number", number.Number)
	}
	s.tell(tickets.Intent{TicketID: ticket, Purpose: toEmergency, Text: text})
}

// receipt tells that the report is safe, its number, who has it and by when there is an answer; or, as
// one message on the same bill, asks for the place where only that is missing.
func (t *turn) receipt(n *tickets.Ticket) {
	values := []string{"city", t.city.Facts().ShortName, "ref", n.Reference.String(), "agency", t.agency(n), "date", t.promise(n)}
	p := receiptPassed
	switch {
	case t.typed():
		p = receiptTyped
	case n.Sealed || n.Unverified:
		p = receiptPlain
	case t.unreadLink() && t.mayAsk(n):
		if p = receiptLink; n.State != tickets.Triage && t.agency(n) != "" {
			p = receiptLinkPassed
		}
		t.askPlace(n)
	case n.State == tickets.Triage && t.lacksPlace() && t.mayAsk(n):
		p = receiptPlace
		t.askPlace(n)
	case n.State == tickets.Triage:
		p = receiptTriage
	case t.agency(n) == "":
		p = receiptPassedOn
	case t.promise(n) != "":
		p = receiptDated
	}
	t.tell(tickets.Intent{Purpose: toReceipt, Subject: t.subject(n, n.Reference), Text: say(p, t.lang, values...)})
}

// askPlace notes that the place is asked for; of a ticket in the making its ID is 0.
func (s *scene) askPlace(n *tickets.Ticket) {
	s.ask(n, tickets.AskPlace)
	s.event(n.ID, botActor, "question", fields{}.text("about", string(tickets.AskPlace)))
}

// unreadLink reports whether the message says where it is by a link to a map alone, which says nothing without its
// server. Nothing that a stranger sends is fetched.
func (t *turn) unreadLink() bool {
	if !place.HasMapLink(t.msg.Subject + "\n" + t.msg.Text) {
		return false
	}
	d := t.route()
	return d.Area == nil && d.Point == nil
}

// lacksPlace reports whether the router knew what it is about, and not whose area.
func (t *turn) lacksPlace() bool {
	d := t.route()
	if d.Area != nil || d.Point != nil {
		return false
	}
	for _, r := range d.Reasons {
		if r.Code == "abstain.place" {
			return true
		}
	}
	return false
}

// topic is the ticket's heading: the mail's subject, else how the text begins.
func (t *turn) topic(lang string) string {
	text := strings.TrimSpace(t.msg.Subject)
	for {
		cut := text
		for _, prefix := range []string{"re:", "fw:", "fwd:", "bls:", "trs:"} {
			if len(cut) >= len(prefix) && strings.EqualFold(cut[:len(prefix)], prefix) {
				cut = strings.TrimSpace(cut[len(prefix):])
			}
		}
		if cut == text {
			break
		}
		text = cut
	}
	if text == "" {
		text = t.msg.Text
	}
	if text = words.Headline(text); text != "" {
		return text
	}
	if t.msg.Point != nil && len(t.msg.files) == 0 {
		return say(topicPlace, lang)
	}
	return say(topicPhoto, lang)
}
