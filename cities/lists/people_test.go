package lists

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tanggap/cities"
	"tanggap/internal/dbtest"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

// office is a database with an administrator and a clerk, and the city they work for.
func office(t *testing.T, do func(store *staff.Store, city *router.City)) {
	t.Helper()
	pack, err := cities.Load("jakarta")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, url string) {
		db, err := tickets.Open(t.Context(), url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		store := staff.New(db)
		for _, m := range []staff.Member{
			{Login: "kepala", Name: "Kepala", Role: staff.Administrator, Agency: "dki"},
			{Login: "rina", Name: "Rina W.", Role: staff.Clerk, Agency: "dki.dsda"},
		} {
			if _, err := store.Add(t.Context(), "test", m, ""); err != nil {
				t.Fatal(err)
			}
		}
		do(store, pack.City)
	})
}

func TestPeopleOfAWorkbook(t *testing.T) {
	path := book(t, func(set func(string, any), f *excelize.File, name string) {
		set("A1", "DAFTAR PETUGAS PENGADUAN")
		if err := f.MergeCell(name, "A1", "F1"); err != nil {
			t.Fatal(err)
		}
		for i, h := range []string{"No", "Nama Lengkap", "Username / NIP", "Email", "Peran", "Unit Kerja", "No. HP"} {
			set(fmt.Sprintf("%c3", 'A'+i), h)
		}
		set("C3", "User ID")
		for i, row := range [][]any{
			{1, "Rina Wulandari", "Rina", nil, "Penyelia", "Dinas SDA", 628123456789},
			{2, "Budi Santoso", nil, "Budi@dsda.example.go.id", "petugas", "Dinas Sumber Daya Air"},
			{3, "Siti Aminah", 19850312, nil, "petugas", "Kelurahan Bukit Duri"},
			{4, "Kepala", "kepala", nil, "admin", "dki"},
		} {
			for j, v := range row {
				set(fmt.Sprintf("%c%d", 'A'+j, 4+i), v)
			}
		}
		for n := 8; n < 30; n++ {
			set(fmt.Sprintf("A%d", n), n-3)
		}
	})
	office(t, func(store *staff.Store, city *router.City) {
		p, err := Staff(t.Context(), store, city, path)
		if err != nil {
			t.Fatal(err)
		}
		want := Outcome{
			Rows: 4, Left: 1, Unread: []string{"A (No)", "G (No. HP)"},
			Added: []Change{
				{5, "budi@dsda.example.go.id", []Field{{Name: "name", Is: "Budi Santoso"}, {Name: "role", Is: "clerk"}, {Name: "agency", Is: "dki.dsda"}, {Name: "language", Is: "id"}}},
				{6, "19850312", []Field{{Name: "name", Is: "Siti Aminah"}, {Name: "role", Is: "clerk"}, {Name: "agency", Is: "dki.31.74.01.1005"}, {Name: "language", Is: "id"}}},
			},
			Changed: []Change{{4, "rina", []Field{{"name", "Rina W.", "Rina Wulandari"}, {"role", "clerk", "supervisor"}}}},
		}
		if diff := cmp.Diff(want, p.Outcome); diff != "" {
			t.Fatal(diff)
		}
		if all, err := store.List(t.Context()); err != nil || len(all) != 2 {
			t.Errorf("looking has added somebody: %v, %+v", err, all)
		}
		links, err := p.Write(t.Context(), "command", time.Hour)
		if err != nil || len(links) != 2 {
			t.Fatalf("%v, %d links", err, len(links))
		}
		who, err := store.UseLink(t.Context(), links[1].Token)
		if err != nil || who.Login != "19850312" || who.Agency != "dki.31.74.01.1005" || who.Role != staff.Clerk {
			t.Errorf("%v, %+v", err, who)
		}
		if m, err := store.Find(t.Context(), "rina"); err != nil || m.Role != staff.Supervisor || m.Agency != "dki.dsda" || m.Name != "Rina Wulandari" {
			t.Errorf("%v, %+v", err, m)
		}
		again, err := Staff(t.Context(), store, city, path)
		if err != nil || again.Left != 4 || len(again.Added)+len(again.Changed) > 0 {
			t.Errorf("a second time: %v, %+v", err, again.Outcome)
		}
	})
}

