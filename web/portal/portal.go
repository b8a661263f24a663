// Package portal is the public pages: what this is, report, track, and a citizen's private page of one
// case. They need no account and no JavaScript, and show nothing of a citizen to anybody else.
//
// What is written here takes the same way in as a message on any channel. Answers go to the address that
// the report names, by an account that is configured; where it names none, the private page is the
// account: what is said to the citizen stands there.
package portal

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/pass"
	"tanggap/web/ui"
)

//go:embed words.tsv all:templates assets
var files embed.FS

// Bundle is what the pages bring to the ui.
func Bundle() ui.Bundle {
	return ui.Bundle{
		Name: "portal", Files: files,
		Families: map[string][]string{
			"nav": {"report", "track", "privacy"}, "stage": stages, "fault": faults, "door": {"sms", "whatsapp", "email"}, "said": {"citizen", "staff", "bot"},
			"flash": {"added", "answered", "apart"},
		},
	}
}

// store is what is read of tickets; implemented by *tickets.Store.
type store interface {
	Ticket(context.Context, tickets.Reference) (tickets.Ticket, error)
	TicketByID(context.Context, int64) (tickets.Ticket, error)
	Thread(ctx context.Context, ticket int64) ([]tickets.Line, error)
	References(ctx context.Context, ticket int64, account string) ([]string, error)
}

// passes are the private ways to a case; implemented by *pass.Book.
type passes interface {
	Issue(ctx context.Context, token string, p pass.Pass) error
	Find(ctx context.Context, token string) (pass.Pass, error)
	Revoke(ctx context.Context, token string) error
	Draw(ctx context.Context, ticket int64, expires time.Time) (string, error)
	Try(ctx context.Context, ticket int64, code string) (bool, error)
	bounds
}

// bounds are what may happen only so often, or not at all.
type bounds interface {
	Spend(context.Context, pass.Use) (bool, error)
	Known(context.Context, tickets.Address) (tickets.Contact, error)
	Barred(ctx context.Context, citizen int64) (bool, error)
}

// desk is implemented by *bot.Desk.
type desk interface {
	Page(ctx context.Context, deed bot.Deed, form string, in channels.Inbound) error
	Paged(ctx context.Context, deed bot.Deed, form, account string) (tickets.Ticket, error)
	Code(ctx context.Context, k tickets.Ticket, contact tickets.Contact, draw func(paid bool) (string, error)) error
	Standing(tickets.Ticket) (agency string, due time.Time)
	Opened(context.Context, []tickets.Line) error
}

// Account is a configured account with what it can carry.
type Account struct {
	Name         string
	Capabilities channels.Capabilities
}

// Door is a channel on which the city can be written to.
type Door struct {
	Channel string // sms, whatsapp or email
	Shown   string // its address or number, as people write it
	// Link is where a press leads, "" for nowhere. It is of the configuration, and taken as it stands: templates
	// know no sms: of their own.
	Link template.URL
}

// Stored is a file that Keep has stored.
type Stored struct {
	SHA256 string
	Type   string // sniffed
	Size   int64
	Taken  *channels.Point // where a picture says that it was taken, nil where it does not
}

// Options of New.
type Options struct {
	Log      *slog.Logger
	City     func() *router.City
	Accounts func() []Account
	Doors    func() []Door
	// Keep stores a file of at most limit bytes, and returns when it is on the disk.
	Keep func(r io.Reader, limit int64) (Stored, error)
	// Playground is the path where the demo lets one write as a citizen on every channel; "" in a real city.
	Playground string
	// Proxies may tell us, in X-Forwarded-For, whom they speak for; nobody else is believed.
	Proxies  []netip.Prefix
	Public   string             // where the city's pages are, https://…, for a link that is to be kept
	Examples bool               // of the demo: facts that are examples are shown
	Count    func(event string) // counts what happened, for the metrics; nil counts nothing
	Now      func() time.Time   // the clock, for tests
}

// Portal serves the public pages. Its Run sends the codes that were asked for.
type Portal struct {
	ui      *ui.UI
	store   store
	passes  passes
	desk    desk
	o       Options
	pages   pages
	limits  limits
	wanted  chan string // references for which somebody wants a code
	handler http.Handler
}

// New makes the pages with a ui that has the Bundle.
func New(u *ui.UI, s store, b passes, d desk, o Options) (*Portal, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Count == nil {
		o.Count = func(string) {}
	}
	p := &Portal{ui: u, store: s, passes: b, desk: d, o: o, limits: newLimits(), wanted: make(chan string, mostWanted)}
	set := u.Pages("portal")
	p.pages = newPages(set)
	if err := set.Err(); err != nil {
		return nil, fmt.Errorf("making the public pages: %w", err)
	}
	p.handler = p.routes()
	return p, nil
}

// Paths are the patterns that the Handler serves.
func Paths() []string {
	return []string{"/{$}", "/report", "/report/", "/track", "/track/", "/t/", "/privacy"}
}

// Handler serves the Paths.
func (p *Portal) Handler() http.Handler { return p.handler }

// newPages adds each page with a sample.
func newPages(set *ui.Pages) pages {
	at := time.Now()
	view := caseView{Reference: "1", Base: "/t/x", Lines: []line{{Who: "staff", Text: "x", At: at, Files: []string{"x"}}}, Ask: "confirm", Link: true, Facts: facts{Stage: "triage", Agency: "x", Received: at, Due: at, Resolved: at, Closed: at}}
	return pages{
		home:    ui.Add(set, "home.html", homeView{Doors: []Door{{Channel: "email", Shown: "x", Link: "mailto:x"}, {Channel: "sms", Shown: "1", Link: "sms:1"}}, Emergency: "112", Playground: "/x"}),
		report:  ui.Add(set, "report.html", reportView{Faults: []string{"text", "slow"}, MailTo: true, PhoneTo: true, Emergency: "112", Chosen: true}),
		done:    ui.Add(set, "done.html", doneView{Reference: "1", Link: "/t/x", Address: "http://x/t/x", Emergency: "112", Bare: 1}),
		wait:    ui.Add(set, "wait.html", waitView{Stuck: true}),
		track:   ui.Add(set, "track.html", trackView{Typed: "1", Found: &facts{Stage: "triage", Agency: "x", Received: at, Due: at, Resolved: at, Closed: at}, Unknown: true, Fault: "slow", Minutes: 1}),
		code:    ui.Add(set, "code.html", codeView{Typed: "1", Fault: "code", Minutes: 1}),
		thread:  ui.Add(set, "case.html", view),
		revoked: ui.Add(set, "revoked.html", struct{}{}),
		privacy: ui.Add(set, "privacy.html", privacyView{Link: "x"}),
	}
}

type pages struct {
	home    ui.Page[homeView]
	report  ui.Page[reportView]
	done    ui.Page[doneView]
	wait    ui.Page[waitView]
	track   ui.Page[trackView]
	code    ui.Page[codeView]
	thread  ui.Page[caseView]
	revoked ui.Page[struct{}]
	privacy ui.Page[privacyView]
}
