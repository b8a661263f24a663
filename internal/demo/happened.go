package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"tanggap/router"
	"tanggap/tickets"
)

// written is the last message of a citizen, and what became of it as far as we know.
type written struct {
	Account string
	Event   string // the adapter's EventID; of a mail its Message-ID
	Text    string
	At      time.Time
}

// happened tells what the last message of a citizen set going.
type happened struct {
	Last    *written
	Clock   string
	Became  string // of the family playground.became
	Ticket  *cased
	Said    []said
	Others  []cased // the citizen's other tickets, the newest first
	Console bool    // tickets have a page to go to
}

// cased is a ticket in the words of the page.
type cased struct {
	Reference string // for people
	Path      string // of its page in the console
	State     string // of the family playground.state
	Agency    string
	Category  string
	Area      string
	Due       time.Time
	Sealed    bool
	Emergency bool
	Abstained bool
	Percent   int // how sure the router is
	Reasons   []string
}

// said is a message to the citizen.
type said struct {
	Text     string
	State    string // of the family playground.sent
	Reason   string // why it waits or failed, in the program's words
	Segments int
	Twice    bool
}

// note keeps a citizen's last message.
func (d *Demo) note(c citizen, w written) {
	w.At = time.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last[c.Key] = w
}

// fate is what became of a message, as the store has it: "waiting" before that.
func (d *Demo) fate(ctx context.Context, account, event string) (became string, ticket int64) {
	became, ticket, err := d.store.Fate(ctx, account, event)
	if err != nil || became == "" {
		return "waiting", 0
	}
	return became, ticket
}

// taken reports whether tanggap has looked at a message. One that it has stays taken, so that it is asked
// about no more.
func (d *Demo) taken(ctx context.Context, account, event string) bool {
	name := account + " " + event
	d.mu.Lock()
	known := d.settled[name]
	d.mu.Unlock()
	if known {
		return true
	}
	became, _ := d.fate(ctx, account, event)
	if became == "waiting" {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.settled) > mostSettled {
		clear(d.settled)
	}
	d.settled[name] = true
	return true
}

const mostSettled = 5000

// look tells what the last message of a citizen set going.
func (d *Demo) look(ctx context.Context, c citizen, lang string) (happened, error) {
	d.mu.Lock()
	last, wrote := d.last[c.Key]
	v := happened{Console: d.console != nil}
	d.mu.Unlock()
	mine, err := d.ticketsOf(ctx, c)
	if err != nil {
		return v, err
	}
	var id int64
	if wrote {
		v.Last, v.Clock = &last, d.clock(last.At)
		if v.Became, id = d.fate(ctx, last.Account, last.Event); last.Account == "mail" {
			v.Became, id, err = d.fateOfMail(ctx, mine, last)
		}
		if err != nil {
			return v, err
		}
	}
	for _, t := range mine {
		if t.ID != id {
			v.Others = append(v.Others, d.cased(t, lang))
			continue
		}
		one := d.cased(t, lang)
		v.Ticket = &one
		if v.Said, err = d.saidOn(ctx, id); err != nil {
			return v, err
		}
	}
	return v, nil
}

// ticketsOf are the latest tickets that a citizen wrote about from any device.
func (d *Demo) ticketsOf(ctx context.Context, c citizen) ([]tickets.Ticket, error) {
	all, _, err := d.store.List(ctx, tickets.Filter{Limit: 100})
	return slices.DeleteFunc(all, func(t tickets.Ticket) bool { return !c.has(t.Return.Address) }), err
}

// fateOfMail finds a mail by its Message-ID, since its EventID is a digest of it: on the ticket that it
// opened or joined. One that did neither, such as a word of command, stays posted.
func (d *Demo) fateOfMail(ctx context.Context, mine []tickets.Ticket, w written) (string, int64, error) {
	for _, t := range mine {
		thread, err := d.store.Thread(ctx, t.ID)
		if err != nil {
			return "", 0, err
		}
		for i, l := range thread {
			if l.Direction == tickets.In && l.ExternalID == w.Event {
				if i == 0 {
					return tickets.BecameTicket, t.ID, nil
				}
				return tickets.BecameFollowUp, t.ID, nil
			}
		}
	}
	return "posted", 0, nil
}

func (d *Demo) saidOn(ctx context.Context, id int64) (all []said, err error) {
	thread, err := d.store.Thread(ctx, id)
	for _, l := range thread {
		if l.Direction != tickets.Out || l.Purpose == tickets.ToAgency {
			continue
		}
		s := said{Text: short(l.Text, 90), State: l.Sent.State, Reason: l.Sent.Reason, Segments: l.Sent.Segments, Twice: l.Sent.Doubts > 0}
		if s.State == "" {
			s.State = "queued"
		}
		if s.State == "queued" && s.Reason != "" {
			s.State = "again"
		}
		all = append(all, s)
	}
	return all, err
}

func (d *Demo) cased(t tickets.Ticket, lang string) cased {
	city := d.city()
	c := cased{
		Reference: t.Reference.String(), Path: "/console/tickets/" + string(t.Reference), State: string(t.State), Agency: t.Agency,
		Due: t.DueAt, Sealed: t.Sealed, Emergency: t.Emergency, Abstained: t.Decision.Abstained,
	}
	if a, ok := city.Agency(t.Agency); ok {
		c.Agency = a.Name
	}
	if k, ok := city.Category(t.Category); ok {
		c.Category = cmp.Or(k.Name[lang], k.Name["id"])
	}
	if a, ok := city.Area(t.Area); ok {
		c.Area = a.Name
	}
	var decision router.Decision
	if json.Unmarshal(t.Decision.Data, &decision) == nil {
		c.Percent = int(decision.Confidence*100 + 0.5)
		c.Reasons = decision.Rendered(lang).Reasons
	}
	return c
}
