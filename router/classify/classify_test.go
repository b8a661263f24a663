package classify

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// examples are reports on four things, in several words each.
func examples() []Example {
	var out []Example
	for label, texts := range map[string]string{
		"lampu":  "lampu jalan mati|pju padam sudah tiga hari|jalan gelap karena lampu mati|tolong lampu gang diperbaiki|penerangan jalan umum padam|lampu taman tidak menyala",
		"sampah": "sampah menumpuk di depan rumah|sampah belum diangkut|tolong angkut sampah bau|tempat sampah penuh|sampah berserakan di kali|truk sampah tidak datang",
		"air":    "air pdam mati|air keran keruh|pipa air bocor|tagihan air naik|air tidak mengalir sejak kemarin|meteran air rusak",
		"jalan":  "jalan berlubang|aspal rusak parah|jalan rusak bikin celaka|lubang di jalan raya|jalan amblas|trotoar rusak dan berlubang",
	} {
		for text := range strings.SplitSeq(texts, "|") {
			out = append(out, Example{label, text})
		}
	}
	slices.SortFunc(out, func(a, b Example) int { return strings.Compare(a.Text, b.Text) }) // maps have no order
	return out
}

func trained(t testing.TB, examples []Example) *Model {
	t.Helper()
	m, err := Train(t.Context(), examples)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPredictKnowsWhatItLearned(t *testing.T) {
	m := trained(t, examples())
	for text, want := range map[string]string{
		"lmpu jln mati": "lampu", "sampahnya numpuk": "sampah", "air keruh bau": "air", "aspal berlubang": "jalan",
	} {
		guesses := m.Predict(text)
		if guesses[0].Label != want {
			t.Errorf("%q is %s, want %s", text, guesses[0].Label, want)
		}
		sum := 0.0
		for i, g := range guesses {
			sum += g.Confidence
			if i > 0 && g.Confidence > guesses[i-1].Confidence {
				t.Errorf("%q: the guesses are out of order: %v", text, guesses)
			}
		}
		if len(guesses) != 4 || math.Abs(sum-1) > 1e-9 {
			t.Errorf("%q: %d guesses, confidences add up to %v", text, len(guesses), sum)
		}
	}
	if m.Examples() != len(examples()) || len(m.Labels()) != 4 {
		t.Errorf("%d examples, labels %v", m.Examples(), m.Labels())
	}
}

func TestTrainingIsTheSameEachTime(t *testing.T) {
	a, _ := trained(t, examples()).MarshalBinary()
	b, _ := trained(t, examples()).MarshalBinary()
	if !bytes.Equal(a, b) {
		t.Error("the same examples make another model")
	}
}

func TestTrainRefuses(t *testing.T) {
	if _, err := Train(t.Context(), nil); err == nil {
		t.Error("no examples are taken")
	}
	if _, err := Train(t.Context(), []Example{{"a", "b"}, {"", "c"}}); err == nil || !strings.Contains(err.Error(), "example 2 has no label") {
		t.Errorf("error %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Train(ctx, examples()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that it was stopped", err)
	}
}

func TestOneLabelIsCertain(t *testing.T) {
	m := trained(t, []Example{{"only", "lampu mati"}, {"only", "lampu padam"}})
	if got := m.Predict("apa saja"); len(got) != 1 || got[0] != (Guess{"only", 1}) {
		t.Errorf("guesses %v", got)
	}
}

func TestACorrectionTurnsTheNextSimilarReport(t *testing.T) {
	before := trained(t, examples())
	const text = "pohon tumbang menimpa pagar"
	next := before.Learn(Example{"pohon", text})
	if got := next.Predict("ada pohon tumbang di gang kami")[0].Label; got != "pohon" {
		t.Errorf("it is %s, want what was learned", got)
	}
	if got := next.Predict("lampu jalan mati")[0].Label; got != "lampu" {
		t.Errorf("an old label is forgotten: %s", got)
	}
	if len(before.Labels()) != 4 || len(next.Labels()) != 5 || next.Examples() != before.Examples()+1 {
		t.Errorf("labels %v, then %v", before.Labels(), next.Labels())
	}
	again := next.Learn(Example{"taman", "pohon tumbang"}, Example{"taman", "pohon tumbang lagi"}, Example{"", "nothing"})
	if got := again.Predict("pohon tumbang")[0].Label; got != "taman" {
		t.Errorf("it is %s, want what was learned last", got)
	}
}

func TestTheNameOfALabelIsItsFirstExample(t *testing.T) {
	m := trained(t, examples()).Learn(Example{"imigrasi_paspor", "antrean panjang sekali"})
	if got := m.Predict("mau urus paspor di kantor imigrasi")[0].Label; got != "imigrasi_paspor" {
		t.Errorf("it is %s, want the label of that name", got)
	}
	if m.Examples() != len(examples())+1 {
		t.Errorf("%d examples: a name is counted as one", m.Examples())
	}
}

func TestAPairWithAWordBetweenIsOfBothItsWords(t *testing.T) {
	m := trained(t, examples())
	all := tokens("satu lampu merah mati")
	s := m.take()
	defer m.scratch.Put(s)
	s.find(all)
	for i, o := range s.found[skips] {
		if o.back != 2 || int(o.token) != i+2 {
			t.Errorf("pair %d is of token %d and the one %d before", i, o.token, o.back)
		}
		s.found[skips][i].key = m.keys[0] // known to the model, and alone in what is read
	}
	s.found[letters], s.found[words], s.found[start] = nil, nil, nil
	s.weigh(m)
	got := m.share(s, 0, len(all))
	if got[0] == 0 || got[1] == 0 || got[0] != got[2] || got[1] != got[3] {
		t.Errorf("two pairs among four words are shared as %v", got)
	}
}

func TestTheZeroModelLearns(t *testing.T) {
	var m Model
	if got := m.Predict("lampu"); got != nil {
		t.Errorf("guesses %v of nothing", got)
	}
	next := m.Learn(examples()...)
	if got := next.Predict("sampah bau")[0].Label; got != "sampah" {
		t.Errorf("it is %s", got)
	}
	if got := m.Explain("lampu", "lampu", 3); got != nil {
		t.Errorf("explained by %v", got)
	}
}

func TestLearningDisturbsNobody(t *testing.T) {
	var current atomic.Pointer[Model]
	current.Store(trained(t, examples()))
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 50 {
				m := current.Load()
				if got := m.Predict("lampu jalan mati dan sampah"); len(got) < 4 {
					t.Errorf("%d guesses", len(got))
				}
				m.Explain("lampu jalan mati", "lampu", 3)
			}
		})
	}
	for i := range 20 {
		current.Store(current.Load().Learn(Example{fmt.Sprint("new", i%3), "hal yang baru sama sekali nomor satu"}))
	}
	wait.Wait()
}

