package bot

import (
	"time"

	"tanggap/bot/words"
	"tanggap/channels"
	"tanggap/router"
	"tanggap/tickets"
)

// Purposes of what we say: what a message is to the citizen.
const (
	toReceipt   = "receipt"
	toEmergency = "emergency"
	toReply     = "reply"
	toQuestion  = "question"
	toConfirm   = "confirm"
	toOutcome   = "outcome"
	toStatus    = "status"
	toMenu      = "menu"
	toLanguage  = "language"
	toNotice    = "notice"
)

// Kinds of timers.
const (
	told    = "told"    // the fate of the question after a resolution is known
	silence = "silence" // nobody has answered it
	waiting = "pending" // nobody has answered a clerk's question
)

// Actors of events.
const (
	citizenActor = "citizen"
	botActor     = "bot"
	routerActor  = "router"
	mailboxActor = "mailbox" // somebody of the staff, with a mail program
)

// scene is one decision in the making: what it looks at, and the change that grows.
type scene struct {
	bot    *Bot
	city   *router.City
	zone   *time.Location
	sit    *tickets.Situation
	caps   channels.Capabilities
	via    tickets.Return
	lang   string
	change tickets.Change
}

func (b *Bot) scene(sit *tickets.Situation) scene {
	set := b.settings.Load()
	return scene{bot: b, city: set.city, zone: set.zone, sit: sit}
}

// on turns the scene to a ticket: its way back and its language.
func (s *scene) on(t *tickets.Ticket) {
	s.via = t.Return
	s.caps, _ = s.bot.options.Accounts(t.Return.Account)
	s.lang = tongue(s.sit.Citizen, t)
}

// tongue is the citizen's own choice, else the language of his report.
func tongue(c tickets.Citizen, t *tickets.Ticket) string {
	switch {
	case c.Language != "":
		return c.Language
	case t.Language != "":
		return t.Language
	}
	return indonesian
}

// touch takes a ticket of the situation into the change, as a copy that may be altered.
func (s *scene) touch(t *tickets.Ticket) *tickets.Ticket {
	s.change.Tickets = append(s.change.Tickets, *t)
	return &s.change.Tickets[len(s.change.Tickets)-1]
}

// move moves a touched ticket and notes it; the timers of the state that it leaves go.
func (s *scene) move(t *tickets.Ticket, to tickets.State, actor string) error {
	from := t.State
	if err := t.Move(to, s.sit.Now); err != nil {
		return err
	}
	switch from {
	case tickets.Pending:
		s.cancel(t, waiting)
	case tickets.Resolved:
		s.cancel(t, silence)
		s.cancel(t, told)
	}
	s.event(t.ID, actor, "moved", fields{}.text("from", string(from)).text("to", string(to)))
	return nil
}

func (s *scene) cancel(t *tickets.Ticket, kind string) {
	s.change.Timers = append(s.change.Timers, tickets.Timer{Kind: kind, Subject: t.ID})
}

func (s *scene) timer(t *tickets.Ticket, kind string, due time.Time) {
	s.change.Timers = append(s.change.Timers, tickets.Timer{Kind: kind, Subject: t.ID, Due: due})
}

func (s *scene) event(ticket int64, actor, kind string, data fields) {
	s.change.Events = append(s.change.Events, tickets.Event{TicketID: ticket, Actor: actor, Type: kind, Data: data.json()})
}

// tell says something of the bot's own, on the way that the scene is on; nothing to who cannot be
// answered.
func (s *scene) tell(i tickets.Intent) {
	if s.via.Mute {
		return
	}
	i.Via, i.Author, i.Automatic = s.via, botActor, true
	if n := len(i.Choices); n > s.caps.Choices {
		i.Choices = nil
	}
	if !s.caps.Subject {
		i.Subject = ""
	}
	s.change.Say = append(s.change.Say, i)
}

// mayAsk reports whether one more question is allowed on the ticket (invariant 9).
func (s *scene) mayAsk(t *tickets.Ticket) bool {
	return !s.via.Mute && s.sit.Contact.State == "" && (!s.caps.Paid || t.Questions < mostQuestions)
}

// mostQuestions is how many a ticket may cost on a paid channel.
const mostQuestions = 2

func (s *scene) ask(t *tickets.Ticket, q tickets.Question) {
	t.Question = q
	t.Questions++
}

// agency is the short name that a citizen may read, "" where there is none to tell: of a sealed or
// unverified ticket, and of an agency that is only an example.
func (s *scene) agency(t *tickets.Ticket) string {
	if t.Sealed || t.Unverified {
		return ""
	}
	a, ok := s.city.Agency(t.Agency)
	if !ok || (a.Example && !s.bot.options.Examples) {
		return ""
	}
	return a.Short
}

// promise is the date of an answer in words, "" where none may be promised. A deadline that is only an
// example is no promise: the city's general one stands in, where it has a source.
func (s *scene) promise(t *tickets.Ticket) string {
	due, told := s.promised(t)
	if !due.After(s.sit.Now) {
		return ""
	}
	return words.Date(s.lang, due.In(s.zone), s.sit.Now.In(s.zone), told.Unit == router.Hours)
}

// promised is the time that may be promised, and the deadline it comes from; the zero time for none.
func (s *scene) promised(t *tickets.Ticket) (due time.Time, told router.Deadline) {
	cat, ok := s.city.Category(t.Category)
	if !ok || t.DueAt.IsZero() {
		return time.Time{}, told
	}
	due, told = t.DueAt, cat.Deadline
	if told.Example && !s.bot.options.Examples {
		if told = s.city.Facts().Answer; told.Value <= 0 || told.Example {
			return time.Time{}, told
		}
		from := t.CreatedAt
		if from.IsZero() {
			from = s.sit.Now
		}
		due = s.bot.options.Deadline(from, told, "")
	}
	return due, told
}

// due is when an answer is owed, counted from the receipt of the report.
func (s *scene) due(t *tickets.Ticket, from time.Time) time.Time {
	cat, ok := s.city.Category(t.Category)
	if !ok || cat.Deadline.Value <= 0 || t.State == tickets.Triage {
		return time.Time{}
	}
	a, _ := s.city.Agency(t.Agency)
	return s.bot.options.Deadline(from, cat.Deadline, a.Zone)
}

// subject heads a mail about the ticket; a sealed one names no topic.
func (s *scene) subject(t *tickets.Ticket, ref tickets.Reference) string {
	if t.Sealed || t.Unverified || t.Subject == "" {
		return say(subjectPlain, s.lang, "ref", ref.String())
	}
	return say(subjectTopic, s.lang, "ref", ref.String(), "topic", t.Subject)
}
