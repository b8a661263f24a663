package cities

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"
)

// draft is a pack that is being made.
type draft struct {
	Code, ID, Name, City, Gov  string // 35.10, banyuwangi, Kabupaten Banyuwangi, Banyuwangi, Pemerintah …
	Short, ShortName, Zone, On string // On is the day on which it is made
	List                       string // where the areas come from
	Levels                     []level
	Sources                    [][2]string
	regions                    []Region
}

// level is one [[level]] of the draft's city.toml.
type level struct {
	Name, Markers, Office, Short, Source string
	Beside                               bool
}

// Draft makes the files of a pack for a kabupaten or kota out of a list of areas (Regions, ReadRegions),
// on top of the base pack. It loads as it is. What only the city itself can know, its agencies above all,
// is marked as an example. list says where the areas come from, for the pack's sources.
func Draft(code string, areas []Region, list string, on time.Time) (map[string][]byte, error) {
	at := slices.IndexFunc(areas, func(r Region) bool { return r.Code == code })
	switch {
	case !coded(code) || len(code) != len("35.10"):
		return nil, fmt.Errorf("making a pack: %q is no code of a kabupaten or kota, such as 35.10", code)
	case at < 0:
		return nil, fmt.Errorf("making a pack: the list of areas has no %s", code)
	}
	d := draft{Code: code, Name: areas[at].Name, Zone: zone(code), On: on.Format(time.DateOnly), List: list}
	d.City = strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(d.Name, "Kabupaten "), "Kota "), "Administrasi ")
	d.ID = strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(d.City), "-"), "-")
	d.Gov = "Pemerintah " + d.Name
	d.Short = shorten(map[bool]string{true: "Pemkot ", false: "Pemkab "}[levelOf(areas[at]) == "kota"] + d.City)
	d.ShortName = clip(strings.ToUpper(shorten(d.City)), 12)
	d.regions = around(code, areas)
	if !slices.ContainsFunc(d.regions, func(r Region) bool { return strings.Count(r.Code, ".") == 3 && strings.HasPrefix(r.Code, code+".") }) {
		return nil, fmt.Errorf("making a pack: the list of areas has no desa or kelurahan in %s", d.Name)
	}
	d.levels()
	return d.files()
}

// around keeps the areas of a kabupaten, its province, and the kabupaten and kota beside it.
func around(code string, areas []Region) []Region {
	var out []Region
	for _, r := range areas {
		if r.Code == code || strings.HasPrefix(r.Code, code+".") || r.Code == code[:2] || len(r.Code) == len(code) && r.Code[:2] == code[:2] {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b Region) int { return cmp.Compare(a.Code, b.Code) })
	return out
}

func clip(text string, room int) string {
	if len(text) > room {
		text = text[:room]
	}
	return strings.Trim(text, " .-")
}

// levels lists the levels that have areas, with what they are called.
func (d *draft) levels() {
	used := make(map[string]bool)
	for _, r := range d.regions {
		used[levelOf(r)] = true
	}
	tier := false // the tier of the level before has a level already
	for _, t := range terms(d.Code) {
		if !t.beside {
			tier = false
		}
		if !used[t.level] {
			continue
		}
		l := level{Name: t.level, Markers: `"` + strings.Join(t.markers, `", "`) + `"`, Beside: t.beside && tier, Source: t.source}
		if t.office != "" {
			l.Office, l.Short = t.office+" {name}", t.short+" {name}"
		}
		tier = true
		d.Levels = append(d.Levels, l)
		if text, ok := origins[t.source]; ok && !slices.ContainsFunc(d.Sources, func(s [2]string) bool { return s[0] == t.source }) {
			d.Sources = append(d.Sources, [2]string{t.source, text})
		}
	}
}

// files writes everything.
func (d *draft) files() (map[string][]byte, error) {
	out := make(map[string][]byte)
	common, err := ordinary()
	if err != nil {
		return nil, err
	}
	for name, text := range map[string]string{"city.toml": cityDraft, "SOURCES.md": sourcesDraft, "landmarks.csv": landmarksDraft, "outlines.txt": outlinesDraft} {
		var buf bytes.Buffer
		if err := template.Must(template.New(name).Parse(text)).Execute(&buf, d); err != nil {
			return nil, fmt.Errorf("making a pack: writing %s: %w", name, err)
		}
		out[name] = buf.Bytes()
	}
	agencies, err := fs.ReadFile(embedded, "base/agencies.toml")
	if err != nil {
		return nil, fmt.Errorf("making a pack: %w", err)
	}
	_, agencies, _ = bytes.Cut(agencies, []byte("\n\n")) // without what is said to its authors
	out["agencies.toml"] = []byte(agenciesDraft + strings.NewReplacer("{id}", d.ID, "{gov}", d.Gov, "{short}", d.Short, "{city}", d.Name).Replace(string(agencies)))
	calendar, err := fs.ReadFile(embedded, "jakarta/calendar.toml")
	if err != nil {
		return nil, fmt.Errorf("making a pack: %w", err)
	}
	_, calendar, _ = bytes.Cut(calendar, []byte("zone = \"Asia/Jakarta\""))
	out["calendar.toml"] = []byte(fmt.Sprintf(calendarDraft, d.City, d.Zone) + string(calendar))
	if out["areas.csv"], out["neighbours.csv"], err = d.areas(common); err != nil {
		return nil, fmt.Errorf("making a pack: writing the areas: %w", err)
	}
	return out, nil
}

// areas writes the areas of the pack, and those beside it.
func (d *draft) areas(common map[string]string) (inside, outside []byte, err error) {
	var own, others [][]string
	for _, r := range d.regions {
		row := []string{r.Code, levelOf(r), r.Name, guardOf(r.Name, common), ""}
		if strings.Count(r.Code, ".") != 1 {
			own = append(own, row)
			continue
		}
		short := strings.TrimPrefix(strings.TrimPrefix(r.Name, "Kabupaten "), "Kota ")
		ordinary := guardOf(short, common) != ""
		row[3] = ""
		if r.Code == d.Code {
			if row[4] = short; ordinary {
				row[4] = "!" + short
			}
			own = append(own, row)
			continue
		}
		var also []string
		if levelOf(r) == "kabupaten" {
			also = append(also, "Kab "+short)
		}
		if !ordinary { // "di batu" is not in Kota Batu
			also = append(also, "!"+short)
		}
		row[4] = strings.Join(also, "|")
		others = append(others, row)
	}
	if inside, err = sheet(areasDraft, own); err == nil {
		outside, err = sheet(neighboursDraft, others)
	}
	return inside, outside, err
}

// sheet is a CSV file below its heading.
func sheet(heading string, rows [][]string) ([]byte, error) {
	buf := bytes.NewBufferString(heading)
	err := csv.NewWriter(buf).WriteAll(rows)
	return buf.Bytes(), err
}
