package classify

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// corpus reads one file of examples from the folder of the corpora.
func corpus(t *testing.T, data, name string) []Example {
	t.Helper()
	f, err := os.Open(filepath.Join(data, "complaints", name+".tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	examples, err := ReadExamples(f)
	if err != nil {
		t.Fatal(err)
	}
	return examples
}

// TestComplaints measures what is learned from one part of a collection on the other part. It runs in
// `make corpora`, with TANGGAP_DATA naming the folder of the corpora.
func TestComplaints(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		t.Skip("TANGGAP_DATA names no folder of corpora")
	}
	for _, name := range []string{"lapor2017_sector", "cfpb_product"} {
		m := trained(t, corpus(t, data, name+"_train"))
		s := Measure(m, corpus(t, data, name+"_test"))
		rows := float64(s.Rows)
		fmt.Printf("%s\taccuracy\t%.0f\t%d\n", name, s.Accuracy*rows, s.Rows)
		fmt.Printf("%s\tmacro-F1\t%.2f\t%d\n", name, s.MacroF1*rows, s.Rows)
		fmt.Printf("%s\ttop-3\t%.0f\t%d\n", name, s.Top3*rows, s.Rows)
		fmt.Printf("%s\taccuracy of the surest half\t%.2f\t100\n", name, s.At(0.5)*100)
	}
}

// TestLearningOneByOne decides complaints in their order and then learns their true label, and does
// the same with a model that is trained anew after every fifty.
func TestLearningOneByOne(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		t.Skip("TANGGAP_DATA names no folder of corpora")
	}
	const first, every = 400, 50
	all := corpus(t, data, "lapor2017_sector_train")
	online := trained(t, all[:first])
	anew := online
	var byOne, byFifty Tally
	var learning, training time.Duration
	for i := first; i < len(all); i++ {
		e := all[i]
		byOne.Add(e.Label, online.Predict(e.Text))
		byFifty.Add(e.Label, anew.Predict(e.Text))
		began := time.Now()
		online = online.Learn(e)
		learning += time.Since(began)
		if (i-first)%every == every-1 {
			began = time.Now()
			anew = trained(t, all[:i+1])
			training += time.Since(began)
		}
	}
	one, fifty := byOne.Score(), byFifty.Score()
	fmt.Printf("one by one\taccuracy\t%.0f\t%d\n", one.Accuracy*float64(one.Rows), one.Rows)
	fmt.Printf("one by one\tmacro-F1\t%.2f\t%d\n", one.MacroF1*float64(one.Rows), one.Rows)
	fmt.Printf("one by one\ttop-3\t%.0f\t%d\n", one.Top3*float64(one.Rows), one.Rows)
	t.Logf("one by one: accuracy %.4f, macro-F1 %.4f, top-3 %.4f in %v; anew every %d: %.4f, %.4f, %.4f in %v",
		one.Accuracy, one.MacroF1, one.Top3, learning, every, fifty.Accuracy, fifty.MacroF1, fifty.Top3, training)
	if one.Accuracy < fifty.Accuracy || one.MacroF1 < fifty.MacroF1 {
		t.Error("training anew every fifty decides better")
	}
	if learning > training {
		t.Errorf("learning one by one took %v, training anew %v", learning, training)
	}
}
