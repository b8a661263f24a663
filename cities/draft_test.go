package cities

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"tanggap/router"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// drafted is a new pack of the embedded list.
func drafted(t testing.TB, code string) fstest.MapFS {
	t.Helper()
	areas, err := Regions()
	if err != nil {
		t.Fatal(err)
	}
	files, err := Draft(code, areas, "the list of the test", noon)
	if err != nil {
		t.Fatal(err)
	}
	out := make(fstest.MapFS)
	for name, data := range files {
		out[name] = &fstest.MapFile{Data: data}
	}
	return out
}

// TestEveryKindOfKabupatenCanBegin makes packs where levels have other names, where there are only
// kelurahan, where names are longest, and in each time zone. Each loads, and finds and routes a report.
func TestEveryKindOfKabupatenCanBegin(t *testing.T) {
	for _, c := range []struct{ code, zone, level, area, text string }{
		{"64.72", "Asia/Makassar", "kelurahan", "64.72.09.1005", "jalan rusak di kelurahan Sungai Pinang Luar"},
		{"33.02", "Asia/Jakarta", "desa", "33.02.12.2006", "jalan rusak di desa Karangendep"},
		{"11.08", "Asia/Jakarta", "gampong", "", ""},
		{"13.07", "Asia/Jakarta", "nagari", "", ""},
		{"13.09", "Asia/Jakarta", "desa", "", ""},
		{"34.04", "Asia/Jakarta", "kalurahan", "", ""},
		{"34.71", "Asia/Jakarta", "kelurahan", "", ""},
		{"53.07", "Asia/Makassar", "desa", "", ""},
		{"71.09", "Asia/Makassar", "desa", "", ""},
		{"91.03", "Asia/Jayapura", "kampung", "", ""},
	} {
		pack, r, def, err := read("new", drafted(t, c.code))
		if err != nil {
			t.Errorf("%s: %v", c.code, err)
			continue
		}
		levels, text, code := map[string]int{}, c.text, c.area
		for _, a := range def.Places.Areas {
			if levels[a.Level]++; text == "" && a.Level == c.level && a.Guard == "" {
				text, code = "jalan rusak di "+c.level+" "+a.Name, a.Code
			}
		}
		if levels[c.level] == 0 || def.Facts.Zone != c.zone || len(r.vacant) > 0 {
			t.Errorf("%s: levels %v, zone %s, roles nobody has %v", c.code, levels, def.Facts.Zone, r.vacant)
		}
		jalan, _ := pack.City.Category("jalan-rusak")
		if d := pack.City.Decide(router.Report{Text: text}); d.Agency != jalan.Agency || d.Area == nil || !strings.HasPrefix(code, d.Area.Code) {
			t.Errorf("%s: %q goes to %s, %+v", c.code, text, explain(d), d.Area)
		}
		if pack.City.Office(code) == "" {
			t.Errorf("%s: %s has no office", c.code, code)
		}
	}
}

// TestNeighboursAreGuarded: a report from beside is told by the neighbour's name, not by a stone.
func TestNeighboursAreGuarded(t *testing.T) {
	pack, err := Read("new", drafted(t, "35.10"))
	if err != nil {
		t.Fatal(err)
	}
	for text, code := range map[string]string{"banjir di jember": "35.09", "banjir di kota batu": "35.79", "kaki saya luka kena batu di jalan": "", "banjir di Banyuwangi": "35.10"} {
		area, _ := pack.City.Place(router.Report{Text: text})
		if area == nil && code != "" || area != nil && (area.Code != code || area.Outside != (code != "35.10")) {
			t.Errorf("%q is in %+v", text, area)
		}
	}
}

func TestDraftRefusesWhatIsNoKabupaten(t *testing.T) {
	areas, err := Regions()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"", "64", "64.99", "64.72.01", "6472", "kutai"} {
		if _, err := Draft(code, areas, "", noon); err == nil {
			t.Errorf("%q was taken", code)
		}
	}
	if _, err := Draft("35.10", []Region{{"35", "Jawa Timur"}, {"35.10", "Kabupaten Banyuwangi"}}, "", noon); err == nil {
		t.Error("a kabupaten without desa was taken")
	}
}

func TestRegions(t *testing.T) {
	areas, err := Regions()
	if err != nil {
		t.Fatal(err)
	}
	depths, names := map[int]int{}, map[string]string{}
	for _, r := range areas {
		depths[strings.Count(r.Code, ".")]++
		names[r.Code] = r.Name
	}
	if len(areas) != 91599-1 && len(areas) != 91599 || depths[0] != 38 || depths[1] != 514 || names["35.10.16.1002"] != "Sobo" {
		t.Errorf("%d areas, by depth %v, Sobo is %q", len(areas), depths, names["35.10.16.1002"])
	}
}

func TestReadRegions(t *testing.T) {
	areas, err := ReadRegions(strings.NewReader("\ufeffkode,nama,kodepos\n35,Jawa Timur,\n35.10.16.1002,\"Sobo, Kota\",68418\n"))
	if err != nil || len(areas) != 2 || areas[1] != (Region{"35.10.16.1002", "Sobo, Kota"}) {
		t.Errorf("%v %v", areas, err)
	}
	for _, broken := range []string{"", "kode,nama\n", "35,Jawa Timur\nx,y\n", "35\n35\n", "35,\"Jawa", "35,\"Jawa \"\"Timur\"\"\"\n"} {
		if areas, err := ReadRegions(strings.NewReader(broken)); err == nil {
			t.Errorf("%q was read: %v", broken, areas)
		}
	}
}

