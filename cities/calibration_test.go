package cities

import (
	"testing"

	"tanggap/router"
)

// TestConfidenceIsHonest compares what the router says of its own certainty with how often its first
// guess is right, over all sentences: neither may be far from the other where there are enough.
func TestConfidenceIsHonest(t *testing.T) {
	city := jakarta(t)
	type bin struct {
		n, right int
		sum      float64
	}
	var bins [3]bin
	for _, name := range []string{"sentences.tsv", "heldout_sentences.tsv"} {
		for _, row := range table(t, name) {
			d := city.Decide(router.Report{Text: row[2]})
			want, _ := city.Category(row[0])
			if len(d.Top) == 0 || want.Office != "" {
				continue
			}
			b := &bins[0]
			switch confidence := d.Top[0].Confidence; {
			case confidence >= 0.8:
				b = &bins[2]
			case confidence >= 0.6:
				b = &bins[1]
			}
			b.n++
			b.sum += d.Top[0].Confidence
			if d.Top[0].Agency == want.Agency {
				b.right++
			}
		}
	}
	for i, b := range bins {
		said, was := b.sum/float64(max(1, b.n)), float64(b.right)/float64(max(1, b.n))
		t.Logf("%d sentences: said %.2f, was %.2f", b.n, said, was)
		if i == 2 && b.n > 20 && was < said-0.05 {
			t.Errorf("sure ones say %.2f and are right in %.2f", said, was)
		}
	}
	if city.Decide(router.Report{Text: "selamat pagi semuanya"}).Confidence > 0.3 {
		t.Error("certain of nothing")
	}
}
