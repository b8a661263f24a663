package bot

import (
	"strconv"

	"tanggap/bot/command"
	"tanggap/tickets"
)

// mostLines is how many cases a STATUS lists where there is room, and oneSegment the room of an SMS.
const (
	mostLines  = 8
	oneSegment = 160
)

// tellStatus answers about the sender's own cases only: a number of somebody else's is as unknown as
// one that nobody has.
func (t *turn) tellStatus(c command.Said) {
	if c.Number || c.Ref != "" {
		n := t.referred(c.Ref)
		if n == nil {
			t.say(toStatus, say(statusUnknown, t.lang))
			return
		}
		t.say(toStatus, t.statusLine(n))
		return
	}
	var open, done []*tickets.Ticket
	for _, n := range t.own {
		switch {
		case n.Unverified:
		case going(n.State) || n.State == tickets.Resolved:
			open = append(open, n)
		default:
			done = append(done, n)
		}
	}
	all := append(open, done...)
	switch len(all) {
	case 0:
		t.say(toStatus, say(statusNone, t.lang))
	case 1:
		t.say(toStatus, t.statusLine(all[0]))
	default:
		t.say(toStatus, t.statusList(all))
	}
}

func (t *turn) statusLine(n *tickets.Ticket) string {
	return t.stands(n, statusOne, statusDated)
}

// added tells onto which case a message went, and how far that is.
func (t *turn) added(n *tickets.Ticket) string { return t.stands(n, addedTo, addedDated) }

// stands says how far a case is: the second phrase where there is a date to tell.
func (t *turn) stands(n *tickets.Ticket, plain, dated phrase) string {
	p, due := plain, ""
	if n.State == tickets.Assigned || n.State == tickets.InProgress {
		if due = t.promise(n); due != "" && !n.Sealed {
			p = dated
		}
	}
	return say(p, t.lang, "ref", n.Reference.String(), "state", t.state(n), "date", due)
}

// statusList is one line a case, as many as fit into one SMS where it costs.
func (t *turn) statusList(all []*tickets.Ticket) string {
	var text string
	for i, n := range all {
		line := n.Reference.String() + " " + t.state(n)
		next := line
		if text != "" {
			next = text + "\n" + line
		}
		rest := ""
		if left := len(all) - i - 1; left > 0 {
			rest = "\n" + say(statusMore, t.lang, "count", strconv.Itoa(left))
		}
		if i > 0 && (i >= mostLines || t.caps.Paid && len(next)+len(rest) > oneSegment) {
			return text + "\n" + say(statusMore, t.lang, "count", strconv.Itoa(len(all)-i))
		}
		text = next
	}
	return text
}

// state is what the citizen reads of where the case stands.
func (s *scene) state(n *tickets.Ticket) string {
	p, agency := stateTriage, s.agency(n)
	switch n.State {
	case tickets.Assigned:
		if p = stateAssignedTo; agency == "" {
			p = stateAssigned
		}
	case tickets.InProgress:
		if p = stateProgressBy; agency == "" {
			p = stateProgress
		}
	case tickets.Pending:
		p = statePending
	case tickets.Resolved:
		p = stateResolved
	case tickets.Closed:
		p = stateConfirmed
		if n.Outcome == tickets.Unanswered {
			p = stateUnanswered
		}
		if n.Outcome == tickets.NotReached {
			p = stateNotReached
		}
	case tickets.Rejected:
		p = stateRejected
	case tickets.Withdrawn:
		p = stateWithdrawn
	case tickets.Merged:
		p = stateMerged
	}
	return say(p, s.lang, "agency", agency)
}
