package rules

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"tanggap/cities/amend"
	"tanggap/router"
	"tanggap/tickets/edits"
)

const (
	mostPast      = 30 // versions that are shown
	mostRulesPast = 15
)

// rulesPage is all topics of the city, with what was edited.
type rulesPage struct {
	Tabs   []tab
	Query  string
	Edited bool // only those
	Rows   []ruleRow
	Aside  []asideRow
	Past   []pastRow
	Works  bool // the person may edit
}

type ruleRow struct {
	Name, Path, Who string
	Words           int
	By              string // who edited it, "" as the pack has it
	At              time.Time
	Off, Own        bool
}

// asideRow is an edit that does not count.
type asideRow struct{ Name, Path, By, Cause string }

// pastRow is a version of something.
type pastRow struct {
	Name, Path string // Path shows it in the form, "" where there is none
	By, Why    string
	At         time.Time
	Returns    bool // to the pack
}

var sampleRules = rulesPage{
	[]tab{{"all", "/", true}},
	"x", true,
	[]ruleRow{{"x", "/", "x", 1, "x", time.Unix(1, 0), true, true}},
	[]asideRow{{"x", "/", "x", "x"}},
	[]pastRow{samplePast},
	true,
}

var samplePast = pastRow{"x", "/", "x", "x", time.Unix(1, 0), true}

// showRules is the list of topics.
func (k *Book) showRules(v *Visit) {
	current, _, err := k.Edits.Current(v.R.Context())
	if k.failed(v, err) {
		return
	}
	past, err := k.Edits.Recent(v.R.Context(), mostRulesPast)
	if k.failed(v, err) {
		return
	}
	q := v.R.URL.Query()
	p := rulesPage{Query: cut(q.Get("q")), Edited: q.Get("edited") != "", Works: v.Works}
	for _, name := range []string{"all", "edited"} {
		values := url.Values{"q": {p.Query}, "edited": {""}}
		if name == "edited" {
			values.Set("edited", "1")
		}
		p.Tabs = append(p.Tabs, tab{name, "/console/rules?" + without(values).Encode(), p.Edited == (name == "edited")})
	}
	city := k.City()
	for _, cat := range city.Categories() {
		r := k.ruleRow(v, &cat, current)
		if (r.By != "" || !p.Edited) && strings.Contains(strings.ToLower(r.Name+" "+cat.ID+" "+r.Who), strings.ToLower(strings.TrimSpace(p.Query))) {
			p.Rows = append(p.Rows, r)
		}
	}
	for _, a := range k.Aside() {
		p.Aside = append(p.Aside, asideRow{k.thing(v, &a.Edit), k.thingPath(&a.Edit), a.Edit.By, a.Err.Error()})
	}
	for i := range past {
		p.Past = append(p.Past, k.past(v, &past[i]))
	}
	k.pages.rules.Write(v.W, v.R, v.Frame(), p)
}

func (k *Book) ruleRow(v *Visit, cat *router.Category, current []edits.Edit) ruleRow {
	r := ruleRow{Name: k.category(cat.ID, v.Lang), Path: "/console/rules/" + cat.ID, Who: k.agency(cat.Agency)}
	if cat.Office != "" {
		r.Who = k.UI.Say(v.Lang, "rules.office", "level", cat.Office)
	}
	w := &cat.Patterns
	r.Words = len(w.Sure) + len(w.Strong) + len(w.Hint) + len(w.Against)
	if at := slices.IndexFunc(current, func(e edits.Edit) bool { return e.Section == amend.Categories && e.Key == cat.ID }); at >= 0 {
		e := &current[at]
		r.By, r.At = e.By, e.At
		if rule, err := amend.ReadRule(k.Pack(), cat.ID, e.Value); err == nil {
			r.Off, r.Own = rule.Off, rule.Own
		}
	}
	return r
}

// thing names what an edit is about.
func (k *Book) thing(v *Visit, e *edits.Edit) string {
	switch e.Section {
	case amend.Categories:
		if name := k.category(e.Key, v.Lang); name != "" {
			return name
		}
	case amend.Agencies:
		return k.agency(e.Key)
	case amend.Facts:
		return k.UI.Say(v.Lang, "rules.trust")
	}
	return e.Key
}

// thingPath is where it is edited, "" for what the page does not edit.
func (k *Book) thingPath(e *edits.Edit) string {
	if e.Section == amend.Categories {
		return "/console/rules/" + e.Key
	}
	return ""
}

func (k *Book) past(v *Visit, e *edits.Edit) pastRow {
	return pastRow{Name: k.thing(v, e), Path: k.thingPath(e), By: e.By, Why: e.Why, At: e.At, Returns: e.Returns()}
}
