package portal

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/tickets"
	"tanggap/tickets/pass"
)

// caseView is a citizen's private page of one case.
type caseView struct {
	Reference string
	Base      string // where its forms go
	Form      string
	Facts     facts
	Lines     []line
	Ask       string // "confirm", "place", "staff", "missing" or "": what we wait for
	Link      bool   // opened by a private link, not by a code: can be written on
	Emergency string
	Typed     string // what a message was refused with, to be sent again
	Fault     string
	Minutes   int
}

// line is one message, as its citizen reads it.
type line struct {
	Who   string // citizen, staff or bot: the family "said"
	Text  string
	At    time.Time
	Files []string // their names; the files themselves stay with the staff
}

// caller of a private page, and what he holds.
type visit struct {
	token, base string
	pass        pass.Pass
	ticket      tickets.Ticket
}

// visit finds the case of a private page. Where there is none it answers, the same for every token that
// opens nothing, and returns false.
func (p *Portal) visit(w http.ResponseWriter, r *http.Request) (v visit, ok bool) {
	closed(w)
	v.token = r.PathValue("token")
	v.base = "/t/" + v.token
	if v.token == "" {
		v.base = "/track/case"
		if c, err := r.Cookie(caseCookie); err == nil {
			v.token = c.Value
		}
	}
	who, now := p.caller(r), p.o.Now()
	if wait, spent := p.limits.try.spent(who, now); spent {
		retryAfter(w, wait)
		p.ui.Fail(w, r, http.StatusTooManyRequests)
		return v, false
	}
	var err error
	if v.pass, err = p.passes.Find(r.Context(), v.token); err == nil {
		v.ticket, err = p.store.TicketByID(r.Context(), v.pass.Ticket)
	}
	byCode := v.base == "/track/case"
	switch {
	case errors.Is(err, tickets.ErrNotFound), err == nil && (byCode != (v.pass.Kind == pass.Code) || byCode && v.ticket.Sealed):
		p.limits.try.take(who, now)
		p.o.Count("pass_unknown")
		if byCode {
			p.ui.Redirect(w, r, "/track/code", "") // the half hour is over
		} else {
			p.ui.Fail(w, r, http.StatusNotFound)
		}
		return v, false
	case err != nil:
		p.ui.Unexpected(w, r, err)
		return v, false
	}
	return v, true
}

func (p *Portal) caseShow(w http.ResponseWriter, r *http.Request) {
	if v, ok := p.visit(w, r); ok {
		p.showCase(w, r, &v, caseView{}, 0)
	}
}

// showCase shows a case; what a refused message said is on view already.
func (p *Portal) showCase(w http.ResponseWriter, r *http.Request, v *visit, view caseView, status int) {
	thread, err := p.store.Thread(r.Context(), v.ticket.ID)
	if err == nil && r.Method == http.MethodGet {
		err = p.desk.Opened(r.Context(), thread)
	}
	if err != nil {
		p.ui.Unexpected(w, r, err)
		return
	}
	k := &v.ticket
	view.Reference, view.Base, view.Form, view.Link = k.Reference.String(), v.base, rand.Text(), v.pass.Kind == pass.Link
	view.Facts, view.Lines = p.facts(k), lines(thread)
	if k.Emergency {
		view.Emergency = p.emergency()
	}
	switch {
	case k.State == tickets.Resolved:
		view.Ask = "confirm"
	case k.State.Open() && k.Question != tickets.NoQuestion:
		view.Ask = string(k.Question)
	}
	p.pages.thread.Write(w, r, private("track", status), view)
}

// lines are what a citizen reads of a thread: his own words and what was said to him, never a note. What
// the page says itself is left out.
func lines(thread []tickets.Line) []line {
	var all []line
	for _, l := range thread {
		shown := line{Who: "staff", Text: l.Text, At: l.CreatedAt}
		switch {
		case l.Direction == tickets.In:
			shown.Who = "citizen"
		case l.Direction != tickets.Out, l.Account == bot.Web && (l.Purpose == "receipt" || l.Purpose == "emergency"):
			continue
		case l.Author == "bot":
			shown.Who = "bot"
		}
		for _, f := range l.Files {
			shown.Files = append(shown.Files, f.Name)
		}
		all = append(all, shown)
	}
	return all
}

// writes bounds what is sent from a private page, and reads its form. Where it answers it returns false.
func (p *Portal) writes(w http.ResponseWriter, r *http.Request, v *visit, field string) bool {
	if !p.ui.Form(w, r) {
		return false
	}
	typed := caseView{Typed: strings.TrimSpace(channels.Clean(r.PostFormValue(field)))}
	if wait, ok := p.limits.write.take(p.caller(r), p.o.Now()); !ok {
		typed.Fault, typed.Minutes = "slow", minutes(wait)
		retryAfter(w, wait)
		p.showCase(w, r, v, typed, http.StatusTooManyRequests)
		return false
	}
	switch {
	case utf8.RuneCountInString(typed.Typed) > mostText:
		typed.Fault = "long"
	case field == "text" && typed.Typed == "":
		typed.Fault = "empty"
	case len(r.PostFormValue("form")) != formSize:
		typed.Fault = "body"
	default:
		return true
	}
	p.showCase(w, r, v, typed, http.StatusUnprocessableEntity)
	return false
}

