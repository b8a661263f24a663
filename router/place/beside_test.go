package place

import (
	"testing"

	"tanggap/internal/language"
)

// TestLevelsOfOneTier: kelurahan and desa are both the smallest areas, whichever stands first, and who
// says the one may mean the other.
func TestLevelsOfOneTier(t *testing.T) {
	x, err := New(Definition{
		Levels: []Level{
			{Name: "provinsi"},
			{Name: "kabupaten", Markers: []string{"kab"}},
			{Name: "kecamatan", Markers: []string{"kec"}},
			{Name: "kelurahan", Markers: []string{"kel"}},
			{Name: "desa", Markers: []string{"desa"}, Beside: true},
		},
		Areas: []Area{
			{Code: "35", Level: "provinsi", Name: "Jawa Timur"},
			{Code: "35.10", Level: "kabupaten", Name: "Banyuwangi"},
			{Code: "35.10.15", Level: "kecamatan", Name: "Glagah"},
			{Code: "35.10.15.1002", Level: "kelurahan", Name: "Bakungan"},
			{Code: "35.10.15.2004", Level: "desa", Name: "Kemiren"},
			{Code: "35.10.16", Level: "kecamatan", Name: "Banyuwangi"},
			{Code: "35.10.16.1002", Level: "kelurahan", Name: "Sobo"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	for text, code := range map[string]string{
		"banjir di desa kemiren": "35.10.15.2004", "banjir di desa bakungan": "35.10.15.1002", "banjir di kel. sobo": "35.10.16.1002",
		"banjir antara kemiren dan bakungan": "35.10.15", // both lie in the kecamatan, the tier above
	} {
		if found, _, ok := x.Locate(text, language.Tokens(text, 200)); !ok || found.Area.Code != code {
			t.Errorf("%q is in %+v", text, found)
		}
	}
}
