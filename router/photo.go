package router

// AskPhoto decides as Ask does on a report whose Point is where a photo of it was taken, and says that it is
// known from there. ok is false where that lies in no area of the city: then the photo is an old one, or one
// of another thing, and says nothing.
func (c *City) AskPhoto(r Report, m *Mind) (d Decision, ok bool) {
	if r.Point == nil {
		return Decision{}, false
	}
	at, ok := c.places.At(*r.Point)
	if !ok || at.Area.Outside {
		return Decision{}, false
	}
	d = c.Ask(r, m)
	if d.Area == nil || d.Area.Code != at.Area.Code {
		return Decision{}, false
	}
	d.Area.How = Reason{Code: "how.photo"}
	for i, reason := range d.Reasons {
		if reason.Code == "place" {
			d.Reasons[i] = d.Area.reason()
		}
	}
	return d, true
}
