package amend

import (
	"cmp"
	"context"
	"slices"

	"tanggap/router"
	"tanggap/tickets/asked"
)

// Effect is what a change of a pack would have done to reports.
type Effect struct {
	Looked int // at so many
	Cut    bool
	Moved  int    // of them, would go to another agency
	Topics int    // of them, would stay with their agency under another topic
	Moves  []Move // the most first
}

// Move is from where to where reports would go instead.
type Move struct {
	From, To string // agencies; the root desk is where a person verifies
	Count    int
	Sealed   int             // of them, that are counted and not named
	Reports  []*asked.Report // that may be named, the newest first
}

// Compare decides on reports by both cities, with what the router has learned, which may be nothing. It ends
// early with ctx, and says so in Cut. It changes nothing.
func Compare(ctx context.Context, before, after *router.City, mind *router.Mind, reports []asked.Report) Effect {
	var e Effect
	was, is := mind.In(before), mind.In(after)
	at := map[[2]string]int{}
	for i := range reports {
		if e.Cut = ctx.Err() != nil; e.Cut {
			break
		}
		e.Looked++
		r := question(&reports[i])
		old, next := before.Ask(r, was), after.Ask(r, is)
		switch {
		case old.Agency != next.Agency:
			e.Moved++
		case old.Category != next.Category:
			e.Topics++
			continue
		default:
			continue
		}
		key := [2]string{old.Agency, next.Agency}
		k, there := at[key]
		if !there {
			k, at[key] = len(e.Moves), len(e.Moves)
			e.Moves = append(e.Moves, Move{From: old.Agency, To: next.Agency})
		}
		m := &e.Moves[k]
		m.Count++
		if reports[i].Sealed || old.Sealed || next.Sealed {
			m.Sealed++
		} else {
			m.Reports = append(m.Reports, &reports[i])
		}
	}
	slices.SortStableFunc(e.Moves, func(a, b Move) int { return cmp.Compare(b.Count, a.Count) })
	return e
}

// mostAsked bounds what is read of one report.
const mostAsked = 8 << 10

func question(r *asked.Report) router.Report {
	q := router.Report{Subject: r.Subject, Text: r.Text, Language: r.Language, At: r.At}
	if len(q.Text) > mostAsked {
		q.Text = q.Text[:mostAsked]
	}
	if r.Point != nil {
		q.Point = &router.Point{Lat: r.Point.Lat, Lng: r.Point.Lng}
	}
	return q
}
