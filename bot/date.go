package bot

import (
	"fmt"
	"time"
)

var months = map[string][12]string{
	indonesian: {"Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"},
	english:    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
}

// longestDate is the length of the longest date in words.
const longestDate = len("27 Mar pukul 14.30")

// date puts a day into words, with the year where it is not this one; exact adds the time where the
// day is near.
func date(lang string, t, now time.Time, exact bool) string {
	names, ok := months[lang]
	if !ok {
		names = months[indonesian]
	}
	text := fmt.Sprintf("%d %s", t.Day(), names[t.Month()-1])
	switch {
	case t.Year() != now.Year():
		return fmt.Sprintf("%s %d", text, t.Year())
	case exact && t.Sub(now) < 48*time.Hour && lang == english:
		return fmt.Sprintf("%s at %02d:%02d", text, t.Hour(), t.Minute())
	case exact && t.Sub(now) < 48*time.Hour:
		return fmt.Sprintf("%s pukul %02d.%02d", text, t.Hour(), t.Minute())
	}
	return text
}
