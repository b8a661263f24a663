package amend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"tanggap/cities"
	"tanggap/tickets/edits"
)

// Wish is what somebody wants a pack to say.
type Wish struct {
	Section, Key string
	// Value is an Agency, a Category, or a number for Facts; nil returns to the pack.
	Value any
	// Keep leaves the fields that Value does not say as they were said before; without it they return to the pack.
	Keep bool
	// Seen is the version of this thing that the writer has read, 0 for none: where there is a newer one he is
	// refused. nil takes whatever there is.
	Seen *int64
}

// Signed is who wants it, and why.
type Signed struct{ By, Why string }

// Writer writes edits that a city can be compiled with. It holds nothing, and is safe for concurrent use.
type Writer struct {
	Pack  cities.Pack // as it was loaded, without edits
	Edits *edits.Store
}

// Refusals are all that stands against wishes.
type Refusals []Refusal

// Error lists them.
func (r Refusals) Error() string {
	return errors.Join(r.Unwrap()...).Error()
}

// attempts is how often a save begins anew because somebody else saved in between.
const attempts = 5

// Draft is what wishes would make of the city.
type Draft struct {
	Before, After cities.Pack
	seen          int64
	changes       []edits.Change
}

// Save checks wishes and keeps them all, or none: Refusals where no city can be compiled with them or a wall
// stands before them, edits.ErrStale where a thing has changed since it was read. It returns the newest version.
func (w Writer) Save(ctx context.Context, by Signed, wishes ...Wish) (int64, error) {
	var err error
	for range attempts {
		var d Draft
		if d, err = w.Draft(ctx, by, wishes...); err != nil {
			return 0, err
		}
		var version int64
		if version, err = w.Edits.Save(ctx, by.By, by.Why, d.seen, d.changes...); !errors.Is(err, edits.ErrStale) {
			return version, err
		}
	}
	return 0, err
}

// Draft checks wishes as Save does, and keeps nothing.
func (w Writer) Draft(ctx context.Context, by Signed, wishes ...Wish) (Draft, error) {
	current, newest, err := w.Edits.Current(ctx)
	if err != nil {
		return Draft{}, err
	}
	d := Draft{seen: newest}
	next := slices.Clone(current)
	for i := range wishes {
		wish := &wishes[i]
		if err := w.fresh(ctx, wish); err != nil {
			return Draft{}, err
		}
		change, err := w.change(wish, current)
		if err != nil {
			return Draft{}, Refusals{{wish.Section, wish.Key, err}}
		}
		d.changes = append(d.changes, change)
		next = slices.DeleteFunc(next, func(e edits.Edit) bool { return e.Section == wish.Section && e.Key == wish.Key })
		next = append(next, edits.Edit{Version: newest + int64(i) + 1, Change: change, By: by.By, Why: by.Why, At: w.Edits.Now()})
	}
	var before, after []Aside
	d.Before, before = Over(w.Pack, current)
	d.After, after = Over(w.Pack, next)
	var refused Refusals
	for _, a := range after {
		was := slices.ContainsFunc(before, func(b Aside) bool { return b.Edit.Version == a.Edit.Version })
		if !was { // what was set aside before is no fault of these
			refused = append(refused, Refusal{a.Edit.Section, a.Edit.Key, a.Err})
		}
	}
	if len(refused) > 0 {
		return Draft{}, refused
	}
	return d, nil
}

func (w Writer) fresh(ctx context.Context, wish *Wish) error {
	if wish.Seen == nil {
		return nil
	}
	last, err := w.Edits.History(ctx, wish.Section, wish.Key, 1)
	switch {
	case err != nil:
		return err
	case len(last) == 0 && *wish.Seen == 0, len(last) > 0 && last[0].Version == *wish.Seen:
		return nil
	}
	return fmt.Errorf("%s %s: %w", wish.Section, wish.Key, edits.ErrStale)
}

// Unwrap are the refusals one by one.
func (r Refusals) Unwrap() []error {
	all := make([]error, len(r))
	for i := range r {
		all[i] = r[i]
	}
	return all
}

// change makes the version to be kept of a wish.
func (w Writer) change(wish *Wish, current []edits.Edit) (edits.Change, error) {
	c := edits.Change{Section: wish.Section, Key: wish.Key}
	var err error
	if c.Base, err = json.Marshal(packs(&w.Pack, wish.Section, wish.Key)); err != nil {
		return c, err
	}
	if wish.Value == nil {
		return c, nil
	}
	if c.Value, err = json.Marshal(wish.Value); err != nil {
		return c, err
	}
	at := slices.IndexFunc(current, func(e edits.Edit) bool { return e.Section == wish.Section && e.Key == wish.Key })
	if at < 0 || wish.Section == Facts {
		return c, nil
	}
	said := current[at].Value
	if wish.Keep {
		if c.Value, err = join(said, c.Value); err != nil {
			return c, err
		}
	}
	return c, keepsFlags(wish.Section, said, c.Value)
}

// join takes over from one value what the other does not say.
func join(said, over json.RawMessage) (json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	for _, v := range []json.RawMessage{said, over} {
		if err := json.Unmarshal(v, &all); err != nil {
			return nil, err
		}
	}
	return json.Marshal(all)
}

// keepsFlags refuses to take a wall away from a topic that only the database has.
func keepsFlags(section string, said, next json.RawMessage) error {
	if section != Categories {
		return nil
	}
	var was, is Category
	if json.Unmarshal(said, &was) != nil || json.Unmarshal(next, &is) != nil {
		return nil // what cannot be read is refused by who reads it
	}
	for _, flag := range [][2]*bool{{was.Conduct, is.Conduct}, {was.Sensitive, is.Sensitive}, {was.Emergency, is.Emergency}} {
		if flag[0] != nil && *flag[0] && (flag[1] == nil || !*flag[1]) {
			return WallFlags
		}
	}
	return nil
}
