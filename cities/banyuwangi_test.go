package cities

import (
	"slices"
	"strings"
	"testing"

	"tanggap/router"
)

func banyuwangi(t testing.TB) *router.City {
	t.Helper()
	p, err := Load("banyuwangi")
	if err != nil {
		t.Fatal(err)
	}
	return p.City
}

// TestBanyuwangi decides sentences as people of a kabupaten with desa write them. Conduct is always
// sealed and emergencies are always flagged; of the others nine in ten go to their agency.
func TestBanyuwangi(t *testing.T) {
	city := banyuwangi(t)
	ordinary, right, named, placed := 0, 0, 0, 0
	for _, row := range slices.Concat(table(t, "banyuwangi.tsv"), table(t, "banyuwangi2.tsv")) {
		kind, code, text := row[0], row[1], row[2]
		d := city.Decide(router.Report{Text: text})
		if code != "-" {
			if named++; d.Area != nil && d.Area.Code == code {
				placed++
			} else if kind != "outside" {
				t.Logf("%q is in %+v, want %s", text, d.Area, code)
			} else if area, _ := city.Place(router.Report{Text: text}); area != nil && area.Outside && area.Code == code {
				placed++
			} else {
				t.Errorf("%q is in %+v, outside", text, area)
			}
		}
		switch want, known := city.Category(kind); {
		case kind == "outside":
		case kind == "conduct":
			if !d.Sealed || d.Agency != city.Inspectorate().ID && d.Agency != city.Root().ID {
				t.Errorf("%q goes to %s, sealed %v", text, explain(d), d.Sealed)
			}
		case !known:
			t.Fatalf("unknown category %s", kind)
		case want.Emergency && !d.Emergency:
			t.Errorf("%q is no emergency: %s", text, explain(d))
		default:
			agency := want.Agency
			if want.Office != "" {
				agency = city.Office(code)
			}
			if ordinary++; d.Agency == agency && !d.Abstained && d.Emergency == want.Emergency {
				right++
			} else {
				t.Logf("%q goes to %s (%.2f), want %s", text, explain(d), d.Confidence, agency)
			}
		}
	}
	t.Logf("%d of %d right, %d of %d places", right, ordinary, placed, named)
	if 10*right < 9*ordinary || 10*placed < 9*named {
		t.Errorf("%d of %d right, %d of %d places: want nine in ten", right, ordinary, placed, named)
	}
}

// TestEveryDesaIsFound names each smallest area behind the word of its level.
func TestEveryDesaIsFound(t *testing.T) {
	p, err := Load("banyuwangi")
	if err != nil {
		t.Fatal(err)
	}
	r := reader{files: p.FS}
	tried, found := map[string]int{}, 0
	for _, a := range r.areas() {
		if a.Outside || a.Level != "desa" && a.Level != "kelurahan" {
			continue
		}
		tried[a.Level]++
		district, _ := p.City.Area(a.Code[:strings.LastIndexByte(a.Code, '.')])
		area, _ := p.City.Place(router.Report{Text: "jalan rusak di " + a.Level + " " + a.Name + " kecamatan " + district.Name})
		if area != nil && area.Code == a.Code {
			found++
		} else {
			t.Errorf("%s %s, %s: found %+v", a.Code, a.Name, district.Name, area)
		}
		if p.City.Office(a.Code) == "" {
			t.Errorf("%s %s has no office", a.Code, a.Name)
		}
	}
	if tried["desa"] != 189 || tried["kelurahan"] != 28 {
		t.Errorf("%v, want 189 desa and 28 kelurahan", tried)
	}
	t.Logf("%d found", found)
}
