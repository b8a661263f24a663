package config

import (
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// check looks at what concerns the whole; keys of accounts are checked with their account.
func (c *Config) check(d *decoder) {
	s := &c.Server
	d.listenAddress("server.listen", s.Listen)
	if s.AdminListen != "" {
		d.listenAddress("server.admin_listen", s.AdminListen)
	}
	if s.PublicURL != "" {
		d.baseURL("server.public_url", s.PublicURL)
		s.PublicURL = strings.TrimRight(s.PublicURL, "/")
	} else {
		for _, a := range c.Accounts {
			if a.Channel.Called() {
				d.fail("server.public_url", "is missing, and platforms call the account %q", a.Name)
			}
		}
	}
	switch {
	case s.Mode != Live && s.Mode != Pilot:
		d.fail("server.mode", "%q is neither %q nor %q", string(s.Mode), string(Live), string(Pilot))
	case s.Mode == Pilot && len(s.Pilot) == 0 && !d.failed("server.pilot"):
		d.fail("server.pilot", "is missing: in mode pilot nobody else is sent to")
	}
	for _, a := range s.Pilot {
		if !pilotAddress.MatchString(a) {
			d.fail("server.pilot", "holds an entry that is no mail address in small letters, no number as +62… and no chat id")
			break
		}
	}
	if _, err := s.Proxies(); err != nil {
		d.fail("server.trusted_proxies", "%v", err)
	}
	d.databaseURL("database.url", c.Database.URL.Reveal())
	folder, isFile := strings.CutPrefix(c.Attachments.URL, "file:")
	switch {
	case isFile && folder == "":
		d.fail("attachments.url", "file: needs the path of a folder")
	case strings.HasPrefix(c.Attachments.URL, "s3://"):
		d.fail("attachments.url", "this version keeps files in a folder only: file:FOLDER")
	case !isFile:
		d.fail("attachments.url", "is not file:FOLDER")
	}
	if c.City.PrivacyNotice != "" && !IsPage(c.City.PrivacyNotice) {
		d.fail("city.privacy_notice", "is no https:// or http:// address of a page")
	}
	c.checkNotices(d)
	c.Answers.check(d)
	if c.Log.Format != "text" && c.Log.Format != "json" {
		d.fail("log.format", `%q is neither "text" nor "json"`, c.Log.Format)
	}
}

func (a *Answers) check(d *decoder) {
	for key, value := range map[string]int{"answers.per_address": a.PerAddress, "answers.per_domain": a.PerDomain, "answers.per_account": a.PerAccount} {
		if value < 0 {
			d.fail(key, "is less than 0")
		}
	}
	if a.Window < Duration(time.Minute) && !d.failed("answers.window") {
		d.fail("answers.window", "is less than 1m")
	}
}

func (c *Config) checkNotices(d *decoder) {
	n := &c.Notices
	if _, err := n.DailyAt(); err != nil {
		d.fail("notices.daily", "%v", err)
	}
	if n.Gather < Duration(time.Minute) && !d.failed("notices.gather") {
		d.fail("notices.gather", "is less than 1m")
	}
	for key, value := range map[string]Duration{"oncall.after": c.OnCall.After, "oncall.gather": c.OnCall.Gather} {
		if value < Duration(time.Minute) && !d.failed(key) {
			d.fail(key, "is less than 1m")
		}
	}
	for _, wanted := range []struct{ key, account, kind string }{
		{"notices.mail_account", n.MailAccount, "email"}, {"notices.telegram_account", n.TelegramAccount, "telegram"},
	} {
		known := slices.ContainsFunc(c.Accounts, func(a Account) bool { return a.Name == wanted.account && a.Channel.Type() == wanted.kind })
		if wanted.account != "" && !known {
			d.fail(wanted.key, "there is no account %q of type %s", wanted.account, wanted.kind)
		}
	}
}

// pilotAddress is an address as adapters normalise it: what is written otherwise would match nobody.
var pilotAddress = regexp.MustCompile(`^(\+[0-9]{4,15}|-?[0-9]{1,20}|[^@\sA-Z]+@[^@\sA-Z]+)$`)

func (d *decoder) listenAddress(path, value string) {
	_, port, err := net.SplitHostPort(value)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		d.fail(path, "%q is no host:port", value)
	}
}

// databaseURL shows nothing of the value, which may hold a password.
func (d *decoder) databaseURL(path, value string) {
	file, isFile := strings.CutPrefix(value, "sqlite:")
	switch {
	case value == "": // missing or empty, which was said
	case isFile && file == "":
		d.fail(path, "sqlite: needs the path of a file")
	case isFile:
	case strings.HasPrefix(value, "postgres://"), strings.HasPrefix(value, "postgresql://"):
		if _, err := url.Parse(value); err != nil {
			d.fail(path, "is no URL that can be read")
		}
	default:
		d.fail(path, "is neither sqlite:PATH nor postgres://…")
	}
}

// baseURL takes http and https, without user, query or fragment.
func (d *decoder) baseURL(path, value string) {
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		d.fail(path, "is no plain http:// or https:// URL")
	}
}

// IsPage reports whether address is that of a page that people can open.
func IsPage(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil
}

// serverURL takes scheme://host:port/folder; a login has keys of its own.
func (d *decoder) serverURL(path, value string, schemes ...string) {
	if value == "" {
		return // missing, which was said
	}
	u, err := url.Parse(value)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		d.fail(path, "is no %s:// or %s:// URL without a login", schemes[0], schemes[1])
	}
}

func (d *decoder) mailAddress(path, value string) {
	if value == "" {
		return
	}
	if a, err := mail.ParseAddress(value); err != nil || a.Address != value {
		d.fail(path, "is no mail address")
	}
}
