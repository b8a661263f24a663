// Package console is what staff see and do in a browser: the queues of their agency and of those below
// it, the tickets there, and for the root desk what waits to be verified, what was not understood, and the
// accounts. Every page is rendered on the server and works without JavaScript.
package console

import (
	"context"
	"embed"
	"io"
	"log/slog"
	"net/http"
	"time"

	"tanggap/bot"
	"tanggap/router"
	"tanggap/router/similar"
	"tanggap/tickets"
	"tanggap/tickets/breaker"
	"tanggap/tickets/figures"
	"tanggap/tickets/oncall"
	"tanggap/tickets/quality"
	"tanggap/tickets/staff"
	"tanggap/tickets/triage"
	"tanggap/web/original"
	"tanggap/web/reasons"
	"tanggap/web/rules"
	"tanggap/web/ui"
)

//go:embed words.tsv all:templates assets
var content embed.FS

// Bundle is what the pages are made of; see ui.New.
func Bundle() ui.Bundle {
	return ui.Bundle{Name: "console", Files: content, Families: families(), Keys: keys()}
}

// store is what the console reads of tickets.Store.
type store interface {
	Ticket(context.Context, tickets.Reference) (tickets.Ticket, error)
	TicketByID(context.Context, int64) (tickets.Ticket, error)
	List(context.Context, tickets.Filter) ([]tickets.Ticket, string, error)
	Thread(context.Context, int64) ([]tickets.Line, error)
	Events(context.Context, int64) ([]tickets.Event, error)
	Accounts(context.Context) ([]tickets.Account, error)
	Quarantine(ctx context.Context, limit int, after string) ([]tickets.Quarantined, string, error)
	SetAgencyContact(context.Context, tickets.AgencyContact) error
	DropAgencyContact(ctx context.Context, agency string) error
}

// desk is what staff do to tickets: bot.Desk.
type desk interface {
	Reply(context.Context, tickets.Act, string) (int64, error)
	Note(context.Context, tickets.Act, string) (int64, error)
	Transfer(ctx context.Context, act tickets.Act, agency, reason string) error
	Assign(ctx context.Context, act tickets.Act, agency, category, reason string) error
	Move(context.Context, tickets.Act, tickets.Step) error
	OpenIdentity(context.Context, tickets.Act, bot.Opening) error
}

// Options of New. All are needed but Mind, Now and Log.
type Options struct {
	UI    *ui.UI // made with Bundle among its bundles
	Store store
	Desk  desk
	Staff *staff.Store
	City  func() *router.City
	// Mind is what the router has learned; nil where that is nothing.
	Mind func() *router.Mind
	// Accounts are those that are configured.
	Accounts func() []Account
	// Emergencies are the open ones of the city, the newest first; see figures.Store.
	Emergencies func(context.Context) ([]figures.Urgent, error)
	// Waiting is what waits at an agency's desk to be assigned; see triage.Store.
	Waiting func(ctx context.Context, agency string, after triage.Mark) (triage.Line, error)
	// Seen notes that a person opened an emergency, and Told who on call was told of it; see oncall.Book.
	Seen func(ctx context.Context, ticket int64, by string) error
	Told func(ctx context.Context, ticket int64) ([]oncall.Told, error)
	// Crowd is the desk for incidents.
	Crowd *bot.Crowd
	// Alike finds open reports that may be about the same incident as a ticket.
	Alike func(context.Context, *tickets.Ticket) ([]similar.Match, error)
	Rules *rules.Book // where the rules of the router are edited
	// Judged are the router's decisions since a time, with what became of them; see quality.Store.
	Judged func(context.Context, time.Time) ([]quality.Judgement, error)
	// Contacts tells how every agency of the city hears of its work; see bot.Notices.
	Contacts func(context.Context) ([]bot.Contact, error)
	// Ours reports whether a mail address is one that citizens write to.
	Ours func(mail string) bool
	// URL is where the console is reached, without a slash at its end, for links that people carry elsewhere.
	URL   string
	Mails mails // the mails behind messages
	// Breaker holds storms of automatic answers back.
	Breaker *breaker.Breaker
	// File opens a stored attachment.
	File func(sha256 string) (io.ReadCloser, error)
	// From is the caller's network address, as far as it can be believed.
	From func(*http.Request) string
	Log  *slog.Logger
	Now  func() time.Time
}

// console serves the pages. It is safe for concurrent use.
type console struct {
	Options
	shown    *files
	original *original.Reader
	reasons  *reasons.Words
	pages    pages
	health   health
	readings readings
}

// pages are all there are.
type pages struct {
	signIn ui.Page[signInPage]
	link   ui.Page[linkPage]
	queue  ui.Page[queuePage]
	verify ui.Page[verifyPage]
	triage ui.Page[triagePage]
	ticket ui.Page[ticketPage]

	incidents   ui.Page[incidentsPage]
	newIncident ui.Page[incidentForm]
	incident    ui.Page[incidentPage]

	quality    ui.Page[qualityPage]
	accounts   ui.Page[accountsPage]
	quarantine ui.Page[quarantinePage]
	aside      ui.Page[asidePage]
	agencies   ui.Page[agenciesPage]
	agency     ui.Page[agencyPage]
	me         ui.Page[mePage]
	people     ui.Page[peoplePage]
}

// New returns what mounts everything under /console/ on a mux; its error is about templates and words.
func New(o Options) (mount func(*http.ServeMux), err error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Mind == nil {
		o.Mind = func() *router.Mind { return nil }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &console{Options: o, shown: newFiles(o.File), reasons: reasons.New()}
	set := o.UI.Pages("console")
	c.pages = pages{
		signIn: ui.Add(set, "sign_in.html", signInPage{Login: "x", Wrong: "wrong"}),
		link:   ui.Add(set, "link.html", linkPage{Action: "/"}),
		queue:  ui.Add(set, "queue.html", sampleQueue),
		verify: ui.Add(set, "verify.html", sampleVerify),
		triage: ui.Add(set, "triage.html", sampleTriage),
		ticket: ui.Add(set, "ticket.html", sampleTicket),

		incidents:   ui.Add(set, "incidents.html", sampleIncidents),
		newIncident: ui.Add(set, "incident_new.html", sampleNewIncident),
		incident:    ui.Add(set, "incident.html", sampleIncident),

		quality:    ui.Add(set, "quality.html", sampleQuality),
		accounts:   ui.Add(set, "accounts.html", sampleAccounts),
		quarantine: ui.Add(set, "quarantine.html", sampleQuarantine),
		aside:      ui.Add(set, "aside.html", sampleAsidePage),
		agencies:   ui.Add(set, "agencies.html", agenciesPage{[]hearing{sampleHearing}, "x", "/", "/", 1, 1}),
		agency:     ui.Add(set, "agency.html", agencyPage{hearing: sampleHearing, Language: "id", By: "x", Sets: true, Wrong: "mail"}),
		me:         ui.Add(set, "me.html", sampleMe),
		people:     ui.Add(set, "people.html", samplePeople),
	}
	if err := set.Err(); err != nil {
		return nil, err
	}
	if c.original, err = original.New(original.Options{Say: o.UI.Say, Language: o.UI.Language, Draw: c.shown.drawn}); err != nil {
		return nil, err
	}
	return c.routes, nil
}
