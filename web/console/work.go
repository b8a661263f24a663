package console

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"tanggap/bot"
	"tanggap/tickets"
	"tanggap/web/ui"
)

const (
	mostText   = 10_000 // characters of a text for the citizen
	mostReason = 4_000
)

// act is the piece of work that a form asks for. The form tells which version of the ticket its writer saw.
func (v *visit) act(t *tickets.Ticket) tickets.Act {
	version, _ := strconv.ParseInt(v.r.PostFormValue("version"), 10, 64)
	a := tickets.Act{Ticket: t.ID, By: v.who.Login, Version: max(version, 1)}
	if key := tickets.Clean(v.r.PostFormValue("once")); key != "" && len(key) <= 100 {
		form, err := json.Marshal(v.r.PostForm)
		if err != nil {
			return a // a form is a map of strings: it always marshals
		}
		sum := sha256.Sum256(append([]byte(v.r.URL.Path+"\n"), form...))
		a.Once = tickets.Once{Scope: "console:" + v.who.Login, Key: key, Request: hex.EncodeToString(sum[:])}
	}
	return a
}

func (c *console) reply(v *visit, t *tickets.Ticket) {
	text := v.r.PostFormValue("text")
	err := tooLong(text, mostText)
	if err == nil {
		_, err = c.Desk.Reply(v.r.Context(), v.act(t), text)
	}
	c.done(v, t, err, "replied", draft{Form: "reply", Text: text})
}

func (c *console) note(v *visit, t *tickets.Ticket) {
	text := v.r.PostFormValue("text")
	err := tooLong(text, mostText)
	if err == nil {
		_, err = c.Desk.Note(v.r.Context(), v.act(t), text)
	}
	c.done(v, t, err, "noted", draft{Form: "note", Text: text})
}

func (c *console) transfer(v *visit, t *tickets.Ticket) {
	d := draft{Form: "transfer", Agency: v.r.PostFormValue("agency"), Reason: v.r.PostFormValue("reason")}
	err := tooLong(d.Reason, mostReason)
	if err == nil {
		err = c.Desk.Transfer(v.r.Context(), v.act(t), d.Agency, d.Reason)
	}
	c.done(v, t, err, "transferred", d)
}

func (c *console) move(v *visit, t *tickets.Ticket) {
	d := draft{Form: v.r.PostFormValue("to"), Text: v.r.PostFormValue("text"), Reason: v.r.PostFormValue("reason")}
	err := errors.Join(tooLong(d.Text, mostText), tooLong(d.Reason, mostReason))
	act := v.act(t)
	if act.Version == t.Version && !slices.ContainsFunc(moves(t), func(m move) bool { return m.To == d.Form }) {
		err = tickets.ErrMove // no form offers it, such as merging with nothing
	}
	if err == nil {
		err = c.Desk.Move(v.r.Context(), act, tickets.Step{To: tickets.State(d.Form), Text: d.Text, Reason: d.Reason})
	}
	c.done(v, t, err, "moved", d)
}

// openIdentity shows the person who wrote the ticket, for a while, and leaves that in the history.
func (c *console) openIdentity(v *visit, t *tickets.Ticket) {
	d := draft{Form: "identity", Because: v.r.PostFormValue("because"), Reason: v.r.PostFormValue("reason")}
	err := tooLong(d.Reason, mostReason)
	if err == nil {
		a := v.act(t)
		a.Version = 0 // it changes nothing that a colleague could have changed
		err = c.Desk.OpenIdentity(v.r.Context(), a, bot.Opening{Reason: d.Because, Words: d.Reason, Sealed: v.unseals()})
	}
	c.done(v, t, err, "opened", d)
}

var errLong = errors.New("the text is too long")

func tooLong(text string, most int) error {
	if len(text) > most {
		return errLong
	}
	return nil
}

// done ends a form: a refused one comes back with what was written in it and why, beside the ticket as it
// now stands; after an accepted one the browser goes on to where the form came from, or to the queue where
// the ticket is out of sight.
func (c *console) done(v *visit, t *tickets.Ticket, err error, flash string, d draft) {
	name, status := refusal(err)
	switch {
	case err == nil:
		now, err := c.Store.Ticket(v.r.Context(), t.Reference)
		if c.failed(v, err) {
			return
		}
		to := ui.Local(v.r.PostFormValue("back"), ticketPath(t))
		if to == ticketPath(t) && !bot.MaySee(c.City(), &now, v.who.Agency) {
			to = "/console/queue"
		}
		c.UI.Redirect(v.w, v.r, to, flash)
	case name == "":
		c.UI.Unexpected(v.w, v.r, err)
	default:
		now, err := c.Store.Ticket(v.r.Context(), t.Reference)
		if c.failed(v, err) {
			return
		}
		if !bot.MaySee(c.City(), &now, v.who.Agency) {
			c.UI.Fail(v.w, v.r, http.StatusNotFound) // a colleague was faster, and passed it on
			return
		}
		d.Refusal = name
		c.writeTicket(v, &now, status, d)
	}
}

// refusal names, of the family "refusal", why the desk did not do it.
func refusal(err error) (name string, status int) {
	for _, r := range []struct {
		err    error
		name   string
		status int
	}{
		{tickets.ErrStale, "stale", http.StatusConflict},
		{tickets.ErrReused, "reused", http.StatusConflict},
		{tickets.ErrMove, "move", http.StatusConflict},
		{bot.ErrSealed, "sealed", http.StatusConflict},
		{bot.ErrAsk, "ask", http.StatusConflict},
		{bot.ErrAgency, "agency", http.StatusUnprocessableEntity},
		{bot.ErrText, "text", http.StatusUnprocessableEntity},
		{bot.ErrReason, "reason", http.StatusUnprocessableEntity},
		{errLong, "long", http.StatusUnprocessableEntity},
	} {
		if errors.Is(err, r.err) {
			return r.name, r.status
		}
	}
	return "", 0
}
