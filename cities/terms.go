package cities

import "strings"

// term is what a level of areas is called somewhere.
type term struct {
	level   string
	markers []string
	office  string // of its offices, before the name
	short   string
	source  string
	beside  bool
}

// terms are the levels of a kabupaten or kota, the widest first, as its province calls them. What a
// province calls otherwise has its source in the pack that is made; everything else is called as in
// UU 23/2014 and UU 6/2014.
func terms(code string) []term {
	district := term{"kecamatan", []string{"kecamatan", "kec", "camat", "district"}, "Kecamatan", "Kec.", "uu-23-2014", false}
	ward := term{"kelurahan", []string{"kelurahan", "kel", "lurah", "klurahan"}, "Kelurahan", "Kel.", "uu-23-2014", false}
	village := term{"desa", []string{"desa", "ds", "kades", "village"}, "Pemerintah Desa", "Desa", "uu-6-2014", true}
	town := strings.HasPrefix(code[3:], "7")
	call := func(t *term, level, office, short, source string, markers ...string) {
		t.level, t.office, t.short, t.source = level, office, short, source
		t.markers = append(markers, t.markers...)
	}
	switch province := code[:2]; {
	case province == "11":
		call(&village, "gampong", "Pemerintah Gampong", "Gp.", "uu-11-2006", "gampong", "gp", "keuchik", "geuchik", "kampong")
	case province == "13" && !town && code != "13.09":
		call(&village, "nagari", "Pemerintah Nagari", "Nagari", "perda-sumbar-7-2018", "nagari", "walinagari")
	case province == "34" && town:
		call(&district, "kemantren", "Kemantren", "Kmt.", "pergub-diy-25-2019", "kemantren", "mantri")
	case province == "34":
		call(&district, "kapanewon", "Kapanewon", "Kap.", "pergub-diy-25-2019", "kapanewon", "panewu")
		call(&village, "kalurahan", "Pemerintah Kalurahan", "Kal.", "pergub-diy-25-2019", "kalurahan", "kal")
	case province[0] == '9':
		call(&district, "distrik", "Distrik", "Distrik", "uu-21-2001", "distrik")
		call(&village, "kampung", "Pemerintah Kampung", "Kp.", "uu-21-2001", "kampung")
	}
	return []term{
		{level: "provinsi", markers: []string{"provinsi", "prov", "propinsi", "province"}},
		{level: "kabupaten", markers: []string{"kabupaten", "kab", "regency"}},
		{level: "kota", markers: []string{"kota", "kotamadya", "city"}, beside: true},
		district, ward, village,
	}
}

// origins are the sources of what provinces call otherwise, by key.
var origins = map[string]string{
	"uu-11-2006":          "UU No. 11 Tahun 2006 tentang Pemerintahan Aceh, pasal 1: gampong",
	"perda-sumbar-7-2018": "Perda Provinsi Sumatera Barat No. 7 Tahun 2018 tentang Nagari",
	"pergub-diy-25-2019":  "Pergub DIY No. 25 Tahun 2019 tentang Pedoman Kelembagaan Urusan Keistimewaan pada Pemerintah Kabupaten/Kota dan Kalurahan: kapanewon, kemantren, kalurahan",
	"uu-21-2001":          "UU No. 21 Tahun 2001 tentang Otonomi Khusus bagi Provinsi Papua, diubah dengan UU No. 2 Tahun 2021: distrik, kampung",
}

// levelOf names the level of an area by the form of its code: of the smallest areas, those that begin
// with 1 are kelurahan, the others are villages.
func levelOf(r Region) string {
	switch strings.Count(r.Code, ".") {
	case 0:
		return "provinsi"
	case 1:
		if strings.HasPrefix(r.Name, "Kabupaten ") {
			return "kabupaten"
		}
		return "kota"
	}
	all := terms(r.Code[:5])
	if len(r.Code) == len("35.10.16") {
		return all[3].level
	}
	if r.Code[len("35.10.16.")] == '1' {
		return all[4].level
	}
	return all[5].level
}

// zone is the time zone of a province, by Keppres 41/1987.
func zone(code string) string {
	switch code[:2] {
	case "51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76":
		return "Asia/Makassar"
	}
	if code[0] >= '8' {
		return "Asia/Jayapura"
	}
	return "Asia/Jakarta"
}
