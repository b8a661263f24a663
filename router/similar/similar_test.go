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

// TestOrdinaryDays holds a sure verdict to .95 on a table of lamps, rubbish and holes with look-alikes.
func TestOrdinaryDays(t *testing.T) {
	raw, err := os.ReadFile("testdata/ordinary.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all tally
	pairs := 0
	for line := range strings.Lines(string(raw)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		minutes, err := strconv.Atoi(f[2])
		if err != nil {
			t.Fatal(err)
		}
		a := Report{At: noon, Category: f[4], Area: f[6], Text: f[8]}
		b := Report{At: noon.Add(time.Duration(minutes) * time.Minute), Category: f[5], Area: f[7], Text: f[9]}
		if f[3] != "-" {
			metres, err := strconv.ParseFloat(f[3], 64)
			if err != nil {
				t.Fatal(err)
			}
			a.Point = &place.Point{Lat: -6.2, Lng: 106.8}
			b.Point = &place.Point{Lat: -6.2 + metres/111195, Lng: 106.8}
		}
		v := Compare(Read(a), Read(b))
		if v.Degree == Sure && f[0] == "0" || v.Degree == Unlike && f[0] == "1" {
			t.Logf("%s, %s: degree %d: %q, %q", f[0], f[1], v.Degree, a.Text, b.Text)
		}
		all.add(f[0] == "1", v.Degree)
		pairs++
	}
	all.print("ordinary days", "pairs")
	if pairs < 80 || all.same*3 > pairs*2 || all.same*3 < pairs {
		t.Errorf("%d pairs, %d of them one incident", pairs, all.same)
	}
	if all.sureRight*100 < all.sure*95 || all.sureRight*100 < all.same*30 || all.likelyRight*100 < all.same*85 {
		t.Errorf("%+v, want 95 of 100 right where sure, 30 of 100 found surely, 85 of 100 found", all)
	}
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
