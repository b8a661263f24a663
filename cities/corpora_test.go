package cities

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"tanggap/internal/language"
	"tanggap/router/place"
)

// flood is one report of the corpus of flood reports: its text, and where its writer's telephone was.
type flood struct {
	text  string
	truth string // code of the kelurahan, "" outside the city
	point place.Point
	found place.Found
	known bool // found says something
}

// local reports whether a kelurahan or kecamatan of the city was found.
func (f flood) local() bool {
	return f.known && strings.Count(f.found.Area.Code, ".") >= 2 && !f.found.Area.Outside
}

// sure reports whether a place within the city was found with confidence.
func (f flood) sure() bool { return f.local() && f.found.Confidence >= 0.8 }

// agrees reports whether the kecamatan of what was found is the one of the coordinates.
func (f flood) agrees() bool { return f.local() && strings.HasPrefix(f.truth, f.found.Area.Code[:8]) }

// holds reports whether the area found, kelurahan or kecamatan as it is, lies around the coordinates.
func (f flood) holds() bool {
	return f.local() && (f.truth == f.found.Area.Code || strings.HasPrefix(f.truth, f.found.Area.Code+"."))
}

// TestPlacesOfFloodReports measures, on reports whose coordinates are known, whether the place that a
// text names is where it was written. TANGGAP_DATA names the folder of the corpora.
//
// A text names a place if it holds the official name of a kelurahan or a kecamatan, whole words one
// after the other, whatever their case: this is plain name matching, done here without anything of
// package place, so that the rows do not change with what is measured. It counts words that only look
// like names too ("di tengah"), and streets and rivers that are called after an area elsewhere; some of
// those Locate rightly leaves unanswered. So there are two figures: of the answers, how many agree with
// the coordinates, beside the share that is answered; and of all rows, how many agree. An answer is a
// kelurahan or a kecamatan, and agrees if its kecamatan is the one of the coordinates; whether the area
// itself holds them is a figure of its own. Plain matching, where any of the kecamatan of any of the
// names counts, agrees in 76 of 100 of all rows.
//
// The rows that name nothing by this measure may still name something: a landmark, a misspelt or
// abbreviated name. There only a confident answer (0.8 or more) counts, and whether it is wrong.
func TestPlacesOfFloodReports(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		t.Skip("TANGGAP_DATA names no folder of corpora")
	}
	r := reader{files: sub(t)}
	def := r.definition()
	index, err := place.New(def.Places)
	if err != nil || len(r.faults) > 0 {
		t.Fatal(err, r.faults)
	}
	names := plainNames(def.Places.Areas)
	var answered, agree, hold, mention, sure, right, calm, unnamed, pins, inside, beyond, outside, told int
	for _, f := range floods(t, data, index) {
		named := f.names(names)
		if f.truth == "" {
			outside++
			beyond += count(!f.sure())
			told += count(f.known && f.found.Area.Outside)
			f.log(t, "outside", f.sure())
			continue
		}
		inside++
		at, ok := index.At(f.point)
		pins += count(ok && at.Area.Code == f.truth)
		if f.sure() {
			sure++
			right += count(f.agrees())
		}
		if !named {
			unnamed++
			calm += count(!f.sure() || f.agrees())
			f.log(t, "names nothing", f.sure() && !f.agrees())
			continue
		}
		mention++
		answered += count(f.local())
		agree += count(f.agrees())
		hold += count(f.holds())
		f.log(t, "named", !f.agrees())
	}
	for _, figure := range []struct {
		what    string
		got, of int
	}{
		{"named: answered", answered, mention},
		{"named: answers that agree with the coordinates", agree, answered},
		{"named: answers whose area holds the coordinates", hold, answered},
		{"named: agrees, no answer counted as wrong", agree, mention},
		{"nothing named: no confident answer that is wrong", calm, unnamed},
		{"confident answers that agree", right, sure},
		{"outside the city: no confident answer inside", beyond, outside},
		{"outside the city: recognised by the text", told, outside},
		{"pins in their kelurahan", pins, inside},
	} {
		fmt.Printf("floods\t%s\t%d\t%d\n", figure.what, figure.got, figure.of)
	}
}

func (f flood) log(t *testing.T, group string, wrong bool) {
	t.Helper()
	if wrong {
		t.Logf("%s: %s %s (%s %.2f), truth %q: %s", group, f.found.Area.Code, f.found.Area.Name, f.found.How, f.found.Confidence, f.truth, f.text)
	}
}

// floods reads the corpus and locates each of its texts.
func floods(t *testing.T, data string, index *place.Index) []flood {
	t.Helper()
	file, err := os.Open(filepath.Join(data, "complaints", "flood_places_dev.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []flood
	for _, row := range rows[1:] {
		f := flood{truth: row[3], text: row[7]}
		f.point.Lng, _ = strconv.ParseFloat(row[1], 64)
		f.point.Lat, _ = strconv.ParseFloat(row[2], 64)
		f.found, _, f.known = index.Locate(f.text, language.Tokens(f.text, 400))
		all = append(all, f)
	}
	return all
}

// plainNames are the official names of kelurahan and kecamatan, as letters.
func plainNames(areas []place.Area) []string {
	var names []string
	for _, a := range areas {
		if strings.Count(a.Code, ".") >= 2 && !a.Outside {
			names = append(names, letters(a.Name))
		}
	}
	return names
}

// names reports whether one of the names stands in the text.
func (f flood) names(names []string) bool {
	text := letters(f.text)
	for _, name := range names {
		if strings.Contains(text, name) {
			return true
		}
	}
	return false
}

// letters is a text in lower case with one space for all that is neither letter nor digit, and around.
func letters(text string) string {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return " " + strings.Join(words, " ") + " "
}

func count(ok bool) int {
	if ok {
		return 1
	}
	return 0
}
