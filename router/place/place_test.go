package place

import (
	"math"
	"strings"
	"testing"

	"tanggap/internal/language"
)

func index(t testing.TB) *Index {
	t.Helper()
	square := func(x, y int32) [][]int32 {
		return [][]int32{{x, y, x + 1000, y, x + 1000, y + 1000, x, y + 1000}}
	}
	x, err := New(Definition{
		Levels: []Level{{Name: "kota", Markers: []string{"kota"}}, {Name: "kecamatan", Markers: []string{"kec", "kecamatan"}}, {Name: "kelurahan", Markers: []string{"kel", "kelurahan", "lurah"}}},
		Areas: []Area{
			{Code: "1", Level: "kota", Name: "Kota Uji", Aliases: []string{"Uji", "!Ujian"}},
			{Code: "1.1", Level: "kecamatan", Name: "Cengkareng"},
			{Code: "1.1.1", Level: "kelurahan", Name: "Cengkareng Barat", Rings: square(0, 0)},
			{Code: "1.1.2", Level: "kelurahan", Name: "Cengkareng Timur", Rings: square(1000, 0)},
			{Code: "1.1.3", Level: "kelurahan", Name: "Rawa Buaya", Rings: [][]int32{square(0, 1000)[0], {300, 1300, 700, 1300, 700, 1700, 300, 1700}}},
			{Code: "1.2", Level: "kecamatan", Name: "Tambora"},
			{Code: "1.2.1", Level: "kelurahan", Name: "Tambora", Rings: square(5000, 5000)},
			{Code: "1.2.2", Level: "kelurahan", Name: "Baru", Guard: Hard},
			{Code: "1.2.3", Level: "kelurahan", Name: "Bangka", Guard: Soft},
			{Code: "1.2.4", Level: "kelurahan", Name: "Sunter Agung"},
			{Code: "1.2.5", Level: "kelurahan", Name: "Sunter Jaya"},
			{Code: "1.2.6", Level: "kelurahan", Name: "Kalideres"},
			{Code: "1.2.7", Level: "kelurahan", Name: "Duren Sawit"},
		},
		Landmarks: []Landmark{{Name: "Monas", Code: "1.2.1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestLocate(t *testing.T) {
	x := index(t)
	for _, c := range []struct {
		text, code, how string
		least, most     float64
	}{
		{"banjir di cengkareng barat", "1.1.1", Named, 0.8, 0.95},
		{"banjir di kel. Cengkareng Barat", "1.1.1", Marked, 0.95, 1},
		{"banjir di kel cengkareng barat kec cengkareng", "1.1.1", Marked, 0.97, 1},
		{"banjir cengkarengbarat", "1.1.1", Named, 0.8, 0.95},
		{"banjir kali deres", "1.2.6", Named, 0.3, 0.95},
		{"di daerah Cengkarang Barat", "1.1.1", Spelling, 0.5, 0.8},
		{"di cengkareng brat", "1.1", Named, 0.8, 0.95},
		{"macet di Jl. Cengkareng Barat Raya", "1.1.1", Street, 0.4, 0.7},
		{"tambora", "1.2", Shared, 0.8, 0.95},
		{"kelurahan tambora", "1.2.1", Marked, 0.95, 1},
		{"kec. tambora", "1.2", Marked, 0.95, 1},
		{"rumah baru saya", "", "", 0, 0},
		{"kel. Baru", "1.2.2", Marked, 0.95, 1},
		{"kapal ke bangka belitung", "", "", 0, 0},
		{"lampu di bangka mati", "1.2.3", Named, 0.8, 0.95},
		{"lampu mati di Jl. Bangka", "1.2.3", Street, 0.5, 0.7},
		{"banjir sunter", "1.2", Head, 0.7, 0.85},
		{"banjir di cengkareng barat dan cengkareng timur", "1.1", Parent, 0.6, 0.9},
		{"macet arah cengkareng", "1.1", Named, 0.3, 0.6},
		{"kebun durian sawit", "1.2.7", Named, 0.8, 0.95},
		{"dekat monas", "1.2.1", IsLandmark, 0.7, 0.9},
		{"maps.google.com/?q=0.005,0.005 sini", "1.1.1", Link, 0.9, 1},
		{"tidak ada tempat", "", "", 0, 0},
		{"", "", "", 0, 0},
	} {
		found, spans, ok := x.Locate(c.text, language.Tokens(c.text, 0))
		if ok != (c.code != "") || found.Area.Code != c.code || found.How != c.how || found.Confidence < c.least || found.Confidence > c.most {
			t.Errorf("%q: %q by %q, %.2f; want %q by %q", c.text, found.Area.Code, found.How, found.Confidence, c.code, c.how)
		}
		if ok && found.How != Link && len(spans) == 0 {
			t.Errorf("%q: no span is covered", c.text)
		}
	}
}

func TestAPointLiesInItsArea(t *testing.T) {
	x := index(t)
	for _, c := range []struct {
		lat, lng  float64
		code, how string
	}{
		{0.005, 0.005, "1.1.1", Pin},
		{0.005, 0.0151, "1.1.2", Pin},
		{0.011, 0.001, "1.1.3", Pin},
		{0.015, 0.005, "1.1.3", Near}, // a hole
		{0.005, -0.001, "1.1.1", Near},
		{1, 1, "", ""},
		{math.NaN(), 0, "", ""},
		{500, 500, "", ""},
	} {
		found, ok := x.At(Point{Lat: c.lat, Lng: c.lng})
		if ok != (c.code != "") || found.Area.Code != c.code || found.How != c.how {
			t.Errorf("%v,%v: %q %q, want %q %q", c.lat, c.lng, found.Area.Code, found.How, c.code, c.how)
		}
	}
}

func TestCoordinates(t *testing.T) {
	for text, want := range map[string]Point{
		"https://www.google.com/maps/@-6.2001,106.8001,17z":                                          {Lat: -6.2001, Lng: 106.8001},
		"https://www.google.com/maps/place/X/@-6.1,106.7,17z/data=!3m1!4b1!4m5!3d-6.2345!4d106.8456": {Lat: -6.2345, Lng: 106.8456},
		"https://maps.google.com/?q=-6.2088,106.8456":                                                {Lat: -6.2088, Lng: 106.8456},
		"https://www.openstreetmap.org/?mlat=-6.2088&mlon=106.8456#map=17":                           {Lat: -6.2088, Lng: 106.8456},
		"https://www.openstreetmap.org/#map=17/-6.2088/106.8456":                                     {Lat: -6.2088, Lng: 106.8456},
		"https://waze.com/ul?ll=-6.2088%2C106.8456&navigate=yes":                                     {Lat: -6.2088, Lng: 106.8456},
		"https://maps.apple.com/?ll=-6.2088,106.8456":                                                {Lat: -6.2088, Lng: 106.8456},
		"geo:-6.2088,106.8456":        {Lat: -6.2088, Lng: 106.8456},
		"lokasi -6.2088, 106.8456 ya": {Lat: -6.2088, Lng: 106.8456},
	} {
		if got, ok := Coordinates(text); !ok || got != want {
			t.Errorf("%s: %v %v", text, got, ok)
		}
	}
	for _, text := range []string{"harga 1.500 dan 2.000", "Rp 150.000,200.000", "versi 1.2, 3.4", "jam 10.30, 11.45", "-6.2088", "999.1234,999.1234"} {
		if p, ok := Coordinates(text); ok && p.Lat > -90 && text != "harga 1.500 dan 2.000" {
			t.Errorf("%s: found %v", text, p)
		}
	}
}

func TestNewReportsEveryFault(t *testing.T) {
	_, err := New(Definition{
		Levels:    []Level{{Name: "kota"}},
		Areas:     []Area{{Code: "1", Level: "planet", Name: "X"}, {Code: "1", Level: "kota"}, {Code: "2", Level: "kota", Name: "Y", Rings: [][]int32{{1, 2}}}},
		Landmarks: []Landmark{{Name: "Z", Code: "9"}},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"planet", "twice", "no name", "outline", `"9"`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in %v", want, err)
		}
	}
}

func FuzzLocate(f *testing.F) {
	x := index(f)
	f.Add("kel. Cengkareng barat -6.2088,106.8456 Jl. Raya Bangka")
	f.Fuzz(func(t *testing.T, text string) {
		tokens := language.Tokens(text, 200)
		found, spans, ok := x.Locate(text, tokens)
		if ok && (found.Confidence <= 0 || found.Confidence > 1 || found.Area.Code == "") {
			t.Fatalf("%q: %+v", text, found)
		}
		for _, s := range spans {
			if s.From < 0 || s.To > len(tokens) || s.From >= s.To {
				t.Fatalf("%q: span %v", text, s)
			}
		}
	})
}

func BenchmarkLocate(b *testing.B) {
	x := index(b)
	text := "banjir di cengkareng barat dekat pasar, air sudah selutut dan belum surut dari pagi"
	b.ReportAllocs()
	for b.Loop() {
		x.Locate(text, language.Tokens(text, 0))
	}
}
