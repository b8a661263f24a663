package bot

import (
	"slices"
	"strings"
	"time"

	"tanggap/internal/language"
	"tanggap/router"
	"tanggap/tickets"
)

// How sure we are which case a message is about, and why; noted with the follow-up.
const (
	byQuote     = "quote"
	byReference = "reference"
	byQuestion  = "question"
	byWords     = "words"
	byTime      = "time"
)

const (
	recent    = 7 * 24 * time.Hour // a case that "masih" may speak of
	soon      = 30 * time.Minute   // a picture or a place alone belongs to what was said just now
	burst     = 2 * time.Minute    // people send one thought in several messages
	fewWords  = 12                 // of a text that may be a mere addition
	mostWords = 64                 // of a text, that are looked at
	preamble  = 5                  // words of a message that says no more than that a report will come
)

// message places a message that a person wrote: a word, an answer, a follow-up or a new report.
func (t *turn) message() error {
	m := &t.msg
	silent := t.stranger()
	if !t.via.Mute && !m.Unverified && !strings.HasPrefix(m.EventID, reported) {
		if c, ok := t.command(); ok {
			return t.obey(c, silent)
		}
		if c, note := t.complaint(silent); c != nil {
			return t.reopen(c, note)
		}
	}
	if silent {
		t.anew()
	}
	return t.place()
}

// command reads a word of command. Pictures and places come with reports, and with SUDAH and BELUM;
// a mail with a subject of its own is a report unless the subject is a word of command too.
func (t *turn) command() (command, bool) {
	m := &t.msg
	text := m.Text
	if text == "" {
		text = m.Subject
	}
	c, ok := parseCommand(text)
	answer := c.word == wordYes || c.word == wordNo
	if !ok || !answer && (len(m.files) > 0 || m.Point != nil) {
		return command{}, false
	}
	if m.Subject != "" && m.Text != "" && !answer {
		_, quoted := t.quoted()
		if _, both := parseCommand(m.Subject); !quoted && !both {
			return command{}, false
		}
	}
	return c, true
}

