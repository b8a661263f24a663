package sheet

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// ErrDate says that a text is no date.
var ErrDate = errors.New("not a date")

var (
	yearFirst = regexp.MustCompile(`^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(.*)$`)
	yearLast  = regexp.MustCompile(`^(\d{1,2})[-/. ]+(\d{1,2}|[a-z]+)\.?[-/. ]+(\d{4}|\d{2})\b(.*)$`)
	clockTime = regexp.MustCompile(`^[t ,]*(?:pukul |jam )?(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:\.\d+)?)? ?(am|pm|z|[+-]\d{2}:?\d{2}|wib|wita|wit)?$`)
	weekday   = regexp.MustCompile(`^[a-z'’]+ ?, *`)
)

var months = map[string]time.Month{
	"jan": 1, "feb": 2, "peb": 2, "mar": 3, "apr": 4, "mei": 5, "may": 5, "jun": 6, "jul": 7, "agu": 8, "ags": 8, "agt": 8, "aug": 8,
	"sep": 9, "okt": 10, "oct": 10, "nov": 11, "nop": 11, "des": 12, "dec": 12,
}

// The zones that people write behind a time.
var zones = map[string]int{"wib": 7, "wita": 8, "wit": 9, "z": 0}

// Date reads a date, with or without a time, as exports and people write it: 2024-03-01 08:15, 01/03/2024, 1 Maret
// 2024, or a spreadsheet's count of days. Where both may be meant, the day stands before the month. Times are of the
// zone unless they name one.
func Date(text string, zone *time.Location) (time.Time, error) {
	s := strings.Join(strings.Fields(strings.ToLower(text)), " ")
	if days, err := strconv.ParseFloat(s, 64); err == nil {
		return serial(days, zone)
	}
	s = weekday.ReplaceAllString(s, "")
	var year, month, day int
	rest := ""
	if m := yearFirst.FindStringSubmatch(s); m != nil {
		year, month, day, rest = number(m[1]), number(m[2]), number(m[3]), m[4]
	} else if m := yearLast.FindStringSubmatch(s); m != nil {
		day, month, year, rest = number(m[1]), monthOf(m[2]), number(m[3]), m[4]
		if year < 100 {
			year += 2000
		}
		if month > 12 && day <= 12 { // only an American can have meant that
			day, month = month, day
		}
	}
	hour, minute, second, zone, ok := clock(rest, zone)
	at := time.Date(year, time.Month(month), day, hour, minute, second, 0, zone)
	if !ok || year < 1900 || at.Day() != day || int(at.Month()) != month {
		return time.Time{}, ErrDate
	}
	return at, nil
}

// serial is a spreadsheet's count of days: 25569 is the first of 1970, in the calendar that nearly all use.
func serial(days float64, zone *time.Location) (time.Time, error) {
	if !(days > 20000 && days < 80000) {
		return time.Time{}, ErrDate
	}
	at := time.Unix(int64((days-25569)*86400+0.5), 0).UTC()
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, zone), nil
}

func clock(rest string, zone *time.Location) (hour, minute, second int, in *time.Location, ok bool) {
	if strings.Trim(rest, " ,") == "" {
		return 0, 0, 0, zone, true
	}
	m := clockTime.FindStringSubmatch(rest)
	if m == nil {
		return 0, 0, 0, zone, false
	}
	hour, minute, second = number(m[1]), number(m[2]), number(m[3])
	switch z := m[4]; {
	case z == "pm" && hour < 12:
		hour += 12
	case z == "am" && hour == 12:
		hour = 0
	case strings.HasPrefix(z, "+") || strings.HasPrefix(z, "-"):
		digits := strings.ReplaceAll(z[1:], ":", "")
		offset := number(digits[:2])*3600 + number(digits[2:])*60
		if z[0] == '-' {
			offset = -offset
		}
		zone = time.FixedZone(z, offset)
	default:
		if hours, named := zones[z]; named {
			zone = time.FixedZone(z, hours*3600)
		}
	}
	return hour, minute, second, zone, hour < 24 && minute < 60 && second < 60
}

func monthOf(s string) int {
	if n := number(s); n > 0 {
		return n
	}
	if len(s) < 3 {
		return 0
	}
	return int(months[s[:3]])
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
