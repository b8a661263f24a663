package router

import "tanggap/router/place"

// Definition is a city pack before it is compiled: plain data, as a pack's files spell it.
// Package cities reads one from a folder.
type Definition struct {
	Facts      Facts
	Agencies   []Agency
	Categories []Category
	Sets       []Set   // named alternatives, used in patterns as <name>
	Guards     []Guard // look-alikes: words that are not what they seem
	Conduct    Conduct
	Kinds      Kinds
	Places     place.Definition
}

// Facts says what a city is called and how it works.
type Facts struct {
	ID        string // "dki"
	Name      string // "Pemprov DKI Jakarta"
	ShortName string // for receipts: GSM-7, at most 12 characters
	Zone      string // IANA name
	Root      string // id of the agency with the verification queue
	Inspector string // id of the agency that takes reports about conduct
	// FirstHop is "agency", or the level of the area office (such as "kelurahan") that takes a
	// report with a known place first.
	FirstHop  string
	Threshold float64 // below this confidence Decide abstains
	// Accuracy is how many of what is routed alone an administrator wants right, as a share; 0 where nobody
	// said, and Threshold stands.
	Accuracy  float64
	Privacy   string // URL of the privacy notice, "" while there is none
	Emergency Emergency
	Days      Days
	// Answer is what may be promised where a category's own deadline is an example, or is none.
	Answer Deadline
}

// Emergency is the number that helps at once.
type Emergency struct {
	Number string
	Origin
}

// Days are the pack's settings of the ticket's life, in working days unless a name says otherwise.
type Days struct {
	Confirm      int // of silence after a resolution was delivered, then the ticket closes
	Pending      int // that one question to the citizen may pause the deadline
	PendingTotal int // and all of them together
	Reopen       int // in which BELUM reopens a closed ticket
	Origin
}

// Origin is where a fact comes from (invariant 8 of DESIGN.md). A fact without Source is an Example:
// it is shown marked, and is not sent to citizens until an administrator has confirmed it.
type Origin struct {
	Source  string `json:"source,omitempty"`
	Checked string `json:"checked,omitempty"` // YYYY-MM-DD
	Example bool   `json:"example,omitempty"`
}

// The kinds of agency. Area offices have the level of their area ("kelurahan") as kind.
const (
	Province     = "province"
	Dinas        = "dinas"
	Inspectorate = "inspectorate"
	External     = "external"
	Unit         = "unit"
)

// Agency is who can act.
type Agency struct {
	ID       string `json:"id"`
	Parent   string `json:"parent,omitempty"` // "" for the root desk alone
	Name     string `json:"name"`
	Short    string `json:"short"` // GSM-7, at most 20 characters: stands in an SMS receipt
	Kind     string `json:"kind"`
	Area     string `json:"area,omitempty"`     // code of the area that it is the office of
	External bool   `json:"external,omitempty"` // gets a letter or mail; not ours to command
	Zone     string `json:"zone,omitempty"`     // "" is the city's
	Hours    string `json:"hours,omitempty"`    // name of work hours in the calendar; "" is the city's
	// Mailbox and Chat are where it hears of its work, until a person sets it otherwise: a mail address
	// and the id of a Telegram chat, "" for none.
	Mailbox string `json:"-"`
	Chat    string `json:"-"`
	// Words are what citizens call it, as patterns: they tell which agency a report about conduct
	// concerns.
	Words []string `json:"-"`
	Origin
}

// Category is one topic in the citizens' own terms.
type Category struct {
	ID     string
	Name   map[string]string // by language
	Agency string            // who handles it, or …
	Office string            // … the level of the area whose office does: "kelurahan"
	Kind   string            // "" is Complaint
	// Located says that the matter lies at a place, so that FirstHop applies.
	Located   bool
	Conduct   bool // about officials: goes to the inspectorate, sealed
	Sensitive bool // sealed for the agency that handles it
	Emergency bool // answered at once with the emergency number
	Outside   bool // beyond the city: where the report names no place inside, nobody else can act
	Deadline  Deadline
	Patterns  Patterns
	Origin
}

// Deadline is a promise in working time. Package tickets/clock counts it.
type Deadline struct {
	Value int    `json:"value"`
	Unit  string `json:"unit"` // hours, calendar_days or working_days
	Origin
}

// The units of a Deadline.
const (
	Hours        = "hours"
	CalendarDays = "calendar_days"
	WorkingDays  = "working_days"
)

// Patterns are the words that speak for a category, by how much they say, and those that speak
// against it. The syntax is in pattern.go.
type Patterns struct {
	Sure    []string // decides alone
	Strong  []string // decides unless something else speaks
	Hint    []string // supports
	Against []string // weighs against
}

// Set is a named list of alternatives.
type Set struct {
	Name  string
	Words []string
}

// Guard, whose Name is for the pack's authors, says that what it matches is no emergency ("pemadam kebakaran"); a Figure of speech says
// nothing at all ("kebakaran jenggot").
type Guard struct {
	Name     string
	Patterns []string
	Figure   bool
}

// Kinds are the patterns by which a report is seen to ask or to propose rather than to complain.
type Kinds struct {
	Information []string
	Suggestion  []string
	Complaint   []string // something is wrong: outweighs both
}

// Conduct says how a report about officials is recognised beyond the conduct categories' own words.
type Conduct struct {
	// Private are words of people who are no officials ("preman", "tetangga", "pinjol"): where only
	// such are accused, a conduct word that needs an official does not count.
	Private []string
	// Suspect are words that leave open whether an official's conduct is meant ("ijazah ditahan"):
	// such a report is sealed and left to the root desk.
	Suspect []string
}
