package sheet

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
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
