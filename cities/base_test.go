package cities

import (
	"fmt"
	"regexp"
	"testing"

	"tanggap/router"
)

// TestBaseSealsWhatConcernsOfficials runs the table of conduct that was written for Jakarta against a pack
// that stands on the base: what is said of officials is said alike everywhere. Words of the capital alone
// are allowed to be unknown. emergencies.tsv is held against both by its own test.
func TestBaseSealsWhatConcernsOfficials(t *testing.T) {
	city := banyuwangi(t)
	rows, sealed := table(t, "conduct.tsv"), 0
	for _, row := range rows {
		d := city.Decide(router.Report{Text: row[0]})
		if d.Sealed {
			sealed++
		} else {
			t.Logf("%q: %s", row[0], explain(d))
		}
		if d.Agency != city.Inspectorate().ID && d.Agency != city.Root().ID {
			t.Errorf("%q reaches %s", row[0], d.Agency)
		}
	}
	t.Logf("%d of %d", sealed, len(rows))
	if 100*sealed < 98*len(rows) {
		t.Errorf("%d of %d sealed", sealed, len(rows))
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
