package cities

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tanggap/internal/language"
	"tanggap/router/classify"
)

// enough is how many examples a topic has at least.
const enough = 25

// base reads the topics and the examples of the base itself.
func base(t *testing.T) (topics []string, examples []classify.Example) {
	t.Helper()
	r := &reader{}
	if r.stand("base"); len(r.faults) > 0 {
		t.Fatal(r.faults)
	}
	for _, c := range r.base.categories {
		topics = append(topics, c.ID)
	}
	data, err := embedded.ReadFile("base/" + exampleFile)
	if err != nil {
		t.Fatal(err)
	}
	examples, err = classify.ReadExamples(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return topics, examples
}

// same is a text without what makes no difference to who reads it: case, signs and common short spellings.
func same(text string) string { return strings.Join(language.Words(text), " ") }

func TestExamplesAreEnoughAndDistinct(t *testing.T) {
	topics, examples := base(t)
	count, seen := map[string]int{}, map[string]string{}
	for _, e := range examples {
		count[e.Label]++
		if !slices.Contains(topics, e.Label) {
			t.Errorf("%q is of the topic %q, which the base does not have", e.Text, e.Label)
		}
		if before, twice := seen[same(e.Text)]; twice {
			t.Errorf("%s has what %s has: %q", e.Label, before, e.Text)
		}
		seen[same(e.Text)] = e.Label
	}
	for _, topic := range topics {
		if count[topic] < enough {
			t.Errorf("%s has %d examples, want at least %d", topic, count[topic], enough)
		}
	}
}

func TestPacksBeginWithTheExamplesOfTheirTopics(t *testing.T) {
	for _, name := range Embedded() {
		pack, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		examples, err := pack.Examples()
		if err != nil || len(examples) < 60*enough {
			t.Errorf("%s begins with %d examples: %v", name, len(examples), err)
		}
		again, _ := pack.Examples()
		if !slices.Equal(examples, again) {
			t.Errorf("%s gives its examples in another order each time", name)
		}
		for _, e := range examples {
			if _, ok := pack.City.Category(e.Label); !ok {
				t.Errorf("%s has no topic %q", name, e.Label)
			}
		}
	}
}

func TestExamplesOfAnOwnTopic(t *testing.T) {
	pack, err := Load("banyuwangi")
	if err != nil {
		t.Fatal(err)
	}
	before, err := pack.Examples()
	if err != nil {
		t.Fatal(err)
	}
	pack.FS = fstest.MapFS{exampleFile: {Data: []byte("# written here\npohon\tPohon asam di Ketapang condong\n")}}
	with, err := pack.Examples()
	if err != nil || len(with) != len(before)+1 || with[len(before)] != (classify.Example{Label: "pohon", Text: "Pohon asam di Ketapang condong"}) {
		t.Errorf("%d examples, %d before: %v", len(with), len(before), err)
	}
	for text, want := range map[string]string{
		"jalan-tol\tTol macet rahasia\n":     `examples.tsv: the city has no category "jalan-tol"`,
		"pohon\tPohon tumbang\npohon kosong": "examples.tsv: reading examples: line 2",
	} {
		pack.FS = fstest.MapFS{exampleFile: {Data: []byte(text)}}
		if _, err := pack.Examples(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "rahasia") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
