package dispatch

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"tanggap/channels"
	"tanggap/tickets"
)

const (
	maxTries    = 20 // with backoff they take two days
	firstWait   = 5 * time.Second
	longestWait = 6 * time.Hour
	throttled   = 10 * time.Second // where a platform says "too fast" and not for how long
)

// backoff is the wait after so many tries: doubling from 5 s to 6 h, up to a fifth more or less, so that
// what failed together does not come back together.
func backoff(tries int) time.Duration {
	wait := longestWait
	if tries = max(tries, 1); tries <= 13 {
		wait = firstWait << (tries - 1)
	}
	return time.Duration(float64(min(wait, longestWait)) * (0.8 + 0.4*rand.Float64()))
}

// judge turns the end of an attempt into what the store keeps (DESIGN.md, section 4).
func (l *line) judge(part *tickets.Part, receipt channels.Receipt, err error, now time.Time) tickets.Fate {
	if err == nil {
		return tickets.Fate{State: stateOf(receipt), ExternalID: receipt.MessageID, Segments: receipt.Segments}
	}
	said := detail(err)
	f := tickets.Fate{State: "queued", Kind: string(said.Kind), Code: said.Code, Reason: said.Reason}
	switch said.Kind {
	case channels.Throttled:
		wait := said.RetryAfter
		if wait <= 0 {
			wait = throttled
		}
		f.Free, f.HoldUntil, f.Again = true, now.Add(wait), now.Add(wait)
	case channels.Rejected:
		f.State = "failed"
	case channels.Unreachable:
		f.State, f.Address = "failed", "unreachable"
	case channels.Suspended:
		f.Free, f.Suspend, f.Again = true, true, now
	case channels.UnknownSent:
		f.ExternalID = receipt.MessageID // if it did arrive, it may be answered, or come back
		l.doubt(&f, part, now)
	default:
		f.Kind = string(channels.Temporary)
		f.Again = now.Add(max(backoff(part.Tries), said.RetryAfter))
	}
	if f.State != "failed" && !f.Free && part.Tries >= maxTries {
		f.State, f.Reason = "failed", "given up after two days: "+said.Reason
	}
	return f
}

// doubt is for an attempt that may have arrived: a platform that can be asked is asked before anything
// else happens, with another one the part is sent once more, and never a third time.
func (l *line) doubt(f *tickets.Fate, part *tickets.Part, now time.Time) {
	switch {
	case l.caps.Finds:
		f.State, f.Again = "uncertain", now.Add(settle)
	case part.Doubts > 0:
		f.State, f.Doubt, f.Reason = "failed", true, "may have arrived, even twice: the platform did not answer, nor when it was sent once more"
	default:
		f.State, f.Doubt, f.Again = "uncertain", true, now.Add(doubtWait)
	}
}

// detail is what an adapter said. An error that is none of the contract's keeps its text to itself: it
// may hold a URL with a token.
func detail(err error) channels.Error {
	var e *channels.Error
	if !errors.As(err, &e) {
		return channels.Error{Kind: channels.Temporary, Reason: "the adapter failed"}
	}
	return *e
}

func stateOf(r channels.Receipt) string {
	if r.State == channels.Delivered {
		return "delivered"
	}
	return "sent"
}

func levelOf(f tickets.Fate) slog.Level {
	switch {
	case f.Suspend:
		return slog.LevelError
	case f.State == "failed" || f.Doubt:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
