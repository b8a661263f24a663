package router

import (
	"cmp"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"

	"tanggap/tickets"
)

// Lesson is a report that a person passed on, to an agency that can act on it.
type Lesson struct {
	Reference string // of the report, ten digits: it is named as the reason
	Report    Report
	Agency    string // id
	Category  string // id, "" where nobody said
}

// Lessons are what staff taught the router, for one city. They are immutable, and safe for concurrent
// use; they hold hashes of words, and no report. nil and the zero value teach nothing.
type Lessons struct {
	all      []lesson
	postings map[uint32][]int32 // which lessons have the word
	total    float64
}

type lesson struct {
	reference string
	agency    string // id, "" where …
	office    string // … the level of the area whose office acts is what was taught
	words     []uint32
	norm      float64 // the sum of its words' weights, squared
}

// How alike two reports must be, as the cosine between their content words weighed by rarity. A lesson
// acts alone against words that the router is sure of only where it is nearly the same report again.
const (
	alikeGuess = 0.45 // worth being shown to who verifies
	alikeActs  = 0.60
	alikeSure  = 0.75
	sureRules  = 0.85
	fewestWord = 2   // that must be the same, whatever their weight
	commonWord = 256 // in more lessons than this a word finds none, it only counts
	neighbours = 8
)

// Teach makes Lessons of what staff decided, the latest decision about a report last. What teaches
// nothing about others is left out: reports without content words or from beyond the city, agencies that
// the city does not have, and the root desk and the inspectorate, to which things are sent back.
func (c *City) Teach(lessons []Lesson) *Lessons {
	l := &Lessons{postings: map[uint32][]int32{}}
	for _, x := range lessons {
		if !c.teaches(x.Agency) {
			continue
		}
		agency, _ := c.Agency(x.Agency)
		v := c.view(x.Report)
		words := essence(v.text)
		if v.beyond != nil || len(words) < fewestWord {
			continue
		}
		made := lesson{reference: x.Reference, agency: agency.ID, words: words}
		if a, ok := c.places.Area(agency.Area); ok && c.offices[a.Code] == agency.ID {
			made.agency, made.office = "", a.Level
		}
		for _, w := range words {
			l.postings[w] = append(l.postings[w], int32(len(l.all)))
		}
		l.all = append(l.all, made)
	}
	l.total = float64(len(l.all))
	for i := range l.all {
		l.all[i].norm = l.norm(l.all[i].words)
	}
	return l
}

// abroad reports whether the agency takes what happens beyond the city: a place taught that, not the words.
func (c *City) abroad(agency string) bool {
	return slices.ContainsFunc(c.categories, func(cat Category) bool { return cat.Outside && cat.Agency == agency })
}

// Len is how many lessons there are.
func (l *Lessons) Len() int {
	if l == nil {
		return 0
	}
	return len(l.all)
}

