package amend

import "slices"

// List is what is added to a list of the pack, and what is taken from it.
type List struct {
	Add    []string `json:"add,omitempty"`
	Remove []string `json:"remove,omitempty"`
}

// NewList is how one list becomes another; nil where they hold the same.
func NewList(from, to []string) *List {
	var l List
	for _, x := range to {
		if !slices.Contains(from, x) && !slices.Contains(l.Add, x) {
			l.Add = append(l.Add, x)
		}
	}
	for _, x := range from {
		if !slices.Contains(to, x) {
			l.Remove = append(l.Remove, x)
		}
	}
	if len(l.Add)+len(l.Remove) == 0 {
		return nil
	}
	return &l
}

// Of is the list that becomes of one of the pack.
func (l *List) Of(from []string) []string {
	if l == nil {
		return from
	}
	out := make([]string, 0, len(from)+len(l.Add))
	for _, x := range from {
		if !slices.Contains(l.Remove, x) {
			out = append(out, x)
		}
	}
	for _, x := range l.Add {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// needless reports whether the list changes nothing of one.
func (l *List) needless(from []string) bool {
	return l == nil || slices.Equal(l.Of(from), from)
}

func (l *List) takes() bool { return l != nil && len(l.Remove) > 0 }
func (l *List) adds() bool  { return l != nil && len(l.Add) > 0 }
