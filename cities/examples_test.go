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

// without are a text, and what is left of it without each of its words: two texts that share one of these
// are alike but for a word.
func without(text string) []string {
	words := language.Words(text)
	out := []string{strings.Join(words, " ")}
	for i := range words {
		out = append(out, strings.Join(slices.Delete(slices.Clone(words), i, i+1), " "))
	}
	return out
}

// look finds topics with too few examples, and examples that are alike but for a word.
func look(t *testing.T, of string, topics []string, examples []classify.Example) {
	t.Helper()
	count, seen := map[string]int{}, map[string]string{}
	for _, e := range examples {
		count[e.Label]++
		rests := without(e.Text)
		if i := slices.IndexFunc(rests, func(rest string) bool { return seen[rest] != "" }); i >= 0 {
			t.Errorf("%s: %s has %q, %s", of, e.Label, e.Text, seen[rests[i]])
		}
		for _, rest := range rests {
			seen[rest] = e.Label + " has " + e.Text
		}
	}
	for _, topic := range topics {
		if count[topic] < enough {
			t.Errorf("%s: %s has %d examples, want at least %d", of, topic, count[topic], enough)
		}
	}
}

func TestExamplesAreEnoughAndDistinct(t *testing.T) {
	topics, examples := base(t)
	look(t, "base", topics, examples)
	for _, e := range examples {
		if !slices.Contains(topics, e.Label) {
			t.Errorf("%q is of the topic %q, which the base does not have", e.Text, e.Label)
		}
	}
}

// TestPacksBeginWithTheExamplesOfTheirTopics: of every topic but those of other cities, which the place
// decides.
func TestPacksBeginWithTheExamplesOfTheirTopics(t *testing.T) {
	for _, name := range Embedded() {
		pack, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		examples, err := pack.Examples()
		if err != nil {
			t.Fatal(err)
		}
		var topics []string
		for _, c := range pack.City.Categories() {
			if !c.Outside {
				topics = append(topics, c.ID)
			}
		}
		look(t, name, topics, examples)
		again, err := pack.Examples()
		if err != nil || !slices.Equal(examples, again) {
			t.Errorf("%s gives its examples in another order each time: %v", name, err)
		}
		for _, e := range examples {
			if !slices.Contains(topics, e.Label) {
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
