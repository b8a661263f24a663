package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tanggap/bot"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// perAgencies is how many agencies a page shows.
const perAgencies = 40

type agenciesPage struct {
	Rows    []hearing
	Query   string
	Next    string
	First   string
	Total   int
	Unheard int // of them, hold work that they do not hear of
}

// hearing is how one agency hears of its work.
type hearing struct {
	ID, Name, Path string
	Above          string // the name of the agency above it
	Mail, Chat     reach
	Holds          bool
	Finding        string // of the family "hearing": missing, unreached, idle (missing too, but it has no work), ""
	Set            bool   // by a person; else as the city pack says
}

type reach struct {
	Value string
	State string // of the family "reach", "" where it works as far as we know
}

// agencyPage is one agency, with the form that sets its contact.
type agencyPage struct {
	hearing
	Language   string
	By         string
	Sets       bool // the person may set it
	Mail, Chat string
	Wrong      string // of the family "contact", "" nothing
	MailReach  reach
	ChatReach  reach
}

// findings and reaches are the families "hearing" and "reach"; contactFaults the family "contact".
var (
	findings      = []string{"missing", "unreached", "idle"}
	reaches       = []string{"unreachable", "stopped", "failed", "no_account", "pilot", "other"}
	contactFaults = []string{"mail", "chat", "ours", "language"}
	sampleHearing = hearing{"x", "x", "/", "x", reach{"x", "failed"}, reach{"x", ""}, true, "missing", true}
)

func (c *console) showAgencies(v *visit) {
	all, err := c.hearings(v)
	if c.failed(v, err) {
		return
	}
	q := v.r.URL.Query()
	p := agenciesPage{Query: q.Get("q"), Total: len(all)}
	for i := range all {
		if all[i].Holds && all[i].Finding != "" {
			p.Unheard++
		}
	}
	if want := strings.ToLower(strings.TrimSpace(p.Query)); want != "" {
		all = slices.DeleteFunc(all, func(h hearing) bool {
			return !strings.Contains(strings.ToLower(h.Name+" "+h.ID), want)
		})
	}
	if after := q.Get("after"); after != "" {
		at := slices.IndexFunc(all, func(h hearing) bool { return h.ID == after })
		all = all[at+1:] // from the first, where it is not there any more
		p.First = "/console/agencies?" + without(url.Values{"q": {p.Query}}).Encode()
	}
	p.Rows = all[:min(perAgencies, len(all))]
	if len(all) > perAgencies {
		p.Next = "/console/agencies?" + without(url.Values{"q": {p.Query}, "after": {all[perAgencies-1].ID}}).Encode()
	}
	c.pages.agencies.Write(v.w, v.r, c.frame(v, "agencies"), p)
}

