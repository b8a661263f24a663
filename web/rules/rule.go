package rules

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tanggap/cities/amend"
	"tanggap/router"
	"tanggap/tickets/edits"
)

// rulePage is one topic with the form that edits it.
type rulePage struct {
	Name, Path string
	New        bool
	ruleDraft
	Walled, Conduct, Own bool
	Agencies, Levels     []choice
	Units                []string
	Wrong                string // of the family "rule_wrong", "" nothing
	Detail               string
	Faults               []ruleFault
	Past                 []pastRow
	Edited               bool // the database says otherwise than the pack
	Restores             bool // an older version is in the form
	Works                bool
}

// ruleDraft is what is written in the form.
type ruleDraft struct {
	Key, NameID, NameEN         string
	Who                         string
	Located, Off                bool
	Value                       int
	Unit                        string
	Sure, Strong, Hint, Against string // a pattern a line
	Seen                        int64  // the version that its writer read
	Back                        bool   // to the pack, whatever else stands here
}

// ruleFault is a line that is no pattern.
type ruleFault struct {
	List string // of the family "words"
	Line int
	Code string // of the family "pattern"
	Word string
}

// The families "words", "unit", "pattern" and "rule_wrong".
var (
	wordLists    = []string{"sure", "strong", "hint", "against"}
	ruleUnits    = []string{router.Hours, router.CalendarDays, router.WorkingDays}
	patternCodes = []string{router.PatternEmpty, router.PatternSides, router.PatternSet, router.PatternWord}
	ruleFaults   = []string{"stale", "key", "taken", "name", "who", "deadline", "patterns", "why", "conduct", "flags", "words", "desk", "other"}
)

var sampleDraft = ruleDraft{"x", "x", "x", "x", true, true, 1, router.Hours, "x", "x", "x", "x", 1, true}

var sampleRule = rulePage{
	"x", "/", true, sampleDraft, true, true, true,
	[]choice{{"x", "x"}},
	[]choice{{"x", "x"}},
	ruleUnits, "stale", "x",
	[]ruleFault{{"sure", 1, router.PatternWord, "x"}},
	[]pastRow{samplePast},
	true, true, true,
}

// ruleKey is how a topic's id is written.
var ruleKey = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)

func draftOf(r *amend.Rule) ruleDraft {
	lines := func(all []string) string { return strings.Join(all, "\n") }
	return ruleDraft{
		Key: r.Key, NameID: r.Name["id"], NameEN: r.Name["en"], Who: r.Who, Located: r.Located, Off: r.Off, Value: r.Deadline.Value, Unit: r.Deadline.Unit,
		Sure: lines(r.Sure), Strong: lines(r.Strong), Hint: lines(r.Hint), Against: lines(r.Against),
	}
}

// draft is what the form says.
func (v *Visit) draft(key string) ruleDraft {
	f := v.R.PostFormValue
	value, _ := strconv.Atoi(f("value"))
	seen, _ := strconv.ParseInt(f("seen"), 10, 64)
	return ruleDraft{
		Key: key, NameID: strings.TrimSpace(f("name_id")), NameEN: strings.TrimSpace(f("name_en")), Who: f("who"), Located: f("located") != "", Off: f("off") != "",
		Value: value, Unit: f("unit"), Sure: f("sure"), Strong: f("strong"), Hint: f("hint"), Against: f("against"), Seen: seen, Back: f("back") != "",
	}
}

// rule is what the draft makes of a topic.
func (d *ruleDraft) rule(of amend.Rule) amend.Rule {
	of.Key, of.Located, of.Off, of.Deadline = d.Key, d.Located, d.Off, amend.Deadline{Value: d.Value, Unit: d.Unit}
	name := map[string]string{}
	for lang, was := range of.Name {
		name[lang] = was
	}
	name["id"], name["en"] = d.NameID, cmp.Or(d.NameEN, d.NameID)
	of.Name = name
	if !of.Conduct {
		of.Who = d.Who
	}
	of.Sure, of.Strong, of.Hint, of.Against = lines(d.Sure), lines(d.Strong), lines(d.Hint), lines(d.Against)
	return of
}

