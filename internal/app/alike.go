package app

import (
	"context"

	"tanggap/router/place"
	"tanggap/router/similar"
	"tanggap/tickets"
	"tanggap/tickets/incidents"
)

// perLook is how many reports one look for new ones reads at once.
const perLook = 1000

// compare keeps the index of open reports by which similar ones are found, on every node by itself. It ends with ctx.
func (a *App) compare(ctx context.Context) {
	store := incidents.New(a.store)
	after := tickets.FirstID(a.store.Now().Add(-similar.Recent))
	for {
		found, err := store.Recent(ctx, after, perLook)
		if err != nil && ctx.Err() == nil {
			a.log.Error("reading recent reports", "cause", err)
		}
		for i := range found {
			a.alike.Add(found[i].Ticket, a.reading(&found[i]))
		}
		if len(found) == perLook {
			after = found[perLook-1].Ticket
			continue
		}
		after = max(after, tickets.FirstID(a.store.Now().Add(-overlap))) // rows of two nodes become visible in any order
		if !wait(ctx, heedEvery) {
			return
		}
	}
}

func (a *App) reading(r *incidents.Report) similar.Reading {
	s := similar.Report{At: r.At, Text: r.Text, Category: r.Category, Area: r.Area}
	if area, ok := a.City().Area(r.Area); ok {
		s.Parents = area.Parents
	}
	if r.Located {
		s.Point = &place.Point{Lat: r.Lat, Lng: r.Lng}
	}
	return similar.Read(s)
}

// alikeTo finds open reports that may be about the same incident as a ticket.
func (a *App) alikeTo(ctx context.Context, t *tickets.Ticket) ([]similar.Match, error) {
	lines, err := a.store.Thread(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	r := incidents.Report{Category: t.Category, Area: t.Area, Lat: t.Lat, Lng: t.Lng, Located: t.Located, At: t.CreatedAt, Text: t.Subject}
	for i := range lines {
		if lines[i].Direction == tickets.In {
			r.Text = lines[i].Text
			break
		}
	}
	return a.alike.Find(a.reading(&r)), nil
}
