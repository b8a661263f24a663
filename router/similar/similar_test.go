package similar

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tanggap/router/place"
)

// tally counts the pairs that are the same, and those that a degree was given to.
type tally struct{ same, likely, likelyRight, sure, sureRight int }

func (c *tally) add(same bool, d Degree) {
	one := 0
	if same {
		one = 1
	}
	c.same += one
	if d >= Likely {
		c.likely, c.likelyRight = c.likely+1, c.likelyRight+one
	}
	if d == Sure {
		c.sure, c.sureRight = c.sure+1, c.sureRight+one
	}
}

func (c *tally) print(corpus, what string) {
	fmt.Printf("%s\t%s: sure pairs that are one incident\t%d\t%d\n", corpus, what, c.sureRight, c.sure)
	fmt.Printf("%s\t%s: incidents found surely\t%d\t%d\n", corpus, what, c.sureRight, c.same)
	fmt.Printf("%s\t%s: likely pairs that are one incident\t%d\t%d\n", corpus, what, c.likelyRight, c.likely)
	fmt.Printf("%s\t%s: incidents found\t%d\t%d\n", corpus, what, c.likelyRight, c.same)
}

var noon = time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC)

// TestOrdinaryDays holds a sure verdict to .95 on each half of a table of ordinary topics; its head has the figures.
func TestOrdinaryDays(t *testing.T) {
	halves := map[string]*tally{"a": {}, "b": {}}
	pairs := 0
	for _, p := range ordinary(t) {
		v := Compare(Read(p.a), Read(p.b))
		if v.Degree == Sure && !p.same || v.Degree == Unlike && p.same {
			t.Logf("%s %v, %s: degree %d: %q, %q", p.half, p.same, p.what, v.Degree, p.a.Text, p.b.Text)
		}
		halves[p.half].add(p.same, v.Degree)
		pairs++
	}
	for half, c := range halves {
		c.print("ordinary days", half)
		if c.sureRight*100 < c.sure*95 || c.sureRight*100 < c.same*40 || c.likelyRight*100 < c.same*85 {
			t.Errorf("%s: %+v, want 95 of 100 right where sure, 40 of 100 found surely, 85 of 100 found", half, *c)
		}
	}
	if same := halves["a"].same + halves["b"].same; pairs < 120 || same*3 > pairs*2 || same*3 < pairs {
		t.Errorf("%d pairs, %d of them one incident", pairs, same)
	}
}

// pair is a line of the table.
type pair struct {
	half, what string
	same       bool
	a, b       Report
}

func ordinary(t *testing.T) (all []pair) {
	raw, err := os.ReadFile("testdata/ordinary.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		minutes, err := strconv.Atoi(f[3])
		if err != nil || len(f) != 11 {
			t.Fatal(line, err)
		}
		p := pair{half: f[0], same: f[1] == "1", what: f[2]}
		p.a = Report{At: noon, Category: strings.Trim(f[5], "-"), Area: f[7], Parents: around(f[7]), Text: f[9]}
		p.b = Report{At: noon.Add(time.Duration(minutes) * time.Minute), Category: strings.Trim(f[6], "-"), Area: f[8], Parents: around(f[8]), Text: f[10]}
		if f[4] != "-" {
			metres, err := strconv.ParseFloat(f[4], 64)
			if err != nil {
				t.Fatal(line, err)
			}
			p.a.Point = &place.Point{Lat: -6.2, Lng: 106.8}
			p.b.Point = &place.Point{Lat: -6.2 + metres/111195, Lng: 106.8}
		}
		all = append(all, p)
	}
	return all
}

// around are the codes of the areas around one, the nearest first.
func around(code string) (codes []string) {
	for i := strings.LastIndexByte(code, '.'); i > 0; i = strings.LastIndexByte(code[:i], '.') {
		codes = append(codes, code[:i])
	}
	return codes
}

func TestReasonsSayWhy(t *testing.T) {
	p, q := place.Point{Lat: -6.2, Lng: 106.8}, place.Point{Lat: -6.201, Lng: 106.8}
	a := Report{At: noon, Category: "banjir", Point: &p, Text: "Banjir di jl Melati Indah"}
	b := Report{At: noon.Add(40 * time.Minute), Category: "banjir", Point: &q, Text: "jln melati indah banjir"}
	want := Verdict{Degree: Sure, Reasons: []Reason{
		{Code: "similar.metres", Args: []string{"111"}},
		{Code: "similar.minutes", Args: []string{"40"}},
		{Code: "similar.category", Args: []string{"banjir"}},
		{Code: "similar.street", Args: []string{"melati indah"}},
		{Code: "similar.words", Args: []string{"banjir", "melati", "indah"}},
	}}
	for _, got := range []Verdict{Compare(Read(a), Read(b)), Compare(Read(b), Read(a))} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}
