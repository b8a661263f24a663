package cities

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"tanggap/internal/language"
	"tanggap/router/place"
)

// TestPlacesOfFloodReports measures, on reports whose coordinates are known, how often the area that
// their text names is the one that they lie in. It runs in `make corpora`, with TANGGAP_DATA naming
// the folder of the corpora, and fails below the figure that a release must hold.
func TestPlacesOfFloodReports(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		t.Skip("TANGGAP_DATA names no folder of corpora")
	}
	f, err := os.Open(filepath.Join(data, "complaints", "flood_places_dev.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	r := reader{files: sub(t)}
	def := r.definition()
	index, err := place.New(def.Places)
	if err != nil || len(r.faults) > 0 {
		t.Fatal(err, r.faults)
	}
	var named, exact, within, sure, surelyRight, pins, pinned int
	for _, row := range rows[1:] {
		truth, text := row[3], row[7]
		if truth == "" {
			continue
		}
		lng, _ := strconv.ParseFloat(row[1], 64)
		lat, _ := strconv.ParseFloat(row[2], 64)
		pins++
		if a, ok := index.At(place.Point{Lat: lat, Lng: lng}); ok && a.Area.Code == truth {
			pinned++
		}
		found, _, ok := index.Locate(text, language.Tokens(text, 400))
		if !ok || strings.Count(found.Area.Code, ".") < 2 {
			continue
		}
		named++
		right := truth == found.Area.Code || strings.HasPrefix(truth, found.Area.Code+".")
		kecamatan := strings.HasPrefix(truth, found.Area.Code[:8])
		if right {
			exact++
		}
		if kecamatan {
			within++
		}
		if found.Confidence >= 0.8 {
			sure++
			if kecamatan {
				surelyRight++
			}
		}
		if !right {
			t.Logf("%s %s (%s %.2f), truth %s %s: %s", found.Area.Code, found.Area.Name, found.How, found.Confidence, truth, row[4], text)
		}
	}
	t.Logf("of %d reports %d name a kelurahan or kecamatan; the smallest one named agrees in %.1f %%, its kecamatan in %.1f %%; of %d sure ones %.1f %%; pins %d of %d",
		pins, named, percent(exact, named), percent(within, named), sure, percent(surelyRight, sure), pinned, pins)
	if percent(within, named) < 76 || pinned < pins*97/100 {
		t.Error("worse than plain name matching, or pins in wrong areas")
	}
}

func percent(part, all int) float64 { return 100 * float64(part) / float64(max(1, all)) }
