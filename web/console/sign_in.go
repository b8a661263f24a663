package console

import (
	"errors"
	"net/http"

	"tanggap/tickets/staff"
	"tanggap/web/ui"
)

type signInPage struct {
	Login, Next string
	Wrong       string // of the family "sign_in", "" nothing
}

type linkPage struct {
	Action string
	Spent  bool
}

func (c *console) showSignIn(w http.ResponseWriter, r *http.Request) {
	if _, err := c.session(r); err == nil {
		http.Redirect(w, r, home, http.StatusSeeOther)
		return
	}
	c.pages.signIn.Write(w, r, ui.Frame{Private: true}, signInPage{Next: ui.Local(r.URL.Query().Get("next"), "")})
}

// signIn answers a wrong login, a wrong password and a disabled person alike.
func (c *console) signIn(w http.ResponseWriter, r *http.Request) {
	if !c.UI.Form(w, r) {
		return
	}
	p := signInPage{Login: r.PostFormValue("login"), Next: ui.Local(r.PostFormValue("next"), "")}
	m, err := c.Staff.SignIn(r.Context(), p.Login, r.PostFormValue("password"), c.From(r))
	_, throttled := errors.AsType[*staff.ThrottledError](err)
	switch {
	case throttled:
		p.Wrong = "throttled"
		c.pages.signIn.Write(w, r, ui.Frame{Private: true, Status: http.StatusTooManyRequests}, p)
	case errors.Is(err, staff.ErrSignIn):
		p.Wrong = "wrong"
		c.pages.signIn.Write(w, r, ui.Frame{Private: true, Status: http.StatusUnauthorized}, p)
	case err != nil:
		c.UI.Unexpected(w, r, err)
	default:
		c.enter(w, r, m, p.Next)
	}
}

// enter begins a session; the pages are then in the person's language.
func (c *console) enter(w http.ResponseWriter, r *http.Request, m staff.Member, next string) {
	token, err := c.Staff.OpenSession(r.Context(), m.ID)
	if err != nil {
		c.UI.Unexpected(w, r, err)
		return
	}
	c.remember(w, token)
	c.UI.Choose(w, m.Language)
	if next == "" {
		next = home
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
}

// showLink asks to press a button: whoever looks at links before people do must not use them up.
func (c *console) showLink(w http.ResponseWriter, r *http.Request) {
	c.pages.link.Write(w, r, ui.Frame{Private: true}, linkPage{Action: r.URL.EscapedPath()})
}

// useLink goes on to the page that the query names as next.
func (c *console) useLink(w http.ResponseWriter, r *http.Request) {
	m, err := c.Staff.UseLink(r.Context(), r.PathValue("token"))
	switch {
	case errors.Is(err, staff.ErrLink):
		c.pages.link.Write(w, r, ui.Frame{Private: true, Status: http.StatusNotFound}, linkPage{Spent: true})
	case err != nil:
		c.UI.Unexpected(w, r, err)
	default:
		c.enter(w, r, m, ui.Local(r.URL.Query().Get("next"), ""))
	}
}

func (c *console) signOut(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		if err := c.Staff.CloseSession(r.Context(), cookie.Value); err != nil {
			c.UI.Unexpected(w, r, err)
			return
		}
	}
	c.forget(w)
	c.UI.Redirect(w, r, "/console/sign-in", "signed_out")
}
