package router

import "strings"

// Reason is one cause of a decision, kept as data so that it can be shown in either language later.
// Args may quote single words of the report: reasons are for staff who may read the report, never
// for logs.
type Reason struct {
	Code string   `json:"code"`
	Args []string `json:"args,omitempty"`
}

// reasonTexts holds the wording by code: Indonesian, then English. {0}, {1} … are the arguments,
// {*} is all arguments from the first on, quoted.
var reasonTexts = map[string][2]string{
	"words":           {"kata {2+} menunjuk pada “{0}”", "the words {2+} point to “{1}”"},
	"learned":         {"laporan lain dengan kata {2+} biasanya tentang “{0}”", "other reports with the words {2+} are mostly about “{1}”"},
	"agency.learned":  {"laporan serupa biasanya ditangani {0}", "{0} acts on most reports like this one"},
	"agency.topic":    {"{0} menangani “{1}”", "{0} handles “{2}”"},
	"agency.area":     {"kantor wilayah setempat: {0}", "the local area office: {0}"},
	"agency.firsthop": {"laporan dengan lokasi diteruskan dulu ke {0}", "reports with a place go to {0} first"},
	"agency.person":   {"disebut dalam laporan: {0}", "named in the report: {0}"},
	"conduct":         {"menyangkut perilaku petugas ({0+}): diperiksa pengawas, bukan instansi yang dilaporkan", "concerns the conduct of officials ({0+}): goes to oversight, not to the agency reported"},
	"conduct.desk":    {"menyangkut perilaku petugas ({0+}): diperiksa meja verifikasi, bukan instansi yang dilaporkan", "concerns the conduct of officials ({0+}): goes to the verification desk, not to the agency reported"},
	"conduct.maybe":   {"mungkin menyangkut perilaku petugas ({0+}): dirahasiakan, diperiksa petugas verifikasi", "may concern the conduct of officials ({0+}): sealed, a person checks first"},
	"conduct.named":   {"instansi yang disebut: {0}", "agency named: {0}"},
	"sensitive":       {"perkara peka ({0+}): dirahasiakan sejak awal", "a sensitive matter ({0+}): sealed from the start"},
	"emergency":       {"keadaan darurat: {0+}", "an emergency: {0+}"},
	"guard":           {"bukan keadaan darurat, melihat kata “{0}”", "not an emergency, going by “{0}”"},
	"rival":           {"mungkin juga “{0}”", "could also be “{1}”"},
	"lesson":          {"laporan serupa {0} diteruskan petugas ke {1}", "staff passed a similar report, {0}, on to {1}"},
	"lesson.maybe":    {"laporan {0} agak mirip, dan diteruskan petugas ke {1}", "report {0} is somewhat like it, and staff passed it on to {1}"},
	"abstain.weak":    {"tidak cukup yakin, perlu diperiksa petugas", "not sure enough, needs a person"},
	"abstain.empty":   {"tidak ada kata yang dikenali", "no word that is known"},
	"abstain.place":   {"ditangani kantor wilayah, tetapi lokasinya belum jelas", "handled by an area office, but the place is not clear"},
	"kind.question":   {"bertanya: {0+}", "asks: {0+}"},
	"kind.proposal":   {"mengusulkan: {0+}", "proposes: {0+}"},
	"place":           {"lokasi {0}: {1}", "place {0}: {1}"},
	"place.outside":   {"menyebut {0}, di luar kota ini", "names {0}, outside this city"},
	"place.none":      {"lokasi tidak disebut", "no place named"},

	"how.pin":      {"titik lokasi di dalam wilayah", "the pin lies inside"},
	"how.photo":    {"tempat foto diambil", "where the photo was taken"},
	"how.near":     {"titik lokasi di dekat batas wilayah", "the pin lies just outside the border"},
	"how.link":     {"koordinat dari tautan peta", "coordinates of a map link"},
	"how.marked":   {"nama {0}, disebut sebagai {0}", "name of a {0}, said to be one"},
	"how.name":     {"nama {0}", "name of a {0}"},
	"how.shared":   {"nama yang dipakai {0} dan bagiannya", "a name shared by the {0} and a part of it"},
	"how.spelling": {"nama {0}, ditulis “{1}”", "name of a {0}, written “{1}”"},
	"how.head":     {"bagian nama yang sama di satu {0}: “{1}”", "first word of names in one {0}: “{1}”"},
	"how.street":   {"nama jalan atau lingkungan di {0} ini", "a street or quarter called after this {0} or a part of it"},
	"how.parent":   {"beberapa nama di dalam {0} yang sama", "several names within one {0}"},
	"how.landmark": {"tempat yang dikenal: “{1}”", "a known landmark: “{1}”"},
}

// Text puts the reason into words of lang: "id", or English for everything else.
func (r Reason) Text(lang string) string {
	texts, ok := reasonTexts[r.Code]
	if !ok {
		return strings.TrimSpace(r.Code + " " + strings.Join(r.Args, ", "))
	}
	if r.Code == "place" && len(r.Args) >= 2 {
		how := Reason{Code: r.Args[1], Args: r.Args[2:]}
		r.Args = []string{r.Args[0], how.Text(lang)}
	}
	text := texts[1]
	if lang == "id" {
		text = texts[0]
	}
	for i, arg := range r.Args {
		digit := string(rune('0' + i%10))
		text = strings.ReplaceAll(text, "{"+digit+"+}", quoted(r.Args[i:]))
		text = strings.ReplaceAll(text, "{"+digit+"}", arg)
	}
	return text
}

func quoted(words []string) string {
	return "“" + strings.Join(words, "”, “") + "”"
}
