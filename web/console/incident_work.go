package console

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tanggap/bot"
	"tanggap/tickets"
	"tanggap/tickets/incidents"
)

func once() string { return rand.Text() }

// inHand is how long a request works on all members of an incident; the rest is done behind it.
const inHand = 20 * time.Second

// sort does to the reports under an incident what the form's button says: to all of them, or to those that are
// ticked.
func (c *console) sort(v *visit, i *incidents.Incident) {
	what, ok := strings.CutSuffix(v.r.PostFormValue("do"), "-all")
	flash, err := "incident_sorted", error(nil)
	switch {
	case what == "hold":
		err = c.holdReports(v, i, ok)
	case !slices.Contains(incidentTasks, what) || what == incidents.Answer:
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
		return
	case ok:
		flash, err = c.toAll(v, incidents.Task{Incident: i.ID, What: what})
	default:
		err = c.toTicked(v, i, what)
	}
	if c.failed(v, err) {
		return
	}
	c.UI.Redirect(v.w, v.r, incidentPath(i.ID), flash)
}

// toAll begins a task and works on it for as long as somebody may be kept waiting. A form that is sent twice begins it
// twice, which does the work once.
func (c *console) toAll(v *visit, t incidents.Task) (flash string, err error) {
	t.By = v.who.Login
	t.Upto, _ = strconv.ParseInt(v.r.PostFormValue("upto"), 36, 64)
	if t, err = c.Crowd.Begin(v.r.Context(), t); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.r.Context()), inHand)
	defer cancel()
	if err := c.Crowd.Run(ctx, t); ctx.Err() != nil {
		return "incident_going", nil
	} else if err != nil {
		return "", err
	}
	if t.What == incidents.Answer {
		return "incident_answered", nil
	}
	return "incident_sorted", nil
}

// ticked are the tickets whose boxes are ticked.
func (c *console) ticked(v *visit) (all []tickets.Ticket, err error) {
	for _, text := range v.r.PostForm["ticket"] {
		ref, ok := tickets.ParseReference(text)
		if !ok || len(all) == mostEarly {
			continue
		}
		t, err := c.seen(v, ref)
		if err != nil {
			return nil, err
		}
		if t != nil {
			all = append(all, *t)
		}
	}
	return all, nil
}

func (c *console) toTicked(v *visit, i *incidents.Incident, what string) error {
	chosen, err := c.ticked(v)
	if err != nil {
		return err
	}
	ids := make([]int64, len(chosen))
	for k := range chosen {
		ids[k] = chosen[k].ID
	}
	under, err := c.Crowd.Of(v.r.Context(), ids...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		m, is := under[id]
		if !is || m.Incident != i.ID {
			continue // a colleague took it out
		}
		if err := c.Crowd.Each(v.r.Context(), m, what, v.who.Login); err != nil && !bot.Refused(err) {
			return err
		}
	}
	return nil
}

// holdReports puts reports that came before under the incident. Those that cannot be held stay where they are.
func (c *console) holdReports(v *visit, i *incidents.Incident, all bool) error {
	if !i.ClosedAt.IsZero() {
		return nil
	}
	chosen, err := c.ticked(v)
	if err != nil {
		return err
	}
	ids := make([]int64, 0, len(chosen))
	for k := range chosen {
		ids = append(ids, chosen[k].ID)
	}
	if all {
		if ids, err = c.fittingOf(v, i); err != nil {
			return err
		}
	}
	under, err := c.Crowd.Of(v.r.Context(), ids...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, is := under[id]; is {
			continue
		}
		if err := c.Crowd.Hold(v.r.Context(), tickets.Act{Ticket: id, By: v.who.Login}, i.ID); err != nil && !bot.Refused(err) {
			return err
		}
	}
	return nil
}

// answerIncident sends one answer to everybody whose report was confirmed.
func (c *console) answerIncident(v *visit, i *incidents.Incident) {
	value := func(name string) string { return strings.TrimSpace(v.r.PostFormValue(name)) }
	f := replyForm{value("id"), value("en"), value("short_id"), value("short_en"), value("resolve") != ""}
	wrong := ""
	switch {
	case f.ID == "":
		wrong = "text"
	case errors.Join(tooLong(f.ID, mostText), tooLong(f.EN, mostText), tooLong(f.ShortID, mostText), tooLong(f.ShortEN, mostText)) != nil:
		wrong = "long"
	}
	if wrong != "" {
		c.writeIncident(v, i, incidentPage{Reply: f, Wrong: wrong, WrongAt: "answer"})
		return
	}
	flash, err := c.toAll(v, incidents.Task{Incident: i.ID, What: incidents.Answer, Reply: incidents.Reply{
		Key: v.who.Login + ":" + cut(v.r.PostFormValue("once"), 64), Resolve: f.Resolve,
		Text: map[string]string{"id": f.ID, "en": f.EN}, Short: map[string]string{"id": f.ShortID, "en": f.ShortEN},
	}})
	if c.failed(v, err) {
		return
	}
	c.UI.Redirect(v.w, v.r, incidentPath(i.ID), flash)
}

// editIncident changes what new receipts say, and until when reports are held.
func (c *console) editIncident(v *visit, i *incidents.Incident) {
	text := map[string]string{"id": strings.TrimSpace(v.r.PostFormValue("text_id")), "en": strings.TrimSpace(v.r.PostFormValue("text_en"))}
	ends := i.EndsAt
	if n, err := strconv.Atoi(v.r.PostFormValue("hours")); err == nil && slices.Contains(hours, n) {
		ends = c.Now().Add(time.Duration(n) * time.Hour)
	}
	wrong := c.wrongText(text)
	if wrong == "" {
		err := c.Crowd.Edit(v.r.Context(), i.ID, text, ends)
		if errors.Is(err, tickets.ErrNotFound) {
			wrong, err = "ended", nil
		} else if err == nil {
			err = c.Crowd.Heed(v.r.Context())
		}
		if c.failed(v, err) {
			return
		}
	}
	if wrong != "" {
		c.writeIncident(v, i, incidentPage{Says: textForm{text["id"], text["en"]}, Wrong: wrong, WrongAt: "edit"})
		return
	}
	c.UI.Redirect(v.w, v.r, incidentPath(i.ID), "incident_changed")
}

// closeIncident ends the work on an incident: what nobody confirmed goes the way it would have gone.
func (c *console) closeIncident(v *visit, i *incidents.Incident) {
	err := c.Crowd.Close(v.r.Context(), i.ID)
	if err == nil {
		err = c.Crowd.Heed(v.r.Context())
	}
	if errors.Is(err, tickets.ErrNotFound) {
		err = nil // a colleague was faster
	}
	if err == nil {
		v.r.PostForm.Del("upto") // all of them, whenever they came
		_, err = c.toAll(v, incidents.Task{Incident: i.ID, What: incidents.Release})
	}
	if c.failed(v, err) {
		return
	}
	c.UI.Redirect(v.w, v.r, incidentPath(i.ID), "incident_closed")
}
