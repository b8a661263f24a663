// Package dispatch is the outbox loop: it takes what is to be said to citizens from the store, makes
// platform messages of it, hands them to the accounts' adapters and records what became of them.
//
// It keeps order per citizen, sends no faster than an account's Pace, notes each attempt durably before
// it is made, and never sends a part again that went out. What may have gone out is asked about where
// the platform can be asked, else sent once more, and marked.
package dispatch

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"tanggap/channels"
	"tanggap/tickets"
)

// outbox is what is done with one parcel.
type outbox interface {
	Claim(ctx context.Context, account string, n int, ttl time.Duration) ([]tickets.Parcel, error)
	Render(ctx context.Context, p *tickets.Parcel, texts []string) error
	Begin(ctx context.Context, p *tickets.Parcel, part *tickets.Part, ttl time.Duration) (attempt int64, err error)
	End(ctx context.Context, p *tickets.Parcel, part *tickets.Part, attempt int64, f tickets.Fate) error
	Release(ctx context.Context, p *tickets.Parcel, until time.Time) error
	Chain(ctx context.Context, p *tickets.Parcel, part *tickets.Part) ([]string, error)
}

// store is the outbox with what tells an account whether and when to look at it.
type store interface {
	outbox
	Gate(ctx context.Context, account string) (state string, hold time.Time, err error)
	SetAccount(ctx context.Context, account, state, reason string) error
	Hurry(ctx context.Context, account string) error
	Take(ctx context.Context, name, holder string, ttl time.Duration) (tickets.Lease, bool, error)
	Drop(ctx context.Context, l tickets.Lease) error
	Dirty() <-chan struct{}
}

// Options of New. Holder is required.
type Options struct {
	Holder string // names this process among those that share the store
	Log    *slog.Logger
	// Open opens a stored attachment; nil where there are none to send.
	Open func(context.Context, tickets.Attachment) (io.ReadCloser, error)
	// Allow says whom this installation may write to; nil is everyone. What it forbids fails visibly.
	Allow func(tickets.Address) bool
	// Breaker holds automatic answers back where mailboxes make a storm of them; nil holds nothing. It is asked
	// once about each message, before its first attempt.
	Breaker Breaker
	Timeout time.Duration // of one Send; 0 means 30 s
	Poll    time.Duration // between looks at the outbox without a hint; 0 means 1 s
}

// Breaker decides whether a parcel goes out; one that does not is done with. fresh is whether that is news.
type Breaker interface {
	Pass(ctx context.Context, p *tickets.Parcel) (pass, fresh bool, err error)
}

// Dispatcher serves the outbox of some accounts.
type Dispatcher struct {
	store store
	lines []*line
}

// New makes a dispatcher for the accounts of adapters; it does nothing before Run.
func New(s store, adapters []channels.Adapter, o Options) *Dispatcher {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	d := &Dispatcher{store: s}
	for _, a := range adapters {
		d.lines = append(d.lines, newLine(s, a, o))
	}
	return d
}

// Run serves until ctx ends, finishes the attempts under way, and returns nil. What was taken and not
// begun is given back. It rides out outages of the store and of the platforms.
func (d *Dispatcher) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, l := range d.lines {
		wg.Go(func() { l.run(ctx) })
	}
	for ctx.Err() == nil {
		select {
		case <-d.store.Dirty():
			for _, l := range d.lines {
				l.nudge()
			}
		case <-ctx.Done():
		}
	}
	wg.Wait()
	return nil
}
