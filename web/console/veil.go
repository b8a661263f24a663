package console

import (
	"regexp"
	"strings"

	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// veil hides who wrote a ticket until that was opened with a reason: in what the page says of him, and
// where his own words, or the names of his files, tell it.
type veil struct {
	open bool
	who  staff.Identity
	name *regexp.Regexp // nil where there is none that can be told from other words
	tel  *regexp.Regexp // nil where it is no number
}

var (
	// phones are Indonesian numbers of mobile phones, as people write them.
	phones = regexp.MustCompile(`(?:\+?62|\b0)[ .-]?8[0-9](?:[ .-]?[0-9]){6,11}`)
	mails  = regexp.MustCompile(`(?i)\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+`)
)

// hidden stands in the place of what is hidden.
const hidden = "•••"

func newVeil(who staff.Identity, open bool) veil {
	v := veil{open: open, who: who}
	// A short name is a word of many reports.
	if name := strings.Fields(who.Name); len(strings.Join(name, "")) >= 4 {
		for i := range name {
			name[i] = regexp.QuoteMeta(name[i])
		}
		v.name = regexp.MustCompile(`(?i)` + strings.Join(name, `\s+`))
	}
	if digits, ok := strings.CutPrefix(who.Address.Value, "+"); ok && who.Address.Kind == "tel" {
		digits = strings.TrimPrefix(digits, "62")
		v.tel = regexp.MustCompile(`(?:(?:\+?62|0|\+)[ .()-]*)?` + strings.Join(strings.Split(regexp.QuoteMeta(digits), ""), `[ .()-]*`))
	}
	return v
}

// text is what of a text may be seen: all but the writer's name and address, and whatever looks like a
// mobile number or a mail address.
func (v *veil) text(s string) string {
	if v.open || s == "" {
		return s
	}
	if v.name != nil {
		s = v.name.ReplaceAllString(s, hidden)
	}
	if v.tel != nil {
		s = v.tel.ReplaceAllString(s, hidden)
	} else if value := v.who.Address.Value; len(value) >= 5 {
		s = strings.ReplaceAll(s, value, hidden)
	}
	return mails.ReplaceAllString(phones.ReplaceAllString(s, hidden), hidden)
}

// tail is what tells two citizens of one channel apart, and is no address: the last digits of a number.
func tail(t *tickets.Ticket) string {
	if a := t.Return.Address; a.Kind == "tel" && len(a.Value) > 6 {
		return "…" + a.Value[len(a.Value)-3:]
	}
	return ""
}
