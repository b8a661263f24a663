package bot

import (
	"slices"
	"strings"

	"tanggap/bot/command"
	"tanggap/internal/language"
	"tanggap/tickets"
)

// How a report tells its place, in the normal forms of package language.
var (
	// announce are words that a place follows.
	announce = among(`di ke depan dekat samping sebelah belakang seberang sekitar jalan jl jln gang gg gng rt rw blok komplek kompleks perumahan perum
		kampung kp kelurahan kel kecamatan kec pasar jembatan at in on near front street`)
	// conditions follow "jalan" and name no road.
	conditions = among("rusak berlubang bolong hancur macet banjir mati padam gelap amblas ambles licin tergenang retak light lights")
	addition   = among("juga also another")
)

func among(words string) map[string]bool {
	set := make(map[string]bool)
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// matter are the words of a case's heading, with the roots of each.
func matter(c *tickets.Ticket) map[string]bool {
	set := map[string]bool{}
	for _, w := range language.Tokens(said(c.Subject), mostWords) {
		set[w.Text] = true
		language.Roots(w.Text, func(root []byte) bool {
			set[string(root)] = true
			return false
		})
	}
	return set
}

func within(word string, set map[string]bool) bool {
	return set[word] || language.Roots(word, func(root []byte) bool { return set[string(root)] })
}

// echoes reports whether a short message speaks in the words of the case's heading: "masih mati
// lampunya" is about the street light, whatever else lamps there are.
func (t *turn) echoes(c *tickets.Ticket) bool {
	words := language.Tokens(t.msg.Text, fewWords+1)
	if len(words) > fewWords {
		return false
	}
	set := matter(c)
	same, all := 0, 0
	for _, w := range words {
		if language.Silent(w.Text) || len(w.Text) < 3 || command.Filler(w.Text) {
			continue
		}
		if all++; within(w.Text, set) {
			same++
		}
	}
	return same > 0 && 2*same >= all
}

// again is the case that the message tells a second time: in the same words within a day, or, while
// people still send what they have to say in pieces, on the same topic and with no place of its own.
func (t *turn) again(candidates []*tickets.Ticket, words []language.Token) *tickets.Ticket {
	now, topic := t.msg.receivedAt, t.topic(t.lang)
	for _, c := range candidates {
		if now.Sub(c.CreatedAt) <= day && len(words) > 1 && c.Subject == topic {
			return c
		}
	}
	d := t.route()
	if d.Category == "" || d.Sealed || guessed(d) || slices.ContainsFunc(words, func(w language.Token) bool { return addition[w.Text] }) {
		return nil
	}
	for _, c := range candidates {
		if d.Category == c.Category && tickets.Kind(d.Kind) == c.Kind && now.Sub(later(c.CreatedAt, c.UpdatedAt)) <= soon && t.near(d, c) && !moved(words, c) {
			return c
		}
	}
	return nil
}

// moved reports whether a text names a place that the case's heading, which names one too, does not.
func moved(words []language.Token, c *tickets.Ticket) bool {
	set := matter(c)
	placed := c.Area != "" || c.Located
	for w := range set {
		placed = placed || announce[w]
	}
	if !placed {
		return false
	}
	for i := 0; i+1 < len(words); i++ {
		next := words[i+1].Text
		if announce[words[i].Text] && !announce[next] && !conditions[next] && !language.Silent(next) && !within(next, set) {
			return true
		}
	}
	return false
}
