// Package classify is the learned text model: it says, from examples alone, which label a report's
// words speak for, how sure that is, and which words they were. It knows no city and no rules.
//
// The model is one linear layer over hashed features (after Weinberger et al., Feature Hashing for Large Scale
// Multitask Learning, 2009): words, pairs of words that stand beside each other or have one
// between them, and the letters within words, three and four at a time, which forgive spelling, all of them from the normal forms of internal/language. What a report
// begins with is counted once more apart, since people say first what it is about. A feature weighs by
// its rarity (Salton and Buckley, Term-weighting approaches in automatic text retrieval, 1988) and by how
// much it keeps to few labels (Wang et al., Entropy-based term weighting schemes for text
// categorization in VSM, 2015). The layer is multinomial logistic regression, found by stochastic steps
// whose size each feature sets for itself (Duchi, Hazan and Singer, Adaptive subgradient methods, 2011),
// and its confidence is set right on examples that it was not shown (Guo et al., On Calibration of
// Modern Neural Networks, 2017). The same step takes in a correction.
//
// What a label is called is its first example: "kebersihan" or "pln_energi" says something of what belongs there,
// most of all while few reports do.
//
// A model holds numbers and labels, and no word of any report.
package classify

import (
	"cmp"
	"math"
	"slices"
	"sync"
)

// Guess is a label with the share of such guesses that turn out right, 0 to 1.
type Guess struct {
	Label      string
	Confidence float64
}

// Model is immutable, and safe for concurrent use. The zero Model knows no label; make one with Train
// or Read.
type Model struct {
	labels  []string  // as they came
	seen    []float64 // examples, by label, its name being one
	bias    []float32 // by label
	index   index     // of keys
	keys    []uint32  // the features' hashes, by row
	rows    []float32 // the weight of row r for label c is rows[r*len(labels)+c]
	gain    []float32 // what a feature counts, by row
	counts  []uint16  // the examples that have it, by row and label as in rows
	steps   []float32 // the squares of its steps so far, by row
	how     settings
	sharp   float64 // what scores are multiplied by before they become confidences
	scratch *sync.Pool
}

// Labels returns the labels that the model knows, in the order in which it met them.
func (m *Model) Labels() []string { return slices.Clone(m.labels) }

// Examples is how many examples the model has learned from, corrections included.
func (m *Model) Examples() int {
	n := 0.0
	for _, k := range m.seen {
		n += max(k-1, 0)
	}
	return int(n)
}

// texts is how many texts the model has learned from: the examples, and the names of the labels.
func (m *Model) texts() float64 {
	n := 0.0
	for _, k := range m.seen {
		n += k
	}
	return n
}

// Predict guesses the label of a text: every label that the model knows, the likeliest first. The
// confidences add up to one. Labels of equal confidence stand in the order in which they were met.
func (m *Model) Predict(text string) []Guess {
	if len(m.labels) == 0 {
		return nil
	}
	s := m.take()
	defer m.scratch.Put(s)
	s.read(text, m)
	p := m.confidences(s)
	guesses := make([]Guess, len(p))
	for c := range p {
		guesses[c] = Guess{m.labels[c], p[c]}
	}
	slices.SortStableFunc(guesses, func(a, b Guess) int { return cmp.Compare(b.Confidence, a.Confidence) })
	return guesses
}

func (m *Model) take() *scratch {
	s := m.scratch.Get().(*scratch)
	s.reset(len(m.labels), len(m.keys))
	return s
}

// confidences are those of the text in s, by label; they lie in s.
func (m *Model) confidences(s *scratch) []float64 {
	m.score(s)
	return softmax(s.chance, s.score, m.sharp)
}

// score adds up, for every label, what the features in s say.
func (m *Model) score(s *scratch) {
	n := len(m.labels)
	sum := s.score[:n]
	copy(sum, m.bias)
	for _, f := range s.features {
		row := m.rows[int(f.row)*n:][:n]
		for c, w := range row {
			sum[c] += f.value * w
		}
	}
}

// softmax turns scores into shares of one, in out.
func softmax(out []float64, scores []float32, sharp float64) []float64 {
	top := slices.Max(scores)
	sum := 0.0
	for c, v := range scores {
		out[c] = math.Exp(float64(v-top) * sharp)
		sum += out[c]
	}
	for c := range out {
		out[c] /= sum
	}
	return out
}
