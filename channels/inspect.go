package channels

import (
	"context"
	"net"
)

// Inspector is an adapter that sees more than whether the account works: each part of it, what surrounds
// it, and what is to be mended there. `tanggap check` calls it instead of Check.
type Inspector interface {
	Adapter
	// Inspect looks, and touches no citizen. What cannot be told is a Finding too, never an error. The
	// resolver is asked about domains; nil is the system's.
	Inspect(context.Context, *net.Resolver) []Finding
}

// Prover is an adapter whose account can write to itself.
type Prover interface {
	Adapter
	// Self is the account's own address.
	Self() Address
	// Prove sends the Outbound to Self, waits for it within a bound of its own, and says what could be seen of
	// its way. It never becomes anybody's ticket, also where the account is being polled.
	Prove(context.Context, Outbound) []Finding
}

// Grade says how bad a Finding is.
type Grade string

// The grades, from good to bad.
const (
	Fine     Grade = "fine"
	Doubtful Grade = "doubtful" // works, or may not; a person should look
	Wrong    Grade = "wrong"    // does not work as it is
)

// Finding is one thing that an Inspector looked at. It holds no secret and no citizen's address.
type Finding struct {
	Subject string // "SPF", "quota" …; "" is the account as a whole
	Grade   Grade
	Detail  string   // what is so and, where that is not right, what to do
	Lines   []string // to enter somewhere as they stand, such as DNS records
}
