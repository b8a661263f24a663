package ui

import (
	"fmt"
	"sync"
	"time"
)

var (
	months = map[string][12]string{
		"id": {"Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"},
		"en": {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	}
	weekdays = map[string][7]string{
		"id": {"Min", "Sen", "Sel", "Rab", "Kam", "Jum", "Sab"},
		"en": {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
	}
)

// zones keeps the time zones that were asked for.
type zones struct{ byName sync.Map }

// zone is the city's.
func (u *UI) zone() *time.Location {
	if u.city == nil {
		return time.UTC
	}
	name := u.city().Facts().Zone
	if z, ok := u.zones.byName.Load(name); ok {
		return z.(*time.Location)
	}
	z, err := time.LoadLocation(name)
	if err != nil {
		z = time.UTC
	}
	u.zones.byName.Store(name, z)
	return z
}

// When is a time for people, "Rab 25 Nov 15.04 WIB", with the year where it is not this one. The zero
// time is "".
func (u *UI) When(lang string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(u.zone())
	between := "."
	if lang == "en" {
		between = ":"
	}
	return fmt.Sprintf("%s %02d%s%02d %s", u.Day(lang, at), at.Hour(), between, at.Minute(), at.Format("MST"))
}

// Day is a date for people, "Rab 25 Nov", with the year where it is not this one.
func (u *UI) Day(lang string, at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(u.zone())
	text := fmt.Sprintf("%s %d %s", weekdays[lang][at.Weekday()], at.Day(), months[lang][at.Month()-1])
	if at.Year() != u.now().In(u.zone()).Year() {
		text += fmt.Sprintf(" %d", at.Year())
	}
	return text
}