func TestErrorsOfPeople(t *testing.T) {
	office(t, func(store *staff.Store, city *router.City) {
		path := written(t, "p.csv", "\ufeffnama;login;peran;instansi;bahasa\r\n"+
			";satu;petugas;dki.dsda;\r\nDua;d u a;petugas;dki.dsda;\r\nTiga;1.98503122010121E+17;petugas;dki.dsda;\r\n"+
			"Empat;empat;lurah;dki.dsda;\r\nLima;lima;petugas;Dinas Entah;jawa\r\nEnam;Kepala;petugas;;\r\nTujuh;kepala;petugas;;\r\n"+
			"Delapan;delapan;;;\r\nSembilan;;petugas;dki.dsda;\r\nSepuluh;system;petugas;dki.dsda;\r\n\r\n;;;;\r\n")
		p, err := Staff(t.Context(), store, city, path)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"line 2, column A (nama): is empty: colleagues read it",
			`line 3, column B (login): "d u a" is no login: 2 to 64 small letters, digits, dots, hyphens and @`,
			"line 4, column B (login): " + lostDigits,
			`line 5, column C (peran): "lurah" is no role: petugas, penyalur, penyelia, auditor or admin`,
			`line 6, column D (instansi): the pack has no agency "Dinas Entah"`,
			`line 6, column E (bahasa): "jawa" is neither id nor en`,
			"line 8, column B (login): kepala stands in line 7 already",
			"line 9, column C (peran): is empty: petugas, penyalur, penyelia, auditor or admin",
			"line 9, column D (instansi): is empty: say whose reports the person sees; at the root desk, dki, those are all",
			"line 10, column B (login): is empty: a person signs in with something",
			`line 11, column B (login): "system" is no login: 2 to 64 small letters, digits, dots, hyphens and @`,
		}
		if diff := cmp.Diff(want, problems(p.Outcome)); diff != "" {
			t.Error(diff)
		}
		if _, err := p.Write(t.Context(), "command", time.Hour); err == nil {
			t.Error("a list with errors was taken")
		}
		if all, err := store.List(t.Context()); err != nil || len(all) != 2 {
			t.Errorf("%v, %+v", err, all)
		}
		for text, want := range map[string]string{"nama,peran\nA,petugas\n": `no column "login", nor "surel"`, "login,peran\na,petugas\n": `no column "nama"`} {
			if _, err := Staff(t.Context(), store, city, written(t, "q.csv", text)); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}

func TestTwoThousandPeople(t *testing.T) {
	var text strings.Builder
	text.WriteString("login,nama,peran,instansi\n")
	for i := range 2000 {
		fmt.Fprintf(&text, "petugas%04d,Petugas %d,petugas,dki.dsda\n", i, i)
	}
	path := written(t, "p.csv", text.String())
	office(t, func(store *staff.Store, city *router.City) {
		p, err := Staff(t.Context(), store, city, path)
		if err != nil || !p.OK() {
			t.Fatal(err, problems(p.Outcome))
		}
		links, err := p.Write(t.Context(), "command", time.Hour)
		if all, e := store.List(t.Context()); err != nil || e != nil || len(links) != 2000 || len(all) != 2002 {
			t.Errorf("%v, %v, %d links, %d people", err, e, len(links), len(all))
		}
	})
}

func TestTheTemplateOfPeople(t *testing.T) {
	var buf bytes.Buffer
	if err := Template(&buf, OfStaff); err != nil {
		t.Fatal(err)
	}
	path := written(t, "a.xlsx", buf.String())
	office(t, func(store *staff.Store, city *router.City) {
		p, err := Staff(t.Context(), store, city, path)
		if err != nil || p.Rows != 0 || p.Examples != 2 || !p.OK() || len(p.Unread) > 0 {
			t.Errorf("%v, %+v", err, p)
		}
	})
}
