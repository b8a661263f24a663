// Package alert wakes those on call when an emergency comes in: at once, once, again where nobody looks, and
// in a flood by a few messages that count. It says nothing of what citizens wrote or who they are.
package alert

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"tanggap/channels"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/oncall"
)

// Options of New.
type Options struct {
	City func() *router.City
	URL  string // of the console's server, without a slash at its end; "" for messages without links
	// After is how long an emergency may stand that nobody opened before those on call are told again, and
	// the next of them; 0 means 10 minutes.
	After time.Duration
	// Gather is the longest that emergencies which come one upon the other wait to be told in one message;
	// 0 means 10 minutes. The first of them never waits.
	Gather time.Duration
	// Account is what messages to a kind of address leave through; ok is false where nothing reaches such.
	Account func(kind channels.AddressKind) (name string, caps channels.Capabilities, ok bool)
	// Allow says whom this installation may write to; nil is everyone.
	Allow func(tickets.Address) bool
	Tests bool             // tickets of the pilot are told of
	Now   func() time.Time // nil is time.Now
}

// Alerts tells those on call. It is safe for concurrent use, but for Tell.
type Alerts struct {
	book    *oncall.Book
	store   *tickets.Store
	options Options
	groups  atomic.Pointer[[]string]
}

// New tells those on call of what is in the store.
func New(store *tickets.Store, o Options) *Alerts {
	if o.After <= 0 {
		o.After = 10 * time.Minute
	}
	if o.Gather <= 0 {
		o.Gather = 10 * time.Minute
	}
	if o.Allow == nil {
		o.Allow = func(tickets.Address) bool { return true }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Alerts{book: oncall.New(store), store: store, options: o}
}

// Contact is somebody on call, and whether a message reaches him.
type Contact struct {
	oncall.Contact
	// State is "" where the address works as far as we know; see bot.Reach for the others.
	State  string
	Reason string // in words, without addresses

	account string
	caps    channels.Capabilities
	usable  bool // may be written to now
	lastly  bool // may be written to where nobody else is
}

// tryAgain is how long an address to which a message did not go out is passed over.
const tryAgain = time.Hour

// Contacts are all on call.
func (a *Alerts) Contacts(ctx context.Context) ([]Contact, error) {
	set, err := a.book.Contacts(ctx)
	if err != nil || len(set) == 0 {
		return nil, err
	}
	known, err := a.store.NoticeAddresses(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]Contact, len(set))
	for i, c := range set {
		all[i] = a.contact(c, known[c.Address])
	}
	return all, nil
}

func (a *Alerts) contact(c oncall.Contact, known tickets.NoticeAddress) Contact {
	all := Contact{Contact: c, State: known.State, Reason: known.Reason}
	var ok bool
	all.account, all.caps, ok = a.options.Account(channels.AddressKind(c.Address.Kind))
	switch {
	case !ok:
		all.State, all.Reason = "no_account", "no account reaches this kind of address"
	case !a.options.Allow(c.Address):
		all.State, all.Reason = "pilot", "pilot mode: the address is not on the list"
	case all.State != "stopped":
		all.lastly = true
		all.usable = all.State == "" || a.options.Now().Sub(known.At) >= tryAgain // it may have been mended
	}
	return all
}

// Load reads which chats are those of people on call, for Groups; Tell does it too.
func (a *Alerts) Load(ctx context.Context) error {
	_, err := a.load(ctx)
	return err
}

func (a *Alerts) load(ctx context.Context) ([]Contact, error) {
	contacts, err := a.Contacts(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading who is on call: %w", err)
	}
	var groups []string
	for _, c := range contacts {
		if c.Address.Kind == oncall.Telegram && c.Address.Value[0] == '-' {
			groups = append(groups, c.Address.Value)
		}
	}
	a.groups.Store(&groups)
	return contacts, nil
}

// Groups are the Telegram groups of those on call, where nobody reports anything, as last read.
func (a *Alerts) Groups() []string {
	if groups := a.groups.Load(); groups != nil {
		return *groups
	}
	return nil
}

// Tell writes what those on call are to hear now into the outbox, and returns how many messages those are.
// What another process told meanwhile is not told twice.
func (a *Alerts) Tell(ctx context.Context) (int, error) {
	contacts, err := a.load(ctx)
	if err != nil || len(contacts) == 0 {
		return 0, err
	}
	emergencies, err := a.book.Open(ctx)
	if err != nil || len(emergencies) == 0 {
		return 0, err
	}
	marks, err := a.book.Marks(ctx)
	if err != nil {
		return 0, err
	}
	sent := 0
	var failed []error
	for _, c := range a.calls(contacts, emergencies, marks) {
		call := oncall.Call{Was: c.mark, Gap: c.gap, Of: map[int64]int{}, Next: map[int64]int{}}
		for _, n := range slices.Concat(c.fresh, c.again) {
			call.Of[n.Ticket], call.Next[n.Ticket] = n.before, n.then
		}
		for _, to := range c.to {
			call.Say = append(call.Say, a.intent(c, to))
		}
		switch err := a.book.Tell(ctx, call); {
		case err == nil:
			sent += len(call.Say)
		case !errors.Is(err, tickets.ErrStale):
			failed = append(failed, err) // one that fails holds up no other
		}
	}
	return sent, errors.Join(failed...)
}
