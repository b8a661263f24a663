package place

import "tanggap/internal/language"

// kind is what a word says about the name beside it.
type kind uint32

const (
	street   kind = 1 << iota // before: the name of a street
	soft                      // before: a place follows
	feature                   // before: something that is called after the area that it lies in
	river                     // before: something long that is called after one of many areas
	away                      // before: somebody goes there, or it is where something else lies
	extends                   // behind: a street or quarter that is called after the area
	side                      // behind: one of several areas with the same head
	measure                   // behind a number: it counts something
	raya                      // behind: a long street
	estate                    // behind: a housing estate
	numbered                  // before a number: a part of an address
	passing                   // before: somebody or something comes from there, or is called after it
	rural                     // before: a kind of area that a city has none of, unless it is a marker
	ruler                     // before: who governs there, wherever it happened
)

// kinds are the words that stand before a name or behind it, in normal form.
var kinds = kindsOf(map[kind]string{
	street:   "jl jalan gg gang lorong raya terusan",
	soft:     "dekat depan belakang samping sebelah seberang sebrang di daerah wilayah kawasan sekitar area lokasi tkp warga perumahan komplek kompleks in at near around kampung",
	feature:  "pasar stasiun st terminal rs rsud halte masjid puskesmas polsek rusun rusunawa flyover underpass jpo museum mrt lrt stadion lapas rutan tpu universitas kampus smp sma sd sdn smpn sman kantor taman mall pintu",
	river:    "kali sungai ciliwung waduk situ setu danau tol cagar",
	away:     "arah menuju jurusan tujuan rute ke towards bound trayek perbatasan bukan asal selain",
	extends:  "utara selatan timur barat dalam i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi 1 2 3 4 5 6 7 8 9",
	side:     "utara selatan timur barat tengah",
	measure:  "cm senti meter m km jam menit hari minggu bulan tahun kali orang unit titik",
	raya:     "raya",
	estate:   "indah permai lestari regency residence resort",
	numbered: "rt rw no nomor blok kav km",
	passing:  "dari asal ktp plat warga orang kereta krl commuter bus busway angkot travel damri kirim sate soto nasi bakso masakan restoran makan warung line route road",
	rural:    "desa ds dusun dukuh",
	ruler:    "gubernur wagub pemprov pemda pemkot pemkab pemerintah bupati governor",
})

func kindsOf(lists map[kind]string) map[string]kind {
	out := make(map[string]kind)
	for k, list := range lists {
		for _, word := range language.Words(list) {
			out[word] |= k
		}
	}
	return out
}

// context is what the words before a name say about it.
type context struct {
	level int  // rank of the level announced, -1
	from  int  // the first token of name and marker together
	is    kind // of the words before
}

func (c context) strong() bool { return c.level >= 0 }

// has reports whether the words before are of one of the kinds.
func (c context) has(k kind) bool { return c.is&k != 0 }

// passes reports whether a guarded name counts here.
func (c context) passes(n name, capital bool) bool {
	return c.strong() || n.guard == Soft && (capital || c.has(soft|street|feature))
}

func (x *Index) context(tokens []language.Token, i int) context {
	c := context{level: -1, from: i}
	if i == 0 || tokens[i].Stop && tokens[i-1].End-tokens[i-1].Start > 4 {
		return c
	}
	before := tokens[i-1].Text
	if rank, ok := x.markers[before]; ok {
		c.level = rank // the marker itself still says something: "petugas kelurahan"
		return c
	}
	c.is = kinds[before] & (street | soft | feature | river | away | passing | rural | ruler)
	if numeral(before) && address(tokens, i) {
		c.is |= soft
	}
	if i > 1 && !tokens[i-1].Stop {
		two := tokens[i-2].Text
		c.is |= kinds[two] & away
		if two == "pintu" && before == "air" {
			c.is |= feature
		}
	}
	return c
}

// address reports whether the word at i goes on where an address breaks off: behind a number that
// belongs to "RT", "RW", "No.", "Blok" or to a street.
func address(tokens []language.Token, i int) bool {
	for j := i - 2; j >= 0 && j >= i-6; j-- {
		if kinds[tokens[j].Text]&(numbered|street) != 0 {
			return true
		}
	}
	return false
}

func numeral(word string) bool { return word[0] >= '0' && word[0] <= '9' }

// use is how a name is used where it stands.
type use struct {
	weight float64
	how    string // "" is each name's own
	// loose names are those of streets, quarters and housing estates, which go by the name of the area
	// that they are in or near: they only tell of the area around it.
	loose bool
	// wide ones are told apart from the area by a word of their own ("Karet Timur"), as its siblings are.
	wide bool
	// faint names say nothing alone: rivers and toll roads run through many areas.
	faint bool
}

// weigh says how much a name counts as it stands, and how it was known.
func (x *Index) weigh(c context, list []name, tokens []language.Token, end int) use {
	u := use{weight: 0.85}
	switch {
	case c.strong() && x.has(list, c.level):
		return use{weight: 0.97, how: Marked}
	case c.strong():
		return use{weight: 0.75} // "kel. Sawah Besar", which is a kecamatan here: another one's, or a slip
	case c.has(river | ruler):
		u = use{weight: 0.4, how: Street, faint: true}
	case c.has(street):
		u = use{weight: 0.62, how: Street}
	case c.has(feature):
		u.weight = 0.75
	case c.has(soft):
		u.weight = 0.9
	}
	if end < len(tokens) && !tokens[end].Stop {
		switch is := kinds[tokens[end].Text]; {
		case is&raya != 0:
			u = use{weight: min(u.weight, 0.55), how: Street, loose: true, faint: u.faint}
		case is&estate != 0:
			u = use{weight: min(u.weight, 0.6), how: u.how, loose: true, wide: true, faint: u.faint}
		case is&extends != 0 && !tokens[end].Pause && !measured(tokens, end):
			// "Tomang II", "Jelambar Barat": a street or a quarter that is called after it.
			u = use{weight: min(u.weight, 0.62), how: Street, loose: true, wide: true, faint: u.faint}
		}
	}
	if c.has(away | rural) {
		u.weight *= 0.6
	}
	return u
}

// measured reports whether the number at i counts something: "Tebet 2 hari", "Cawang 30-40 cm".
func measured(tokens []language.Token, i int) bool {
	if !numeral(tokens[i].Text) {
		return false
	}
	for i++; i < len(tokens) && !tokens[i].Stop && numeral(tokens[i].Text); i++ {
	}
	return i < len(tokens) && !tokens[i].Stop && kinds[tokens[i].Text]&measure != 0
}

func (x *Index) has(list []name, rank int) bool {
	for _, n := range list {
		if x.rank[n.area] == rank {
			return true
		}
	}
	return false
}
