package cities

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Region is one area of a national list, by the ministry of home affairs' code: 35, 35.10, 35.10.16,
// 35.10.16.1001.
type Region struct{ Code, Name string }

// regions is the list of the whole country, 506 kB: small enough that nobody has to look for it before
// beginning a pack, and its licence (MIT) allows it. It is unpacked only when a pack is made.
//
//go:embed regions.txt.gz
var regions []byte

// Regions reads the embedded list: cahyadsn/wilayah (MIT), after Kepmendagri 300.2.2-2430 of 2025.
func Regions() ([]Region, error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(regions))
	if err != nil {
		return nil, fmt.Errorf("reading the embedded list of areas: %w", err)
	}
	var out []Region
	var code [4]string
	lines := bufio.NewScanner(unpacked)
	for lines.Scan() {
		line := strings.TrimLeft(lines.Text(), "\t")
		depth := len(lines.Text()) - len(line)
		part, name, ok := strings.Cut(line, " ")
		if !ok || part == "#" || depth >= len(code) {
			continue
		}
		code[depth] = part
		out = append(out, Region{strings.Join(code[:depth+1], "."), name})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("reading the embedded list of areas: %w", err)
	}
	return out, nil
}

// ReadRegions reads a list of areas as CSV: code and name, further columns do not matter. A first line
// that is no area is taken as the heading.
func ReadRegions(from io.Reader) ([]Region, error) {
	in := csv.NewReader(from)
	in.FieldsPerRecord, in.TrimLeadingSpace = -1, true
	var out []Region
	for first := true; ; first = false {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading the list of areas: %w", err)
		}
		line, _ := in.FieldPos(0)
		if first {
			row[0] = strings.TrimPrefix(row[0], "\ufeff")
		}
		switch {
		case len(row) >= 2 && coded(row[0]) && named(row[1]):
			out = append(out, Region{row[0], strings.TrimSpace(row[1])})
		case !first:
			return nil, fmt.Errorf("reading the list of areas: line %d: wants a code such as 35.10.16.1001, and a name without quotes", line)
		}
	}
	if len(out) == 0 {
		return nil, errors.New("reading the list of areas: it is empty")
	}
	return out, nil
}

// coded reports whether a text has the form of an area's code.
func coded(code string) bool {
	parts := strings.Split(code, ".")
	return len(parts) <= 4 && !slices.ContainsFunc(parts, func(part string) bool {
		return part == "" || strings.Trim(part, "0123456789") != ""
	})
}

// named reports whether a text may be a name, also within a string of a TOML file.
func named(name string) bool {
	return strings.TrimSpace(name) != "" && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' })
}
