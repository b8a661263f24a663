package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tanggap/tickets"
	"tanggap/tickets/staff"
)

const (
	// linkLife is how long a sign-in link is valid.
	linkLife = 24 * time.Hour
	// perPeople is how many people a page shows.
	perPeople = 50
)

// peoplePage is the staff that an administrator sees, with the form that adds somebody.
type peoplePage struct {
	Rows     []personRow
	Query    string
	Next     string
	First    string
	Roles    []string
	Agencies []choice
	Wrong    string // of the family "person", "" nothing
	Draft    personDraft
	Link     string // shown once, "" none
	For      string // whose it is
}

type personRow struct {
	Login, Name, Path string
	Role, Agency      string
	Disabled          time.Time
	HasPassword       bool
	Self              bool
}

type personDraft struct{ Login, Name, Role, Agency string }

// personFaults are why somebody is not added or changed, the family "person".
var personFaults = []string{"taken", "member", "agency", "self"}

var samplePeople = peoplePage{
	[]personRow{{"x", "x", "/", "clerk", "x", time.Unix(1, 0), true, false}, {Role: "clerk"}},
	"x", "/", "/",
	[]string{"clerk"},
	[]choice{{"x", "x"}},
	"taken",
	personDraft{"x", "x", "clerk", "x"},
	"https://x", "x",
}

// administer is for administrators; to everybody else there is no such page.
func (c *console) administer(h func(*visit)) http.HandlerFunc {
	return c.signed(func(v *visit) {
		if v.who.Role != staff.Administrator {
			c.UI.Fail(v.w, v.r, http.StatusNotFound)
			return
		}
		h(v)
	})
}

func (c *console) showPeople(v *visit) { c.writePeople(v, 0, peoplePage{}) }

// writePeople fills in who there is of the administrator's agency and of those below it.
func (c *console) writePeople(v *visit, status int, p peoplePage) {
	everybody, err := c.Staff.List(v.r.Context())
	if c.failed(v, err) {
		return
	}
	q := v.r.URL.Query()
	p.Query = q.Get("q")
	want, after := strings.ToLower(strings.TrimSpace(p.Query)), q.Get("after")
	if after != "" {
		p.First = "/console/staff?" + without(url.Values{"q": {p.Query}}).Encode()
	}
	for i := range everybody {
		m := &everybody[i]
		if !c.commands(v, m) || m.Login <= after || !strings.Contains(strings.ToLower(m.Login+" "+m.Name+" "+c.agency(m.Agency)), want) {
			continue
		}
		if len(p.Rows) == perPeople {
			p.Next = "/console/staff?" + without(url.Values{"q": {p.Query}, "after": {p.Rows[perPeople-1].Login}}).Encode()
			break
		}
		p.Rows = append(p.Rows, personRow{m.Login, m.Name, "/console/staff/" + m.Login, string(m.Role), c.agency(m.Agency), m.DisabledAt, m.HasPassword, m.ID == v.who.ID})
	}
	for _, r := range staff.Roles() {
		p.Roles = append(p.Roles, string(r))
	}
	p.Agencies = c.allChoices(c.City().Children(v.who.Agency))
	frame := c.frame(v, "staff")
	frame.Status = status
	c.pages.people.Write(v.w, v.r, frame, p)
}

// allChoices are agencies by name, also where there is but one.
func (c *console) allChoices(ids []string) (all []choice) {
	for _, id := range ids {
		all = append(all, choice{id, c.agency(id)})
	}
	slices.SortStableFunc(all[min(1, len(all)):], func(a, b choice) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// commands reports whether the person is one of those that the administrator is over. Who belongs to an
// agency that the city does not have any more is the root desk's.
func (c *console) commands(v *visit, m *staff.Member) bool {
	if _, known := c.City().Agency(m.Agency); !known {
		return c.root(v)
	}
	return c.City().Within(m.Agency, v.who.Agency)
}

func (c *console) addPerson(v *visit) {
	d := personDraft{v.r.PostFormValue("login"), v.r.PostFormValue("name"), v.r.PostFormValue("role"), v.r.PostFormValue("agency")}
	refuse := func(wrong string) {
		c.writePeople(v, http.StatusUnprocessableEntity, peoplePage{Wrong: wrong, Draft: d})
	}
	if _, known := c.City().Agency(d.Agency); !known || !c.City().Within(d.Agency, v.who.Agency) {
		refuse("agency")
		return
	}
	m, err := c.Staff.Add(v.r.Context(), v.who.Login, staff.Member{Login: d.Login, Name: d.Name, Role: staff.Role(d.Role), Agency: d.Agency}, "")
	switch {
	case errors.Is(err, staff.ErrTaken):
		refuse("taken")
	case errors.Is(err, staff.ErrMember):
		refuse("member")
	case err != nil:
		c.UI.Unexpected(v.w, v.r, err)
	default:
		c.giveLink(v, m.Login)
	}
}

// giveLink shows a new link on the answer to the form, once: it stands in no address and in no log.
func (c *console) giveLink(v *visit, login string) {
	token, err := c.Staff.NewLink(v.r.Context(), v.who.Login, login, linkLife)
	if c.failed(v, err) {
		return
	}
	c.writePeople(v, 0, peoplePage{Link: c.URL + "/console/link/" + token, For: login})
}

// person finds whom the call is about.
func (c *console) person(v *visit) (staff.Member, bool) {
	m, err := c.Staff.Find(v.r.Context(), v.r.PathValue("login"))
	switch {
	case errors.Is(err, tickets.ErrNotFound), err == nil && !c.commands(v, &m):
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
		return m, false
	case err != nil:
		c.UI.Unexpected(v.w, v.r, err)
		return m, false
	}
	return m, true
}

func (c *console) newLink(v *visit) {
	if m, ok := c.person(v); ok {
		c.giveLink(v, m.Login)
	}
}

func (c *console) disable(v *visit) { c.setDisabled(v, true, "disabled") }
func (c *console) enable(v *visit)  { c.setDisabled(v, false, "enabled") }

func (c *console) setDisabled(v *visit, disabled bool, flash string) {
	m, ok := c.person(v)
	if !ok {
		return
	}
	if m.ID == v.who.ID {
		c.writePeople(v, http.StatusUnprocessableEntity, peoplePage{Wrong: "self"})
		return
	}
	if err := c.Staff.SetDisabled(v.r.Context(), v.who.Login, m.Login, disabled); err != nil {
		c.UI.Unexpected(v.w, v.r, err)
		return
	}
	c.UI.Redirect(v.w, v.r, "/console/staff", flash)
}
