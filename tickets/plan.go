package tickets

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// plan gathers the rows of many changes by table.
type plan struct {
	store *Store
	now   time.Time

	newCitizens, citizens [][]any
	newContacts, contacts [][]any
	newTickets, tickets   [][]any
	messages, attachments [][]any
	outbox, events        [][]any
	notices               [][]any
	work, waits           [][]any
	timers                []Timer
	reports               []Report
	joins                 []Join
	rows                  int
}

// add turns one change into rows. It fails on a change that contradicts itself or the state table.
func (p *plan) add(sit *Situation, c *Change) (Result, error) {
	if !c.Hold.IsZero() {
		for _, r := range sit.Rows {
			p.waits = append(p.waits, []any{r.ID, micros(c.Hold)})
		}
		return Result{}, nil
	}
	if len(sit.Rows) > 0 && len(c.Take) == 0 {
		return Result{}, fmt.Errorf("deciding: neither taken nor held")
	}
	var res Result
	if c.Anew && !sit.New {
		sit.Citizen = Citizen{ID: p.store.ids.next()}
		sit.Contact.CitizenID = sit.Citizen.ID
	}
	p.addCitizen(sit, c)
	byID, err := p.addTickets(sit, c, &res)
	if err != nil {
		return res, err
	}
	var inID int64
	if c.In != nil {
		inID = p.addMessage(sit, c, c.In)
		res.Messages = append(res.Messages, inID)
	}
	for i := range c.Say {
		res.Messages = append(res.Messages, p.say(sit, c, &c.Say[i]))
	}
	if err := p.addEvents(c, byID); err != nil {
		return res, err
	}
	for _, t := range c.Timers {
		if t.Subject == 0 {
			t.Subject = res.Ticket
		}
		p.timers = append(p.timers, t)
	}
	for _, j := range c.Joins {
		if j.Ticket == 0 {
			j.Ticket = res.Ticket
		}
		p.joins = append(p.joins, j)
	}
	if c.Report != nil {
		p.reports = append(p.reports, *c.Report)
	}
	for _, t := range byID {
		if t == c.New {
			p.newTickets = append(p.newTickets, t.row())
			p.addNotice(nil, t)
		} else {
			before, _ := sit.ticket(t.ID)
			p.addNotice(before, t)
			p.tickets = append(p.tickets, t.row())
		}
	}
	p.addWork(c, res, inID)
	p.rows += len(c.Take)
	return res, nil
}

func (p *plan) addCitizen(sit *Situation, c *Change) {
	who := sit.Citizen
	if c.Citizen != nil {
		who = *c.Citizen
		who.ID = sit.Citizen.ID
	}
	contact := sit.Contact
	if c.Contact != nil {
		contact = *c.Contact
		contact.ID, contact.Address, contact.CitizenID = sit.Contact.ID, sit.Contact.Address, sit.Contact.CitizenID
	}
	if c.Return != nil {
		contact.LastInAt, contact.Account, contact.Thread = p.now, c.Return.Account, c.Return.Thread
	}
	row := func() []any {
		return []any{
			contact.ID, contact.CitizenID, contact.Kind, clean(contact.Value), contact.State, clean(contact.Reason),
			micros(contact.LastInAt), contact.Account, clean(contact.Thread),
		}
	}
	switch {
	case sit.New && !c.personal():
		return // robots, and what nobody understands, make no citizens
	case c.Anew && !sit.New:
		who.CreatedAt = p.now
		p.newCitizens = append(p.newCitizens, who.row())
	case sit.New:
		who.CreatedAt = p.now
		p.newCitizens = append(p.newCitizens, who.row())
		p.newContacts = append(p.newContacts, row())
		return
	case c.Citizen != nil:
		p.citizens = append(p.citizens, who.row())
	}
	if contact.ID != 0 && (c.Contact != nil || c.Return != nil || c.Anew) {
		p.contacts = append(p.contacts, row())
	}
}

// personal reports whether a person acted, so that there is somebody to remember.
func (c *Change) personal() bool {
	return c.Citizen != nil || c.Contact != nil || c.Return != nil || c.New != nil || c.In != nil || len(c.Say) > 0
}

// addTickets gives the new ticket its id and checks every move against the table.
func (p *plan) addTickets(sit *Situation, c *Change, res *Result) (map[int64]*Ticket, error) {
	byID := make(map[int64]*Ticket, 1+len(c.Tickets))
	if t := c.New; t != nil {
		t.ID, t.Version, t.CitizenID = p.store.ids.next(), 1, sit.Citizen.ID
		t.CreatedAt, t.UpdatedAt = p.now, p.now
		t.chain = make([]byte, sha256.Size)
		if t.Reference == "" {
			t.Reference = sit.Reference
		}
		if t.State != Triage && t.State != Assigned && (t.State != Merged || len(c.Joins) == 0) {
			return nil, fmt.Errorf("opening in state %s: %w", t.State, ErrMove)
		}
		byID[t.ID], res.Ticket = t, t.ID
	}
	for i := range c.Tickets {
		t := &c.Tickets[i]
		before, ok := sit.ticket(t.ID)
		if !ok {
			return nil, fmt.Errorf("changing a ticket that is not in the situation")
		}
		if t.State != before.State && !CanMove(before.State, t.State) {
			return nil, fmt.Errorf("moving from %s to %s: %w", before.State, t.State, ErrMove)
		}
		t.UpdatedAt = p.now
		byID[t.ID] = t
		if res.Ticket == 0 {
			res.Ticket = t.ID
		}
	}
	return byID, nil
}

