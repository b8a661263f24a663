package bot

import (
	"slices"
	"strings"

	"tanggap/bot/command"
	"tanggap/internal/language"
	"tanggap/router"
	"tanggap/tickets"
)

// How sure we are which case a message is about, and why; noted with the follow-up.
const (
	byQuote     = "quote"
	byReference = "reference"
	byQuestion  = "question"
	byObjection = "objection"
	byRepeat    = "repeat"
	byWords     = "words"
	byTime      = "time"
)

// message places a message that a person wrote: a word, an answer, a follow-up or a new report.
func (t *turn) message() error {
	m := &t.msg
	m.Text = command.Argument(m.Text)
	silent := t.stranger()
	if bare := m.wordless(); t.via.Mute || m.Unverified || strings.HasPrefix(m.EventID, reported) || t.plain() {
		if bare && (t.via.Mute || m.Unverified) {
			t.drop(tickets.BecameIgnored, "neither a word nor a file")
			return nil
		}
		if silent {
			t.anew()
		}
		return t.place()
	}
	if t.denies() {
		return t.disown()
	}
	c, ok := t.order()
	if !ok || c.Word == command.When {
		if n, note := t.complaint(silent); n != nil {
			return t.reopen(n, note) // "belum ada tanggapan" answers a resolution
		}
	}
	if ok && t.guarded(c) {
		t.drop(tickets.BecameCommand, "nothing shows who sent it")
		t.say(toMenu, say(proveFirst, t.lang))
		return nil
	}
	if ok {
		return t.obey(c, silent)
	}
	if silent {
		t.anew()
	}
	if m.wordless() {
		return t.gesture()
	}
	if n := command.Figures(m.Text); n > 0 && m.Subject == "" && len(m.files) == 0 && m.Point == nil {
		return t.figure(n)
	}
	return t.place()
}

// guarded reports whether a word of command is only for who is known to be the citizen, and nothing shows that.
func (t *turn) guarded(c command.Said) bool {
	free := c.Word == command.Menu || c.Word == command.Report || c.Word == command.Thanks
	return t.msg.Unproven && !t.sit.New && len(t.own) == 0 && !free
}

// order reads a word of command. Pictures and places come with reports, and with SUDAH and BELUM;
// a mail with a subject of its own is a report unless the subject is a word of command too, or says
// nothing over STATUS or BATAL.
func (t *turn) order() (command.Said, bool) {
	m := &t.msg
	if m.Forwarded != nil || m.Described {
		return command.Said{}, false // he orders nothing by what others have said
	}
	text := m.Text
	if t.caps.Subject {
		text = command.Unsigned(text)
	}
	if text == "" {
		text = m.Subject
	}
	c, ok := command.Parse(text)
	answer := c.Word == command.Yes || c.Word == command.No
	if !ok || !answer && (len(m.files) > 0 || m.Point != nil) {
		return command.Said{}, false
	}
	if m.Subject != "" && m.Text != "" && !answer {
		_, quoted := t.quoted()
		_, both := command.Parse(m.Subject)
		plain := (c.Word == command.Status || c.Word == command.Cancel) && (t.route().Category == "" || guessed(t.route()))
		if !quoted && !both && !plain {
			return command.Said{}, false
		}
	}
	return c, true
}

// complaint reads BELUM with what is still wrong, in that word or others ("masih mati", "sudah, tapi
// masih bau"): an answer where we asked about the case, and else the beginning of a report like any
// other.
func (t *turn) complaint(silent bool) (c *tickets.Ticket, note string) {
	if t.msg.Forwarded != nil || t.msg.Described {
		return nil, ""
	}
	note, ok := command.ParseNo(t.msg.Text)
	if !ok {
		if note, ok = command.ParseStill(t.msg.Text); !ok {
			return nil, ""
		}
	}
	_, quoted := t.quoted()
	no := command.Said{Word: command.No, Note: note}
	for _, ref := range command.References(note) {
		if t.referred(ref) != nil {
			no.Ref = ref
		}
	}
	c = t.disputed(no, silent)
	if c == nil || t.secret(c) || !quoted && no.Ref == "" && t.elsewhere(c) {
		return nil, ""
	}
	return c, note
}

// anew parts a phone number from who had it before: from here on it is a citizen of its own.
func (t *turn) anew() {
	t.own = nil
	t.change.Anew = true
	t.change.Return = &t.via
	t.sit.Citizen = tickets.Citizen{Name: t.msg.Name}
	t.change.Citizen = &t.sit.Citizen
}

// place puts the message onto one of the sender's cases, or opens a new one. It is never lost between
// them: unsure is new.
func (t *turn) place() error {
	linked := t.pointed()
	if named, _ := t.named(); t.msg.Unverified || t.foreign() || linked != "" && named == nil {
		return t.open(linked, true)
	}
	c, how := t.which()
	switch {
	case c == nil:
		return t.open("", false)
	case t.secret(c) || !t.takes(c):
		return t.open(c.Reference, false)
	}
	return t.follow(c, how)
}

