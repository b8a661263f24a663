package bot

import (
	"encoding/json"
	"slices"

	"tanggap/router"
	"tanggap/tickets"
)

// MayHold reports whether an agency may hold the ticket. A sealed one is for the inspectorate and the
// root desk alone, and of these not for the one that it accuses; a sensitive one that accuses nobody
// may also be with the agency that its category names (invariant 6).
func MayHold(city *router.City, t *tickets.Ticket, agency string) bool {
	if !t.Sealed {
		return true
	}
	facts := city.Facts()
	cat, known := city.Category(t.Category)
	if known && cat.Sensitive && !cat.Conduct && t.Kind != tickets.Misconduct && (agency == cat.Agency || agency == t.Decision.Agency) {
		return true
	}
	if agency != facts.Inspector && agency != facts.Root {
		return false
	}
	for _, accused := range accused(city, t) {
		switch {
		case agency == facts.Inspector && city.Within(accused, facts.Inspector):
			return false
		case agency == facts.Root && accused == facts.Root:
			return false
		}
	}
	return true
}

// accused are the agencies that the router saw a report about conduct to name.
func accused(city *router.City, t *tickets.Ticket) []string {
	var d struct {
		Reasons []router.Reason `json:"reasons"`
	}
	if json.Unmarshal(t.Decision.Data, &d) != nil {
		return nil // a ticket that no router decided
	}
	var ids []string
	for _, r := range d.Reasons {
		if r.Code != "conduct.named" {
			continue
		}
		for _, a := range city.Agencies() {
			for _, name := range r.Args {
				if a.Name == name || a.ID == name {
					ids = append(ids, a.ID)
				}
			}
		}
	}
	return ids
}

// secret reports whether the message must stay off the case because it speaks of officials, and those
// may read the case (invariant 6): a sealed one too, where they are who holds it.
func (t *turn) secret(c *tickets.Ticket) bool {
	if t.msg.empty() || !t.route().Sealed {
		return false
	}
	if !c.Sealed {
		return true
	}
	d := t.route()
	data, err := json.Marshal(d)
	if err != nil {
		return true
	}
	said := tickets.Ticket{Sealed: true, Kind: tickets.Kind(d.Kind), Category: d.Category, Decision: tickets.Decision{Agency: d.Agency, Data: data}}
	return !MayHold(t.city, &said, c.Agency)
}

// MaySee reports whether staff of an agency may see the ticket: it lies with the agency or below it, and
// where it is sealed, it does not accuse the agency (invariant 6).
func MaySee(city *router.City, t *tickets.Ticket, agency string) bool {
	if _, known := city.Agency(agency); !known || !city.Within(t.Agency, agency) {
		return false
	}
	return !t.Sealed || t.Agency == agency || !slices.Contains(accused(city, t), agency)
}
