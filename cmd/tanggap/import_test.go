package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"tanggap/internal/dbtest"
	"tanggap/internal/lapor"
	"tanggap/tickets"
	"tanggap/tickets/history"
)

// export is one as it comes: a title, semicolons, names of citizens, and lines that nobody can read.
const export = `Rekapitulasi laporan 2024

Tracking ID;Nama Pelapor;No HP;Tanggal Laporan;Judul Laporan;Isi Laporan;Instansi Terdisposisi;Kategori;Status;Tindak Lanjut;Tanggal Selesai
8000001;Sri Rahayu;081234567890;01/03/2024 08:15;Lampu mati;lampu jalan mati di tebet timur;Dinas Bina Marga Provinsi DKI Jakarta;Lampu;Selesai;Sudah diperbaiki;05/03/2024
8000002;Sri Rahayu;081234567890;2 Maret 2024;;sampah tidak diangkut seminggu;DLH Kota;Sampah;Selesai;Sudah diangkut;2024-03-04
8000003;Budi;;3 Maret 2024;Got;"got mampet; bau
sekali";Dinas Sumber Daya Air;;Selesai;;
8000004;Budi;;3 Maret 2024;Macet;macet terus;Dinas Perhubungan;;Belum Selesai;;
8000005;Budi;;kemarin;Macet;macet terus;Dinas Perhubungan;;Selesai;;
8000006;Budi;;3 Maret 2024;"tanda "kutip" patah;x;Dinas Perhubungan;;Selesai;;
8000007;Budi;;3 Maret 2024;Pungli;petugas kelurahan minta uang 200 ribu untuk urus ktp;Kelurahan Tebet Timur;;Selesai;Terima kasih;
8000001;Sri Rahayu;081234567890;01/03/2024 08:15;Lampu mati;lampu jalan mati di tebet timur;Dinas Bina Marga;Lampu;Selesai;Sudah diperbaiki;05/03/2024
8000008;Budi;;3 Maret 2024;x;y;Dinas Khayal;;Selesai;;
8000009;Budi;;3 Maret 2024;a;b;Dinas Khayal;;Selesai;;;;;
`

