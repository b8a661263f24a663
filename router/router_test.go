package router

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tanggap/router/place"
)

// town is a small city: enough to see each rule by itself.
func town() Definition {
	names := func(s string) map[string]string { return map[string]string{"id": s, "en": s + " (en)"} }
	soon := Deadline{Value: 3, Unit: WorkingDays}
	square := func(x, y int32) [][]int32 { return [][]int32{{x, y, x + 100, y, x + 100, y + 100, x, y + 100}} }
	return Definition{
		Facts: Facts{
			ID: "t", Name: "Kota Uji", ShortName: "UJI", Root: "t", Inspector: "t.insp", FirstHop: "agency", Threshold: 0.6,
			Emergency: Emergency{Number: "112"},
		},
		Agencies: []Agency{
			{ID: "t", Name: "Meja depan", Short: "Meja", Kind: Province},
			{ID: "t.insp", Parent: "t", Name: "Inspektorat", Short: "Inspektorat", Kind: Inspectorate, Words: []string{"inspektorat"}},
			{ID: "t.jalan", Parent: "t", Name: "Dinas Jalan", Short: "Jalan", Kind: Dinas},
			{ID: "t.jalan.lampu", Parent: "t.jalan", Name: "Unit Lampu", Short: "Lampu", Kind: Unit},
			{ID: "t.1", Parent: "t", Name: "Kecamatan Satu", Short: "Kec. Satu", Kind: "kecamatan", Area: "1"},
			{ID: "t.1.1", Parent: "t.1", Name: "Kelurahan Mawar", Short: "Kel. Mawar", Kind: "kelurahan", Area: "1.1"},
		},
		Categories: []Category{
			{ID: "jalan", Name: names("Jalan"), Agency: "t.jalan", Located: true, Deadline: soon, Patterns: Patterns{Sure: []string{"jalan rusak|berlubang"}, Hint: []string{"jalan", "lubang"}}},
			{ID: "surat", Name: names("Surat"), Office: "kelurahan", Deadline: soon, Patterns: Patterns{Sure: []string{"surat pengantar"}}},
			{ID: "api", Name: names("Api"), Agency: "t.jalan", Emergency: true, Deadline: soon, Patterns: Patterns{Sure: []string{"kebakaran"}}},
			{ID: "pungli", Name: names("Pungli"), Conduct: true, Deadline: soon, Patterns: Patterns{Sure: []string{"minta uang + <official>"}, Hint: []string{"uang"}}},
			{ID: "rumah", Name: names("Rumah tangga"), Agency: "t.jalan", Sensitive: true, Deadline: soon, Patterns: Patterns{Sure: []string{"kdrt"}}},
		},
		Sets: []Set{
			{Name: "official", Words: []string{"=petugas", "=guru", "pak lurah", "<atasan>"}},
			{Name: "atasan", Words: []string{"=camat"}},
			{Name: "past", Words: []string{"=kemarin"}},
			{Name: "now", Words: []string{"=sekarang"}},
			{Name: "unreal", Words: []string{"takut"}},
			{Name: "denied", Words: []string{"=bukan"}},
			{Name: "called", Words: []string{"=tolong", "=kirim"}},
			{Name: "toward", Words: []string{"=ke"}},
			{Name: "missing", Words: []string{"=belum"}},
			{Name: "address", Words: []string{"pak lurah"}},
			{Name: "title", Words: []string{"=pak"}},
			{Name: "which", Words: []string{"=yang"}},
			{Name: "vice", Words: []string{"=jutek"}},
			{Name: "deed", Words: []string{"=pukul"}},
			{Name: "calling", Words: []string{"=guru"}},
			{Name: "noone", Words: []string{"petugas tidur"}},
			{Name: "money", Words: []string{"=uang"}},
			{Name: "demand", Words: []string{"=minta"}},
			{Name: "force", Words: []string{"satpol"}},
			{Name: "publicoffice", Words: []string{"puskesmas"}},
			{Name: "works", Words: []string{"=membangun"}},
			{Name: "plain", Words: []string{"=suap"}},
		},
		Guards:  []Guard{{Name: "kiasan", Patterns: []string{"kebakaran jenggot"}, Figure: true}},
		Kinds:   Kinds{Information: []string{"bagaimana cara"}, Suggestion: []string{"usul"}, Complaint: []string{"rusak"}},
		Conduct: Conduct{Private: []string{"preman"}, Suspect: []string{"ijazah ditahan", "=suap"}},
		Places: place.Definition{
			Levels: []place.Level{{Name: "kecamatan", Markers: []string{"kec"}}, {Name: "kelurahan", Markers: []string{"kel", "kelurahan"}}},
			Areas: []place.Area{
				{Code: "1", Level: "kecamatan", Name: "Satu Jaya"},
				{Code: "1.1", Level: "kelurahan", Name: "Mawar Putih", Rings: square(0, 0)},
			},
		},
	}
}

