// Package staff keeps the people who work with the console: what they sign in with, their sessions, and
// what was done to their accounts.
package staff

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tanggap/tickets"
)

// Store keeps the staff in the database of a tickets.Store. It is safe for concurrent use.
type Store struct {
	db      *tickets.Store
	signIns throttle
}

// New is the staff of a database.
func New(db *tickets.Store) *Store { return &Store{db: db} }

// Member is a person who works with the console.
type Member struct {
	ID         int64
	Login      string // small letters, digits, . _ - and @, 2 to 64 of them
	Name       string // as colleagues read it
	Role       Role
	Agency     string // what the person sees: this agency and those below it
	Language   string // "id" or "en"
	DisabledAt time.Time
	CreatedAt  time.Time
	// HasPassword is whether one is set; without, only a link lets the person in.
	HasPassword bool
}

// Role says what a person may do beyond reading and working the agency's queue.
type Role string

// The roles.
const (
	Clerk         Role = "clerk"
	Dispatcher    Role = "dispatcher"
	Supervisor    Role = "supervisor"
	Auditor       Role = "auditor" // reads only
	Administrator Role = "administrator"
)

// Roles lists every role, the least first.
func Roles() []Role { return []Role{Auditor, Clerk, Dispatcher, Supervisor, Administrator} }

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool {
	switch r {
	case Clerk, Dispatcher, Supervisor, Auditor, Administrator:
		return true
	}
	return false
}

// What a change of staff is refused with.
var (
	// ErrTaken: another person has the login.
	ErrTaken = errors.New("the login is taken")
	// ErrMember: login, name, role or language is not as Member says.
	ErrMember = errors.New("not a staff member's data")
	// ErrPassword: shorter than MinPassword characters, longer than 1,000 bytes, or the login itself.
	ErrPassword = errors.New("the password is too short, too long or the login itself")
)

