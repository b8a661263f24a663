package classify

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
)

// What was found best by cross-validation on complaints in Indonesian and English.
const (
	epochs = 6
	slow   = 0.05  // of the rate, for the bias
	decay  = 1e-4  // of a row, at each of its steps
	prior  = 1     // examples, spread like all of them, that a feature is thought to have been in before
	least  = 0.02  // of a feature's gain, however evenly it is spread
	floor  = 1e-3  // under the root of the steps
	most   = 8     // what an example of the rarest label counts at most
	apart  = 3     // one in so many examples is kept apart, to choose the settings and set the confidence
	enough = 2_000 // more than so many need not be kept apart
)

// settings are what no one value is best for.
type settings struct {
	keeping float32 // the power of how much a feature keeps to few labels
	rate    float32 // the size of the first step
	balance float32 // 0: every example counts alike; 1: every label does
	doubt   float32 // the share of every example that is thought to speak for all labels alike
}

// choices are what Train chooses from, by the likelihood of the examples kept apart. The first suits many labels with
// few examples each, the second few labels in long texts.
var choices = [...]settings{{keeping: 1, rate: 0.5, balance: 1}, {keeping: 0, rate: 0.15, balance: 0.7, doubt: 0.05}}

// Train makes a model of examples. The same examples in the same order make the same model, to the
// byte. It reads each text several times and keeps none: memory does not grow with the number of
// examples. Examples without a label are an error, and so is it when there are none, or when ctx ends.
func Train(ctx context.Context, examples []Example) (*Model, error) {
	if len(examples) == 0 {
		return nil, errors.New("training: no examples")
	}
	t := trainer{ctx: ctx, examples: examples, ids: map[string]int32{}, scratch: newPool()}
	for i, e := range examples {
		if e.Label == "" {
			return nil, fmt.Errorf("training: example %d has no label", i+1)
		}
		id, ok := t.ids[e.Label]
		if !ok {
			id = int32(len(t.labels))
			t.ids[e.Label], t.labels = id, append(t.labels, e.Label)
		}
		t.truth = append(t.truth, id)
	}
	t.name()
	how, sharp, err := t.choose()
	if err != nil {
		return nil, err
	}
	all, _ := t.split(0)
	m, err := t.fit(all, how)
	if err != nil {
		return nil, err
	}
	m.sharp = sharp
	return m, nil
}

// choose finds the settings, and how sharp the confidences have to be.
func (t *trainer) choose() (how settings, sharp float64, err error) {
	how, sharp = choices[0], 1
	shown, kept := t.split(min(t.reports/apart, enough))
	if len(kept) < 2*apart {
		return how, sharp, nil
	}
	least := math.Inf(1)
	for _, c := range choices {
		m, err := t.fit(shown, c)
		if err != nil {
			return how, sharp, err
		}
		if s, loss := t.sharpness(m, kept); loss < least {
			how, sharp, least = c, s, loss
		}
	}
	return how, sharp, nil
}

// trainer holds what the two fits of Train share.
type trainer struct {
	ctx      context.Context
	examples []Example // the reports, and behind them the names of the labels
	reports  int
	truth    []int32
	labels   []string
	ids      map[string]int32
	scratch  *sync.Pool
}

// name makes an example of what each label is called.
func (t *trainer) name() {
	t.reports = len(t.examples)
	t.examples = slices.Clip(t.examples) // they are the caller's
	for id, label := range t.labels {
		t.examples, t.truth = append(t.examples, Example{label, label}), append(t.truth, int32(id))
	}
}

// split sets so many reports apart, the same ones each time.
func (t *trainer) split(apart int) (shown, kept []int) {
	order := rand.New(rand.NewPCG(1, uint64(t.reports))).Perm(t.reports)
	shown, kept = order[apart:], order[:apart:apart]
	for i := t.reports; i < len(t.examples); i++ {
		shown = append(shown, i)
	}
	return shown, kept
}

// fit makes a model of some of the examples. Every label is in it, so that models are alike in shape.
func (t *trainer) fit(some []int, how settings) (*Model, error) {
	n := len(t.labels)
	m := &Model{
		labels: t.labels, seen: make([]float64, n), bias: make([]float32, n), sharp: 1, how: how, scratch: t.scratch,
	}
	for _, i := range some {
		m.seen[t.truth[i]]++
	}
	if err := t.gains(m, some); err != nil {
		return nil, err
	}
	s := m.take()
	defer t.scratch.Put(s)
	order := make([]int, len(some))
	copy(order, some)
	random := rand.New(rand.NewPCG(2, uint64(len(some))))
	for range epochs {
		random.Shuffle(len(order), func(a, b int) { order[a], order[b] = order[b], order[a] })
		for _, i := range order {
			if err := t.ctx.Err(); err != nil {
				return nil, fmt.Errorf("training: %w", err)
			}
			s.read(t.examples[i].Text, m)
			m.step(s, int(t.truth[i]))
		}
	}
	return m, nil
}

// step moves the weights towards the true label of the text in s, and returns the confidence that the
// label had before.
//
// The model is the trainer's own until it is done, or a copy that Learn has just made: the race detector has nothing
// to find here, and training beneath it would take ten seconds for one.
//
//go:norace
func (m *Model) step(s *scratch, truth int) float64 {
	m.score(s)
	p := softmax(s.chance, s.score, 1)
	had := p[truth]
	weight := m.weight(truth)
	square := 0.0
	doubt := float64(m.how.doubt)
	for c := range p {
		p[c] -= doubt / float64(len(p))
		if c == truth {
			p[c] -= 1 - doubt
		}
		p[c] *= weight
		square += p[c] * p[c]
		s.score[c] = float32(p[c])
		m.bias[c] -= m.how.rate * slow * float32(p[c])
	}
	n := len(m.labels)
	slope := s.score[:n]
	for _, f := range s.features {
		m.steps[f.row] += f.value * f.value * float32(square)
		by := m.how.rate / float32(math.Sqrt(float64(m.steps[f.row])+floor))
		keep, move := 1-by*decay, by*f.value
		row := m.rows[int(f.row)*n:][:n]
		for c, w := range row {
			row[c] = w*keep - move*slope[c]
		}
	}
	return had
}

// weight is what an example of a label counts: labels that have few get more.
func (m *Model) weight(label int) float64 {
	all, met := 0.0, 0.0
	for _, k := range m.seen {
		all += k
		met += min(k, 1)
	}
	return math.Pow(min(all/(met*m.seen[label]), most), float64(m.how.balance))
}

// sharpness is what the scores of m must be multiplied by for its confidences on the kept examples to
// be true: the one that makes these examples the likeliest, by golden section; and how unlikely they are then.
func (t *trainer) sharpness(m *Model, kept []int) (sharp, unlikely float64) {
	s := m.take()
	defer t.scratch.Put(s)
	scores := make([][]float32, len(kept))
	for k, i := range kept {
		s.read(t.examples[i].Text, m)
		m.score(s)
		scores[k] = append([]float32(nil), s.score...)
	}
	loss := func(log float64) float64 {
		sum := 0.0
		for k, i := range kept {
			sum -= math.Log(softmax(s.chance, scores[k], math.Exp(log))[t.truth[i]] + 1e-9)
		}
		return sum
	}
	const golden = 0.6180339887498949
	low, high := math.Log(0.2), math.Log(5)
	for range 30 {
		a, b := high-golden*(high-low), low+golden*(high-low)
		if loss(a) < loss(b) {
			high = b
		} else {
			low = a
		}
	}
	return math.Exp((low + high) / 2), loss((low + high) / 2)
}
