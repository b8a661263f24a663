package console

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tanggap/bot"
	"tanggap/tickets"
	"tanggap/tickets/incidents"
)

// perMembers is how many of a list a page of an incident shows; what is done to all is done to all.
const perMembers = 60

// incidentPage is an incident with what is under it.
type incidentPage struct {
	incidentRow
	By       string
	Closed   bool
	Works    bool // the person may work on it
	Urgent   []row
	Early    []row // reports that came before it and fit
	EarlyAll int   // how many of such were found
	Waiting  []row
	Lead     *row
	Joined   []row
	Upto     string // the newest ticket that was counted
	Once     string
	Tasks    []taskRow
	Going    bool // one of them goes on
	Says     textForm
	Reply    replyForm
	Wrong    string // of the family "incident_fault", at the form of …
	WrongAt  string // … that name
	Choices  []int
	Left     int
}

type textForm struct{ ID, EN string }

type replyForm struct {
	ID, EN, ShortID, ShortEN string
	Resolve                  bool
}

// taskRow is what was done to all, with how many it concerned.
type taskRow struct {
	What         string // of the family "incident_task"
	By           string
	At           time.Time
	Going        bool
	Done, Failed int
}

var (
	incidentTasks  = []string{incidents.Confirm, incidents.Undo, incidents.Release, incidents.Answer}
	sampleIncident = incidentPage{
		incidentRow: sampleIncidentRow, By: "x", Closed: true, Works: true, Urgent: []row{sampleRow}, Early: []row{sampleRow}, EarlyAll: 1, Waiting: []row{sampleRow},
		Lead: &sampleRow, Joined: []row{sampleRow}, Upto: "x", Once: "x", Tasks: []taskRow{{"confirm", "x", time.Unix(1, 0), true, 1, 1}}, Going: true,
		Says: textForm{"x", "x"}, Reply: replyForm{"x", "x", "x", "x", true}, Wrong: "text", WrongAt: "edit", Choices: hours, Left: 80,
	}
)

// incident finds the incident of the call.
func (c *console) incident(h func(*visit, *incidents.Incident)) func(*visit) {
	return func(v *visit) {
		id, err := strconv.ParseInt(v.r.PathValue("incident"), 36, 64)
		if err != nil {
			c.UI.Fail(v.w, v.r, http.StatusNotFound)
			return
		}
		i, err := c.Crowd.One(v.r.Context(), id)
		switch {
		case errors.Is(err, tickets.ErrNotFound):
			c.UI.Fail(v.w, v.r, http.StatusNotFound)
		case err != nil:
			c.UI.Unexpected(v.w, v.r, err)
		default:
			h(v, &i)
		}
	}
}

func (c *console) showIncident(v *visit, i *incidents.Incident) {
	c.writeIncident(v, i, incidentPage{})
}

// writeIncident is the page; of p, what was wrong with a form and what was written in it.
func (c *console) writeIncident(v *visit, i *incidents.Incident, p incidentPage) {
	if c.failed(v, c.fillIncident(v, i, &p)) {
		return
	}
	frame := c.frame(v, "incidents")
	if p.Wrong != "" {
		frame.Status = http.StatusUnprocessableEntity
	}
	c.pages.incident.Write(v.w, v.r, frame, p)
}

func (c *console) fillIncident(v *visit, i *incidents.Incident, p *incidentPage) (err error) {
	if p.incidentRow, err = c.incidentRow(v, i); err != nil {
		return err
	}
	p.By, p.Closed, p.Works, p.Choices, p.Left, p.Once = i.By, !i.ClosedAt.IsZero(), !v.reads(), hours, c.room(), once()
	if p.WrongAt != "edit" {
		p.Says = textForm{i.Text["id"], i.Text["en"]}
	}
	if p.Urgent, err = c.urgentWithin(v, i.Area); err != nil {
		return err
	}
	if p.Waiting, p.Upto, err = c.members(v, i, incidents.Held); err != nil {
		return err
	}
	if p.Joined, _, err = c.members(v, i, incidents.Joined); err != nil {
		return err
	}
	leads, _, err := c.members(v, i, incidents.Lead)
	if err != nil {
		return err
	}
	if len(leads) > 0 {
		p.Lead = &leads[0]
	}
	if !p.Closed {
		if err = c.early(v, i, p); err != nil {
			return err
		}
	}
	tasks, err := c.Crowd.Tasks(v.r.Context(), i.ID, 10)
	for _, t := range tasks {
		p.Going = p.Going || t.DoneAt.IsZero()
		p.Tasks = append(p.Tasks, taskRow{t.What, t.By, t.At, t.DoneAt.IsZero(), t.Done, t.Failed})
	}
	return err
}

// members are the first of an incident in a state; upto is the newest ticket there can be among those counted.
func (c *console) members(v *visit, i *incidents.Incident, state string) (rows []row, upto string, err error) {
	found, err := c.Crowd.Members(v.r.Context(), i.ID, state, 0, perMembers)
	if err != nil {
		return nil, "", err
	}
	ids := make([]int64, len(found))
	for k, m := range found {
		ids[k] = m.Ticket
	}
	rows, err = c.rowsOf(v, ids)
	return rows, strconv.FormatInt(tickets.FirstID(c.Now()), 36), err
}

// rowsOf are tickets by their ids, those that the person may see.
func (c *console) rowsOf(v *visit, ids []int64) ([]row, error) {
	var found []tickets.Ticket
	for _, id := range ids {
		t, err := c.Store.TicketByID(v.r.Context(), id)
		if err != nil {
			return nil, err
		}
		if bot.MaySee(c.City(), &t, v.who.Agency) {
			found = append(found, t)
		}
	}
	return c.rows(v, found)
}

// within reports whether an area is another or lies in it.
func (c *console) within(area, top string) bool {
	if area == top {
		return true
	}
	a, ok := c.City().Area(area)
	return ok && slices.Contains(a.Parents, top)
}

// urgentWithin are the open emergencies of an area: those come before everything that waits together.
func (c *console) urgentWithin(v *visit, area string) ([]row, error) {
	all, err := c.Emergencies(v.r.Context())
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, u := range all {
		t, err := c.Store.TicketByID(v.r.Context(), u.Ticket)
		if err != nil {
			return nil, err
		}
		if t.Area != "" && c.within(t.Area, area) && len(ids) < mostUrgent {
			ids = append(ids, u.Ticket)
		}
	}
	return c.rowsOf(v, ids)
}

// How far back reports are looked for that came before somebody opened the incident, and how many at most.
const (
	earlyWithin = 48 * time.Hour
	mostEarly   = 500
)

func (c *console) fittingOf(v *visit, i *incidents.Incident) ([]int64, error) {
	in := func(area string) bool { return c.within(area, i.Area) }
	return c.Crowd.Fitting(v.r.Context(), i.Category, i.OpenedAt.Add(-earlyWithin), in, mostEarly)
}

func (c *console) early(v *visit, i *incidents.Incident, p *incidentPage) error {
	ids, err := c.fittingOf(v, i)
	if err != nil {
		return err
	}
	p.EarlyAll = len(ids)
	p.Early, err = c.rowsOf(v, ids[:min(len(ids), perMembers)])
	return err
}
