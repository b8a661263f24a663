// Package channels is the contract between tanggap and the platforms on which citizens write.
//
// One Adapter is one account (a bot, a number, a mailbox) on one platform. It turns what the platform
// delivers into Inbound values and hands them to an Inbox; it makes one attempt at sending an Outbound.
// It never splits, retries, sleeps between attempts, or keeps state that a restart may not lose.
// The package uses the standard library only.
package channels

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

// Adapter is one account on one platform. It is safe for concurrent use.
type Adapter interface {
	// Name is the account's key in the configuration.
	Name() string
	// Capabilities is constant for the life of the adapter.
	Capabilities() Capabilities
	// Send makes one attempt. A failure is an *Error whose Kind decides what the outbox does next;
	// an error that is no *Error counts as Temporary. The context bounds the attempt: when it ends
	// after the request may have reached the platform, the error's Kind is Unknown; who names its messages
	// itself returns the name all the same.
	Send(context.Context, Outbound) (Receipt, error)
}

// Poller is an adapter that asks its platform for messages (Telegram getUpdates, IMAP).
type Poller interface {
	Adapter
	// Poll delivers to the Inbox until ctx ends, then returns nil. It rides out outages of the platform
	// and refusals of the Inbox itself, with bounded backoff. It returns an error only for what no
	// waiting mends (credentials refused), wrapped in an *Error of kind Suspended.
	Poll(context.Context, Inbox) error
}

// Webhook is an adapter that is called by its platform.
type Webhook interface {
	Adapter
	// Handler serves POST /channels/{account} and /channels/{account}/status (its paths are relative:
	// "/" and "/status"). It bounds the body, checks the signature before it reads meaning into it,
	// and answers 2xx only after the Inbox took everything; 403 for a bad signature, 413 over the
	// limit, 503 where the Inbox refused.
	Handler(Inbox) http.Handler
}

// Registrar is a Webhook that tells its platform where to call. It is asked to at each start, and again
// until it succeeds.
type Registrar interface {
	Webhook
	Register(context.Context) error
}

// Fetcher is an adapter whose media are fetched after the text is safe.
type Fetcher interface {
	Adapter
	// Fetch opens the media that ref (Media.Ref of one of this account's Inbounds) names. The reader
	// ends at the platform's limit; an *Error of kind Rejected says that it is gone for good.
	Fetch(ctx context.Context, ref string) (io.ReadCloser, error)
}

// Extractor is an adapter whose media lie in the raw bytes that it delivered (mail).
type Extractor interface {
	Adapter
	// Extract opens the media that ref (Media.Ref) names in raw (Inbound.Raw of the same message).
	Extract(raw []byte, ref string) (io.ReadCloser, error)
}

// Finder is an adapter whose platform can be asked what became of an attempt with unknown outcome.
type Finder interface {
	Adapter
	// Find looks for the message that an attempt to send out, begun at since, may have left on the
	// platform. found false with a nil error means that the platform says it has no such message.
	Find(ctx context.Context, out Outbound, since time.Time) (receipt Receipt, found bool, err error)
}

// Checker is an adapter that can prove its configuration against the platform without touching a
// citizen: `tanggap check` calls it.
type Checker interface {
	Adapter
	// Check returns one line of facts fit for an operator (never a secret), or an *Error.
	Check(context.Context) (string, error)
}

// Inbox takes what platforms deliver. It is implemented once, by package bot.
type Inbox interface {
	// Accept makes messages durable. nil: all are committed, acknowledge them. An error: none may be
	// acknowledged. It is idempotent on (Account, EventID). The greatest Cursor is committed with them.
	Accept(context.Context, ...Inbound) error
	// Cursor is the account's last committed cursor, "" at the first start.
	Cursor(ctx context.Context, account string) (string, error)
	// Report takes a delivery receipt. It may come before Send has returned, twice, or out of order.
	Report(context.Context, Report) error
}

// Marker is an Inbox that commits a cursor without a message. A Poller marks where it stands at the first
// start of an account whose platform holds old messages that are not to be taken: without the mark, what
// comes between the first start and the first Accept would count as old after a restart.
type Marker interface {
	Inbox
	// Mark makes cursor the account's committed cursor. nil: it is durable.
	Mark(ctx context.Context, account, cursor string) error
}

// Address is what one platform needs to reach one citizen.
type Address struct {
	Kind  AddressKind `json:"kind"`
	Value string      `json:"value"` // normalised: decimal chat id, E.164 with "+" (or an allow-listed short code), lower-case mail address
}

// AddressKind is the name space of an address. Channels may share one: SMS and WhatsApp share Tel.
type AddressKind string

// The address kinds in use.
const (
	TelegramID AddressKind = "telegram"
	Tel        AddressKind = "tel"
	Mail       AddressKind = "email"
	Web        AddressKind = "web"
)

// InboundKind says what happened on the platform.
type InboundKind string