func TestImportLapor(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		store, err := tickets.Open(t.Context(), url, tickets.Options{}) // a server is running on it
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		dir, config := t.TempDir(), configFile(t, url, "")
		file, mapping := filepath.Join(dir, "ekspor.csv"), filepath.Join(dir, "peta.toml")
		if err := os.WriteFile(file, []byte(export), 0o600); err != nil {
			t.Fatal(err)
		}
		importing := func(args ...string) (res lapor.Result) {
			t.Helper()
			status, out, errs := tanggap(t, append([]string{"import", "lapor", file, "--config", config, "--map", mapping, "--json"}, args...)...)
			if err := json.Unmarshal([]byte(out), &res); status != done || err != nil {
				t.Fatalf("status %d, %v: %s%s", status, err, out, errs)
			}
			return res
		}
		if status, _, errs := tanggap(t, "import", "lapor", file, "--config", config, "--write-map", mapping); status != done {
			t.Fatalf("status %d: %s", status, errs)
		}
		first, err := os.ReadFile(mapping)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{`closed = ["Selesai"]`, `id = "Tracking ID"`, `closed = "Tanggal Selesai"`, `"Dinas Sumber Daya Air" = "dki.dsda"`, `"DLH Kota" = ""`, "#   Belum Selesai (1)"} {
			if !strings.Contains(string(first), want) {
				t.Errorf("the map has no %s:\n%s", want, first)
			}
		}
		if strings.Contains(string(first), "Sri") {
			t.Error("the map names a citizen")
		}
		if status, _, _ := tanggap(t, "import", "lapor", file, "--config", config, "--write-map", mapping); status != wrong {
			t.Errorf("writing over a map: status %d", status)
		}
		// What a person fills in.
		edited := strings.Replace(string(first), `"DLH Kota" = ""`, `"DLH Kota" = "dki.dlh"`, 1)
		if err := os.WriteFile(mapping, []byte(edited), 0o600); err != nil {
			t.Fatal(err)
		}
		outbox := func() (n int) {
			t.Helper()
			q := `SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM notice) + (SELECT count(*) FROM timer) + (SELECT count(*) FROM citizen) +
				(SELECT count(*) FROM ticket WHERE state <> 'closed')`
			if err := store.Row(t.Context(), q).Scan(&n); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := outbox()
		dry := importing("--dry-run")
		want := lapor.Result{
			DryRun: true, Rows: 10, Imported: 4, Known: 1, Open: 1, Unmatched: 1, Bad: 3, Sealed: 1,
			Agencies: []lapor.Count{{Name: "Dinas Khayal", Count: 1}}, Categories: dry.Categories, Problems: dry.Problems,
		}
		if diff := cmp.Diff(want, dry); diff != "" {
			t.Errorf("a dry run (-want +got):\n%s", diff)
		}
		var lines []int
		for _, p := range dry.Problems {
			lines = append(lines, p.Line)
		}
		if diff := cmp.Diff([]int{9, 10, 14}, lines); diff != "" {
			t.Errorf("lines that cannot be read (-want +got):\n%s", diff)
		}
		if found, _, err := store.List(t.Context(), tickets.Filter{}); err != nil || len(found) != 0 {
			t.Errorf("a dry run wrote %d tickets, %v", len(found), err)
		}
		real := importing()
		want.DryRun = false
		if diff := cmp.Diff(want, real); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if again := importing(); again.Imported != 0 || again.Known != 5 {
			t.Errorf("a second run: %+v", again)
		}
		if after := outbox(); after != before {
			t.Errorf("%d rows of work before, %d after", before, after)
		}
		found, _, err := store.List(t.Context(), tickets.Filter{Text: "8000007"})
		if err != nil || len(found) != 1 || !found[0].Sealed || found[0].Agency != "dki.inspektorat" && found[0].Agency != "dki" {
			t.Errorf("the report about conduct: %+v %v", found, err)
		}
		examples, err := history.New(store).Examples(t.Context(), 0, 10)
		if err != nil || len(examples) != 3 || examples[0].Agency != "dki.binamarga" || examples[0].Text != "Lampu mati\nlampu jalan mati di tebet timur" {
			t.Errorf("%+v %v", examples, err)
		}
	})
}

func TestImportLaporFromAWorkbook(t *testing.T) {
	url := dbtest.New(t, dbtest.SQLite)
	dir, config := t.TempDir(), configFile(t, url, "")
	b := excelize.NewFile()
	defer b.Close()
	for i, row := range [][]any{
		{"Tracking ID", "Tanggal Laporan", "Isi Laporan", "Instansi", "Status"},
		{8000001, 45352.34, "lampu jalan mati", "Dinas Bina Marga", "Selesai"},
		{8000002, "bukan tanggal", "lampu jalan mati", "Dinas Bina Marga", "Selesai"},
	} {
		for j, v := range row {
			cell, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err == nil {
				err = b.SetCellValue("Sheet1", cell, v)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	file, mapping := filepath.Join(dir, "ekspor.xlsx"), filepath.Join(dir, "peta.toml")
	if err := b.SaveAs(file); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := tanggap(t, "import", "lapor", file, "--config", config, "--write-map", mapping); status != done {
		t.Fatalf("status %d: %s", status, errs)
	}
	status, out, errs := tanggap(t, "import", "lapor", file, "--config", config, "--map", mapping)
	if status != done || !strings.Contains(out, "       1 imported") || !strings.Contains(out, "line 3: the date") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
	for name, text := range map[string]string{
		"an agency that there is not": `closed = ["*"]` + "\n[columns]\nid = \"a\"\ndate = \"b\"\nagency = \"c\"\ntext = \"d\"\n[agencies]\nX = \"dki.khayal\"",
		"an unknown key":              "nama = 1",
		"columns that there are not":  `closed = ["*"]` + "\n[columns]\nid = \"a\"\ndate = \"b\"\nagency = \"c\"\ntext = \"d\"",
	} {
		if err := os.WriteFile(mapping, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, _, errs := tanggap(t, "import", "lapor", file, "--config", config, "--map", mapping); status == done || errs == "" {
			t.Errorf("%s: status %d %q", name, status, errs)
		}
	}
}
