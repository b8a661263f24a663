package lists

import (
	"fmt"
	"slices"
)

// writer changes an entry, and remembers what.
type writer struct {
	entry   *entry
	order   []string
	changed []Field
}

func (w *writer) text(l line, key string) {
	if l.has(key) {
		w.set(key, l.text(key))
	}
}

// set puts a text, "" for none.
func (w *writer) set(key, text string) {
	if text == "" {
		w.put(key, nil)
		return
	}
	w.put(key, text)
}

func (w *writer) list(l line, key string) {
	if l.has(key) {
		if all := l.list(key); len(all) > 0 {
			w.put(key, all)
		} else {
			w.put(key, nil)
		}
	}
}

func (w *writer) flag(key string, on bool) {
	if on {
		w.put(key, true)
	} else {
		w.put(key, nil)
	}
}

// put sets a value, nil for none, where it is another.
func (w *writer) put(key string, value any) {
	had := w.entry.values[key]
	if fmt.Sprint(had) == fmt.Sprint(value) && (had == nil) == (value == nil) {
		return
	}
	w.entry.set(w.order, key, value)
	w.changed = append(w.changed, Field{key, shown(had), shown(value)})
}

// shown is a value as people read it.
func shown(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	}
	return encoded(value)
}

// origin writes where a fact comes from. What is new and has no source is an example. days are the columns of
// sources that the row's day may be said of.
func (p *pack) origin(l line, w *writer, isNew bool, days ...string) {
	const key, checked = "source", "checked"
	switch {
	case l.has(checked) && !slices.ContainsFunc(days, l.has):
		p.plan.fault(l, checked, "is the day of a source, and there is none in this row")
	case l.cleared(key) || isNew && !l.has(key):
		w.put("source", nil)
		w.flag("example", true)
	case l.has(key):
		if source, ok := p.source(l, key, checked); ok {
			w.put("source", source)
			w.flag("example", false)
		}
	}
}

// note counts what became of a row.
func (o *Outcome) note(l line, id string, isNew bool, changed []Field) {
	switch {
	case isNew:
		o.Added = append(o.Added, Change{l.n, id, changed})
	case len(changed) > 0:
		o.Changed = append(o.Changed, Change{l.n, id, changed})
	default:
		o.Left++
	}
}