// The kinds of Inbound.
const (
	Message   InboundKind = "message"   // a new text, picture, place …
	Edit      InboundKind = "edit"      // a new version of the message MessageID
	Button    InboundKind = "button"    // a choice pressed; Choice holds its ID, MessageID our message that carried it
	Blocked   InboundKind = "blocked"   // the citizen shut us out (blocked the bot, sent STOP)
	Unblocked InboundKind = "unblocked" // and let us in again
	Bounce    InboundKind = "bounce"    // a message of ours came back (mail)
	Robot     InboundKind = "robot"     // automatic mail: auto-reply, list, loop; never opens a ticket, never gets an answer
	Copied    InboundKind = "copied"    // staff wrote it past us, from the account itself (the Sent folder of a mailbox); it went to From
	Ignored   InboundKind = "ignored"   // understood, and nobody's report: talk in a group that is not addressed to us, a reaction; Matter says what
	Unknown   InboundKind = "unknown"   // nothing the adapter understands; Raw holds it, it goes to quarantine
)

// Inbound is one thing that a platform delivered.
type Inbound struct {
	Account   string      `json:"account"`
	Kind      InboundKind `json:"kind"`
	EventID   string      `json:"event_id"`             // what deduplicates within the account; never empty. One that begins with "mail:" names the content, and deduplicates among all of them
	MessageID string      `json:"message_id,omitempty"` // the platform's name of the message, as Outbound.ReplyTo takes it
	// Cursor is the position to go on from when this one is committed. Cursors of one account compare
	// by length, then bytewise (plain decimals do, and "validity:uid" zero-padded by the adapter);
	// the store takes the cursor of the last Inbound of an Accept call as it stands.
	Cursor   string   `json:"-"`
	From     Address  `json:"from"`               // who wrote it; of a Copied one, to whom it went
	Name     string   `json:"name,omitempty"`     // the display name that the platform tells
	Thread   string   `json:"thread,omitempty"`   // the conversation to answer into: chat id of a group, SMS centre; "" is From itself
	Group    bool     `json:"group,omitempty"`    // others can read the conversation
	ReplyTo  []string `json:"reply_to,omitempty"` // MessageIDs this one answers, the nearest first (mail: In-Reply-To, then References from the end); another account's as Of has it
	Subject  string   `json:"subject,omitempty"`
	Text     string   `json:"text,omitempty"`     // what the citizen wrote: plain, UTF-8, no NUL; of a Part with the spaces at its ends
	Quoted   string   `json:"quoted,omitempty"`   // what the adapter recognised as quotation or signature, kept for staff
	Language string   `json:"language,omitempty"` // the platform's hint, BCP 47
	Point    *Point   `json:"point,omitempty"`
	Media    []Media  `json:"media,omitempty"`
	Choice   string   `json:"choice,omitempty"` // of a Button
	// Described marks a Text that says what was sent in place of words (a contact, a die): it is for staff, and
	// means nothing to who reads words.
	Described bool `json:"described,omitempty"`
	// Forwarded says whose words they are where the sender passes on what somebody else wrote; nil: his own.
	Forwarded *Forwarded `json:"forwarded,omitempty"`
	// Own are more addresses of the sender, of which the platform vouches that they are his: a phone number that
	// he shared from his own account.
	Own []Address `json:"own,omitempty"`
	// Live marks a Point that goes on moving: an Edit tells where its sender is now, and no more.
	Live bool `json:"live,omitempty"`
	// Overheard marks what was said in a Group to others. It counts only with a piece of the same Album that was
	// said to us, or as an Edit of a message that we have.
	Overheard bool   `json:"overheard,omitempty"`
	Matter    string `json:"matter,omitempty"` // of an Ignored one: what it is, in a few English words and none of the sender's
	// Album groups Inbounds of one Account and From that are one message sent in pieces (a Telegram
	// media group, the parts of a long SMS). Part counts from 1; Parts is 0 where the platform does
	// not say how many there are.
	Album  string    `json:"album,omitempty"`
	Part   int       `json:"part,omitempty"`
	Parts  int       `json:"parts,omitempty"`
	SentAt time.Time `json:"sent_at"` // as the platform says; zero where it says nothing
	// Mute marks a message that must not be answered: its sender cannot be reached (an alphanumeric
	// SMS sender) or it is from before our time (mail imported at first start).
	Mute bool `json:"mute,omitempty"`
	// Unverified marks a message whose sender the platform does not vouch for (mail that fails
	// authentication): it never joins a ticket by itself and its receipt holds nothing private.
	Unverified bool `json:"unverified,omitempty"`
	// Unproven marks a message of which nothing tells whether its sender wrote it (mail without
	// authentication): it reaches no ticket but that of the message of ours which it answers. Its ReplyTo holds
	// none of ours that its sender could have made up.
	Unproven bool `json:"unproven,omitempty"`
	// Claims are MessageIDs of ours that the message points at without having them right. They show staff what it
	// is about, and give it nothing.
	Claims  []string `json:"claims,omitempty"`
	Sign    Sign     `json:"sign,omitempty"`     // of a Robot: what gave it away, where the adapter can tell
	Bounced *Report  `json:"bounced,omitempty"`  // of a Bounce: what it says about our message
	Raw     []byte   `json:"-"`                  // the bytes as delivered
	RawType string   `json:"raw_type,omitempty"` // their media type: application/json, message/rfc822 …
}

