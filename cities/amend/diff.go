package amend

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"tanggap/cities"
	"tanggap/router"
	"tanggap/tickets/edits"
)

// Difference is one field that the database says otherwise than the pack.
type Difference struct {
	Section string `json:"section"`
	Key     string `json:"key"`
	Field   string `json:"field"` // "" for what is one value
	// Pack is what the pack says now, null where it has no such thing. Database is what counts instead; of a list
	// of words, what is added and what is taken away.
	Pack     json.RawMessage `json:"pack"`
	Database json.RawMessage `json:"database"`
	// Was is what the pack said at the time, where it says something else now.
	Was json.RawMessage `json:"was,omitempty"`
	// Needless: the pack says the same now.
	Needless bool `json:"needless"`
	// Aside is why the edit does not count, "" where it does.
	Aside string    `json:"aside,omitempty"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
	Why   string    `json:"why"`
	// Version is that of the edit.
	Version int64 `json:"version"`
}

// Differences compares edits with a pack as it was loaded, by section, key and field.
func Differences(pack cities.Pack, list []edits.Edit) []Difference {
	_, aside := Over(pack, list)
	all := []Difference{}
	for i := range list {
		e := &list[i]
		if e.Returns() {
			continue
		}
		why := ""
		if at := slices.IndexFunc(aside, func(a Aside) bool { return a.Edit.Version == e.Version }); at >= 0 {
			why = aside[at].Err.Error()
		}
		for field, said := range fields(e.Value) {
			d := Difference{
				Section: e.Section, Key: e.Key, Field: field, Pack: pick(raw(packs(&pack, e.Section, e.Key)), field), Database: said,
				Aside: why, By: e.By, At: e.At, Why: e.Why, Version: e.Version,
			}
			if was := pick(e.Base, field); !same(was, d.Pack) {
				d.Was = was
			}
			d.Needless = why == "" && needless(d.Pack, said) && !vouches(&pack, &d)
			all = append(all, d)
		}
	}
	slices.SortFunc(all, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Section, b.Section), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Field, b.Field))
	})
	return all
}

// vouches reports whether the edit makes a promise of what is but an example in the pack.
func vouches(p *cities.Pack, d *Difference) bool {
	return d.Section == Categories && d.Field == "deadline" && slices.ContainsFunc(p.Definition.Categories, func(c router.Category) bool {
		return c.ID == d.Key && c.Deadline.Example
	})
}

// packs is what a pack says of a thing, in the fields of a value; nil where it has no such thing.
func packs(p *cities.Pack, section, key string) any {
	switch section {
	case Agencies:
		i := slices.IndexFunc(p.Definition.Agencies, func(a router.Agency) bool { return a.ID == key })
		if i < 0 {
			return nil
		}
		a := p.Definition.Agencies[i]
		return map[string]any{
			"parent": a.Parent, "name": a.Name, "short": a.Short, "kind": a.Kind, "area": a.Area, "external": a.External, "zone": a.Zone, "hours": a.Hours,
			"mailbox": a.Mailbox, "chat": a.Chat, "words": a.Words,
		}
	case Categories:
		i := slices.IndexFunc(p.Definition.Categories, func(c router.Category) bool { return c.ID == key })
		if i < 0 {
			return nil
		}
		c := p.Definition.Categories[i]
		return map[string]any{
			"name": c.Name, "agency": c.Agency, "office": c.Office, "kind": c.Kind, "located": c.Located, "conduct": c.Conduct, "sensitive": c.Sensitive,
			"emergency": c.Emergency, "deadline": Deadline{c.Deadline.Value, c.Deadline.Unit}, "sure": c.Patterns.Sure, "strong": c.Patterns.Strong,
			"hint": c.Patterns.Hint, "against": c.Patterns.Against,
		}
	case Facts:
		switch key {
		case Threshold:
			return p.Definition.Facts.Threshold
		case Accuracy:
			if p.Definition.Facts.Accuracy > 0 {
				return p.Definition.Facts.Accuracy
			}
		}
	}
	return nil
}

func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}

// fields takes a value apart; what is no object is one field without a name.
func fields(value json.RawMessage) map[string]json.RawMessage {
	var all map[string]json.RawMessage
	if json.Unmarshal(value, &all) != nil {
		return map[string]json.RawMessage{"": value}
	}
	delete(all, "source") // says where the others come from
	return all
}

// pick is a field of an object, null where there is none; of what is no object, "" is all of it.
func pick(value json.RawMessage, field string) json.RawMessage {
	found := value
	if field != "" {
		found = fields(value)[field]
	}
	if len(found) == 0 {
		return json.RawMessage("null")
	}
	return found
}

func same(a, b json.RawMessage) bool { return bytes.Equal(canonical(a), canonical(b)) }

// canonical spells equal values alike.
func canonical(value json.RawMessage) []byte {
	var v any
	if json.Unmarshal(value, &v) != nil || v == nil {
		return []byte("null")
	}
	return raw(v)
}

// needless reports whether what is said changes nothing of what the pack says.
func needless(pack, said json.RawMessage) bool {
	var list List
	var words []string
	dec := json.NewDecoder(bytes.NewReader(said))
	dec.DisallowUnknownFields()
	if dec.Decode(&list) == nil && json.Unmarshal(pack, &words) == nil && (list.adds() || list.takes()) {
		return list.needless(words)
	}
	var of, names map[string]any
	if json.Unmarshal(pack, &of) == nil && json.Unmarshal(said, &names) == nil && of != nil { // a name that is said in one language only
		maps.Copy(of, names)
		return same(pack, raw(of))
	}
	return same(pack, said)
}
