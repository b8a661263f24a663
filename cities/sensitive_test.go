package cities

import (
	"testing"

	"tanggap/router"
)

// TestSensitiveReportsAreSealed holds both cities to sentences about violence at home and against children,
// which are sealed from the start, and to some of ordinary matters that name the same people.
func TestSensitiveReportsAreSealed(t *testing.T) {
	for name, city := range map[string]*router.City{"jakarta": jakarta(t), "banyuwangi": banyuwangi(t)} {
		open, sealed, wide := 0, 0, 0
		rows := table(t, "sensitive.tsv")
		for _, row := range rows {
			d := city.Decide(router.Report{Text: row[1]})
			switch want := row[0] == "sealed"; {
			case want && !d.Sealed:
				open++
			case !want && d.Sealed:
				wide++
			case want:
				sealed++
				continue
			default:
				continue
			}
			t.Logf("%s: %q: sealed %v: %s", name, row[1], d.Sealed, explain(d))
		}
		t.Logf("%s: %d sealed, %d are not that should be, %d are that should not be, of %d", name, sealed, open, wide, len(rows))
		if open > 0 || wide > 1 {
			t.Errorf("%s: worse than what was last accepted", name)
		}
	}
}