// MinPassword is the least number of characters of a password.
const MinPassword = 10

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{1,63}$`)

// nobodys are logins that nobody gets: they stand in histories for who is no person.
var nobodys = []string{"bot", "citizen", "command", "demo", "router", "system", "tanggap", "timer"}

// known is a login that somebody may have, or "", which nobody has: not all that is typed is a text for the
// database.
func known(login string) string {
	if !loginForm.MatchString(login) {
		return ""
	}
	return login
}

// Add adds a person; by says who does. password may be "": then only a link of NewLink lets him in.
// The agency is for the caller to check: the store knows no city.
func (s *Store) Add(ctx context.Context, by string, m Member, password string) (Member, error) {
	m = m.tidy()
	if err := m.Check(); err != nil {
		return Member{}, fmt.Errorf("adding staff: %w", err)
	}
	hash, err := s.newPassword(ctx, m.Login, password, true)
	if err != nil {
		return Member{}, fmt.Errorf("adding staff: %w", err)
	}
	m.ID, m.CreatedAt, m.DisabledAt, m.HasPassword = s.db.NewID(), s.db.Now(), time.Time{}, hash != ""
	err = s.db.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`INSERT INTO staff (id, login, name, role, agency, language, password, disabled_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`,
			m.ID, m.Login, m.Name, string(m.Role), m.Agency, m.Language, hash, tickets.Micros(m.CreatedAt))
		if tickets.Taken(err) {
			return ErrTaken
		}
		if err != nil {
			return err
		}
		return s.event(x, by, m.Login, "added")
	})
	if err != nil {
		return Member{}, fmt.Errorf("adding staff: %w", err)
	}
	return m, nil
}

// tidy is m as it is kept.
func (m Member) tidy() Member {
	m.Login, m.Name = strings.ToLower(strings.TrimSpace(m.Login)), strings.TrimSpace(tickets.Clean(m.Name))
	if m.Language == "" {
		m.Language = "id"
	}
	return m
}

// Check says whether login, name, role, agency and language are such as are kept: ErrMember where not.
func (m Member) Check() error {
	if !loginForm.MatchString(m.Login) || slices.Contains(nobodys, m.Login) || m.Name == "" || len(m.Name) > 200 || !m.Role.Valid() || m.Agency == "" || (m.Language != "id" && m.Language != "en") {
		return ErrMember
	}
	return nil
}

// newPassword checks a new password and hashes it; "" stays "" where none is allowed.
func (s *Store) newPassword(ctx context.Context, login, password string, none bool) (string, error) {
	if password == "" && none {
		return "", nil
	}
	if n := utf8.RuneCountInString(password); n < MinPassword || len(password) > 1000 || strings.EqualFold(password, login) {
		return "", ErrPassword
	}
	return hashPassword(ctx, password)
}

const columns = `s.id, s.login, s.name, s.role, s.agency, s.language, s.disabled_at, s.created_at,
	CASE WHEN s.password = '' THEN 0 ELSE 1 END`

func (m *Member) targets() []any {
	return []any{&m.ID, &m.Login, &m.Name, &m.Role, &m.Agency, &m.Language, tickets.Stamp(&m.DisabledAt), tickets.Stamp(&m.CreatedAt), &m.HasPassword}
}

// Find finds a person by login, disabled ones too; ErrNotFound where there is none.
func (s *Store) Find(ctx context.Context, login string) (Member, error) {
	var m Member
	row := s.db.Row(ctx, `SELECT `+columns+` FROM staff s WHERE s.login = ?`, known(strings.ToLower(strings.TrimSpace(login))))
	if err := row.Scan(m.targets()...); err != nil {
		return m, fmt.Errorf("finding staff: %w", tickets.Found(err))
	}
	return m, nil
}

// List lists everybody by login, at most 10,000.
func (s *Store) List(ctx context.Context) ([]Member, error) {
	var all []Member
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var m Member
		err := rows.Scan(m.targets()...)
		all = append(all, m)
		return err
	}, `SELECT `+columns+` FROM staff s ORDER BY s.login LIMIT 10000`)
	if err != nil {
		return nil, fmt.Errorf("listing staff: %w", err)
	}
	return all, nil
}

// SetPassword gives a person a new password and ends his sessions and links.
func (s *Store) SetPassword(ctx context.Context, by, login, password string) error {
	hash, err := s.newPassword(ctx, login, password, false)
	if err != nil {
		return fmt.Errorf("setting a password: %w", err)
	}
	return s.change(ctx, "setting a password", by, login, "password", `UPDATE staff SET password = ? WHERE id = ?`, hash)
}

// SetDisabled shuts a person out at once, or lets him in again.
func (s *Store) SetDisabled(ctx context.Context, by, login string, disabled bool) error {
	at, what := int64(0), "enabled"
	if disabled {
		at, what = tickets.Micros(s.db.Now()), "disabled"
	}
	return s.change(ctx, "changing staff", by, login, what, `UPDATE staff SET disabled_at = ? WHERE id = ?`, at)
}

// change runs a statement on one person and ends what he is signed in with.
func (s *Store) change(ctx context.Context, doing, by, login, what, q string, arg any) error {
	m, err := s.Find(ctx, login)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	err = s.db.Write(ctx, func(x tickets.Tx) error {
		for _, q := range []string{`DELETE FROM session WHERE staff_id = ?`, `DELETE FROM sign_in_link WHERE staff_id = ?`} {
			if _, err := x.Exec(q, m.ID); err != nil {
				return err
			}
		}
		if _, err := x.Exec(q, arg, m.ID); err != nil {
			return err
		}
		return s.event(x, by, m.Login, what)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// SetLanguage is the person's own choice, "id" or "en".
func (s *Store) SetLanguage(ctx context.Context, id int64, language string) error {
	if language != "id" && language != "en" {
		return fmt.Errorf("choosing a language: %w", ErrMember)
	}
	return s.db.Write(ctx, func(x tickets.Tx) error {
		_, err := x.Exec(`UPDATE staff SET language = ? WHERE id = ?`, language, id)
		return err
	})
}

// Event is one line of what happened to the staff's accounts.
type Event struct {
	At    time.Time
	Actor string // who did it: a login, "command", "demo"
	Login string // whose account; "" for a name that nobody has, which may be a password typed there
	// Type is added, changed, password, disabled, enabled, link, signed_in, signed_in_by_link or refused; or paused and
	// resumed with an account's name, replayed with a row of the quarantine, read_aside with one and a reason.
	Type string
}

func (s *Store) event(x tickets.Tx, by, login, what string) error {
	_, err := x.Exec(`INSERT INTO staff_event (id, at, actor, login, type) VALUES (?, ?, ?, ?, ?)`, s.db.NewID(), tickets.Micros(s.db.Now()), tickets.Clean(by), login, what)
	return err
}

// Events returns the newest n, newest first.
func (s *Store) Events(ctx context.Context, n int) ([]Event, error) {
	var all []Event
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var e Event
		err := rows.Scan(tickets.Stamp(&e.At), &e.Actor, &e.Login, &e.Type)
		all = append(all, e)
		return err
	}, `SELECT at, actor, login, type FROM staff_event ORDER BY id DESC LIMIT ?`, n)
	if err != nil {
		return nil, fmt.Errorf("reading staff events: %w", err)
	}
	return all, nil
}
