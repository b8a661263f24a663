package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"tanggap/tickets"
	"tanggap/tickets/incidents"
)

// Crowd is the desk for incidents. It carries out what is done to all members of one, ticket after ticket, each
// in a transaction of its own. It is safe for concurrent use: two that do the same task at once do it once.
type Crowd struct {
	*incidents.Store
	desk *Desk
}

// NewCrowd is one on a desk.
func NewCrowd(d *Desk) *Crowd { return &Crowd{incidents.New(d.store), d} }

// Heed makes the bot of this process know the incidents as they now stand.
func (c *Crowd) Heed(ctx context.Context) error {
	all, err := c.Current(ctx)
	if err == nil {
		c.desk.bot.SetIncidents(all)
	}
	return err
}

// Hears is Bot.Hears.
func (c *Crowd) Hears(lang, text string) string { return c.desk.bot.Hears(lang, text) }

// Hold is Desk.Hold.
func (c *Crowd) Hold(ctx context.Context, act tickets.Act, incident int64) error {
	return c.desk.Hold(ctx, act, incident)
}

// Each does what a task does to one member.
func (c *Crowd) Each(ctx context.Context, m incidents.Member, what, by string) error {
	return c.one(ctx, m, &incidents.Task{What: what, By: by})
}

// forgotten is how long after an incident's end what nobody confirmed is held.
const forgotten = 12 * time.Hour

// Tend keeps open incidents from leaving reports to nobody: where the one that was worked on for all is gone,
// because its citizen withdrew it or staff took it out, the next one is; and what is still held long after
// the end goes the way it would have gone.
func (c *Crowd) Tend(ctx context.Context) error {
	all, err := c.Current(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		n, err := c.Counts(ctx, all[i].ID)
		if err == nil && n.Lead == 0 && n.Joined > 0 {
			err = c.promote(ctx, all[i].ID)
		}
		if err == nil && n.Held > 0 && c.desk.store.Now().After(all[i].EndsAt.Add(forgotten)) {
			err = c.Run(ctx, incidents.Task{Incident: all[i].ID, What: incidents.Release, By: botActor, Upto: 1<<63 - 1, At: c.desk.store.Now()})
		}
		if err != nil {
			return fmt.Errorf("tending incidents: %w", err)
		}
	}
	return nil
}

// promote makes the first joined ticket the lead.
func (c *Crowd) promote(ctx context.Context, incident int64) error {
	found, err := c.Members(ctx, incident, incidents.Joined, 0, perStep)
	if err != nil {
		return err
	}
	for _, m := range found {
		if err := c.desk.Confirm(ctx, botActor, m, true); !Refused(err) {
			return err
		}
	}
	return nil
}

// tooLate is when a task that nobody could finish is given up: the keys by which each of its tickets is dealt
// with once are kept for two days.
const tooLate = 24 * time.Hour

// perStep is how many members are read at once.
const perStep = 200

// Run carries out a task and finishes it. Where ctx ends or the database fails on the way, it can be run
// again, here or elsewhere: what was done stays done, and is not done twice.
func (c *Crowd) Run(ctx context.Context, task incidents.Task) error {
	states := map[string][]string{
		incidents.Confirm: {incidents.Held}, incidents.Release: {incidents.Held},
		incidents.Undo: {incidents.Lead, incidents.Joined}, incidents.Answer: {incidents.Lead, incidents.Joined},
	}[task.What]
	if states == nil {
		return fmt.Errorf("working on an incident: no such task")
	}
	if c.desk.store.Now().Sub(task.At) > tooLate {
		return c.Finish(ctx, task.ID, 0, 0)
	}
	done, failed := 0, 0
	for _, state := range states {
		for after := int64(0); ; {
			found, err := c.Members(ctx, task.Incident, state, after, perStep)
			if err != nil {
				return err
			}
			for _, m := range found {
				if m.Ticket > task.Upto {
					continue
				}
				switch err := c.one(ctx, m, &task); {
				case err == nil:
					done++
				case Refused(err):
					failed++
				default:
					return fmt.Errorf("working on an incident: %w", err)
				}
			}
			if len(found) < perStep {
				break
			}
			after = found[len(found)-1].Ticket
		}
	}
	return c.Finish(ctx, task.ID, done, failed)
}

// Refused reports whether a ticket is not as the task wants it, which is not for another attempt.
func Refused(err error) bool {
	return errors.Is(err, ErrHold) || errors.Is(err, tickets.ErrMove) || errors.Is(err, tickets.ErrNotFound) || errors.Is(err, ErrText) || errors.Is(err, tickets.ErrStale)
}

// mostTries is how often a ticket that somebody changed meanwhile is looked at anew.
const mostTries = 4

// one does the task to a member, as it stands now where it changed since it was read.
func (c *Crowd) one(ctx context.Context, m incidents.Member, task *incidents.Task) (err error) {
	for range mostTries {
		if err = c.do(ctx, m, task); !errors.Is(err, tickets.ErrStale) {
			return err
		}
		now, readErr := c.Of(ctx, m.Ticket)
		if readErr != nil {
			return readErr
		}
		fresh, there := now[m.Ticket]
		if !there || fresh.Incident != m.Incident || fresh.State != m.State {
			return ErrHold // somebody did something else with it
		}
		m = fresh
	}
	return err
}

func (c *Crowd) do(ctx context.Context, m incidents.Member, task *incidents.Task) error {
	switch task.What {
	case incidents.Confirm:
		return c.confirm(ctx, task.By, m)
	case incidents.Undo:
		return c.desk.Unconfirm(ctx, task.By, m)
	case incidents.Release:
		return c.desk.Release(ctx, task.By, m)
	}
	return c.desk.Answer(ctx, m, *task)
}

// confirm confirms a held ticket: as the lead, where its incident has none.
func (c *Crowd) confirm(ctx context.Context, by string, m incidents.Member) error {
	leads, err := c.Members(ctx, m.Incident, incidents.Lead, 0, 1)
	if err != nil {
		return err
	}
	if len(leads) > 0 {
		return c.desk.Confirm(ctx, by, m, false)
	}
	if err = c.desk.Confirm(ctx, by, m, true); tickets.Taken(err) {
		return c.desk.Confirm(ctx, by, m, false) // another became it at the same moment
	}
	return err
}
