package cities

import (
	"fmt"
	"testing"

	"tanggap/router"
)

// tally counts how the sentences of a table were decided.
type tally struct {
	conduct, leaked, sealed     int
	emergencies, flagged        int
	lookalikes, calm            int
	ordinary, right, wrong      int
	named, placed, sealedByMiss int
}

// TestFreshSentences holds the tables fresh01 to fresh11, which were written one after the other, each
// before the words were tuned for it. Their headers tell what was measured at first sight; the floors
// here are what holds since. No report about conduct may reach any agency but the inspectorate and the
// root desk, in any table.
func TestFreshSentences(t *testing.T) {
	city := jakarta(t)
	var sum tally
	for n := 1; n <= 11; n++ {
		name := fmt.Sprintf("fresh%02d.tsv", n)
		for _, row := range table(t, name) {
			sum.take(t, city, name, row[0], row[1], row[2])
		}
	}
	t.Logf("conduct: %d of %d sealed, %d reached another agency; emergencies %d of %d; look-alikes %d of %d; ordinary: %d right, %d wrong of %d, %d sealed; places %d of %d",
		sum.sealed, sum.conduct, sum.leaked, sum.flagged, sum.emergencies, sum.calm, sum.lookalikes, sum.right, sum.wrong, sum.ordinary, sum.sealedByMiss, sum.placed, sum.named)
	for what, short := range map[string]bool{
		"a report about conduct reached another agency": sum.leaked > 0,
		"reports about conduct are not sealed":          100*sum.sealed < 99*sum.conduct,
		"emergencies are missed":                        100*sum.flagged < 99*sum.emergencies,
		"look-alikes raise an alarm":                    100*sum.calm < 97*sum.lookalikes,
		"ordinary reports go astray":                    100*sum.right < 90*sum.ordinary || 100*sum.wrong > 3*sum.ordinary,
		"ordinary reports are sealed":                   100*sum.sealedByMiss > sum.ordinary,
		"places are not found":                          100*sum.placed < 93*sum.named,
	} {
		if short {
			t.Errorf("worse than what was last accepted: %s", what)
		}
	}
}

func (s *tally) take(t *testing.T, city *router.City, table, kind, area, text string) {
	t.Helper()
	d := city.Decide(router.Report{Text: text})
	oversight := d.Agency == city.Inspectorate().ID || d.Agency == city.Root().ID
	complain := func(what string) { t.Logf("%s: %s: %q: %s", table, what, text, explain(d)) }
	switch kind {
	case "conduct":
		s.conduct++
		if !oversight {
			s.leaked++
			complain("leaked")
		} else if d.Sealed {
			s.sealed++
		}
		for _, g := range d.Top {
			if d.Kind == router.Misconduct && g.Agency != city.Inspectorate().ID && g.Agency != city.Root().ID {
				t.Errorf("%q: the guess %s names another agency", text, g.Agency)
			}
		}
		return
	case "emergency":
		s.emergencies++
		if d.Emergency {
			s.flagged++
		} else {
			complain("missed")
		}
		return
	case "calm":
		s.lookalikes++
		if !d.Emergency {
			s.calm++
		} else {
			complain("false alarm")
		}
		return
	}
	want, ok := city.Category(kind)
	if !ok {
		t.Fatalf("%s: unknown category %s", table, kind)
	}
	agency := want.Agency
	if want.Office != "" {
		agency = city.Office(area)
	}
	s.ordinary++
	switch {
	case d.Agency == agency && !d.Emergency && !d.Abstained:
		s.right++
	case !d.Abstained:
		s.wrong++
		complain("wrong, want " + agency)
	case d.Kind == router.Misconduct:
		s.sealedByMiss++
		complain("sealed")
	}
	if area == "-" {
		return
	}
	s.named++
	if d.Area != nil && d.Area.Code == area {
		s.placed++
	} else {
		complain("elsewhere than " + area)
	}
}
