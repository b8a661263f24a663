package tickets

import "time"

// Row is an inbox row that waits.
type Row struct {
	ID         int64
	Account    string
	EventID    string
	Kind       string
	ReceivedAt time.Time
	Payload    []byte
	Elsewhere  string // ticket, follow_up or command: what became of the same thing that another account took
	Person     bool   // staff say that a person wrote it, whatever the channel made of it
}

// sayPerson is the outcome, before there is one, of a row of which staff say so.
const sayPerson = "person"

// Situation is all that a decision about one sender may look at.
type Situation struct {
	Now       time.Time
	Rows      []Row   // of one sender, waiting, oldest first, at most 64; none when a person or a timer acts
	Citizen   Citizen // ID is set, also of one never seen before
	New       bool    // never seen before
	Contact   Contact // the sender's address; State "" of a new one
	Cases     []Case  // the citizen's tickets, newest first, at most 20; of Work: the one acted on first
	Reference Reference
	// Known tells, of the platform's message names that the rows mention, which ticket they are on.
	Known map[Mention]MessageRef
}

// Case is a ticket of the citizen.
type Case struct {
	Ticket
}

// Mention is a message as its platform names it; without an Account, a ticket by its reference.
type Mention struct{ Account, ExternalID string }

// MessageRef is a message that a Mention found, or a ticket.
type MessageRef struct {
	MessageID int64
	TicketID  int64
	CitizenID int64
	Direction Direction
	Purpose   string    // of an outbound one
	Reference Reference // of the ticket, "" where it is on none
}

// Mentions is what a row refers to; the caller of Process reads it from the payload.
type Mentions func(Row) []Mention

// What can become of an inbox row.
const (
	BecameTicket     = "ticket"     // it opened a ticket
	BecameFollowUp   = "follow_up"  // it joined one
	BecameCommand    = "command"    // it was answered and changed no thread
	BecameDuplicate  = "duplicate"  // the same thing had come another way
	BecameIgnored    = "ignored"    // nothing for us: robots, channel posts
	BecameQuarantine = "quarantine" // not understood; a person looks at it
)

// Change is what a decision makes of a Situation. The store writes all of it, or nothing.
type Change struct {
	Hold time.Time // not zero: take nothing, look again then
	Take []int64   // the rows this change is about; what is left waits for the next round

	Became string // of the rows taken
	Reason string // why, for staff; no citizen's words

	// Anew says that the sender's address proves nothing about the citizen it belonged to: it gets a
	// citizen of its own, and what is new in this change is that one's.
	Anew    bool
	Citizen *Citizen // changed, or to be written as it now is
	Contact *Contact // changed
	// Return notes the way the rows came: it is written to the sender's address.
	Return *Return

	New     *Ticket  // a new ticket; ID, Version and times are filled in
	Tickets []Ticket // changed ones, with the Version seen
	In      *Message // the citizen's message or a note; TicketID 0 means New
	Say     []Intent // what to tell the citizen
	Events  []Event  // TicketID 0 means New
	Timers  []Timer  // set; a zero Due cancels
	Joins   []Join   // to incidents, and out of them
	Report  *Report  // what a bounce says about one of our messages
}

// Intent is what is to be said to a citizen; dispatch makes platform messages of it.
type Intent struct {
	TicketID  int64 // 0 means New, or none where there is no New
	None      bool  // about no ticket, even where there is a New
	Purpose   string
	Via       Return
	Author    string // "bot", or who of the staff
	Subject   string
	Text      string
	Choices   []Choice
	Automatic bool
	After     time.Time // not before
	// Tell names a timer of the ticket that is set to now when the fate of the message is known; its
	// Data is "sent", then "delivered" where the platform reports that, or "failed".
	Tell  string
	Files []Attachment
}

// Choice is an answer to press.
type Choice struct {
	ID    string `json:"id"`
	Label string `json:"label"`
}

// Timer is a time at which something is to be looked at again. Kind and Subject name it.
type Timer struct {
	Kind    string
	Subject int64 // a ticket's id, mostly; 0 means New
	Due     time.Time
	Data    string
	Tries   int
}

// Result names what a Change wrote.
type Result struct {
	Ticket   int64 // the new or the first changed ticket
	Messages []int64
}
