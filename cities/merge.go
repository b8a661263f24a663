package cities

import (
	"errors"
	"io/fs"
	"maps"
	"slices"

	"tanggap/router"
)

// foundation is a base pack: topics and words of no place in particular, on which a city's pack stands.
type foundation struct {
	sources    map[string]sourceEntry
	categories []categoryEntry
	words      wordFile
}

// stand reads the base pack that a pack names; "" is none. Sources of the pack win over those of the
// base with the same key.
func (r *reader) stand(name string) {
	if name == "" {
		return
	}
	files, err := Base(name)
	if err != nil {
		r.fault("city.toml", "%v", err)
		return
	}
	b := reader{files: files, folder: name}
	var sources struct {
		Sources map[string]sourceEntry `toml:"sources"`
	}
	b.toml("sources.toml", &sources)
	r.base = &foundation{sources: sources.Sources, categories: b.entries()}
	b.toml("words.toml", &r.base.words)
	r.faults = append(r.faults, b.faults...)
	all := maps.Clone(sources.Sources)
	maps.Copy(all, r.sources)
	r.sources = all
}

// entries reads the files of categories.
func (r *reader) entries() []categoryEntry {
	var out []categoryEntry
	for _, file := range r.glob("categories/*.toml") {
		var in categoryFile
		r.toml(file, &in)
		for _, c := range in.Categories {
			c.file = file
			out = append(out, c)
		}
	}
	return out
}

// categories are those of the base, without what the pack drops and with what it replaces by id, and
// then the pack's own.
func (r *reader) categories(city cityFile) []router.Category {
	own := r.entries()
	var all []categoryEntry
	if r.base != nil {
		all = slices.Clone(r.base.categories)
	}
	known := make(map[string]bool) // roles, also those of dropped categories
	for _, c := range slices.Concat(all, own) {
		known[c.Role] = true
	}
	for _, role := range slices.Sorted(maps.Keys(r.roles)) {
		if !known[role] {
			r.fault("agencies.toml", "agency %s: no category asks for the role %q", r.roles[role], role)
		}
	}
	at := make(map[string]int)
	for i, c := range all {
		at[c.ID] = i
	}
	for _, id := range city.City.Drop {
		if _, ok := at[id]; !ok {
			r.fault("city.toml", "drop: the base has no category %q", id)
		}
	}
	for _, c := range own {
		if i, ok := at[c.ID]; ok {
			all[i] = c
		} else {
			all = append(all, c)
		}
	}
	var out []router.Category
	for i, c := range all {
		if _, based := at[c.ID]; based && slices.Contains(city.City.Drop, c.ID) {
			continue
		}
		out = append(out, r.category(c, r.base != nil && i < len(r.base.categories), city.City.Root))
	}
	return out
}

// category resolves who acts. A role of the base that nobody has is the root desk's, so that a pack can
// start before all its agencies are named; the check tells which.
func (r *reader) category(c categoryEntry, based bool, root string) router.Category {
	if c.Role != "" {
		switch agency := r.roles[c.Role]; {
		case c.Agency != "":
			r.fault(c.file, "category %s: has a role and an agency", c.ID)
		case agency != "":
			c.Agency = agency
		case based:
			c.Agency = root
			if !slices.Contains(r.vacant, c.Role) {
				r.vacant = append(r.vacant, c.Role)
			}
		default:
			r.fault(c.file, "category %s: no agency has the role %q", c.ID, c.Role)
		}
	}
	if c.Office == "smallest" {
		c.Office = r.smallest
	}
	return router.Category{
		ID: c.ID, Name: c.Name, Agency: c.Agency, Office: c.Office, Kind: c.Kind, Located: c.Located,
		Conduct: c.Conduct, Sensitive: c.Sensitive, Emergency: c.Emergency, Outside: c.Outside,
		Deadline: router.Deadline{Value: c.Deadline.Value, Unit: c.Deadline.Unit, Origin: r.origin(c.file, "deadline of "+c.ID, c.Deadline.fact)},
		Patterns: router.Patterns{Sure: c.Sure, Strong: c.Strong, Hint: c.Hint, Against: c.Against},
		Origin:   r.origin(c.file, "category "+c.ID, c.fact),
	}
}

// words reads the sets, guards and kinds. Those of a base come first, and the pack's words.toml, which
// may then be missing, adds to them.
func (r *reader) words(def *router.Definition) {
	var in wordFile
	if _, err := fs.Stat(r.files, "words.toml"); r.base == nil || !errors.Is(err, fs.ErrNotExist) {
		r.toml("words.toml", &in)
	}
	if r.base != nil {
		in = r.base.words.with(in)
	}
	for _, name := range slices.Sorted(maps.Keys(in.Sets)) {
		def.Sets = append(def.Sets, router.Set{Name: name, Words: in.Sets[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(in.Guards)) {
		def.Guards = append(def.Guards, router.Guard{Name: name, Patterns: in.Guards[name]})
	}
	for _, name := range slices.Sorted(maps.Keys(in.Figures)) {
		def.Guards = append(def.Guards, router.Guard{Name: name, Patterns: in.Figures[name], Figure: true})
	}
	def.Kinds = router.Kinds{Information: in.Kinds.Information, Suggestion: in.Kinds.Suggestion, Complaint: in.Kinds.Complaint}
	def.Conduct = router.Conduct{Private: in.Private, Suspect: in.Suspect}
}

// with adds the lists of another file to those of the same name.
func (w wordFile) with(more wordFile) wordFile {
	join := func(to, from map[string][]string) map[string][]string {
		out := make(map[string][]string, len(to)+len(from))
		maps.Copy(out, to)
		for name, list := range from {
			out[name] = slices.Concat(out[name], list)
		}
		return out
	}
	w.Sets, w.Guards, w.Figures = join(w.Sets, more.Sets), join(w.Guards, more.Guards), join(w.Figures, more.Figures)
	w.Kinds.Information = slices.Concat(w.Kinds.Information, more.Kinds.Information)
	w.Kinds.Suggestion = slices.Concat(w.Kinds.Suggestion, more.Kinds.Suggestion)
	w.Kinds.Complaint = slices.Concat(w.Kinds.Complaint, more.Kinds.Complaint)
	w.Private, w.Suspect = slices.Concat(w.Private, more.Private), slices.Concat(w.Suspect, more.Suspect)
	return w
}