// hearings are the agencies that the person sees: first those that hold work and hear nothing of it, then
// those with work, then those with an address that does not work, each by name.
func (c *console) hearings(v *visit) ([]hearing, error) {
	contacts, err := c.Contacts(v.r.Context())
	if err != nil {
		return nil, err
	}
	city := c.City()
	var all []hearing
	for i := range contacts {
		if city.Within(contacts[i].Agency.ID, v.who.Agency) {
			all = append(all, c.hearing(&contacts[i]))
		}
	}
	urgency := func(h *hearing) int {
		switch {
		case h.Holds && h.Finding != "":
			return 0
		case h.Finding == "unreached":
			return 1
		case h.Holds:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(all, func(a, b hearing) int {
		return cmp.Or(cmp.Compare(urgency(&a), urgency(&b)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

func (c *console) hearing(k *bot.Contact) hearing {
	h := hearing{
		ID: k.Agency.ID, Name: k.Agency.Name, Path: "/console/agencies/" + k.Agency.ID, Mail: newReach(k.Mail), Chat: newReach(k.Chat), Holds: k.Holds, Set: k.Set,
	}
	if k.Agency.Parent != "" {
		h.Above = c.agency(k.Agency.Parent)
	}
	switch {
	case k.Missing() && k.Holds:
		h.Finding = "missing"
	case k.Missing():
		h.Finding = "idle"
	case k.Mail.State != "" || k.Chat.State != "":
		h.Finding = "unreached"
	}
	return h
}

func newReach(r bot.Reach) reach {
	x := reach{r.Value, r.State}
	if r.State != "" && !slices.Contains(reaches, r.State) {
		x.State = "other"
	}
	return x
}

// contact finds the agency of the call among those that the person sees.
func (c *console) contact(v *visit) (*bot.Contact, bool) {
	id := v.r.PathValue("agency")
	if _, known := c.City().Agency(id); !known || !c.City().Within(id, v.who.Agency) {
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
		return nil, false
	}
	all, err := c.Contacts(v.r.Context())
	if err != nil {
		c.UI.Unexpected(v.w, v.r, err)
		return nil, false
	}
	at := slices.IndexFunc(all, func(k bot.Contact) bool { return k.Agency.ID == id })
	if at < 0 {
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
		return nil, false
	}
	return &all[at], true
}

func (c *console) agencyPage(v *visit, k *bot.Contact) agencyPage {
	h := c.hearing(k)
	return agencyPage{
		hearing: h, Language: k.Language, By: k.By, Sets: c.setsContacts(v), Mail: h.Mail.Value, Chat: h.Chat.Value, MailReach: h.Mail, ChatReach: h.Chat,
	}
}

// setsContacts reports whether the person may say where agencies hear of their work.
func (c *console) setsContacts(v *visit) bool {
	return v.who.Role == staff.Administrator && c.root(v)
}

func (c *console) showAgency(v *visit) {
	if k, ok := c.contact(v); ok {
		c.pages.agency.Write(v.w, v.r, c.frame(v, ""), c.agencyPage(v, k))
	}
}

func (c *console) setContact(v *visit) {
	if !c.setsContacts(v) {
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
		return
	}
	k, ok := c.contact(v)
	if !ok {
		return
	}
	next := tickets.AgencyContact{
		Agency: k.Agency.ID, Mail: strings.ToLower(strings.TrimSpace(v.r.PostFormValue("mail"))), Chat: strings.TrimSpace(v.r.PostFormValue("chat")),
		Language: v.r.PostFormValue("language"), By: v.who.Login,
	}
	if wrong := c.contactFault(&next); wrong != "" {
		p := c.agencyPage(v, k)
		p.Mail, p.Chat, p.Wrong = next.Mail, next.Chat, wrong
		frame := c.frame(v, "")
		frame.Status = http.StatusUnprocessableEntity
		c.pages.agency.Write(v.w, v.r, frame, p)
		return
	}
	if err := c.Store.SetAgencyContact(v.r.Context(), next); err != nil {
		c.UI.Unexpected(v.w, v.r, err)
		return
	}
	c.UI.Redirect(v.w, v.r, "/console/agencies/"+k.Agency.ID, "contact_set")
}

// contactFault is what is wrong with a contact, of the family "contact".
func (c *console) contactFault(k *tickets.AgencyContact) string {
	switch {
	case tickets.AgencyContact{Mail: k.Mail}.Check() != nil:
		return "mail"
	case tickets.AgencyContact{Chat: k.Chat}.Check() != nil:
		return "chat"
	case k.Mail != "" && c.Ours(k.Mail):
		return "ours"
	case k.Language != "id" && k.Language != "en":
		return "language"
	}
	return ""
}

func (c *console) dropContact(v *visit) {
	if !c.setsContacts(v) {
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
		return
	}
	k, ok := c.contact(v)
	if !ok {
		return
	}
	// Where nothing was set, it is as it was asked for.
	if err := c.Store.DropAgencyContact(v.r.Context(), k.Agency.ID); err != nil && !errors.Is(err, tickets.ErrNotFound) {
		c.UI.Unexpected(v.w, v.r, err)
		return
	}
	c.UI.Redirect(v.w, v.r, "/console/agencies/"+k.Agency.ID, "contact_dropped")
}
