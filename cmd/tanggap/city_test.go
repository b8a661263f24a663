package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tanggap/cities"
)

// TestACityBegins makes a pack, checks it, and routes a report with it; a folder in use is left alone.
func TestACityBegins(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "samarinda")
	status, out, errs := tanggap(t, "city", "new", "--code", "64.72", dir)
	if status != done || !strings.Contains(out, filepath.Join(dir, "city.toml")) || !strings.Contains(errs, "next: tanggap city check "+dir) {
		t.Fatalf("status %d, %q, %q", status, out, errs)
	}
	status, out, _ = tanggap(t, "city", "check", dir)
	if status != done || !strings.Contains(out, "ok   pack: Pemerintah Kota Samarinda: ") || !strings.Contains(out, "todo facts: ") || strings.Contains(out, "FAIL") {
		t.Errorf("status %d\n%s", status, out)
	}
	_, out, _ = tanggap(t, "city", "check", "--json", dir)
	var points []cities.Point
	if err := json.Unmarshal([]byte(out), &points); err != nil || len(points) < 8 {
		t.Errorf("%v: %s", err, out)
	}
	status, out, _ = tanggap(t, "route", "--city", dir, "--json", "lampu jalan padam di kelurahan Sungai Kapih")
	var decision struct {
		Agency string
		Area   struct{ Code, Level, Name string }
	}
	if err := json.Unmarshal([]byte(out), &decision); err != nil || status != done || decision.Agency != "samarinda.dishub" || decision.Area.Name != "Sungai Kapih" {
		t.Errorf("status %d, %v, %+v", status, err, decision)
	}
	if status, _, errs := tanggap(t, "city", "new", "--code", "64.72", dir); status != wrong || !strings.Contains(errs, "is not empty") {
		t.Errorf("status %d, %q", status, errs)
	}
}

func TestACityOfAListOfOnesOwn(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "wilayah.csv")
	if err := os.WriteFile(list, []byte("kode,nama\n64,Kalimantan Timur\n64.99,Kabupaten Antah\n64.99.01,Berantah\n64.99.01.2001,Entah Kemana\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	outlines := filepath.Join(dir, "batas.geojson")
	if err := os.WriteFile(outlines, []byte(`{"features":[{"properties":{"kode":"64.99.01.2001"},"geometry":{"type":"Polygon","coordinates":[[[117,0],[117.1,0],[117.1,0.1],[117,0.1]]]}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, errs := tanggap(t, "city", "new", "--code", "64.99", "--areas", list, "--outlines", outlines, filepath.Join(dir, "antah")); status != done || !strings.Contains(errs, "1 outlines of 1 areas") {
		t.Fatalf("status %d, %q", status, errs)
	}
	if status, out, _ := tanggap(t, "route", "--city", filepath.Join(dir, "antah"), "--at", "0.05,117.05", "jalan rusak"); status != done || !strings.Contains(out, "desa Entah Kemana (64.99.01.2001)") {
		t.Errorf("status %d, %q", status, out)
	}
	if status, out, _ := tanggap(t, "place", "--city", filepath.Join(dir, "antah"), "banjir di entah kemana"); status != done || !strings.Contains(out, "desa Entah Kemana (64.99.01.2001)") {
		t.Errorf("status %d, %q", status, out)
	}
}

func TestCityCheckFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "bwi")
	tanggap(t, "city", "new", "--code", "35.10", dir)
	path := filepath.Join(dir, "agencies.toml")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]int{`roles = ["ketertiban"]`: failed, `kind = "dinas"`: wrong} {
		changed := strings.Replace(string(text), from, "", 1)
		if want == wrong {
			changed = strings.Replace(string(text), from, `kin = "dinas"`, 1)
		}
		if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
			t.Fatal(err)
		}
		if status, out, errs := tanggap(t, "city", "check", dir); status != want || out+errs == "" {
			t.Errorf("without %s: status %d, want %d\n%s%s", from, status, want, out, errs)
		}
	}
	for _, args := range [][]string{{"city"}, {"city", "new", dir}, {"city", "new", "--code", "1", dir + "2"}, {"city", "check", "atlantis"}} {
		if status, _, errs := tanggap(t, args...); status != wrong || errs == "" {
			t.Errorf("tanggap %q: status %d, %q", args, status, errs)
		}
	}
}
