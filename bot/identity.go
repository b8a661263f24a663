package bot

import (
	"context"
	"slices"

	"tanggap/tickets"
)

// Why a citizen's identity is opened. The list is short, so that it can be counted.
const (
	ToContact = "contact" // he must be spoken to directly
	ToCheck   = "check"   // whether he is who he says, or wrote before
	ToHelp    = "help"    // somebody is in danger
	ToLaw     = "law"     // an authority asks, with a letter
	ToOther   = "other"   // said in words
)

// OpenReasons lists them in the order in which they are offered.
func OpenReasons() []string { return []string{ToContact, ToCheck, ToHelp, ToLaw, ToOther} }

// Opening is why an identity is opened.
type Opening struct {
	Reason string // of OpenReasons
	Words  string // for colleagues; needed with ToOther
	Sealed bool   // the actor may open sealed tickets too
}

// OpenIdentity opens the citizen's identity on the ticket to the actor for a while (staff.OpenFor), and leaves
// that in the history for good: the reason by name, its words as a note and a hash. It is refused with
// ErrReason without a reason, and with ErrSealed on a sealed ticket where the actor may not.
func (d *Desk) OpenIdentity(ctx context.Context, act tickets.Act, o Opening) error {
	_, err := d.work(ctx, "opening an identity", act, func(s *scene, c *tickets.Ticket) error {
		switch {
		case !slices.Contains(OpenReasons(), o.Reason), o.Reason == ToOther && blank(o.Words):
			return ErrReason
		case c.Sealed && !o.Sealed:
			return ErrSealed
		}
		n := s.touch(c)
		s.event(n.ID, act.By, tickets.IdentityOpened, fields{}.text("reason", o.Reason).hash("words", o.Words))
		s.note(n, act.By, o.Words)
		return nil
	})
	return err
}
