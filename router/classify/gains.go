package classify

import (
	"fmt"
	"math"
)

// gains finds the features and sets what each counts: its rarity times how much it keeps to few labels.
// What
// only one text has says little of others, and is left out: that costs less than a standard error, and
// makes the model a third smaller.
func (t *trainer) gains(m *Model, some []int) error {
	s := m.take()
	defer t.scratch.Put(s)
	counts := map[uint32]int{}
	var once []uint32
	for _, i := range some {
		if err := t.ctx.Err(); err != nil {
			return fmt.Errorf("training: %w", err)
		}
		s.find(tokens(t.examples[i].Text))
		once = s.keys(once[:0])
		for _, key := range once {
			counts[key]++
		}
	}
	n := len(m.labels)
	m.know(frequent(counts, mostFeatures(n)))
	s.reset(n, len(m.keys))
	for _, i := range some {
		s.read(t.examples[i].Text, m)
		m.count(s, int(t.truth[i]))
	}
	for r := range m.keys {
		m.reckon(r, float64(len(some)))
	}
	return nil
}

// count counts the features in s for a label, each once.
func (m *Model) count(s *scratch, label int) {
	n := len(m.labels)
	for _, f := range s.features {
		if k := &m.counts[int(f.row)*n+label]; *k < math.MaxUint16 {
			*k++
		}
	}
}

// reckon sets what a row counts, all examples being so many.
func (m *Model) reckon(r int, all float64) {
	n := len(m.labels)
	row := m.counts[r*n:][:n]
	in := 0.0
	for _, k := range row {
		in += float64(k)
	}
	g := rarity(in, all)
	if m.how.keeping > 0 {
		g *= math.Pow(keeping(row, m.seen, all), float64(m.how.keeping))
	}
	m.gain[r] = float32(g)
}

// know sets the features of a model that has none; they all count alike.
func (m *Model) know(keys []uint32) {
	m.room(len(keys))
	copy(m.keys, keys)
	m.index = newIndex(keys)
	for r := range m.gain {
		m.gain[r] = 1
	}
}

// room makes room for so many features.
func (m *Model) room(features int) {
	m.keys, m.gain, m.steps = make([]uint32, features), make([]float32, features), make([]float32, features)
	m.rows, m.counts = make([]float32, features*len(m.labels)), make([]uint16, features*len(m.labels))
}

// frequent are the keys that were counted at least twice, and where those are more than most, as
// often as it takes for them not to be; in order.
func frequent(counts map[uint32]int, most int) []uint32 {
	for least := 2; ; least++ {
		var keys []uint32
		for key, n := range counts {
			if n >= least {
				keys = append(keys, key)
			}
		}
		if len(keys) <= most {
			return unique(keys)
		}
	}
}

// rarity is the inverse document frequency of a feature that is in so many texts of all.
func rarity(in, all float64) float64 { return math.Log((1+all)/(1+in)) + 1 }

// keeping is how much a feature keeps to few labels: one less the entropy of its labels, each label
// counted by the share of its texts that have the feature, in parts of the greatest that there is.
func keeping(row []uint16, seen []float64, all float64) float64 {
	if len(row) < 2 {
		return 1
	}
	share := func(c int) float64 { return (float64(row[c]) + prior*seen[c]/all) / (seen[c] + 2) }
	sum := 0.0
	for c := range row {
		sum += share(c)
	}
	entropy := 0.0
	for c := range row {
		if p := share(c) / sum; p > 0 {
			entropy -= p * math.Log(p)
		}
	}
	return max(least, 1-entropy/math.Log(float64(len(row))))
}
