package place

import (
	"math"
	"testing"

	"tanggap/internal/language"
)

func TestPlusCodes(t *testing.T) {
	x := index(t)
	for _, tt := range []struct {
		text     string
		lat, lng float64
		ok       bool
	}{
		{"8FVC9G8F+6X", 47.365590, 8.524997, true}, // of the specification
		{"titik saya 6P58QVC3+29, cepat", -6.2299, 106.8534, true},
		{"6p58qvc3+29", -6.2299, 106.8534, true},
		{"6P58QVC3+29H", -6.2299, 106.8534, true},
		{"https://www.google.com/maps/place/6P58QVC3%2B29/", -6.2299, 106.8534, true},
		{"2244+34 Cengkareng Barat", 0.0052, 0.0052, false}, // no letter
		{"QVC3+29 Tebet Timur", 0, 0, false},                // far from this city
		{"nilai C++ dan A+", 0, 0, false},
		{"1000+2000", 0, 0, false},
		{"2345678+90", 0, 0, false},
		{"6P58QVC3+2", 0, 0, false},
		{"x6P58QVC3+29", 0, 0, false},
		{"CGHJ+MP", 0, 0, false},
		{"+6281234567890", 0, 0, false},
		{"XX58QVC3+29", 0, 0, false}, // beyond the pole
		{"%2B%2B+", 0, 0, false},
	} {
		p, ok := x.plusCode(tt.text)
		if ok != tt.ok || ok && (math.Abs(p.Lat-tt.lat) > 1.3e-4 || math.Abs(p.Lng-tt.lng) > 1.3e-4) {
			t.Errorf("%q: %v %v", tt.text, p, ok)
		}
	}
	// Without its first pairs a code is the one nearest to the city.
	for _, text := range []string{"ini 2234+X3 Uji, banjir", "banjir 2234+x3, tolong"} {
		found, _, ok := x.Locate(text, language.Tokens(text, 100))
		if !ok || found.Area.Code != "1.1.1" || found.How != Link {
			t.Errorf("%q: %+v %v", text, found, ok)
		}
	}
}

func FuzzPlusCode(f *testing.F) {
	x := index(f)
	f.Add("ini 2234+X3 Uji")
	f.Add("6P58QVC3%2B29")
	f.Add("++++")
	f.Fuzz(func(t *testing.T, text string) {
		if p, ok := x.plusCode(text); ok && !(math.Abs(p.Lat) <= 90 && math.Abs(p.Lng) <= 180) {
			t.Errorf("%q: %v", text, p)
		}
	})
}
