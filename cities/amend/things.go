package amend

import (
	"errors"
	"maps"
	"slices"

	"tanggap/router"
	"tanggap/tickets/edits"
)

// Wall is why an edit is refused that would expose somebody, or leave somebody in danger.
type Wall string

// The walls.
const (
	// WallConduct: reports about the conduct of officials go to the inspectorate, and no edit names anybody else.
	WallConduct Wall = "reports about conduct go to the inspectorate alone"
	// WallFlags: what the pack says is conduct, sensitive or an emergency stays so, and what it does not say of a topic of its own is not added.
	WallFlags Wall = "what is conduct, sensitive or an emergency is for the pack to say"
	// WallWords: the words of such topics are added to, and never taken away or weighed against.
	WallWords Wall = "words of a topic that is conduct, sensitive or an emergency are only added"
	// WallDesk: the root desk and the inspectorate are under nobody else than the pack says.
	WallDesk Wall = "the root desk and the inspectorate stay where the pack has them"
)

// Error is the wall in words.
func (w Wall) Error() string { return string(w) }

// Walled reports whether a topic is one whose words may only be added to.
func Walled(c *router.Category) bool { return c.Conduct || c.Sensitive || c.Emergency }

var (
	errAgency   = errors.New("the pack has no such agency, and a new one wants parent, name, short and kind")
	errCategory = errors.New("the pack has no such topic, and a new one wants a name, a deadline and who acts")
	errBoth     = errors.New("names an agency and an office, and only one of them acts")
)

func (a *amender) agency(e *edits.Edit) error {
	var said Agency
	if err := decode(e.Value, &said); err != nil {
		return err
	}
	i := slices.IndexFunc(a.def.Agencies, func(x router.Agency) bool { return x.ID == e.Key })
	f := &a.def.Facts
	switch {
	case i < 0 && (said.Parent == nil || said.Name == nil || said.Short == nil || said.Kind == nil):
		return errAgency
	case i < 0:
		a.def.Agencies = append(a.def.Agencies, router.Agency{ID: e.Key, Origin: origin(e, said.Source)})
		i = len(a.def.Agencies) - 1
	case said.Parent != nil && *said.Parent != a.def.Agencies[i].Parent && (e.Key == f.Root || e.Key == f.Inspector):
		return WallDesk
	}
	x := &a.def.Agencies[i]
	set(&x.Parent, said.Parent)
	set(&x.Name, said.Name)
	set(&x.Short, said.Short)
	set(&x.Kind, said.Kind)
	set(&x.Area, said.Area)
	set(&x.External, said.External)
	set(&x.Zone, said.Zone)
	set(&x.Hours, said.Hours)
	set(&x.Mailbox, said.Mailbox)
	set(&x.Chat, said.Chat)
	x.Words = said.Words.Of(x.Words)
	return nil
}

func (a *amender) category(e *edits.Edit) error {
	var said Category
	if err := decode(e.Value, &said); err != nil {
		return err
	}
	if said.Agency != nil && said.Office != nil && *said.Agency != "" && *said.Office != "" {
		return errBoth
	}
	i := slices.IndexFunc(a.def.Categories, func(x router.Category) bool { return x.ID == e.Key })
	if i < 0 {
		if said.Name == nil || said.Deadline == nil {
			return errCategory
		}
		x := router.Category{ID: e.Key, Origin: origin(e, said.Source)}
		set(&x.Conduct, said.Conduct)
		set(&x.Sensitive, said.Sensitive)
		set(&x.Emergency, said.Emergency)
		a.def.Categories = append(a.def.Categories, x)
		i = len(a.def.Categories) - 1
	} else if err := wall(&a.def.Categories[i], &said); err != nil {
		return err
	}
	x := &a.def.Categories[i]
	x.Name = maps.Clone(x.Name)
	if x.Name == nil {
		x.Name = map[string]string{}
	}
	maps.Copy(x.Name, said.Name)
	if said.Agency != nil && *said.Agency != "" {
		x.Agency, x.Office = *said.Agency, ""
	}
	if said.Office != nil && *said.Office != "" {
		x.Agency, x.Office = "", *said.Office
	}
	set(&x.Kind, said.Kind)
	set(&x.Located, said.Located)
	if d := said.Deadline; d != nil {
		x.Deadline = router.Deadline{Value: d.Value, Unit: d.Unit, Origin: origin(e, said.Source)}
	}
	p := &x.Patterns
	p.Sure, p.Strong = said.Sure.Of(p.Sure), said.Strong.Of(p.Strong)
	p.Hint, p.Against = said.Hint.Of(p.Hint), said.Against.Of(p.Against)
	if said.Off != nil && *said.Off {
		if Walled(x) {
			return WallWords
		}
		*p = router.Patterns{}
	}
	return nil
}

// wall is what stands before an edit of a topic of the pack.
func wall(x *router.Category, said *Category) error {
	for _, flag := range []struct {
		is   bool
		said *bool
	}{{x.Conduct, said.Conduct}, {x.Sensitive, said.Sensitive}, {x.Emergency, said.Emergency}} {
		if flag.said != nil && *flag.said != flag.is {
			return WallFlags
		}
	}
	switch {
	case x.Conduct && (said.Agency != nil || said.Office != nil):
		return WallConduct
	case Walled(x) && (said.Sure.takes() || said.Strong.takes() || said.Hint.takes() || said.Against.adds()):
		return WallWords
	}
	return nil
}
