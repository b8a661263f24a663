package console

import (
	"tanggap/tickets"
	"tanggap/tickets/staff"
	"tanggap/web/discreet"
)

// veil hides who wrote a ticket until that was opened with a reason: in what the page says of him, and
// where his own words, or the names of his files, tell it.
type veil struct {
	open bool
	over discreet.Veil
}

func newVeil(who staff.Identity, open bool) veil {
	return veil{open, discreet.New(who.Name, who.Address)}
}

// text is what of a text may be seen.
func (v *veil) text(s string) string {
	if v.open {
		return s
	}
	return v.over.Text(s)
}

// tail is what tells two citizens of one channel apart, and is no address: the last digits of a number.
func tail(t *tickets.Ticket) string {
	if a := t.Return.Address; a.Kind == "tel" && len(a.Value) > 6 {
		return "…" + a.Value[len(a.Value)-3:]
	}
	return ""
}
