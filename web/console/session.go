package console

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tanggap/tickets"
	"tanggap/tickets/staff"
	"tanggap/web/ui"
)

// sessionCookie holds the token of a session. It goes to the console alone.
const sessionCookie = "tanggap_session"

// visit is one call of a person who has signed in.
type visit struct {
	who  staff.Session
	w    http.ResponseWriter
	r    *http.Request
	lang string
}

// root reports whether the person works at the root desk.
func (c *console) root(v *visit) bool { return v.who.Agency == c.City().Root().ID }

// reads reports whether the person may only look.
func (v *visit) reads() bool { return v.who.Role == staff.Auditor }

// leads reports whether the person is a supervisor or an administrator.
func (v *visit) leads() bool {
	return v.who.Role == staff.Supervisor || v.who.Role == staff.Administrator
}

// leading is for supervisors and administrators; to everybody else there is no such page.
func (c *console) leading(h func(*visit)) func(*visit) {
	return func(v *visit) {
		if !v.leads() {
			c.UI.Fail(v.w, v.r, http.StatusNotFound)
			return
		}
		h(v)
	}
}

// signed lets in who has a session, and shows everybody else the way to one. A session whose agency the
// city does not have any more opens nothing.
func (c *console) signed(h func(*visit)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, err := c.session(r)
		if _, known := c.City().Agency(who.Agency); err == nil && !known {
			err = staff.ErrSession
		}
		switch {
		case errors.Is(err, staff.ErrSession):
			c.forget(w)
			to := "/console/sign-in"
			if r.Method == http.MethodGet && r.URL.RequestURI() != home {
				to += "?next=" + url.QueryEscape(r.URL.RequestURI())
			}
			http.Redirect(w, r, to, http.StatusSeeOther)
			return
		case err != nil:
			c.UI.Unexpected(w, r, err)
			return
		}
		if r.Method == http.MethodPost {
			if who.Role == staff.Auditor && !strings.HasPrefix(r.URL.Path, "/console/me/") {
				c.UI.Fail(w, r, http.StatusForbidden)
				return
			}
			if !c.UI.Form(w, r) {
				return
			}
		}
		h(&visit{who: who, w: w, r: r, lang: c.UI.Language(r)})
	}
}

// rootDesk is for who works at the root desk; to everybody else there is no such page.
func (c *console) rootDesk(h func(*visit)) http.HandlerFunc {
	return c.signed(func(v *visit) {
		if !c.root(v) {
			c.UI.Fail(v.w, v.r, http.StatusNotFound)
			return
		}
		h(v)
	})
}

func (c *console) session(r *http.Request) (staff.Session, error) {
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return staff.Session{}, staff.ErrSession
	}
	return c.Staff.Session(r.Context(), cookie.Value)
}

func (c *console) remember(w http.ResponseWriter, token string) {
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: token, Path: "/console", MaxAge: int(staff.SessionMax / time.Second),
		HttpOnly: true, Secure: c.UI.Secure(), SameSite: http.SameSiteLaxMode,
	})
}

func (c *console) forget(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: sessionCookie, Path: "/console", MaxAge: -1, HttpOnly: true, Secure: c.UI.Secure(), SameSite: http.SameSiteLaxMode})
}

// failed answers an error of what a page reads, and reports whether there was one. A cursor that is none of
// ours leads nowhere.
func (c *console) failed(v *visit, err error) bool {
	switch {
	case err == nil:
		return false
	case errors.Is(err, tickets.ErrCursor):
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
	default:
		c.UI.Unexpected(v.w, v.r, err)
	}
	return true
}

// frame is what stands around a page of the person.
func (c *console) frame(v *visit, at string) ui.Frame {
	places := []ui.Link{{Path: "/console/queue", Name: "queue"}}
	if c.root(v) {
		places = append(places,
			ui.Link{Path: "/console/triage", Name: "verify"},
			ui.Link{Path: incidentsHome, Name: "incidents"},
			ui.Link{Path: "/console/quality", Name: "quality"},
			ui.Link{Path: "/console/rules", Name: "rules"},
			ui.Link{Path: "/console/quarantine", Name: "quarantine"},
			ui.Link{Path: "/console/accounts", Name: "accounts"})
	}
	places = append(places, ui.Link{Path: "/console/agencies", Name: "agencies"})
	if v.who.Role == staff.Administrator {
		places = append(places, ui.Link{Path: "/console/staff", Name: "staff"})
	}
	for i := range places {
		places[i].Current = places[i].Name == at
	}
	return ui.Frame{Home: home, Nav: places, User: v.who.Name, Own: "/console/me", SignOut: "/console/sign-out", Alerts: c.alerts(v, at), Private: true, Wide: true}
}

// begin is the first page: for the root desk what waits for it, else the agency's queue.
func (c *console) begin(v *visit) {
	to := "/console/queue"
	if c.root(v) {
		to = "/console/triage"
	}
	c.UI.Redirect(v.w, v.r, to, "")
}