func TestOfficialsAreSuspectedUnlessExcused(t *testing.T) {
	city := compile(t, nil)
	for _, c := range []struct {
		text   string
		sealed bool
	}{
		{"petugas itu begitu, jalan rusak", true},
		{"jalan rusak, petugas diam saja", true},
		{"tolong petugas ke sini, jalan rusak", false},
		{"tolong kirim petugas, jalan rusak", false},
		{"tolong petugas yang pukul saya, jalan rusak", true},
		{"lapor ke petugas, jalan rusak", false},
		{"petugas belum datang, jalan rusak", false},
		{"petugas belum datang dan jutek, jalan rusak", true},
		{"petugas sudah ambil uang, jalan rusak", true},
		{"pak lurah, jalan rusak", false},
		{"pak lurah jalan rusak", false},
		{"pak lurah pukul warga di jalan rusak", true},
		{"pak lurah menekan warga di jalan rusak", true},
		{"jalan rusak dekat guru saya", false},
		{"jalan rusak, kartu digesek guru", true},
		{"guru pukul anak, jalan rusak", true},
		{"petugas tidur di jalan rusak", false},
		{"satpol di jalan rusak begitu saja", true},
		{"tolong satpol, jalan rusak", false},
		{"puskesmas menolak kami karena jalan rusak", true},
		{"puskesmas membangun jalan rusak", false},
		{"puskesmas di jalan rusak", false},
		{"ijazah anak ditahan, jalan rusak", true},
		{"preman tahu ijazah ditahan, jalan rusak", false},
		{"preman kasih suap, jalan rusak", true},
	} {
		d := city.Decide(Report{Text: c.text})
		if d.Sealed != c.sealed || c.sealed && (d.Agency != "t" && d.Agency != "t.insp" || d.Kind != Misconduct) || !c.sealed && d.Agency != "t.jalan" {
			t.Errorf("%q: sealed %v, to %s: %v", c.text, d.Sealed, d.Agency, d.Rendered("en").Reasons)
		}
	}
}

func TestBeyondTheCity(t *testing.T) {
	city := compile(t, func(d *Definition) {
		d.Agencies = append(d.Agencies, Agency{ID: "ext.kota", Parent: "t", Name: "Kota Sebelah", Short: "Sebelah", Kind: External, External: true})
		d.Categories = append(d.Categories, Category{
			ID: "sebelah", Name: map[string]string{"id": "Kota Sebelah", "en": "The next city"}, Agency: "ext.kota", Outside: true,
			Deadline: Deadline{Value: 3, Unit: WorkingDays}, Patterns: Patterns{Sure: []string{"antahkota"}},
		})
	})
	if d := city.Decide(Report{Text: "jalan rusak di antahkota"}); d.Agency != "ext.kota" {
		t.Errorf("beyond the city: %s %v", d.Agency, d.Rendered("en").Reasons)
	}
	if d := city.Decide(Report{Text: "jalan rusak di kel. Mawar Putih dekat antahkota"}); d.Agency == "ext.kota" {
		t.Errorf("a place inside: %s %v", d.Agency, d.Rendered("en").Reasons)
	}
}

