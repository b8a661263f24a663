package place

import "tanggap/internal/language"

// Span is a run of tokens that are part of a place's name, and so say nothing about the matter.
type Span struct{ From, To int }

// mention is one name in the text.
type mention struct {
	Span
	names  []name
	weight float64
	how    string // "" is each name's own
	level  int    // rank announced by a marker, -1 where there was none
}

// context words, in normal form.
var (
	streets  = words("jl jalan gg gang lorong")
	soft     = words("di daerah wilayah kawasan sekitar area lokasi tkp warga perumahan komplek kompleks in at near around kampung")
	features = words("pasar stasiun st terminal rs rsud halte masjid puskesmas polsek rusun rusunawa flyover underpass jpo smp sma sd sdn smpn sman kantor taman mall pintu")
	rivers   = words("kali sungai ciliwung waduk situ setu danau tol cagar")
	away     = words("arah menuju jurusan tujuan rute ke towards bound trayek perbatasan bukan asal selain")
	extends  = words("utara selatan timur barat dalam i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi 1 2 3 4 5 6 7 8 9")
	raya     = words("raya")
	estates  = words("indah permai lestari regency residence resort")
)

func words(list string) map[string]bool {
	out := make(map[string]bool)
	for _, w := range language.Words(list) {
		out[w] = true
	}
	return out
}

// Locate finds where a text happened: by coordinates in it, else by the names in it. The spans are
// the tokens that belong to names, whether or not they decided.
func (x *Index) Locate(text string, tokens []language.Token) (found Found, spans []Span, ok bool) {
	mentions, spans := x.mentions(text, tokens)
	if p, has := Coordinates(text); has {
		if f, ok := x.At(p); ok {
			if f.How == Pin {
				f.How = Link
			}
			return f, spans, true
		}
	}
	found, ok = x.decide(mentions)
	if ok && found.Word == "" {
		found.Word = found.Area.Name
	}
	return found, spans, ok
}

// slips bounds how many words of a text are tried as misspelt names: who names a place does it early.
const slips = 40

// mentions collects the names in a text, the longest at each token.
func (x *Index) mentions(text string, tokens []language.Token) ([]mention, []Span) {
	folded := make([]string, len(tokens))
	var buf [64]byte
	capitals := 0
	for i, t := range tokens {
		folded[i] = t.Text
		if f := fold(buf[:0], t.Text); string(f) != t.Text {
			folded[i] = string(f)
		}
		if t.Capital {
			capitals++
		}
	}
	mixed := capitals*5 < len(tokens)*4 // a text all in capitals, or a title, says nothing by them
	var mentions []mention
	var spans []Span
	tries := 0 // at names that may be misspelt
	for i := 0; i < len(tokens); i++ {
		if from := tokens[i].Start; from > 0 && text[from-1] == '@' {
			continue // somebody's handle
		}
		list, end := x.names.longest(folded, i)
		c := x.context(text, tokens, i)
		m := mention{Span: Span{i, end}, names: list, level: c.level}
		switch {
		case list != nil && list[0].guard != "" && !c.strong() && end < len(tokens) && estates[tokens[end].Text]:
			continue // "Pulo Harapan Indah" is a housing estate far from Pulau Harapan
		case list != nil && passes(list, c, tokens[i], mixed):
			m.weight, m.how = x.weigh(c, list, tokens, end)
		case tries < slips && (c.strong() || mixed && tokens[i].Capital && len(folded[i]) > 3 || c.soft && len(folded[i]) > 4):
			tries++
			if list, end = x.names.nearly(folded, i); list == nil || list[0].guard != "" {
				spans = street(spans, c, tokens, i, mixed)
				continue
			}
			m.Span.To, m.names = end, list
			m.weight, m.how = x.weigh(c, list, tokens, end)
			m.weight, m.how = m.weight*0.8, Spelling
		default:
			spans = street(spans, c, tokens, i, mixed)
			continue
		}
		m.names = x.open(m.names, c, tokens[i].Capital && mixed && !tokens[i].Stop)
		mentions = append(mentions, m)
		spans = append(spans, Span{c.from, m.To})
		i = m.To - 1
	}
	return mentions, spans
}

