package cities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"tanggap/router/classify"
)

// Learned is what the router can know of a city before anyone corrected it.
type Learned struct {
	Basis    string // names the examples: others have another name
	Examples []classify.Example
	Model    *classify.Model // nil where there are no examples
}

var (
	trainedMutex sync.Mutex
	trained      = map[string]*classify.Model{} // by basis; a process reads one pack, tests a few
)

// Learned trains a text model on the pack's examples: the same of the same. It takes less than a second, once.
func (p Pack) Learned(ctx context.Context) (Learned, error) {
	examples, err := p.Examples()
	if err != nil {
		return Learned{}, err
	}
	h := sha256.New()
	for _, e := range examples {
		fmt.Fprintf(h, "%s\t%s\n", e.Label, e.Text)
	}
	l := Learned{Basis: hex.EncodeToString(h.Sum(nil)[:12]), Examples: examples}
	if len(examples) == 0 {
		return l, nil
	}
	trainedMutex.Lock()
	defer trainedMutex.Unlock()
	if l.Model = trained[l.Basis]; l.Model != nil {
		return l, nil
	}
	if l.Model, err = classify.Train(ctx, examples); err != nil {
		return Learned{}, fmt.Errorf("city pack %s: training on its examples: %w", p.Name, err)
	}
	trained[l.Basis] = l.Model
	return l, nil
}
