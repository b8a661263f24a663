package cities

import (
	"testing"

	"tanggap/router"
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
