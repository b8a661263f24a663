package tickets

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Staff is a person who works with the console.
type Staff struct {
	ID         int64
	Login      string // small letters, digits, . _ - and @, 2 to 64 of them
	Name       string // as colleagues read it
	Role       Role
	Agency     string // what the person sees: this agency and those below it
	Language   string // "id" or "en"
	DisabledAt time.Time
	CreatedAt  time.Time
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
	// ErrStaff: login, name, role or language is not as Staff says.
	ErrStaff = errors.New("not a staff member's data")
	// ErrPassword: shorter than MinPassword characters, longer than 1,000 bytes, or the login itself.
	ErrPassword = errors.New("the password is too short, too long or the login itself")
)

// MinPassword is the least number of characters of a password.
const MinPassword = 10

var loginForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._@-]{1,63}$`)

// AddStaff adds a person; by says who does. password may be "": then only a link of NewLink lets him in.
// The agency is for the caller to check: the store knows no city.
func (s *Store) AddStaff(ctx context.Context, by string, st Staff, password string) (Staff, error) {
	st.Login, st.Name = strings.ToLower(strings.TrimSpace(st.Login)), strings.TrimSpace(clean(st.Name))
	if st.Language == "" {
		st.Language = "id"
	}
	if !loginForm.MatchString(st.Login) || st.Name == "" || len(st.Name) > 200 || !st.Role.Valid() || st.Agency == "" || (st.Language != "id" && st.Language != "en") {
		return Staff{}, fmt.Errorf("adding staff: %w", ErrStaff)
	}
	hash, err := s.newPassword(ctx, st.Login, password, true)
	if err != nil {
		return Staff{}, fmt.Errorf("adding staff: %w", err)
	}
	st.ID, st.CreatedAt, st.DisabledAt = s.ids.next(), s.now(), time.Time{}
	err = s.inTx(ctx, person, func(x *tx) error {
		_, err := x.exec(`INSERT INTO staff (id, login, name, role, agency, language, password, disabled_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?)`,
			st.ID, st.Login, st.Name, string(st.Role), st.Agency, st.Language, hash, micros(st.CreatedAt))
		if isTaken(err) {
			return ErrTaken
		}
		if err != nil {
			return err
		}
		return s.staffEvent(x, by, st.Login, "added")
	})
	if err != nil {
		return Staff{}, fmt.Errorf("adding staff: %w", err)
	}
	return st, nil
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

const staffColumns = `s.id, s.login, s.name, s.role, s.agency, s.language, s.disabled_at, s.created_at`

func (st *Staff) targets() []any {
	return []any{&st.ID, &st.Login, &st.Name, &st.Role, &st.Agency, &st.Language, stamp{&st.DisabledAt}, stamp{&st.CreatedAt}}
}

// Staff finds a person by login, disabled ones too; ErrNotFound where there is none.
func (s *Store) Staff(ctx context.Context, login string) (Staff, error) {
	var st Staff
	row := s.read.QueryRowContext(ctx, s.dialect.bind(`SELECT `+staffColumns+` FROM staff s WHERE s.login = ?`), strings.ToLower(strings.TrimSpace(login)))
	if err := row.Scan(st.targets()...); err != nil {
		return st, fmt.Errorf("finding staff: %w", notFound(err))
	}
	return st, nil
}

// StaffList lists everybody by login, at most 10,000.
func (s *Store) StaffList(ctx context.Context) ([]Staff, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+staffColumns+` FROM staff s ORDER BY s.login LIMIT 10000`)
	if err != nil {
		return nil, fmt.Errorf("listing staff: %w", err)
	}
	var all []Staff
	err = drain(rows, func() error {
		var st Staff
		err := rows.Scan(st.targets()...)
		all = append(all, st)
		return err
	})
	return all, err
}

// SetPassword gives a person a new password and ends his sessions and links.
func (s *Store) SetPassword(ctx context.Context, by, login, password string) error {
	hash, err := s.newPassword(ctx, login, password, false)
	if err != nil {
		return fmt.Errorf("setting a password: %w", err)
	}
	return s.changeStaff(ctx, "setting a password", by, login, "password", `UPDATE staff SET password = ? WHERE id = ?`, hash)
}

// SetStaffDisabled shuts a person out at once, or lets him in again.
func (s *Store) SetStaffDisabled(ctx context.Context, by, login string, disabled bool) error {
	at, what := int64(0), "enabled"
	if disabled {
		at, what = micros(s.now()), "disabled"
	}
	return s.changeStaff(ctx, "changing staff", by, login, what, `UPDATE staff SET disabled_at = ? WHERE id = ?`, at)
}

// changeStaff runs a statement on one person and ends what he is signed in with.
func (s *Store) changeStaff(ctx context.Context, doing, by, login, what, q string, arg any) error {
	st, err := s.Staff(ctx, login)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	err = s.inTx(ctx, person, func(x *tx) error {
		for _, q := range []string{`DELETE FROM session WHERE staff_id = ?`, `DELETE FROM sign_in_link WHERE staff_id = ?`} {
			if _, err := x.exec(q, st.ID); err != nil {
				return err
			}
		}
		if _, err := x.exec(q, arg, st.ID); err != nil {
			return err
		}
		return s.staffEvent(x, by, st.Login, what)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// SetStaffLanguage is the person's own choice, "id" or "en".
func (s *Store) SetStaffLanguage(ctx context.Context, id int64, language string) error {
	if language != "id" && language != "en" {
		return fmt.Errorf("choosing a language: %w", ErrStaff)
	}
	return s.inTx(ctx, person, func(x *tx) error {
		_, err := x.exec(`UPDATE staff SET language = ? WHERE id = ?`, language, id)
		return err
	})
}

// StaffEvent is one line of what happened to the staff's accounts.
type StaffEvent struct {
	At    time.Time
	Actor string // who did it: a login, "command", "demo"
	Login string // whose account; "" for a name that nobody has, which may be a password typed there
	Type  string // added, password, disabled, enabled, link, signed_in, signed_in_by_link, refused, throttled
}

func (s *Store) staffEvent(x *tx, by, login, what string) error {
	_, err := x.exec(`INSERT INTO staff_event (id, at, actor, login, type) VALUES (?, ?, ?, ?, ?)`, s.ids.next(), micros(s.now()), clean(by), login, what)
	return err
}

// StaffEvents returns the newest n, newest first.
func (s *Store) StaffEvents(ctx context.Context, n int) ([]StaffEvent, error) {
	rows, err := s.read.QueryContext(ctx, s.dialect.bind(`SELECT at, actor, login, type FROM staff_event ORDER BY id DESC LIMIT ?`), n)
	if err != nil {
		return nil, fmt.Errorf("reading staff events: %w", err)
	}
	var all []StaffEvent
	err = drain(rows, func() error {
		var e StaffEvent
		err := rows.Scan(stamp{&e.At}, &e.Actor, &e.Login, &e.Type)
		all = append(all, e)
		return err
	})
	return all, err
}
