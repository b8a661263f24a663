package place

import (
	"math"
	"strconv"
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
			{Code: "1.2.8", Level: "kelurahan", Name: "Pondok Sawit"},
			{Code: "2", Level: "kota", Name: "Kota Seberang", Aliases: []string{"Seberang"}, Outside: true},
			{Code: "2.1.1", Level: "kelurahan", Name: "Tambora", Guard: Hard, Outside: true},
		},
		Landmarks: []Landmark{{Name: "Monas", Codes: []string{"1.2.1"}}, {Name: "Jalan Panjang", Codes: []string{"1.2", "1.1"}}},
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
		{"banjir di cengkareng barat", "1.1.1", Named, 0.75, 0.9},
		{"banjir di kel. Cengkareng Barat", "1.1.1", Marked, 0.95, 1},
		{"banjir di kel cengkareng barat kec cengkareng", "1.1.1", Marked, 0.97, 1},
		{"banjir cengkarengbarat", "1.1.1", Named, 0.75, 0.9},
		{"banjir kali deres", "1.2.6", Named, 0.3, 0.95},
		{"di daerah Cengkarang Barat", "1.1.1", Spelling, 0.5, 0.8},
		{"di cengkareng brat", "1.1", Named, 0.8, 0.95},
		{"macet di Jl. Cengkareng Barat Raya", "1.1", Street, 0.4, 0.7},
		{"tambora", "1.2", Shared, 0.8, 0.95},
		{"kelurahan tambora", "1.2.1", Marked, 0.95, 1},
		{"kec. tambora", "1.2", Marked, 0.95, 1},
		{"rumah baru saya", "", "", 0, 0},
		{"kel. Baru", "1.2.2", Marked, 0.95, 1},
		{"kapal ke bangka belitung", "", "", 0, 0},
		{"lampu di bangka mati", "1.2.3", Named, 0.75, 0.9},
		{"lampu mati di Jl. Bangka", "1.2.3", Street, 0.5, 0.7},
		{"banjir sunter", "1.2", Head, 0.7, 0.85},
		{"banjir di cengkareng barat dan cengkareng timur", "1.1", Parent, 0.6, 0.9},
		{"macet arah cengkareng", "1.1", Named, 0.3, 0.6},
		{"kebun durian sawit", "1.2.7", Named, 0.75, 0.9},
		{"dekat monas", "1.2.1", IsLandmark, 0.7, 0.9},
		{"maps.google.com/?q=0.005,0.005 sini", "1.1.1", Link, 0.9, 1},
		{"tidak ada tempat", "", "", 0, 0},
		{"gubernur kota uji", "", "", 0, 0},
		{"kali cengkareng meluap", "", "", 0, 0},
		{"got cengkareng timur mampet, kali cengkareng meluap", "1.1.2", Named, 0.75, 0.95},
		{"genangan cengkareng timur 30-40 cm", "1.1.2", Named, 0.75, 0.95},
		{"banjir cengkareng timur 3 dan 4", "1.1", Street, 0.5, 0.7},
		{"jalan raya cengkareng tambora rusak", "1.1", Street, 0.3, 0.6},
		{"rt 05 rw 03 bangka", "1.2.3", Named, 0.75, 0.9},
		{"warga naik Perahu Bangka besar", "1.2.3", Named, 0.5, 0.72},
		{"kel. Tmbora", "1.2.1", Spelling, 0.7, 0.79},
		{"kec. Tmbora", "1.2", Spelling, 0.7, 0.79},
		{"kec. Tmbra", "", "", 0, 0},
		{"kel. Cengkreng Brat", "1.1.1", Spelling, 0.7, 0.79},
		{"kec. Kalidres", "", "", 0, 0},
		{"tambera sudah gelap", "", "", 0, 0},
		{"sampah cengkarang barat", "1.1.1", Spelling, 0.5, 0.7},
		{"got cengkarenh mampet", "1.1", Spelling, 0.5, 0.7},
		{"mati lampu di sunter agong", "1.2.4", Spelling, 0.6, 0.75},
		{"kel. pd sawit", "1.2.8", Marked, 0.9, 1},
		{"di daerah Pundoks", "", "", 0, 0},
		{"banjir di Seberang", "2", Named, 0.8, 0.95},
		{"orang seberang lewat jalan seberang", "", "", 0, 0},
		{"kel. Tambora kota seberang", "2.1.1", Marked, 0.7, 0.9},
		{"banjir jalan panjang", "1.2", IsLandmark, 0.4, 0.55}, // runs through both
		{"jl. panjang, cengkareng timur", "1.1.2", Named, 0.75, 0.99},
		{"depan bangka banjir", "1.2.3", Named, 0.75, 0.9},
		{"", "", "", 0, 0},
	} {
		found, spans, ok := x.Locate(c.text, language.Tokens(c.text, 0))
		if ok != (c.code != "") || found.Area.Code != c.code || found.How != c.how || found.Confidence < c.least || found.Confidence > c.most {
			t.Errorf("%q: %q by %q, %.2f; want %q by %q", c.text, found.Area.Code, found.How, found.Confidence, c.code, c.how)
		}
		if ok && found.How != Link && !found.Area.Outside && len(spans) == 0 {
			t.Errorf("%q: no span is covered", c.text)
		}
	}
}