func lines(text string) (all []string) {
	for line := range strings.Lines(text) {
		if line = strings.Join(strings.Fields(line), " "); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// written are the newest version of a topic, none for none, and the topic as it reads.
func (k *Book) written(v *Visit, key string) (last edits.Edit, rule amend.Rule, err error) {
	past, err := k.Edits.History(v.R.Context(), amend.Categories, key, 1)
	if err != nil {
		return last, rule, err
	}
	if last.Value = json.RawMessage("null"); len(past) > 0 {
		last = past[0]
	}
	rule, err = amend.ReadRule(k.Pack(), key, last.Value)
	return last, rule, err
}

// showRule is the form with what counts, or with an older version of it.
func (k *Book) showRule(v *Visit) {
	key := v.R.PathValue("rule")
	last, rule, err := k.written(v, key)
	p := rulePage{}
	if err != nil {
		var inPack error
		if rule, inPack = amend.ReadRule(k.Pack(), key, nil); inPack != nil && last.Version == 0 {
			k.UI.Fail(v.W, v.R, http.StatusNotFound)
			return
		}
	}
	if n, err := strconv.ParseInt(v.R.URL.Query().Get("version"), 10, 64); err == nil {
		past, err := k.Edits.History(v.R.Context(), amend.Categories, key, mostPast)
		if k.failed(v, err) {
			return
		}
		if at := slices.IndexFunc(past, func(e edits.Edit) bool { return e.Version == n }); at >= 0 {
			if old, err := amend.ReadRule(k.Pack(), key, past[at].Value); err == nil {
				rule, p.Restores = old, true
			}
		}
	}
	p.ruleDraft = draftOf(&rule)
	p.Seen = last.Version
	k.writeRule(v, 0, p, &rule)
}

func (k *Book) newRule(v *Visit) {
	rule := amend.Rule{Own: true}
	k.writeRule(v, 0, rulePage{New: true, ruleDraft: ruleDraft{Located: true, Value: 7, Unit: router.WorkingDays}}, &rule)
}

// writeRule fills in what the form offers.
func (k *Book) writeRule(v *Visit, status int, p rulePage, rule *amend.Rule) {
	p.Path, p.Walled, p.Conduct, p.Own, p.Works, p.Units = "/console/rules/"+p.Key, rule.Walled, rule.Conduct, rule.Own, v.Works, ruleUnits
	if p.Name = k.category(p.Key, v.Lang); p.Name == "" {
		p.Name = p.Key
	}
	if p.New {
		p.Path = "/console/rules/new"
	} else {
		past, err := k.Edits.History(v.R.Context(), amend.Categories, p.Key, mostPast)
		if k.failed(v, err) {
			return
		}
		p.Edited = len(past) > 0 && !past[0].Returns()
		for i := range past {
			row := k.past(v, &past[i])
			row.Path = p.Path + "?version=" + strconv.FormatInt(past[i].Version, 10)
			p.Past = append(p.Past, row)
		}
	}
	city := k.City()
	for _, a := range city.Agencies() {
		if a.Area == "" || a.ID == p.Who {
			p.Agencies = append(p.Agencies, choice{a.ID, a.Name})
		}
	}
	slices.SortStableFunc(p.Agencies, func(a, b choice) int { return cmp.Compare(a.Name, b.Name) })
	for _, cat := range city.Categories() {
		if id := amend.OfficeOf + cat.Office; cat.Office != "" && !slices.ContainsFunc(p.Levels, func(l choice) bool { return l.ID == id }) {
			p.Levels = append(p.Levels, choice{id, k.UI.Say(v.Lang, "rules.office", "level", cat.Office)})
		}
	}
	frame := v.Frame()
	frame.Status = status
	k.pages.rule.Write(v.W, v.R, frame, p)
}

// faults are the lines of the draft that are no patterns.
func (k *Book) faults(d *ruleDraft) (all []ruleFault) {
	for i, text := range []string{d.Sure, d.Strong, d.Hint, d.Against} {
		found := k.City().CheckPatterns(lines(text))
		for line := range lines(text) {
			if f, wrong := found[line]; wrong {
				all = append(all, ruleFault{wordLists[i], line + 1, f.Code, f.Word})
			}
		}
	}
	return all
}

// wrong is what a person has to mend before anybody tries the draft, of the family "rule_wrong".
func (k *Book) wrong(p *rulePage, rule *amend.Rule) string {
	_, known := k.City().Agency(p.Who)
	switch {
	case p.Back:
		return ""
	case !ruleKey.MatchString(p.Key) || p.Key == "new":
		return "key"
	case p.NameID == "":
		return "name"
	case !rule.Conduct && !known && !strings.HasPrefix(p.Who, amend.OfficeOf):
		return "who"
	case p.Value <= 0 || !slices.Contains(ruleUnits, p.Unit):
		return "deadline"
	case len(p.Faults) > 0:
		return "patterns"
	}
	return ""
}

// refused names, of the family "rule_wrong", why a change is not taken; "" for an error of ours.
func refused(err error) (name, detail string, status int) {
	_, refusal := errors.AsType[amend.Refusals](err)
	switch {
	case errors.Is(err, edits.ErrStale):
		return "stale", "", http.StatusConflict
	case errors.Is(err, amend.WallConduct):
		name = "conduct"
	case errors.Is(err, amend.WallFlags):
		name = "flags"
	case errors.Is(err, amend.WallWords):
		name = "words"
	case errors.Is(err, amend.WallDesk):
		name = "desk"
	case refusal:
		return "other", err.Error(), http.StatusUnprocessableEntity
	}
	return name, "", http.StatusUnprocessableEntity
}
