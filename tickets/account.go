package tickets

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Account is what the store knows of one configured bot, number or mailbox.
type Account struct {
	Name      string
	State     string // "" working, "suspended", "paused"
	LastInAt  time.Time
	LastOutAt time.Time
	HoldUntil time.Time // throttled until then
	Error     string    // the last one, in words
	ErrorAt   time.Time
	Queue     int       // parcels not done, capped at 1,000
	OldestAt  time.Time // when the oldest of them was to go
}

const readAccount = `SELECT a.name, a.state, a.last_in_at, a.last_out_at, a.hold_until, a.error, a.error_at,
	(SELECT count(*) FROM (SELECT 1 FROM outbox o WHERE o.account = a.name AND o.done_at = 0 LIMIT 1000) q),
	COALESCE((SELECT min(o.next_at) FROM outbox o WHERE o.account = a.name AND o.done_at = 0), 0) FROM account a ORDER BY a.name`

// Accounts lists every account that ever did something.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	rows, err := s.read.QueryContext(ctx, readAccount)
	if err != nil {
		return nil, fmt.Errorf("reading accounts: %w", err)
	}
	var all []Account
	err = drain(rows, func() error {
		var a Account
		err := rows.Scan(&a.Name, &a.State, stamp{&a.LastInAt}, stamp{&a.LastOutAt}, stamp{&a.HoldUntil}, &a.Error, stamp{&a.ErrorAt}, &a.Queue, stamp{&a.OldestAt})
		all = append(all, a)
		return err
	})
	return all, err
}

// Gate tells whether an account may send: its state ("" working, "suspended", "paused"), and until
// when its platform wants it to hold.
func (s *Store) Gate(ctx context.Context, name string) (state string, hold time.Time, err error) {
	row := s.read.QueryRowContext(ctx, s.dialect.bind(`SELECT state, hold_until FROM account WHERE name = ?`), name)
	if err := row.Scan(&state, stamp{&hold}); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", time.Time{}, fmt.Errorf("reading an account: %w", err)
	}
	return state, hold, nil
}

// SetAccount notes an account's state and why; "" lets it work again.
func (s *Store) SetAccount(ctx context.Context, name, state, reason string) error {
	now := micros(s.now())
	return s.inTx(ctx, machine, func(x *tx) error {
		_, err := x.exec(`INSERT INTO account (name, cursor, state, last_in_at, last_out_at, hold_until, error, error_at) VALUES (?, '', ?, 0, 0, 0, ?, ?)
			ON CONFLICT (name) DO UPDATE SET state = excluded.state, error = excluded.error, error_at = excluded.error_at`, name, state, clean(reason), now)
		return err
	})
}

// Token lets a program use the JSON API. Only its hash is stored.
type Token struct {
	ID        int64
	Name      string
	Scopes    []string
	Agency    string // what it sees: this agency and its children; "*" for all
	CreatedAt time.Time
	ExpiresAt time.Time
	RevokedAt time.Time
}

// May reports whether the token has the scope.
func (t *Token) May(scope string) bool { return slices.Contains(t.Scopes, scope) }

// ErrToken says that a token is unknown, expired or revoked, and not which.
var ErrToken = errors.New("no valid token")

// CreateToken makes a token and returns the secret, which cannot be had again.
func (s *Store) CreateToken(ctx context.Context, t Token) (secret string, err error) {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails (crypto/rand, Go 1.24)
	secret = "tgp_" + base64.RawURLEncoding.EncodeToString(b)
	err = s.inTx(ctx, person, func(x *tx) error {
		_, err := x.exec(`INSERT INTO token (id, name, hash, scopes, agency, created_at, expires_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0)`,
			s.ids.next(), clean(t.Name), hashToken(secret), strings.Join(t.Scopes, ","), t.Agency, micros(s.now()), micros(t.ExpiresAt))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("creating a token: %w", err)
	}
	return secret, nil
}

// hashToken needs no salt and no stretching: a token is 192 random bits.
func hashToken(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

const readToken = `SELECT id, name, scopes, agency, created_at, expires_at, revoked_at FROM token`

// Token finds the token that a secret opens.
func (s *Store) Token(ctx context.Context, secret string) (Token, error) {
	all, err := s.tokens(ctx, readToken+` WHERE hash = ?`, hashToken(secret))
	if err != nil {
		return Token{}, err
	}
	if len(all) == 0 || !all[0].RevokedAt.IsZero() || (!all[0].ExpiresAt.IsZero() && s.now().After(all[0].ExpiresAt)) {
		return Token{}, ErrToken
	}
	return all[0], nil
}

// Tokens lists every token ever made.
func (s *Store) Tokens(ctx context.Context) ([]Token, error) {
	return s.tokens(ctx, readToken+` ORDER BY id`)
}

func (s *Store) tokens(ctx context.Context, q string, args ...any) ([]Token, error) {
	rows, err := s.read.QueryContext(ctx, s.dialect.bind(q), args...)
	if err != nil {
		return nil, fmt.Errorf("reading tokens: %w", err)
	}
	var all []Token
	err = drain(rows, func() error {
		var t Token
		var scopes string
		err := rows.Scan(&t.ID, &t.Name, &scopes, &t.Agency, stamp{&t.CreatedAt}, stamp{&t.ExpiresAt}, stamp{&t.RevokedAt})
		t.Scopes = strings.Split(scopes, ",")
		all = append(all, t)
		return err
	})
	return all, err
}

// RevokeToken ends every token of a name; ErrNotFound where none was valid.
func (s *Store) RevokeToken(ctx context.Context, name string) error {
	return s.inTx(ctx, person, func(x *tx) error {
		n, err := x.exec(`UPDATE token SET revoked_at = ? WHERE name = ? AND revoked_at = 0`, micros(s.now()), name)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
}

// Demo reports whether the database is a demo's. An empty one becomes one where demo is set.
func (s *Store) Demo(ctx context.Context, demo bool) (bool, error) {
	var marked bool
	err := s.inTx(ctx, machine, func(x *tx) error {
		if demo {
			_, err := x.exec(`INSERT INTO meta (name, value) SELECT 'demo', 1 WHERE NOT EXISTS (SELECT 1 FROM ticket) ON CONFLICT (name) DO NOTHING`)
			if err != nil {
				return err
			}
		}
		var n int
		err := x.get(&n, `SELECT count(*) FROM meta WHERE name = 'demo'`)
		marked = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("looking whose database it is: %w", err)
	}
	return marked, nil
}
