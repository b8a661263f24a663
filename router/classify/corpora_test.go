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

// brief is how many rows are read where the race detector watches: a race that the first rows do not show the
// thousandth does not either, and the figures come from the whole.
const brief = 250

// figures prints them where they come from the whole, for the floors in corpora.tsv; else the test's log has them.
func figures(t *testing.T, name string, s Score) {
	t.Helper()
	rows := float64(s.Rows)
	lines := fmt.Sprintf("%[1]s\taccuracy\t%.0[2]f\t%[3]d\n%[1]s\tmacro-F1\t%.2[4]f\t%[3]d\n%[1]s\ttop-3\t%.0[5]f\t%[3]d\n",
		name, s.Accuracy*rows, s.Rows, s.MacroF1*rows, s.Top3*rows)
	if raced {
		t.Log(lines)
		return
	}
	fmt.Print(lines)
}

// TestComplaints measures what is learned from one part of a collection on the other part. It runs in
// `make corpora`, with TANGGAP_DATA naming the folder of the corpora.
func TestComplaints(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		t.Skip("TANGGAP_DATA names no folder of corpora")
	}
	for _, name := range []string{"lapor2017_sector", "cfpb_product"} {
		train, test := corpus(t, data, name+"_train"), corpus(t, data, name+"_test")
		if raced {
			train, test = train[:brief], test[:brief]
		}
		s := Measure(trained(t, train), test)
		figures(t, name, s)
		if !raced {
			fmt.Printf("%s\taccuracy of the surest half\t%.2f\t100\n", name, s.At(0.5)*100)
		}
	}
}

// TestLearningOneByOne decides complaints in their order and then learns their true label, and does
// the same with a model that is trained anew after every fifty.
func TestLearningOneByOne(t *testing.T) {
	data := os.Getenv("TANGGAP_DATA")
	if data == "" {
		t.Skip("TANGGAP_DATA names no folder of corpora")
	}
	const every = 50
	all, first := corpus(t, data, "lapor2017_sector_train"), 400
	if raced {
		all, first = all[:brief], 100
	}
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
	figures(t, "one by one", one)
	t.Logf("one by one: accuracy %.4f, macro-F1 %.4f, top-3 %.4f in %v; anew every %d: %.4f, %.4f, %.4f in %v",
		one.Accuracy, one.MacroF1, one.Top3, learning, every, fifty.Accuracy, fifty.MacroF1, fifty.Top3, training)
	if one.Accuracy < fifty.Accuracy || one.MacroF1 < fifty.MacroF1 {
		t.Error("training anew every fifty decides better")
	}
	if learning > training {
		t.Errorf("learning one by one took %v, training anew %v", learning, training)
	}
}
