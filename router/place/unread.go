package place

import "strings"

// Short links of map services, whose servers alone know where they lead, and the services' own pages, which
// may name a place by a number that only they know.
var mapLinks = []string{
	"maps.app.goo.gl/", "goo.gl/maps", "maps.apple/", "maps.apple.com/", "waze.com/", "osm.org/go/", "openstreetmap.org/go/", "share.here.com/", "her.is/",
	"google.com/maps", "google.co.id/maps", "maps.google.", "binged.it/", "bing.com/maps", "w3w.co/", "what3words.com/",
}

// HasMapLink reports whether a text holds a link to a map. Where Coordinates finds nothing in it, it cannot be
// read without asking its server, which learns then who looks for what, and may be anybody's.
func HasMapLink(text string) bool {
	text = strings.ToLower(text)
	for _, link := range mapLinks {
		for rest := text; ; {
			at := strings.Index(rest, link)
			if at < 0 {
				break
			}
			// Of another host's name, or path, it is only the end.
			if at == 0 || strings.HasSuffix(rest[:at], "//") || rest[at-1] <= ' ' || rest[at-1] == '(' || strings.HasSuffix(rest[:at], "www.") || strings.HasSuffix(rest[:at], "//m.") {
				return true
			}
			rest = rest[at+len(link):]
		}
	}
	return false
}
