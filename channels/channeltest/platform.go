// Package channeltest holds every adapter to the contract of package channels.
package channeltest

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"tanggap/channels"
)

// Platform is a fake of one platform with one account on it, made fresh for each behaviour. The suite
// acts through it as the citizen, the operator and the weather. It is safe for concurrent use, and
// ends what it started in t.Cleanup.
type Platform interface {
	// Adapter makes the adapter under test, as a process does at its start. Calls to it after the
	// first are restarts: nothing but the Inbox's cursor is carried over. client is what the
	// adapter must do HTTP with (nil: its own); log takes everything it says.
	Adapter(t *testing.T, client *http.Client, log *slog.Logger) channels.Adapter
	// Write makes citizen n (0, 1, 2 …) write text to the account, and returns the MessageID that the
	// Inbound will have. A webhook platform calls Handler until it is answered 2xx, as the real one
	// does (or once, whatever the answer, where the real one never comes back; then Redelivers is false).
	// The suite may call it from several goroutines, and while the Inbox refuses.
	Write(t *testing.T, n int, text string) (messageID string)
	// WriteBytes makes the platform deliver something that no adapter can understand.
	WriteBytes(t *testing.T, body []byte)
	// Redeliver makes the platform deliver the message once more, as after a lost acknowledgement.
	Redeliver(t *testing.T, messageID string)
	// Connect gives a webhook platform the handler to call, anew at each restart; never called for a Poller.
	Connect(h http.Handler)
	// Forged is a call with everything right but its signature; nil for a Poller.
	Forged(t *testing.T) *http.Request
	// Signed is the platform's own call carrying body bytes of padding beyond a normal message; nil for a Poller.
	Signed(t *testing.T, padding int) *http.Request
	// Address is citizen n's.
	Address(n int) channels.Address
	// Taken lists what the platform has taken from the account, in order.
	Taken() []Taken
	// Fail makes the next n sends end so.
	Fail(f Failure, n int)
	// Outage makes the platform break and refuse (true) or accept (false) connections. A Poller's
	// platform that is not reached through client may have a method Refused() int, how often it did so.
	Outage(on bool)
	// Confirm makes the platform report the message delivered; false where it reports nothing.
	Confirm(t *testing.T, messageID string) bool
	// Secrets are strings that may appear in no log line, error or report.
	Secrets() []string
}

// Taken is one message as it reached the platform.
type Taken struct {
	MessageID string
	To        channels.Address
	Text      string
	ReplyTo   string
	At        time.Time
}

// Failure is how a send goes wrong.
type Failure string

// The failures a platform can be told to show. One that a platform does not know is left out of its Failures.
const (
	FailTemporary   Failure = "temporary"   // 500, 451
	FailThrottled   Failure = "throttled"   // 429 with 7 seconds, where the platform can say so
	FailRejected    Failure = "rejected"    // 400, 554 for the content
	FailUnreachable Failure = "unreachable" // blocked, no such mailbox
	FailSuspended   Failure = "suspended"   // 401, 535
	FailReset       Failure = "reset"       // takes the message, then breaks the connection before it answers
	FailDial        Failure = "dial"        // refuses the connection: nothing was sent
	FailHang        Failure = "hang"        // takes the message and never answers, until the caller hangs up
)

// Options says what the adapter under test claims.
type Options struct {
	// New makes a fresh Platform.
	New func(t *testing.T) Platform
	// Failures that the platform can show.
	Failures []Failure
	// Redelivers is whether the platform comes back after a refusal. False for plain SMS gateways.
	Redelivers bool
	// MaxBody is the webhook's limit in bytes, 0 for pollers.
	MaxBody int
	// Count measures a text where the adapter's limit is in Segments; nil for the other units.
	Count func(string) int

	// patience is how long the suite waits for what must happen; zero is two minutes.
	patience time.Duration
}
