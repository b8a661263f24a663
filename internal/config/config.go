// Package config reads the one configuration file: TOML, decoded strictly. An unknown key, a missing
// one and a wrong value are errors that name file, line and key, and all of them are shown at once.
//
// Every Secret has a twin key ending in _file, which names a file that holds the value. Environment
// variables override the file: TANGGAP_ and the key's path in capitals with each dot and hyphen as an
// underscore, so TANGGAP_DATABASE_URL or TANGGAP_CHANNELS_BOT_TOKEN_FILE. Relative paths are relative
// to the working directory.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"time"
)

// Config is a whole configuration, checked.
type Config struct {
	Server      Server      `toml:"server"`
	Database    Database    `toml:"database"`
	Attachments Attachments `toml:"attachments"`
	City        City        `toml:"city"`
	Notices     Notices     `toml:"notices"`
	OnCall      OnCall      `toml:"oncall"`
	Answers     Answers     `toml:"answers"`
	Costs       Costs       `toml:"costs"`
	Log         Log         `toml:"log"`
	Accounts    []Account   `toml:"-"` // of [channels.NAME], sorted by name
}

// Server is where we listen and how the world calls us.
type Server struct {
	Listen      string   `toml:"listen"`       // host:port
	AdminListen string   `toml:"admin_listen"` // host:port of metrics and details of readiness, "" for none
	PublicURL   string   `toml:"public_url"`   // without a slash at its end; "" where no platform calls us
	Mode        Mode     `toml:"mode"`
	Pilot       []string `toml:"pilot"` // addresses (mail, +62…, chat id) that may be sent to in mode pilot
	// TrustedProxies are addresses, or ranges such as 10.0.0.0/8, of reverse proxies that tell in X-Forwarded-For whom
	// they speak for.
	TrustedProxies []string `toml:"trusted_proxies"`
}

// Proxies are the TrustedProxies as ranges.
func (s Server) Proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range s.TrustedProxies {
		of, err := netip.ParsePrefix(text)
		if at, bare := netip.ParseAddr(text); bare == nil && at.Zone() == "" {
			of, err = at.Prefix(at.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("%q is no address and no range such as 10.0.0.0/8", text)
		}
		all = append(all, of.Masked())
	}
	return all, nil
}

// Mode says whom we send to.
type Mode string

// The modes.
const (
	Live  Mode = "live"
	Pilot Mode = "pilot" // only to Server.Pilot, and tickets are marked as tests
)

// Database names the store.
type Database struct {
	URL Secret `toml:"url,required"` // sqlite:PATH or postgres://…
}

// Attachments names where files lie.
type Attachments struct {
	URL string `toml:"url"` // file:FOLDER
}

// City names the city pack.
type City struct {
	Pack          string `toml:"pack,required"`  // an embedded pack's name, or a folder
	PrivacyNotice string `toml:"privacy_notice"` // URL of the city's privacy notice; "" is what the pack says
}

// Notices is how agencies hear of their work.
type Notices struct {
	Enabled bool     `toml:"enabled"`
	Gather  Duration `toml:"gather"` // at most one message to an agency in this time, but for emergencies
	Daily   string   `toml:"daily"`  // HH:MM before noon, of the list of what is due and late; "" for none
	// The accounts to write through; "" is the first that can.
	MailAccount     string `toml:"mail_account"`
	TelegramAccount string `toml:"telegram_account"`
}

// DailyAt is Daily as the time since midnight, 0 for none.
func (n Notices) DailyAt() (time.Duration, error) {
	if n.Daily == "" {
		return 0, nil
	}
	t, err := time.Parse("15:04", n.Daily)
	if err != nil || t.Hour() >= 12 || len(n.Daily) != len("07:30") {
		return 0, fmt.Errorf("%q is no time before noon such as 07:30", n.Daily)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// OnCall is how those on call are told of emergencies; who they are stands in the database.
type OnCall struct {
	After  Duration `toml:"after"`  // what nobody has opened by then is told again, and to the next
	Gather Duration `toml:"gather"` // the longest that the further ones of a flood wait to be told in one message
	// The account to write SMS through; "" is the first that can. Mail and Telegram go as notices do.
	SMSAccount string `toml:"sms_account"`
}

// Answers is how many automatic answers a mailbox sends in a Window before the next are held back: two programs that
// write to each other end by it, and a flood of mail with forged senders is answered by no flood. 0 sets no bound.
type Answers struct {
	PerAddress int      `toml:"per_address"` // to one address
	PerDomain  int      `toml:"per_domain"`  // to all of one mail domain
	PerAccount int      `toml:"per_account"`
	Window     Duration `toml:"window"`
}

// Log is what goes to standard error.
type Log struct {
	Level  slog.Level `toml:"level"`
	Format string     `toml:"format"` // text or json
}

// Load reads the file at path. environ is os.Environ() or a test's own. The error joins one error for
// each thing wrong; none of them holds the value of a secret.
func Load(path string, environ []string) (*Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return Parse(path, text, environ)
}

// Parse is Load for a text that was read already; file names it in errors.
func Parse(file string, text []byte, environ []string) (*Config, error) {
	doc, err := parse(file, text)
	if err != nil {
		return nil, err
	}
	d := newDecoder(doc, environ)
	c := Default()
	d.structure("", doc.root, c)
	c.Accounts = d.accounts(doc.root)
	d.unknown("", doc.root)
	d.unknownEnvironment()
	c.check(d)
	return c, errors.Join(d.sorted()...)
}

// Default is the configuration of an empty file: what has a default has it, what is required is empty.
func Default() *Config {
	return &Config{
		Server:      Server{Listen: "127.0.0.1:8080", AdminListen: "127.0.0.1:9090", Mode: Live, TrustedProxies: []string{"127.0.0.1", "::1"}},
		Attachments: Attachments{URL: "file:attachments"},
		Notices:     Notices{Enabled: true, Gather: Duration(10 * time.Minute), Daily: "07:30"},
		OnCall:      OnCall{After: Duration(10 * time.Minute), Gather: Duration(10 * time.Minute)},
		Answers:     Answers{PerAddress: 6, PerDomain: 500, PerAccount: 2000, Window: Duration(time.Hour)},
		Log:         Log{Level: slog.LevelInfo, Format: "text"},
	}
}
