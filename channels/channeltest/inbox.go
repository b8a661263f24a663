package channeltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"tanggap/channels"
)

// Inbox is a channels.Inbox in memory that keeps what it is given, as the real one does, and refuses,
// blocks or dies when told to. Make it with NewInbox; it is safe for concurrent use.
type Inbox struct {
	mu       sync.Mutex
	changed  chan struct{} // closed and replaced at every change
	messages []channels.Inbound
	seen     map[[2]string]bool // account and event
	cursors  map[string]string
	reports  []channels.Report
	calls    int // of Accept
	refuse   int
	gate     chan struct{} // closed to let blocked calls go on; nil when open
	waiting  int
	crash    crashing
	broken   []string // what was wrong with what came in
}

// crashing says whether the process around the Inbox is to die in its next Accept, or is dead.
type crashing int

const (
	alive crashing = iota
	diesBeforeCommit
	diesAfterCommit
	dead
)

var (
	errRefused = errors.New("inbox refuses")
	errDead    = errors.New("the process has died")
)

// NewInbox returns an empty one.
func NewInbox() *Inbox {
	return &Inbox{
		changed: make(chan struct{}),
		seen:    map[[2]string]bool{},
		cursors: map[string]string{},
	}
}

// Accept keeps the messages whose event is new, and the cursor of the last one that has any.
func (b *Inbox) Accept(ctx context.Context, in ...channels.Inbound) error {
	if err := b.enter(ctx); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	defer b.change()
	b.calls++
	switch {
	case b.crash == dead:
		return errDead
	case b.crash == diesBeforeCommit:
		b.crash = dead
		return errDead
	case b.refuse > 0:
		b.refuse--
		return errRefused
	case ctx.Err() != nil:
		return ctx.Err()
	}
	for _, m := range in {
		b.inspect(m)
		id := [2]string{m.Account, m.EventID}
		if !b.seen[id] {
			b.seen[id] = true
			b.messages = append(b.messages, m)
		}
		if m.Cursor != "" {
			b.cursors[m.Account] = m.Cursor
		}
	}
	if b.crash == diesAfterCommit {
		b.crash = dead
		return errDead
	}
	return nil
}

// enter waits at the gate.
func (b *Inbox) enter(ctx context.Context) error {
	b.mu.Lock()
	gate := b.gate
	if gate == nil {
		b.mu.Unlock()
		return nil
	}
	b.waiting++
	b.change()
	b.mu.Unlock()
	defer func() {
		b.mu.Lock()
		b.waiting--
		b.change()
		b.mu.Unlock()
	}()
	select {
	case <-gate:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// inspect notes what no adapter may deliver. The caller holds the lock.
func (b *Inbox) inspect(m channels.Inbound) {
	note := func(wrong bool, what string) {
		if wrong {
			b.broken = append(b.broken, fmt.Sprintf("an inbound of kind %q %s", m.Kind, what))
		}
	}
	note(m.Account == "", "has no account")
	note(m.EventID == "", "has no event id")
	note(m.Kind == "", "has no kind")
	note(len(m.Raw) == 0, "has no raw bytes")
	note(m.RawType == "", "has no type of its raw bytes")
	note(m.Text != channels.Clean(m.Text), "has text that is not clean")
	if m.Kind == channels.Message {
		note(m.MessageID == "", "has no message id")
		note(m.From.Kind == "" || m.From.Value == "", "has no sender")
	}
	for _, media := range m.Media {
		note(media.Ref == "", "has media without a reference")
	}
}

// Cursor is the account's last committed cursor.
func (b *Inbox) Cursor(_ context.Context, account string) (string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.crash == dead {
		return "", errDead
	}
	return b.cursors[account], nil
}

// Report keeps a delivery receipt.
func (b *Inbox) Report(_ context.Context, r channels.Report) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.crash == dead {
		return errDead
	}
	if r.Account == "" || r.EventID == "" || r.State == "" {
		b.broken = append(b.broken, "a report lacks its account, event id or state")
	}
	b.reports = append(b.reports, r)
	b.change()
	return nil
}

// change wakes everyone who waits for a condition. The caller holds the lock.
func (b *Inbox) change() {
	close(b.changed)
	b.changed = make(chan struct{})
}

// Messages are what was committed, each event once, in order.
func (b *Inbox) Messages() []channels.Inbound {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.messages)
}

// Reports are the delivery receipts, in order.
func (b *Inbox) Reports() []channels.Report {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.reports)
}

// Calls is how often Accept got past the gate.
func (b *Inbox) Calls() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls
}

// Refuse makes the next n Accepts fail.
func (b *Inbox) Refuse(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refuse = n
}

// Block makes every Accept wait until the returned function is called or its context ends.
func (b *Inbox) Block() (release func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	gate := make(chan struct{})
	b.gate = gate
	return sync.OnceFunc(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.gate = nil
		close(gate)
	})
}

// Crash makes the process die in its next Accept, before or after the commit. Until Revive everything fails.
func (b *Inbox) Crash(afterCommit bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.crash = diesBeforeCommit
	if afterCommit {
		b.crash = diesAfterCommit
	}
}

// Revive is the start of the next process on the same store.
func (b *Inbox) Revive() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.crash = alive
}

// Dead is whether the process has died.
func (b *Inbox) Dead() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.crash == dead
}

// Waiting is how many Accepts stand at the gate.
func (b *Inbox) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.waiting
}

// Broken lists what was delivered against the contract.
func (b *Inbox) Broken() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.broken)
}

// Await returns whether cond came true within patience; it is asked anew after each change here, and
// every few milliseconds, as cond may be about the platform.
func (b *Inbox) Await(patience time.Duration, cond func() bool) bool {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		b.mu.Lock()
		changed := b.changed
		b.mu.Unlock()
		if cond() {
			return true
		}
		select {
		case <-changed:
		case <-look.C:
		case <-timeout.C:
			return cond()
		}
	}
}