// Forwarded is where passed-on words come from.
type Forwarded struct {
	Kind string `json:"kind"`           // person, hidden (a person who does not want to be known), group or channel
	Name string `json:"name,omitempty"` // as the platform tells it
}

// Of names a MessageID of another account of ours.
func Of(account, id string) string { return account + " " + id }

// Whose is the account, and what it calls the message, of an entry in the ReplyTo of a message to account.
func Whose(account, entry string) (owner, id string) {
	if owner, id, ok := strings.Cut(entry, " "); ok {
		return owner, id
	}
	return account, entry
}

// Point is a place in WGS 84 degrees.
type Point struct {
	Lat float64 `json:"lat"`
	Lng float64 `json:"lng"`
	// Accuracy is the platform's radius of uncertainty in metres, 0 where it says nothing.
	Accuracy float64 `json:"accuracy,omitempty"`
	Label    string  `json:"label,omitempty"` // a venue's name and address
}

// Media is a reference to something attached. It holds no URL with a token and no closure.
type Media struct {
	Ref  string `json:"ref"`            // what Fetcher.Fetch takes: file_id, MediaSid, number of the MIME part
	Name string `json:"name,omitempty"` // the sender's file name, untrusted
	Type string `json:"type,omitempty"` // the claimed media type, untrusted
	Size int64  `json:"size,omitempty"` // bytes, 0 where unknown
	// Unique is equal for the same file sent again, where the platform can tell.
	Unique string `json:"unique,omitempty"`
	// Data holds the bytes where the platform delivered them with the message (a MIME part); the
	// inbox keeps only Raw, so Ref must still find them there. nil otherwise.
	Data []byte `json:"-"`
}

// Outbound is one platform message to send, already fitted to the account's Capabilities.
type Outbound struct {
	Key         string   // equal on every attempt at this message, unlike that of any other; at most 40 of [a-z0-9-]
	To          Address  // whom
	Thread      string   // Inbound.Thread of the conversation, "" for the address itself
	ReplyTo     string   // MessageID to answer, "" for none
	References  []string // earlier MessageIDs of the conversation, oldest first; for mail
	Subject     string   // where Capabilities.Subject
	Text        string   // plain UTF-8; the adapter escapes what its platform needs
	Language    string   // "id" or "en"
	Choices     []Choice // at most Capabilities.Choices
	Attachments []Attachment
	// Automatic marks a message that no person wrote, such as a receipt (mail: Auto-Submitted,
	// null return path).
	Automatic bool
	// Notice marks an Automatic message that answers nothing, and whose return is wanted to be known (mail:
	// auto-generated, with a return path).
	Notice bool
	// First is when the first attempt at this message began; it dates the message, so that each
	// attempt has the same bytes.
	First time.Time
}

// Choice is an answer to press.
type Choice struct {
	ID    string `json:"id"`    // comes back as Inbound.Choice; at most 64 bytes
	Label string `json:"label"` // what the citizen reads
}

// Attachment is a file to send.
type Attachment struct {
	Name string
	Type string
	Size int64
	Open func() (io.ReadCloser, error)
}

// Receipt is what the platform said when it took a message.
type Receipt struct {
	MessageID string        // names the message in later Reports and replies
	State     DeliveryState // Sent, or Delivered where taking it is delivery
	Segments  int           // of SMS, as the platform counts; 0 where it says nothing
}

// DeliveryState is how far a message got.
type DeliveryState string

// The states that a platform can report.
const (
	Sent      DeliveryState = "sent"
	Delivered DeliveryState = "delivered"
	Failed    DeliveryState = "failed"
)

// Report is a delivery receipt for a message that we sent.
type Report struct {
	Account   string        `json:"account"`
	EventID   string        `json:"event_id"`             // deduplicates; never empty
	MessageID string        `json:"message_id,omitempty"` // Receipt.MessageID …
	Key       string        `json:"key,omitempty"`        // … or Outbound.Key, where the platform carries it back
	State     DeliveryState `json:"state"`
	Kind      ErrorKind     `json:"kind,omitempty"`   // of a Failed: Rejected, Unreachable …
	Code      string        `json:"code,omitempty"`   // the platform's code
	Reason    string        `json:"reason,omitempty"` // in words, English, without addresses
	At        time.Time     `json:"at"`
}
