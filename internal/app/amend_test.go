package app

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tanggap/cities/amend"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/edits"
)

// ownPack is a city's folder that a test may upgrade.
func ownPack(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(folder, os.DirFS("../../cities/jakarta")); err != nil {
		t.Fatal(err)
	}
	return folder
}

// upgrade changes a file of a pack.
func upgrade(t *testing.T, path, old, text string) {
	t.Helper()
	was, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(was), old) {
		t.Fatalf("%s has no %q: %v", path, old, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(was), old, text, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// nodes are as many as the database lets work on it at once.
func nodes(t *testing.T, url, folder string) []*App {
	t.Helper()
	n := 2
	if !strings.HasPrefix(url, "postgres") {
		n = 1 // a file lock refuses the second
	}
	var all []*App
	for range n {
		c := settings(t, url)
		c.City.Pack = folder
		a, _ := start(t, c, Options{})
		all = append(all, a)
	}
	return all
}

// follows waits until every node thinks so of its city; each look asks the database, as its own loop does.
func follows(t *testing.T, all []*App, what string, ok func(*router.City) bool) {
	t.Helper()
	for i, a := range all {
		for end := time.Now().Add(time.Minute); !ok(a.City()); {
			if _, err := a.edits.Version(t.Context()); err != nil || time.Now().After(end) {
				t.Fatalf("%s: node %d does not follow: %v", what, i, err)
			}
		}
	}
}

func lamp(c *router.City) router.Category {
	x, _ := c.Category("lampu-jalan")
	return x
}

// TestEveryNodeFollowsAnEditAndKeepsItThroughAnUpgrade saves on the first node what all are to say.
func TestEveryNodeFollowsAnEditAndKeepsItThroughAnUpgrade(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		folder := ownPack(t)
		all := nodes(t, url, folder)
		before := lamp(all[0].City())
		w := amend.Writer{Pack: all[0].Loaded(), Edits: edits.New(all[0].store)}
		by := amend.Signed{By: "siti", Why: "Rapat 12 Mei"}
		save := func(wishes ...amend.Wish) {
			t.Helper()
			if _, err := w.Save(t.Context(), by, wishes...); err != nil {
				t.Fatal(err)
			}
		}
		topic := amend.Wish{Section: amend.Categories, Key: "lampu-jalan", Value: amend.Category{Agency: amend.Say("dki.dsda"), Sure: &amend.List{Add: []string{"obor kota"}}}}
		save(topic, amend.Wish{Section: amend.Facts, Key: amend.Threshold, Value: 0.83})
		edited := func(c *router.City) bool { return lamp(c).Agency == "dki.dsda" && c.Facts().Threshold == 0.83 }
		follows(t, all, "an edit", edited)
		for i, a := range all {
			if d := a.City().Decide(router.Report{Text: "obor kota padam semua"}); d.Agency != "dki.dsda" {
				t.Errorf("node %d decides %+v", i, d)
			}
		}

		// A pack with a word more, read again on SIGHUP: the word counts, and so does the edit.
		upgrade(t, filepath.Join(folder, "categories", "jalan.toml"), `"streetlight|streetlights",`, `"streetlight|streetlights", "suluh kampung",`)
		for i, a := range all {
			old := a.City()
			if err := a.Reload(); err != nil || a.City() == old || !edited(a.City()) || !slices.Contains(lamp(a.City()).Patterns.Sure, "suluh kampung") || len(a.Aside()) != 0 {
				t.Errorf("node %d after a reload: %v, edited %v, aside %v", i, err, edited(a.City()), a.Aside())
			}
			if lamp(a.Loaded().City).Agency != before.Agency {
				t.Errorf("node %d: the pack itself was changed", i)
			}
		}

		// Back to the pack, on every node.
		save(amend.Wish{Section: amend.Categories, Key: "lampu-jalan"})
		follows(t, all, "an edit undone", func(c *router.City) bool { return lamp(c).Agency == before.Agency && c.Facts().Threshold == 0.83 })
		topic.Seen = amend.Say(int64(1))
		if _, err := w.Save(t.Context(), by, topic); !errors.Is(err, edits.ErrStale) {
			t.Errorf("saved over a version unseen: %v", err)
		}
	})
}

// TestAnEditThatAnUpgradeBreaksIsSetAside, at start and on SIGHUP, and counts again when the pack allows it.
func TestAnEditThatAnUpgradeBreaksIsSetAside(t *testing.T) {
	url := dbtest.New(t, dbtest.SQLite)
	db, err := tickets.Open(t.Context(), url, tickets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := edits.New(db).Save(t.Context(), "siti", "x", 0,
		edits.Change{Section: amend.Categories, Key: "lampu-jalan", Value: []byte(`{"agency":"dki.nirwana"}`)},
		edits.Change{Section: amend.Facts, Key: amend.Threshold, Value: []byte(`0.83`)}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	folder := ownPack(t)
	a := nodes(t, url, folder)[0]
	if aside := a.Aside(); len(aside) != 1 || aside[0].Edit.Key != "lampu-jalan" || a.City().Facts().Threshold != 0.83 || lamp(a.City()).Agency == "dki.nirwana" {
		t.Errorf("at start %+v", aside)
	}
	upgrade(t, filepath.Join(folder, "agencies.toml"), `source = "perda-5-2016"`, `source = "perda-5-2016"

[[agency]]
id = "dki.nirwana"
parent = "dki"
name = "Dinas Nirwana"
short = "Nirwana"
kind = "dinas"
example = true`)
	if err := a.Reload(); err != nil || len(a.Aside()) != 0 || lamp(a.City()).Agency != "dki.nirwana" {
		t.Errorf("after an upgrade: %v, aside %+v, %s", err, a.Aside(), lamp(a.City()).Agency)
	}
}
