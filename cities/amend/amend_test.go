package amend_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"tanggap/cities"
	"tanggap/cities/amend"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/edits"
)

var jakarta = sync.OnceValues(func() (cities.Pack, error) { return cities.Load("jakarta") })

func pack(t *testing.T) cities.Pack {
	t.Helper()
	p, err := jakarta()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func each(t *testing.T, f func(*testing.T, amend.Writer)) {
	dbtest.Each(t, func(t *testing.T, url string) {
		db, err := tickets.Open(context.Background(), url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		f(t, amend.Writer{Pack: pack(t), Edits: edits.New(db)})
	})
}

// now is the city with all that was saved.
func now(t *testing.T, w amend.Writer) *router.City {
	t.Helper()
	list, _, err := w.Edits.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	over, aside := amend.Over(w.Pack, list)
	if len(aside) > 0 {
		t.Fatalf("set aside: %+v", aside)
	}
	return over.City
}

var siti = amend.Signed{By: "siti", Why: "Rapat 12 Mei"}

func TestWhatIsSavedCountsFieldByField(t *testing.T) {
	each(t, func(t *testing.T, w amend.Writer) {
		ctx := t.Context()
		before, _ := w.Pack.City.Category("lampu-jalan")
		if _, err := w.Save(ctx, siti,
			amend.Wish{Section: amend.Agencies, Key: "dki.cahaya", Value: amend.Agency{Parent: amend.Say("dki"), Name: amend.Say("Dinas Cahaya"), Short: amend.Say("Cahaya"), Kind: amend.Say("dinas")}},
			amend.Wish{Section: amend.Categories, Key: "lampu-jalan", Value: amend.Category{Agency: amend.Say("dki.cahaya"), Sure: &amend.List{Add: []string{"obor kota"}}}},
			amend.Wish{Section: amend.Facts, Key: amend.Accuracy, Value: 0.95},
		); err != nil {
			t.Fatal(err)
		}
		city := now(t, w)
		lamp, _ := city.Category("lampu-jalan")
		if a, ok := city.Agency("dki.cahaya"); !ok || a.Name != "Dinas Cahaya" || a.Source != siti.Why || a.Checked == "" || a.Example {
			t.Errorf("%+v %v", a, ok)
		}
		if lamp.Agency != "dki.cahaya" || lamp.Deadline != before.Deadline || len(lamp.Patterns.Sure) != len(before.Patterns.Sure)+1 || city.Facts().Accuracy != 0.95 {
			t.Errorf("%+v", lamp)
		}
		if d := city.Decide(router.Report{Text: "obor kota padam semua"}); d.Agency != "dki.cahaya" || d.Category != "lampu-jalan" {
			t.Errorf("%+v", d)
		}
		if d := w.Pack.City.Decide(router.Report{Text: "obor kota padam semua"}); d.Category == "lampu-jalan" && !d.Abstained {
			t.Error("the pack itself was changed")
		}
		// One field more, and the others stay; then back to the pack.
		if _, err := w.Save(ctx, siti, amend.Wish{Section: amend.Categories, Key: "lampu-jalan", Keep: true, Value: amend.Category{Deadline: &amend.Deadline{Value: 7, Unit: router.WorkingDays}}}); err != nil {
			t.Fatal(err)
		}
		lamp, _ = now(t, w).Category("lampu-jalan")
		if lamp.Agency != "dki.cahaya" || lamp.Deadline.Value != 7 || lamp.Deadline.Example || lamp.Deadline.Source != siti.Why {
			t.Errorf("%+v", lamp)
		}
		var refused amend.Refusals
		_, err := w.Save(ctx, siti, amend.Wish{Section: amend.Agencies, Key: "dki.cahaya"})
		if !errors.As(err, &refused) || refused[0].Key != "lampu-jalan" {
			t.Errorf("an agency with work is taken away: %v", err)
		}
		if _, err := w.Save(ctx, siti, amend.Wish{Section: amend.Categories, Key: "lampu-jalan"}, amend.Wish{Section: amend.Agencies, Key: "dki.cahaya"}); err != nil {
			t.Fatal(err)
		}
		if lamp, _ = now(t, w).Category("lampu-jalan"); lamp.Agency != before.Agency {
			t.Errorf("%+v", lamp)
		}
	})
}

func TestWallsStandAndWhatDoesNotCompileIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w amend.Writer) {
		first := func(ok func(router.Category) bool) router.Category {
			all := w.Pack.City.Categories()
			return all[slices.IndexFunc(all, ok)]
		}
		conduct := first(func(c router.Category) bool { return c.Conduct })
		sensitive := first(func(c router.Category) bool { return c.Sensitive })
		emergency := first(func(c router.Category) bool { return c.Emergency && len(c.Patterns.Strong) > 0 })
		inspectorate := w.Pack.City.Inspectorate().ID
		topic := func(key string, c amend.Category) amend.Wish {
			return amend.Wish{Section: amend.Categories, Key: key, Value: c}
		}
		words := func(all ...string) *amend.List { return &amend.List{Add: all} }
		for name, tt := range map[string]struct {
			wish amend.Wish
			says string
		}{
			"conduct to an agency":         {topic(conduct.ID, amend.Category{Agency: amend.Say("dki.dsda")}), string(amend.WallConduct)},
			"conduct to nobody":            {topic(conduct.ID, amend.Category{Conduct: amend.Say(false), Agency: amend.Say("dki.dsda")}), string(amend.WallFlags)},
			"no emergency any more":        {topic(emergency.ID, amend.Category{Emergency: amend.Say(false)}), string(amend.WallFlags)},
			"an emergency without a word":  {topic(emergency.ID, amend.Category{Strong: amend.NewList(emergency.Patterns.Strong, nil)}), string(amend.WallWords)},
			"words against what is sealed": {topic(sensitive.ID, amend.Category{Against: words("rumah")}), string(amend.WallWords)},
			"the inspectorate moves":       {amend.Wish{Section: amend.Agencies, Key: inspectorate, Value: amend.Agency{Parent: amend.Say("dki.dsda")}}, string(amend.WallDesk)},
			"an unknown agency":            {topic("lampu-jalan", amend.Category{Agency: amend.Say("dki.nirwana")}), "unknown agency"},
			"a bad pattern":                {topic("lampu-jalan", amend.Category{Hint: words("a + b + c")}), "more than two sides"},
			"no deadline":                  {topic("lampu-jalan", amend.Category{Deadline: &amend.Deadline{}}), "deadline"},
			"half a topic":                 {topic("baru", amend.Category{Agency: amend.Say("dki.dsda")}), "no such topic"},
			"half an agency":               {amend.Wish{Section: amend.Agencies, Key: "dki.x", Value: amend.Agency{Name: amend.Say("X")}}, "no such agency"},
			"a ring of agencies":           {amend.Wish{Section: amend.Agencies, Key: "dki.dsda", Value: amend.Agency{Parent: amend.Say("dki.dsda")}}, "dki.dsda"},
			"an unknown section":           {amend.Wish{Section: "colours", Key: "x", Value: 1}, "no section"},
			"an unknown field":             {amend.Wish{Section: amend.Categories, Key: "lampu-jalan", Value: map[string]int{"colour": 1}}, "shape"},
			"a share beyond":               {amend.Wish{Section: amend.Facts, Key: amend.Threshold, Value: 1.5}, "between 0 and 1"},
		} {
			var refused amend.Refusals
			if _, err := w.Save(t.Context(), siti, tt.wish); !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if v, err := w.Edits.Version(t.Context()); v != 0 || err != nil {
			t.Errorf("version %d, %v", v, err)
		}
		// Words are added to what is walled, and a wall of a topic that only the database has stays.
		made := amend.Category{Name: map[string]string{"id": "Rahasia", "en": "Secret"}, Agency: amend.Say("dki.dsda"), Deadline: &amend.Deadline{Value: 3, Unit: router.WorkingDays}, Sensitive: amend.Say(true)}
		if _, err := w.Save(t.Context(), siti, topic(sensitive.ID, amend.Category{Strong: words("kata baru sekali")}), topic("rahasia", made)); err != nil {
			t.Fatal(err)
		}
		made.Sensitive = nil
		if _, err := w.Save(t.Context(), siti, topic("rahasia", made)); !errors.Is(err, amend.WallFlags) {
			t.Errorf("a wall is taken away: %v", err)
		}
	})
}

