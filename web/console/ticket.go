package console

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"tanggap/bot"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/history"
)

// ticketPage is one case with all that can be done to it.
type ticketPage struct {
	row
	Version    int64
	Once       string // makes a form that is sent twice act once
	Outcome    string
	Unverified bool
	Linked     *pointed // the ticket that its writer spoke of
	Mute       bool     // the citizen cannot be answered
	Barred     *barred  // nil where messages go out
	Imported   bool     // there is nothing to do about it, and nobody to answer
	Place      *point
	UpdatedAt  time.Time
	Opened     *opened
	Reasons    []string // for which an identity is opened; none where the person may not
	Lines      []line
	Decision   *decision
	Events     []event
	OnCall     []called
	Reply      bool // the person may work on it
	Transfer   []choice
	Moves      []move
	Draft      draft
	Near       *nearPage // what it is part of, or may be; nil nothing
}

// draft is a form that was refused: what was written in it is kept.
type draft struct {
	Refusal                       string // of the family "refusal", "" none
	Form                          string // reply, note, transfer, identity, or the state to move to
	Text, Reason, Agency, Because string
}

// opened is an identity that is open to the person.
type opened struct {
	Name, Address string
	Until         time.Time
}

// called is that those on call of an agency were told of an emergency.
type called struct {
	Agency string // "" is the whole city
	At     time.Time
	Seen   time.Time // zero: nobody opened it yet
	By     string    // a login
}

// pointed is another ticket, for those who may see it.
type pointed struct{ Reference, Path string }

type point struct{ Lat, Lng string }

// decision is the router's.
type decision struct {
	Percent   int
	Abstained bool
	Reasons   []string
	Top       []guess
}

type guess struct {
	ID, Agency, Category string
	Percent              int
}

// move is a state that staff may bring the ticket to.
type move struct {
	To           string
	Text, Reason bool // what its form asks for, and needs
}

var sampleTicket = ticketPage{
	row: sampleRow, Version: 1, Once: "x", Outcome: "confirmed", Unverified: true, Linked: &pointed{"x", "/"}, Mute: true, Barred: &barred{"stopped", "x", true}, Imported: true, Place: &point{"1", "1"}, UpdatedAt: time.Unix(1, 0),
	Opened: &opened{"x", "x", time.Unix(1, 0)}, Reasons: bot.OpenReasons(), Lines: []line{sampleLine},
	Decision: &decision{1, true, []string{"x"}, []guess{{"x", "x", "x", 1}}}, Events: []event{{time.Unix(1, 0), "x", "created", "x"}},
	OnCall: []called{{"x", time.Unix(1, 0), time.Unix(1, 0), "x"}, {At: time.Unix(1, 0)}},
	Reply:  true, Transfer: []choice{{"x", "x"}}, Moves: []move{{"resolved", true, true}}, Draft: draft{"stale", "reply", "x", "x", "x", "other"}, Near: &sampleNear,
}

// ticket finds the ticket of the call. What the person may not see is not there.
func (c *console) ticket(h func(*visit, *tickets.Ticket)) http.HandlerFunc {
	return c.signed(func(v *visit) {
		ref, ok := tickets.ParseReference(v.r.PathValue("ref"))
		if !ok {
			c.UI.Fail(v.w, v.r, http.StatusNotFound)
			return
		}
		t, err := c.Store.Ticket(v.r.Context(), ref)
		switch {
		case errors.Is(err, tickets.ErrNotFound), err == nil && !bot.MaySee(c.City(), &t, v.who.Agency):
			c.UI.Fail(v.w, v.r, http.StatusNotFound)
		case err != nil:
			c.UI.Unexpected(v.w, v.r, err)
		default:
			h(v, &t)
		}
	})
}

func (c *console) showTicket(v *visit, t *tickets.Ticket) {
	if !c.failed(v, c.looks(v, t)) {
		c.writeTicket(v, t, 0, draft{})
	}
}

// looks is how those on call say that they look: an emergency that somebody who may work on it has before
// him wakes nobody else.
func (c *console) looks(v *visit, t *tickets.Ticket) error {
	if !t.Emergency || v.reads() {
		return nil
	}
	return c.Seen(v.r.Context(), t.ID, v.who.Login)
}

// writeTicket is the page of a ticket, with a form that was refused.
func (c *console) writeTicket(v *visit, t *tickets.Ticket, status int, d draft) {
	p, err := c.ticketPage(v, t)
	if c.failed(v, err) {
		return
	}
	p.Draft = d
	frame := c.frame(v, "")
	frame.Status = status
	c.pages.ticket.Write(v.w, v.r, frame, p)
}

