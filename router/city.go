package router

import (
	"slices"

	"tanggap/router/place"
)

// City is a compiled city pack: immutable, safe for concurrent use.
type City struct {
	facts      Facts
	agencies   []Agency
	agencyAt   map[string]int
	children   map[string][]string // direct children, in the pack's order
	offices    map[string]string   // area code to agency id
	categories []Category
	categoryAt map[string]int
	places     *place.Index
	vocabulary *vocabulary
	rules      rules
	guards     []Guard
	known
}

// known are the sets with a meaning of their own (cities/README.md).
type known struct {
	past, now, unreal, denied int32 // of an alarm: over, happening, feared, not so
	locative, landmark        int32 // say where something is, and by what
	official, authority       int32 // persons who serve the public; these and the offices that act
	force, office, works      int32 // offices that act upon people; all that serve; and what they do to things
	called, toward            int32 // excuse one: before him, and right before him
	missing, address, title   int32 // … behind him; and as the one spoken to, with what respect
	which, deed, vice, plain  int32 // accuse one: "who …", what is done, what is never asked of one; what needs no official
	demand, money             int32 // what is asked for money
	noone, calling            int32 // runs in which no one is meant; callings that are also named where no one is accused
}

// meanings names these sets as a pack spells them.
func (k *known) meanings() map[string]*int32 {
	return map[string]*int32{
		"past": &k.past, "now": &k.now, "unreal": &k.unreal, "denied": &k.denied,
		"locative": &k.locative, "landmark": &k.landmark, "official": &k.official, "authority": &k.authority, "force": &k.force, "publicoffice": &k.office, "works": &k.works,
		"called": &k.called, "toward": &k.toward, "missing": &k.missing, "address": &k.address, "title": &k.title, "which": &k.which, "deed": &k.deed,
		"vice": &k.vice, "plain": &k.plain, "demand": &k.demand, "money": &k.money, "noone": &k.noone, "calling": &k.calling,
	}
}

// Facts returns the city's own facts.
func (c *City) Facts() Facts { return c.facts }

// WithPrivacy is the same city with another address of its privacy notice.
func (c *City) WithPrivacy(url string) *City {
	other := *c
	other.facts.Privacy = url
	return &other
}

// Agency finds an agency by id.
func (c *City) Agency(id string) (Agency, bool) {
	i, ok := c.agencyAt[id]
	if !ok {
		return Agency{}, false
	}
	return c.agencies[i], true
}

// Agencies returns all agencies, parents before their children.
func (c *City) Agencies() []Agency { return slices.Clone(c.agencies) }

// Root is the root desk, which holds the verification queue.
func (c *City) Root() Agency { return c.agencies[c.agencyAt[c.facts.Root]] }

// Inspectorate takes the reports about conduct.
func (c *City) Inspectorate() Agency { return c.agencies[c.agencyAt[c.facts.Inspector]] }

// Children returns id itself and every agency below it: what staff of id may see. An unknown id has none.
func (c *City) Children(id string) []string {
	if _, ok := c.agencyAt[id]; !ok {
		return nil
	}
	all := []string{id}
	for i := 0; i < len(all); i++ {
		all = append(all, c.children[all[i]]...)
	}
	return all
}

// Above is the agency one level up, to which a late or reopened ticket goes; the root desk is above
// itself, and above what is unknown.
func (c *City) Above(id string) string {
	if i, ok := c.agencyAt[id]; ok && c.agencies[i].Parent != "" {
		return c.agencies[i].Parent
	}
	return c.facts.Root
}

// Within reports whether id is top or lies below it.
func (c *City) Within(id, top string) bool {
	for {
		if id == top {
			return true
		}
		i, ok := c.agencyAt[id]
		if !ok || c.agencies[i].Parent == "" {
			return false
		}
		id = c.agencies[i].Parent
	}
}

// Office returns the id of the office of an area, "" where it has none.
func (c *City) Office(code string) string { return c.offices[code] }

// Category finds a category by id.
func (c *City) Category(id string) (Category, bool) {
	i, ok := c.categoryAt[id]
	if !ok {
		return Category{}, false
	}
	return c.categories[i], true
}

// Categories returns all categories in the pack's order.
func (c *City) Categories() []Category { return slices.Clone(c.categories) }

// Area finds an area by its code; its Confidence is 1 and it has no How.
func (c *City) Area(code string) (Area, bool) {
	a, ok := c.places.Area(code)
	if !ok {
		return Area{}, false
	}
	return Area{Code: a.Code, Level: a.Level, Name: a.Name, Parents: c.places.Parents(a.Code), Confidence: 1}, true
}
