package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tanggap/tickets"
)

// Reach tells why nothing is sent to the address of a ticket: state is tickets.Contact's, "" where it is sent to;
// reason is in words, without addresses.
func (s *Store) Reach(ctx context.Context, t *tickets.Ticket) (state, reason string, err error) {
	a := t.Return.Address
	err = s.db.Row(ctx, `SELECT state, reason FROM address WHERE kind = ? AND value = ?`, a.Kind, a.Value).Scan(&state, &reason)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", "", fmt.Errorf("reading an address: %w", tickets.Found(err))
	}
	return state, reason, nil
}

// TryAgain lets messages be sent again to the address of a ticket that could not be reached: by, who of the staff,
// knows better. It is not for one that its citizen has stopped. tickets.ErrNotFound where there is nothing to change.
func (s *Store) TryAgain(ctx context.Context, by string, t *tickets.Ticket) error {
	a := t.Return.Address
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		n, err := x.Exec(`UPDATE address SET state = '', reason = '' WHERE kind = ? AND value = ? AND state = 'unreachable'`, a.Kind, a.Value)
		if err == nil && n == 0 {
			err = tickets.ErrNotFound
		}
		if err != nil {
			return err
		}
		if _, err := x.Exec(`DELETE FROM soft_bounce WHERE kind = ? AND value = ?`, a.Kind, a.Value); err != nil {
			return err
		}
		return s.event(x, by, "", "reached_again "+string(t.Reference))
	})
	if err != nil {
		return fmt.Errorf("trying an address again: %w", err)
	}
	return nil
}
