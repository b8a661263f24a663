package cities

import (
	"context"
	"slices"
	"testing"
	"time"

	"tanggap/router"
	"tanggap/router/classify"
)

// BenchmarkDecide decides the sentences of the tables, which are as long as messages are, one an
// iteration, with all areas loaded.
func BenchmarkDecide(b *testing.B) {
	city := jakarta(b)
	var reports []router.Report
	for _, row := range table(b, "sentences.tsv") {
		reports = append(reports, router.Report{Text: row[2]})
	}
	for _, row := range table(b, "conduct.tsv") {
		reports = append(reports, router.Report{Text: row[0]})
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		city.Decide(reports[i%len(reports)])
		i++
	}
}

// BenchmarkDecideLong decides a letter of 120 words.
func BenchmarkDecideLong(b *testing.B) {
	city := jakarta(b)
	text := ""
	words := 0
	for _, row := range table(b, "sentences.tsv") {
		text += row[2] + ". "
		if words += len(row[2]) / 6; words > 120 {
			break
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		city.Decide(router.Report{Text: text})
	}
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Load("jakarta"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAsk decides as the running program does: with the text model and 500 lessons beside the rules. It also
// reports the slowest of a hundred.
func BenchmarkAsk(b *testing.B) {
	p, err := Load("jakarta")
	if err != nil {
		b.Fatal(err)
	}
	rows := table(b, "sentences.tsv")
	var lessons []router.Lesson
	for i := range 500 {
		row := rows[i%len(rows)]
		cat, _ := p.City.Category(row[0])
		lessons = append(lessons, router.Lesson{Reference: "1234567890", Report: router.Report{Text: row[2]}, Agency: cat.Agency})
	}
	mind := p.City.Mind(trained(b, p), lessons, router.Trust{})
	var took []time.Duration
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		began := time.Now()
		p.City.Ask(router.Report{Text: rows[i%len(rows)][2]}, mind)
		took = append(took, time.Since(began))
		i++
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds()), "p99-ns/op")
}

// BenchmarkTrain makes the text model of the pack's examples, as a first start does.
func BenchmarkTrain(b *testing.B) {
	p, err := Load("jakarta")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		trained(b, p)
	}
}

// trained is the model that a city begins with.
func trained(t testing.TB, p Pack) *classify.Model {
	t.Helper()
	examples, err := p.Examples()
	if err != nil {
		t.Fatal(err)
	}
	m, err := classify.Train(context.Background(), examples)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
