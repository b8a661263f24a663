package amend_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"tanggap/cities/amend"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/asked"
)

// saveRule reads a rule, lets it be changed, and saves it.
func saveRule(t *testing.T, w amend.Writer, key string, change func(*amend.Rule)) error {
	t.Helper()
	past, err := w.Edits.History(t.Context(), amend.Categories, key, 1)
	if err != nil {
		t.Fatal(err)
	}
	was := []byte("null")
	if len(past) > 0 {
		was = past[0].Value
	}
	r, err := amend.ReadRule(w.Pack, key, was)
	if err != nil && !errors.Is(err, amend.ErrNoRule) {
		t.Fatal(err)
	}
	change(&r)
	wish, err := r.Wish(w.Pack, was)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Save(t.Context(), siti, wish)
	return err
}

func TestARuleIsSavedAsWhatItSaysOtherwise(t *testing.T) {
	each(t, func(t *testing.T, w amend.Writer) {
		value := func() string {
			all, _, err := w.Edits.Current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(all) == 0 {
				return ""
			}
			return string(all[len(all)-1].Value)
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(saveRule(t, w, "lampu-jalan", func(r *amend.Rule) { r.Hint = append(slices.Clone(r.Hint), "suluh") }))
		if got := value(); got != `{"hint":{"add":["suluh"]}}` {
			t.Errorf("a word more: %s", got)
		}
		must(saveRule(t, w, "lampu-jalan", func(r *amend.Rule) { r.Who, r.Off = "dki.dsda", true }))
		if got := value(); got != `{"agency":"dki.dsda","hint":{"add":["suluh"]},"off":true}` {
			t.Errorf("another agency, and off: %s", got)
		}
		if c, _ := now(t, w).Category("lampu-jalan"); c.Agency != "dki.dsda" || len(c.Patterns.Sure)+len(c.Patterns.Strong)+len(c.Patterns.Hint) != 0 {
			t.Errorf("off: %+v", c.Patterns)
		}
		if d := now(t, w).Decide(router.Report{Text: "lampu jalan mati"}); d.Category == "lampu-jalan" {
			t.Errorf("a rule that is off decides: %+v", d)
		}
		must(saveRule(t, w, "lampu-jalan", func(r *amend.Rule) {
			if !r.Off || !slices.Contains(r.Hint, "suluh") || len(r.Sure) == 0 {
				t.Errorf("what is off is not read: %+v", r)
			}
			r.Off = false
			r.Who = "dki.binamarga"
			r.Hint = r.Hint[:len(r.Hint)-1]
		}))
		if got := value(); got != "" {
			t.Errorf("as the pack has it: %s", got)
		}
		must(saveRule(t, w, "menara-baru", func(r *amend.Rule) {
			r.Name = map[string]string{"id": "Menara", "en": "Towers"}
			r.Who, r.Deadline, r.Sure = amend.OfficeOf+"kelurahan", amend.Deadline{Value: 5, Unit: router.WorkingDays}, []string{"menara seluler"}
		}))
		if c, ok := now(t, w).Category("menara-baru"); !ok || c.Office != "kelurahan" || c.Deadline.Value != 5 {
			t.Errorf("%+v %v", c, ok)
		}
		all := w.Pack.City.Categories()
		secret := all[slices.IndexFunc(all, func(c router.Category) bool { return c.Sensitive })]
		for _, change := range []func(*amend.Rule){func(r *amend.Rule) { r.Off = true }, func(r *amend.Rule) { r.Strong = nil }} {
			if err := saveRule(t, w, secret.ID, change); !errors.Is(err, amend.WallWords) {
				t.Errorf("words of a sealed topic are taken away: %v", err)
			}
		}
	})
}

func TestTheEffectOfAChangeIsCountedAndSealedOnesAreNotNamed(t *testing.T) {
	each(t, func(t *testing.T, w amend.Writer) {
		d, err := w.Draft(t.Context(), siti, amend.Wish{Section: amend.Categories, Key: "lampu-jalan", Value: amend.Category{Agency: amend.Say("dki.dsda")}})
		if err != nil {
			t.Fatal(err)
		}
		report := func(ref, text string, sealed bool) asked.Report {
			return asked.Report{Reference: tickets.Reference(ref), Text: text, Sealed: sealed}
		}
		reports := []asked.Report{
			report("1", "lampu jalan mati di depan SDN 01 Tebet Timur", false),
			report("2", "lampu jalan padam di Jl Kebon Kacang", true),
			report("3", "sampah menumpuk di Tebet Timur", false),
		}
		e := amend.Compare(t.Context(), d.Before.City, d.After.City, nil, reports)
		if e.Looked != 3 || e.Cut || e.Moved != 2 || len(e.Moves) != 1 {
			t.Fatalf("%+v", e)
		}
		if m := e.Moves[0]; m.From != "dki.binamarga" || m.To != "dki.dsda" || m.Count != 2 || m.Sealed != 1 || len(m.Reports) != 1 || m.Reports[0].Reference != "1" {
			t.Errorf("%+v", m)
		}
		ended, end := context.WithCancel(t.Context())
		end()
		if e := amend.Compare(ended, d.Before.City, d.After.City, nil, reports); !e.Cut || e.Looked != 0 {
			t.Errorf("ended: %+v", e)
		}
		if v, err := w.Edits.Version(t.Context()); v != 0 || err != nil {
			t.Errorf("a draft was kept: %d %v", v, err)
		}
	})
}
