package staff

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"tanggap/tickets"
)

// How long a session lasts unused, and at most.
const (
	SessionIdle = 12 * time.Hour
	SessionMax  = 7 * 24 * time.Hour
)

// What signing in is refused with; none of them says whether the login exists.
var (
	ErrSignIn  = errors.New("login or password is wrong")
	ErrLink    = errors.New("no valid sign-in link")
	ErrSession = errors.New("no session")
)

// ThrottledError refuses an attempt to sign in before it is looked at.
type ThrottledError struct{ Wait time.Duration }

// Error says how long.
func (e *ThrottledError) Error() string {
	return fmt.Sprintf("too many attempts: wait %v", e.Wait.Round(time.Second))
}

// Session is a person who has signed in.
type Session struct {
	Member
	Began time.Time
}

// SignIn finds the person whose password it is. from is the caller's network address: after
// loginFree failures of one login, or addressFree from one address, each further one must wait.
func (s *Store) SignIn(ctx context.Context, login, password, from string) (Member, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if wait := s.signIns.begin(s.db.Now(), login, from); wait > 0 {
		return Member{}, &ThrottledError{wait}
	}
	var m Member
	var hash string
	row := s.db.Row(ctx, `SELECT `+columns+`, s.password FROM staff s WHERE s.login = ?`, known(login))
	if err := row.Scan(append(m.targets(), &hash)...); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Member{}, fmt.Errorf("signing in: %w", err)
	}
	if len(password) > 1000 {
		password, hash = "", ""
	}
	fits, err := passwordFits(ctx, hash, password)
	if err != nil {
		return Member{}, fmt.Errorf("signing in: %w", err)
	}
	what := "signed_in"
	if !fits || !m.DisabledAt.IsZero() {
		what = "refused"
	} else {
		s.signIns.succeeded(s.db.Now(), login, from)
	}
	if err := s.noteSignIn(ctx, m.Login, what); err != nil {
		return Member{}, fmt.Errorf("signing in: %w", err)
	}
	if what == "refused" {
		return Member{}, fmt.Errorf("signing in: %w", ErrSignIn)
	}
	return m, nil
}

// ChangePassword is the person's own: present must be the password that is set, unless none is. It ends
// all sessions, the caller's too. ErrSignIn where present is wrong, ThrottledError as SignIn, ErrPassword.
func (s *Store) ChangePassword(ctx context.Context, login, present, next, from string) error {
	m, err := s.Find(ctx, login)
	if err != nil {
		return fmt.Errorf("changing a password: %w", err)
	}
	if m.HasPassword {
		if _, err := s.SignIn(ctx, m.Login, present, from); err != nil {
			return fmt.Errorf("changing a password: %w", err)
		}
	}
	return s.SetPassword(ctx, m.Login, m.Login, next)
}

func (s *Store) noteSignIn(ctx context.Context, login, what string) error {
	return s.db.Write(ctx, func(x tickets.Tx) error { return s.event(x, login, login, what) })
}

// NewLink makes a link that signs a person in once within ttl, and returns its token, which cannot be
// had again.
func (s *Store) NewLink(ctx context.Context, by, login string, ttl time.Duration) (token string, err error) {
	m, err := s.Find(ctx, login)
	if err != nil {
		return "", fmt.Errorf("making a sign-in link: %w", err)
	}
	token = rand.Text()
	err = s.db.Write(ctx, func(x tickets.Tx) error {
		if _, err := x.Exec(`DELETE FROM sign_in_link WHERE expires_at < ?`, tickets.Micros(s.db.Now())); err != nil {
			return err
		}
		if _, err := x.Exec(`INSERT INTO sign_in_link (hash, staff_id, expires_at, used_at) VALUES (?, ?, ?, 0)`, tickets.HashSecret(token), m.ID, tickets.Micros(s.db.Now().Add(ttl))); err != nil {
			return err
		}
		return s.event(x, by, m.Login, "link")
	})
	if err != nil {
		return "", fmt.Errorf("making a sign-in link: %w", err)
	}
	return token, nil
}

// UseLink finds the person whose link it is, once; ErrLink ever after.
func (s *Store) UseLink(ctx context.Context, token string) (Member, error) {
	var m Member
	err := s.db.Write(ctx, func(x tickets.Tx) error {
		now := tickets.Micros(s.db.Now())
		n, err := x.Exec(`UPDATE sign_in_link SET used_at = ? WHERE hash = ? AND used_at = 0 AND expires_at >= ?`, now, tickets.HashSecret(token), now)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrLink
		}
		row := x.Row(`SELECT `+columns+` FROM sign_in_link l JOIN staff s ON s.id = l.staff_id WHERE l.hash = ? AND s.disabled_at = 0`, tickets.HashSecret(token))
		if err := row.Scan(m.targets()...); err != nil {
			return errors.Join(ErrLink, tickets.Found(err))
		}
		return s.event(x, m.Login, m.Login, "signed_in_by_link")
	})
	if err != nil {
		return Member{}, fmt.Errorf("using a sign-in link: %w", err)
	}
	return m, nil
}

// OpenSession begins a session and returns its token, of which only a hash is kept.
func (s *Store) OpenSession(ctx context.Context, staff int64) (token string, err error) {
	token = rand.Text()
	now := s.db.Now()
	err = s.db.Write(ctx, func(x tickets.Tx) error {
		if _, err := x.Exec(`DELETE FROM session WHERE seen_at < ? OR created_at < ?`, tickets.Micros(now.Add(-SessionIdle)), tickets.Micros(now.Add(-SessionMax))); err != nil {
			return err
		}
		_, err := x.Exec(`INSERT INTO session (hash, staff_id, created_at, seen_at) VALUES (?, ?, ?, ?)`, tickets.HashSecret(token), staff, tickets.Micros(now), tickets.Micros(now))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("opening a session: %w", err)
	}
	return token, nil
}

// seenEvery is how old a session's last sight may get before it is written anew: not with every page.
const seenEvery = 5 * time.Minute

// Session finds the session that a token opens; ErrSession where it has ended, or its person is disabled.
func (s *Store) Session(ctx context.Context, token string) (Session, error) {
	var found Session
	var seen time.Time
	now := s.db.Now()
	row := s.db.Row(ctx, `SELECT `+columns+`, n.created_at, n.seen_at FROM session n JOIN staff s ON s.id = n.staff_id WHERE n.hash = ? AND s.disabled_at = 0`, tickets.HashSecret(token))
	err := row.Scan(append(found.targets(), tickets.Stamp(&found.Began), tickets.Stamp(&seen))...)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && (now.Sub(seen) > SessionIdle || now.Sub(found.Began) > SessionMax):
		return Session{}, ErrSession
	case err != nil:
		return Session{}, fmt.Errorf("finding a session: %w", err)
	}
	if now.Sub(seen) < seenEvery {
		return found, nil
	}
	err = s.db.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`UPDATE session SET seen_at = ? WHERE hash = ?`, tickets.Micros(now), tickets.HashSecret(token))
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("finding a session: %w", err)
	}
	return found, nil
}

// CloseSession ends a session; one that has ended already is no error.
func (s *Store) CloseSession(ctx context.Context, token string) error {
	return s.db.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`DELETE FROM session WHERE hash = ?`, tickets.HashSecret(token))
		return err
	})
}
