// Package app puts the rooms together: one configuration becomes adapters, store, bot, router and
// servers that start, run and stop as one.
package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tanggap/bot"
	"tanggap/bot/alert"
	"tanggap/channels"
	"tanggap/cities"
	"tanggap/cities/amend"
	"tanggap/internal/blobs"
	"tanggap/internal/config"
	"tanggap/migrations"
	"tanggap/router"
	"tanggap/router/classify"
	"tanggap/router/similar"
	"tanggap/tickets"
	"tanggap/tickets/clock"
	"tanggap/tickets/edits"
	"tanggap/tickets/kept"
	"tanggap/tickets/pass"
	"tanggap/web/portal"
	"tanggap/web/ui"
)

// App is a configured tanggap. New opens it, Run runs it once, Close lets go of what New opened.
type App struct {
	cfg      *config.Config
	log      *slog.Logger
	holder   string // names this process in leases
	store    *tickets.Store
	passes   *pass.Book
	edits    *edits.Store
	amending sync.Mutex // held by who replaces pack
	files    *blobs.Folder
	pack     atomic.Pointer[pack]
	bot      *bot.Bot
	posts    *bot.Notices
	alerts   *alert.Alerts
	alike    *similar.Index // of open reports
	inbox    channels.Inbox
	large    turns
	adapters map[string]channels.Adapter
	extra    Extra
	playing  http.Handler // of extra, nil for none
	ui       *ui.UI
	console  func(*http.ServeMux)
	portal   *portal.Portal
	examples bool
	version  string
	meters   *meters
	headers  time.Duration
	request  time.Duration
	train    func(context.Context, []classify.Example) (*classify.Model, error)
	loops    sync.WaitGroup
	ready    atomic.Bool
	listen   net.Listener
	admin    net.Listener
}

// pack is what a reload replaces as one.
type pack struct {
	city     *router.City // with what the database says over it
	calendar *clock.Calendar
	examples []classify.Example
	basis    string      // names the examples
	loaded   cities.Pack // without
	version  int64       // of the edits
	aside    []amend.Aside
}

// Options of New.
type Options struct {
	Log     *slog.Logger
	Client  *http.Client // for calls to platforms; nil is one of our own
	Version string
	// Train makes the text model; nil is classify.Train. Who starts many apps on one pack passes one that remembers.
	Train func(context.Context, []classify.Example) (*classify.Model, error)
	// Extra are pages beside those of every city; only the demo has such.
	Extra Extra
	// Examples lets facts that are marked as examples be told to citizens: in the demo, which says so.
	Examples bool
	// Demo marks the database as a demo's; without it such a database is refused.
	Demo bool
	// Headers and Request bound how long a client may take to send its headers, and the whole of a request;
	// 0 is 10 and 60 seconds. Slower ones are cut off.
	Headers, Request time.Duration
	// Prepare is called when the schema is up to date, before the database is opened; only the demo
	// has such, which gives its city a past.
	Prepare func(context.Context, *bot.Bot) error
}

// Extra is a bundle of pages, and what makes their handler, which serves what is under /playground.
type Extra struct {
	Bundle  ui.Bundle
	Handler func(*App) (http.Handler, error)
}

// ErrDemo says that a database was made by the demo, which a real city must not run on.
var ErrDemo = errors.New("the database is a demo's")

