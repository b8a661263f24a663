package quality

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBoundsOfAShare(t *testing.T) {
	// Worked examples of Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
	for _, tt := range []struct {
		s         Share
		low, high float64
	}{{Share{81, 263}, .2553, .3662}, {Share{15, 148}, .0624, .1605}, {Share{0, 20}, 0, .1611}, {Share{1, 29}, .0061, .1718}, {Share{}, 0, 1}} {
		low, high := tt.s.Bounds()
		if math.Abs(low-tt.low) > .0001 || math.Abs(high-tt.high) > .0001 {
			t.Errorf("%v: %.4f to %.4f, want %.4f to %.4f", tt.s, low, high, tt.low, tt.high)
		}
	}
}

// decisions are n settled ones with a confidence, so many of them right.
func decisions(n, right int, confidence float64) (all []Judgement) {
	for i := range n {
		j := Judgement{Settled: true, Confidence: confidence, Agency: "lights", FinalAgency: "parks", Category: "lamp"}
		if i < right {
			j.FinalAgency, j.Right = "lights", true
		}
		all = append(all, j)
	}
	return all
}

func TestTheConfidenceForAnAccuracyThatIsWanted(t *testing.T) {
	var all []Judgement
	all = append(all, decisions(100, 99, .97)...)
	all = append(all, decisions(100, 92, .85)...)
	all = append(all, decisions(100, 60, .55)...)
	all = append(all, Judgement{Settled: true, Abstained: true})                                          // without any guess
	all = append(all, Judgement{Settled: true, Emergency: true, Confidence: 1}, Judgement{Confidence: 1}) // not counted
	for wanted, want := range map[float64]Threshold{
		.98: {true, .97, Share{99, 100}, Share{100, 301}},
		.95: {true, .85, Share{191, 200}, Share{200, 301}},
		.80: {true, .55, Share{251, 300}, Share{300, 301}},
		1:   {Alone: Share{0, 301}},
	} {
		if diff := cmp.Diff(want, Wanted(all, wanted)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", wanted, diff)
		}
	}
	if few := Wanted(decisions(20, 20, .9), .5); few.Found {
		t.Errorf("of 20 decisions: %+v", few)
	}
	if right, alone := At(all, .6); right != (Share{191, 200}) || alone != (Share{200, 301}) {
		t.Errorf("from .6 on %v right, %v alone", right, alone)
	}
	var n []int
	for _, b := range Bands(all) {
		n = append(n, b.Of, b.In)
	}
	if diff := cmp.Diff([]int{0, 0, 60, 100, 0, 0, 0, 0, 92, 100, 0, 0, 99, 100}, n); diff != "" {
		t.Errorf("bands (-want +got):\n%s", diff)
	}
}

func TestConfusionsAndWays(t *testing.T) {
	all := decisions(5, 2, .9)
	all = append(all, Judgement{Settled: true, Agency: "water", FinalAgency: "parks", Category: "flood"})
	all = append(all, Judgement{Agency: "water", FinalAgency: "lights"})                                                                 // too early to say
	all = append(all, Judgement{Settled: true, Abstained: true, Agency: "water", Top: []string{"water", "parks"}, FinalAgency: "parks"}) // it asked
	pairs := Pairs(all)
	if len(pairs) != 2 || pairs[0].From != "lights" || pairs[0].To != "parks" || len(pairs[0].Reports) != 3 || pairs[1].From != "water" {
		t.Errorf("%+v", pairs)
	}
	if diff := cmp.Diff([]Group{{"lamp", Share{2, 5}}, {"flood", Share{0, 1}}}, By(all, func(j *Judgement) string { return j.Category })); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for n, want := range map[int]Share{1: {0, 1}, 3: {1, 1}} {
		if got := Count(all, (*Judgement).Left, func(j *Judgement) bool { return j.Among(n) }); got != want {
			t.Errorf("among the first %d: %v", n, got)
		}
	}
	all[1].Path = make([]Pass, 2)
	all[0].Path = make([]Pass, 1)
	all[3].Path = make([]Pass, 4)
	if tossed := Tossed(all); len(tossed) != 2 || len(tossed[0].Path) != 4 {
		t.Errorf("%+v", tossed)
	}
}
