package bot

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"tanggap/bot/command"
	"tanggap/channels"
	"tanggap/router"
	"tanggap/tickets"
)

// turn is a scene in which a citizen acts.
type turn struct {
	scene
	msg      message
	own      []*tickets.Ticket // the cases that this sender may be taken to speak of, newest first
	decided  bool
	decision router.Decision
}

// longSilence is after how long a phone number proves nothing about older cases: operators give
// numbers of silent SIM cards to others (invariant 7).
const longSilence = 60 * 24 * time.Hour

// mostName is how many bytes of a sender's name are kept: a mail may come with one of any length, and each page
// that shows his words has to look for it in them.
const mostName = 200

// Decide says what becomes of the oldest message in a sender's waiting rows; what is behind it waits
// for the next round. It is pure, and safe for concurrent use.
func (b *Bot) Decide(sit tickets.Situation) (tickets.Change, error) {
	if len(sit.Rows) == 0 {
		return tickets.Change{}, fmt.Errorf("deciding: no row waits")
	}
	msg, until := next(sit.Rows, sit.Now)
	if !until.IsZero() {
		return tickets.Change{Hold: until}, nil
	}
	t := &turn{scene: b.scene(&sit), msg: msg}
	t.change.Take = msg.rows
	t.address()
	if err := t.act(); err != nil {
		return tickets.Change{}, fmt.Errorf("deciding: %w", err)
	}
	return t.change, nil
}

// address finds the way back to the sender and the language to use.
func (t *turn) address() {
	m := &t.msg
	caps, known := t.bot.options.Accounts(m.Account)
	t.caps = caps
	t.via = tickets.Return{
		Channel: caps.Channel, Account: m.Account, Thread: m.Thread, ReplyTo: m.MessageID,
		Address: tickets.Address{Kind: string(m.From.Kind), Value: m.From.Value},
		Mute:    m.Mute || caps.Mute || !known,
	}
	if !known {
		t.via.Channel = m.Account // how the citizen told it to another program: phone, web
	}
	if m.Kind == channels.Button {
		t.via.ReplyTo = ""
	}
	t.lang = t.tongue("")
}

// tongue is the language to answer a word of command in.
func (t *turn) tongue(hint string) string {
	switch {
	case t.sit.Citizen.Language != "":
		return t.sit.Citizen.Language
	case hint != "":
		return hint
	case len(t.sit.Cases) > 0 && t.sit.Cases[0].Language != "":
		return t.sit.Cases[0].Language
	case len(t.msg.Language) >= 2 && t.msg.Language[:2] == english:
		return english
	}
	return indonesian
}

func (t *turn) act() error {
	if t.msg.elsewhere != "" {
		t.drop(tickets.BecameDuplicate, "another mailbox of ours had it, too")
		return nil
	}
	if t.msg.broken != "" {
		t.drop(tickets.BecameQuarantine, t.msg.broken)
		return nil
	}
	if kind := t.msg.Kind; kind != channels.Robot && kind != channels.Bounce && kind != channels.Unknown && kind != channels.Ignored && t.msg.From.Value == "" {
		t.drop(tickets.BecameQuarantine, "without a sender")
		return nil
	}
	if t.fromAgency() {
		return nil
	}
	if t.msg.Overheard && t.edited() == nil {
		t.drop(tickets.BecameIgnored, "said in a group to others")
		return nil
	}
	switch t.msg.Kind {
	case channels.Message:
		t.person()
		return t.message()
	case channels.Edit:
		t.person()
		return t.edit()
	case channels.Button:
		t.person()
		return t.button()
	case channels.Blocked:
		t.reach("stopped", "shut out by the citizen")
	case channels.Unblocked:
		t.reach("", "")
	case channels.Bounce:
		t.bounce()
	case channels.Copied:
		return t.copied()
	case channels.Robot:
		t.drop(tickets.BecameIgnored, strings.TrimSuffix("an automatic message: "+string(t.msg.Sign), ": "))
	case channels.Ignored:
		t.drop(tickets.BecameIgnored, t.msg.Matter)
	case channels.Unknown:
		t.drop(tickets.BecameQuarantine, "not understood by the channel")
	default:
		t.drop(tickets.BecameQuarantine, "of an unknown kind")
	}
	return nil
}