// TestFoundAsItIsSpelt: the answer quotes the name as the report has it.
func TestFoundAsItIsSpelt(t *testing.T) {
	x := index(t)
	for text, word := range map[string]string{
		"banjir dekat MONAS, pak":                         "MONAS",
		"di daerah Cengkarang Barat":                      "Cengkarang Barat",
		"banjir di cengkareng barat dan cengkareng timur": "",
	} {
		found, _, ok := x.Locate(text, language.Tokens(text, 0))
		if !ok || found.Word != word {
			t.Errorf("%q: %q", text, found.Word)
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

// TestCoordinates reads every form in which the services share a place, and the forms in which people
// write one.
func TestCoordinates(t *testing.T) {
	place := Point{Lat: -6.2088, Lng: 106.8456}
	for _, text := range []string{
		"https://www.google.com/maps/@-6.2088,106.8456,17z",
		"https://www.google.com/maps/@-6.2088,106.8456,3a,75y,90t/data=!3m6!1e1",
		"https://www.google.co.id/maps/place/Monas/@-6.1,106.7,17z/data=!3m1!4b1!4m5!3m4!1s0x2e69:0x1!8m2!3d-6.2088!4d106.8456?hl=id",
		"https://www.google.com/maps/place/-6.2088,106.8456/@-6.1,106.7,12z",
		"https://www.google.com/maps/place/6%C2%B012'31.7%22S+106%C2%B050'44.2%22E/@-6.1,106.7,12z",
		"https://maps.google.com/?q=-6.2088,106.8456",
		"https://maps.google.com/maps?q=-6.2088%2C106.8456&z=17&hl=id",
		"https://maps.google.com/maps?q=loc:-6.2088+106.8456",
		"https://maps.google.com/maps?q=Pos+RW+05@-6.2088,106.8456",
		"https://maps.google.com/?ll=-6.2088,106.8456&spn=0.01,0.02&t=m",
		"https://www.google.com/maps?saddr=-6.1,106.7&daddr=-6.2088,106.8456",
		"https://www.google.com/maps/search/?api=1&query=-6.2088%2C106.8456",
		"https://www.google.com/maps/search/-6.2088,+106.8456?entry=tts",
		"https://www.google.com/maps/dir/?api=1&origin=-6.1,106.7&destination=-6.2088,106.8456&travelmode=driving",
		"https://www.google.com/maps/dir/-6.1,106.7/-6.2088,106.8456/@-6.15,106.75,13z",
		"https://www.google.com/maps/dir//Tebet/@-6.1,106.7,12z/data=!4m8!4m7!1m0!1m5!1m1!1s0x2e:0x1!2m2!1d106.8456!2d-6.2088",
		"https://www.google.com/maps/embed?pb=!1m18!1m12!1m3!1d3966!2d106.8456!3d-6.2088!2m3!1f0",
		"https://www.google.com/maps/@?api=1&map_action=pano&viewpoint=-6.2088,106.8456&heading=-45",
		"https://consent.google.com/m?continue=https%3A%2F%2Fwww.google.com%2Fmaps%3Fq%3D-6.2088%252C106.8456",
		"comgooglemaps://?q=-6.2088,106.8456&center=-6.1,106.7",
		"https://www.openstreetmap.org/?mlat=-6.2088&mlon=106.8456#map=17/-6.1/106.7",
		"https://www.openstreetmap.org/?mlat=-6.2088&amp;mlon=106.8456",
		"https://www.openstreetmap.org/#map=17/-6.2088/106.8456&layers=N",
		"https://www.openstreetmap.org/directions?route=-6.1%2C106.7%3B-6.2088%2C106.8456",
		"https://osm.org/?lat=-6.2088&lon=106.8456&zoom=17",
		"https://www.waze.com/ul?ll=-6.2088%2C106.8456&navigate=yes&zoom=17",
		"https://www.waze.com/live-map/directions?to=ll.-6.2088%2C106.8456&from=ll.-6.1%2C106.7",
		"https://www.waze.com/livemap?zoom=17&lat=-6.2088&lon=106.8456",
		"waze://?ll=-6.2088,106.8456&navigate=yes",
		"https://maps.apple.com/?ll=-6.2088,106.8456&q=Pin%20Ditandai&t=m",
		"https://maps.apple.com/?q=Rumah&sll=-6.1,106.7&ll=-6.2088,106.8456",
		"https://maps.apple.com/?daddr=-6.2088,106.8456&saddr=-6.1,106.7",
		"https://maps.apple.com/place?address=Jl.%20X%2012.5&coordinate=-6.2088,106.8456&name=Rumah",
		"https://maps.apple.com/directions?destination=-6.2088%2C106.8456&source=-6.1,106.7",
		"geo:-6.2088,106.8456;u=35",
		"geo:0,0?q=-6.2088,106.8456(Pos%20RW)",
		"https://www.bing.com/maps?cp=-6.2088~106.8456&lvl=17.2",
		"https://share.here.com/l/-6.2088,106.8456,Pos",
		"Lokasi saya:https://maps.google.com/?q=-6.2088,106.8456 mohon dibantu 2.5 jam",
		"lokasi -6.2088, 106.8456 ya",
		"-6.2088 106.8456",
		"Lat: -6.2088, Long: 106.8456",
		"Latitude -6.2088\nLongitude 106.8456",
		"S 6.2088 E 106.8456",
		"6.2088 LS 106.8456 BT",
		"6.2088° S, 106.8456° E",
		"titik 6°12'31.68\"S 106°50'44.16\"E depan pos",
		"6° 12′ 31.68″ LS, 106° 50′ 44.16″ BT",
	} {
		got, ok := Coordinates(text)
		if !ok || math.Abs(got.Lat-place.Lat) > 2e-5 || math.Abs(got.Lng-place.Lng) > 2e-5 {
			t.Errorf("%s: %v %v", text, got, ok)
		}
	}
	if got, ok := Coordinates("https://waze.com/ul/hqqguzhw8b2"); !ok || math.Abs(got.Lat+6.2) > 0.1 || math.Abs(got.Lng-106.85) > 0.1 {
		t.Errorf("a shared link of Waze: %v %v", got, ok)
	}
	for _, text := range []string{
		"https://maps.app.goo.gl/3kf8Z1xY.2zQ", "https://goo.gl/maps/9a8B7c6D5e", "https://waze.com/ul/hai", "https://osm.org/go/4Tv1x.5--", "https://maps.apple/p/1a2B3c",
		"https://shop.example.id/p?harga=1500000&versi=1.2", "harga 1.500 dan 2.000", "harga 1.500, 2.000", "Rp 150.000,200.000", "versi 1.2, 3.4", "jam 10.30, 11.45",
		"-6.2088", "999.1234,999.1234", "geo:0.0,0.0", "RT 05/RW 12 no 3.5", "suhu 36.5° dan 37.2 derajat",
	} {
		if p, ok := Coordinates(text); ok {
			t.Errorf("%s: found %v", text, p)
		}
	}
}

func FuzzCoordinates(f *testing.F) {
	f.Add("https://www.google.com/maps/place/6%C2%B012'31.7%22S+106%C2%B050'44.2%22E/@-6.1,106.7,12z")
	f.Add("https://waze.com/ul/hqqguzhw8b2 S 6.2088 E 106.8456")
	f.Fuzz(func(t *testing.T, text string) {
		p, ok := Coordinates(text)
		if ok && !(math.Abs(p.Lat) <= 90 && math.Abs(p.Lng) <= 180) {
			t.Fatalf("%q: %v", text, p)
		}
	})
}

func TestNewReportsEveryFault(t *testing.T) {
	_, err := New(Definition{
		Levels:    []Level{{Name: "kota"}},
		Areas:     []Area{{Code: "1", Level: "planet", Name: "X"}, {Code: "1", Level: "kota"}, {Code: "2", Level: "kota", Name: "Y", Rings: [][]int32{{1, 2}}}},
		Landmarks: []Landmark{{Name: "Z", Codes: []string{"9"}}, {Name: "Q"}},
	})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"planet", "twice", "no name", "outline", `"9"`, "in no area"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in %v", want, err)
		}
	}
}

func TestNewRefusesTooManyNames(t *testing.T) {
	def := Definition{Levels: []Level{{Name: "kota"}}}
	for i := range 30000 {
		def.Areas = append(def.Areas, Area{Code: strconv.Itoa(i), Level: "kota", Name: strconv.Itoa(i*7919+100000) + strconv.Itoa(i*104729)})
	}
	if _, err := New(def); err == nil {
		t.Fatal("accepted")
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
