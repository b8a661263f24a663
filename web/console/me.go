package console

import (
	"errors"
	"net/http"

	"tanggap/tickets/staff"
	"tanggap/web/ui"
)

// mePage is a person's own.
type mePage struct {
	Name, Login string
	Role        string // of the family "role"
	Agency      string
	Language    string
	HasPassword bool
	Least       int    // characters of a password
	Wrong       string // of the family "password", "" nothing
}

// passwordFaults are why a password is not changed, the family "password".
var passwordFaults = []string{"wrong", "throttled", "weak", "twice"}

var sampleMe = mePage{"x", "x", "clerk", "x", "id", true, staff.MinPassword, "wrong"}

func (c *console) showMe(v *visit) { c.writeMe(v, 0, "") }

func (c *console) writeMe(v *visit, status int, wrong string) {
	frame := c.frame(v, "")
	frame.Status = status
	c.pages.me.Write(v.w, v.r, frame, mePage{
		v.who.Name, v.who.Login, string(v.who.Role), c.agency(v.who.Agency), v.who.Language, v.who.HasPassword, staff.MinPassword, wrong,
	})
}

// changePassword ends all sessions of the person, and begins one here.
func (c *console) changePassword(v *visit) {
	next := v.r.PostFormValue("next")
	if next != v.r.PostFormValue("again") {
		c.writeMe(v, http.StatusUnprocessableEntity, "twice")
		return
	}
	err := c.Staff.ChangePassword(v.r.Context(), v.who.Login, v.r.PostFormValue("present"), next, c.From(v.r))
	_, throttled := errors.AsType[*staff.ThrottledError](err)
	switch {
	case throttled:
		c.writeMe(v, http.StatusTooManyRequests, "throttled")
	case errors.Is(err, staff.ErrSignIn):
		c.writeMe(v, http.StatusUnprocessableEntity, "wrong")
	case errors.Is(err, staff.ErrPassword):
		c.writeMe(v, http.StatusUnprocessableEntity, "weak")
	case err != nil:
		c.UI.Unexpected(v.w, v.r, err)
	default:
		token, err := c.Staff.OpenSession(v.r.Context(), v.who.ID)
		if c.failed(v, err) {
			return
		}
		c.remember(v.w, token)
		c.UI.Redirect(v.w, v.r, "/console/me", "password")
	}
}

// chooseLanguage is for this browser now, and for all others when the person signs in there.
func (c *console) chooseLanguage(v *visit) {
	lang := v.r.PostFormValue("language")
	switch err := c.Staff.SetLanguage(v.r.Context(), v.who.ID, lang); {
	case errors.Is(err, staff.ErrMember):
		c.UI.Fail(v.w, v.r, http.StatusBadRequest)
	case err != nil:
		c.UI.Unexpected(v.w, v.r, err)
	default:
		c.UI.Choose(v.w, lang)
		c.UI.Redirect(v.w, v.r, "/console/me", "language")
	}
}

// alerts are what the person should know on every page.
func (c *console) alerts(v *visit, at string) (all []ui.Link) {
	if !v.who.HasPassword {
		all = append(all, ui.Link{Path: "/console/me", Name: "no_password"})
	}
	if at == "accounts" || !c.root(v) {
		return all
	}
	accounts, storm := c.sick(v.r.Context())
	if accounts {
		all = append(all, ui.Link{Path: "/console/accounts", Name: "accounts"})
	}
	if storm {
		all = append(all, ui.Link{Path: "/console/accounts#held", Name: "storm"})
	}
	return all
}
