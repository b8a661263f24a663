package config

import (
	"maps"
	"regexp"
	"slices"
	"time"
)

// Account is one [channels.NAME].
type Account struct {
	Name string // [a-z0-9-]+: it stands in paths, logs and stored rows
	// Channel is *Telegram, *Twilio, *Gateway or *Email.
	Channel Channel
}

// Channel is the settings of one type of account.
type Channel interface {
	// Type is the account's type as the file writes it.
	Type() string
	// Called is whether the platform calls us, which needs a secret and server.public_url.
	Called() bool
	check(d *decoder, path string)
}

// accountName keeps names fit for a path and an environment variable.
var accountName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]*[a-z0-9])?$`)

// reserved are the accounts under which reports from other programs are stored.
var reserved = []string{"phone", "web", "api"}

// channel makes the settings of a type, with their defaults; nil for a type that there is not.
func channel(typ string) Channel {
	switch typ {
	case "telegram":
		return &Telegram{Mode: Poll, APIURL: "https://api.telegram.org"}
	case "twilio-sms":
		return twilio(false)
	case "twilio-whatsapp":
		return twilio(true)
	case "sms-gateway":
		return &Gateway{Region: "ID", MaxSegments: 10, PerSecond: 20}
	case "email":
		return &Email{
			MaxMessage: 40 << 20,
			IdleFor:    Duration(4 * time.Minute),
			PollEvery:  Duration(30 * time.Second),
		}
	}
	return nil
}

func twilio(whatsApp bool) *Twilio {
	return &Twilio{APIURL: "https://api.twilio.com", Region: "ID", Segments: 10, WhatsApp: whatsApp}
}

// Types are the account types that there are.
func Types() []string {
	return []string{"telegram", "twilio-sms", "twilio-whatsapp", "sms-gateway", "email"}
}

func (d *decoder) accounts(root map[string]any) []Account {
	const section = "channels"
	d.known[section] = true
	tables, ok := root[section].(map[string]any)
	if !ok && root[section] != nil {
		d.fail(section, "is %s, want a table for each account", kindOf(root[section]))
	}
	var accounts []Account
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		path := join(section, name)
		d.known[path] = true
		if !accountName.MatchString(name) {
			d.fail(path, "the name of an account has only a-z, 0-9 and inner hyphens")
		} else if slices.Contains(reserved, name) {
			d.fail(path, "this name is our own: %q stand for reports that other programs bring in", reserved)
		}
		table, ok := tables[name].(map[string]any)
		if !ok {
			d.fail(path, "is %s, want a table", kindOf(tables[name]))
			continue
		}
		if c := d.account(path, table); c != nil {
			accounts = append(accounts, Account{Name: name, Channel: c})
		}
	}
	return accounts
}

func (d *decoder) account(path string, table map[string]any) Channel {
	var head struct {
		Type string `toml:"type,required"`
	}
	d.structure(path, table, &head)
	c := channel(head.Type)
	if c == nil {
		if head.Type != "" {
			d.fail(join(path, "type"), "%q is none of %q", head.Type, Types())
		}
		for key := range table { // not to be judged without a type
			d.known[join(path, key)] = true
		}
		return nil
	}
	d.structure(path, table, c)
	c.check(d, path)
	return c
}