func TestExplainNamesTheWordsAsWritten(t *testing.T) {
	m := trained(t, examples())
	const text = "Pak, LAMPU di gg. kami MATI!! lampu mati terus"
	got := m.Explain(text, "lampu", 2)
	if len(got) == 0 || got[0].Text != "LAMPU" || text[got[0].Start:got[0].End] != "LAMPU" {
		t.Fatalf("explained by %+v", got)
	}
	for _, w := range m.Explain(text, "lampu", 99) {
		if w.Weight <= 0 || w.Text == "di" || w.Text == "Pak" {
			t.Errorf("explained by %+v", w)
		}
	}
	if got := m.Explain(text, "no such label", 3); got != nil {
		t.Errorf("explained by %v", got)
	}
	if got := m.Explain(text, "lampu", -1); len(got) != 0 {
		t.Errorf("explained by %v", got)
	}
}

func TestATextOfAnyLengthIsBounded(t *testing.T) {
	m := trained(t, examples())
	for _, text := range []string{"", " ", "\xff\xfe\x00", strings.Repeat("lampu mati ", 200_000), strings.Repeat("x", 1<<20)} {
		if got := m.Predict(text); len(got) != 4 {
			t.Errorf("%d guesses for %d bytes", len(got), len(text))
		}
		m.Explain(text, "lampu", 3)
		m.Learn(Example{"air", text})
	}
}

