package place

import (
	"strconv"
	"strings"
)

// Coordinates reads a pair of coordinates from a text: from the links that map services share (Google
// Maps, OpenStreetMap, Waze, Apple Maps, geo: URIs), which carry them in the address itself, or
// written out. Nothing is fetched. Of several pairs the last counts: in Google's links the first is
// the middle of the window and the last the place. A number counts only with three or more decimals,
// so that prices and versions are not taken for places.
func Coordinates(text string) (Point, bool) {
	var found Point
	ok := false
	last, lastEnd := 0.0, -1
	for i := 0; i < len(text); {
		if c := text[i]; c < '0' || c > '9' {
			i++
			continue
		}
		end, decimals := number(text, i)
		from := i
		if i > 0 && text[i-1] == '-' {
			from--
		}
		i = end
		if decimals < 3 || decimals > 17 {
			continue
		}
		value, err := strconv.ParseFloat(text[from:end], 64)
		if err != nil {
			continue
		}
		if lastEnd >= 0 && joins(text[lastEnd:from]) && last >= -90 && last <= 90 && value >= -180 && value <= 180 {
			found, ok = Point{Lat: last, Lng: value}, true
			lastEnd = -1
			continue
		}
		last, lastEnd = value, end
	}
	return found, ok
}

// number is where the decimal number at i ends, and how many decimals it has.
func number(text string, i int) (end, decimals int) {
	end = i
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	if end-i > 3 || end+1 >= len(text) || text[end] != '.' {
		return end, 0
	}
	dot := end
	for end++; end < len(text) && text[end] >= '0' && text[end] <= '9'; end++ {
	}
	return end, end - dot - 1
}

// joins reports whether what stands between two numbers makes them a pair.
func joins(between string) bool {
	switch strings.ToLower(strings.TrimSpace(between)) {
	case ",", "/", "!4d", "%2c", "%2c+", ",+", ";", "&mlon=", "&lon=", "&lng=", "&amp;mlon=", "", "%2c%20", ",%20":
		return true
	}
	return false
}
