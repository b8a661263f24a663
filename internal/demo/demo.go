// Package demo is a city on simulated platforms: the platforms of internal/sim, a configuration that
// points at them, and a page on which a newcomer is a citizen on every channel.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"tanggap/bot"
	"tanggap/internal/app"
	"tanggap/internal/config"
	"tanggap/internal/sim"
	"tanggap/router"
	"tanggap/tickets"
)

const (
	telegramToken = "110201543:demo-only-AAHdqTcvCH1vGWJxfSeofSAs"
	twilioSID     = "AC00000000000000000000000000000001"
	twilioNumber  = "+6281110001000"
	shortCode     = "1708"
	mailbox       = "pengaduan@demo.test"
)

// keepFiles is what each platform keeps of files, in bytes: the demo is small, also for who sends large ones.
const keepFiles = 12 << 20

// telegramBegan is before any demo ran.
var telegramBegan = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Demo is the simulated platforms of one demo city.
type Demo struct {
	telegram *sim.Telegram
	twilio   *sim.Twilio
	gateway  *sim.Gateway
	mail     *sim.Mail
	config   *config.Config
	zone     *time.Location

	town     *town
	switches *switches
	drawer   drawer
	store    *tickets.Store      // of the app; set before a page is asked for
	city     func() *router.City // the app's

	console func(context.Context) (string, error)

	mu      sync.Mutex
	last    map[string]written // by the citizen's key
	settled map[string]bool    // messages that tanggap is known to have looked at
}

// Start starts the platforms on free loopback ports. listen is where the app will listen, which must
// be on loopback; dir holds the database and the files.
func Start(listen, dir string) (*Demo, error) {
	host, _, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err != nil || (host != "localhost" && (ip == nil || !ip.IsLoopback())) {
		return nil, errors.New("starting the demo: it listens on loopback only, as 127.0.0.1:8080")
	}
	d := &Demo{town: newTown(), switches: newSwitches(), last: map[string]written{}, settled: map[string]bool{}}
	if d.zone, err = time.LoadLocation("Asia/Jakarta"); err != nil {
		return nil, fmt.Errorf("starting the demo: %w", err)
	}
	secret, password := rand.Text(), rand.Text()
	public := "http://" + listen
	d.telegram = sim.NewTelegram(sim.TelegramOptions{
		Token: telegramToken, Username: "lapor_demo_bot",
		Files: keepFiles, Before: int(time.Since(telegramBegan) / (time.Second / 10)), // no number of an earlier run comes again
	})
	d.twilio = sim.NewTwilio(sim.TwilioOptions{
		AccountSID: twilioSID, AuthToken: secret, Number: twilioNumber,
		Webhook: public + "/channels/sms", Tries: 3, Delivers: true,
	})
	d.gateway = sim.NewGateway(sim.GatewayOptions{
		Username: "tanggap", Password: password, Number: shortCode, Tries: 3, Delivers: true,
		GetURL: public + "/channels/smsc?secret=" + secret + "&from=%p&to=%P&text=%b&coding=%c&charset=%C&udh=%u&time=%T&id=%I&smsc=%i",
	})
	d.mail = sim.NewMail(sim.MailOptions{Address: mailbox, Password: password, Memory: keepFiles})
	if err := d.start(listen, dir, secret, password); err != nil {
		d.Close()
		return nil, fmt.Errorf("starting the demo: %w", err)
	}
	return d, nil
}

func (d *Demo) start(listen, dir, secret, password string) error {
	telegramURL, err := d.telegram.Start()
	if err != nil {
		return err
	}
	twilioURL, err := d.twilio.Start()
	if err != nil {
		return err
	}
	gatewayURL, err := d.gateway.Start()
	if err != nil {
		return err
	}
	if err := d.mail.Start(); err != nil {
		return err
	}
	c := config.Default()
	c.Server.Listen, c.Server.AdminListen, c.Server.PublicURL = listen, "", "http://"+listen
	c.Database.URL = config.NewSecret("sqlite:" + filepath.Join(dir, "tanggap.db"))
	c.Attachments.URL = "file:" + filepath.Join(dir, "attachments")
	c.City.Pack = "jakarta"
	c.Accounts = []config.Account{
		{Name: "bot", Channel: &config.Telegram{Token: config.NewSecret(telegramToken), Mode: config.Poll, APIURL: telegramURL}},
		{Name: "mail", Channel: &config.Email{
			Address: mailbox, MaxMessage: 20 << 20, IdleFor: config.Duration(4 * time.Minute), PollEvery: config.Duration(5 * time.Second),
			IMAP: config.Mailbox{URL: d.mail.IMAPURL(), Username: mailbox, Password: config.NewSecret(password)},
			SMTP: config.Outgoing{URL: d.mail.SMTPURL(), Username: mailbox, Password: config.NewSecret(password)},
		}},
		{Name: "sms", Channel: &config.Twilio{AccountSID: twilioSID, AuthToken: config.NewSecret(secret), From: twilioNumber, APIURL: twilioURL, Region: "ID", Segments: 10}},
		{Name: "smsc", Channel: &config.Gateway{
			Preset: "kannel", SendURL: gatewayURL + "/cgi-bin/sendsms", Username: "tanggap",
			Password: config.NewSecret(password), From: shortCode, Secret: config.NewSecret(secret),
		}},
	}
	d.config = c
	return nil
}

// Begin readies the store of an earlier run for platforms that have forgotten it: the mailbox is new, and
// who wrote by Telegram then can be written to now.
func (d *Demo) Begin(ctx context.Context, store *tickets.Store) error {
	w, err := readWeek()
	if err != nil {
		return err
	}
	for _, c := range d.town.people() {
		d.telegram.Open(c.telegram())
	}
	for _, p := range w.Person {
		if id, err := strconv.ParseInt(p.Address, 10, 64); err == nil && p.Via == "bot" && !p.Unreachable {
			d.telegram.Open(sim.TelegramUser{ID: id, Name: p.Name, Language: p.Language})
		}
	}
	return store.Mark(ctx, "mail", "")
}

// Config is what the app runs on.
func (d *Demo) Config() *config.Config { return d.config }

// Close ends the platforms.
func (d *Demo) Close() error {
	return errors.Join(d.telegram.Close(), d.twilio.Close(), d.gateway.Close(), d.mail.Close())
}

// Pages are the playground, for app.Options.
func (d *Demo) Pages() app.Extra { return app.Extra{Bundle: bundle(), Handler: d.handler} }

// SetConsole makes the playground lead to the console, before the app runs: link makes the path of a link
// that signs in once, a new one for each call. Without it the page has no way to the console.
func (d *Demo) SetConsole(link func(context.Context) (string, error)) { d.console = link }

// clock is the time of day in the city.
func (d *Demo) clock(at time.Time) string { return at.In(d.zone).Format("15:04") }

// Seed gives the demo's database the week before now, once; it fits app.Options.Prepare.
func (d *Demo) Seed(ctx context.Context, b *bot.Bot) error {
	_, err := Seed(ctx, d.config, b, time.Now())
	return err
}
