package tickets

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// State is where a ticket stands.
type State string

// The states.
const (
	Triage     State = "triage"
	Assigned   State = "assigned"
	InProgress State = "in_progress"
	Pending    State = "pending"
	Resolved   State = "resolved"
	Closed     State = "closed"
	Rejected   State = "rejected"
	Withdrawn  State = "withdrawn"
	Merged     State = "merged"
)

// Outcome says what followed an agency's claim that a case is solved. The three are counted apart.
type Outcome string

// The outcomes of closed tickets.
const (
	NoOutcome  Outcome = ""
	Confirmed  Outcome = "confirmed"
	Unanswered Outcome = "unanswered"
	NotReached Outcome = "not_reached"
)

// ErrMove is what a move that the table does not allow is refused with.
var ErrMove = errors.New("no such move")

// moves is the whole table: what is not in it does not happen.
var moves = map[State][]State{
	Triage:     {Assigned, Pending, Resolved, Rejected, Withdrawn, Merged},
	Assigned:   {Assigned, InProgress, Pending, Resolved, Triage, Rejected, Withdrawn, Merged},
	InProgress: {Assigned, Pending, Resolved, Withdrawn, Merged},
	Pending:    {Triage, Assigned, InProgress, Resolved, Withdrawn, Merged},
	Resolved:   {Closed, Assigned},
	Closed:     {Assigned},
	Rejected:   {Triage},
	Withdrawn:  {Triage},
	// Beside the way back: the answer to an incident resolves all its tickets, and who wrote one may withdraw it.
	Merged: {Triage, Assigned, InProgress, Pending, Resolved, Withdrawn},
}

// States lists every state in the order of a ticket's life.
func States() []State {
	return []State{Triage, Assigned, InProgress, Pending, Resolved, Closed, Rejected, Withdrawn, Merged}
}

// Valid reports whether s is one of the states.
func (s State) Valid() bool { _, ok := moves[s]; return ok }

// Open reports whether somebody still has work to do on a ticket in this state.
func (s State) Open() bool {
	return s == Triage || s == Assigned || s == InProgress || s == Pending
}

// CanMove reports whether the table allows the move.
func CanMove(from, to State) bool { return slices.Contains(moves[from], to) }

// Move changes the ticket's state at a time, and what hangs on it: a pending ticket remembers where
// it was and stops its clock, a resolved one waits for SUDAH or BELUM, a closed one keeps its outcome.
// It returns ErrMove, wrapped, where the table forbids it.
func (t *Ticket) Move(to State, at time.Time) error {
	switch {
	case !CanMove(t.State, to):
		return fmt.Errorf("moving from %s to %s: %w", t.State, to, ErrMove)
	case t.State == Pending && to.Open() && t.StateBefore.Valid() && to != t.StateBefore && to != Assigned:
		return fmt.Errorf("moving from pending to %s, not back to %s: %w", to, t.StateBefore, ErrMove)
	case t.State == Rejected && t.Rejections > 1:
		return fmt.Errorf("objecting twice: %w", ErrMove)
	}
	if t.State == Pending && to.Open() && !t.DueAt.IsZero() && !t.PausedAt.IsZero() {
		// A promise names a day, so a pause moves it by days: the whole ones.
		t.DueAt = t.DueAt.Add(at.Sub(t.PausedAt).Truncate(24 * time.Hour))
	}
	t.PausedAt = time.Time{}
	switch to {
	case Pending:
		t.StateBefore, t.PausedAt = t.State, at
	case Resolved:
		t.ResolvedAt = at
	case Closed:
		t.ClosedAt = at
	case Rejected:
		t.Rejections++
	}
	if to != Pending {
		t.StateBefore = ""
	}
	if to.Open() {
		t.Outcome, t.ResolvedAt, t.ClosedAt = NoOutcome, time.Time{}, time.Time{}
	}
	t.Question = NoQuestion
	t.State = to
	return nil
}
