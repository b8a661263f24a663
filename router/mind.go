package router

import (
	"strings"

	"tanggap/router/classify"
)

// Mind is what the router has learned for one city: a text model, from examples and corrections, and the
// reports that staff passed on. It is immutable, and safe for concurrent use. nil knows nothing.
type Mind struct {
	city    *City
	lessons *Lessons
	model   *classify.Model
	means   map[string]meaning // what the model's labels mean
	trust   Trust
}

// Trust says what confidence is worth.
type Trust struct {
	// Threshold is the confidence below which a person verifies; 0 is the city's own.
	Threshold float64
	// Version is the model's, for the record.
	Version int64
}

// meaning is what a label of the model stands for in the city: a topic, or an agency that no topic names.
type meaning struct {
	category int    // index, -1 for none
	agency   string // id, or …
	office   string // … the level of the area whose office acts
}

// Labels of the model that are no topic: an agency, and a level of areas.
const (
	agencyLabel = "@agency:"
	officeLabel = "@office:"
)

// Mind makes what was learned of a model, which may be nil, and lessons, the latest decision about a report last.
// The model is taken as it is: Learn teaches it lessons. Labels that mean nothing in the city are left out.
func (c *City) Mind(model *classify.Model, lessons []Lesson, trust Trust) *Mind {
	m := &Mind{city: c, lessons: c.Teach(lessons), model: model, means: map[string]meaning{}, trust: trust}
	if model == nil {
		return m
	}
	for _, label := range model.Labels() {
		if means, ok := c.meaning(label); ok {
			m.means[label] = means
		}
	}
	return m
}

// In is what was learned as it would serve a city whose rules are others.
func (m *Mind) In(c *City) *Mind {
	if m == nil {
		return nil
	}
	other := *m
	other.city, other.means = c, map[string]meaning{}
	for label := range m.means {
		if means, ok := c.meaning(label); ok {
			other.means[label] = means
		}
	}
	return &other
}

// meaning finds what a label stands for.
func (c *City) meaning(label string) (meaning, bool) {
	if id, ok := strings.CutPrefix(label, agencyLabel); ok {
		_, known := c.Agency(id)
		return meaning{category: -1, agency: id}, known
	}
	if level, ok := strings.CutPrefix(label, officeLabel); ok {
		return meaning{category: -1, office: level}, true
	}
	i, ok := c.categoryAt[label]
	return meaning{category: i}, ok
}

// knows reports whether there is a model that speaks of this city, and not of one that was read anew since.
func (m *Mind) knows(c *City) bool { return m != nil && m.model != nil && m.city == c }

// Lessons is how many reports that staff passed on are known.
func (m *Mind) Lessons() int {
	if m == nil {
		return 0
	}
	return m.lessons.Len()
}

// threshold is the confidence below which a person verifies.
func (c *City) threshold(m *Mind) float64 {
	if m != nil && m.trust.Threshold > 0 {
		return m.trust.Threshold
	}
	return c.facts.Threshold
}

// Learn teaches a model what staff decided, in their order. A lesson names an agency: of that agency's topics it is the one which the
// model thinks likeliest. What teaches nothing about others is left out, as in Teach. The model may be nil.
func (c *City) Learn(model *classify.Model, lessons []Lesson) *classify.Model {
	if model == nil {
		model = &classify.Model{}
	}
	return model.Learn(c.Examples(model, lessons)...)
}

// Examples makes of lessons what a model learns from; model, which may be nil, says which topic of an agency it was.
func (c *City) Examples(model *classify.Model, lessons []Lesson) []classify.Example {
	var examples []classify.Example
	for _, x := range lessons {
		if !c.teaches(x.Agency) {
			continue
		}
		v := c.view(x.Report)
		if v.beyond != nil {
			continue
		}
		text := v.bare()
		if x.Category != "" {
			if cat, ok := c.Category(x.Category); ok && !cat.Conduct && c.route(v.area, &cat).agency == x.Agency {
				examples = append(examples, classify.Example{Label: cat.ID, Text: text})
				continue
			}
		}
		examples = append(examples, classify.Example{Label: c.label(model, v, text, x.Agency), Text: text})
	}
	return examples
}

// teaches reports whether an agency is one to which things are passed on because of what they are about.
func (c *City) teaches(agency string) bool {
	_, known := c.Agency(agency)
	return known && agency != c.facts.Root && agency != c.facts.Inspector && !c.abroad(agency)
}

// label is what the model is to call a report that an agency acts on.
func (c *City) label(model *classify.Model, v *view, text, agency string) string {
	if topic := c.topicOf(v, agency); topic != "" {
		return topic
	}
	if model != nil {
		for _, g := range model.Predict(text) {
			if means, ok := c.meaning(g.Label); ok && c.destination(v.area, means) == agency {
				return g.Label
			}
		}
	}
	for i := range c.categories {
		if cat := &c.categories[i]; c.ordinary(cat) && c.route(v.area, cat).agency == agency && c.only(v.area, agency, i) {
			return cat.ID
		}
	}
	if a, ok := c.Agency(agency); ok && a.Area != "" && c.offices[a.Area] == agency {
		if area, ok := c.places.Area(a.Area); ok {
			return officeLabel + area.Level
		}
	}
	return agencyLabel + agency
}

// only reports whether category i is the only one that the agency acts on there.
func (c *City) only(area *Area, agency string, i int) bool {
	for k := range c.categories {
		if k != i && c.ordinary(&c.categories[k]) && c.route(area, &c.categories[k]).agency == agency {
			return false
		}
	}
	return true
}

// ordinary reports whether a topic is neither of those that the rules alone decide on nor beyond the city.
func (c *City) ordinary(cat *Category) bool { return !cat.Conduct && !cat.Emergency && !cat.Outside }

// destination is the agency that a label means at a place, "" where none is.
func (c *City) destination(area *Area, means meaning) string {
	if means.category >= 0 {
		return c.route(area, &c.categories[means.category]).agency
	}
	if means.office != "" {
		office, _ := c.officeFor(area, means.office)
		return office.ID
	}
	return means.agency
}

// bare is the report without the names of places: what it is about does not depend on where it is.
func (v *view) bare() string {
	var b strings.Builder
	from := 0
	for i, t := range v.text.tokens {
		if v.text.place[i] && t.Start >= from {
			b.WriteString(v.source[from:t.Start])
			from = t.End
		}
	}
	if from == 0 {
		return v.source
	}
	b.WriteString(v.source[from:])
	return b.String()
}
