package cities

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tanggap/router"
)

// table reads a tab-separated table of testdata.
func table(t testing.TB, name string) [][]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimRight(line, "\n"); line != "" && line[0] != '#' {
			rows = append(rows, strings.Split(line, "\t"))
		}
	}
	return rows
}

func jakarta(t testing.TB) *router.City {
	t.Helper()
	p, err := Load("jakarta")
	if err != nil {
		t.Fatal(err)
	}
	return p.City
}

func explain(d router.Decision) string {
	return d.Agency + " " + d.Category + " " + strings.Join(d.Rendered("en").Reasons, "; ")
}

// TestSentencesGoToTheirAgency holds every category to sentences as people write them: the agency of
// the category acts, and the place is the one named.
func TestSentencesGoToTheirAgency(t *testing.T) {
	city := jakarta(t)
	seen := make(map[string]bool)
	rows := table(t, "sentences.tsv")
	wrong := 0
	for _, row := range rows {
		category, code, text := row[0], row[1], row[2]
		seen[category] = true
		want, ok := city.Category(category)
		if !ok {
			t.Fatalf("unknown category %s", category)
		}
		d := city.Decide(router.Report{Text: text})
		agency := want.Agency
		if want.Office != "" {
			agency = city.Office(code)
		}
		if d.Agency != agency || d.Abstained || d.Emergency {
			wrong++
			t.Errorf("%q goes to %s (%.2f), want %s", text, explain(d), d.Confidence, agency)
		}
		if code != "-" && (d.Area == nil || d.Area.Code != code) {
			t.Errorf("%q is in %+v, want %s", text, d.Area, code)
		}
	}
	t.Logf("%d of %d right", len(rows)-wrong, len(rows))
	for _, c := range city.Categories() {
		if !seen[c.ID] && !c.Conduct && !c.Emergency {
			t.Errorf("no sentence of category %s", c.ID)
		}
	}
}

// TestConductNeverReachesTheAgencyConcerned is invariant 6.
func TestConductNeverReachesTheAgencyConcerned(t *testing.T) {
	city := jakarta(t)
	for _, row := range table(t, "conduct.tsv") {
		d := city.Decide(router.Report{Text: row[0]})
		if !d.Sealed || d.Kind != router.Misconduct || d.Agency != city.Inspectorate().ID && d.Agency != city.Root().ID {
			t.Errorf("%q goes to %s, sealed %v, %s", row[0], explain(d), d.Sealed, d.Kind)
		}
		for _, g := range d.Top {
			if g.Agency != city.Inspectorate().ID && g.Agency != city.Root().ID {
				t.Errorf("%q: the guess %s names another agency", row[0], g.Agency)
			}
		}
	}
}
