package staff

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"tanggap/tickets"
)

// ErrNobodyLeft: nobody would be left who may add or change staff.
var ErrNobodyLeft = errors.New("no administrator would be left")

// Import adds people, who have no password but a link each that signs them in once within ttl, and gives others, by
// their login, the name, role, agency and language of a list: all of it in one transaction. It returns the tokens of
// the links by login, which cannot be had again. by says who does it; ErrTaken where an added login is there already,
// tickets.ErrNotFound where a changed one is not.
func (s *Store) Import(ctx context.Context, by string, added, changed []Member, ttl time.Duration) (tokens map[string]string, err error) {
	for _, list := range [][]Member{added, changed} {
		for i, m := range list {
			list[i] = m.tidy()
			if err := list[i].Check(); err != nil {
				return nil, fmt.Errorf("importing staff: %w", err)
			}
		}
	}
	tokens = make(map[string]string, len(added))
	err = s.db.Write(ctx, func(x tickets.Tx) error {
		before, err := administrators(x)
		if err != nil {
			return err
		}
		for _, m := range added {
			if tokens[m.Login], err = s.invite(x, by, m, ttl); err != nil {
				return err
			}
		}
		for _, m := range changed {
			n, err := x.Exec(`UPDATE staff SET name = ?, role = ?, agency = ?, language = ? WHERE login = ?`, m.Name, string(m.Role), m.Agency, m.Language, m.Login)
			if err == nil && n == 0 {
				err = tickets.ErrNotFound
			}
			if err == nil {
				err = s.event(x, by, m.Login, "changed")
			}
			if err != nil {
				return err
			}
		}
		after, err := administrators(x)
		if err == nil && before > 0 && after == 0 {
			err = ErrNobodyLeft
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("importing staff: %w", err)
	}
	return tokens, nil
}

// invite adds one person with a link.
func (s *Store) invite(x tickets.Tx, by string, m Member, ttl time.Duration) (token string, err error) {
	id, now := s.db.NewID(), s.db.Now()
	_, err = x.Exec(`INSERT INTO staff (id, login, name, role, agency, language, password, disabled_at, created_at) VALUES (?, ?, ?, ?, ?, ?, '', 0, ?)`,
		id, m.Login, m.Name, string(m.Role), m.Agency, m.Language, tickets.Micros(now))
	if tickets.Taken(err) {
		return "", ErrTaken
	}
	if err != nil {
		return "", err
	}
	token = rand.Text()
	if _, err := x.Exec(`INSERT INTO sign_in_link (hash, staff_id, expires_at, used_at) VALUES (?, ?, ?, 0)`, tickets.HashSecret(token), id, tickets.Micros(now.Add(ttl))); err != nil {
		return "", err
	}
	if err := s.event(x, by, m.Login, "added"); err != nil {
		return "", err
	}
	return token, s.event(x, by, m.Login, "link")
}

// administrators counts those who may sign in.
func administrators(x tickets.Tx) (n int, err error) {
	err = x.Row(`SELECT COUNT(*) FROM staff WHERE role = ? AND disabled_at = 0`, string(Administrator)).Scan(&n)
	return n, err
}
