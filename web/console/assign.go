package console

import (
	"crypto/rand"
	"errors"
	"slices"

	"tanggap/tickets"
)

// triageSaid are the keys of what the triage page says of the form before, with the report and its agency.
var triageSaid = []string{"triage.done", "triage.taken", "triage.changed", "triage.undone", "triage.kept", "triage.refused"}

// ticketOf is the ticket of the call's path; see seen.
func (c *console) ticketOf(v *visit) (*tickets.Ticket, error) {
	ref, ok := tickets.ParseReference(v.r.PathValue("ref"))
	if !ok {
		return nil, nil
	}
	return c.seen(v, ref)
}

// assign gives a report that waits to an agency, once, and goes on to the next. Who comes late is told that
// a colleague was faster; who has not read what the citizen added is shown it.
func (c *console) assign(v *visit) {
	x := readCourse(v.r.PostForm)
	x.ref = ""
	t, err := c.ticketOf(v)
	if c.failed(v, err) {
		return
	}
	if x.said = "triage.taken"; t != nil {
		x.of = t.Reference
		because := "triage.because"
		if v.r.PostFormValue("found") != "" {
			because = "triage.chosen"
		}
		agency := v.r.PostFormValue("agency")
		err := c.Desk.Assign(v.r.Context(), v.act(t), agency, v.r.PostFormValue("topic."+agency), c.UI.Say(v.lang, because))
		now, failed := c.ticketOf(v) // as a colleague may have left it
		if c.failed(v, failed) {
			return
		}
		switch name, _ := refusal(err); {
		case err == nil:
			x.said = "triage.done"
			x.done = append([]tickets.Reference{t.Reference}, slices.DeleteFunc(x.done, func(r tickets.Reference) bool { return r == t.Reference })...)
			x.done = x.done[:min(len(x.done), mostUndone)]
		case errors.Is(err, tickets.ErrStale):
			if c.waits(v, now) {
				x.said, x.ref = "triage.changed", t.Reference
			}
		case name == "":
			c.UI.Unexpected(v.w, v.r, err)
			return
		case c.waits(v, now):
			x.said, x.ref = "triage.refused", t.Reference
		}
	}
	c.UI.Redirect(v.w, v.r, x.path(), "")
}

// undo brings the last assigned report back before who assigned it. It moves it back, and passes it nowhere:
// the router learns from what is passed on.
func (c *console) undo(v *visit) {
	x := readCourse(v.r.PostForm)
	t, err := c.ticketOf(v)
	if c.failed(v, err) {
		return
	}
	if x.ref, x.said = "", "triage.kept"; t != nil {
		x.of = t.Reference
		err := tickets.ErrMove
		if t.State == tickets.Assigned || t.State == tickets.Triage { // the second: it was done, and is asked for again
			err = c.Desk.Move(v.r.Context(), v.act(t), tickets.Step{To: tickets.Triage, Reason: c.UI.Say(v.lang, "triage.took_back")})
		}
		if name, _ := refusal(err); err != nil && name == "" {
			c.UI.Unexpected(v.w, v.r, err)
			return
		}
		if err == nil {
			x.said, x.ref = "triage.undone", t.Reference
			x.done = slices.DeleteFunc(x.done, func(r tickets.Reference) bool { return r == t.Reference })
		}
	}
	c.UI.Redirect(v.w, v.r, x.path(), "")
}

// saidOf is what came of the form before, in words.
func (c *console) saidOf(v *visit, x course) (string, error) {
	if !slices.Contains(triageSaid, x.said) {
		return "", nil
	}
	t, err := c.seen(v, x.of)
	if err != nil {
		return "", err
	}
	if t == nil { // out of this person's sight by now
		return c.UI.Say(v.lang, "triage.gone"), nil
	}
	return c.UI.Say(v.lang, x.said, "ref", t.Reference.String(), "agency", c.agency(t.Agency)), nil
}

// undoForm is for the last assignment, while nobody has begun to work on it.
func (c *console) undoForm(v *visit, x course) (*undoForm, error) {
	if len(x.done) == 0 || v.reads() {
		return nil, nil
	}
	t, err := c.seen(v, x.done[0])
	if err != nil || t == nil || t.State != tickets.Assigned {
		return nil, err
	}
	return &undoForm{"/console/triage/" + string(t.Reference) + "/undo", t.Reference.String(), c.agency(t.Agency), t.Version, rand.Text(), x.carried()}, nil
}
