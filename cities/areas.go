package cities

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"tanggap/router/place"
)

// areas reads areas.csv: code, level, name, guard, aliases (parted by "|"; "!" before one guards it);
// and, where the pack has it, neighbours.csv with areas outside the city.
func (r *reader) areas() []place.Area {
	var out []place.Area
	outside := false
	row := func(row []string) error {
		if row[3] != "" && row[3] != place.Soft && row[3] != place.Hard {
			return fmt.Errorf("guard %q is neither soft nor hard", row[3])
		}
		out = append(out, place.Area{Code: row[0], Level: row[1], Name: row[2], Guard: row[3], Aliases: aliases(row[4]), Outside: outside})
		return nil
	}
	r.csv("areas.csv", 5, row)
	if _, err := fs.Stat(r.files, neighbours); err == nil {
		outside = true
		r.csv(neighbours, 5, row)
	}
	return out
}

// neighbours is the file of areas outside the city, by which a report from there is told.
const neighbours = "neighbours.csv"

// landmarks reads landmarks.csv: name, codes of the areas, guard, aliases.
func (r *reader) landmarks() []place.Landmark {
	var out []place.Landmark
	r.csv("landmarks.csv", 4, func(row []string) error {
		out = append(out, place.Landmark{Name: row[0], Codes: aliases(row[1]), Guard: row[2], Aliases: aliases(row[3])})
		return nil
	})
	return out
}

func aliases(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, "|")
}

func (r *reader) csv(file string, fields int, row func([]string) error) {
	f, err := r.files.Open(file)
	if err != nil {
		r.fault(file, "reading it: %v", cause(err))
		return
	}
	defer f.Close()
	in := csv.NewReader(f)
	in.Comment, in.FieldsPerRecord = '#', fields
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			r.fault(file, "%v", err)
			return
		}
		if err := row(record); err != nil {
			line, _ := in.FieldPos(0)
			r.fault(file, "line %d: %v", line, err)
		}
	}
}

// outlines reads outlines.txt into the areas: a line for each area, its code and then one encoded
// polyline for each ring, parted by spaces.
func (r *reader) outlines(areas []place.Area) {
	const file = "outlines.txt"
	at := make(map[string]int, len(areas))
	for i, a := range areas {
		at[a.Code] = i
	}
	f, err := r.files.Open(file)
	if err != nil {
		r.fault(file, "reading it: %v", cause(err))
		return
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		code, rest, _ := strings.Cut(lines.Text(), " ")
		if code == "" || code[0] == '#' {
			continue
		}
		i, ok := at[code]
		if !ok {
			r.fault(file, "line %d: unknown area %q", n, code)
			continue
		}
		for line := range strings.FieldsSeq(rest) {
			ring, err := polyline(line)
			if err != nil {
				r.fault(file, "line %d: area %s: %v", n, code, err)
			}
			areas[i].Rings = append(areas[i].Rings, ring)
		}
	}
	if err := lines.Err(); err != nil {
		r.fault(file, "%v", err)
	}
}

// polyline decodes one ring in the encoded polyline algorithm format
// (https://developers.google.com/maps/documentation/utilities/polylinealgorithm): latitude before
// longitude, as differences, five decimals. The result has longitude before latitude, in 1e-5 degrees.
func polyline(text string) ([]int32, error) {
	ring := make([]int32, 0, len(text)/2)
	var last [2]int32
	axis := 0
	for i := 0; i < len(text); {
		var value, shift uint32
		for {
			if i == len(text) || text[i] < 63 || text[i] > 126 || shift > 30 {
				return nil, fmt.Errorf("character %d of an outline is broken", i+1)
			}
			chunk := uint32(text[i] - 63)
			i++
			value |= chunk & 0x1f << shift
			shift += 5
			if chunk < 0x20 {
				break
			}
		}
		delta := int32(value >> 1)
		if value&1 != 0 {
			delta = ^delta
		}
		last[axis] += delta
		if axis == 1 {
			ring = append(ring, last[1], last[0])
		}
		axis = 1 - axis
	}
	if axis != 0 {
		return nil, errors.New("an outline ends in half a point")
	}
	return ring, nil
}
