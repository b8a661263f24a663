package cities

import (
	"fmt"
	"regexp"
	"testing"

	"tanggap/router"
)

// TestBaseKeepsWhatIsSealedAndUrgent runs the tables of conduct, emergencies and look-alikes that were
// written for Jakarta against a pack that stands on the base: what is said of officials and of danger is
// said alike everywhere. Words of the capital alone are allowed to be unknown.
func TestBaseKeepsWhatIsSealedAndUrgent(t *testing.T) {
	city := banyuwangi(t)
	for name, ok := range map[string]func(router.Decision) bool{
		"conduct.tsv":     func(d router.Decision) bool { return d.Sealed },
		"emergencies.tsv": func(d router.Decision) bool { return d.Emergency },
		"lookalikes.tsv":  func(d router.Decision) bool { return !d.Emergency },
	} {
		rows, right := table(t, name), 0
		for _, row := range rows {
			d := city.Decide(router.Report{Text: row[0]})
			if ok(d) {
				right++
			} else {
				t.Logf("%s: %q: %s", name, row[0], explain(d))
			}
			if name == "conduct.tsv" && d.Agency != city.Inspectorate().ID && d.Agency != city.Root().ID {
				t.Errorf("%q reaches %s", row[0], d.Agency)
			}
		}
		t.Logf("%s: %d of %d", name, right, len(rows))
		if 100*right < 98*len(rows) {
			t.Errorf("%s: %d of %d right", name, right, len(rows))
		}
	}
}

// capital are words that only Jakarta has: its sweepers, its school card, its buses.
var capital = regexp.MustCompile(`(?i)ppsu|kjp|\bkrl\b|jak ?lingko|trans ?jakarta|mikrotrans|busway|\bcrm\b|jaki\b|ciliwung`)

// TestBaseKeepsConductFromTheAgencyConcerned is invariant 6 for packs that stand on the base, on all
// sentences about conduct that were written for Jakarta.
func TestBaseKeepsConductFromTheAgencyConcerned(t *testing.T) {
	city := banyuwangi(t)
	rows, sealed := 0, 0
	for n := 1; n <= 12; n++ {
		for _, row := range table(t, fmt.Sprintf("fresh%02d.tsv", n)) {
			if row[0] != "conduct" || capital.MatchString(row[2]) {
				continue
			}
			rows++
			d := city.Decide(router.Report{Text: row[2]})
			if d.Sealed {
				sealed++
			}
			if d.Agency != city.Inspectorate().ID && d.Agency != city.Root().ID {
				t.Errorf("%q reaches %s", row[2], explain(d))
			}
		}
	}
	t.Logf("%d of %d sealed", sealed, rows)
	if 100*sealed < 99*rows {
		t.Errorf("%d of %d sealed", sealed, rows)
	}
}
