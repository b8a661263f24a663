package cities

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"tanggap/router"
	"tanggap/router/place"
)

// TestAPointInEachKelurahan takes a point well inside each kelurahan's outline, and asks for its area.
func TestAPointInEachKelurahan(t *testing.T) {
	r := reader{files: sub(t)}
	def := r.definition()
	index, err := place.New(def.Places)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, a := range def.Places.Areas {
		if a.Level != "kelurahan" || a.Outside {
			continue
		}
		tried++
		var rings [][][2]float64
		for _, ring := range a.Rings {
			var points [][2]float64
			for i := 0; i+1 < len(ring); i += 2 {
				points = append(points, [2]float64{float64(ring[i]) / 1e5, float64(ring[i+1]) / 1e5})
			}
			rings = append(rings, points)
		}
		p := within(rings)
		if at, ok := index.At(p); !ok || at.Area.Code != a.Code || at.How != place.Pin {
			t.Errorf("%s %s: %v lies in %q, %s", a.Code, a.Name, p, at.Area.Code, at.How)
		}
	}
	if tried != 267 {
		t.Errorf("%d kelurahan, want 267", tried)
	}
}

// TestOriginalOutlines takes the points from the outlines that ours were made from.
func TestOriginalOutlines(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		t.Skip("TANGGAP_DATA names no folder of corpora")
	}
	b, err := os.ReadFile(filepath.Join(data, "jakarta", "jakarta_kelurahan.geojson"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Features []struct {
			Properties struct{ Kode string }
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	r := reader{files: sub(t)}
	index, err := place.New(r.definition().Places)
	if err != nil {
		t.Fatal(err)
	}
	right := 0
	for _, f := range file.Features {
		var parts [][][][2]float64
		if f.Geometry.Type == "Polygon" {
			parts = make([][][][2]float64, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &parts[0])
		} else {
			err = json.Unmarshal(f.Geometry.Coordinates, &parts)
		}
		if err != nil {
			t.Fatalf("%s: %v", f.Properties.Kode, err)
		}
		var rings [][][2]float64
		for _, part := range parts {
			rings = append(rings, part...)
		}
		at, ok := index.At(within(rings))
		if ok && at.How == place.Pin && at.Area.Code == f.Properties.Kode {
			right++
		} else {
			t.Logf("%s: in %q, %s", f.Properties.Kode, at.Area.Code, at.How)
		}
	}
	fmt.Printf("outlines\ta point inside each kelurahan\t%d\t%d\n", right, len(file.Features))
}

// within is the middle of the longest stretch inside the rings along some lines from west to east.
func within(rings [][][2]float64) place.Point {
	south, north := 90.0, -90.0
	for _, ring := range rings {
		for _, p := range ring {
			south, north = min(south, p[1]), max(north, p[1])
		}
	}
	var best place.Point
	longest := 0.0
	const lines = 31
	for i := 1; i < lines; i++ {
		lat := south + (north-south)*float64(i)/lines
		var cuts []float64
		for _, ring := range rings {
			for j := range ring {
				a, b := ring[j], ring[(j+1)%len(ring)]
				if (a[1] > lat) != (b[1] > lat) {
					cuts = append(cuts, a[0]+(lat-a[1])/(b[1]-a[1])*(b[0]-a[0]))
				}
			}
		}
		sort.Float64s(cuts)
		for j := 0; j+1 < len(cuts); j += 2 {
			if width := cuts[j+1] - cuts[j]; width > longest {
				longest, best = width, place.Point{Lat: lat, Lng: (cuts[j] + cuts[j+1]) / 2}
			}
		}
	}
	return best
}

// TestNeighboursAreTold: what lies around the city is recognised as outside, and what only goes there
// or comes from there is not taken for it.
func TestNeighboursAreTold(t *testing.T) {
	city := jakarta(t)
	for text, code := range map[string]string{
		"lampu mati di Pancoran Mas Depok":                        "32.76",
		"banjir di perumahan Jatiasih Bekasi":                     "32.75",
		"got mampet kelurahan Gandasari kec. Jatiuwung Tangerang": "36.71",
		"sampah di Pondok Aren tangsel":                           "36.74",
		"jalan rusak di Cibinong kab bogor":                       "32.01",
		"di Cikarang Barat air mati":                              "32.16",
		"kec. Pasar Kemis kab Tangerang jalan rusak":              "36.03",
		"macet dari arah Bekasi di Cawang":                        "31.75",
		"Jalan Raya Bogor di Ciracas berlubang":                   "31.75",
		"KTP Depok tapi tinggal di Srengseng Sawah":               "31.74",
		"nasi padang di Tebet bikin sakit perut":                  "31.74",
	} {
		d := city.Decide(router.Report{Text: text})
		area, _ := city.Place(router.Report{Text: text})
		outside := !strings.HasPrefix(code, "31")
		switch {
		case area == nil || !strings.HasPrefix(area.Code, code) || area.Outside != outside:
			t.Errorf("%q: %+v, want within %s", text, area, code)
		case outside != (d.Area == nil):
			t.Errorf("%q: decided with area %+v", text, d.Area)
		}
	}
	for text, agency := range map[string]string{
		"sampah numpuk seminggu di Jatibening dekat pos RW":    "ext.bekasi",
		"jalan berlubang di Pancoran Mas":                      "ext.depok",
		"lampu jalan mati di kelurahan Gerendeng":              "ext.tangerang",
		"banjir di Pondok Ranji, got mampet":                   "ext.tangsel",
		"sampah numpuk di Jatinegara, saya dulu di Jatibening": "dki.dlh",
		"kebakaran rumah di Jatibening tolong":                 "",
	} {
		d := city.Decide(router.Report{Text: text})
		if agency != "" && (d.Agency != agency || d.Abstained) || agency == "" && !d.Emergency {
			t.Errorf("%q: %s, abstained %v, %.2f, emergency %v; %v", text, d.Agency, d.Abstained, d.Confidence, d.Emergency, d.Rendered("en").Reasons)
		}
	}
}