// which finds the case that the message is about, and how that is known; nil where it is new.
func (t *turn) which() (*tickets.Ticket, string) {
	for _, find := range []func() (*tickets.Ticket, string){t.named, t.objection, t.asked, t.meant} {
		if c, how := find(); c != nil {
			return c, how
		}
	}
	return nil, ""
}

// objection is the case whose refusal the message objects to, without naming it: the one refused last.
func (t *turn) objection() (*tickets.Ticket, string) {
	if t.msg.Forwarded != nil || !command.Objects(t.msg.Text) {
		return nil, ""
	}
	var found *tickets.Ticket
	for _, c := range t.own {
		if c.State == tickets.Rejected && !c.Unverified && t.here(c) && t.reopens(c) && (found == nil || c.UpdatedAt.After(found.UpdatedAt)) {
			found = c
		}
	}
	return found, byObjection
}

// takes reports whether a case still takes messages.
func (t *turn) takes(c *tickets.Ticket) bool {
	switch c.State {
	case tickets.Withdrawn:
		return false
	case tickets.Closed, tickets.Rejected:
		return t.reopens(c)
	}
	return true
}

// named is the case that the message quotes or names: by what it answers, or by its number. A number
// counts only where it is among the sender's own.
func (t *turn) named() (*tickets.Ticket, string) {
	if ref, ok := t.quoted(); ok {
		if c := t.numbered(ref.TicketID); c != nil {
			return c, byQuote
		}
	}
	for _, ref := range command.References(t.msg.Subject + "\n" + t.msg.Text) {
		if c := t.referred(ref); c != nil {
			return c, byReference
		}
	}
	return nil, ""
}

func (t *turn) numbered(id int64) *tickets.Ticket {
	for _, c := range t.own {
		if c.ID == id {
			return c
		}
	}
	return nil
}

func (t *turn) referred(ref tickets.Reference) *tickets.Ticket {
	for _, c := range t.own {
		if c.Reference == ref {
			return c
		}
	}
	return nil
}

// asked is the case with a question of ours that the message may answer: in the same conversation, and
// not plainly about something else.
func (t *turn) asked() (*tickets.Ticket, string) {
	var found *tickets.Ticket
	for _, c := range t.own {
		open := c.Question != tickets.NoQuestion && (c.State.Open() || c.State == tickets.Resolved)
		if !open || c.Unverified && !t.vouches(c) || !c.Unverified && !t.here(c) || t.strays(c) || c.State == tickets.Resolved && !t.replies() {
			continue
		}
		if found == nil || c.UpdatedAt.After(found.UpdatedAt) {
			found = c
		}
	}
	return found, byQuestion
}

// strays reports whether the message is no answer to the question on the case. An answer names other
// things by the way ("di depan tempat sampah"), and so is given more room than a text that nobody asked
// for; of a case that counts as done little is left to say.
func (t *turn) strays(c *tickets.Ticket) bool {
	if t.msg.empty() || !t.elsewhere(c) {
		return false
	}
	d := t.route()
	return c.State == tickets.Resolved || d.Emergency || !t.near(d, c) || len(language.Tokens(t.msg.Text, mostWords)) > fewWords
}

// replies reports whether the message reads like an answer. On a case that counts as done nobody waits
// for a text, so that only such a text goes there.
func (t *turn) replies() bool {
	words := language.Tokens(t.msg.Text, mostWords)
	if len(words) == 0 {
		return false
	}
	switch words[0].Text {
	case "sudah", "belum", "tidak", "ya", "iya", "yes", "no", "not":
		return true
	}
	return command.FollowsUp(words) || thanks(t.msg.Text)
}

// here reports whether the case was last spoken of in this conversation.
func (t *turn) here(c *tickets.Ticket) bool {
	return c.Return.Account == t.msg.Account && c.Return.Thread == t.msg.Thread && c.Return.Address == t.via.Address
}

// elsewhere reports whether the message is surely about another thing than the case: the router is
// sure of another topic, or of another place.
func (t *turn) elsewhere(c *tickets.Ticket) bool {
	if t.msg.empty() {
		return false
	}
	d := t.route()
	if !d.Abstained && d.Category != "" && c.Category != "" && d.Category != c.Category && !t.echoes(c) {
		return true
	}
	return d.Category != "" && !t.near(d, c)
}

// near reports whether the places of a decision and a case may be the same.
func (t *turn) near(d *router.Decision, c *tickets.Ticket) bool {
	if d.Area == nil || c.Area == "" || d.Area.Code == c.Area || slices.Contains(d.Area.Parents, c.Area) {
		return true
	}
	a, ok := t.city.Area(c.Area)
	return ok && slices.Contains(a.Parents, d.Area.Code)
}
