package gateway

import (
	"net/url"
	"strings"

	"tanggap/channels"
)

// kannel fills in how Kannel 1.4 talks: its sendsms interface, its sms-service's get-url (see
// KannelService) and the dlr-url that goes with each message.
// https://www.kannel.org/download/1.4.5/userguide-1.4.5/userguide.html, chapters 6.6 and 10.
func kannel(c Config) Config {
	if c.Send.Query == "" {
		// 31 asks for every event of a delivery: delivered, failed, buffered, accepted, refused.
		c.Send.Query = "username={username}&password={password}&from={from}&to={to}&charset=UTF-8&coding={coding}" +
			"&text={text}&dlr-mask=31&dlr-url={status_url}"
		if c.SMSC != "" {
			c.Send.Query += "&smsc={smsc}"
		}
		c.Send.Accepted = `^(0|3): ` // 0: Accepted for delivery, 3: Queued for later delivery
		c.Send.Probe = "username={username}&password={password}"
		c.Send.Failures = []Failure{
			{Status: 403, Match: "^Authorization failed", Kind: channels.Suspended, Reason: "Kannel refuses the account's username or password"},
			{Match: "(?i)denied by white- and/or black-lists", Kind: channels.Unreachable, Reason: "Kannel's lists deny the number"},
			{Match: "(?i)not routable", Kind: channels.Unreachable, Reason: "no SMS centre of Kannel's takes the number"},
			{Match: "(?i)^sender missing", Kind: channels.Suspended, Reason: "Kannel has no sender for the account"},
		}
	}
	if c.Auth == (Auth{}) {
		c.Auth.Field = "secret"
	}
	if c.Receive == (Receive{}) {
		c.Receive = Receive{
			From: "from", To: "to", Text: "text", ID: "id", Time: "time",
			UDH: "udh", Coding: "coding", Charset: "charset", SMSC: "smsc",
		}
	}
	if c.Status.State == "" {
		c.Status = Status{
			Key: "key", State: "state", Detail: "detail", Time: "time", Code: `\berr:([0-9A-Za-z]+)`,
			States: map[string]channels.DeliveryState{
				"1": channels.Delivered, "2": channels.Failed, "4": channels.Sent, "8": channels.Sent, "16": channels.Failed,
			},
			// SMPP's message states, in the receipt text of its appendix B.
			Failures: []Failure{
				{Match: `\bstat:(EXPIRED|UNKNOWN|ENROUTE)`, Kind: channels.Temporary, Reason: "the phone could not be reached in time"},
				{Match: `\bstat:(UNDELIV|DELETED)`, Kind: channels.Unreachable, Reason: "the operator could not deliver the message"},
				{Match: `\bstat:REJECTD|^NACK`, Kind: channels.Rejected, Reason: "the operator refused the message"},
			},
		}
	}
	return c
}

// KannelService is the sms-service group that Kannel's configuration needs for an account, and the
// keys that its sendsms-user must have: what `tanggap check` and the guide show. Kannel tries a get-url
// again only if the smsbox group sets http-request-retry.
func KannelService(publicURL, name, secret string) string {
	hook := strings.TrimRight(publicURL, "/") + "/channels/" + name
	return strings.Join([]string{
		"group = sms-service",
		"keyword = default",
		"catch-all = true",
		"omit-empty = true",
		"max-messages = 0",
		`get-url = "` + kannelLiteral(hook) + "?secret=" + kannelLiteral(url.QueryEscape(secret)) +
			`&from=%p&to=%P&text=%b&coding=%c&charset=%C&udh=%u&time=%T&id=%I&smsc=%i"`,
		"",
	}, "\n")
}

// kannelLiteral keeps Kannel from reading an escape of its own into s.
func kannelLiteral(s string) string { return strings.ReplaceAll(s, "%", "%%") }
