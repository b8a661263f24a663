package discreet

import (
	"context"
	"slices"
	"strings"

	"tanggap/tickets"
)

// store is what a Search reads; tickets.Store has both.
type store interface {
	List(context.Context, tickets.Filter) ([]tickets.Ticket, string, error)
	Thread(context.Context, int64) ([]tickets.Line, error)
}

// Search lists tickets for somebody who sees texts through a veil: words find what he can read, so that no
// hit tells what is hidden, nor does the cursor of a next page.
type Search struct {
	Store store
	// Sees reports whether a ticket is there for the caller at all.
	Sees func(*tickets.Ticket) bool
	// Names are the names of citizens by their ids.
	Names func(ctx context.Context, citizens []int64) (map[int64]string, error)
}

const (
	// mostWords is how many words of a search count: each is looked for in every text.
	mostWords = 10
	// mostLooked is how many tickets one page may look through for such as can be shown.
	mostLooked = 300
	// mostListed is the most that the store lists at once.
	mostListed = 200
)

// List is tickets.Store.List for the caller. A page may hold fewer tickets than its limit, or none, and still
// have a next one. tickets.ErrCursor as there.
func (s *Search) List(ctx context.Context, f tickets.Filter) (kept []tickets.Ticket, next string, err error) {
	words := strings.Fields(strings.ToLower(tickets.Clean(f.Text)))
	words = words[:min(len(words), mostWords)]
	if _, one := tickets.ParseReference(f.Text); one {
		words = nil // the ticket itself is asked for
	} else {
		f.Text = strings.Join(words, " ")
	}
	if f.Limit <= 0 || f.Limit > mostListed {
		f.Limit = 50
	}
	limit := f.Limit
	f.Limit = min(limit+1, mostListed) // whether there is a next page is told by what can be shown alone
	for looked := 0; looked < mostLooked; looked += f.Limit {
		found, after, err := s.Store.List(ctx, f)
		if err != nil {
			return nil, "", err
		}
		if found, err = s.shown(ctx, found, words); err != nil {
			return nil, "", err
		}
		if kept = append(kept, found...); len(kept) > limit {
			return kept[:limit], tickets.Cursor(&kept[limit-1]), nil
		}
		if after == "" {
			return kept, "", nil
		}
		f.After = after
	}
	return kept, f.After, nil
}

// shown keeps the tickets that the caller sees, and in which he can read all the words.
func (s *Search) shown(ctx context.Context, found []tickets.Ticket, words []string) ([]tickets.Ticket, error) {
	found = slices.DeleteFunc(found, func(t tickets.Ticket) bool { return !s.Sees(&t) })
	if len(words) == 0 || len(found) == 0 {
		return found, nil
	}
	citizens := make([]int64, len(found))
	for i := range found {
		citizens[i] = found[i].CitizenID
	}
	names, err := s.Names(ctx, citizens)
	if err != nil {
		return nil, err
	}
	var kept []tickets.Ticket
	for i := range found {
		t := &found[i]
		lines, err := s.Store.Thread(ctx, t.ID)
		if err != nil {
			return nil, err
		}
		over := New(names[t.CitizenID], t.Return.Address)
		if over.holds(t.Subject, lines, words) {
			kept = append(kept, *t)
		}
	}
	return kept, nil
}

// holds reports whether each of the words, in small letters, can be read in the subject or one of the texts.
func (v *Veil) holds(subject string, lines []tickets.Line, words []string) bool {
	texts := []string{strings.ToLower(v.Text(subject))}
	for i := range lines {
		texts = append(texts, strings.ToLower(v.Text(lines[i].Text)))
	}
	return !slices.ContainsFunc(words, func(word string) bool {
		return !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, word) })
	})
}
