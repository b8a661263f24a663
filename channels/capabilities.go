package channels

import "time"

// Capabilities says what an account can carry. Core code switches on these, never on a channel's name.
type Capabilities struct {
	Channel     string      // telegram, sms, whatsapp, email …: what staff and the API call it
	Addresses   AddressKind // the kind of address that it reaches
	Text        Limit
	Choices     int           // buttons a message may carry, 0 for none
	Attachments int64         // bytes one attachment may have, 0 for none
	Subject     bool          // messages have a subject
	Threads     bool          // a reply can point at an earlier message
	Receipts    bool          // the platform reports delivery after Send
	Finds       bool          // the adapter is a Finder
	ReplyWindow time.Duration // how long after the citizen's last message we may write freely, 0 for ever
	Paid        bool          // the citizen or the city pays for each message
	Mute        bool          // cannot be answered at all (an alphanumeric sender)
	Pace        Pace
	// Patience is how long one Send may take, where less than usual would make messages arrive twice: the answer
	// of a mail server that looks for viruses first. 0 means the dispatcher's own.
	Patience time.Duration
}

// Limit is how long one message may be, as the platform counts.
type Limit struct {
	Max  int
	Unit Unit
}

// Unit is what a platform counts.
type Unit string

// The units in use.
const (
	UTF16    Unit = "utf16"    // UTF-16 code units (Telegram)
	Runes    Unit = "runes"    // code points
	Bytes    Unit = "bytes"    // UTF-8 bytes
	Segments Unit = "segments" // SMS segments, counted by package channels/sms
)

// Pace is how fast an account may send. Zero values set no bound.
type Pace struct {
	PerSecond      float64       // for the whole account
	PerThread      time.Duration // between two messages to one conversation
	PerGroup       time.Duration // the same for a conversation that others read
	MaxConcurrency int           // calls under way at once; 0 means 8
}
