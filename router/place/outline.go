package place

import "math"

// unit is one degree in the integers that outlines are kept in: about 1.1 m.
const unit = 1e5

// nearby is how far outside every outline a point may lie and still count as inside the nearest one:
// outlines are simplified, and pins are not exact. In units, about 250 m.
const nearby = 225

// cell is the edge of one square of the grid, in units: about 2.2 km.
const cell = 2000

// box is a bounding box in units.
type box struct{ west, south, east, north int32 }

// shape is one area's outline with its box.
type shape struct {
	area  int
	box   box
	rings [][]int32
}

// grid finds the shapes near a point without looking at all of them.
type grid struct {
	shapes []shape
	cells  map[[2]int32][]int32
}

func newGrid(areas []Area) grid {
	g := grid{cells: make(map[[2]int32][]int32)}
	for i, a := range areas {
		if len(a.Rings) == 0 {
			continue
		}
		s := shape{area: i, rings: a.Rings, box: box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}}
		for _, ring := range a.Rings {
			for j := 0; j+1 < len(ring); j += 2 {
				s.box.west, s.box.east = min(s.box.west, ring[j]), max(s.box.east, ring[j])
				s.box.south, s.box.north = min(s.box.south, ring[j+1]), max(s.box.north, ring[j+1])
			}
		}
		n := int32(len(g.shapes))
		g.shapes = append(g.shapes, s)
		for x := floor(s.box.west - nearby); x <= floor(s.box.east+nearby); x++ {
			for y := floor(s.box.south - nearby); y <= floor(s.box.north+nearby); y++ {
				g.cells[[2]int32{x, y}] = append(g.cells[[2]int32{x, y}], n)
			}
		}
	}
	return g
}

func floor(v int32) int32 {
	if v < 0 {
		return (v - cell + 1) / cell
	}
	return v / cell
}

// find returns the area that holds the point; inside is false where the point only lies near it.
func (g *grid) find(p Point) (area int, inside, ok bool) {
	if math.Abs(p.Lat) > 90 || math.Abs(p.Lng) > 180 || p.Lat != p.Lat || p.Lng != p.Lng {
		return 0, false, false
	}
	x, y := int32(math.Round(p.Lng*unit)), int32(math.Round(p.Lat*unit))
	best, nearest := -1, int64(nearby)*nearby+1
	for _, n := range g.cells[[2]int32{floor(x), floor(y)}] {
		s := &g.shapes[n]
		if x < s.box.west-nearby || x > s.box.east+nearby || y < s.box.south-nearby || y > s.box.north+nearby {
			continue
		}
		odd := false
		for _, ring := range s.rings {
			if holds(ring, x, y) {
				odd = !odd
			}
		}
		if odd {
			return s.area, true, true
		}
		if d := distance(s.rings, x, y); d < nearest {
			best, nearest = s.area, d
		}
	}
	return best, false, best >= 0
}

// holds casts a ray to the east and counts the edges it crosses.
func holds(ring []int32, x, y int32) bool {
	odd := false
	for i, j := 0, len(ring)-2; i+1 < len(ring); j, i = i, i+2 {
		xi, yi, xj, yj := int64(ring[i]), int64(ring[i+1]), int64(ring[j]), int64(ring[j+1])
		px, py := int64(x), int64(y)
		if (yi > py) == (yj > py) {
			continue
		}
		left := (xj-xi)*(py-yi) - (px-xi)*(yj-yi)
		if (yj < yi) != (left > 0) {
			odd = !odd
		}
	}
	return odd
}

// distance is the square of the distance from a point to the nearest edge, in units.
func distance(rings [][]int32, x, y int32) int64 {
	best := int64(math.MaxInt64)
	for _, ring := range rings {
		for i, j := 0, len(ring)-2; i+1 < len(ring); j, i = i, i+2 {
			ax, ay := float64(ring[j]), float64(ring[j+1])
			dx, dy := float64(ring[i])-ax, float64(ring[i+1])-ay
			t := 0.0
			if l := dx*dx + dy*dy; l > 0 {
				t = min(1, max(0, ((float64(x)-ax)*dx+(float64(y)-ay)*dy)/l))
			}
			ex, ey := ax+t*dx-float64(x), ay+t*dy-float64(y)
			best = min(best, int64(ex*ex+ey*ey))
		}
	}
	return best
}
