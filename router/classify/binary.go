package classify

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
)

// What a stored model begins with: a name, and the number of the form. A change of the features is a
// change of the form, since the weights mean nothing to other features.
const (
	magic = "tanggap classify"
	form  = 2
)

// The limits of what is read, so that a bad file cannot ask for all memory.
const (
	mostLabels = 4096
	longLabel  = 1024
)

// MarshalBinary writes the model down; the same model gives the same bytes.
// All numbers are little-endian: the magic and the form, the labels with their counts and biases, the
// settings, the features, each with its hash, gain, steps, weights and counts, and a CRC-32 (IEEE) of all that
// comes before it.
func (m *Model) MarshalBinary() ([]byte, error) {
	if len(m.labels) > mostLabels {
		return nil, fmt.Errorf("writing the model: %d labels are more than %d", len(m.labels), mostLabels)
	}
	b := append(make([]byte, 0, 1<<20), magic...)
	b = binary.LittleEndian.AppendUint32(b, form)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(m.labels)))
	for c, label := range m.labels {
		if len(label) > longLabel {
			return nil, fmt.Errorf("writing the model: a label has %d bytes, more than %d", len(label), longLabel)
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(len(label)))
		b = append(b, label...)
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(m.seen[c]))
		b = appendFloats(b, m.bias[c])
	}
	b = appendFloats(b, m.how.keeping, m.how.rate, m.how.balance, m.how.doubt)
	b = binary.LittleEndian.AppendUint64(b, math.Float64bits(m.sharp))
	b = binary.LittleEndian.AppendUint32(b, uint32(len(m.keys)))
	n := len(m.labels)
	for r, key := range m.keys {
		b = binary.LittleEndian.AppendUint32(b, key)
		b = appendFloats(b, m.gain[r], m.steps[r])
		b = appendFloats(b, m.rows[r*n:r*n+n]...)
		for _, k := range m.counts[r*n : r*n+n] {
			b = binary.LittleEndian.AppendUint16(b, k)
		}
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)), nil
}

func appendFloats(b []byte, values ...float32) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// errDamaged is what is wrong with a model whose parts do not fit together.
var errDamaged = errors.New("it is damaged")

// Read makes a model of what MarshalBinary wrote. Anything else is an error: another form, one that
// is cut short or was changed, numbers that are none.
func Read(data []byte) (*Model, error) {
	body, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok || len(body) < 8 {
		return nil, errors.New("reading the model: this is none")
	}
	if f := binary.LittleEndian.Uint32(body); f != form {
		return nil, fmt.Errorf("reading the model: its form is %d, this program reads %d: train it anew", f, form)
	}
	end := len(data) - 4
	if crc32.ChecksumIEEE(data[:end]) != binary.LittleEndian.Uint32(data[end:]) {
		return nil, fmt.Errorf("reading the model: %w", errDamaged)
	}
	r := reader{left: body[4 : len(body)-4]}
	m := r.model()
	if r.bad || len(r.left) > 0 {
		return nil, fmt.Errorf("reading the model: %w", errDamaged)
	}
	return m, nil
}

// reader takes numbers off the front of what is left; bad says that it could not.
type reader struct {
	left []byte
	bad  bool
}

func (r *reader) bytes(n int) []byte {
	if r.bad || n > len(r.left) {
		r.bad = true
		return make([]byte, 8)[:min(n, 8)]
	}
	b := r.left[:n]
	r.left = r.left[n:]
	return b
}

func (r *reader) number() int { return int(binary.LittleEndian.Uint32(r.bytes(4))) }

// float takes a number of which there is no doubt: neither infinite nor none.
func (r *reader) float() float32 {
	v := math.Float32frombits(binary.LittleEndian.Uint32(r.bytes(4)))
	r.bad = r.bad || v-v != 0
	return v
}

func (r *reader) double() float64 {
	v := math.Float64frombits(binary.LittleEndian.Uint64(r.bytes(8)))
	r.bad = r.bad || v-v != 0
	return v
}

func (r *reader) model() *Model {
	m := &Model{scratch: newPool()}
	n := r.number()
	if n > mostLabels {
		r.bad = true
		return m
	}
	known := make(map[string]bool, n)
	for range n {
		length := r.number()
		if length == 0 || length > longLabel || r.bad {
			r.bad = true
			return m
		}
		label := string(r.bytes(length))
		r.bad = r.bad || known[label]
		known[label] = true
		m.labels = append(m.labels, label)
		seen := r.double()
		r.bad = r.bad || seen < 0
		m.seen, m.bias = append(m.seen, seen), append(m.bias, r.float())
	}
	m.how = settings{keeping: r.float(), rate: r.float(), balance: r.float(), doubt: r.float()}
	m.sharp = r.double()
	r.features(m)
	return m
}

func (r *reader) features(m *Model) {
	n, count := len(m.labels), r.number()
	if r.bad || count > mostFeatures(1) || len(r.left) != count*(3*4+n*(4+2)) {
		r.bad = true
		return
	}
	m.room(count)
	for i := range m.keys {
		m.keys[i] = uint32(r.number())
		m.gain[i], m.steps[i] = r.float(), r.float()
		r.bad = r.bad || m.gain[i] <= 0 || m.steps[i] < 0
		row := m.rows[i*n : i*n+n]
		for c := range row {
			row[c] = r.float()
		}
		for c := range n {
			m.counts[i*n+c] = binary.LittleEndian.Uint16(r.bytes(2))
		}
	}
	m.index = newIndex(m.keys)
	for i, key := range m.keys {
		r.bad = r.bad || m.index.find(key) != int32(i) // the same feature twice
	}
}
