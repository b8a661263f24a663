package similar

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
	"time"

	"tanggap/router/place"
)

// The bounds of a search: what it costs does not grow with the flood.
const (
	mostFound  = 5    // that Find returns
	mostOpen   = 8192 // readings that an Index holds; the oldest make room
	mostOfKey  = 64   // newest readings of one key that are compared
	mostWidely = 6    // rarest words of a text that are looked up
)

// Index finds, among open reports of the last 48 hours, those most like a new one. It is safe for
// concurrent use and lives in memory: whoever owns it fills it again at a start.
type Index struct {
	mu     sync.RWMutex
	open   map[int64]Reading
	order  []int64            // as they were added
	posted map[string][]int64 // by key, as they were added
}

// Match is a report that was found, with what speaks for it.
type Match struct {
	ID int64
	Verdict
}

// NewIndex returns an empty index.
func NewIndex() *Index {
	return &Index{open: map[int64]Reading{}, posted: map[string][]int64{}}
}

// Add enters a report under the caller's id. One that is there already stays as it is.
func (x *Index) Add(id int64, r Reading) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if _, have := x.open[id]; have {
		return
	}
	x.open[id] = r
	x.order = append(x.order, id)
	for _, key := range r.keys() {
		x.posted[key] = append(x.posted[key], id)
	}
	for len(x.order) > 0 && (len(x.order) > mostOpen || r.report.At.Sub(x.open[x.order[0]].report.At) > Recent) {
		x.remove(x.order[0])
	}
}

// Remove takes out a report that is closed or was grouped; an unknown id does nothing.
func (x *Index) Remove(id int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.remove(id)
}

func (x *Index) remove(id int64) {
	r, have := x.open[id]
	if !have {
		return
	}
	delete(x.open, id)
	x.order = without(x.order, id)
	for _, key := range r.keys() {
		if left := without(x.posted[key], id); len(left) > 0 {
			x.posted[key] = left
		} else {
			delete(x.posted, key)
		}
	}
}

func without(ids []int64, id int64) []int64 {
	if i := slices.Index(ids, id); i >= 0 {
		return slices.Delete(ids, i, i+1)
	}
	return ids
}

// Find returns at most five reports that are not unlike r, the surest first and then the nearest in time.
func (x *Index) Find(r Reading) []Match {
	x.mu.RLock()
	defer x.mu.RUnlock()
	seen := make(map[int64]bool, mostOfKey)
	type candidate struct {
		id     int64
		degree Degree
		where  nearby
		apart  time.Duration
	}
	var found []candidate
	for _, key := range x.sought(r) {
		ids := x.posted[key]
		for _, id := range ids[max(0, len(ids)-mostOfKey):] {
			if seen[id] {
				continue
			}
			seen[id] = true
			other := x.open[id]
			if degree, where := weigh(r, other); degree > Unlike {
				found = append(found, candidate{id, degree, where, other.report.At.Sub(r.report.At).Abs()})
			}
		}
	}
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.degree, a.degree), cmp.Compare(a.apart, b.apart), cmp.Compare(b.id, a.id))
	})
	var matches []Match
	for _, c := range found[:min(len(found), mostFound)] {
		matches = append(matches, Match{ID: c.id, Verdict: Verdict{Degree: c.degree, Reasons: reasons(r, x.open[c.id], c.where)}})
	}
	return matches
}

// keys are what a report can be found by.
func (r Reading) keys() []string {
	var keys []string
	if r.report.Area != "" {
		keys = append(keys, "a"+r.report.Category+" "+r.report.Area)
	}
	if p := r.report.Point; p != nil {
		keys = append(keys, cell(r.report.Category, *p, 0, 0))
	}
	for w := range r.words {
		keys = append(keys, "w"+w)
	}
	return keys
}

// sought are the keys to look under: the cells around the point, the area, and the rarest words.
func (x *Index) sought(r Reading) []string {
	var keys, words []string
	if p := r.report.Point; p != nil {
		for north := -1; north <= 1; north++ {
			for east := -1; east <= 1; east++ {
				keys = append(keys, cell(r.report.Category, *p, north, east))
			}
		}
	}
	if r.report.Area != "" {
		keys = append(keys, "a"+r.report.Category+" "+r.report.Area)
	}
	for w := range r.words {
		if len(x.posted["w"+w]) > 0 {
			words = append(words, "w"+w)
		}
	}
	slices.SortFunc(words, func(a, b string) int {
		if d := len(x.posted[a]) - len(x.posted[b]); d != 0 {
			return d
		}
		return len(b) - len(a)
	})
	return append(keys, words[:min(len(words), mostWidely)]...)
}

// cell names a square of a grid whose sides are no shorter than Near at the latitudes of Indonesia.
func cell(category string, p place.Point, north, east int) string {
	const side = 0.00275 // degrees: 304 m along the equator at 6° south
	y, x := int((p.Lat+90)/side)+north, int((p.Lng+180)/side)+east
	return "c" + category + " " + strconv.Itoa(y) + " " + strconv.Itoa(x)
}
