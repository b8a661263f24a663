package bot

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"tanggap/channels"
	"tanggap/tickets"
)

// ErrNoTicket says that no ticket came of a report from another program.
var ErrNoTicket = errors.New("no ticket came of it")

// reported begins the event ids of what came through Report: it is always a report, even if all it says
// is "status".
const reported = "desk:report:"

// reportWait bounds how long Report waits for the processor.
const reportWait = 10 * time.Second

// Report takes in a report from another program (a hotline's screen, an app) as if a channel had
// delivered it, and waits until it is on a ticket: a new one, or the sender's case that it adds to. by
// names the program. The same once again returns the same ticket; with another request it is refused
// with tickets.ErrReused. in needs an Account and a From; its EventID is made here.
func (d *Desk) Report(ctx context.Context, by string, once tickets.Once, in channels.Inbound) (tickets.Ticket, error) {
	if in.Kind == "" {
		in.Kind = channels.Message
	}
	if once.Key != "" {
		sum := sha256.Sum256([]byte(by + "\x00" + once.Scope + "\x00" + once.Key))
		in.EventID = reported + hex.EncodeToString(sum[:])
	} else {
		in.EventID = reported + rand.Text()
	}
	if once.Request != "" {
		in.Raw, in.RawType = []byte(once.Request), "text/plain"
	}
	ctx, cancel := context.WithTimeout(ctx, reportWait)
	defer cancel()
	if err := d.inbox.Accept(ctx, in); err != nil {
		return tickets.Ticket{}, fmt.Errorf("reporting: %w", err)
	}
	if once.Key != "" && once.Request != "" {
		was, err := d.store.Raw(ctx, in.Account, in.EventID)
		if err != nil {
			return tickets.Ticket{}, fmt.Errorf("reporting: %w", err)
		}
		if !bytes.Equal(was, in.Raw) {
			return tickets.Ticket{}, fmt.Errorf("reporting: %w", tickets.ErrReused)
		}
	}
	return d.await(ctx, in)
}

// await looks until the inbox row is decided, at growing intervals.
func (d *Desk) await(ctx context.Context, in channels.Inbound) (tickets.Ticket, error) {
	pause := 2 * time.Millisecond
	for {
		became, id, err := d.store.Fate(ctx, in.Account, in.EventID)
		if err != nil {
			return tickets.Ticket{}, fmt.Errorf("reporting: %w", err)
		}
		switch {
		case became != "" && id != 0:
			t, err := d.store.TicketByID(ctx, id)
			if err != nil {
				return t, fmt.Errorf("reporting: %w", err)
			}
			return t, nil
		case became != "":
			return tickets.Ticket{}, fmt.Errorf("reporting: became %s: %w", became, ErrNoTicket)
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
			pause = min(2*pause, 100*time.Millisecond)
		case <-ctx.Done():
			timer.Stop()
			return tickets.Ticket{}, fmt.Errorf("reporting: waiting for it to be processed: %w", ctx.Err())
		}
	}
}
