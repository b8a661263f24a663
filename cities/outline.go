package cities

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// unit is how many units of outlines.txt a degree has.
const unit = 1e5

// straight is how far, in units of 1e-5 degrees (1.1 m), a point may lie from the line between its
// neighbours to be left out.
const straight = 1.4

// ReadOutlines reads the outlines of areas from GeoJSON: features that name their area by the code of the
// list of areas, in one of the properties kode, code, kd or kode_wilayah, as polygons of longitudes and
// latitudes. It gives lines of outlines.txt. Areas that are not in codes are left out, and counted.
func ReadOutlines(from io.Reader, codes []string) (text []byte, taken, left int, err error) {
	var file struct {
		Features []struct {
			Properties map[string]any
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.NewDecoder(from).Decode(&file); err != nil {
		return nil, 0, 0, fmt.Errorf("reading the outlines: %w", err)
	}
	var lines []string
	for n, f := range file.Features {
		code := codeOf(f.Properties)
		if code == "" {
			return nil, 0, 0, fmt.Errorf("reading the outlines: feature %d has no code of an area (kode, code, kd, kode_wilayah)", n+1)
		}
		if !slices.Contains(codes, code) {
			left++
			continue
		}
		rings, err := rings(f.Geometry.Type, f.Geometry.Coordinates)
		if err != nil {
			return nil, 0, 0, fmt.Errorf("reading the outlines: area %s: %w", code, err)
		}
		line := code
		for _, ring := range rings {
			if ring = straighten(ring); len(ring) >= 3 {
				line += " " + encode(ring)
			}
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, "\n") + "\n"), len(lines), left, nil
}

// codeOf finds the code in a feature's properties. Codes without dots (3510161002) are given some.
func codeOf(properties map[string]any) string {
	for _, key := range []string{"kode", "code", "kd", "kode_wilayah"} {
		code, _ := properties[key].(string)
		if len(code) == len("3510161002") && !strings.Contains(code, ".") {
			code = code[:2] + "." + code[2:4] + "." + code[4:6] + "." + code[6:]
		}
		if coded(code) {
			return code
		}
	}
	return ""
}

// spot is a point of an outline: latitude and longitude in units.
type spot [2]int32

// rings reads the rings of a polygon or of several.
func rings(kind string, raw json.RawMessage) ([][]spot, error) {
	var parts [][][][]float64
	var err error
	switch kind {
	case "Polygon":
		parts = make([][][][]float64, 1)
		err = json.Unmarshal(raw, &parts[0])
	case "MultiPolygon":
		err = json.Unmarshal(raw, &parts)
	default:
		err = fmt.Errorf("%q is no polygon", kind)
	}
	var out [][]spot
	for _, ring := range slices.Concat(parts...) {
		var spots []spot
		for _, p := range ring {
			if len(p) < 2 || math.Abs(p[0]) > 180 || math.Abs(p[1]) > 90 {
				return nil, errors.New("a point is no longitude and latitude in degrees")
			}
			s := spot{int32(math.Round(p[1] * unit)), int32(math.Round(p[0] * unit))}
			if len(spots) == 0 || spots[len(spots)-1] != s {
				spots = append(spots, s)
			}
		}
		if len(spots) > 1 && spots[0] == spots[len(spots)-1] {
			spots = spots[:len(spots)-1]
		}
		out = append(out, spots)
	}
	return out, err
}

// straighten leaves out points that lie nearly on the line from the point kept last to the next one.
func straighten(ring []spot) []spot {
	if len(ring) < 4 {
		return ring
	}
	out := ring[:0:0]
	out = append(out, ring[0])
	from := 0
	for i := 1; i < len(ring); i++ {
		next := ring[(i+1)%len(ring)]
		for k := from + 1; k <= i; k++ { // every point left out since, lest small steps add up
			if off(ring[k], ring[from], next) > straight {
				out, from = append(out, ring[i]), i
				break
			}
		}
	}
	return out
}

// off is the distance of a point from the line between two others.
func off(p, a, b spot) float64 {
	dy, dx := float64(b[0]-a[0]), float64(b[1]-a[1])
	py, px := float64(p[0]-a[0]), float64(p[1]-a[1])
	length := math.Hypot(dx, dy)
	if length == 0 {
		return math.Hypot(px, py)
	}
	along := max(0, min(1, (px*dx+py*dy)/(length*length)))
	return math.Hypot(px-along*dx, py-along*dy)
}

// encode writes a ring as an encoded polyline, what polyline reads.
func encode(ring []spot) string {
	var out []byte
	var last spot
	for _, s := range ring {
		for axis := range s {
			value := uint32(s[axis]-last[axis]) << 1
			if s[axis] < last[axis] {
				value = ^value
			}
			for ; value >= 0x20; value >>= 5 {
				out = append(out, byte(value&0x1f|0x20)+63)
			}
			out = append(out, byte(value)+63)
		}
		last = s
	}
	return string(out)
}