// TestMerge adds to a base's topics and words, replaces and drops some.
func TestMerge(t *testing.T) {
	files := drafted(t, "35.10")
	edit := func(name, from, to string) {
		text := string(files[name].Data)
		if !strings.Contains(text, from) {
			t.Fatalf("%s has no %q", name, from)
		}
		files[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, from, to, 1))}
	}
	edit("city.toml", "drop = []", `drop = ["jalan-tol"]`)
	files["words.toml"] = &fstest.MapFile{Data: []byte("[sets]\nofficial = [\"=jogoboyo\"]\n")}
	files["categories/own.toml"] = &fstest.MapFile{Data: []byte(`
[[category]]
id = "sampah"
name = { id = "Sampah kami", en = "Our waste" }
agency = "banyuwangi.satpolpp"
deadline = { value = 1, unit = "hours", example = true }
sure = ["sampah"]
example = true

[[category]]
id = "gandrung"
name = { id = "Gandrung", en = "Gandrung" }
role = "pariwisata"
deadline = { value = 1, unit = "hours", example = true }
sure = ["gandrung"]
example = true
`)}
	pack, err := Read("merged", files)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := pack.City.Category("jalan-tol"); ok {
		t.Error("a dropped category is there")
	}
	for text, agency := range map[string]string{
		"sampah numpuk di pasar":                "banyuwangi.satpolpp",
		"latihan gandrung tidak ada tempat":     "banyuwangi.disbudpar",
		"jogoboyo menghina warga di balai desa": "banyuwangi.inspektorat banyuwangi",
	} {
		if d := pack.City.Decide(router.Report{Text: text}); !strings.Contains(agency, d.Agency) {
			t.Errorf("%q goes to %s", text, explain(d))
		}
	}
	edit("agencies.toml", `roles = ["pariwisata"]`, `roles = ["tari", "jalan"]`)
	edit("city.toml", `drop = ["jalan-tol"]`, `drop = ["jalan-tol", "sepur"]`)
	_, err = Read("merged", files)
	for _, want := range []string{`"tari"`, `"jalan" is already that of`, `no category "sepur"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %s in: %v", want, err)
		}
	}
	edit("city.toml", `base = "base"`, `base = "jakarta"`)
	if _, err = Read("merged", files); err == nil || !strings.Contains(err.Error(), `no base pack "jakarta"`) {
		t.Errorf("a city is no base: %v", err)
	}
}

// TestInspect finds what was broken on purpose, and nothing wrong in what is embedded or new.
func TestInspect(t *testing.T) {
	for _, name := range Embedded() {
		points, err := Inspect(name, noon)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range points {
			if p.Wrong {
				t.Errorf("%s: %+v", name, p)
			}
		}
	}
	dir := t.TempDir()
	files := drafted(t, "35.10")
	for name, change := range map[string]func(string) string{
		"agencies.toml": func(s string) string {
			return strings.Replace(s, `roles = ["pertanian", "peternakan"]`, `roles = ["pertanian"]`, 1)
		},
		"areas.csv": func(s string) string { return strings.Replace(s, "Licin,hard,", "Licin,,", 1) },
		"city.toml": func(s string) string {
			s = strings.Replace(s, "threshold = 0.6", "threshold = 0.97", 1)
			s = strings.Replace(s, "drop = []", `drop = ["kdrt", "anak"]`, 1)
			return strings.Replace(s, "office = \"Kelurahan {name}\"\nshort = \"Kel. {name}\"\nsource = \"uu-23-2014\"\n", "", 1)
		},
		"calendar.toml": func(s string) string { return strings.Replace(s, "year = 2026", "year = 2021", 1) },
	} {
		files[name] = &fstest.MapFile{Data: []byte(change(string(files[name].Data)))}
	}
	if err := os.CopyFS(dir, files); err != nil {
		t.Fatal(err)
	}
	points, err := Inspect(dir, noon)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"topics that every city needs": "violence at home",
		"topics without an agency":     "peternakan", "areas without an office": "28 areas of the level kelurahan",
		"names that are ordinary words": "Licin: wants hard", "shared names": "karangrejo: ", "facts": "agency banyuwangi.dpupr is an example",
	}
	wrong := map[string]bool{"topics that every city needs": true, "topics without an agency": true, "areas without an office": true, "holidays": true}
	for _, p := range points {
		if p.Wrong != wrong[p.Subject] {
			t.Errorf("wrong? %+v", p)
		}
		if p.Subject == "emergency number" && p.OK {
			t.Error("an example is told as a number to call")
		}
		if p.Subject == "threshold" && p.OK {
			t.Error("a threshold of 0.97 is usual")
		}
		if text, ok := want[p.Subject]; ok && strings.Contains(strings.Join(p.Items, "\n"), text) {
			delete(want, p.Subject)
		}
	}
	if len(want) > 0 {
		t.Errorf("not told: %v\n%+v", want, points)
	}
	if _, err := Inspect("atlantis", noon); err == nil {
		t.Error("a pack that is not there was looked through")
	}
}

func TestShorten(t *testing.T) {
	for name, want := range map[string]string{
		"Desa Sukorejo":                                    "Desa Sukorejo",
		"Pemkab Ogan Komering Ulu Selatan":                 "",
		"Nagari Padang Kandang Pulau Air Padang Bintungan": "",
		"Desa Regapu’u":                                    "Desa Regapuu",
	} {
		got := shorten(name)
		if len(got) > room || got == "" || want != "" && got != want {
			t.Errorf("%q becomes %q", name, got)
		}
	}
}
