package bot

import (
	"tanggap/bot/command"
	"tanggap/channels"
	"tanggap/tickets"
)

// obey does what a word of command says. silent is set for a phone that was silent for so long that
// only the question we asked it counts.
func (t *turn) obey(c command.Said, silent bool) error {
	answer := c.Word == command.Yes || c.Word == command.No
	if answer {
		switch d := t.disputed(c, silent); {
		case d != nil && c.Word == command.Yes:
			return t.confirm(d, c.Rating)
		case d != nil:
			return t.reopen(d, "")
		}
	}
	if silent {
		t.anew()
	}
	t.lang = t.tongue(c.Language)
	switch {
	case answer:
		return t.loose(c)
	case c.Word == command.Thanks:
		return t.courtesy()
	case c.Word == command.When:
		return t.when(c)
	}
	t.change.Became = tickets.BecameCommand
	switch c.Word {
	case command.Cancel:
		return t.cancelCase(c)
	case command.Status:
		t.tellStatus(c)
	case command.Menu:
		t.quiet(false)
		t.tellMenu()
	case command.Report:
		t.tellHow()
	case command.English, command.Indonesian:
		t.lang = c.Language
		t.citizen().Language = c.Language
		t.say(toLanguage, say(languageSet, t.lang))
	case command.Stop:
		t.quiet(true)
		t.say(toMenu, say(quietOn, t.lang))
	case command.Start:
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
func (t *turn) loose(c command.Said) error {
	if t.msg.Kind != channels.Button && c.Ref == "" && !c.Number {
		if found, how := t.which(); found != nil && t.takes(found) {
			if found.Question != tickets.AskAnything {
				how = byWords // it answers nothing that was asked
			}
			return t.follow(found, how)
		}
	}
	t.change.Became = tickets.BecameCommand
	if c.Ref != "" || c.Number {
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
			{ID: string(command.Status), Label: say(buttonStatus, t.lang)},
			{ID: string(command.Report), Label: say(buttonReport, t.lang)},
			{ID: otherTongue(t.lang), Label: say(buttonTongue, t.lang)},
		},
	})
}

func otherTongue(lang string) string {
	if lang == english {
		return string(command.Indonesian)
	}
	return string(command.English)
}

// confirmChoices are the answers to the question after a resolution.
func confirmChoices(lang string, ref tickets.Reference) []tickets.Choice {
	return []tickets.Choice{
		{ID: string(command.Yes) + ":" + string(ref), Label: say(buttonYes, lang)},
		{ID: string(command.No) + ":" + string(ref), Label: say(buttonNo, lang)},
	}
}

// cancelCase is BATAL: it takes back the case that is meant, where that is plain.
func (t *turn) cancelCase(c command.Said) error {
	var open []*tickets.Ticket
	quoted, _ := t.quoted()
	for _, n := range t.own {
		if tickets.CanMove(n.State, tickets.Withdrawn) && !n.Unverified {
			open = append(open, n)
		}
	}
	var chosen *tickets.Ticket
	switch {
	case c.Number || c.Ref != "" && t.referred(c.Ref) == nil:
		t.say(toStatus, say(statusUnknown, t.lang))
		return nil
	case c.Ref != "":
		chosen = t.referred(c.Ref)
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
	t.joins(n.ID, 0, "", nil) // of whatever incident it was part
	if err := t.move(n, tickets.Withdrawn, citizenActor); err != nil {
		return err
	}
	n.ClosedAt = t.sit.Now
	t.event(n.ID, citizenActor, "withdrawn", fields{}.hash("text", t.msg.Text))
	t.tell(tickets.Intent{TicketID: n.ID, Purpose: toNotice, Subject: t.subject(n, n.Reference), Text: say(withdrawn, t.lang, "ref", n.Reference.String())})
	return nil
}
