package portal

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tanggap/bot"
	"tanggap/tickets"
	"tanggap/tickets/pass"
)

// doneView is what becomes of a report that was sent.
type doneView struct {
	Reference     string
	Link, Address string // of the private page, without and with the host; "" where the answer goes elsewhere
	Emergency     string // the number, where the report is one
	Bare          int    // files that were lost
}

// waitView is a report that is safe and has no number yet; one that is stuck waits for a person.
type waitView struct{ Stuck bool }

const (
	linkFor = 400 * 24 * time.Hour // that a private link opens its case
	sentFor = time.Hour            // that a browser knows what it sent
	soon    = 2 * time.Second      // that a call waits for the number …
	refresh = "3"                  // … and that the browser then waits before it looks again, without a script
)

// sent is what a browser sent last.
type sent struct {
	form, account string
	lost          int
}

// sentCookie keeps it, so that no address holds what leads to the private page of a report.
const sentCookie = "tanggap_sent"

func (p *Portal) remember(w http.ResponseWriter, s sent) {
	p.setCookie(w, sentCookie, s.form+"."+s.account+"."+strconv.Itoa(s.lost), "/report", sentFor)
}

// setCookie sets a cookie of our own pages alone; a lifetime of 0 takes it away.
func (p *Portal) setCookie(w http.ResponseWriter, name, value, path string, life time.Duration) {
	age := int(life.Seconds())
	if life == 0 {
		age = -1
	}
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: path, MaxAge: age, HttpOnly: true, Secure: p.ui.Secure(), SameSite: http.SameSiteStrictMode})
}

func sentBy(r *http.Request) (s sent, ok bool) {
	c, err := r.Cookie(sentCookie)
	if err != nil {
		return s, false
	}
	parts := strings.Split(c.Value, ".")
	if len(parts) != 3 || len(parts[0]) != formSize {
		return s, false
	}
	s.form, s.account = parts[0], parts[1]
	s.lost, err = strconv.Atoi(parts[2])
	return s, err == nil
}

// reportDone is GET /report/done: the number of what this browser sent, or a page that looks again by itself.
func (p *Portal) reportDone(w http.ResponseWriter, r *http.Request) {
	s, ok := sentBy(r)
	if !ok {
		p.ui.Redirect(w, r, "/report", "")
		return
	}
	closed(w)
	if wait, ok := p.limits.look.take(p.caller(r), p.o.Now()); !ok {
		retryAfter(w, wait)
		p.ui.Fail(w, r, http.StatusTooManyRequests)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), soon)
	defer cancel()
	k, err := p.desk.Paged(ctx, bot.PageReport, s.form, s.account)
	switch {
	case err == nil:
		p.reported(w, r, k, s)
	case errors.Is(err, bot.ErrNoTicket):
		p.pages.wait.Write(w, r, private("report", 0), waitView{Stuck: true})
	case errors.Is(err, context.DeadlineExceeded):
		w.Header().Set("Refresh", refresh)
		p.pages.wait.Write(w, r, private("report", http.StatusAccepted), waitView{})
	case errors.Is(err, tickets.ErrNotFound):
		p.ui.Redirect(w, r, "/report", "")
	default:
		p.ui.Unexpected(w, r, err)
	}
}

// reported shows the number, and where the answer goes nowhere else the private link. It may be loaded again:
// the link is the same.
func (p *Portal) reported(w http.ResponseWriter, r *http.Request, k tickets.Ticket, s sent) {
	v := doneView{Reference: k.Reference.String(), Bare: s.lost}
	if k.Emergency {
		v.Emergency = p.emergency()
	}
	if s.account == bot.Web {
		token := linkToken(s.form)
		if err := p.passes.Issue(r.Context(), token, pass.Pass{Ticket: k.ID, Kind: pass.Link, Expires: p.o.Now().Add(linkFor)}); err != nil {
			p.ui.Unexpected(w, r, err)
			return
		}
		v.Link = "/t/" + token
		v.Address = p.o.Public + v.Link
	}
	p.pages.done.Write(w, r, private("report", 0), v)
}

// linkToken is the token of the private page of what a form sent: 128 bits that only its filler can know.
func linkToken(form string) string {
	sum := sha256.Sum256([]byte("link:" + form))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// closed keeps a page for one reader from caches, search engines and the places that its reader goes to next.
// The origin alone is told: with no-referrer, older browsers could not be told from other sites' forms.
func closed(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Referrer-Policy", "strict-origin")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Cache-Control", "no-store")
}