// passes reports whether some meaning of a name may count where it stands.
func passes(list []name, c context, t language.Token, mixed bool) bool {
	for _, n := range list {
		if n.guard == "" || c.passes(n, t.Capital && mixed && !t.Stop) {
			return true
		}
	}
	return false
}

// open drops the meanings that may not count here, if others remain.
func (x *Index) open(list []name, c context, capital bool) []name {
	var rest []name
	for i, n := range list {
		ok := n.guard == "" || c.passes(n, capital)
		if ok && rest != nil {
			rest = append(rest, n)
		}
		if !ok && rest == nil {
			rest = append(make([]name, 0, len(list)), list[:i]...)
		}
	}
	if len(rest) == 0 {
		return list
	}
	return rest
}

// context is what the words before a name say about it.
type context struct {
	level                              int // rank of the level announced, -1
	from                               int // the first token of name and marker together
	street, soft, feature, river, away bool
}

func (c context) strong() bool { return c.level >= 0 }

// passes reports whether a guarded name counts here.
func (c context) passes(n name, capital bool) bool {
	return c.strong() || n.guard == Soft && (capital || c.soft || c.street || c.feature)
}

func (x *Index) context(text string, tokens []language.Token, i int) context {
	c := context{level: -1, from: i}
	if i == 0 || tokens[i].Stop && tokens[i-1].End-tokens[i-1].Start > 4 {
		return c
	}
	before := tokens[i-1].Text
	if rank, ok := x.markers[before]; ok {
		c.level = rank // the marker itself still says something: "petugas kelurahan"
		return c
	}
	c.street, c.soft, c.feature = streets[before], soft[before], features[before]
	c.river, c.away = rivers[before], away[before]
	if i > 1 && away[tokens[i-2].Text] && !tokens[i-1].Stop {
		c.away = true
	}
	return c
}

// weigh says how much a name counts as it stands, and how it was known.
func (x *Index) weigh(c context, list []name, tokens []language.Token, end int) (float64, string) {
	how := ""
	w := 0.85
	switch {
	case c.strong() && x.has(list, c.level):
		w, how = 0.97, Marked
	case c.strong():
		w = 0.85
	case c.river:
		w, how = 0.4, Street
	case c.street:
		w, how = 0.62, Street
	case c.feature:
		w = 0.75
	case c.soft:
		w = 0.9
	}
	if end < len(tokens) && raya[tokens[end].Text] && !c.strong() {
		w, how = min(w, 0.55), Street
	}
	if end < len(tokens) && !c.strong() && !tokens[end].Stop && !tokens[end].Pause && extends[tokens[end].Text] {
		w, how = min(w, 0.62), Street // "Tomang II", "Jelambar Barat": a street or a quarter that is called after it
	}
	if end < len(tokens) && estates[tokens[end].Text] && !c.strong() {
		w = min(w, 0.6)
	}
	if c.away {
		w *= 0.6
	}
	return w, how
}

func (x *Index) has(list []name, rank int) bool {
	for _, n := range list {
		if x.rank[n.area] == rank {
			return true
		}
	}
	return false
}

// street marks the name behind "Jl." as words that say nothing, where capitals show how far it goes.
func street(spans []Span, c context, tokens []language.Token, i int, mixed bool) []Span {
	if !c.street || !mixed || !tokens[i].Capital || tokens[i-1].End-tokens[i-1].Start > 3 {
		return spans
	}
	end := i + 1
	for end < len(tokens) && end < i+4 && tokens[end].Capital && !tokens[end].Stop {
		end++
	}
	return append(spans, Span{i - 1, end})
}