func (c *console) ticketPage(v *visit, t *tickets.Ticket) (ticketPage, error) {
	ctx := v.r.Context()
	p := ticketPage{
		Version: t.Version, Once: rand.Text(), Outcome: string(t.Outcome), Unverified: t.Unverified, Mute: t.Return.Mute, UpdatedAt: t.UpdatedAt,
		Imported: t.Return.Channel == history.Channel,
	}
	p.Reply = !v.reads() && !p.Imported
	if t.Located {
		p.Place = &point{strconv.FormatFloat(t.Lat, 'f', 5, 64), strconv.FormatFloat(t.Lng, 'f', 5, 64)}
	}
	over, err := c.identity(v, t, &p)
	if err != nil {
		return p, err
	}
	p.row = c.row(v, t, &over)
	if p.Barred, err = c.barred(v, t, &over); err != nil {
		return p, err
	}
	lines, err := c.Store.Thread(ctx, t.ID)
	if err != nil {
		return p, err
	}
	p.Lines = c.lines(v.lang, t, lines, &over)
	if err := c.originals(v, t, &p); err != nil {
		return p, err
	}
	events, err := c.Store.Events(ctx, t.ID)
	if err != nil {
		return p, err
	}
	p.Events = c.events(v, events)
	if p.Linked, err = c.linked(v, events); err != nil {
		return p, err
	}
	p.Decision = c.decision(v, t, p.Lines, &over)
	if t.Emergency {
		if p.OnCall, err = c.called(v, t); err != nil {
			return p, err
		}
	}
	if p.Near, err = c.near(v, t); err != nil {
		return p, err
	}
	if p.Reply {
		p.Moves = moves(t)
		if t.State.Open() {
			p.Transfer = c.receivers(t)
		}
	}
	return p, nil
}

// identity opens the veil where the person has opened it, and offers to where he may.
func (c *console) identity(v *visit, t *tickets.Ticket, p *ticketPage) (veil, error) {
	who, err := c.Staff.Identity(v.r.Context(), t)
	if err != nil && !errors.Is(err, tickets.ErrNotFound) {
		return veil{}, err
	}
	until, err := c.Staff.Opened(v.r.Context(), t.ID, v.who.Login)
	if err != nil {
		return veil{}, err
	}
	if !until.IsZero() {
		p.Opened = &opened{who.Name, who.Address.Value, until}
	} else if p.Reply && (!t.Sealed || v.unseals()) {
		p.Reasons = bot.OpenReasons()
	}
	return newVeil(who, !until.IsZero()), nil
}

// linked is the ticket that the writer of this one spoke of without showing that it is his; nil where there is none that
// the person may see.
func (c *console) linked(v *visit, events []tickets.Event) (*pointed, error) {
	var d struct{ Linked string }
	if len(events) == 0 || json.Unmarshal(events[0].Data, &d) != nil || d.Linked == "" {
		return nil, nil
	}
	t, err := c.Store.Ticket(v.r.Context(), tickets.Reference(d.Linked))
	switch {
	case errors.Is(err, tickets.ErrNotFound), err == nil && !bot.MaySee(c.City(), &t, v.who.Agency):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &pointed{t.Reference.String(), ticketPath(&t)}, nil
}

// unseals reports whether the person may open who wrote a sealed ticket.
func (v *visit) unseals() bool { return v.leads() }

// decision is the router's, quoting no word that the veil hides from the person.
func (c *console) decision(v *visit, t *tickets.Ticket, lines []line, over *veil) *decision {
	var d router.Decision
	if len(t.Decision.Data) <= 2 || json.Unmarshal(t.Decision.Data, &d) != nil {
		return nil
	}
	readable := over.text(t.Subject)
	for _, l := range lines {
		readable += "\n" + l.Subject + "\n" + l.Text
	}
	return &decision{Percent: percent(d.Confidence), Abstained: d.Abstained, Reasons: reasonsFor(&d, v.lang, readable, over), Top: c.guesses(&d, v.lang)}
}

// receivers are the agencies that the ticket may go to.
func (c *console) receivers(t *tickets.Ticket) (all []choice) {
	city := c.City()
	for _, a := range city.Agencies() {
		if a.ID != t.Agency && bot.MayHold(city, t, a.ID) {
			all = append(all, choice{a.ID, a.Name})
		}
	}
	return all
}

// moves are what the table of states lets staff do, the commonest first. Transfers have a form of their
// own, closing is the citizen's, and merging needs to be told with what.
func moves(t *tickets.Ticket) (all []move) {
	offered := []move{
		{"in_progress", false, false},
		{"resolved", true, false},
		{"pending", true, false},
		{"triage", false, true},
		{"rejected", true, true},
		{"withdrawn", false, true},
	}
	if !t.State.Open() {
		offered = append(offered, move{"assigned", false, true})
	}
	for _, m := range offered {
		to := tickets.State(m.To)
		if !tickets.CanMove(t.State, to) || t.State == tickets.Pending && to.Open() && to != t.StateBefore {
			continue
		}
		all = append(all, m)
	}
	return all
}

// called are those who were told of an emergency.
func (c *console) called(v *visit, t *tickets.Ticket) (all []called, err error) {
	told, err := c.Told(v.r.Context(), t.ID)
	for _, x := range told {
		name := ""
		if a, ok := c.City().Agency(x.Agency); ok {
			name = a.Name
		}
		all = append(all, called{Agency: name, At: x.At, Seen: x.Seen, By: x.By})
	}
	return all, err
}
