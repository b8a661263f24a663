package place

import (
	"net/url"
	"strings"
)

// Coordinates reads a pair of coordinates from a text: from the links that map services share (Google
// Maps, OpenStreetMap, Waze, Apple Maps and those built like them, geo: URIs of RFC 5870), which carry
// them in the address itself, or written out, as decimals or in degrees, minutes and seconds. Nothing
// is fetched: a short link that says nothing without its server gives nothing.
//
// A link often holds several pairs: the middle of the window, the start of a way, the place. The
// place counts, see rank; of equals the last. Written out, a number counts only with three or more
// decimals or a sign of degrees, so that prices, versions and times are not taken for places.
func Coordinates(text string) (Point, bool) {
	if !promising(text) {
		return Point{}, false
	}
	var best pair
	for from := 0; from < len(text); {
		start, end := link(text, from)
		best = best.or(pairs(text[from:start], false))
		if start < len(text) {
			best = best.or(linked(text[start:end]))
		}
		from = end
	}
	return best.point, best.rank > 0
}

// promising reports whether a text can hold coordinates at all, which few do.
func promising(text string) bool {
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '.' && i+1 < len(text) && digit(text[i-1]) && digit(text[i+1]):
			return true
		case c == 0xB0 && text[i-1] == 0xC2, c == '/' && text[i-1] == 'l': // a degree sign; waze.com/ul/h…
			return true
		case c == '%' && digit(text[i-1]):
			return true
		}
	}
	return false
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// link finds the next link at or behind from: to the next space. Without one start is the text's end.
func link(text string, from int) (start, end int) {
	for i := from; i < len(text); {
		stop := i
		for stop < len(text) && text[stop] > ' ' {
			stop++
		}
		word := text[i:stop]
		if at := strings.IndexAny(word, ":/"); at > 0 {
			for _, mark := range [...]string{"http://", "https://", "geo:", "waze:", "comgooglemaps:", "maps.", "www.", "waze.com/", "goo.gl/", "osm.org/", "google.com/", "openstreetmap.org/"} {
				if begin := strings.Index(strings.ToLower(word), mark); begin >= 0 {
					return i + begin, stop
				}
			}
		}
		for i = stop; i < len(text) && text[i] <= ' '; i++ {
		}
	}
	return len(text), len(text)
}

// linked reads a link.
func linked(link string) pair {
	if plain, err := url.PathUnescape(link); err == nil { // links within links are escaped twice
		if link = plain; strings.Contains(link, "%2") {
			if plain, err = url.PathUnescape(link); err == nil {
				link = plain
			}
		}
	}
	best := pairs(strings.ReplaceAll(link, "+", " "), true)
	if best.rank == 0 {
		best = geohash(link)
	}
	return best
}

// pair is a point with how much what stands before it says that it is the place: 0 is no point.
type pair struct {
	point Point
	rank  int
}

func (p pair) or(q pair) pair {
	if q.rank > 0 && q.rank >= p.rank {
		return q
	}
	return p
}

// The ranks of pairs, as the services write them (Google: "Maps URLs" and the data=, pb= of shared
// links; Apple: "Map Links" and "Unified Map URLs"; Waze: "Deep Links"; OpenStreetMap: the wiki's
// "Permalink").
const (
	bare   = 1 + iota // no word, or one for the window or the start of a way
	window            // @lat,lng,17z or #map=17/lat/lng
	path              // /maps/place/lat,lng and /maps/dir/…/lat,lng
	asked             // ?q=, ll=, destination= …
	pinned            // !3d…!4d…: what the link is about
)

// rank reads what stands before a pair in a link.
func rank(before string) int {
	before = strings.ToLower(strings.TrimRight(before, " ("))
	for _, tag := range [...]struct {
		ends string
		rank int
	}{
		{"!3d", pinned},
		{"!1d", asked},
		{"sll=", bare},
		{"sspn=", bare},
		{"spn=", bare},
		{"near=", bare},
		{"saddr=", bare},
		{"origin=", bare},
		{"from=", bare},
		{"from=ll.", bare},
		{"center=", bare},
		{"!2d", bare},
		{"@", window},
		{"mlat=", asked},
		{"q=", asked},
		{"query=", asked},
		{"loc:", asked},
		{"ll=", asked},
		{"daddr=", asked},
		{"destination=", asked},
		{"to=", asked},
		{"to=ll.", asked},
		{"coordinate=", asked},
		{"viewpoint=", asked},
		{"lat=", asked},
		{"latitude=", asked},
		{"latlng=", asked},
		{"latlon=", asked},
		{"point=", asked},
		{"pin=", asked},
		{"marker=", asked},
		{"sp=point.", asked},
		{"cp=", window},
		{"geo:", path},
		{"place/", path},
		{"search/", path},
		{"dir/", path},
	} {
		if strings.HasSuffix(before, tag.ends) {
			return tag.rank
		}
	}
	if strings.HasSuffix(before, "/") {
		if cut := strings.LastIndex(before, "map="); cut >= 0 && !strings.ContainsAny(before[cut:], "&?") {
			return window
		}
		return path
	}
	return bare
}

// geohash reads the place of a link that Waze shares: waze.com/ul/h and the point's geohash, whose
// letters halve the world in turn by longitude and latitude, five times each letter.
func geohash(link string) pair {
	const letters = "0123456789bcdefghjkmnpqrstuvwxyz"
	_, hash, ok := strings.Cut(strings.ToLower(link), "waze.com/ul/h")
	if end := strings.IndexAny(hash, "?&#/ .,)"); end >= 0 {
		hash = hash[:end]
	}
	if !ok || len(hash) < 7 || len(hash) > 12 {
		return pair{}
	}
	lat, lng := [2]float64{-90, 90}, [2]float64{-180, 180}
	even := true
	for i := range len(hash) {
		value := strings.IndexByte(letters, hash[i])
		if value < 0 {
			return pair{}
		}
		for bit := 16; bit > 0; bit >>= 1 {
			side := &lat
			if even {
				side = &lng
			}
			half := 0
			if value&bit == 0 {
				half = 1
			}
			side[half] = (side[0] + side[1]) / 2
			even = !even
		}
	}
	return pair{Point{Lat: (lat[0] + lat[1]) / 2, Lng: (lng[0] + lng[1]) / 2}, asked}
}
