package sheet

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	var buf bytes.Buffer
	want := [][]string{{"kode", "nama"}, {"dki.dishub", "Dinas Perhubungan"}, {"00812", "6281234567890123"}}
	if err := WriteBook(&buf, Page{"Instansi", want}, Page{"Petunjuk", [][]string{{"kolom"}, {"kode"}}}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for worksheet, want := range map[string][][]string{"": want, "Petunjuk": {{"kolom"}, {"kode"}}} {
		r, err := Open(path, worksheet)
		if err != nil {
			t.Fatal(err)
		}
		_, got := rows(t, r)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestMerged(t *testing.T) {
	path := book(t, func(f *excelize.File) {
		name := f.GetSheetName(0)
		for _, cells := range [][2]string{{"A1", "F1"}, {"B4", "B9"}, {"D5", "E6"}} {
			if err := f.MergeCell(name, cells[0], cells[1]); err != nil {
				t.Fatal(err)
			}
		}
	})
	got, err := Merged(path)
	if diff := cmp.Diff([]Span{{4, 9, 1}, {5, 6, 3}, {5, 6, 4}}, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for text, fails := range map[string]bool{"a,b\n": false, "": false, "PK\x03\x04 broken": true} {
		if got, err := Merged(file(t, "a.csv", []byte(text))); (err != nil) != fails || got != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}
