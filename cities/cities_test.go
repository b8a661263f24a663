package cities

import (
	"errors"
	"io/fs"
	"maps"
	"strings"
	"testing"
	"testing/fstest"

	"tanggap/router"
)

func sub(t testing.TB) fs.FS {
	t.Helper()
	files, err := fs.Sub(embedded, "jakarta")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestJakarta holds the pack to what a city of its size must have, and every fact to a source or to
// the mark of an example (invariant 8).
func TestJakarta(t *testing.T) {
	p, err := Load("jakarta")
	if err != nil {
		t.Fatal(err)
	}
	kinds := make(map[string]int)
	for _, a := range p.City.Agencies() {
		kinds[a.Kind]++
		if a.Example == (a.Source != "") {
			t.Errorf("agency %s has neither a source nor the mark of an example", a.ID)
		}
	}
	if kinds["kota"] != 6 || kinds["kecamatan"] != 44 || kinds["kelurahan"] != 267 || kinds[router.Dinas] < 20 || kinds[router.External] < 8 || kinds[router.Inspectorate] != 1 {
		t.Errorf("agencies by kind: %v", kinds)
	}
	conduct, emergency := 0, 0
	for _, c := range p.City.Categories() {
		if !c.Deadline.Example && c.Deadline.Source == "" || !c.Example && c.Source == "" {
			t.Errorf("category %s has a fact without a source that is no example", c.ID)
		}
		if c.Conduct {
			conduct++
		}
		if c.Emergency {
			emergency++
		}
	}
	if n := len(p.City.Categories()); n < 40 || conduct < 3 || emergency < 6 {
		t.Errorf("%d categories, %d of conduct, %d of emergencies", n, conduct, emergency)
	}
	if f := p.City.Facts(); f.Emergency.Number != "112" || f.Emergency.Source == "" {
		t.Errorf("emergency number %+v", f.Emergency)
	}
	if len(p.Warnings) == 0 {
		t.Error("the examples are not told")
	}
}

// changed is the Jakarta pack with some files replaced; nil removes one.
func changed(t *testing.T, files map[string]func(string) string) fs.FS {
	t.Helper()
	out := make(fstest.MapFS)
	base := sub(t)
	err := fs.WalkDir(base, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(base, name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range maps.Keys(files) {
		if files[name] == nil {
			delete(out, name)
			continue
		}
		out[name] = &fstest.MapFile{Data: []byte(files[name](string(out[name].Data)))}
	}
	return out
}

func TestReadReportsEveryFaultWithItsFile(t *testing.T) {
	files := changed(t, map[string]func(string) string{
		"agencies.toml":         func(s string) string { return strings.Replace(s, "source = ", "sauce = ", 1) },
		"areas.csv":             func(s string) string { return s + "31.99,kelurahan,Antah,perhaps,\n" },
		"outlines.txt":          func(s string) string { return s + "31.98 abc\n" },
		"landmarks.csv":         nil,
		"categories/jalan.toml": func(s string) string { return strings.Replace(s, "example = true", "source = \"nobody\"", 1) },
	})
	_, err := Read("broken", files)
	if err == nil {
		t.Fatal("read")
	}
	for _, want := range []string{"agencies.toml: line", "sauce", "areas.csv: line", "perhaps", "outlines.txt: line", "31.98", "landmarks.csv: reading it", "jalan.toml", "nobody"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in:\n%v", want, err)
		}
	}
}

func TestLoadNamesWhatItCannotFind(t *testing.T) {
	for _, name := range []string{"atlantis", "./atlantis", "../..", ""} {
		if _, err := Load(name); err == nil {
			t.Errorf("%q loaded", name)
		}
	}
}

func TestAPackWithoutCalendarSaysSo(t *testing.T) {
	p, err := Read("jakarta", changed(t, map[string]func(string) string{"calendar.toml": nil}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Calendar(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading a missing calendar: %v", err)
	}
}

func TestPolyline(t *testing.T) {
	ring, err := polyline("_p~iF~ps|U_ulLnnqC_mqNvxq`@") // the example of the format's own page
	if err != nil || len(ring) != 6 || ring[0] != -12020000 || ring[1] != 3850000 || ring[5] != 4325200 {
		t.Errorf("%v %v", ring, err)
	}
	for _, broken := range []string{"_", "_p~iF", "\x01", "~~~~~~~~~~~~~~"} {
		if _, err := polyline(broken); err == nil {
			t.Errorf("%q was read", broken)
		}
	}
}

func FuzzPolyline(f *testing.F) {
	f.Add("_p~iF~ps|U")
	f.Fuzz(func(t *testing.T, text string) {
		if ring, err := polyline(text); err == nil && len(ring)%2 != 0 {
			t.Fatalf("half a point in %q", text)
		}
	})
}
