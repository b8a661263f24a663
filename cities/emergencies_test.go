package cities

import (
	"slices"
	"testing"

	"tanggap/router"
)

// cry is a line of emergencies.tsv.
type cry struct {
	half, kind, text string
	real             bool
}

func cries(t testing.TB) []cry {
	t.Helper()
	var all []cry
	for _, row := range table(t, "emergencies.tsv") {
		if len(row) != 4 || row[2] != "yes" && row[2] != "no" {
			t.Fatalf("%q is no line of half, kind, yes or no, text", row)
		}
		all = append(all, cry{half: row[0], kind: row[1], real: row[2] == "yes", text: row[3]})
	}
	return all
}

// heard counts how a group of lines was decided.
type heard struct{ real, missed, calm, alarms int }

func (h *heard) take(c cry, d router.Decision) {
	switch {
	case c.real:
		h.real++
		if !d.Emergency {
			h.missed++
		}
	default:
		h.calm++
		if d.Emergency {
			h.alarms++
		}
	}
}

// mostMissed and mostAlarms are how many lines of a kind may be decided wrongly, in any city: what holds
// since the words were last tuned. A short circuit that somebody calls harmless is still told a number.
var mostMissed, mostAlarms = map[string]int{"wire": 1}, map[string]int{"wire": 2, "drowning": 1}

// unseen is the half of the table that the words are never tuned for.
const unseen = "third"

// TestEmergenciesAreToldFromLookAlikes holds every city to the table: who cries for help is heard,
// whatever the danger, and what only sounds like it raises no alarm.
func TestEmergenciesAreToldFromLookAlikes(t *testing.T) {
	for name, city := range map[string]*router.City{"jakarta": jakarta(t), "banyuwangi": banyuwangi(t)} {
		kinds, halves := map[string]*heard{}, map[string]*heard{}
		for _, c := range cries(t) {
			d := city.Decide(router.Report{Text: c.text})
			if halves[c.half] == nil {
				halves[c.half] = &heard{}
			}
			halves[c.half].take(c, d)
			if kinds[c.kind] == nil {
				kinds[c.kind] = &heard{}
			}
			if c.half != unseen {
				kinds[c.kind].take(c, d)
			}
			if d.Emergency != c.real {
				t.Logf("%s: %s, %s: %q: emergency %v: %s", name, c.half, c.kind, c.text, d.Emergency, explain(d))
			}
		}
		for kind, h := range kinds {
			if h.missed > mostMissed[kind] || h.alarms > mostAlarms[kind] {
				t.Errorf("%s: %s: %d of %d missed, %d of %d look-alikes raise an alarm", name, kind, h.missed, h.real, h.alarms, h.calm)
			}
		}
		for half, h := range halves {
			t.Logf("%s: %s: %d of %d emergencies heard, %d of %d look-alikes raise an alarm", name, half, h.real-h.missed, h.real, h.alarms, h.calm)
			missed, alarms := 2, 4 // of a hundred
			if half == unseen {
				missed, alarms = 20, 15
			}
			if 100*h.missed > missed*h.real || 100*h.alarms > alarms*h.calm {
				t.Errorf("%s: %s: worse than what was last accepted", name, half)
			}
		}
	}
}

// TestTableOfEmergenciesIsBroad keeps the table from shrinking to what is easy.
func TestTableOfEmergenciesIsBroad(t *testing.T) {
	var real, calm int
	var texts []string
	for _, c := range cries(t) {
		if c.real {
			real++
		} else {
			calm++
		}
		texts = append(texts, c.text)
	}
	slices.Sort(texts)
	if n := len(slices.Compact(texts)); n != real+calm || real < 240 || calm < 190 {
		t.Errorf("%d emergencies and %d look-alikes, %d different", real, calm, n)
	}
}
