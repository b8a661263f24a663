package app

import (
	"context"
	"slices"
	"time"

	"tanggap/router"
	"tanggap/tickets"
	"tanggap/tickets/lessons"
)

const (
	// learnEvery is the time between two looks for what staff passed on.
	learnEvery = 2 * time.Second
	// overlap is how far back each look goes once more: rows of two nodes become visible in any order.
	overlap = time.Minute
)

// learn teaches the bot what staff pass on, on every node by itself: all read the same rows. It ends
// with ctx.
func (a *App) learn(ctx context.Context) {
	read := lessons.New(a.store)
	var known []lessons.Passed
	var newest int64
	for city := (*router.City)(nil); ; {
		from := int64(0)
		if newest > 0 {
			from = tickets.FirstID(a.store.Now().Add(-overlap))
			from = min(from, newest)
		}
		found, err := read.Since(ctx, from)
		if err != nil && ctx.Err() == nil {
			a.log.Error("reading what staff passed on", "cause", err)
		}
		more := merge(&known, found)
		if n := len(known); n > 0 {
			newest = known[n-1].Event
		}
		if now := a.City(); more || now != city {
			city = now
			a.bot.SetLessons(now.Teach(taught(known)))
		}
		if !wait(ctx, learnEvery) {
			return
		}
	}
}

// Taught is how many reports that staff passed on the router has learned from.
func (a *App) Taught() int { return a.bot.Lessons().Len() }

// merge adds what is new, by time, and keeps the newest; it reports whether there was any.
func merge(known *[]lessons.Passed, found []lessons.Passed) bool {
	more := false
	for _, p := range found {
		i, there := slices.BinarySearchFunc(*known, p.Event, func(k lessons.Passed, id int64) int {
			return int(max(-1, min(1, k.Event-id)))
		})
		if !there {
			*known, more = slices.Insert(*known, i, p), true
		}
	}
	if n := len(*known) - lessons.Most; n > 0 {
		*known = slices.Delete(*known, 0, n)
	}
	return more
}

// taught are the last decisions about each report.
func taught(known []lessons.Passed) []router.Lesson {
	last := map[int64]int64{}
	for _, p := range known {
		last[p.Ticket] = p.Event
	}
	all := make([]router.Lesson, 0, len(last))
	for _, p := range known {
		if last[p.Ticket] != p.Event {
			continue
		}
		r := router.Report{Subject: p.Subject, Text: p.Text, Language: p.Language}
		if p.At != nil {
			r.Point = &router.Point{Lat: p.At.Lat, Lng: p.At.Lng}
		}
		all = append(all, router.Lesson{Reference: string(p.Reference), Report: r, Agency: p.Agency})
	}
	return all
}
