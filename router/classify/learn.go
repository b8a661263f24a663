package classify

import "slices"

// How a correction is taken in: steps until the label has the upper hand, and no more than so many.
const (
	tries     = 5
	upperHand = 0.8
)

// Learn returns a model that has learned from more examples, in their order, as when staff correct a
// decision; m stays as it is, for those who are still asking it. A label that is new is learned like any other, from its name
// first.
// It costs a copy of the model and a few steps for each example, and nothing that grows with what was learned before. Examples without a label teach nothing.
func (m *Model) Learn(examples ...Example) *Model {
	next := m.copy(examples)
	s := next.take()
	defer next.scratch.Put(s)
	for _, e := range examples {
		label := slices.Index(next.labels, e.Label)
		if label < 0 {
			continue
		}
		if next.seen[label] == 0 {
			next.hear(s, e.Label, label)
		}
		next.hear(s, e.Text, label)
	}
	return next
}

// hear learns that a text has this label.
func (m *Model) hear(s *scratch, text string, label int) {
	m.seen[label]++
	s.find(tokens(text))
	m.welcome(s)
	s.weigh(m)
	m.count(s, label)
	m.recount(s)
	s.weigh(m)
	for range tries {
		if m.step(s, label) > upperHand {
			break
		}
	}
}

// recount reckons anew what the features in s count.
func (m *Model) recount(s *scratch) {
	all := m.texts()
	for _, f := range s.features {
		m.reckon(int(f.row), all)
	}
}

// welcome makes room for features that never came up before, as long as there is any.
func (m *Model) welcome(s *scratch) {
	most, n := mostFeatures(len(m.labels)), len(m.labels)
	for _, found := range s.found {
		for _, o := range found {
			if len(m.keys) >= most {
				return
			}
			if m.index.find(o.key) >= 0 {
				continue
			}
			m.keys = append(m.keys, o.key)
			m.gain, m.steps = append(m.gain, 1), append(m.steps, 0)
			m.rows, m.counts = append(m.rows, make([]float32, n)...), append(m.counts, make([]uint16, n)...)
			if 2*len(m.keys) > len(m.index) {
				m.index = newIndex(m.keys)
			} else {
				m.index.put(o.key, len(m.keys)-1)
			}
		}
	}
	s.reset(n, len(m.keys))
}

// copy is a model of its own, with room for the labels of the examples.
func (m *Model) copy(examples []Example) *Model {
	next := &Model{
		labels: slices.Clone(m.labels), how: m.how, sharp: m.sharp, scratch: m.scratch,
		index: slices.Clone(m.index), keys: slices.Clone(m.keys), gain: slices.Clone(m.gain), steps: slices.Clone(m.steps),
	}
	if m.scratch == nil { // the zero Model
		next.how, next.sharp, next.scratch = choices[0], 1, newPool()
	}
	for _, e := range examples {
		if e.Label != "" && !slices.Contains(next.labels, e.Label) {
			next.labels = append(next.labels, e.Label)
		}
	}
	was, is := len(m.labels), len(next.labels)
	next.seen, next.bias = make([]float64, is), make([]float32, is)
	copy(next.seen, m.seen)
	copy(next.bias, m.bias)
	if was == is {
		next.rows, next.counts = slices.Clone(m.rows), slices.Clone(m.counts)
		return next
	}
	next.rows, next.counts = make([]float32, len(next.keys)*is), make([]uint16, len(next.keys)*is)
	for r := range next.keys {
		copy(next.counts[r*is:r*is+is], m.counts[r*was:r*was+was])
		copy(next.rows[r*is:r*is+is], m.rows[r*was:r*was+was])
	}
	return next
}
