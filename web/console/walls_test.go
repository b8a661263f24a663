package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tanggap/channels"
	"tanggap/tickets"
	"tanggap/tickets/staff"
	"tanggap/web/console"
)

// fill makes a path of a pattern: what stands in braces comes from values.
func fill(t *testing.T, pattern string, values map[string]string) (method, path string) {
	t.Helper()
	method, path, _ = strings.Cut(pattern, " ")
	path = strings.TrimSuffix(path, "{$}")
	for name, value := range values {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	if strings.Contains(path, "{") {
		t.Fatalf("no value for %s", path)
	}
	return method, path
}

// stays is a person's browser that follows no redirect.
func (p *person) stays() *person {
	c := *p.client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &person{p.w, &c, p.login}
}

// knocks calls a route without following where it leads.
func (p *person) knocks(method, path string) (status int, to string) {
	p.w.t.Helper()
	req, err := http.NewRequestWithContext(p.w.t.Context(), method, p.w.server.URL+path, strings.NewReader(url.Values{
		"text": {"x"}, "reason": {"law"}, "because": {"check"}, "agency": {water}, "to": {"resolved"}, "version": {"1"}, "mail": {"x@example.com"},
		"language": {"id"}, "login": {"penyusup"}, "name": {"P"}, "role": {"administrator"}, "next": {"kata-sandi-lain"}, "again": {"bukan-itu"},
	}.Encode()))
	if err != nil {
		p.w.t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := p.client.Do(req)
	if err != nil {
		p.w.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

// TestEveryRouteKeepsItsWall calls every route there is as nobody, and in every role for a ticket, a person
// and an agency of another branch of the tree. A route that is added is in here.
func TestEveryRouteKeepsItsWall(t *testing.T) {
	each(t, func(w *town) {
		n := w.reports("bot", street) // held by lights
		sealed := w.reports("smsc", bribe)
		aside := w.setAside("rahasia")
		w.hires("kepala", staff.Administrator, root)
		w.hires("atasan", staff.Administrator, lights)
		values := map[string]string{
			"ref": string(n.Reference), "file": "1", "message": "1", "account": "bot", "row": aside, "agency": lights, "rule": "lampu-jalan", "login": "atasan", "token": "X", "incident": "1", "storm": "1",
		}
		people := map[staff.Role]*person{}
		for _, role := range staff.Roles() {
			people[role] = w.hires("orang."+string(role), role, water).stays()
		}
		before := len(w.staffEvents())
		nobody := w.visitor().stays()
		for _, p := range console.Patterns() {
			method, at := fill(t, p.Pattern, values)
			if p.Access != "anyone" {
				if status, to := nobody.knocks(method, at); status != http.StatusSeeOther || !strings.HasPrefix(to, "/console/sign-in") {
					t.Errorf("nobody, %s: %d to %s", p.Pattern, status, to)
				}
			}
			for role, who := range people {
				want := http.StatusNotFound
				switch {
				case p.Access == "anyone", p.Access == "staff" && !strings.Contains(p.Pattern, "{agency}"):
					continue // everybody's own
				case p.Access == "admins" && role == staff.Administrator && !strings.Contains(p.Pattern, "{login}"):
					continue // of his own agency
				case role == staff.Auditor && method == http.MethodPost:
					want = http.StatusForbidden // before anything is looked up
				}
				if status, _ := who.knocks(method, at); status != want {
					t.Errorf("%s of another agency, %s: %d, want %d", role, p.Pattern, status, want)
				}
			}
		}
		// The same of a ticket that is sealed, for those whom it accuses and for those who would hold it else.
		values["ref"] = string(sealed.Reference)
		for _, p := range console.Patterns() {
			if method, at := fill(t, p.Pattern, values); p.Access == "holders" {
				if status, _ := people[staff.Supervisor].knocks(method, at); status != http.StatusNotFound {
					t.Errorf("a sealed ticket, %s: %d", p.Pattern, status)
				}
			}
		}
		if got := w.now(n); got.Version != n.Version || got.Agency != lights {
			t.Errorf("the ticket was changed: version %d at %s", got.Version, got.Agency)
		}
		if got := len(w.staffEvents()); got != before {
			t.Errorf("%d events of staff more", got-before)
		}
		if _, err := w.people.Find(t.Context(), "penyusup"); err == nil {
			t.Error("somebody was added")
		}
	})
}

// staffEvents are those that changed something.
func (w *town) staffEvents() (all []staff.Event) {
	w.t.Helper()
	events, err := w.people.Events(w.t.Context(), 1000)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, e := range events {
		if e.Login != "penyusup" && e.Type != "added" && e.Type != "link" || e.Actor == "test" {
			all = append(all, e)
		}
	}
	return all
}

// setAside lets something come that nothing can be made of, and returns its id as the console writes it.
func (w *town) setAside(raw string) string {
	w.t.Helper()
	in := channels.Inbound{Account: "smsc", Kind: channels.Unknown, EventID: "aside:" + raw[:min(len(raw), 40)], Raw: []byte(raw), RawType: "text/plain", From: from["smsc"]}
	if err := w.inbox.Accept(w.t.Context(), in); err != nil {
		w.t.Fatal(err)
	}
	var found []tickets.Quarantined
	w.until("the quarantine", func() bool {
		var err error
		if found, _, err = w.Quarantine(w.t.Context(), 100, ""); err != nil {
			w.t.Fatal(err)
		}
		return len(found) > 0 && found[0].EventID == in.EventID
	})
	return base36(found[0].ID)
}
