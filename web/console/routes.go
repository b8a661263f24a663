package console

import (
	"net/http"

	"tanggap/tickets"
	"tanggap/web/rules"
	"tanggap/web/ui"
)

// home is where the console begins.
const home = "/console/"

// access is whom a route lets in. To everybody else there is no such page.
type access int

const (
	toAnyone  access = iota // without a session
	toStaff                 // who has signed in
	toRoot                  // of them, who works at the root desk
	toAdmins                // of them, administrators
	toHolders               // of them, whose agency, or one below it, holds the ticket
)

// route is one pattern of the mux, with its guard already around what serves it.
type route struct {
	pattern string
	access  access
	serve   http.HandlerFunc
}

func open(pattern string, h http.HandlerFunc) route { return route{pattern, toAnyone, h} }

func (c *console) forStaff(pattern string, h func(*visit)) route {
	return route{pattern, toStaff, c.signed(h)}
}

func (c *console) forRoot(pattern string, h func(*visit)) route {
	return route{pattern, toRoot, c.rootDesk(h)}
}

func (c *console) forAdmins(pattern string, h func(*visit)) route {
	return route{pattern, toAdmins, c.administer(h)}
}

func (c *console) forHolders(pattern string, h func(*visit, *tickets.Ticket)) route {
	return route{pattern, toHolders, c.ticket(h)}
}

// routes mounts the whole table.
func (c *console) routes(mux *http.ServeMux) {
	for _, r := range c.table() {
		mux.HandleFunc(r.pattern, r.serve)
	}
}

func (c *console) table() []route { return append(c.own(), c.ruled()...) }

// ruled are the pages where the rules of the router are edited.
func (c *console) ruled() (all []route) {
	for _, r := range c.Rules.Routes() {
		h := func(v *visit) {
			r.Serve(&rules.Visit{W: v.w, R: v.r, Lang: v.lang, Login: v.who.Login, Agency: v.who.Agency, Works: v.leads(), Frame: func() ui.Frame { return c.frame(v, "rules") }})
		}
		if r.Works {
			h = c.leading(h)
		}
		all = append(all, c.forRoot(r.Pattern, h))
	}
	return all
}

// own are those of this package.
func (c *console) own() []route {
	return []route{
		open("GET /console/sign-in", c.showSignIn),
		open("POST /console/sign-in", c.signIn),
		open("GET /console/link/{token}", c.showLink),
		open("POST /console/link/{token}", c.useLink),
		open("POST /console/sign-out", c.signOut),
		open("GET /console", http.RedirectHandler(home, http.StatusSeeOther).ServeHTTP),

		c.forStaff("GET /console/{$}", c.begin),
		c.forStaff("GET /console/queue", c.showQueue),
		c.forRoot("GET /console/triage", c.showTriage),
		c.forRoot("POST /console/triage/{ref}/assign", c.assign),
		c.forRoot("POST /console/triage/{ref}/undo", c.undo),
		c.forRoot("GET /console/verify", c.showVerify),
		c.forRoot("GET /console/incidents", c.showIncidents),
		c.forRoot("GET /console/incidents/new", c.showNewIncident),
		c.forRoot("POST /console/incidents/new", c.openIncident),
		c.forRoot("GET /console/incidents/{incident}", c.incident(c.showIncident)),
		c.forRoot("POST /console/incidents/{incident}/sort", c.incident(c.sort)),
		c.forRoot("POST /console/incidents/{incident}/answer", c.incident(c.answerIncident)),
		c.forRoot("POST /console/incidents/{incident}/edit", c.incident(c.editIncident)),
		c.forRoot("POST /console/incidents/{incident}/close", c.incident(c.closeIncident)),
		c.forRoot("GET /console/quality", c.showQuality),
		c.forRoot("GET /console/quality/pairs.csv", c.savePairs),
		c.forRoot("POST /console/quality/wanted", c.leading(c.saveWanted)),

		c.forRoot("GET /console/accounts", c.showAccounts),
		c.forRoot("POST /console/accounts/{account}/pause", c.pause),
		c.forRoot("POST /console/accounts/{account}/resume", c.resume),
		c.forRoot("POST /console/held/{storm}", c.leading(c.held)),
		c.forRoot("GET /console/quarantine", c.showQuarantine),
		c.forRoot("GET /console/quarantine/{row}", c.showAside),
		c.forRoot("POST /console/quarantine/{row}/replay", c.leading(c.replay)),
		c.forRoot("POST /console/quarantine/{row}/read", c.leading(c.readAside)),
		c.forStaff("GET /console/agencies", c.showAgencies),
		c.forStaff("GET /console/agencies/{agency}", c.showAgency),
		c.forRoot("POST /console/agencies/{agency}/contact", c.setContact),
		c.forRoot("POST /console/agencies/{agency}/drop", c.dropContact),
		c.forStaff("GET /console/me", c.showMe),
		c.forStaff("POST /console/me/password", c.changePassword),
		c.forStaff("POST /console/me/language", c.chooseLanguage),
		c.forAdmins("GET /console/staff", c.showPeople),
		c.forAdmins("POST /console/staff/add", c.addPerson),
		c.forAdmins("POST /console/staff/{login}/link", c.newLink),
		c.forAdmins("POST /console/staff/{login}/disable", c.disable),
		c.forAdmins("POST /console/staff/{login}/enable", c.enable),

		c.forHolders("GET /console/tickets/{ref}", c.showTicket),
		c.forHolders("GET /console/tickets/{ref}/files/{file}", c.showFile),
		c.forHolders("GET /console/tickets/{ref}/mail/{message}", c.showOriginal),
		c.forHolders("POST /console/tickets/{ref}/reply", c.reply),
		c.forHolders("POST /console/tickets/{ref}/note", c.note),
		c.forHolders("POST /console/tickets/{ref}/transfer", c.transfer),
		c.forHolders("POST /console/tickets/{ref}/move", c.move),
		c.forHolders("POST /console/tickets/{ref}/again", c.again),
		c.forHolders("POST /console/tickets/{ref}/identity", c.openIdentity),
	}
}
