package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRouteEvalMeasuresTheTextModelAlone(t *testing.T) {
	dir := t.TempDir()
	train, test := filepath.Join(dir, "train.tsv"), filepath.Join(dir, "test.tsv")
	var lines strings.Builder
	for range 4 {
		lines.WriteString("lampu\tlampu jalan mati gelap\nlampu\tpju padam sudah lama\nsampah\tsampah menumpuk bau\nsampah\tsampah belum diangkut\n")
		lines.WriteString("air\tair pdam mati\nair\tair keran keruh\n")
	}
	for path, text := range map[string]string{train: lines.String(), test: "lampu\tlampu gang padam\nsampah\tsampah bau sekali\nair\tair keran mati\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	status, out, errs := tanggap(t, "route", "eval", "--train", train, "--test", test, "--json")
	var e evaluation
	if err := json.Unmarshal([]byte(out), &e); status != done || err != nil {
		t.Fatalf("status %d, %v, output %q, error %q", status, err, out, errs)
	}
	if e.Rows != 3 || e.Classes != 3 || e.Accuracy != 1 || e.MacroF1 < 0.999 || e.Top3 != 1 || e.At["0.5"] != 1 || e.At["0.7"] != 1 {
		t.Errorf("%s", out)
	}
	if _, again, _ := tanggap(t, "route", "eval", "--train", train, "--test", test, "--json"); again != out {
		t.Errorf("the second time it is\n%s, the first\n%s", again, out)
	}
	if status, out, _ := tanggap(t, "route", "eval", "--train", train, "--test", test); status != done || !strings.Contains(out, "accuracy 1.000") {
		t.Errorf("status %d, output %q", status, out)
	}
}

func TestRouteEvalNamesTheFileAndLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.tsv")
	if err := os.WriteFile(path, []byte("a\tb\nrahasia\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--train", path, "--test", path},
		{"--train", path},
		{"--train", path + ".none", "--test", path},
	} {
		status, out, errs := tanggap(t, append([]string{"route", "eval"}, args...)...)
		if status != wrong || out != "" || errs == "" || strings.Contains(errs, "rahasia") {
			t.Errorf("%q: status %d, output %q, error %q", args, status, out, errs)
		}
	}
	if _, _, errs := tanggap(t, "route", "eval", "--train", path, "--test", path); !strings.Contains(errs, path+": reading examples: line 2") {
		t.Errorf("error %q", errs)
	}
}

func TestRouteStillTakesATextAlone(t *testing.T) {
	for _, args := range [][]string{
		{"route", "--json", "lampu jalan mati"},
		{"route", "lampu jalan mati", "--json", "--at", "-6.2,106.8"},
		{"route", "--city", "jakarta", "--json", "lampu", "jalan", "mati"},
	} {
		if status, out, errs := tanggap(t, args...); status != done || !strings.Contains(out, `"agency"`) {
			t.Errorf("%q: status %d, output %q, error %q", args, status, out, errs)
		}
	}
}
