package cities

import (
	"encoding/csv"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"tanggap/router/place"
	"tanggap/router/similar"
)

// pairs counts pairs that are one incident, and those that a degree was given to.
type pairs struct{ same, likely, likelyRight, sure, sureRight int }

func (c *pairs) add(same bool, d similar.Degree) {
	c.same += count(same)
	c.likely += count(d >= similar.Likely)
	c.likelyRight += count(same && d >= similar.Likely)
	c.sure += count(d == similar.Sure)
	c.sureRight += count(same && d == similar.Sure)
}

func (c *pairs) print(what string) {
	fmt.Printf("flood pairs\t%s: sure and one incident\t%d\t%d\n", what, c.sureRight, c.sure)
	fmt.Printf("flood pairs\t%s: incidents found surely\t%d\t%d\n", what, c.sureRight, c.same)
	fmt.Printf("flood pairs\t%s: likely and one incident\t%d\t%d\n", what, c.likelyRight, c.likely)
	fmt.Printf("flood pairs\t%s: incidents found\t%d\t%d\n", what, c.likelyRight, c.same)
}

// TestPairsOfFloodReports measures whether two flood reports are told to be one incident. What is true
// comes from the coordinates of their telephones: 300 m and 3 hours. "text" sees the text alone, with the
// area that package place reads in it. "one pin" sees one report's coordinates as well, "pins" those of both, each
// moved by an error of its own (Rayleigh, 25 m a axis; one in ten 100 m), so that they are not the label.
// The halves are of kecamatan, by a hash of their code. Neither is untouched: the limits of package similar were
// first set on all of these reports.
func TestPairsOfFloodReports(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		t.Skip("TANGGAP_DATA names no folder of corpora")
	}
	r := reader{files: sub(t)}
	index, err := place.New(r.definition().Places)
	if err != nil || len(r.faults) > 0 {
		t.Fatal(err, r.faults)
	}
	file, err := os.Open(filepath.Join(data, "complaints", "flood_places_dev.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	all := floods(t, data, index)
	at := make([]time.Time, len(all))
	half := make([]uint32, len(all))
	text, pin := make([]similar.Reading, len(all)), make([]similar.Reading, len(all))
	random := rand.New(rand.NewPCG(1, 2))
	for i, f := range all {
		if at[i], err = time.Parse("2006-01-02T15:04:05", rows[i+1][0]); err != nil {
			t.Fatal(err)
		}
		h := fnv.New32a()
		h.Write([]byte(f.truth[:min(8, len(f.truth))]))
		half[i] = h.Sum32() >> 7 & 1
		report := similar.Report{At: at[i], Text: f.text, Category: "banjir"}
		if f.known && !f.found.Area.Outside {
			report.Area, report.Parents = f.found.Area.Code, index.Parents(f.found.Area.Code)
		}
		text[i] = similar.Read(report)
		spread := 25.0
		if random.IntN(10) == 0 {
			spread = 100
		}
		p := place.Point{Lat: f.point.Lat + random.NormFloat64()*spread/111195, Lng: f.point.Lng + random.NormFloat64()*spread/110500}
		report.Point = &p
		if a, ok := index.At(p); ok {
			report.Area, report.Parents = a.Area.Code, index.Parents(a.Area.Code)
		}
		pin[i] = similar.Read(report)
	}
	for side, name := range []string{"one half", "other half"} {
		var byText, byOne, byBoth pairs
		for i := range all {
			for j := range i {
				if half[i] != uint32(side) || half[j] != uint32(side) {
					continue
				}
				a, b := all[i].point, all[j].point
				metres := 111195 * math.Hypot(a.Lat-b.Lat, (a.Lng-b.Lng)*math.Cos(a.Lat*math.Pi/180))
				same := metres <= 300 && at[i].Sub(at[j]).Abs() <= 3*time.Hour
				v := similar.Compare(text[i], text[j])
				byText.add(same, v.Degree)
				byOne.add(same, similar.Compare(pin[i], text[j]).Degree)
				w := similar.Compare(pin[i], pin[j])
				byBoth.add(same, w.Degree)
				if side == 0 && !same && v.Degree == similar.Sure {
					t.Logf("text, %.0f m, %v: %q | %q", metres, at[i].Sub(at[j]), all[i].text, all[j].text)
				}
			}
		}
		byText.print("text, " + name)
		byOne.print("one pin, " + name)
		byBoth.print("pins, " + name)
	}
}
