package place

import "tanggap/internal/language"

// Span is a run of tokens that are part of a place's name, and so say nothing about the matter.
type Span struct{ From, To int }

// mention is one name in the text.
type mention struct {
	Span
	use
	names []name
	level int // rank announced by a marker, -1 where there was none
}

// Locate finds where a text happened: by coordinates in it, else by the names in it. The spans are
// the tokens that belong to names of the city, whether or not they decided. Where the coordinates lie
// outside every outline, the names decide, and the point is given all the same.
func (x *Index) Locate(text string, tokens []language.Token) (found Found, spans []Span, ok bool) {
	mentions, spans := x.mentions(text, tokens)
	p, pinned := Coordinates(text)
	if !pinned {
		p, pinned = x.plusCode(text)
	}
	if pinned {
		if f, ok := x.At(p); ok {
			if f.How == Pin {
				f.How = Link
			}
			return f, spans, true
		}
	}
	found, by, ok := x.decide(mentions)
	if by.To > by.From {
		found.Word = text[tokens[by.From].Start:tokens[by.To-1].End]
	}
	if pinned {
		found.Point = &p
	}
	return found, spans, ok
}

// slips bounds how many words of a text are tried as misspelt names: who names a place does it early.
const slips = 40

// reader goes through one text.
type reader struct {
	index  *Index
	text   string
	tokens []language.Token
	folded []string // the tokens as names are spelt
	mixed  bool     // capitals say something: the text is not all in them, and no title
	tries  int      // at names that may be misspelt
	long   int      // the token behind a name that followed "Jalan Raya"
	spans  []Span
}

// mentions collects the names in a text, the longest at each token.
func (x *Index) mentions(text string, tokens []language.Token) ([]mention, []Span) {
	r := reader{index: x, text: text, tokens: tokens, folded: make([]string, len(tokens))}
	var buf [64]byte
	capitals := 0
	for i, t := range tokens {
		r.folded[i] = t.Text
		if f := fold(buf[:0], t.Text); string(f) != t.Text {
			r.folded[i] = string(f)
		}
		if t.Text == "pada" && t.End-t.Start == 2 {
			r.folded[i] = "pondok" // "pd" is both; no name begins with "pada"
		}
		if t.Capital {
			capitals++
		}
	}
	r.mixed = capitals*5 < len(tokens)*4
	var mentions []mention
	for i := 0; i < len(tokens); i++ {
		if from := tokens[i].Start; from > 0 && text[from-1] == '@' {
			continue // somebody's handle
		}
		c := x.context(tokens, i)
		if i > 0 && i == r.long && !tokens[i].Stop && !tokens[i].Pause {
			c.is |= street // "Jalan Raya Cakung Cilincing" leads from the one to the other
		}
		m, ok := r.mention(c, i)
		if !ok {
			r.street(c, i)
			continue
		}
		if !x.areas[m.names[0].area].Outside {
			r.spans = append(r.spans, Span{r.bare(c.from, m), m.To})
		}
		mentions = append(mentions, m)
		if i > 0 && kinds[tokens[i-1].Text]&raya != 0 {
			r.long = m.To
		}
		i = m.To - 1
	}
	return mentions, r.spans
}

// bare is the token, from one on, where the name itself begins: "terminal" of a landmark says what the
// matter is about too.
func (r *reader) bare(from int, m mention) int {
	if m.names[0].how != IsLandmark {
		return from
	}
	for m.From < m.To-1 && kinds[r.tokens[m.From].Text]&(feature|river) != 0 {
		m.From++
	}
	return m.From
}

// mention reads the name that begins at token i.
func (r *reader) mention(c context, i int) (mention, bool) {
	x, t := r.index, r.tokens[i]
	list, end := x.names.longest(r.folded, i)
	m := mention{Span: Span{i, end}, level: c.level}
	list = x.open(list, c, t.Capital && r.mixed && !t.Stop)
	if list == nil || list[0].how == Head {
		if near, to := r.near(c, i, end); near != nil {
			m.To = to
			m.use = x.weigh(c, near, r.tokens, to)
			m.weight, m.how = m.weight*0.8, Spelling
			m.names = x.meant(near, m)
			return m, len(m.names) > 0
		}
	}
	if list == nil || list[0].guard != "" && !c.strong() && end < len(r.tokens) && kinds[r.tokens[end].Text]&estate != 0 {
		return m, false // "Pulo Harapan Indah" is a housing estate far from Pulau Harapan
	}
	m.use = x.weigh(c, list, r.tokens, end)
	if list[0].guard != "" && !c.strong() && !c.has(soft|street|feature) {
		m.weight *= 0.85 // an ordinary word, but for its capital
	}
	m.names = x.meant(list, m)
	return m, len(m.names) > 0
}

// near finds the misspelt name that begins at token i and goes on behind the tokens before end.
func (r *reader) near(c context, i, end int) ([]name, int) {
	if !r.maySlip(c, i) {
		return nil, 0
	}
	r.tries++
	if r.index.firsts[r.folded[i]] {
		end = max(end, i+1) // "Kebayoran" alone is no slip for "Kemayoran"
	}
	list, to := r.index.names.nearly(r.folded, i, end, c.strong())
	if list == nil || c.strong() && !r.index.has(list, c.level) {
		return nil, 0
	}
	return list, to
}

// maySlip reports whether the word at token i may be a misspelt name: where a name is to be expected.
func (r *reader) maySlip(c context, i int) bool {
	if r.tries >= slips {
		return false
	}
	letters := len(r.folded[i])
	return c.strong() || letters >= slipLettersAnywhere || r.mixed && r.tokens[i].Capital && letters > 3 || c.has(soft) && letters > 3 ||
		letters > 3 && i+1 < len(r.tokens) && !r.tokens[i+1].Stop && kinds[r.tokens[i+1].Text]&side != 0
}

// open are the meanings of a name that may count where it stands.
func (x *Index) open(list []name, c context, capital bool) []name {
	var rest []name
	for i, n := range list {
		ok := n.guard == "" || c.passes(n, capital)
		if ok && n.outside {
			ok = !c.has(street | river | away | passing)
		}
		if ok && rest != nil {
			rest = append(rest, n)
		}
		if !ok && rest == nil {
			rest = append(make([]name, 0, len(list)), list[:i]...)
		}
	}
	if rest == nil {
		return list
	}
	if len(rest) == 0 {
		return nil
	}
	return rest
}

// street marks the name behind "Jl." as words that say nothing, where capitals show how far it goes.
func (r *reader) street(c context, i int) {
	if !c.has(street) || !r.mixed || !r.tokens[i].Capital || r.tokens[i-1].End-r.tokens[i-1].Start > 3 {
		return
	}
	end := i + 1
	for end < len(r.tokens) && end < i+4 && r.tokens[end].Capital && !r.tokens[end].Stop {
		end++
	}
	r.spans = append(r.spans, Span{i - 1, end})
}
