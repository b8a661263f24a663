// Package words puts dates and headings into the words that citizens and staff read.
package words

import (
	"fmt"
	"time"
)

var months = map[string][12]string{
	"id": {"Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"},
	"en": {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
}

// LongestDate is the length of the longest date in words.
const LongestDate = len("27 Mar pukul 14.30")

// Date puts a day into words, with the year where it is not this one; exact adds the time where the
// day is near.
func Date(lang string, t, now time.Time, exact bool) string {
	names, ok := months[lang]
	if !ok {
		names = months["id"]
	}
	text := fmt.Sprintf("%d %s", t.Day(), names[t.Month()-1])
	switch {
	case t.Year() != now.Year():
		return fmt.Sprintf("%s %d", text, t.Year())
	case exact && t.Sub(now) < 48*time.Hour && lang == "en":
		return fmt.Sprintf("%s at %02d:%02d", text, t.Hour(), t.Minute())
	case exact && t.Sub(now) < 48*time.Hour:
		return fmt.Sprintf("%s pukul %02d.%02d", text, t.Hour(), t.Minute())
	}
	return text
}
