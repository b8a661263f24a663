package main

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"tanggap/cities"
	"tanggap/internal/app"
	"tanggap/internal/config"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/clock"
	"tanggap/tickets/staff"
)

// entry is one of the go-live list: what must be there before citizens are invited, and what nobody but the
// city can bring.
func entry(name string, ok bool, detail string, items ...string) finding {
	return finding{Subject: "go-live, " + name, OK: ok, Detail: detail, Items: items, GoLive: true}
}

// goLive is the list. What is looked at already (accounts that answer, addresses that do not work) is not
// told twice.
func goLive(ctx context.Context, cfg *config.Config, offline bool) []finding {
	pack, err := cities.Load(cfg.City.Pack)
	if err != nil {
		return []finding{{Subject: "city pack", Detail: oneLine(err)}}
	}
	mode := entry("mode", cfg.Server.Mode == config.Live, "live: everybody who writes is answered")
	if !mode.OK {
		mode.Detail = fmt.Sprintf("pilot: only %d addresses are written to, and tickets are marked as tests", len(cfg.Server.Pilot))
	}
	all := []finding{mode, privacyPoint(ctx, cfg, pack.City.Facts(), offline), factsPoint(pack), holidaysPoint(pack, time.Now())}
	inside, err := storePoints(ctx, cfg, pack.City)
	if err != nil {
		return append(all, entry("staff, agencies, accounts", false, oneLine(err)))
	}
	return append(all, inside...)
}

// privacyPoint looks for the notice that citizens are to be given, and
// opens it.
func privacyPoint(ctx context.Context, cfg *config.Config, facts router.Facts, offline bool) finding {
	address := facts.Privacy
	if cfg.City.PrivacyNotice != "" {
		address = cfg.City.PrivacyNotice
	}
	switch {
	case address == "":
		return entry("privacy notice", false, "there is none: set city.privacy_notice to the address of the city's own")
	case !config.IsPage(address):
		return entry("privacy notice", false, "what the city pack names is no address of a page: "+address)
	case offline:
		return entry("privacy notice", true, address+", not opened")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return entry("privacy notice", false, oneLine(err))
	}
	client := http.Client{Timeout: patience}
	res, err := client.Do(req)
	if err != nil {
		return entry("privacy notice", false, oneLine(err))
	}
	res.Body.Close()
	return entry("privacy notice", res.StatusCode == http.StatusOK, fmt.Sprintf("%s answers %d", address, res.StatusCode))
}

// factsPoint lists what the pack says without a source: it is kept from citizens (invariant 8).
func factsPoint(pack cities.Pack) finding {
	var open, deadlines []string
	for _, w := range pack.Warnings {
		if id, ok := strings.CutPrefix(w, "the deadline of category "); ok {
			deadlines = append(deadlines, strings.TrimSuffix(id, " is an example"))
		} else {
			open = append(open, w)
		}
	}
	if len(deadlines) > 0 {
		open = append(open, fmt.Sprintf("the deadlines of %d categories are examples: %s", len(deadlines), strings.Join(deadlines, ", ")))
	}
	if calendar, err := calendarOf(pack); err == nil {
		for _, what := range calendar.Examples() {
			open = append(open, "the calendar's "+what+" is an example")
		}
	}
	if len(open) == 0 {
		return entry("facts", true, "every fact of the city pack has its source")
	}
	return entry("facts", false, fmt.Sprintf("%d facts of the city pack are examples without a source, and are not told to citizens", len(open)+max(0, len(deadlines)-1)), open...)
}

// holidaysPoint: deadlines reach into the next year from its eve on, and its holidays are known in autumn.
func holidaysPoint(pack cities.Pack, now time.Time) finding {
	calendar, err := calendarOf(pack)
	if err != nil {
		return entry("holidays", false, oneLine(err))
	}
	year := now.In(calendar.Zone()).Year()
	var listed, missing []string
	for y := year; y <= year+1; y++ {
		if calendar.Lists(time.Date(y, time.July, 1, 0, 0, 0, 0, calendar.Zone())) {
			listed = append(listed, fmt.Sprint(y))
		} else {
			missing = append(missing, fmt.Sprint(y))
		}
	}
	if len(missing) > 0 {
		return entry("holidays", false, "those of "+strings.Join(missing, " and ")+" are missing in calendar.toml of the city pack: deadlines there count only weekends")
	}
	return entry("holidays", true, "those of "+strings.Join(listed, " and ")+" are listed")
}

func calendarOf(pack cities.Pack) (*clock.Calendar, error) {
	text, err := pack.Calendar()
	if err != nil {
		return nil, err
	}
	return clock.Parse(text)
}

