package lists

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tanggap/router"
)

// A topic of the city's own is changed where it stands; comments and whatever no row names stay.
func TestTopicsOfAPackThatStandsAlone(t *testing.T) {
	dir := city(t, "jakarta")
	before := content(t, dir)
	path := book(t, func(set func(string, any), f *excelize.File, name string) {
		set("A1", "Daftar layanan pengaduan")
		if err := f.MergeCell(name, "A1", "G1"); err != nil {
			t.Fatal(err)
		}
		for i, h := range []string{"No.", "Kode", "Topik", "Nama Inggris", "Instansi", "Tenggat", "Berlokasi", "Kata kunci", "Dasar hukum", "Diperiksa"} {
			set(fmt.Sprintf("%c2", 'A'+i), h)
		}
		for i, row := range [][]any{
			{1, "banjir", nil, nil, nil, "2 hari kalender"},
			{2, "saluran", "Saluran, got dan kali", nil, "Dinas SDA", "7 hari kalender", "Ya"},
			{3, "halte", "Halte rusak", "Broken bus stops", "Dishub", "24 jam", "ya", "halte rusak|bocor\nbus stop broken", "perda-5-2016", nil},
		} {
			for j, v := range row {
				set(fmt.Sprintf("%c%d", 'A'+j, 3+i), v)
			}
		}
	})
	plan, err := Categories(dir, path, today)
	taken(t, plan, err)
	want := Outcome{
		Rows: 3, Left: 1, Unread: []string{"A (No.)"}, Added: []Change{{5, "halte", []Field{
			{Name: "name", Is: `{ id = "Halte rusak", en = "Broken bus stops" }`},
			{Name: "agency", Is: "dki.dishub"},
			{Name: "located", Is: "true"},
			{Name: "deadline", Is: `{ value = 24, unit = "hours", example = true }`},
			{Name: "source", Is: "perda-5-2016"},
			{Name: "sure", Is: `["halte rusak|bocor", "bus stop broken"]`},
		}}},
		Changed: []Change{{3, "banjir", []Field{{"deadline", `{ value = 3, unit = "calendar_days", example = true }`, `{ value = 2, unit = "calendar_days", example = true }`}}}},
	}
	if diff := cmp.Diff(want, plan.Outcome); diff != "" {
		t.Error(diff)
	}
	after := content(t, dir)
	if diff := cmp.Diff(strings.Replace(before["categories/air.toml"], "deadline = { value = 3,", "deadline = { value = 2,", 1), after["categories/air.toml"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(`# Topics of the city's own, from its lists, and those of the base that it has changed.

[[category]]
id = "halte"
name = { id = "Halte rusak", en = "Broken bus stops" }
agency = "dki.dishub"
located = true
deadline = { value = 24, unit = "hours", example = true }
source = "perda-5-2016"
sure = ["halte rusak|bocor", "bus stop broken"]
`, after["categories/tambahan.toml"]); diff != "" {
		t.Error(diff)
	}
	d := sound(t, dir).City.Decide(router.Report{Text: "halte rusak di depan pasar senen"})
	if d.Category != "halte" {
		t.Errorf("%+v", d)
	}
	if again := taken(t, must(Categories(dir, path, today)), nil); len(again.Files) != 0 || again.Left != 3 {
		t.Errorf("a second time: %+v", again.Outcome)
	}
}

// A topic of the base is copied into the pack when it changes, and only then.
func TestTopicsOfTheBase(t *testing.T) {
	dir := city(t, "banyuwangi")
	table := written(t, "t.csv", "\ufeff\"id\";\"agency\";\"deadline\";\"deadline source\";\"checked on\"\r\n"+
		"banjir;Dinas Perhubungan;1 hari kerja;SOP banjir 2025;1 Februari 2026\r\nlampu-jalan;;;;\r\n")
	plan, err := Categories(dir, table, today)
	taken(t, plan, err)
	want := Outcome{Rows: 2, Left: 1, Changed: []Change{{2, "banjir", []Field{
		{Name: "role", Was: "sumber-daya-air"},
		{Name: "agency", Is: "banyuwangi.dishub"},
		{"deadline", `{ value = 3, unit = "calendar_days", example = true }`, `{ value = 1, unit = "working_days", source = "sop-banjir-2025" }`},
		{Name: "source", Was: "uu-23-2014"},
		{Name: "example", Is: "true"},
	}}}}
	if diff := cmp.Diff(want, plan.Outcome); diff != "" {
		t.Error(diff)
	}
	c, ok := sound(t, dir).City.Category("banjir")
	if !ok || c.Agency != "banyuwangi.dishub" || !c.Example || c.Deadline.Value != 1 || c.Deadline.Source != "SOP banjir 2025" || c.Deadline.Checked != "2026-02-01" || len(c.Patterns.Sure) < 10 || !c.Located {
		t.Errorf("%+v", c)
	}
	if again := taken(t, must(Categories(dir, table, today)), nil); len(again.Files) != 0 || again.Left != 2 {
		t.Errorf("a second time: %+v", again.Outcome)
	}
	plan, err = Categories(dir, written(t, "u.csv", "kode,tenggat\nbanjir,2 hari kerja\n"), today)
	taken(t, plan, err)
	if c, _ := sound(t, dir).City.Category("banjir"); c.Deadline.Value != 2 || !c.Deadline.Example {
		t.Errorf("a source vouches for what it does not say: %+v", c.Deadline)
	}
}

func TestErrorsOfTopics(t *testing.T) {
	dir := city(t, "banyuwangi")
	before := content(t, dir)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"what is missing": {
			"kode,nama\nbaru,Baru\n",
			[]string{
				`line 2: there is no column "nama inggris": a topic has a name in Indonesian and one in English`,
				`line 2: there is no column "instansi": say who handles it`,
				`line 2: there is no column "tenggat": a topic has a deadline, such as 5 hari kerja`,
			},
		},
		"cells": {
			"kode,nama,nama inggris,instansi,peran,jenis,tenggat,berlokasi\n,A,A,,,,,\nbaru,A,A,Dinas Entah,,keluhan,5 hari,mungkin\nlain,A,A,dinas perhubungan,jalan,,lima hari,\nlain,A,A,,,,,\n",
			[]string{
				"line 2, column A (kode): is empty: give a short id that stays, such as lampu-taman",
				`line 3, column D (instansi): the pack has no agency "Dinas Entah"`,
				`line 3, column F (jenis): "keluhan" is no kind of report: pengaduan, informasi or aspirasi`,
				`line 3, column H (berlokasi): "mungkin" is neither ya nor tidak`,
				`line 3, column G (tenggat): "5 hari" may be working days or all days: write hari kerja or hari kalender`,
				`line 4, column E (peran): stands beside the column "instansi": who handles a topic is one of an agency, a role and an office`,
				`line 4, column G (tenggat): "lima hari" is no deadline: such as 5 hari kerja, 3 hari kalender, 24 jam`,
				"line 5, column A (kode): lain stands in line 4 already",
			},
		},
		"what the pack refuses": {
			"kode,nama,nama inggris,peran,kantor,tenggat,kata kunci\nbaru,A,A,tak-ada,,1 hari kerja,\nlain,A,A,,negeri,1 jam,\nsatu,A,A,jalan,,1 jam,(buruk\n",
			[]string{`line 2: baru: no agency has the role "tak-ada"`},
		},
		"what the check fails": {
			"kode,sensitif\nkdrt,tidak\nanak,tidak\n",
			[]string{"the check of the pack would fail: topics that every city needs: 2 of 3 kinds: violence at home and against children"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := Categories(dir, written(t, "a.csv", c.text), today)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, problems(plan.Outcome)); diff != "" {
				t.Error(diff)
			}
			if err := plan.Write(); err == nil {
				t.Error("a list with errors was written")
			}
		})
	}
	if diff := cmp.Diff(before, content(t, dir)); diff != "" {
		t.Error(diff)
	}
}

func TestTheTemplateOfTopics(t *testing.T) {
	var buf bytes.Buffer
	if err := Template(&buf, OfCategories); err != nil {
		t.Fatal(err)
	}
	plan, err := Categories(city(t, "banyuwangi"), written(t, "a.xlsx", buf.String()), today)
	if err != nil || plan.Rows != 0 || plan.Examples != 2 || !plan.OK() || len(plan.Unread) > 0 {
		t.Errorf("%v, %+v", err, plan)
	}
}
