package figures

import (
	"context"
	"database/sql"
	"fmt"

	"tanggap/tickets"
)

// Urgent is an open emergency.
type Urgent struct {
	Ticket    int64
	Reference tickets.Reference
	Agency    string // that holds it
}

// The conditions are those of the index ticket_urgent, word for word: only so is it used.
const urgent = `SELECT id, reference, agency FROM ticket
	WHERE emergency AND state IN ('triage', 'assigned', 'in_progress', 'pending') ORDER BY id DESC LIMIT 200`

// Emergencies are the open ones of the whole city, the newest first, at most 200.
func (s *Store) Emergencies(ctx context.Context) ([]Urgent, error) {
	var all []Urgent
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var u Urgent
		err := rows.Scan(&u.Ticket, &u.Reference, &u.Agency)
		all = append(all, u)
		return err
	}, urgent)
	if err != nil {
		return nil, fmt.Errorf("looking for emergencies: %w", err)
	}
	return all, nil
}
