package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tanggap/cities/amend"
	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/edits"
)

func TestCityDiffShowsEditsAndWhatAnUpgradeChangesUnderThem(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		path := configFile(t, url, "")
		if status, out, errs := tanggap(t, "city", "diff", "--config", path); status != done || !strings.Contains(out, "nothing otherwise") {
			t.Errorf("no edit: %d %s %s", status, out, errs)
		}
		store, err := tickets.Open(t.Context(), url, tickets.Options{}) // a server is running on it
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if _, err := edits.New(store).Save(t.Context(), "siti", "SK 12/2026", 0, edits.Change{
			Section: amend.Categories, Key: "lampu-jalan", Value: []byte(`{"agency":"dki.dsda","hint":{"add":["suluh"]}}`), Base: []byte(`{"agency":"dki.binamarga"}`),
		}); err != nil {
			t.Fatal(err)
		}
		status, out, errs := tanggap(t, "city", "diff", "--config", path)
		if status != done || !strings.Contains(out, "category lampu-jalan agency (version 1 by siti") || !strings.Contains(out, `"dki.binamarga"`) || !strings.Contains(out, `"dki.dsda"`) {
			t.Errorf("%d %s %s", status, out, errs)
		}

		// A pack to come, in which another agency had it, and a second without the agency that the edit names.
		folder := t.TempDir()
		if err := os.CopyFS(folder, os.DirFS("../../cities/jakarta")); err != nil {
			t.Fatal(err)
		}
		swap := func(name, from, to string) {
			t.Helper()
			file := filepath.Join(folder, name)
			was, err := os.ReadFile(file)
			if err != nil || !strings.Contains(string(was), from) {
				t.Fatalf("%s has no %q: %v", name, from, err)
			}
			if err := os.WriteFile(file, []byte(strings.Replace(string(was), from, to, 1)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		swap("categories/jalan.toml", "agency = \"dki.binamarga\"", "agency = \"dki.dlh\"")
		status, out, errs = tanggap(t, "city", "diff", "--config", path, "--json", folder)
		var all []amend.Difference
		if err := json.Unmarshal([]byte(out), &all); err != nil || status != done || len(all) != 2 || string(all[0].Was) != `"dki.binamarga"` || string(all[0].Pack) != `"dki.dlh"` || all[0].By != "siti" {
			t.Errorf("%d %s %s %v", status, out, errs, err)
		}
		if status, out, errs = tanggap(t, "city", "check", "--config", path, folder); !strings.Contains(out, "0 edits do not apply") {
			t.Errorf("%d %s %s", status, out, errs)
		}
		if _, err := edits.New(store).Save(t.Context(), "budi", "x", 1, edits.Change{Section: amend.Categories, Key: "sampah", Value: []byte(`{"agency":"dki.nirwana"}`)}); err != nil {
			t.Fatal(err)
		}
		if status, out, errs = tanggap(t, "city", "diff", "--config", path); status != failed || !strings.Contains(out, "SET ASIDE: ") || !strings.Contains(out, "dki.nirwana") {
			t.Errorf("%d %s %s", status, out, errs)
		}
		if status, out, errs = tanggap(t, "city", "check", "--config", path, "jakarta"); status != failed || !strings.Contains(out, "FAIL edits in the database") || !strings.Contains(out, "category sampah by budi") {
			t.Errorf("%d %s %s", status, out, errs)
		}
	})
}