// caseMessage is POST …/message: what the citizen adds.
func (p *Portal) caseMessage(w http.ResponseWriter, r *http.Request) {
	v, ok := p.visit(w, r)
	if !ok || !p.writes(w, r, &v, "text") {
		return
	}
	deed := bot.PageAdd
	if v.ticket.State == tickets.Resolved {
		deed = bot.PageAnswer // the thread asks for SUDAH or BELUM, and many will write just that
	}
	p.send(w, r, &v, deed, channels.Inbound{Kind: channels.Message, Text: strings.TrimSpace(channels.Clean(r.PostFormValue("text")))})
}

// caseAnswer is POST …/answer: SUDAH or BELUM, with what is still wrong.
func (p *Portal) caseAnswer(w http.ResponseWriter, r *http.Request) {
	v, ok := p.visit(w, r)
	if !ok || !p.writes(w, r, &v, "note") {
		return
	}
	note := strings.TrimSpace(channels.Clean(r.PostFormValue("note")))
	in := channels.Inbound{Kind: channels.Button}
	switch answer := r.PostFormValue("answer"); {
	case answer == "yes":
		in.Choice = "sudah:" + string(v.ticket.Reference)
	case answer == "no" && note == "":
		in.Choice = "belum:" + string(v.ticket.Reference)
	case answer == "no":
		in.Kind, in.Text = channels.Message, "BELUM, "+note
	default:
		p.showCase(w, r, &v, caseView{Fault: "body"}, http.StatusUnprocessableEntity)
		return
	}
	p.send(w, r, &v, bot.PageAnswer, in)
}

// answerSoon is how long a message waits to be on its case before the page is shown again.
const answerSoon = 5 * time.Second

// send takes a message in on the page's own account; it quotes the case, so that it joins no other.
func (p *Portal) send(w http.ResponseWriter, r *http.Request, v *visit, deed bot.Deed, in channels.Inbound) {
	k := &v.ticket
	in.Account, in.Language = bot.Web, k.Language
	in.From = channels.Address{Kind: channels.Web, Value: k.Return.Address.Value}
	names, err := p.store.References(r.Context(), k.ID, in.Account)
	if err != nil {
		p.ui.Unexpected(w, r, err)
		return
	}
	if in.Kind == channels.Message && len(names) > 0 {
		in.ReplyTo = []string{names[len(names)-1]}
	}
	form := r.PostFormValue("form")
	in.Raw = []byte(in.Text + "\n" + in.Choice)
	switch err := p.desk.Page(r.Context(), deed, form, in); {
	case errors.Is(err, tickets.ErrReused): // from the page before the last, by way of the browser's history
		typed := cmp.Or(r.PostFormValue("text"), r.PostFormValue("note"))
		p.showCase(w, r, v, caseView{Fault: "other", Typed: strings.TrimSpace(channels.Clean(typed))}, http.StatusConflict)
		return
	case err != nil:
		p.ui.Unexpected(w, r, err)
		return
	}
	p.o.Count("message")
	ctx, cancel := context.WithTimeout(r.Context(), answerSoon)
	defer cancel()
	now, err := p.desk.Paged(ctx, deed, form, in.Account)
	switch {
	case err == nil && now.ID != k.ID:
		p.apart(w, r, form, now)
	case err == nil && deed == bot.PageAnswer:
		p.ui.Redirect(w, r, v.base, "answered")
	case err == nil, errors.Is(err, context.DeadlineExceeded), errors.Is(err, bot.ErrNoTicket):
		p.ui.Redirect(w, r, v.base, "added") // it is safe, and will stand there soon
	default:
		p.ui.Unexpected(w, r, err)
	}
}

// apart leads to the case that a message opened by itself: about officials, or after the old one's end.
func (p *Portal) apart(w http.ResponseWriter, r *http.Request, form string, k tickets.Ticket) {
	token := linkToken(form)
	if err := p.passes.Issue(r.Context(), token, pass.Pass{Ticket: k.ID, Kind: pass.Link, Expires: p.o.Now().Add(linkFor)}); err != nil {
		p.ui.Unexpected(w, r, err)
		return
	}
	p.ui.Redirect(w, r, "/t/"+token, "apart")
}

// caseRevoke is POST …/revoke: on a shared phone a link, or what a code opened, may be left behind.
func (p *Portal) caseRevoke(w http.ResponseWriter, r *http.Request) {
	v, ok := p.visit(w, r)
	if !ok || !p.ui.Form(w, r) {
		return
	}
	if r.PostFormValue("sure") != "yes" {
		p.ui.Redirect(w, r, v.base, "")
		return
	}
	if err := p.passes.Revoke(r.Context(), v.token); err != nil {
		p.ui.Unexpected(w, r, err)
		return
	}
	if v.pass.Kind == pass.Code {
		p.setCookie(w, caseCookie, "", "/track", 0)
		p.ui.Redirect(w, r, "/track", "")
		return
	}
	p.setCookie(w, sentCookie, "", "/report", 0)
	p.pages.revoked.Write(w, r, private("track", 0), struct{}{})
}
