package config

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Gateway is SMS by HTTP through the city's own gateway. A preset says how the gateway talks; the tables
// send, auth, receive and status override it, or say it all where there is none.
type Gateway struct {
	Preset      string  `toml:"preset"`            // "" for none
	SendURL     string  `toml:"send_url,required"` // without a query
	Username    string  `toml:"username"`
	Password    Secret  `toml:"password"`
	From        string  `toml:"from,required"`   // our number or short code
	Secret      Secret  `toml:"secret,required"` // of the calls that the gateway makes to us
	SMSC        string  `toml:"smsc"`            // the SMS centre to send through; "" leaves it to the gateway, "*" is the citizen's
	Region      string  `toml:"region"`          // ISO 3166, of numbers without a country code
	MaxSegments int     `toml:"max_segments"`    // of one SMS
	PerSecond   float64 `toml:"per_second"`      // messages at most
	PriceIn     Price   `toml:"price_in"`
	PriceOut    Price   `toml:"price_out"`

	Send    GatewaySend    `toml:"send"`
	Auth    GatewayAuth    `toml:"auth"`
	Receive GatewayReceive `toml:"receive"`
	Status  GatewayStatus  `toml:"status"`
}

// GatewaySend says how the gateway takes a message. Query, Body and the values of Header are templates with
// {to}, {from}, {text}, {key}, {username}, {password}, {coding}, {smsc} and {status_url}.
type GatewaySend struct {
	Method      string            `toml:"method"` // GET or POST; "" is POST where there is a body
	Query       string            `toml:"query"`
	Body        string            `toml:"body"`
	ContentType string            `toml:"content_type"`
	Header      map[string]string `toml:"header"`
	Plain       bool              `toml:"plain"`      // {to} without its "+"
	Accepted    string            `toml:"accepted"`   // regexp on the body of a 2xx answer
	MessageID   string            `toml:"message_id"` // regexp on it whose first group names the message
	Probe       string            `toml:"probe"`      // query that tests the login and sends nothing
	Failures    []GatewayFailure  `toml:"failures"`
}

// GatewayFailure gives a kind to an answer or a delivery receipt; the first that matches counts.
type GatewayFailure struct {
	Status int    `toml:"status"` // of the answer, 0 for any
	Match  string `toml:"match"`  // regexp on the answer's body or the receipt's detail
	Kind   string `toml:"kind,required"`
	Reason string `toml:"reason"`
}

// GatewayAuth says how the gateway proves itself, with Gateway.Secret.
type GatewayAuth struct {
	Field  string `toml:"field"`  // of the query or form, holds the secret
	Header string `toml:"header"` // holds the secret
	HMAC   string `toml:"hmac"`   // header that holds the HMAC-SHA256 of the body under the secret
}

// GatewayReceive names the fields of a message from a citizen.
type GatewayReceive struct {
	From       string `toml:"from"`
	To         string `toml:"to"`
	Text       string `toml:"text"`
	ID         string `toml:"id"`
	Time       string `toml:"time"`
	TimeFormat string `toml:"time_format"` // "" is seconds since 1970, "ms" milliseconds, else a layout of Go's package time
	UDH        string `toml:"udh"`
	Coding     string `toml:"coding"`
	Charset    string `toml:"charset"`
	SMSC       string `toml:"smsc"`
}

// GatewayStatus names the fields of a delivery receipt.
type GatewayStatus struct {
	Key       string            `toml:"key"`        // holds {key}
	MessageID string            `toml:"message_id"` // or holds what GatewaySend.MessageID found
	State     string            `toml:"state"`
	Detail    string            `toml:"detail"`
	Time      string            `toml:"time"`
	States    map[string]string `toml:"states"` // to sent, delivered or failed
	Code      string            `toml:"code"`   // regexp on the detail whose first group is the operator's code
	Failures  []GatewayFailure  `toml:"failures"`
}

// Presets are the gateways that we know how to talk to.
func Presets() []string { return []string{"kannel"} }

// Type is "sms-gateway".
func (*Gateway) Type() string { return "sms-gateway" }

// Called is true.
func (*Gateway) Called() bool { return true }

func (g *Gateway) check(d *decoder, path string) {
	if g.SendURL != "" {
		d.baseURL(join(path, "send_url"), g.SendURL)
	}
	d.region(join(path, "region"), g.Region)
	if key := join(path, "max_segments"); (g.MaxSegments < 1 || g.MaxSegments > 255) && !d.failed(key) {
		d.fail(key, "%d is not between 1 and 255", g.MaxSegments)
	}
	if key := join(path, "per_second"); !(g.PerSecond > 0) && !d.failed(key) {
		d.fail(key, "must be more than 0")
	}
	if g.Preset == "" {
		g.checkWhole(d, path)
	} else if !slices.Contains(Presets(), g.Preset) {
		d.fail(join(path, "preset"), "%q is none of %q", g.Preset, Presets())
	}
	d.oneOf(join(path, "send.method"), g.Send.Method, "", "GET", "POST")
	d.pattern(join(path, "send.accepted"), g.Send.Accepted)
	d.pattern(join(path, "send.message_id"), g.Send.MessageID)
	d.pattern(join(path, "status.code"), g.Status.Code)
	for _, name := range slices.Sorted(maps.Keys(g.Status.States)) {
		d.oneOf(join(path, "status.states."+name), g.Status.States[name], "sent", "delivered", "failed")
	}
	d.failures(join(path, "send.failures"), g.Send.Failures)
	d.failures(join(path, "status.failures"), g.Status.Failures)
}

func (d *decoder) failures(path string, list []GatewayFailure) {
	for i, f := range list {
		at := join(path, strconv.Itoa(i+1))
		d.pattern(join(at, "match"), f.Match)
		if f.Kind != "" { // missing, which was said
			d.oneOf(join(at, "kind"), f.Kind, "temporary", "throttled", "rejected", "unreachable", "suspended", "unknown")
		}
	}
}

// checkWhole is for a gateway without a preset, which has to be described.
func (g *Gateway) checkWhole(d *decoder, path string) {
	if !strings.Contains(g.Send.Query+g.Send.Body, "{text}") {
		d.fail(join(path, "send"), "without a preset query or body must hold {text}")
	}
	if g.Auth == (GatewayAuth{}) {
		d.fail(join(path, "auth"), "without a preset field, header or hmac must say how the gateway proves itself")
	}
	if g.Receive.From == "" || g.Receive.Text == "" {
		d.fail(join(path, "receive"), "without a preset from and text must name the fields of a message")
	}
}

func (d *decoder) pattern(path, expression string) {
	if _, err := regexp.Compile(expression); err != nil {
		d.fail(path, "%v", err)
	}
}

func (d *decoder) oneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		d.fail(path, "%q is none of %q", value, allowed)
	}
}

func (d *decoder) region(path, value string) {
	if len(value) != 2 || strings.ToUpper(value) != value {
		d.fail(path, "%q is no country code such as ID", value)
	}
}
