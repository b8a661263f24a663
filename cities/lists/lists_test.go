package lists

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tanggap/cities"
)

var today = time.Date(2026, 3, 2, 5, 0, 0, 0, time.UTC)

// city is a copy of an embedded pack.
func city(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", name))); err != nil {
		t.Fatal(err)
	}
	return dir
}

// written is a file with a text.
func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// book is a workbook as an office makes one; fill has its first worksheet.
func book(t *testing.T, fill func(set func(cell string, value any), f *excelize.File, name string)) string {
	t.Helper()
	f := excelize.NewFile()
	name := f.GetSheetName(0)
	fill(func(cell string, value any) {
		if err := f.SetCellValue(name, cell, value); err != nil {
			t.Fatal(err)
		}
	}, f, name)
	path := filepath.Join(t.TempDir(), "daftar.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// content is every file of a pack.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, dir+"/")] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func problems(o Outcome) (all []string) {
	for _, p := range o.Problems {
		all = append(all, p.String())
	}
	return all
}

func sound(t *testing.T, dir string) cities.Pack {
	t.Helper()
	pack, err := cities.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	points, err := cities.Inspect(dir, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range points {
		if p.Wrong {
			t.Errorf("city check fails: %+v", p)
		}
	}
	return pack
}

// taken imports a list that must be in order.
func taken(t *testing.T, plan *Plan, err error) *Plan {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if !plan.OK() {
		t.Fatalf("problems: %q", problems(plan.Outcome))
	}
	if err := plan.Write(); err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestAgenciesOfAWorkbook(t *testing.T) {
	dir := city(t, "jakarta")
	before := content(t, dir)
	path := book(t, func(set func(string, any), f *excelize.File, name string) {
		set("A1", "DAFTAR PERANGKAT DAERAH TAHUN 2026")
		if err := f.MergeCell(name, "A1", "H1"); err != nil {
			t.Fatal(err)
		}
		set("A2", "Bagian Organisasi")
		for i, h := range []string{"No", "KODE INSTANSI *", "Nama Instansi", "Singkatan", "Induk", "Jenis", "E-mail", "Telp.", "Telegram", "Sebutan", "Dasar Hukum", "Diperiksa"} {
			set(fmt.Sprintf("%c4", 'A'+i), h)
		}
		for i, row := range [][]any{
			{1, "dki.dishub", "Dinas Perhubungan", "Dishub", nil, "Dinas", "Lapor@dishub.example.go.id", 622134567890, -1001234567890.0, nil, nil, nil},
			{2, "dki.dishub.parkir", "Unit Pengelola Perparkiran", "UP Parkir", "Dinas Perhubungan", "UPT", nil, "021-345", nil, "up parkir; juru parkir resmi", "Perda 5 Tahun 2016 tentang Perangkat Daerah (contoh)", 46082},
			{3, "dki.dsda", "Dinas Sumber Daya Air", "Dinas SDA", "dki", "dinas", nil, nil, nil, nil, nil, nil},
		} {
			for j, v := range row {
				set(fmt.Sprintf("%c%d", 'A'+j, 5+i), v)
			}
		}
		for n := 8; n < 40; n++ { // rows that were formatted and left empty
			set(fmt.Sprintf("A%d", n), n-4)
			set(fmt.Sprintf("C%d", n), "  ")
		}
	})
	plan, err := Agencies(dir, path, today)
	if diff := cmp.Diff(before, content(t, dir)); diff != "" {
		t.Errorf("looking has changed the pack: %s", diff)
	}
	taken(t, plan, err)
	want := Outcome{
		Rows: 3, Left: 1, Unread: []string{"A (No)", "H (Telp.)"},
		Added: []Change{{6, "dki.dishub.parkir", []Field{
			{Name: "parent", Is: "dki.dishub"},
			{Name: "name", Is: "Unit Pengelola Perparkiran"},
			{Name: "short", Is: "UP Parkir"},
			{Name: "kind", Is: "unit"},
			{Name: "words", Is: `["up parkir", "juru parkir resmi"]`},
			{Name: "source", Is: "perda-5-tahun-2016-tentang-perangkat-dae"},
		}}},
		Changed: []Change{{5, "dki.dishub", []Field{{Name: "mailbox", Is: "lapor@dishub.example.go.id"}, {Name: "chat", Is: "-1001234567890"}}}},
	}
	if diff := cmp.Diff(want, plan.Outcome); diff != "" {
		t.Error(diff)
	}
	after := content(t, dir)
	was := strings.ReplaceAll(before["agencies.toml"], "short = \"Dishub\"\nkind = \"dinas\"\n", "short = \"Dishub\"\nkind = \"dinas\"\nmailbox = \"lapor@dishub.example.go.id\"\nchat = \"-1001234567890\"\n") + `
[[agency]]
id = "dki.dishub.parkir"
parent = "dki.dishub"
name = "Unit Pengelola Perparkiran"
short = "UP Parkir"
kind = "unit"
words = ["up parkir", "juru parkir resmi"]
source = "perda-5-tahun-2016-tentang-perangkat-dae"
`
	if diff := cmp.Diff(was, after["agencies.toml"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(before["city.toml"]+"\n[sources.perda-5-tahun-2016-tentang-perangkat-dae]\ntext = \"Perda 5 Tahun 2016 tentang Perangkat Daerah (contoh)\"\nchecked = \"2026-03-01\"\n", after["city.toml"]); diff != "" {
		t.Error(diff)
	}
	pack := sound(t, dir)
	if a, ok := pack.City.Agency("dki.dishub.parkir"); !ok || a.Parent != "dki.dishub" || a.Example || a.Checked != "2026-03-01" {
		t.Errorf("%+v", a)
	}
	again := taken(t, must(Agencies(dir, path, today)), nil)
	if len(again.Files) != 0 || again.Left != 3 {
		t.Errorf("a second time: %+v, files %v", again.Outcome, again.Files)
	}
}

func must(plan *Plan, err error) *Plan {
	if err != nil {
		panic(err)
	}
	return plan
}

// A list with one error changes nothing, and every error is said.
func TestErrorsOfAgencies(t *testing.T) {
	dir := city(t, "jakarta")
	before := content(t, dir)
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"ids": {
			"kode;nama;singkatan\n;Tanpa Kode;X\nDKI Baru;Nama;Y\ndki.a;Satu;A\ndki.a;Dua;B\ndki.31.74;Kota;Kota\n",
			[]string{
				"line 2, column A (kode): is empty: give a short id that stays, such as dki.dishub",
				`line 3, column A (kode): "DKI Baru" is no id: small letters, digits, dots and hyphens only, such as dki.dishub`,
				"line 5, column A (kode): dki.a stands in line 4 already",
				"line 6, column A (kode): dki.31.74 is the office of an area: those are made from areas.csv",
			},
		},
		"names": {
			"\ufeffid;name;short name;kind\ndki.b;;B;\ndki.c;Dinas Dengan Nama Panjang Sekali;;\ndki.d;D;Dua puluh satu huruf ya;kedinasan\n",
			[]string{
				"line 2, column B (name): is empty: an agency has a name",
				"line 3, column C (short name): is empty: an SMS needs a name of at most 20 letters",
				`line 4, column C (short name): "Dua puluh satu huruf ya" has 23 letters: at most 20, because it stands in an SMS`,
				`line 4, column D (kind): "kedinasan" is no kind of agency: dinas, unit, inspektorat or eksternal`,
			},
		},
		"parents": {
			"kode,nama,induk\ndki.e,E,dki.f\ndki.f,F,dki.g\ndki.g,G,dki.e\ndki.h,H,Dinas Entah\ndki.i,I,dki.31.74\ndki,,dki.e\n",
			[]string{
				`line 5, column C (induk): there is no agency "Dinas Entah", neither in this list nor in the pack`,
				`line 6, column C (induk): "dki.31.74" is the office of an area: nothing of this list stands below one`,
				"line 7, column C (induk): dki is the root desk, above which there is nobody",
				"line 2, column C (induk): goes round in a circle: dki.e is below dki.f is below dki.g is below dki.e",
			},
		},
		"facts": {
			"kode,nama,telegram,sumber,diperiksa\ndki.j,J,-1.0012345678901234E+18,,\ndki.k,K,,Perwal 7,\ndki.l,L,,Perwal 7,kemarin\ndki.m,M,,,2026-01-01\ndki.n,N,,Perwal 7,2027-01-01\n",
			[]string{
				"line 2, column C (telegram): " + lostDigits,
				`line 3, column D (sumber): "Perwal 7" is no source that city.toml has: say in the column "diperiksa" on which day it was looked at, or leave the source empty; what has none is an example, and is not told to citizens`,
				`line 4, column E (diperiksa): "kemarin" is not a day up to today, such as 2026-03-01`,
				"line 5, column E (diperiksa): is the day of a source, and there is none in this row",
				`line 6, column E (diperiksa): "2027-01-01" is not a day up to today, such as 2026-03-01`,
			},
		},
		"what the pack refuses": {
			"kode,nama,email,peran,sebutan\ndki.o,O,bukan alamat,,\ndki.p,P,,,<taktahu> aduh\n",
			[]string{
				`line 2: dki.o: "bukan alamat" is no mail address in small letters`,
				`line 3: dki.p: pattern "<taktahu> aduh": unknown set <taktahu>`,
			},
		},
		"a quotation mark": {
			"kode,nama\ndki.q,\"Q\n",
			[]string{`line 2: a quotation mark (") is opened and never closed`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			plan, err := Agencies(dir, written(t, "a.csv", c.text), today)
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

// A new agency above old ones: those move behind it, with their comments, and nothing else does.
func TestAgenciesGetANewParent(t *testing.T) {
	dir := city(t, "jakarta")
	plan, err := Agencies(dir, written(t, "a.csv", "sep=;\nkode;nama;singkatan;induk\r\ndki.infra;Badan Infrastruktur;Badan Infra;\r\ndki.dsda;;;dki.infra\r\n"), today)
	taken(t, plan, err)
	pack := sound(t, dir)
	if a, _ := pack.City.Agency("dki.dsda"); a.Parent != "dki.infra" {
		t.Errorf("%+v", a)
	}
	if a, _ := pack.City.Agency("dki.infra"); !a.Example || a.Kind != "dinas" || a.Parent != "dki" {
		t.Errorf("%+v", a)
	}
	after := content(t, dir)["agencies.toml"]
	if strings.Index(after, `"dki.infra"`) > strings.Index(after, `"dki.dsda"`) {
		t.Error("the parent stands below its child")
	}
}

// A merged cell shows its value in every row, and only the first has it: the others would fall to the root desk.
func TestMergedCellsAreRefused(t *testing.T) {
	path := book(t, func(set func(string, any), f *excelize.File, name string) {
		for cell, v := range map[string]any{"A1": "kode", "B1": "nama", "C1": "induk", "A2": "dki.a", "B2": "A", "C2": "dki.dishub", "A3": "dki.b", "B3": "B"} {
			set(cell, v)
		}
		if err := f.MergeCell(name, "C2", "C3"); err != nil {
			t.Fatal(err)
		}
	})
	plan := must(Agencies(city(t, "jakarta"), path, today))
	if diff := cmp.Diff([]string{"line 2, column C (induk): is one cell over the lines 2 to 3: part it, and write into each line what is meant there"}, problems(plan.Outcome)); diff != "" {
		t.Error(diff)
	}
}

func TestTwoThousandAgencies(t *testing.T) {
	dir := city(t, "banyuwangi")
	var text strings.Builder
	text.WriteString("kode;nama;nama singkat;induk\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "bwi.upt.%d;UPT Nomor %d;UPT %d;%s\n", i, i, i, map[bool]string{true: "banyuwangi.dishub", false: fmt.Sprintf("bwi.upt.%d", i+1)}[i%50 == 49])
	}
	plan, err := Agencies(dir, written(t, "a.csv", text.String()), today)
	taken(t, plan, err)
	if n := len(sound(t, dir).City.Agencies()); n < 2000 || len(plan.Added) != 2000 {
		t.Errorf("%d agencies, %d added", n, len(plan.Added))
	}
}

func TestATemplateIsReadAndItsExamplesAreNobody(t *testing.T) {
	dir := city(t, "banyuwangi")
	var buf bytes.Buffer
	if err := Template(&buf, OfAgencies); err != nil {
		t.Fatal(err)
	}
	plan, err := Agencies(dir, written(t, "a.xlsx", buf.String()), today)
	if err != nil || plan.Rows != 0 || plan.Examples != 2 || !plan.OK() || len(plan.Unread) > 0 {
		t.Errorf("%v, %+v", err, plan)
	}
}

func TestWhatIsNoListOfAgencies(t *testing.T) {
	dir := city(t, "banyuwangi")
	for text, want := range map[string]string{
		"":                             "it is empty",
		"apa\nini\n":                   "no line names columns such as kode, induk, nama, nama singkat",
		"induk,nama\na,b\n":            `names no column "kode"`,
		"kode,nama,name\nbwi.a,A,A\n":  "the columns B (nama) and C (name) mean the same",
		"<html><table></table></html>": "a web page",
	} {
		if _, err := Agencies(dir, written(t, "a.csv", text), today); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	path := written(t, "a.csv", "kode,nama\nbwi.a,A\n")
	for pack, want := range map[string]string{"jakarta": "part of the program", t.TempDir(): "must be sound"} {
		if _, err := Agencies(pack, path, today); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", pack, err, want)
		}
	}
}

func TestAPackThatChangedMeanwhileIsLeft(t *testing.T) {
	dir := city(t, "banyuwangi")
	plan := must(Agencies(dir, written(t, "a.csv", "kode,nama\nbwi.a,A\n"), today))
	path := filepath.Join(dir, "agencies.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, append(text, "# by hand\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	before := content(t, dir)
	if err := plan.Write(); err == nil {
		t.Error("somebody's work was overwritten")
	}
	if diff := cmp.Diff(before, content(t, dir)); diff != "" {
		t.Error(diff)
	}
}