func (sit *Situation) ticket(id int64) (*Ticket, bool) {
	for i := range sit.Cases {
		if sit.Cases[i].ID == id {
			return &sit.Cases[i].Ticket, true
		}
	}
	return nil, false
}

func (p *plan) addMessage(sit *Situation, c *Change, m *Message) int64 {
	m.ID, m.CitizenID, m.CreatedAt = p.store.ids.next(), sit.Citizen.ID, p.now
	if m.TicketID == 0 && c.New != nil {
		m.TicketID = c.New.ID
	}
	p.messages = append(p.messages, m.row())
	p.addFiles(m)
	return m.ID
}

func (p *plan) addFiles(m *Message) {
	for i := range m.Files {
		f := &m.Files[i]
		f.ID, f.MessageID, f.TicketID = p.store.ids.next(), m.ID, m.TicketID
		if f.State == "" {
			f.State = "pending"
		}
		p.attachments = append(p.attachments, f.row(p.now))
	}
}

// say writes an intent: the message and its outbox row, which share an id.
func (p *plan) say(sit *Situation, c *Change, in *Intent) int64 {
	if in.TicketID == 0 && c.New != nil && !in.None {
		in.TicketID = c.New.ID
	}
	m := Message{
		ID: p.store.ids.next(), TicketID: in.TicketID, CitizenID: sit.Citizen.ID, Direction: Out, Channel: in.Via.Channel,
		Account: in.Via.Account, Author: in.Author, Subject: in.Subject, Text: in.Text, CreatedAt: p.now, Files: in.Files,
	}
	p.messages = append(p.messages, m.row())
	p.addFiles(&m)
	choices := ""
	if len(in.Choices) > 0 {
		choices = toJSON(in.Choices)
	}
	next := p.now
	if in.After.After(next) {
		next = in.After
	}
	state, reason, done := "queued", "", time.Time{}
	if in.Via.Mute {
		state, reason, done = "failed", "the sender cannot be answered", p.now
	}
	p.outbox = append(p.outbox, []any{
		m.ID, m.TicketID, in.Purpose, in.Via.Account, in.Via.Address.Kind, clean(in.Via.Address.Value), clean(in.Via.Thread), clean(in.Via.ReplyTo),
		choices, in.Automatic, in.Tell, state, reason, micros(next), int64(0), int64(0), micros(done),
	})
	return m.ID
}

// addEvents chains each event to its ticket's last one.
func (p *plan) addEvents(c *Change, byID map[int64]*Ticket) error {
	for i := range c.Events {
		e := &c.Events[i]
		if e.TicketID == 0 && c.New != nil {
			e.TicketID = c.New.ID
		}
		t, ok := byID[e.TicketID]
		if !ok {
			return fmt.Errorf("an event of a ticket that does not change")
		}
		e.Actor = clean(e.Actor) // before it is hashed
		e.ID, e.At = p.store.ids.next(), p.now.Truncate(time.Microsecond)
		if len(e.Data) == 0 {
			e.Data = json.RawMessage("{}")
		}
		e.Data = json.RawMessage(clean(string(e.Data)))
		e.Hash = e.link(t.chain)
		t.chain = e.Hash
		p.events = append(p.events, e.row())
	}
	return nil
}

func (p *plan) addWork(c *Change, res Result, inID int64) {
	state := int64(1)
	if c.Became == BecameQuarantine {
		state = 2
	}
	ticket := res.Ticket
	if c.In != nil {
		ticket = c.In.TicketID
	}
	for _, id := range c.Take {
		p.work = append(p.work, []any{id, state, c.Became, ticket, inID, clean(c.Reason)})
	}
}

const setTimer = `INSERT INTO timer (kind, subject, due_at, data, tries) VALUES (?, ?, ?, ?, 0)
	ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at, data = excluded.data, tries = 0`

// write makes the plan durable, in one order everywhere.
func (p *plan) write(x *tx) error {
	steps := []struct {
		table *table
		rows  [][]any
		write func(*table, [][]any) error
	}{
		{citizenTable, p.newCitizens, x.insertAll},
		{citizenTable, p.citizens, x.updateAll},
		{contactTable, p.newContacts, x.insertAll},
		{contactTable, p.contacts, x.updateAll},
		{ticketTable, p.newTickets, x.insertAll},
		{ticketTable, p.tickets, x.updateAll},
		{messageTable, p.messages, x.insertAll},
		{attachmentTable, p.attachments, x.insertAll},
		{outboxTable, p.outbox, x.insertAll},
		{eventTable, p.events, x.insertAll},
		{noticeTable, p.notices, x.insertAll},
		{workTable, p.work, x.updateAll},
		{waitTable, p.waits, x.updateAll},
	}
	for _, s := range steps {
		if err := s.write(s.table, s.rows); err != nil {
			return err
		}
	}
	if err := p.join(x); err != nil {
		return err
	}
	for _, t := range p.timers {
		var err error
		if t.Due.IsZero() {
			_, err = x.exec(`DELETE FROM timer WHERE kind = ? AND subject = ?`, t.Kind, t.Subject)
		} else {
			_, err = x.exec(setTimer, t.Kind, t.Subject, micros(t.Due), t.Data)
		}
		if err != nil {
			return fmt.Errorf("setting a timer: %w", err)
		}
	}
	for _, r := range p.reports {
		if err := x.report(r, p.now); err != nil {
			return err
		}
	}
	return nil
}
