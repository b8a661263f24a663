package classify

import (
	"math"
	"sync"

	"tanggap/internal/language"
)

// The limits of what is read of one text: beyond them a complaint repeats itself, and a text of any
// length costs no more than this.
const (
	mostBytes = 16 << 10
	mostWords = 500
	longest   = 40 // of one word, in bytes
	opening   = 20 // words of the first sentence that are counted apart
)

// The kinds of features, each brought to a length of its own before they are put together, so that the
// many letters do not drown the few words.
const (
	letters = iota
	words
	skips // pairs of words with one between them: people put words in
	start
	kinds
)

// shares are the lengths of the kinds.
var shares = [kinds]float32{letters: 1, words: 1, skips: 0.6, start: 0.6}

// occurrence is a feature where it stands in the text.
type occurrence struct {
	key    uint32
	row    int32 // -1: the model does not know it
	token  int32
	weight float32
	back   int32 // it belongs as well to the token so many before; 0: to this one alone
}

// feature is what a text has of a row.
type feature struct {
	row   int32
	value float32
}

// scratch is the room that one text is read in.
type scratch struct {
	count    []float32 // by row; all 0 between texts
	found    [kinds][]occurrence
	ends     [kinds]int // where the features of each kind end
	features []feature
	score    []float32
	chance   []float64
}

func newPool() *sync.Pool {
	return &sync.Pool{New: func() any { return &scratch{} }}
}

// reset makes room for n labels and so many rows.
func (s *scratch) reset(n, rows int) {
	if len(s.count) < rows {
		s.count = make([]float32, rows+rows/4)
	}
	if cap(s.score) < n {
		s.score, s.chance = make([]float32, n), make([]float64, n)
	}
	s.score, s.chance = s.score[:n], s.chance[:n]
}

// read finds the features of a text and weighs them.
func (s *scratch) read(text string, m *Model) {
	s.find(tokens(text))
	s.weigh(m)
}

// tokens are the words of a text that are read.
func tokens(text string) []language.Token {
	return language.Tokens(text[:min(len(text), mostBytes)], mostWords)
}

// find lists what stands in the text, by kind.
func (s *scratch) find(tokens []language.Token) {
	for k := range s.found {
		s.found[k] = s.found[k][:0]
	}
	head := true
	var before, earlier uint32 // the words one and two before
	for i := range tokens {
		t := &tokens[i]
		word := t.Text[:min(len(t.Text), longest)]
		head = head && i < opening && (i == 0 || !t.Stop)
		if word[0] >= '0' && word[0] <= '9' {
			word = digits[:min(len(word), len(digits))]
		}
		weight := near(i)
		h := hash(word)
		s.found[words] = append(s.found[words], occurrence{mix(h, 1), -1, int32(i), weight, 0})
		if i > 0 {
			s.found[words] = append(s.found[words], occurrence{mix(before*31+h, 2), -1, int32(i), weight, 1})
		}
		if i > 1 {
			s.found[skips] = append(s.found[skips], occurrence{mix(earlier*31+h, 6), -1, int32(i), weight, 2})
		}
		if head {
			s.found[start] = append(s.found[start], occurrence{mix(h, 3), -1, int32(i), 1, 0})
			if i > 0 {
				s.found[start] = append(s.found[start], occurrence{mix(before*31+h, 4), -1, int32(i), 1, 1})
			}
		}
		s.letters(word, i, weight)
		before, earlier = h, before
	}
}

// digits stand for every number: how long it is says what it is, and whose it is must not be learned.
const digits = "0000000000"

// keys appends the hashes of what was found, each once.
func (s *scratch) keys(out []uint32) []uint32 {
	for _, found := range s.found {
		for _, o := range found {
			out = append(out, o.key)
		}
	}
	return unique(out)
}

// letters lists the runs of three and four bytes of a word between two blanks.
func (s *scratch) letters(word string, token int, weight float32) {
	var buf [longest + 2]byte
	buf[0] = ' '
	n := 1 + copy(buf[1:], word)
	buf[n] = ' '
	n++
	out := s.found[letters]
	for from := 0; from+3 <= n; from++ {
		h := uint32(offset)
		for _, c := range buf[from : from+2] {
			h = (h ^ uint32(c)) * prime
		}
		for to := from + 2; to < min(from+4, n); to++ {
			h = (h ^ uint32(buf[to])) * prime
			out = append(out, occurrence{mix(h, 5), -1, int32(token), weight, 0})
		}
	}
	s.found[letters] = out
}

// weigh turns what was found into features: how often, damped, times what the feature counts, with the
// length of each kind and of the whole set to what is theirs. What the model does not know counts nothing.
func (s *scratch) weigh(m *Model) {
	s.features = s.features[:0]
	total := float32(0)
	var squares [kinds]float32
	for k := range s.found {
		found := s.found[k]
		for i := range found {
			o := &found[i]
			if o.row = m.index.find(o.key); o.row < 0 {
				continue
			}
			if s.count[o.row] == 0 {
				s.features = append(s.features, feature{row: o.row})
			}
			s.count[o.row] += o.weight
		}
		from := 0
		if k > 0 {
			from = s.ends[k-1]
		}
		s.ends[k] = len(s.features)
		for i := from; i < len(s.features); i++ {
			f := &s.features[i]
			f.value = damped(s.count[f.row]) * m.gain[f.row]
			s.count[f.row] = 0
			squares[k] += f.value * f.value
		}
		if squares[k] > 0 {
			total += shares[k] * shares[k]
		}
	}
	s.scale(squares, total)
}

func (s *scratch) scale(squares [kinds]float32, total float32) {
	from := 0
	for k, to := range s.ends {
		if squares[k] > 0 {
			by := shares[k] / float32(math.Sqrt(float64(squares[k]*total)))
			for i := from; i < to; i++ {
				s.features[i].value *= by
			}
		}
		from = to
	}
}

// near is what a word counts by where it stands: the first three times as much as one far behind.
func near(i int) float32 {
	if i < len(nearness) {
		return nearness[i]
	}
	return 1
}

var nearness = func() (out [128]float32) {
	for i := range out {
		out[i] = float32(1 + 2*math.Exp(-float64(i)/15))
	}
	return out
}()

// damped is 1 + log n: a word that is said ten times does not mean ten times as much.
func damped(n float32) float32 {
	if i := int(n * fine); i < len(damping) {
		return damping[i]
	}
	return float32(1 + math.Log(float64(n)))
}

const fine = 32

var damping = func() (out [32 * fine]float32) {
	for i := range out {
		out[i] = float32(1 + math.Log(max(1, (float64(i)+0.5)/fine)))
	}
	return out
}()

// FNV-1a, 32 bits.
const (
	offset = 2166136261
	prime  = 16777619
)

func hash(word string) uint32 {
	h := uint32(offset)
	for i := range len(word) {
		h = (h ^ uint32(word[i])) * prime
	}
	return h
}

// mix spreads a hash, another way for each kind (the finalizer of MurmurHash3).
func mix(h, kind uint32) uint32 {
	h ^= kind * 0x9e3779b9
	h ^= h >> 16
	h *= 0x85ebca6b
	h ^= h >> 13
	h *= 0xc2b2ae35
	h ^= h >> 16
	return h
}