// complaint reads BELUM with what is still wrong: an answer where we asked about the case, and else
// the beginning of a report like any other.
func (t *turn) complaint(silent bool) (c *tickets.Ticket, note string) {
	note, ok := parseNo(t.msg.Text)
	if !ok {
		return nil, ""
	}
	_, quoted := t.quoted()
	no := command{word: wordNo, note: note}
	for _, ref := range references(note) {
		if t.referred(ref) != nil {
			no.ref = ref
		}
	}
	c = t.disputed(no, silent)
	if c == nil || t.secret(c) || !quoted && no.ref == "" && t.elsewhere(c) {
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
	if t.msg.Unverified || t.foreign() {
		return t.open(nil, true)
	}
	c, how := t.which()
	if c == nil || t.secret(c) || !t.takes(c) {
		return t.open(c, false)
	}
	return t.follow(c, how)
}

// which finds the case that the message is about, and how that is known; nil where it is new.
func (t *turn) which() (*tickets.Ticket, string) {
	for _, find := range []func() (*tickets.Ticket, string){t.named, t.asked, t.meant} {
		if c, how := find(); c != nil {
			return c, how
		}
	}
	return nil, ""
}

// secret reports whether the message must stay off the case because it speaks of officials, and those
// may read the case (invariant 6).
func (t *turn) secret(c *tickets.Ticket) bool {
	return !c.Sealed && !t.msg.empty() && t.route().Sealed
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
	for _, ref := range references(t.msg.Subject + "\n" + t.msg.Text) {
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

// references finds numbers of ours in a text, with hyphens, dots or spaces between their groups or
// without.
func references(text string) []tickets.Reference {
	var all []tickets.Reference
	for i := 0; i < len(text) && len(all) < 8; i++ {
		if !digit(text, i) || digit(text, i-1) {
			continue
		}
		end, digits := i, 0
		for ; end < len(text) && digits < 10; end++ {
			if digit(text, end) {
				digits++
			} else if c := text[end]; c != '-' && c != '.' && c != ' ' {
				break
			}
		}
		if digits < 10 || digit(text, end) {
			continue
		}
		if ref, ok := tickets.ParseReference(text[i:end]); ok {
			all = append(all, ref)
			i = end - 1
		}
	}
	return all
}

func digit(text string, i int) bool {
	return i >= 0 && i < len(text) && text[i] >= '0' && text[i] <= '9'
}

// asked is the case with a question of ours that the message may answer: in the same conversation, and
// not plainly about something else.
func (t *turn) asked() (*tickets.Ticket, string) {
	var found *tickets.Ticket
	for _, c := range t.own {
		open := c.Question != tickets.NoQuestion && (c.State.Open() || c.State == tickets.Resolved)
		if !open || c.Unverified || !t.here(c) || t.elsewhere(c) || c.State == tickets.Resolved && !t.replies() {
			continue
		}
		if found == nil || c.UpdatedAt.After(found.UpdatedAt) {
			found = c
		}
	}
	return found, byQuestion
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
	return followUp(words) || thanks(t.msg.Text)
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
	if !d.Abstained && d.Category != "" && c.Category != "" && d.Category != c.Category {
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

// meant is the open case that the message speaks of without naming it.
func (t *turn) meant() (*tickets.Ticket, string) {
	now := t.msg.receivedAt
	var candidates []*tickets.Ticket
	for _, c := range t.own {
		if c.State.Open() && !c.Unverified && t.here(c) && now.Sub(later(c.CreatedAt, c.UpdatedAt)) <= recent {
			candidates = append(candidates, c)
		}
	}
	if len(candidates) == 0 {
		return nil, ""
	}
	newest := candidates[0]
	age := now.Sub(newest.CreatedAt)
	if t.msg.empty() || t.msg.fragment {
		if now.Sub(later(newest.CreatedAt, newest.UpdatedAt)) <= soon {
			return newest, byTime
		}
		return nil, ""
	}
	d := t.route()
	words := language.Tokens(t.msg.Text, mostWords)
	if followUp(words) {
		if c := t.same(candidates, d, len(words) <= fewWords); c != nil {
			return c, byWords
		}
		return nil, ""
	}
	if opened := len(strings.Fields(newest.Subject)); newest.State == tickets.Triage && newest.Category == "" && opened <= preamble && age <= soon && !d.Emergency {
		return newest, byTime // "mau lapor pak", and only then what
	}
	unspoken := d.Category == "" && !d.Emergency && len(words) <= fewWords
	switch {
	case unspoken && age <= burst && t.near(d, newest):
		return newest, byTime
	case unspoken && age <= soon && newest.Area == "" && (d.Area != nil || d.Point != nil):
		return newest, byTime // "di Tebet Timur, depan SD"
	case thanks(t.msg.Text):
		return newest, byWords
	}
	return nil, ""
}

// same is the case with the same topic; where the message has none of its own and is short, the
// newest whose place fits.
func (t *turn) same(candidates []*tickets.Ticket, d *router.Decision, short bool) *tickets.Ticket {
	for _, c := range candidates {
		if d.Category != "" && d.Category == c.Category && t.near(d, c) {
			return c
		}
	}
	for _, c := range candidates {
		if short && !t.elsewhere(c) && (d.Category == "" || c.Category == "") && t.near(d, c) {
			return c
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// thanks reports whether a message is a courtesy and no more.
func thanks(text string) bool {
	c, ok := parseCommand(text)
	return ok && c.word == wordThanks
}

// followUps are how people speak of what they have told before, in the normal forms of package
// language.
var followUps = [][]string{
	{"masih"}, {"tambahan"}, {"menambahkan"}, {"nambahin"}, {"nambah", "laporan"}, {"susulan"}, {"lanjutan"}, {"menyusul"},
	{"yang", "kemarin"}, {"laporan", "kemarin"}, {"yang", "tadi"}, {"laporan", "tadi"}, {"laporan", "saya"}, {"laporannya"}, {"aduan", "saya"}, {"pengaduan", "saya"},
	{"kapan"}, {"bagaimana", "laporan"}, {"bagaimana", "kelanjutan"}, {"kelanjutannya"}, {"perkembangan"}, {"perkembangannya"}, {"tindak", "lanjut"}, {"tindak", "lanjutnya"},
	{"still"}, {"any", "news"}, {"any", "update"}, {"any", "progress"}, {"my", "report"}, {"addition"}, {"when", "will"}, {"as", "reported"},
}

// followUp reports whether one of the phrases stands in the text.
func followUp(words []language.Token) bool {
	for i := range words {
		for _, phrase := range followUps {
			if i+len(phrase) > len(words) {
				continue
			}
			found := true
			for k, w := range phrase {
				if words[i+k].Text != w {
					found = false
					break
				}
			}
			if found {
				return true
			}
		}
	}
	return false
}
