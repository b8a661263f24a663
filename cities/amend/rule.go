package amend

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"tanggap/cities"
	"tanggap/router"
	"tanggap/tickets/edits"
)

// Rule is a topic as a person edits it: all that it says, and not only what it says otherwise than the pack.
type Rule struct {
	Key      string
	Name     map[string]string // by language
	Who      string            // the id of an agency, or OfficeOf and the level of the area whose office acts
	Located  bool
	Off      bool // its words do not count
	Deadline Deadline
	Sure     []string
	Strong   []string
	Hint     []string
	Against  []string

	Walled  bool // words may only be added
	Conduct bool // and nobody else acts
	Own     bool // the pack has no such topic
}

// OfficeOf begins a Rule's Who that is a level of areas.
const OfficeOf = "@"

// ErrNoRule: neither the pack nor the edit has such a topic.
var ErrNoRule = errors.New("there is no such topic")

// ReadRule is a topic of the pack with an edit over it; said is null for none.
func ReadRule(pack cities.Pack, key string, said json.RawMessage) (Rule, error) {
	r := Rule{Key: key, Own: true}
	a := amender{def: router.Definition{Facts: pack.Definition.Facts}}
	if i := slices.IndexFunc(pack.Definition.Categories, func(c router.Category) bool { return c.ID == key }); i >= 0 {
		a.def.Categories, r.Own = []router.Category{pack.Definition.Categories[i]}, false
	}
	if e := (edits.Edit{Change: edits.Change{Section: Categories, Key: key, Value: said}}); !e.Returns() {
		var c Category
		if err := decode(said, &c); err != nil {
			return r, err
		}
		r.Off = c.Off != nil && *c.Off
		c.Off = nil // its words are read all the same
		e.Value = raw(c)
		if err := a.category(&e); err != nil {
			return r, err
		}
	}
	if len(a.def.Categories) == 0 {
		return r, ErrNoRule
	}
	c := &a.def.Categories[0]
	r.Name, r.Who, r.Located = maps.Clone(c.Name), c.Agency, c.Located
	if c.Office != "" {
		r.Who = OfficeOf + c.Office
	}
	r.Deadline = Deadline{c.Deadline.Value, c.Deadline.Unit}
	r.Sure, r.Strong, r.Hint, r.Against = c.Patterns.Sure, c.Patterns.Strong, c.Patterns.Hint, c.Patterns.Against
	r.Walled, r.Conduct = Walled(c), c.Conduct
	return r, nil
}

// Wish is what is to be saved so that the topic is as r says. Of what was said before stays what r does not
// change, and what is as the pack has it is left to the pack.
func (r Rule) Wish(pack cities.Pack, was json.RawMessage) (Wish, error) {
	base, err := ReadRule(pack, r.Key, nil)
	if err != nil && !errors.Is(err, ErrNoRule) {
		return Wish{}, err
	}
	old, err := ReadRule(pack, r.Key, was)
	var said Category
	if err != nil {
		old = base // what was said does not count, and is not built on
	} else if e := (edits.Edit{Change: edits.Change{Value: was}}); !e.Returns() {
		if err := decode(was, &said); err != nil {
			return Wish{}, err
		}
	}
	if !maps.Equal(r.Name, old.Name) {
		said.Name = otherNames(base.Name, r.Name)
	}
	if r.Who != old.Who {
		said.Agency, said.Office = acts(base.Who, r.Who)
	}
	if r.Located != old.Located {
		said.Located = other(base.Located, r.Located)
	}
	if r.Deadline != old.Deadline {
		said.Deadline = other(base.Deadline, r.Deadline)
	}
	for _, l := range []struct {
		said           **List
		base, old, now []string
	}{
		{&said.Sure, base.Sure, old.Sure, r.Sure},
		{&said.Strong, base.Strong, old.Strong, r.Strong},
		{&said.Hint, base.Hint, old.Hint, r.Hint},
		{&said.Against, base.Against, old.Against, r.Against},
	} {
		if !slices.Equal(l.old, l.now) {
			*l.said = NewList(l.base, l.now)
		}
	}
	said.Off = other(false, r.Off)
	w := Wish{Section: Categories, Key: r.Key}
	if string(raw(said)) != "{}" {
		w.Value = said
	}
	return w, nil
}

// other is what is said, nil where it is as before.
func other[T comparable](was, is T) *T {
	if was == is {
		return nil
	}
	return &is
}

func otherNames(base, now map[string]string) map[string]string {
	found := map[string]string{}
	for lang, name := range now {
		if base[lang] != name {
			found[lang] = name
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

func acts(base, now string) (agency, office *string) {
	level, isOffice := strings.CutPrefix(now, OfficeOf)
	switch {
	case now == base:
		return nil, nil
	case isOffice:
		return nil, &level
	}
	return &now, nil
}
