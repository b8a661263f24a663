package cities

import (
	"testing"

	"tanggap/router"
)

// TestHeldOutSentences scores sentences that were written after the words of the pack, and so tell
// how the rules carry over. It fails below the score that was last accepted.
func TestHeldOutSentences(t *testing.T) {
	city := jakarta(t)
	var right, wrong, abstained, placed, place int
	rows := table(t, "heldout_sentences.tsv")
	for _, row := range rows {
		want, ok := city.Category(row[0])
		if !ok {
			t.Fatalf("unknown category %s", row[0])
		}
		d := city.Decide(router.Report{Text: row[2]})
		agency := want.Agency
		if want.Office != "" {
			agency = city.Office(row[1])
		}
		switch {
		case d.Agency == agency && !d.Emergency:
			right++
		case d.Abstained:
			abstained++
			t.Logf("abstained: %q: %s (%.2f), want %s", row[2], explain(d), d.Confidence, row[0])
		default:
			wrong++
			t.Logf("wrong: %q: %s (%.2f), want %s", row[2], explain(d), d.Confidence, row[0])
		}
		if row[1] != "-" {
			place++
			if d.Area != nil && d.Area.Code == row[1] {
				placed++
			} else {
				t.Logf("place: %q: %+v, want %s", row[2], d.Area, row[1])
			}
		}
	}
	conduct, sealed := table(t, "heldout_conduct.tsv"), 0
	for _, row := range conduct {
		d := city.Decide(router.Report{Text: row[0]})
		if d.Sealed && (d.Agency == city.Inspectorate().ID || d.Agency == city.Root().ID) {
			sealed++
		} else {
			t.Logf("conduct: %q: %s", row[0], explain(d))
		}
	}
	if right < 36 || wrong > 4 || sealed < 20 {
		t.Error("worse than what was last accepted")
	}
	t.Logf("sentences: %d right, %d wrong, %d left to a person, of %d; places %d of %d; conduct %d of %d",
		right, wrong, abstained, len(rows), placed, place, sealed, len(conduct))
}