func TestManyLabelsAndFeaturesStayBounded(t *testing.T) {
	var many []Example
	for i := range 300 {
		many = append(many, Example{fmt.Sprint("label", i), fmt.Sprint("kata", i, " hal", i, " nama", i)}, Example{fmt.Sprint("label", i), fmt.Sprint("kata", i, " lain")})
	}
	m := trained(t, many)
	if len(m.keys) > mostFeatures(300) {
		t.Errorf("%d features, want at most %d", len(m.keys), mostFeatures(300))
	}
	if got := frequent(map[uint32]int{1: 1, 2: 2, 3: 3, 4: 4}, 2); !cmp.Equal(got, []uint32{3, 4}) {
		t.Errorf("the frequent are %v", got)
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	m := trained(t, examples()).Learn(Example{"pohon", "pohon tumbang"})
	data, err := m.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := back.MarshalBinary()
	if !bytes.Equal(data, again) {
		t.Error("written again it is not the same")
	}
	const text = "lampu jalan dekat pohon tumbang"
	if diff := cmp.Diff(m.Predict(text), back.Predict(text)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(m.Learn(Example{"air", text}).Predict(text), back.Learn(Example{"air", text}).Predict(text)); diff != "" {
		t.Error(diff)
	}
}

func TestReadRefusesWhatIsDamaged(t *testing.T) {
	data, _ := trained(t, examples()[:8]).MarshalBinary()
	for n := 0; n < len(data); n += 1 + n/7 {
		if _, err := Read(data[:n]); err == nil {
			t.Errorf("the first %d of %d bytes are taken", n, len(data))
		}
		bad := bytes.Clone(data)
		bad[n] ^= 0x10
		if _, err := Read(bad); err == nil {
			t.Errorf("a change at %d is taken", n)
		}
	}
	newer := bytes.Clone(data)
	newer[len(magic)] = 99
	if _, err := Read(newer); err == nil || !strings.Contains(err.Error(), "form is 99") {
		t.Errorf("error %v", err)
	}
}

// FuzzRead changes what the checksum covers and makes the checksum fit, so that the reader itself is met.
func FuzzRead(f *testing.F) {
	data, _ := trained(f, examples()[:4]).MarshalBinary()
	f.Add(data[len(magic) : len(data)-4])
	f.Add([]byte{1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		whole := append([]byte(magic), body...)
		whole = binary.LittleEndian.AppendUint32(whole, crc32.ChecksumIEEE(whole))
		m, err := Read(whole)
		if err != nil {
			return
		}
		m.Predict("lampu jalan mati")
		again, err := m.MarshalBinary()
		if err != nil || !bytes.Equal(again, whole) {
			t.Errorf("written again it is not the same: %v", err)
		}
	})
}

func FuzzPredict(f *testing.F) {
	m := trained(f, examples())
	f.Add("lampu jalan mati #BanjirBesar rt05")
	f.Fuzz(func(t *testing.T, text string) {
		for _, g := range m.Predict(text) {
			if !(g.Confidence >= 0 && g.Confidence <= 1) {
				t.Fatalf("confidence %v", g.Confidence)
			}
		}
		for _, w := range m.Explain(text, "lampu", 5) {
			if w.Text != text[w.Start:w.End] || !(w.Weight > 0 && w.Weight <= 1) {
				t.Fatalf("word %+v", w)
			}
		}
	})
}

func TestReadExamples(t *testing.T) {
	got, err := ReadExamples(strings.NewReader("\ufeff# a remark\na\tone\ttwo\r\n\n#c\tof c\n b \t#three \n"))
	if diff := cmp.Diff([]Example{{"a", "one\ttwo"}, {"b", "#three"}}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	for text, want := range map[string]string{
		"":                                    "there are none",
		"a\tb\nrahasia":                       "line 2 is no label",
		"\tb":                                 "line 1 is no label",
		"a\t" + strings.Repeat("x", longLine): "line 1 has more than",
	} {
		if _, err := ReadExamples(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "rahasia") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestScore(t *testing.T) {
	var tally Tally
	tally.Add("a", []Guess{{"a", 0.9}, {"b", 0.1}})
	tally.Add("a", []Guess{{"b", 0.6}, {"a", 0.4}})
	tally.Add("b", []Guess{{"b", 0.8}, {"a", 0.2}})
	tally.Add("c", []Guess{{"a", 0.5}, {"b", 0.3}, {"d", 0.1}, {"c", 0.1}})
	s := tally.Score()
	if s.Rows != 4 || s.Classes != 3 || s.Accuracy != 0.5 || s.Top3 != 0.75 || s.At(0.5) != 1 || s.At(0) != 0 {
		t.Errorf("score %+v", s)
	}
	if want := (0.5 + 2.0/3 + 0) / 3; math.Abs(s.MacroF1-want) > 1e-9 {
		t.Errorf("macro-F1 %v, want %v", s.MacroF1, want)
	}
	if s := (&Tally{}).Score(); s.Rows != 0 || s.At(1) != 0 {
		t.Errorf("score of nothing %+v", s)
	}
}

const typical = `Lampu jalan mati. Lapor pak, lampu penerangan jalan umum di Jalan Tebet Timur Dalam depan SDN 01 sudah mati sejak tiga hari yang lalu, kondisinya gelap sekali
dan rawan kejahatan, kemarin malam ada pengendara motor yang jatuh karena jalan berlubang tidak kelihatan. Sudah lapor ke RT dan kelurahan tapi belum ada tindakan.
Mohon segera diperbaiki, terima kasih atas perhatian dan kerjasamanya.`

// manyLabels is a model of thirty labels that knows most words of the typical complaint.
func manyLabels(b *testing.B) *Model {
	b.Helper()
	fields := strings.Fields(typical)
	var all []Example
	for i := range 600 {
		from := i * 7 % (len(fields) - 12)
		all = append(all, Example{fmt.Sprint("label", i%30), strings.Join(fields[from:from+12], " ") + fmt.Sprint(" kata", i%90)})
	}
	return trained(b, all)
}

func BenchmarkPredict(b *testing.B) {
	m := manyLabels(b)
	for name, text := range map[string]string{"typical": typical, "short": "lampu jln mati dr kmrn dkt sklh"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.Predict(text)
			}
		})
	}
}

func BenchmarkLearn(b *testing.B) {
	m := manyLabels(b)
	b.ReportAllocs()
	for b.Loop() {
		m.Learn(Example{"label1", typical})
	}
}

func BenchmarkRead(b *testing.B) {
	data, _ := manyLabels(b).MarshalBinary()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Read(data); err != nil {
			b.Fatal(err)
		}
	}
}