func compile(t *testing.T, change func(*Definition)) *City {
	t.Helper()
	def := town()
	if change != nil {
		change(&def)
	}
	city, err := Compile(def)
	if err != nil {
		t.Fatal(err)
	}
	return city
}

func TestDecide(t *testing.T) {
	city := compile(t, nil)
	for _, c := range []struct {
		name, text, agency, category, kind   string
		abstained, emergency, sealed, inArea bool
	}{
		{"a topic goes to its agency", "jalan rusak di Mawar Putih", "t.jalan", "jalan", Complaint, false, false, false, true},
		{"an office acts where the place is known", "butuh surat pengantar di kel. Mawar Putih", "t.1.1", "surat", Complaint, false, false, false, true},
		{"of a wider place the wider office", "surat pengantar di kec. Satu Jaya", "t.1", "surat", Complaint, false, false, false, true},
		{"without a place a person decides", "butuh surat pengantar", "t", "surat", Complaint, true, false, false, false},
		{"weak words are left to a person", "lubang", "t", "jalan", Complaint, true, false, false, false},
		{"unknown words too", "halo apa kabar", "t", "", Complaint, true, false, false, false},
		{"an empty text too", "", "t", "", Complaint, true, false, false, false},
		{"an emergency", "ada kebakaran", "t.jalan", "api", Complaint, false, true, false, false},
		{"what is over is none", "kemarin ada kebakaran", "t.jalan", "api", Complaint, false, false, false, false},
		{"unless it goes on", "kemarin ada kebakaran, sekarang lagi", "t.jalan", "api", Complaint, false, true, false, false},
		{"what is feared is none", "takut ada kebakaran", "t.jalan", "api", Complaint, false, false, false, false},
		{"a denial is none", "bukan kebakaran", "t.jalan", "api", Complaint, false, false, false, false},
		{"a figure of speech says nothing", "pak dadang kebakaran jenggot", "t", "", Complaint, true, false, false, false},
		{"conduct goes to the inspectorate, sealed", "petugas jalan minta uang", "t.insp", "pungli", Misconduct, false, false, true, false},
		{"of a set within a set", "camat minta uang, jalan rusak", "t.insp", "pungli", Misconduct, false, false, true, false},
		{"of a member of two words", "pak lurah minta uang", "t.insp", "pungli", Misconduct, false, false, true, false},
		{"of the inspectorate to the root desk", "petugas inspektorat minta uang", "t", "pungli", Misconduct, false, false, true, false},
		{"weak signs of it to the root desk, sealed", "petugas dan uang", "t", "pungli", Misconduct, true, false, true, false},
		{"of others it is none", "preman minta uang di jalan rusak", "t.jalan", "jalan", Complaint, false, false, false, false},
		{"a sensitive matter is sealed", "korban kdrt", "t.jalan", "rumah", Complaint, false, false, true, false},
		{"a question", "bagaimana cara dapat surat pengantar di kelurahan mawar putih", "t.1.1", "surat", Information, false, false, false, true},
		{"a question about what is broken complains", "bagaimana cara lapor jalan rusak", "t.jalan", "jalan", Complaint, false, false, false, false},
		{"a proposal", "usul surat pengantar di kel mawar putih", "t.1.1", "surat", Suggestion, false, false, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := city.Decide(Report{Text: c.text})
			got := []any{d.Agency, d.Category, d.Kind, d.Abstained, d.Emergency, d.Sealed, d.Area != nil}
			want := []any{c.agency, c.category, c.kind, c.abstained, c.emergency, c.sealed, c.inArea}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q (%v):\n%s", c.text, d.Rendered("en").Reasons, diff)
			}
			if d.Confidence < 0 || d.Confidence > 1 || !d.Abstained && d.Confidence < 0.6 {
				t.Errorf("confidence %v", d.Confidence)
			}
			for _, reason := range append(d.Rendered("id").Reasons, d.Rendered("en").Reasons...) {
				if reason == "" || strings.ContainsAny(reason, "{}") {
					t.Errorf("unfinished reason %q", reason)
				}
			}
			if again := city.Decide(Report{Text: c.text}); !reflect.DeepEqual(d, again) {
				t.Error("the same report got another decision")
			}
		})
	}
}

