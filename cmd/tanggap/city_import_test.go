package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tanggap/cities/lists"
	"tanggap/internal/dbtest"
	"tanggap/tickets"
	"tanggap/tickets/staff"
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

func TestTopicsAreImported(t *testing.T) {
	dir := t.TempDir()
	pack, table := filepath.Join(dir, "bwi"), filepath.Join(dir, "topik.csv")
	if status, _, errs := tanggap(t, "city", "new", "--code", "35.10", pack); status != done {
		t.Fatal(errs)
	}
	if err := os.WriteFile(table, []byte("kode;nama;nama inggris;instansi;tenggat;kata kunci\nmercusuar;Mercusuar;Lighthouses;Dinas Perhubungan;5 hari kerja;mercusuar mati\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out, errs := tanggap(t, "city", "import", "categories", "--city", pack, table); status != done || !strings.Contains(out, "line 2: mercusuar") {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
	if status, out, _ := tanggap(t, "city", "check", pack); status != done {
		t.Errorf("status %d\n%s", status, out)
	}
	if status, out, errs := tanggap(t, "route", "--city", pack, "mercusuar mati sejak kemarin"); status != done || !strings.Contains(out, "Dinas Perhubungan") {
		t.Errorf("status %d, %q, %q", status, out, errs)
	}
}

func TestPeopleAreImported(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		dir := t.TempDir()
		config, table, links := configFile(t, url, ""), filepath.Join(dir, "pegawai.csv"), filepath.Join(dir, "tautan.csv")
		if err := os.WriteFile(table, []byte("login;nama;peran;instansi\nsiti;Siti Aminah;petugas;dki.dsda\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, out, errs := tanggap(t, "city", "import", "staff", "--config", config, "--dry-run", "--links", links, table); status != done || !strings.Contains(out, "1 would be added") {
			t.Errorf("status %d, %q, %q", status, out, errs)
		}
		if _, err := os.Stat(links); err == nil {
			t.Error("a dry run has left a file")
		}
		status, out, errs := tanggap(t, "city", "import", "staff", "--config", config, "--links", links, table)
		text, err := os.ReadFile(links)
		if status != done || err != nil || strings.Contains(out+errs, "/console/link/") {
			t.Fatalf("status %d, %v, %q, %q", status, err, out, errs)
		}
		if info, err := os.Stat(links); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v: others can read the links", err)
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		if len(lines) != 2 || !strings.HasPrefix(lines[1], "siti,Siti Aminah,http") {
			t.Fatalf("%q", lines)
		}
		store, err := tickets.Open(t.Context(), url, tickets.Options{Beside: true})
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		if m, err := staff.New(store).UseLink(t.Context(), lines[1][strings.LastIndexByte(lines[1], '/')+1:]); err != nil || m.Login != "siti" {
			t.Errorf("%v, %+v", err, m)
		}
		again := filepath.Join(dir, "lagi.csv")
		if status, out, errs := tanggap(t, "city", "import", "staff", "--config", config, "--links", again, table); status != done || !strings.Contains(out, "1 are there as they are") {
			t.Errorf("status %d, %q, %q", status, out, errs)
		}
		if _, err := os.Stat(again); err == nil {
			t.Error("a file without links was left")
		}
		for _, args := range [][]string{{table}, {"--config", config}, {"--config", config, "--valid", "0", table}, {"--config", config, "--links", links, table}} {
			if status, _, errs := tanggap(t, append([]string{"city", "import", "staff"}, args...)...); status != wrong || errs == "" {
				t.Errorf("%q: status %d, %q", args, status, errs)
			}
		}
	})
}