// essence are the content words of a text as hashes, sorted: no place, nothing that carries no meaning
// of its own, no number.
func essence(t *text) []uint32 {
	words := make([]uint32, 0, len(t.tokens))
	for i, token := range t.tokens {
		if t.place[i] || t.silent[i] || len(token.Text) < 3 || i > far {
			continue
		}
		word := strings.TrimSuffix(token.Text, "nya")
		if strings.ContainsFunc(word, unicode.IsDigit) {
			continue
		}
		h := fnv.New32a()
		h.Write([]byte(word))
		words = append(words, h.Sum32())
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// weight is what a word counts: the rarer among the lessons, the more. Few lessons say little of what is rare.
func (l *Lessons) weight(word uint32) float64 {
	return math.Log(1 + (l.total+50)/(float64(len(l.postings[word]))+10))
}

// similar is a lesson with how alike its report is.
type similar struct {
	lesson int32
	alike  float64
}

func (l *Lessons) norm(words []uint32) (sum float64) {
	for _, w := range words {
		sum += l.weight(w) * l.weight(w)
	}
	return sum
}

// nearest finds the lessons that are most alike, at most neighbours of them, the best first.
func (l *Lessons) nearest(words []uint32) (found []similar) {
	seen := map[int32]bool{}
	own := l.norm(words)
	for _, w := range words {
		if len(l.postings[w]) > commonWord {
			continue
		}
		for _, i := range l.postings[w] {
			if seen[i] {
				continue
			}
			seen[i] = true
			if alike := l.alike(words, own, &l.all[i]); alike >= alikeGuess {
				found = append(found, similar{i, alike})
			}
		}
	}
	slices.SortFunc(found, func(a, b similar) int {
		return cmp.Or(cmp.Compare(b.alike, a.alike), cmp.Compare(b.lesson, a.lesson)) // of equals the later
	})
	return found[:min(len(found), neighbours)]
}

// alike is the cosine between words, whose norm is own, and those of a lesson; 0 where too few are the same.
func (l *Lessons) alike(words []uint32, own float64, x *lesson) float64 {
	n, shared := 0, 0.0
	for i, j := 0, 0; i < len(words) && j < len(x.words); {
		switch {
		case words[i] < x.words[j]:
			i++
		case words[i] > x.words[j]:
			j++
		default:
			w := l.weight(words[i])
			n, shared, i, j = n+1, shared+w*w, i+1, j+1
		}
	}
	if n < fewestWord {
		return 0
	}
	return shared / math.Sqrt(own*x.norm)
}

// Ask decides as Decide does, with what the router has learned: topics that the rules are not sure of are weighed with
// the model's guess, and where staff passed on a report like this one, it goes where they sent that: the reasons then name it.
// What concerns officials, what is sensitive and what is an emergency is decided by the rules alone.
func (c *City) Ask(r Report, m *Mind) Decision {
	v := c.view(r)
	d := c.decide(v, m)
	if m.Lessons() == 0 || d.Emergency || d.Sealed || d.Kind == Misconduct {
		return d
	}
	l := m.lessons
	near := l.nearest(essence(v.text))
	if len(near) == 0 {
		return d
	}
	best := near[0]
	agency, ok := c.taught(l, best.lesson, v.area)
	if !ok {
		return d
	}
	for _, other := range near[1:] { // staff do not agree with themselves
		if a, ok := c.taught(l, other.lesson, v.area); ok && a.ID != agency.ID && other.alike > best.alike*0.9 {
			return d
		}
	}
	return c.follow(d, v, m, agency, &l.all[best.lesson], best.alike)
}

// taught is who acts on a report of this area, as the lesson says.
func (c *City) taught(l *Lessons, i int32, area *Area) (Agency, bool) {
	if office := l.all[i].office; office != "" {
		return c.officeFor(area, office)
	}
	return c.Agency(l.all[i].agency)
}

// follow gives the report to the agency that the lesson names, or shows that agency to who verifies.
func (c *City) follow(d Decision, v *view, m *Mind, agency Agency, x *lesson, alike float64) Decision {
	if !d.Abstained && d.Agency == agency.ID {
		return d
	}
	guess := Guess{Agency: agency.ID, Category: c.topicOf(v, agency.ID), Confidence: round(min(0.95, 0.35+alike*0.6))}
	acts := alike >= alikeActs && (d.Abstained || d.Confidence < sureRules) || alike >= alikeSure
	code := "lesson"
	if !acts {
		if !d.Abstained {
			return d
		}
		code, guess.Confidence = "lesson.maybe", round(min(guess.Confidence, c.threshold(m)-0.01))
	}
	d.Top = slices.DeleteFunc(slices.Clone(d.Top), func(g Guess) bool { return g.Agency == agency.ID })
	d.Top = append([]Guess{guess}, d.Top[:min(len(d.Top), 2)]...)
	d.Reasons = append([]Reason{{Code: code, Args: []string{tickets.Reference(x.reference).String(), agency.Name}}}, d.Reasons...)
	if acts {
		d.Agency, d.Category, d.Abstained = agency.ID, guess.Category, false
		d.Confidence = max(guess.Confidence, c.threshold(m))
		d.Reasons = slices.DeleteFunc(d.Reasons, func(r Reason) bool {
			return strings.HasPrefix(r.Code, "abstain.") || strings.HasPrefix(r.Code, "agency.")
		})
	}
	return d
}

// topicOf is the likeliest topic of the report that the agency acts on, "" where none of those that were
// heard is the agency's.
func (c *City) topicOf(v *view, agency string) string {
	for _, x := range v.candidates {
		if cat := &c.categories[x.category]; c.route(v.area, cat).agency == agency {
			return cat.ID
		}
	}
	return ""
}
