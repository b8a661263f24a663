package bot

import (
	"slices"
	"strings"
	"time"

	"tanggap/bot/command"
	"tanggap/internal/language"
	"tanggap/router"
	"tanggap/tickets"
)

const (
	recent    = 7 * 24 * time.Hour // a case that "masih" may speak of
	soon      = 30 * time.Minute   // a picture or a place alone belongs to what was said just now
	day       = 24 * time.Hour
	burst     = 2 * time.Minute // people send one thought in several messages
	fewWords  = 12              // of a text that may be a mere addition
	mostWords = 64              // of a text, that are looked at
	preamble  = 5               // words of a message that says no more than that a report will come
)

// meant is the open case that the message speaks of without naming it.
func (t *turn) meant() (*tickets.Ticket, string) {
	now := t.msg.receivedAt
	var candidates []*tickets.Ticket
	for _, c := range t.own {
		if going(c.State) && !c.Unverified && t.here(c) && now.Sub(later(c.CreatedAt, c.UpdatedAt)) <= recent {
			candidates = append(candidates, c)
		}
	}
	if len(candidates) == 0 {
		return nil, ""
	}
	newest := candidates[0]
	age := now.Sub(newest.CreatedAt)
	if t.msg.empty() || t.msg.fragment {
		if now.Sub(later(newest.CreatedAt, newest.UpdatedAt)) <= soon {
			return newest, byTime
		}
		return nil, ""
	}
	d := t.route()
	words := language.Tokens(t.msg.Text, mostWords)
	if c := t.again(candidates, words); c != nil {
		return c, byRepeat
	}
	if command.FollowsUp(words) {
		if c := t.same(candidates, d, len(words) <= fewWords); c != nil {
			return c, byWords
		}
		return nil, ""
	}
	if opened := len(strings.Fields(newest.Subject)); newest.State == tickets.Triage && newest.Category == "" && opened <= preamble && age <= soon && !d.Emergency {
		return newest, byTime // "mau lapor pak", and only then what
	}
	unspoken := (d.Category == "" || guessed(d)) && !d.Emergency && len(words) <= fewWords
	switch {
	case unspoken && age <= burst && t.near(d, newest):
		return newest, byTime
	case unspoken && age <= soon && newest.Area == "" && (d.Area != nil || d.Point != nil):
		return newest, byTime // "di Tebet Timur, depan SD"
	}
	return nil, ""
}

// guessed reports whether the topic of a decision is no more than a guess.
func guessed(d *router.Decision) bool {
	return d.Abstained && slices.ContainsFunc(d.Reasons, func(r router.Reason) bool { return r.Code == "abstain.weak" })
}

// same is the case with the same topic; where the message has none of its own and is short, the
// newest whose place fits.
func (t *turn) same(candidates []*tickets.Ticket, d *router.Decision, short bool) *tickets.Ticket {
	for _, c := range candidates {
		if d.Category != "" && d.Category == c.Category && t.near(d, c) {
			return c
		}
	}
	for _, c := range candidates {
		if short && t.near(d, c) && t.echoes(c) {
			return c
		}
	}
	for _, c := range candidates {
		if short && !t.elsewhere(c) && (d.Category == "" || c.Category == "") && t.near(d, c) {
			return c
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// thanks reports whether a message is a courtesy and no more.
func thanks(text string) bool {
	c, ok := command.Parse(text)
	return ok && c.Word == command.Thanks
}
