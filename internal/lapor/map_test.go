package lapor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tanggap/router"
)

// Who reported often stands in the first column, and most exports lack one of the columns that a map lists names of.
func TestAMapListsNothingOfAColumnThatIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ekspor.csv")
	text := "Nama Pelapor;ID;Tanggal Laporan;Isi Laporan;Instansi\nSri Rahayu;1;1 Maret 2025;lampu mati;Dinas Bina Marga\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	drafted, err := Draft(path, "", &router.City{})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(drafted), `"Dinas Bina Marga" = "" # 1`) || strings.Contains(string(drafted), "Sri") {
		t.Errorf("the map is\n%s", drafted)
	}
}

func TestAStatusThatMeansClosedIsFoundByItsWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ekspor.csv")
	text := "ID;Tanggal;Isi;Instansi;Status\n1;1 Maret 2025;a;x;Selesai\n2;1 Maret 2025;b;x;Belum Selesai\n3;1 Maret 2025;c;x;\"Ditutup \"\"oleh\"\" sistem\"\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	drafted, err := Draft(path, "", &router.City{})
	if err != nil {
		t.Fatal(err)
	}
	if want := `closed = ["Ditutup \"oleh\" sistem", "Selesai"]`; !strings.Contains(string(drafted), want) {
		t.Errorf("the map has no %s:\n%s", want, drafted)
	}
}