func TestFirstHopTakesReportsWithAPlaceToItsOffice(t *testing.T) {
	city := compile(t, func(d *Definition) { d.Facts.FirstHop = "kelurahan" })
	for text, want := range map[string]string{
		"jalan rusak di kel. Mawar Putih":   "t.1.1",
		"jalan rusak":                       "t.jalan",
		"kebakaran di Mawar Putih":          "t.jalan",
		"petugas minta uang di Mawar Putih": "t.insp",
		"korban kdrt di kel. Mawar Putih":   "t.jalan",
	} {
		if d := city.Decide(Report{Text: text}); d.Agency != want {
			t.Errorf("%q goes to %s, want %s", text, d.Agency, want)
		}
	}
}

func TestAPinDecidesTheArea(t *testing.T) {
	d := compile(t, nil).Decide(Report{Text: "jalan rusak", Point: &Point{Lat: 0.0005, Lng: 0.0005}})
	if d.Area == nil || d.Area.Code != "1.1" || d.Point == nil || d.Area.How.Code != "how.pin" {
		t.Errorf("area %+v, point %v", d.Area, d.Point)
	}
}

func TestTheTree(t *testing.T) {
	city := compile(t, nil)
	if diff := cmp.Diff([]string{"t.jalan", "t.jalan.lampu"}, city.Children("t.jalan")); diff != "" {
		t.Error(diff)
	}
	if city.Children("nobody") != nil || city.Above("t.jalan.lampu") != "t.jalan" || city.Above("t") != "t" || city.Above("nobody") != "t" {
		t.Error("the tree is climbed wrongly")
	}
	if !city.Within("t.1.1", "t") || city.Within("t.1.1", "t.jalan") || city.Within("nobody", "t") {
		t.Error("membership is wrong")
	}
}

func TestCompileReportsEveryFault(t *testing.T) {
	def := town()
	def.Agencies[2].Short = "a name that is far too long for a receipt"
	def.Agencies[3].Parent = "t.nowhere"
	def.Categories[0].Agency = "t.nobody"
	def.Categories[1].Deadline.Unit = "moons"
	def.Categories[3].Agency = "t.jalan"
	def.Categories[4].Patterns.Sure = append(def.Categories[4].Patterns.Sure, "<nothing> here")
	def.Facts.FirstHop = "planet"
	def.Places.Areas[1].Level = "alley"
	_, err := Compile(def)
	if err == nil {
		t.Fatal("compiled")
	}
	for _, want := range []string{"t.jalan:", "t.nowhere", "category jalan", "moons", "category pungli", "<nothing>", "planet", "alley"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in:\n%v", want, err)
		}
	}
}

func FuzzDecide(f *testing.F) {
	city, err := Compile(town())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("petugas minta uang -6.2,106.8 kebakaran!! Jl. Mawar Putih")
	f.Fuzz(func(t *testing.T, text string) {
		d := city.Decide(Report{Text: text})
		if d.Agency == "" || d.Kind == "" || len(d.Top) > 3 || d.Confidence < 0 || d.Confidence > 1 {
			t.Fatalf("%+v", d)
		}
		if d.Kind == Misconduct && (!d.Sealed || d.Agency != "t.insp" && d.Agency != "t") {
			t.Fatalf("conduct leaks: %+v", d)
		}
	})
}

func FuzzParsePattern(f *testing.F) {
	f.Add("a|b_c =d + <e>")
	f.Fuzz(func(t *testing.T, source string) {
		p, err := newVocabulary().parse(source)
		if err == nil && (len(p.sides) == 0 || len(p.sides[0]) == 0) {
			t.Fatalf("%q: an empty pattern", source)
		}
	})
}
