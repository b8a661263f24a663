package cities

import (
	"fmt"
	"strings"
	"time"

	"tanggap/router"
	"tanggap/router/place"
)

// definition reads all files of the pack.
func (r *reader) definition() router.Definition {
	var city cityFile
	r.toml("city.toml", &city)
	r.sources = city.Sources
	for id, s := range city.Sources {
		if _, err := time.Parse(time.DateOnly, s.Checked); err != nil || s.Text == "" {
			r.fault("city.toml", "source %s: wants text and checked = \"YYYY-MM-DD\"", id)
		}
	}
	r.stand(city.City.Base)
	def := router.Definition{Facts: r.facts(city)}
	for _, l := range city.Levels {
		def.Places.Levels = append(def.Places.Levels, place.Level{Name: l.Name, Markers: l.Markers, Beside: l.Beside})
		if l.Office != "" {
			r.smallest = l.Name
		}
	}
	def.Places.Areas = r.areas()
	def.Places.Landmarks = r.landmarks()
	r.outlines(def.Places.Areas)
	def.Agencies = append(r.agencies(), r.offices(city, def.Places.Areas)...)
	def.Categories = r.categories(city)
	r.words(&def)
	return def
}

func (r *reader) facts(file cityFile) router.Facts {
	c := file.City
	return router.Facts{
		ID: c.ID, Name: c.Name, ShortName: c.ShortName, Zone: c.Zone, Root: c.Root, Inspector: c.Inspector,
		FirstHop: c.FirstHop, Threshold: c.Threshold, Privacy: c.Privacy,
		Emergency: router.Emergency{Number: c.Emergency.Number, Origin: r.origin("city.toml", "the emergency number", c.Emergency.fact)},
		Days: router.Days{
			Confirm: c.Days.Confirm, Pending: c.Days.Pending, PendingTotal: c.Days.PendingTotal, Reopen: c.Days.Reopen,
			Origin: r.origin("city.toml", "[city.days]", c.Days.fact),
		},
		Answer: r.answer(file),
	}
}

// answer is the city's general promise; a pack may have none.
func (r *reader) answer(file cityFile) router.Deadline {
	a := file.City.Answer
	if a.Value == 0 && a.Unit == "" {
		return router.Deadline{}
	}
	return router.Deadline{Value: a.Value, Unit: a.Unit, Origin: r.origin("city.toml", "[city.answer]", a.fact)}
}

func (r *reader) agencies() []router.Agency {
	const file = "agencies.toml"
	var in agencyFile
	r.toml(file, &in)
	var out []router.Agency
	r.roles = make(map[string]string)
	for _, a := range in.Agencies {
		for _, role := range a.Roles {
			if had := r.roles[role]; had != "" {
				r.fault(file, "agency %s: the role %q is already that of %s", a.ID, role, had)
			}
			r.roles[role] = a.ID
		}
		out = append(out, router.Agency{
			ID: a.ID, Parent: a.Parent, Name: a.Name, Short: a.Short, Kind: a.Kind, External: a.External,
			Zone: a.Zone, Hours: a.Hours, Mailbox: a.Mailbox, Chat: a.Chat, Words: a.Words, Area: a.Area, Origin: r.origin(file, "agency "+a.ID, a.fact),
		})
	}
	return out
}

// offices makes the office of every area whose level has one. Its parent is the office of the area
// around it, or the root desk.
func (r *reader) offices(city cityFile, areas []place.Area) []router.Agency {
	const file = "city.toml"
	levels := make(map[string]levelEntry)
	origins := make(map[string]router.Origin)
	for _, l := range city.Levels {
		levels[l.Name] = l
		if l.Office != "" {
			origins[l.Name] = r.origin(file, "level "+l.Name, l.fact)
		}
	}
	has := make(map[string]bool)
	for _, a := range areas {
		has[a.Code] = levels[a.Level].Office != "" && !a.Outside
	}
	var out []router.Agency
	for _, a := range areas {
		level := levels[a.Level]
		if level.Office == "" || a.Outside {
			continue
		}
		parent := city.City.Root
		for cut := strings.LastIndexByte(a.Code, '.'); cut > 0; cut = strings.LastIndexByte(a.Code[:cut], '.') {
			if has[a.Code[:cut]] {
				parent = city.City.ID + "." + a.Code[:cut]
				break
			}
		}
		out = append(out, router.Agency{
			ID: city.City.ID + "." + a.Code, Parent: parent, Kind: a.Level, Area: a.Code,
			Name:  strings.ReplaceAll(level.Office, "{name}", a.Name),
			Short: shorten(strings.ReplaceAll(level.Short, "{name}", a.Name)), Origin: origins[a.Level],
		})
	}
	return out
}

// examples lists the facts that have no source yet.
func (r *reader) examples(def router.Definition) []string {
	var out []string
	note := func(o router.Origin, format string, args ...any) {
		if o.Example {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	note(def.Facts.Emergency.Origin, "the emergency number is an example")
	note(def.Facts.Days.Origin, "the waiting times of [city.days] are examples")
	note(def.Facts.Answer.Origin, "the general promise of [city.answer] is an example")
	for _, role := range r.vacant {
		out = append(out, fmt.Sprintf("no agency has the role %s: its reports go to the root desk", role))
	}
	for _, a := range def.Agencies {
		note(a.Origin, "agency %s is an example", a.ID)
	}
	for _, c := range def.Categories {
		note(c.Origin, "category %s is an example", c.ID)
		note(c.Deadline.Origin, "the deadline of category %s is an example", c.ID)
	}
	return out
}
