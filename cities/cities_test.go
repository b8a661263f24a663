package cities

import (
	"io/fs"
	"testing"
)

func sub(t testing.TB) fs.FS {
	t.Helper()
	files, err := fs.Sub(embedded, "jakarta")
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestJakartaLoads(t *testing.T) {
	p, err := Load("jakarta")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d agencies, %d categories", len(p.City.Agencies()), len(p.City.Categories()))
}
