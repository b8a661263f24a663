package console

import (
	"errors"

	"tanggap/tickets"
)

// barred is why nothing is sent to a ticket's citizen.
type barred struct {
	State  string // of the family "barred"
	Reason string // in the person's language where it is known, "" none
	Again  bool   // the person may let it be tried again
}

// barreds are the family "barred".
var barreds = []string{"unreachable", "stopped"}

// barred is nil where messages go out.
func (c *console) barred(v *visit, t *tickets.Ticket, over *veil) (*barred, error) {
	state, reason, err := c.Staff.Reach(v.r.Context(), t)
	if err != nil || state == "" {
		return nil, err
	}
	b := &barred{State: "unreachable", Reason: c.reasons.In(v.lang, over.text(reason)), Again: !v.reads()}
	if state == "stopped" {
		b = &barred{State: state}
	}
	return b, nil
}

// again lets messages go out to an address that could not be reached.
func (c *console) again(v *visit, t *tickets.Ticket) {
	err := c.Staff.TryAgain(v.r.Context(), v.who.Login, t)
	if err != nil && !errors.Is(err, tickets.ErrNotFound) { // a colleague was faster, or the citizen wrote
		c.UI.Unexpected(v.w, v.r, err)
		return
	}
	c.UI.Redirect(v.w, v.r, ticketPath(t), "again")
}
