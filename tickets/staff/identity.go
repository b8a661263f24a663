package staff

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"tanggap/tickets"
)

// OpenFor is how long an identity stays open to who opened it.
const OpenFor = 30 * time.Minute

// Identity is who wrote a ticket. It is for those alone to whom it is open, see Opened.
type Identity struct {
	Name    string // as the platform told it, "" where it told none
	Address tickets.Address
}

// Identity reads who wrote the ticket, and from where he last wrote about it.
func (s *Store) Identity(ctx context.Context, t *tickets.Ticket) (Identity, error) {
	id := Identity{Address: t.Return.Address}
	if err := s.db.Row(ctx, `SELECT name FROM citizen WHERE id = ?`, t.CitizenID).Scan(&id.Name); err != nil {
		return Identity{}, fmt.Errorf("reading an identity: %w", tickets.Found(err))
	}
	return id, nil
}

// Identities reads who wrote each of the tickets of a page, in their order.
func (s *Store) Identities(ctx context.Context, page []tickets.Ticket) ([]Identity, error) {
	all := make([]Identity, len(page))
	if len(page) == 0 {
		return all, nil
	}
	ids := make([]any, len(page))
	for i := range page {
		ids[i], all[i].Address = page[i].CitizenID, page[i].Return.Address
	}
	names := map[int64]string{}
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var id int64
		var name string
		err := rows.Scan(&id, &name)
		names[id] = name
		return err
	}, `SELECT id, name FROM citizen WHERE id IN (?`+strings.Repeat(", ?", len(ids)-1)+`)`, ids...)
	if err != nil {
		return nil, fmt.Errorf("reading identities: %w", err)
	}
	for i := range page {
		all[i].Name = names[page[i].CitizenID]
	}
	return all, nil
}

// Names are the names of citizens by id, "" where the platform told none. They are for no eyes: whoever shows
// texts needs them to hide them there.
func (s *Store) Names(ctx context.Context, citizens []int64) (map[int64]string, error) {
	all := make(map[int64]string, len(citizens))
	if len(citizens) == 0 {
		return all, nil
	}
	args := make([]any, len(citizens))
	for i, id := range citizens {
		args[i] = id
	}
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var id int64
		var name string
		err := rows.Scan(&id, &name)
		all[id] = name
		return err
	}, `SELECT id, name FROM citizen WHERE id IN (?`+strings.Repeat(", ?", len(args)-1)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("reading names: %w", err)
	}
	return all, nil
}

// Opened is until when the ticket's identity is open to an actor, zero where it is not. It follows from
// the event, so that nothing is open that the history does not show.
func (s *Store) Opened(ctx context.Context, ticket int64, actor string) (time.Time, error) {
	var at time.Time
	row := s.db.Row(ctx, `SELECT COALESCE(max(at), 0) FROM event WHERE ticket_id = ? AND type = ? AND actor = ?`, ticket, tickets.IdentityOpened, actor)
	if err := row.Scan(tickets.Stamp(&at)); err != nil {
		return time.Time{}, fmt.Errorf("looking who opened an identity: %w", tickets.Found(err))
	}
	if until := at.Add(OpenFor); !at.IsZero() && until.After(s.db.Now()) {
		return until, nil
	}
	return time.Time{}, nil
}
