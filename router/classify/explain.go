package classify

import (
	"cmp"
	"slices"

	"tanggap/internal/language"
)

// Word is a word of a text that spoke for a label.
type Word struct {
	Text       string  // as the citizen wrote it
	Start, End int     // where it stands first in the text, in bytes
	Weight     float64 // its part, of 1, of all that spoke for the label
}

// Explain returns the words of a text that speak most for a label, at most most of them, the weightiest
// first: what each adds to the label's score beyond what it adds to the labels on average, its letters
// and its pairs with the words near it included. Words that carry nothing ("di", "yang") are left
// out. A label that the model does not know has none.
func (m *Model) Explain(text, label string, most int) []Word {
	c := slices.Index(m.labels, label)
	if c < 0 {
		return nil
	}
	s := m.take()
	defer m.scratch.Put(s)
	all := tokens(text)
	s.find(all)
	s.weigh(m)
	return gather(text, all, m.share(s, c, len(all)), most)
}

// share is what each token adds to the score of label c beyond the average, every feature's part
// divided among the places where it stands.
func (m *Model) share(s *scratch, c, n int) []float64 {
	out := make([]float64, n)
	from := 0
	for k, to := range s.ends {
		for _, o := range s.found[k] {
			if o.row >= 0 {
				s.count[o.row] += o.weight
			}
		}
		for i := range s.features[from:to] {
			f := &s.features[from+i]
			f.value *= m.beyond(int(f.row), c) / s.count[f.row]
			s.count[f.row] = f.value // what one such weight is worth
		}
		for _, o := range s.found[k] {
			if o.row < 0 {
				continue
			}
			part := float64(o.weight * s.count[o.row])
			if o.back > 0 {
				part /= 2
				out[o.token-o.back] += part
			}
			out[o.token] += part
		}
		for _, f := range s.features[from:to] {
			s.count[f.row] = 0
		}
		from = to
	}
	return out
}

// beyond is the weight of a row for label c less the average over the labels.
func (m *Model) beyond(r, c int) float32 {
	n := len(m.labels)
	row := m.rows[r*n:][:n]
	sum := float32(0)
	for _, w := range row {
		sum += w
	}
	return row[c] - sum/float32(n)
}

// gather puts the places of a word together and orders the words.
func gather(text string, all []language.Token, share []float64, most int) []Word {
	var out []Word
	at := map[string]int{}
	total := 0.0
	for i, t := range all {
		if language.Silent(t.Text) {
			continue
		}
		k, ok := at[t.Text]
		if !ok {
			k = len(out)
			at[t.Text], out = k, append(out, Word{Text: text[t.Start:t.End], Start: t.Start, End: t.End})
		}
		out[k].Weight += share[i]
	}
	out = slices.DeleteFunc(out, func(w Word) bool { return w.Weight <= 0 })
	for _, w := range out {
		total += w.Weight
	}
	for i := range out {
		out[i].Weight /= total
	}
	slices.SortStableFunc(out, func(a, b Word) int { return cmp.Compare(b.Weight, a.Weight) })
	return out[:min(len(out), max(most, 0))]
}