// fromAgency sets aside what is said by an agency's people to us rather than by a citizen: an answer to a
// notice, for a person to look at, and the talk in an agency's chat.
func (t *turn) fromAgency() bool {
	switch t.msg.Kind {
	case channels.Message, channels.Edit, channels.Button:
	default:
		return false
	}
	for _, ref := range t.mentions() {
		if ref.Purpose == tickets.ToAgency {
			t.drop(tickets.BecameQuarantine, "an answer to a notice to an agency: no citizen's report")
			return true
		}
	}
	groups := t.bot.groups.Load()
	chat, _, _ := strings.Cut(t.msg.Thread, "/")
	if groups == nil || !t.msg.Group || !(*groups)[chat] {
		return false
	}
	t.drop(tickets.BecameIgnored, "said in an agency's chat")
	return true
}

func (t *turn) drop(became, reason string) { t.change.Became, t.change.Reason = became, reason }

func (t *turn) reach(state, reason string) {
	contact := t.sit.Contact
	contact.State, contact.Reason = state, reason
	t.change.Contact = &contact
	t.drop(tickets.BecameCommand, "reachability")
}

// copied keeps on the ticket what staff answered the citizen from the account itself. He has it already.
func (t *turn) copied() error {
	for _, ref := range t.mentions() {
		for i := range t.sit.Cases {
			c := &t.sit.Cases[i].Ticket
			if c.ID != ref.TicketID {
				continue
			}
			n, in := t.touch(c), t.msg.stored()
			in.TicketID, in.Channel, in.Direction, in.Author = n.ID, t.via.Channel, tickets.Out, mailboxActor
			t.change.In, t.change.Became = in, tickets.BecameFollowUp
			t.event(n.ID, mailboxActor, "replied", fields{}.hash("text", t.msg.Text))
			if n.State == tickets.Assigned {
				return t.move(n, tickets.InProgress, mailboxActor)
			}
			return nil
		}
	}
	t.drop(tickets.BecameIgnored, "written from the account itself, in answer to no ticket of whom it went to")
	return nil
}

// bounce notes what came back; the store marks the address it was sent to.
func (t *turn) bounce() {
	t.drop(tickets.BecameIgnored, "a message of ours came back")
	if t.msg.Bounced == nil {
		t.drop(tickets.BecameIgnored, "a returned message that is not known as ours")
		return
	}
	r := report(*t.msg.Bounced)
	r.Bounce = true
	if r.Account == "" {
		r.Account = t.msg.Account
	}
	if r.EventID == "" {
		r.EventID = t.msg.EventID
	}
	t.change.Report = &r
}

// person notes what the message says about its sender, and which cases he may be taken to speak of.
func (t *turn) person() {
	m := &t.msg
	answered := t.answersOurs()
	if m.Unproven && answered == nil && t.pointed() != "" {
		m.Unverified = true // it speaks of a case, and its sender has shown nothing of what only the citizen has
	}
	name := strings.ToValidUTF8(m.Name[:min(len(m.Name), mostName)], "")
	known := !m.Unverified && (!m.Unproven || answered != nil)
	if name != "" && name != t.sit.Citizen.Name && (known || t.sit.New) {
		t.citizen().Name = name
	}
	if m.Unverified {
		return // whoever this is, he proves nothing and changes nothing
	}
	if t.sit.Contact.State != "" && !t.via.Mute {
		contact := t.sit.Contact
		contact.State, contact.Reason = "", "" // he writes, so he can be written to
		t.sit.Contact = contact
		t.change.Contact = &contact
	}
	for i := range t.sit.Cases {
		if c := &t.sit.Cases[i].Ticket; !m.Unproven || slices.Contains(answered, c.ID) {
			t.own = append(t.own, c)
		}
	}
	if !t.stranger() {
		t.change.Return = &t.via
	}
}

