package tickets

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
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
	Staff
	Began time.Time
}

// SignIn finds the person whose password it is. from is the caller's network address: after
// signInFree failures of one login or from one address each further one must wait.
func (s *Store) SignIn(ctx context.Context, login, password, from string) (Staff, error) {
	login = strings.ToLower(strings.TrimSpace(login))
	if wait := s.signIns.wait(s.now(), login, from); wait > 0 {
		return Staff{}, &ThrottledError{wait}
	}
	var st Staff
	var hash string
	row := s.read.QueryRowContext(ctx, s.dialect.bind(`SELECT `+staffColumns+`, s.password FROM staff s WHERE s.login = ?`), login)
	if err := row.Scan(append(st.targets(), &hash)...); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return Staff{}, fmt.Errorf("signing in: %w", err)
	}
	if len(password) > 1000 {
		password, hash = "", ""
	}
	fits, err := passwordFits(ctx, hash, password)
	if err != nil {
		return Staff{}, fmt.Errorf("signing in: %w", err)
	}
	what := "signed_in"
	if !fits || !st.DisabledAt.IsZero() {
		what = "refused"
		s.signIns.failed(s.now(), login, from)
	} else {
		s.signIns.forget(login)
	}
	if err := s.noteSignIn(ctx, st.Login, what); err != nil {
		return Staff{}, fmt.Errorf("signing in: %w", err)
	}
	if what == "refused" {
		return Staff{}, fmt.Errorf("signing in: %w", ErrSignIn)
	}
	return st, nil
}

func (s *Store) noteSignIn(ctx context.Context, login, what string) error {
	return s.inTx(ctx, person, func(x *tx) error { return s.staffEvent(x, login, login, what) })
}

// NewLink makes a link that signs a person in once within ttl, and returns its token, which cannot be
// had again.
func (s *Store) NewLink(ctx context.Context, by, login string, ttl time.Duration) (token string, err error) {
	st, err := s.Staff(ctx, login)
	if err != nil {
		return "", fmt.Errorf("making a sign-in link: %w", err)
	}
	token = rand.Text()
	err = s.inTx(ctx, person, func(x *tx) error {
		if _, err := x.exec(`DELETE FROM sign_in_link WHERE expires_at < ?`, micros(s.now())); err != nil {
			return err
		}
		if _, err := x.exec(`INSERT INTO sign_in_link (hash, staff_id, expires_at, used_at) VALUES (?, ?, ?, 0)`, hashToken(token), st.ID, micros(s.now().Add(ttl))); err != nil {
			return err
		}
		return s.staffEvent(x, by, st.Login, "link")
	})
	if err != nil {
		return "", fmt.Errorf("making a sign-in link: %w", err)
	}
	return token, nil
}

// UseLink finds the person whose link it is, once; ErrLink ever after.
func (s *Store) UseLink(ctx context.Context, token string) (Staff, error) {
	var st Staff
	err := s.inTx(ctx, person, func(x *tx) error {
		now := micros(s.now())
		n, err := x.exec(`UPDATE sign_in_link SET used_at = ? WHERE hash = ? AND used_at = 0 AND expires_at >= ?`, now, hashToken(token), now)
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrLink
		}
		row := x.QueryRowContext(x.ctx, x.dialect.bind(`SELECT `+staffColumns+` FROM sign_in_link l JOIN staff s ON s.id = l.staff_id WHERE l.hash = ? AND s.disabled_at = 0`), hashToken(token))
		if err := row.Scan(st.targets()...); err != nil {
			return errors.Join(ErrLink, notFound(err))
		}
		return s.staffEvent(x, st.Login, st.Login, "signed_in_by_link")
	})
	if err != nil {
		return Staff{}, fmt.Errorf("using a sign-in link: %w", err)
	}
	return st, nil
}

// OpenSession begins a session and returns its token, of which only a hash is kept.
func (s *Store) OpenSession(ctx context.Context, staff int64) (token string, err error) {
	token = rand.Text()
	now := s.now()
	err = s.inTx(ctx, person, func(x *tx) error {
		if _, err := x.exec(`DELETE FROM session WHERE seen_at < ? OR created_at < ?`, micros(now.Add(-SessionIdle)), micros(now.Add(-SessionMax))); err != nil {
			return err
		}
		_, err := x.exec(`INSERT INTO session (hash, staff_id, created_at, seen_at) VALUES (?, ?, ?, ?)`, hashToken(token), staff, micros(now), micros(now))
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
	now := s.now()
	row := s.read.QueryRowContext(ctx, s.dialect.bind(`SELECT `+staffColumns+`, n.created_at, n.seen_at FROM session n JOIN staff s ON s.id = n.staff_id WHERE n.hash = ? AND s.disabled_at = 0`), hashToken(token))
	err := row.Scan(append(found.targets(), stamp{&found.Began}, stamp{&seen})...)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && (now.Sub(seen) > SessionIdle || now.Sub(found.Began) > SessionMax):
		return Session{}, ErrSession
	case err != nil:
		return Session{}, fmt.Errorf("finding a session: %w", err)
	}
	if now.Sub(seen) < seenEvery {
		return found, nil
	}
	err = s.inTx(ctx, person, func(x *tx) error {
		_, err := x.exec(`UPDATE session SET seen_at = ? WHERE hash = ?`, micros(now), hashToken(token))
		return err
	})
	if err != nil {
		return Session{}, fmt.Errorf("finding a session: %w", err)
	}
	return found, nil
}

// CloseSession ends a session; one that has ended already is no error.
func (s *Store) CloseSession(ctx context.Context, token string) error {
	return s.inTx(ctx, person, func(x *tx) error {
		_, err := x.exec(`DELETE FROM session WHERE hash = ?`, hashToken(token))
		return err
	})
}
