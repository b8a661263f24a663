package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tanggap/cities/lists"
)

func TestAgenciesAreImported(t *testing.T) {
	dir := t.TempDir()
	pack, table, bad := filepath.Join(dir, "bwi"), filepath.Join(dir, "opd.csv"), filepath.Join(dir, "salah.csv")
	if status, _, errs := tanggap(t, "city", "new", "--code", "35.10", pack); status != done {
		t.Fatal(errs)
	}
	for path, text := range map[string]string{
		table: "Kode;Nama;Singkatan;Induk\nbanyuwangi.parkir;UPT Perparkiran;UPT Parkir;Dinas Perhubungan\n",
		bad:   "Kode;Nama;Singkatan;Induk\nbanyuwangi.a;A;A;Dinas Entah\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if status, out, errs := tanggap(t, "city", "import", "agencies", "--city", pack, "--dry-run", table); status != done || !strings.Contains(out, "1 would be added\n       line 2: banyuwangi.parkir") || !strings.Contains(errs, "would change") {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	if status, out, errs := tanggap(t, "city", "import", "agencies", "--city", pack, bad); status != failed || !strings.Contains(out, "FAIL line 2, column D (Induk): there is no agency") || !strings.Contains(errs, "nothing was imported") {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	status, out, errs := tanggap(t, "city", "import", "agencies", "--city", pack, "--json", table)
	var o lists.Outcome
	if err := json.Unmarshal([]byte(out), &o); status != done || err != nil || len(o.Added) != 1 {
		t.Errorf("status %d, %v, %q, %q", status, err, out, errs)
	}
	if text, err := os.ReadFile(filepath.Join(pack, "agencies.toml")); err != nil || !strings.Contains(string(text), "banyuwangi.parkir") {
		t.Errorf("%v, the agency is not in the pack", err)
	}
	if status, out, _ := tanggap(t, "city", "check", pack); status != done {
		t.Errorf("status %d\n%s", status, out)
	}
	template := filepath.Join(dir, "isi.xlsx")
	for _, want := range []int{done, wrong} { // what is there is left
		if status, _, errs := tanggap(t, "city", "import", "agencies", "--template", template); status != want {
			t.Errorf("status %d, %q", status, errs)
		}
	}
	for _, args := range [][]string{{table}, {"--city", pack}, {"--city", "jakarta", table}, {"--city", pack, filepath.Join(dir, "none.csv")}} {
		if status, _, errs := tanggap(t, append([]string{"city", "import", "agencies"}, args...)...); status != wrong || errs == "" {
			t.Errorf("%q: status %d, %q", args, status, errs)
		}
	}
}
