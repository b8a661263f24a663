package bot

import (
	"strings"

	"tanggap/channels"
	"tanggap/tickets"
)

// obey does what a word of command says. silent is set for a phone that was silent for so long that
// only the question we asked it counts.
func (t *turn) obey(c command, silent bool) error {
	answer := c.word == wordYes || c.word == wordNo
	if answer {
		switch d := t.disputed(c, silent); {
		case d != nil && c.word == wordYes:
			return t.confirm(d, c.rating)
		case d != nil:
			return t.reopen(d, "")
		}
	}
	if silent {
		t.anew()
	}
	t.lang = t.tongue(c.lang)
	switch {
	case answer:
		return t.loose(c)
	case c.word == wordThanks:
		return t.courtesy()
	case c.word == wordWhen:
		return t.when(c)
	}
	t.change.Became = tickets.BecameCommand
	switch c.word {
	case wordCancel:
		return t.cancelCase(c)
	case wordStatus:
		t.tellStatus(c)
	case wordMenu:
		t.quiet(false)
		t.tellMenu()
	case wordReport:
		t.tellHow()
	case wordEnglish, wordIndonesian:
		t.lang = c.lang
		t.citizen().Language = c.lang
		t.say(toLanguage, say(languageSet, t.lang))
	case wordStop:
		t.quiet(true)
		t.say(toMenu, say(quietOn, t.lang))
	case wordStart:
		t.quiet(false)
		t.say(toMenu, say(quietOff, t.lang))
	}
	return nil
}

// say answers a command, outside of any ticket.
func (t *turn) say(purpose, text string) {
	t.tell(tickets.Intent{None: true, Purpose: purpose, Subject: t.city.Facts().ShortName, Text: text})
}

func (t *turn) quiet(v bool) {
	if t.sit.Citizen.Quiet != v {
		t.citizen().Quiet = v
	}
}

// loose is SUDAH or BELUM where no resolution waits for it: it goes onto the case that it may
// be about, as what the citizen said, and closes nothing.
func (t *turn) loose(c command) error {
	if t.msg.Kind != channels.Button && c.ref == "" && !c.number {
		if found, how := t.which(); found != nil && t.takes(found) {
			if found.Question != tickets.AskAnything {
				how = byWords // it answers nothing that was asked
			}
			return t.follow(found, how)
		}
	}
	t.change.Became = tickets.BecameCommand
	if c.ref != "" || c.number {
		t.tellStatus(c)
		return nil
	}
	t.say(toMenu, say(nothingAsked, t.lang))
	return nil
}

// tellHow says how to report, and what may be sent along where the channel carries it.
func (t *turn) tellHow() {
	p := howToReport
	if t.caps.Attachments == 0 {
		p = howToWrite
	}
	t.say(toMenu, say(p, t.lang))
}

// tellMenu says what can be done here, with buttons where there are any.
func (t *turn) tellMenu() {
	facts := t.city.Facts()
	p := menuText
	if facts.Emergency.Number == "" || facts.Emergency.Example && !t.bot.options.Examples {
		p = menuBare
	}
	t.tell(tickets.Intent{
		None: true, Purpose: toMenu, Subject: facts.ShortName,
		Text: say(p, t.lang, "city", facts.ShortName, "number", facts.Emergency.Number),
		Choices: []tickets.Choice{
			{ID: string(wordStatus), Label: say(buttonStatus, t.lang)},
			{ID: string(wordReport), Label: say(buttonReport, t.lang)},
			{ID: otherTongue(t.lang), Label: say(buttonTongue, t.lang)},
		},
	})
}

func otherTongue(lang string) string {
	if lang == english {
		return string(wordIndonesian)
	}
	return string(wordEnglish)
}

// parseChoice reads the id of a button: a word, or a word, a colon and a reference.
func parseChoice(id string) (command, bool) {
	name, ref, _ := strings.Cut(id, ":")
	c := command{word: word(name)}
	switch c.word {
	case wordStatus, wordReport, wordMenu:
	case wordEnglish:
		c.lang = english
	case wordIndonesian:
		c.lang = indonesian
	case wordYes, wordNo:
		parsed, ok := tickets.ParseReference(ref)
		c.ref = parsed
		return c, ok
	default:
		return command{}, false
	}
	return c, ref == ""
}

// confirmChoices are the answers to the question after a resolution.
func confirmChoices(lang string, ref tickets.Reference) []tickets.Choice {
	return []tickets.Choice{
		{ID: string(wordYes) + ":" + string(ref), Label: say(buttonYes, lang)},
		{ID: string(wordNo) + ":" + string(ref), Label: say(buttonNo, lang)},
	}
}

// cancelCase is BATAL: it takes back the case that is meant, where that is plain.
func (t *turn) cancelCase(c command) error {
	var open []*tickets.Ticket
	quoted, _ := t.quoted()
	for _, n := range t.own {
		if tickets.CanMove(n.State, tickets.Withdrawn) && !n.Unverified {
			open = append(open, n)
		}
	}
	var chosen *tickets.Ticket
	switch {
	case c.number || c.ref != "" && t.referred(c.ref) == nil:
		t.say(toStatus, say(statusUnknown, t.lang))
		return nil
	case c.ref != "":
		chosen = t.referred(c.ref)
	case quoted.TicketID != 0:
		chosen = t.numbered(quoted.TicketID)
	case len(open) == 1:
		chosen = open[0]
	case len(open) > 1:
		t.say(toStatus, say(cancelWhich, t.lang, "ref", open[0].Reference.String()))
		return nil
	}
	if chosen == nil || !tickets.CanMove(chosen.State, tickets.Withdrawn) {
		t.say(toStatus, say(cancelNone, t.lang))
		return nil
	}
	n := t.join(chosen)
	if err := t.move(n, tickets.Withdrawn, citizenActor); err != nil {
		return err
	}
	n.ClosedAt = t.sit.Now
	t.event(n.ID, citizenActor, "withdrawn", fields{}.hash("text", t.msg.Text))
	t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: t.subject(n, n.Reference), Text: say(withdrawn, t.lang, "ref", n.Reference.String())})
	return nil
}