func TestSomebodyElsesEditInBetweenIsRefused(t *testing.T) {
	each(t, func(t *testing.T, w amend.Writer) {
		wish := amend.Wish{Section: amend.Categories, Key: "lampu-jalan", Value: amend.Category{Located: amend.Say(false)}, Seen: amend.Say(int64(0))}
		v, err := w.Save(t.Context(), siti, wish)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Save(t.Context(), siti, wish); !errors.Is(err, edits.ErrStale) {
			t.Errorf("over a version unseen: %v", err)
		}
		wish.Seen = &v
		if _, err := w.Save(t.Context(), siti, wish); err != nil {
			t.Error(err)
		}
		var writers sync.WaitGroup
		for _, key := range []string{"banjir", "sampah", "parkir"} { // of other things at once, nobody is refused
			writers.Go(func() {
				if _, err := w.Save(t.Context(), siti, amend.Wish{Section: amend.Categories, Key: key, Value: amend.Category{Located: amend.Say(true)}, Seen: amend.Say(int64(0))}); err != nil {
					t.Errorf("%s: %v", key, err)
				}
			})
		}
		writers.Wait()
	})
}

func TestWhatAnUpgradeBringsIsSeenAndUndoesNothing(t *testing.T) {
	old := pack(t)
	edit := func(version int64, section, key, value string, base any) edits.Edit {
		b, err := json.Marshal(base)
		if err != nil {
			t.Fatal(err)
		}
		return edits.Edit{Version: version, Change: edits.Change{Section: section, Key: key, Value: json.RawMessage(value), Base: b}, By: "siti", Why: "SK"}
	}
	lamp, _ := old.City.Category("lampu-jalan")
	list := []edits.Edit{
		edit(1, amend.Categories, "lampu-jalan", `{"agency":"dki.dsda","hint":{"add":["kelap kelip"]}}`, map[string]any{"agency": lamp.Agency, "hint": lamp.Patterns.Hint}),
		edit(2, amend.Categories, "sampah", `{"agency":"dki.dishub"}`, map[string]any{"agency": "dki.dlh"}),
		edit(3, amend.Facts, amend.Threshold, `0.7`, old.Definition.Facts.Threshold),
		edit(4, amend.Categories, "hilang", `{"located":true}`, nil),
	}
	next := old
	next.Definition.Categories = slices.Clone(old.Definition.Categories)
	next.Definition.Facts.Threshold = 0.7
	for i := range next.Definition.Categories {
		switch c := &next.Definition.Categories[i]; c.ID {
		case "lampu-jalan":
			c.Agency = "dki.dlh"
			c.Patterns.Hint = append(slices.Clone(c.Patterns.Hint), "kata dari versi baru")
		}
	}
	// The upgrade has no dki.dishub any more.
	next.Definition.Agencies = slices.DeleteFunc(slices.Clone(old.Definition.Agencies), func(a router.Agency) bool { return a.ID == "dki.dishub" })
	next.Definition.Categories = slices.DeleteFunc(next.Definition.Categories, func(c router.Category) bool { return c.Agency == "dki.dishub" })
	over, aside := amend.Over(next, list)
	if len(aside) != 2 || aside[0].Edit.Key != "hilang" || aside[1].Edit.Key != "sampah" || !strings.Contains(aside[1].Err.Error(), "dki.dishub") {
		t.Errorf("set aside: %+v", aside)
	}
	got, _ := over.City.Category("lampu-jalan")
	if got.Agency != "dki.dsda" || !slices.Contains(got.Patterns.Hint, "kelap kelip") || !slices.Contains(got.Patterns.Hint, "kata dari versi baru") {
		t.Errorf("%s %q", got.Agency, got.Patterns.Hint)
	}
	type line struct {
		key, field, was string
		needless, aside bool
	}
	var lines []line
	for _, d := range amend.Differences(next, list) {
		was := string(d.Was)
		if d.Field == "hint" {
			was = was[:min(len(was), 1)]
		}
		lines = append(lines, line{d.Key, d.Field, was, d.Needless, d.Aside != ""})
	}
	want := []line{
		{"hilang", "located", "", false, true},
		{"lampu-jalan", "agency", `"` + lamp.Agency + `"`, false, false},
		{"lampu-jalan", "hint", "[", false, false},
		{"sampah", "agency", "", false, true},
		{amend.Threshold, "", raw(t, old.Definition.Facts.Threshold), true, false},
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%+v\nwant %+v", lines, want)
	}
}

func raw(t *testing.T, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPatternsAreFaultedByTheirLine(t *testing.T) {
	faults := pack(t).City.CheckPatterns([]string{"lampu jalan", "<petugas> mati", "<tiada> mati", "a + b + c", "  ", "satu|dua-tiga"})
	got := map[int]string{}
	for i, f := range faults {
		got[i] = f.Code
	}
	if got[2] != router.PatternSet || got[3] != router.PatternSides || got[4] != router.PatternEmpty || got[5] != router.PatternWord || got[0] != "" {
		t.Errorf("%v", got)
	}
}