// New reads the pack, brings the database up to date, opens it, and makes the adapters. It listens
// already, so that a taken port is told at once; nothing runs before Run.
func New(ctx context.Context, cfg *config.Config, o Options) (*App, error) {
	a := &App{cfg: cfg, log: o.Log, holder: rand.Text(), extra: o.Extra, examples: o.Examples, version: o.Version, meters: newMeters(), large: newTurns(), headers: cmp.Or(o.Headers, 10*time.Second), request: cmp.Or(o.Request, 60*time.Second), train: o.Train}
	if a.train == nil {
		a.train = classify.Train
	}
	p, err := loadPack(cfg.City)
	if err != nil {
		return nil, err
	}
	a.pack.Store(p)
	if err := a.makeBot(o); err != nil {
		return nil, err
	}
	if err := migrations.UpURL(ctx, cfg.Database.URL.Reveal()); err != nil {
		return nil, err
	}
	if o.Prepare != nil {
		if err := o.Prepare(ctx, a.bot); err != nil {
			return nil, err
		}
	}
	if a.store, err = tickets.Open(ctx, cfg.Database.URL.Reveal(), tickets.Options{}); err != nil {
		return nil, err
	}
	if err := a.open(ctx, o); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// makeBot makes the adapters, and the bot that knows what they can carry. Neither asks anybody.
func (a *App) makeBot(o Options) error {
	client := o.Client
	if client == nil {
		client = platformClient()
	}
	var err error
	if a.adapters, err = makeAdapters(a.cfg, client, a.log); err != nil {
		return err
	}
	a.adapters[bot.Web] = page{}
	a.bot = bot.New(a.City(), bot.Options{
		Accounts: a.capabilities,
		Deadline: a.deadline,
		Examples: o.Examples,
		Test:     a.cfg.Server.Mode == config.Pilot,
	})
	return nil
}

func (a *App) open(ctx context.Context, o Options) error {
	mark, err := a.store.Demo(ctx, o.Demo)
	if err != nil {
		return err
	}
	if mark && !o.Demo {
		return fmt.Errorf("opening the database: %w", ErrDemo)
	}
	if o.Demo && !mark {
		return errors.New("opening the database: it holds a city's tickets, and is no demo's")
	}
	if a.files, err = blobs.Open(a.cfg.Attachments.URL); err != nil {
		return err
	}
	a.passes, a.edits = pass.New(a.store), edits.New(a.store)
	if err := a.amend(ctx, a.pack.Load()); err != nil {
		return err
	}
	a.alike = similar.NewIndex()
	a.inbox = keeping{metered: metered{Inbox: bot.NewInbox(a.store), meters: a.meters, large: a.large}, shelf: kept.New(a.store)}
	if err := a.makePages(); err != nil {
		return err
	}
	a.meters.registry.MustRegister(newGauges(a.store, slices.Collect(maps.Keys(a.adapters))))
	a.alerts = a.newAlerts()
	a.posts = a.newNotices()
	if a.listen, err = net.Listen("tcp", a.cfg.Server.Listen); err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	if a.cfg.Server.AdminListen != "" {
		if a.admin, err = net.Listen("tcp", a.cfg.Server.AdminListen); err != nil {
			return fmt.Errorf("listening for metrics: %w", err)
		}
	}
	return nil
}

func loadPack(c config.City) (*pack, error) {
	p, err := cities.Load(c.Pack)
	if err != nil {
		return nil, err
	}
	if c.PrivacyNotice != "" {
		p.City, p.Definition.Facts.Privacy = p.City.WithPrivacy(c.PrivacyNotice), c.PrivacyNotice
	}
	text, err := p.Calendar()
	if err != nil {
		return nil, err
	}
	calendar, err := clock.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("city pack %s: %w", c.Pack, err)
	}
	examples, err := p.Examples()
	if err != nil {
		return nil, err
	}
	return &pack{city: p.City, calendar: calendar, examples: examples, basis: digest(examples), loaded: p}, nil
}

// platformClient follows no redirect, since a token or a signature would go along, and uses no proxy
// that the environment names.
func platformClient() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   16,
			IdleConnTimeout:       90 * time.Second,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: 90 * time.Second, // longer than Telegram's long poll
		},
	}
}

// Store is the app's store.
func (a *App) Store() *tickets.Store { return a.store }

// Notices tells of the agencies' contacts.
func (a *App) Notices() *bot.Notices { return a.posts }

// UI is what the app's pages are rendered with.
func (a *App) UI() *ui.UI { return a.ui }

// City is the city pack in force.
func (a *App) City() *router.City { return a.pack.Load().city }

// Addr is where the app listens.
func (a *App) Addr() string { return a.listen.Addr().String() }

func (a *App) capabilities(account string) (channels.Capabilities, bool) {
	ad, ok := a.adapters[account]
	if !ok && account == "phone" {
		// Reports that another program brought in, from people who left no address.
		return channels.Capabilities{Channel: account, Mute: true}, true
	}
	if !ok {
		return channels.Capabilities{}, false
	}
	return ad.Capabilities(), true
}

// deadline counts a promise in the calendar of the agency's zone.
func (a *App) deadline(from time.Time, d router.Deadline, zone string) time.Time {
	calendar := a.pack.Load().calendar
	if zone != "" {
		if c, err := calendar.In(zone); err == nil {
			calendar = c
		}
	}
	return calendar.Deadline(from, clock.Span{Value: d.Value, Unit: clock.Unit(d.Unit)})
}

// Close lets go of what New opened. It is not needed after Run.
func (a *App) Close() error {
	for _, l := range []net.Listener{a.listen, a.admin} {
		if l != nil {
			l.Close() // closed by its server already, after Run
		}
	}
	return a.store.Close()
}
