package place

import (
	"errors"
	"fmt"
	"strings"
)

// Index answers where a report happened.
type Index struct {
	areas  []Area
	byCode map[string]int
	levels map[string]int // rank, 0 the widest
}

// New checks and indexes a definition; all faults are reported at once.
func New(def Definition) (*Index, error) {
	x := &Index{areas: def.Areas, byCode: make(map[string]int, len(def.Areas)), levels: make(map[string]int, len(def.Levels))}
	var faults []error
	for rank, level := range def.Levels {
		x.levels[level.Name] = rank
	}
	for i, a := range def.Areas {
		if _, twice := x.byCode[a.Code]; twice {
			faults = append(faults, fmt.Errorf("area %s: the code stands twice", a.Code))
		}
		if _, ok := x.levels[a.Level]; !ok {
			faults = append(faults, fmt.Errorf("area %s: unknown level %q", a.Code, a.Level))
		}
		x.byCode[a.Code] = i
	}
	return x, errors.Join(faults...)
}

// Area finds an area by its code.
func (x *Index) Area(code string) (Area, bool) {
	i, ok := x.byCode[code]
	if !ok {
		return Area{}, false
	}
	return x.areas[i], true
}

// Parents returns the codes of the areas around code, the nearest first.
func (x *Index) Parents(code string) []string {
	var parents []string
	for {
		cut := strings.LastIndexByte(code, '.')
		if cut < 0 {
			return parents
		}
		code = code[:cut]
		if _, ok := x.byCode[code]; ok {
			parents = append(parents, code)
		}
	}
}
