// Package tickets is the shared store of citizens, their reports and everything said about them,
// on SQLite or PostgreSQL. *Store is its one door; it knows no platform, no wording and no routing.
package tickets

import (
	"encoding/json"
	"time"
)

// Kind says what a citizen wants. The router proposes it, staff change it.
type Kind string

// The kinds of tickets.
const (
	Complaint   Kind = "complaint"
	Information Kind = "information"
	Suggestion  Kind = "suggestion"
	Misconduct  Kind = "misconduct"
)

// Ticket is one case. The zero time means "none" in every time field.
type Ticket struct {
	ID          int64
	Reference   Reference
	Version     int64 // counts the writes; a write compares the one it saw
	Kind        Kind
	State       State
	StateBefore State   // of a pending ticket: where an answer leads back to
	Outcome     Outcome // of a closed one
	Agency      string
	Category    string
	Area        string // area code, "" where unknown
	Lat, Lng    float64
	Located     bool // Lat and Lng mean something
	CitizenID   int64
	Return      Return // the way the citizen last wrote about this ticket, and so the way of every answer
	Language    string // "id" or "en"
	Subject     string
	Sealed      bool // conduct or sensitive: never to the agency concerned
	Emergency   bool
	Unverified  bool // the platform does not vouch for the sender
	Test        bool // pilot mode
	Question    Question
	Questions   int // asked so far
	Rejections  int
	Rating      int      // 1 to 5, 0 for none
	Decision    Decision // the router's, as of the last time it decided
	ExternalIDs map[string]string
	CreatedAt   time.Time
	UpdatedAt   time.Time
	DueAt       time.Time
	ResolvedAt  time.Time
	ClosedAt    time.Time
	PausedAt    time.Time
	ToldAt      time.Time // when the citizen was last told that something of his is on it
	chain       []byte
}

// Return is the way back to a citizen.
type Return struct {
	Channel string
	Account string
	Address Address
	Thread  string
	ReplyTo string // the platform's name of the citizen's last message
	Mute    bool   // cannot be answered this way
}

// Decision is the router's, in the form the store keeps: Data is the router's own JSON, opaque here.
type Decision struct {
	Agency     string
	Confidence float64
	Abstained  bool
	Data       json.RawMessage
}

// Question is what we are waiting for the citizen to say.
type Question string

// The questions.
const (
	NoQuestion  Question = ""
	AskConfirm  Question = "confirm" // SUDAH or BELUM
	AskMissing  Question = "missing" // what is missing, after BELUM
	AskPlace    Question = "place"   // where it is
	AskAnything Question = "staff"   // a clerk's question; any answer counts
)

// Address is what one platform needs to reach one citizen; Kind and Value are unique together.
type Address struct {
	Kind  string // telegram, tel, email, web
	Value string
}

// String is the address as a key: kind, colon, value.
func (a Address) String() string { return a.Kind + ":" + a.Value }

// Citizen is a member of the public.
type Citizen struct {
	ID        int64
	Name      string // as the platform last told it
	Language  string // "" until chosen
	Quiet     bool   // BERHENTI: no reminders, no ratings
	CreatedAt time.Time
}

// Contact is one address with what we know of it.
type Contact struct {
	Address
	ID        int64
	CitizenID int64
	State     string // "" usable, "unreachable", "stopped" (the citizen shut us out)
	Reason    string
	LastInAt  time.Time
	Account   string // where the citizen last wrote from this address …
	Thread    string // … and in which conversation
}

// Direction says who speaks in a Message.
type Direction string

// The directions.
const (
	In   Direction = "in"
	Out  Direction = "out"
	Note Direction = "note"
)

// Message is one text of a ticket's thread. An inbound one never changes; an edit is a new one.
type Message struct {
	ID         int64
	TicketID   int64 // 0: an answer to a command outside any ticket
	CitizenID  int64
	Direction  Direction
	Channel    string
	Account    string
	ExternalID string // the platform's, of an inbound one
	Replaces   int64  // the message that this one is a new version of
	Author     string // "citizen", "bot", or who of the staff
	Subject    string
	Text       string
	Quoted     string
	Point      string // JSON of a place sent along, "" for none
	SentAt     time.Time
	CreatedAt  time.Time
	Files      []Attachment
}

// Attachment is a file of a message; it is fetched after the text is safe.
type Attachment struct {
	ID        int64
	MessageID int64
	TicketID  int64
	Account   string
	InboxID   int64  // the inbox row it came with, whose raw bytes may hold it
	Ref       string // the platform's or the raw message's name of it
	Name      string
	Type      string
	Size      int64
	State     string // pending, stored, gone
	SHA256    string // hex, of a stored one
	Tries     int
}

// Event is one line of a ticket's history. Data holds no text of a citizen, only its hash.
type Event struct {
	ID       int64
	TicketID int64
	At       time.Time
	Actor    string // "citizen", "bot", "router", or who of the staff
	Type     string // created, routed, moved, transferred, replied, noted …
	Data     json.RawMessage
	Hash     []byte // SHA-256 over the previous event's hash and this event
}