// stranger reports whether a phone was silent for so long that it may be somebody else's by now: what
// quotes our own message proves otherwise.
func (t *turn) stranger() bool {
	c := &t.sit.Contact
	if len(t.own) == 0 || c.Kind != string(channels.Tel) || c.LastInAt.IsZero() || t.sit.Now.Sub(c.LastInAt) <= longSilence {
		return false
	}
	_, known := t.quoted()
	return !known
}

// quoted is the first message that this one answers, edits or presses a button of, and that we know
// as one of the sender's.
func (t *turn) quoted() (tickets.MessageRef, bool) {
	for _, ref := range t.mentions() {
		if ref.CitizenID == t.sit.Citizen.ID {
			return ref, true
		}
	}
	return tickets.MessageRef{}, false
}

// answersOurs are the sender's tickets of which the message answers a message of ours. Only who was sent that knows its
// name, so it proves its sender where nothing else does.
func (t *turn) answersOurs() (ids []int64) {
	for _, ref := range t.mentions() {
		if ref.Direction == tickets.Out && ref.CitizenID == t.sit.Citizen.ID && ref.TicketID != 0 {
			ids = append(ids, ref.TicketID)
		}
	}
	return ids
}

// pointed is the case that the message speaks of, with or without a right to, by a message of it or by its number; ""
// where there is none. To a sender who is known his own are no matter, and others' are.
func (t *turn) pointed() tickets.Reference {
	names := make([]tickets.Mention, 0, len(t.sit.Known))
	for _, id := range slices.Concat(t.msg.ReplyTo, t.msg.Claims) {
		names = append(names, mention(t.msg.Account, id))
	}
	for _, ref := range command.References(t.msg.Subject + "\n" + t.msg.Text) {
		if strings.HasPrefix(t.msg.EventID, reported) {
			break // by a program of ours, which may speak of any
		}
		names = append(names, tickets.Mention{ExternalID: string(ref)})
	}
	for _, name := range names {
		ref, ok := t.sit.Known[name]
		own := ref.CitizenID == t.sit.Citizen.ID
		if ok && ref.Reference != "" && (!own || t.msg.Unverified || t.msg.Unproven) {
			return ref.Reference
		}
	}
	return ""
}

// foreign reports whether the message answers one that is on somebody else's ticket.
func (t *turn) foreign() bool {
	for _, ref := range t.mentions() {
		if ref.CitizenID != t.sit.Citizen.ID && ref.TicketID != 0 {
			return true
		}
	}
	return false
}

func (t *turn) mentions() []tickets.MessageRef {
	if len(t.sit.Known) == 0 {
		return nil
	}
	names := t.msg.ReplyTo
	if t.msg.Kind != channels.Message {
		names = append([]string{t.msg.MessageID}, names...)
	}
	var refs []tickets.MessageRef
	for _, name := range names {
		if ref, ok := t.sit.Known[mention(t.msg.Account, name)]; ok {
			refs = append(refs, ref)
		}
	}
	return refs
}

// citizen takes the citizen into the change.
func (t *turn) citizen() *tickets.Citizen {
	if t.change.Citizen == nil {
		c := t.sit.Citizen
		t.change.Citizen = &c
	}
	return t.change.Citizen
}

// route asks the router about the message, once.
func (t *turn) route() *router.Decision {
	if !t.decided {
		t.decided = true
		t.decision = t.city.Ask(t.report(t.msg.Subject), t.bot.Mind())
	}
	return &t.decision
}

// mostRouted bounds what the router reads of one message; what matters is said before.
const mostRouted = 8 << 10

func (t *turn) report(subject string) router.Report {
	m := &t.msg
	r := router.Report{Subject: subject, Text: m.Text, Language: m.Language, At: m.receivedAt}
	if len(r.Text) > mostRouted {
		r.Text = r.Text[:mostRouted]
	}
	if m.Point != nil {
		r.Point = &router.Point{Lat: m.Point.Lat, Lng: m.Point.Lng}
	}
	if len(r.Language) == 0 {
		r.Language = t.sit.Citizen.Language
	}
	return r
}
