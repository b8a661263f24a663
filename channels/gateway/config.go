package gateway

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"tanggap/channels"
)

// Config is one number behind one gateway. A Preset fills in what is left empty; without one the templates
// and field names say how the gateway talks.
type Config struct {
	Preset    string // "kannel", or "" for none
	SendURL   string // without a query
	Username  string
	Password  string
	From      string // our number or short code
	Secret    string // of the calls that the gateway makes to us
	PublicURL string // what the gateway calls us by, without a slash at its end
	SMSC      string // {smsc}: the SMS centre to send through; "" leaves it to the gateway, "*" is the one that the citizen's message came through
	Region    string // ISO 3166, of numbers without a country code; "" is ID
	// MaxSegments is what one text may take, 0 means 10. Kannel's max-messages must not be less.
	MaxSegments int
	PerSecond   float64 // messages, 0 means 20

	Send    Send
	Auth    Auth
	Receive Receive
	Status  Status
}

// Send says how the gateway takes a message. Query, Body and the values of Header are templates: {to}, {from},
// {text}, {key}, {username}, {password}, {coding} (0 for GSM 03.38, 2 for UCS-2), {smsc} and {status_url} stand
// for their values, escaped as the place needs.
type Send struct {
	Method      string // GET or POST, "" is POST where there is a Body
	Query       string
	Body        string
	ContentType string // of Body, "" is application/x-www-form-urlencoded; JSON bodies get JSON escapes
	Header      map[string]string
	Plain       bool   // {to} without its "+"
	Accepted    string // regexp on the body of a 2xx answer; "" takes any
	MessageID   string // regexp on it whose first group names the message; "" where ours is the only name
	Probe       string // query that tests the login and sends nothing, answered without 401 or 403
	Failures    []Failure
}

// Failure gives a kind to an answer or a delivery receipt. The first that matches counts.
type Failure struct {
	Status int    // of the answer, 0 for any
	Match  string // regexp on the answer's body or the receipt's detail, "" for any
	Kind   channels.ErrorKind
	Reason string
}

// Auth says how the gateway proves itself. One of the three is needed, with Config.Secret.
type Auth struct {
	Field  string // field of the query or form that holds the secret
	Header string // header that holds it, alone or after "Bearer "
	HMAC   string // header that holds the HMAC-SHA256 of the body under it, in hex or base64
}

// Receive names the fields of a message from a citizen, in a query, a form, or JSON (dots lead inside).
type Receive struct {
	From, To, Text, ID, Time, UDH, Coding, Charset, SMSC string
	TimeFormat                                           string // "" is seconds since 1970, "ms" milliseconds, else a layout of package time
}

// Status names the fields of a delivery receipt.
type Status struct {
	Key       string // holds {key}
	MessageID string // or holds what Send.MessageID found
	State     string
	Detail    string // more about it, for Failures and Code
	Time      string // as Receive.TimeFormat
	States    map[string]channels.DeliveryState
	Code      string // regexp on Detail whose first group is the operator's code
	Failures  []Failure
}

// filled is c with its preset and defaults.
func (c Config) filled() (Config, error) {
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	c.Region = cmp.Or(c.Region, "ID")
	c.MaxSegments = cmp.Or(c.MaxSegments, 10)
	c.PerSecond = cmp.Or(c.PerSecond, 20)
	switch c.Preset {
	case "kannel":
		c = kannel(c)
	case "":
	default:
		return c, fmt.Errorf("preset %q is not known", c.Preset)
	}
	if c.Send.Method == "" {
		c.Send.Method = http.MethodGet
		if c.Send.Body != "" {
			c.Send.Method = http.MethodPost
		}
	}
	c.Send.ContentType = cmp.Or(c.Send.ContentType, "application/x-www-form-urlencoded")
	return c, nil
}

// check joins everything that is wrong with a filled Config.
func (c Config) check() error {
	var wrong []error
	patterns := []string{c.Send.Accepted, c.Send.MessageID, c.Status.Code}
	refuse := func(bad bool, what string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(what, args...))
		}
	}
	refuse(!isURL(c.SendURL), "send_url is no http:// or https:// URL")
	refuse(!isURL(c.PublicURL), "public_url is no http:// or https:// URL")
	refuse(c.Secret == "", "secret is missing")
	refuse(c.From == "", "from is missing")
	refuse(c.MaxSegments < 1 || c.MaxSegments > 255, "max_segments is not between 1 and 255")
	refuse(c.PerSecond < 0, "per_second is negative")
	refuse(c.Auth == Auth{}, "auth names no field or header")
	refuse(c.Receive.From == "" || c.Receive.Text == "", "receive names no field for the sender or the text")
	refuse(c.Send.Method != http.MethodGet && c.Send.Method != http.MethodPost, "send.method is neither GET nor POST")
	refuse(!strings.Contains(c.Send.Query+c.Send.Body, "{text}"), "send has no {text}")
	for _, template := range append(slices.Collect(maps.Values(c.Send.Header)), c.Send.Query, c.Send.Body, c.Send.Probe) {
		for _, name := range placeholder.FindAllString(template, -1) {
			refuse(!slices.Contains(placeholders, name), "send: there is no %s", name)
		}
	}
	for _, list := range [][]Failure{c.Send.Failures, c.Status.Failures} {
		for _, f := range list {
			refuse(!slices.Contains(kinds, f.Kind), "failures: %q is no kind of failure", f.Kind)
			patterns = append(patterns, f.Match)
		}
	}
	for _, p := range patterns {
		_, err := regexp.Compile(p)
		refuse(err != nil, "a pattern is wrong: %v", err)
	}
	for name, state := range c.Status.States {
		refuse(!slices.Contains([]channels.DeliveryState{channels.Sent, channels.Delivered, channels.Failed}, state), "status.states.%s: %q is no state", name, state)
	}
	return errors.Join(wrong...)
}

var kinds = []channels.ErrorKind{
	channels.Temporary, channels.Throttled, channels.Rejected, channels.Unreachable, channels.Suspended, channels.UnknownSent,
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}

// matches reports whether a checked pattern matches s. Patterns are few, and looked at once a message.
func matches(pattern, s string) bool {
	return pattern == "" || regexp.MustCompile(pattern).MatchString(s)
}

// group is what the first group of a checked pattern finds in s, or all of the pattern where it has none.
func group(pattern, s string) string {
	m := regexp.MustCompile(pattern).FindStringSubmatch(s)
	if pattern == "" || len(m) == 0 {
		return ""
	}
	return m[min(1, len(m)-1)]
}
