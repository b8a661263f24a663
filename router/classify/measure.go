package classify

import (
	"cmp"
	"slices"
)

// Score says how well a model does on examples that it was not trained on.
type Score struct {
	Rows     int     // examples
	Classes  int     // labels, in the examples or guessed
	Accuracy float64 // share of first guesses that are right
	MacroF1  float64 // the harmonic mean of precision and recall, averaged over the labels, which all count alike
	Top3     float64 // share of examples whose label is among the first three guesses

	sure []bool // whether the guess was right, the surest first
}

// At is the accuracy among the share of the examples, 0 to 1, that the model was surest of.
func (s Score) At(coverage float64) float64 {
	n := int(float64(len(s.sure))*coverage + 0.5)
	if n == 0 {
		return 0
	}
	right := 0
	for _, ok := range s.sure[:n] {
		if ok {
			right++
		}
	}
	return float64(right) / float64(n)
}

// Tally gathers guesses with their truth.
type Tally struct {
	by   map[string]*outcome
	sure []judged
	top3 int
}

// outcome counts a label: truly so, guessed, and both.
type outcome struct{ is, guessed, both float64 }

type judged struct {
	confidence float64
	right      bool
}

// Add takes in the guesses for one example, the likeliest first.
func (t *Tally) Add(truth string, guesses []Guess) {
	if t.by == nil {
		t.by = map[string]*outcome{}
	}
	t.of(truth).is++
	j := judged{}
	for rank, g := range guesses {
		if rank == 0 {
			j.confidence, j.right = g.Confidence, g.Label == truth
			t.of(g.Label).guessed++
		}
		if rank < 3 && g.Label == truth {
			t.top3++
		}
	}
	if j.right {
		t.of(truth).both++
	}
	t.sure = append(t.sure, j)
}

func (t *Tally) of(label string) *outcome {
	if t.by[label] == nil {
		t.by[label] = &outcome{}
	}
	return t.by[label]
}

// Score sums up. Examples of equal confidence stand in the order in which they came.
func (t *Tally) Score() Score {
	s := Score{Rows: len(t.sure), Classes: len(t.by)}
	if s.Rows == 0 {
		return s
	}
	right := 0.0
	labels := make([]string, 0, len(t.by))
	for label := range t.by {
		labels = append(labels, label)
	}
	slices.Sort(labels) // sums of fractions depend on their order
	for _, label := range labels {
		o := t.by[label]
		right += o.both
		s.MacroF1 += 2 * o.both / (o.is + o.guessed) / float64(s.Classes)
	}
	s.Accuracy, s.Top3 = right/float64(s.Rows), float64(t.top3)/float64(s.Rows)
	sure := slices.Clone(t.sure)
	slices.SortStableFunc(sure, func(a, b judged) int { return cmp.Compare(b.confidence, a.confidence) })
	for _, j := range sure {
		s.sure = append(s.sure, j.right)
	}
	return s
}

// Measure scores a model on examples.
func Measure(m *Model, examples []Example) Score {
	var t Tally
	for _, e := range examples {
		t.Add(e.Label, m.Predict(e.Text))
	}
	return t.Score()
}