// storePoints are those that the database knows of.
func storePoints(ctx context.Context, cfg *config.Config, city *router.City) (all []finding, err error) {
	err = beside(ctx, cfg, func(store *tickets.Store) error {
		members, err := staff.New(store).List(ctx)
		if err != nil {
			return err
		}
		contacts, err := app.Contacts(ctx, cfg, store)
		if err != nil {
			return err
		}
		called, err := app.OnCall(ctx, cfg, store)
		if err != nil {
			return err
		}
		accounts, err := store.Accounts(ctx)
		if err != nil {
			return err
		}
		reached := map[string]bool{}
		for i := range contacts {
			c := &contacts[i]
			for _, r := range []struct{ value, state string }{{c.Mail.Value, c.Mail.State}, {c.Chat.Value, c.Chat.State}} {
				if r.value != "" && (r.state == "" || r.state == "pilot") {
					reached[c.Agency.ID] = true
				}
			}
		}
		all = append(staffPoints(city, members), addressPoint(cfg, city, reached), onCallPoint(called), trafficPoint(cfg, accounts))
		past, err := pastPoints(ctx, cfg, store)
		all = append(all, past...)
		return err
	})
	return all, err
}

// receivers are the agencies that the router gives reports to, by kind. External ones are apart: they work
// elsewhere.
func receivers(city *router.City) map[string][]router.Agency {
	ids, kinds := map[string]bool{city.Root().ID: true, city.Inspectorate().ID: true}, map[string]bool{}
	if hop := city.Facts().FirstHop; hop != "agency" {
		kinds[hop] = true
	}
	for _, c := range city.Categories() {
		if ids[c.Agency] = true; c.Office != "" {
			kinds[c.Office] = true
		}
	}
	all := map[string][]router.Agency{}
	for _, a := range city.Agencies() {
		switch {
		case !ids[a.ID] && !(a.Area != "" && kinds[a.Kind]):
		case a.External:
			all[router.External] = append(all[router.External], a)
		default:
			all[a.Kind] = append(all[a.Kind], a)
		}
	}
	return all
}

// without lists the receivers of which ok is false, a line for each kind.
func without(city *router.City, external bool, ok func(router.Agency) bool) (missing, of int, lines []string) {
	all := receivers(city)
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		if kind == router.External && !external {
			continue
		}
		var ids []string
		for _, a := range all[kind] {
			if of++; !ok(a) {
				ids = append(ids, a.ID)
			}
		}
		if missing += len(ids); len(ids) > 0 {
			lines = append(lines, fmt.Sprintf("%s, %d of %d: %s", kind, len(ids), len(all[kind]), some(ids)))
		}
	}
	return missing, of, lines
}

// staffPoints: there is an administrator, and each agency that gets reports has somebody who may work them,
// of its own or of an agency above it. The root desk's people see everything, and do not count for others.
func staffPoints(city *router.City, members []staff.Member) []finding {
	admins := 0
	root := city.Root().ID
	holds := map[string]bool{}
	for _, m := range members {
		if !m.DisabledAt.IsZero() || m.Role == staff.Auditor {
			continue
		}
		if m.Role == staff.Administrator {
			admins++
		}
		for _, id := range city.Children(m.Agency) {
			if m.Agency != root || id == root {
				holds[id] = true
			}
		}
	}
	first := entry("administrator", admins > 0, fmt.Sprintf("%d", admins))
	if admins == 0 {
		first.Detail = "there is none: tanggap staff add --role admin --login NAME"
	}
	missing, of, lines := without(city, false, func(a router.Agency) bool { return holds[a.ID] })
	if missing == 0 {
		return []finding{first, entry("staff", true, fmt.Sprintf("each of %d agencies that get reports has somebody who may work them", of))}
	}
	detail := fmt.Sprintf("%d of %d agencies that get reports have nobody of their own or above them who may work them", missing, of)
	if holds[root] {
		detail += ", but for the root desk"
	}
	return []finding{first, entry("staff", false, detail, lines...)}
}

// addressPoint: each agency that gets reports hears of them.
func addressPoint(cfg *config.Config, city *router.City, reached map[string]bool) finding {
	if !cfg.Notices.Enabled {
		return entry("notices", false, "are switched off: agencies do not hear of their work")
	}
	missing, of, lines := without(city, true, func(a router.Agency) bool { return reached[a.ID] })
	if missing == 0 {
		return entry("notices", true, fmt.Sprintf("each of %d agencies that get reports hears of them", of))
	}
	return entry("notices", false, fmt.Sprintf("%d of %d agencies that get reports have no mailbox or chat that works: tanggap agency contact set", missing, of), lines...)
}

// trafficPoint: every account has carried a message each way.
func trafficPoint(cfg *config.Config, known []tickets.Account) finding {
	var open []string
	for _, acc := range cfg.Accounts {
		i := slices.IndexFunc(known, func(a tickets.Account) bool { return a.Name == acc.Name })
		var a tickets.Account
		if i >= 0 {
			a = known[i]
		}
		switch in, out := !a.LastInAt.IsZero(), !a.LastOutAt.IsZero(); {
		case !in && !out:
			open = append(open, acc.Name+": nothing has come or gone yet")
		case !in:
			open = append(open, acc.Name+": nothing has come yet")
		case !out:
			open = append(open, acc.Name+": nothing has gone out yet")
		}
	}
	switch {
	case len(cfg.Accounts) == 0:
		return entry("accounts", false, "there is none: citizens have no way to write")
	case len(open) > 0:
		return entry("accounts", false, fmt.Sprintf("%d of %d have not carried a message each way: write through them, and try --send", len(open), len(cfg.Accounts)), open...)
	}
	return entry("accounts", true, fmt.Sprintf("each of %d has carried a message each way", len(cfg.Accounts)))
}
