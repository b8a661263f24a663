package place

import (
	"math"
	"strconv"
	"strings"
)

// angle is one coordinate as it stands in a text.
type angle struct {
	value    float64
	from, to int
	decimals int
	degrees  bool // with a sign of degrees
	signed   bool
	axis     byte // 'N' for a latitude, 'E' for a longitude, 0 where no letter says
}

// plain reports whether a number may be a coordinate outside of a link: three decimals alone are
// what a price has.
func (a angle) plain() bool {
	return a.decimals >= 4 || a.decimals == 3 && (a.signed || a.axis != 0) || a.degrees && (a.axis != 0 || a.decimals > 0)
}

// pairs reads the best pair of a text; linked says that it is a link.
func pairs(text string, linked bool) pair {
	var best pair
	var last angle
	for i := 0; i < len(text); {
		if !digit(text[i]) {
			i++
			continue
		}
		a, ok := readAngle(text, i, last.to)
		i = max(a.to, i+1)
		if !ok || !linked && !a.plain() || linked && a.decimals == 0 && !a.degrees {
			continue
		}
		if last.to > 0 {
			if p, ok := join(text, last, a); ok {
				found := pair{p, bare}
				if linked {
					found.rank = rank(text[:last.from])
				}
				best = best.or(found)
				last = angle{}
				continue
			}
		}
		last = a
	}
	return best
}

// join makes a pair of two neighbouring coordinates, in the order that what stands between and
// behind them says.
func join(text string, a, b angle) (Point, bool) {
	between := strings.ToLower(strings.TrimSpace(text[a.to:b.from]))
	p := Point{Lat: a.value, Lng: b.value}
	switch between {
	case "", ",", "/", ";", "~", "_", "!4d", "&mlon=", "&lon=", "&lng=", "&long=", "&longitude=", "&amp;mlon=", "&amp;lon=", "%2c",
		"lon", "lon:", "long", "long:", "longitude", "longitude:", "lng", "lng:", ", lon:", ", long:", ", lng:", ", longitude:", ",lon:", ",long:", ",lng:", ", lon", ", long", ", lng", ", longitude",
		"bujur", "bujur:", ", bujur", ", bujur:", ", e", "e":
	case "!2d", "!3d":
		p = Point{Lat: b.value, Lng: a.value} // directions and embedded maps have the longitude first
		if before := text[:a.from]; between == "!2d" && !strings.HasSuffix(before, "!1d") || between == "!3d" && !strings.HasSuffix(before, "!2d") {
			return Point{}, false
		}
	case "&lat=", "&latitude=":
		p = Point{Lat: b.value, Lng: a.value}
	default:
		return Point{}, false
	}
	if a.axis == 'E' && b.axis == 'N' {
		p = Point{Lat: b.value, Lng: a.value}
	} else if a.axis == 'E' || b.axis == 'N' {
		return Point{}, false
	}
	return p, math.Abs(p.Lat) <= 90 && math.Abs(p.Lng) <= 180 && (p.Lat != 0 || p.Lng != 0)
}

// readAngle reads the coordinate whose first digit is at i: decimals, with a sign or the letter of a
// half of the earth before it (but not before floor) or behind it, or degrees, minutes and seconds.
func readAngle(text string, i, floor int) (angle, bool) {
	a := angle{from: i}
	value, end, decimals, ok := readNumber(text, i)
	a.to = end
	if !ok {
		return a, false
	}
	a.value, a.decimals = value, decimals
	if next, ok := sign(text, end, "°", "º", "˚", "deg"); ok {
		a.degrees, a.to = true, next
		a.value, a.to = parts(text, a.value, a.to)
	}
	if i > 0 && text[i-1] == '-' {
		a.signed, a.from = true, i-1
	}
	negative := a.signed
	if axis, south, from, ok := halfBefore(text, a.from); ok && from >= floor {
		a.axis, a.from = axis, from
		negative = negative || south
	} else if axis, south, next, ok := half(text, a.to); ok {
		a.axis, a.to = axis, next
		negative = negative || south
	}
	if negative {
		a.value = -a.value
	}
	return a, true
}

// parts adds the minutes and seconds behind a degree sign.
func parts(text string, degrees float64, at int) (float64, int) {
	share := 60.0
	for _, signs := range [...][]string{{"'", "′", "’"}, {"\"", "″", "”", "''"}} {
		from := at
		for from < len(text) && text[from] == ' ' {
			from++
		}
		if from == len(text) || !digit(text[from]) {
			break
		}
		value, end, _, ok := readNumber(text, from)
		next, signed := sign(text, end, signs...)
		if !ok || !signed || value >= 60 {
			break
		}
		degrees += value / share
		share, at = share*60, next
	}
	return degrees, at
}

// readNumber reads a number of up to three digits before its point.
func readNumber(text string, i int) (value float64, end, decimals int, ok bool) {
	end = i
	for end < len(text) && digit(text[end]) {
		end++
	}
	if end-i > 3 || i > 1 && text[i-1] == '.' && digit(text[i-2]) {
		return 0, end, 0, false // no coordinate, or the rest of "1.500.000"
	}
	if end+1 < len(text) && text[end] == '.' && digit(text[end+1]) {
		dot := end
		for end++; end < len(text) && digit(text[end]); end++ {
		}
		decimals = end - dot - 1
	}
	if decimals > 20 {
		return 0, end, 0, false
	}
	value, err := strconv.ParseFloat(text[i:end], 64)
	return value, end, decimals, err == nil
}

// sign skips one of the signs at i, behind spaces.
func sign(text string, i int, signs ...string) (int, bool) {
	for i < len(text) && text[i] == ' ' {
		i++
	}
	for _, s := range signs {
		if strings.HasPrefix(text[i:], s) {
			return i + len(s), true
		}
	}
	return i, false
}

// halves are the letters of the halves of the earth, in English and Indonesian.
var halves = [...]struct {
	word  string
	axis  byte
	south bool // or west
}{{"LS", 'N', true}, {"LU", 'N', false}, {"BT", 'E', false}, {"BB", 'E', true}, {"S", 'N', true}, {"N", 'N', false}, {"E", 'E', false}, {"W", 'E', true}}

// half reads the half of the earth behind a coordinate.
func half(text string, i int) (axis byte, south bool, end int, ok bool) {
	for i < len(text) && text[i] == ' ' {
		i++
	}
	for _, h := range halves {
		if end := i + len(h.word); strings.HasPrefix(text[i:], h.word) && (end == len(text) || !letter(text[end])) {
			return h.axis, h.south, end, true
		}
	}
	return 0, false, i, false
}

// halfBefore reads it before one: "S 6.2088 E 106.8456".
func halfBefore(text string, i int) (axis byte, south bool, from int, ok bool) {
	for i > 0 && text[i-1] == ' ' {
		i--
	}
	for _, h := range halves {
		if from := i - len(h.word); from >= 0 && text[from:i] == h.word && (from == 0 || !letter(text[from-1])) {
			return h.axis, h.south, from, true
		}
	}
	return 0, false, i, false
}

func letter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
