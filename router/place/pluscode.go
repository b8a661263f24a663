package place

import (
	"math"
	"strings"
)

// plusDigits are those of Open Location Code, in whose base of 20 the globe is cut up: pairs of a row and a
// column, of 20 degrees, 1 degree and so on, and a plus behind the fourth pair.
const plusDigits = "23456789CFGHJMPQRVWX"

// plusCode reads a code as Google Maps shows it, whole ("6P58QRX3+2W") or without its first two pairs, as it is
// written beside the name of a town ("QRX3+2W Jakarta"): then it is the one that lies nearest to the city, and in
// none of its areas it is no code. What only looks like one, such as a sum, has no letter or no digit.
func (x *Index) plusCode(text string) (Point, bool) {
	if strings.Contains(text, "%2") {
		text = strings.NewReplacer("%2B", "+", "%2b", "+").Replace(text)
	}
	if !strings.Contains(text, "+") {
		return Point{}, false
	}
	text = strings.ToUpper(text)
	for from := 0; ; {
		plus := strings.IndexByte(text[from:], '+')
		if plus < 0 {
			return Point{}, false
		}
		plus += from
		from = plus + 1
		start, end := plus, plus+1
		for start > 0 && plusDigit(text[start-1]) >= 0 {
			start--
		}
		for end < len(text) && plusDigit(text[end]) >= 0 {
			end++
		}
		whole, near := plus-start == 8, plus-start == 4
		code := text[start:plus] + text[plus+1:end]
		if !whole && !near || end-plus < 3 || end-plus > 4 || start > 0 && wordly(text[start-1]) || end < len(text) && wordly(text[end]) ||
			!strings.ContainsAny(code, "23456789") || !strings.ContainsAny(code, plusDigits[8:]) {
			continue
		}
		if whole {
			if lat, lng := plusOffset(code, 20); lat <= 180 && lng <= 360 {
				return Point{Lat: lat - 90, Lng: lng - 180}, true
			}
			continue
		}
		lat, lng := plusOffset(code, 0.05)
		p := x.outlines.nearest(lat, lng)
		if _, inside := x.At(p); inside {
			return p, true
		}
	}
}

func plusDigit(c byte) int { return strings.IndexByte(plusDigits, c) }

func wordly(c byte) bool { return c >= 'A' && c <= 'Z' || digit(c) || c >= 0x80 }

// plusOffset is the middle of a code's cell, from the corner of what its first pair cuts up: that pair is of size
// degrees. A digit behind the pairs is left out: it says where in a house.
func plusOffset(code string, size float64) (lat, lng float64) {
	for i := 0; i+1 < len(code); i += 2 {
		lat += float64(plusDigit(code[i])) * size
		lng += float64(plusDigit(code[i+1])) * size
		size /= 20
	}
	half := size * 20 / 2
	return math.Round((lat+half)*1e6) / 1e6, math.Round((lng+half)*1e6) / 1e6
}

// nearest is the point with these parts of a degree that lies nearest to the middle of the city.
func (g *grid) nearest(lat, lng float64) Point {
	all := box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}
	for _, s := range g.shapes {
		all.west, all.east = min(all.west, s.box.west), max(all.east, s.box.east)
		all.south, all.north = min(all.south, s.box.south), max(all.north, s.box.north)
	}
	if len(g.shapes) == 0 {
		return Point{}
	}
	middle := func(a, b int32, part float64) float64 {
		return math.Round((float64(a)+float64(b))/2/unit-part) + part
	}
	return Point{Lat: middle(all.south, all.north, lat), Lng: middle(all.west, all.east, lng)}
}
