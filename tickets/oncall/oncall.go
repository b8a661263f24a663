// Package oncall keeps who is told of emergencies at once, of which they were told, and who looked. It
// holds nothing that a citizen wrote.
package oncall

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tanggap/tickets"
)

// Book keeps it in the database of a tickets.Store. It is safe for concurrent use.
type Book struct{ store *tickets.Store }

// New is the book in a store.
func New(store *tickets.Store) *Book { return &Book{store: store} }

// Contact is one address of those on call.
type Contact struct {
	Agency   string // told of what it and those below it hold; "" is told of all in the city
	Step     int    // 1 is told at once, the next where nobody looks
	Address  tickets.Address
	Language string // "id" or "en"
	By       string // who set it
	At       time.Time
}

// The kinds of address; they are those of package channels.
const (
	Tel      = "tel"
	Mail     = "email"
	Telegram = "telegram"
)

var number = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// MostSteps is how often those on call are told of one emergency, at most.
const MostSteps = 3

// Check is what is wrong with the contact, nil for nothing.
func (c Contact) Check() error {
	var wrong []error
	if c.Step < 1 || c.Step > MostSteps {
		wrong = append(wrong, fmt.Errorf("step %d is none of 1 to %d", c.Step, MostSteps))
	}
	if c.Language != "id" && c.Language != "en" {
		wrong = append(wrong, fmt.Errorf("language %q is neither id nor en", c.Language))
	}
	v := c.Address.Value
	switch c.Address.Kind {
	case Tel:
		if !number.MatchString(v) {
			wrong = append(wrong, fmt.Errorf("%q is no number such as +628123456789", v))
		}
	case Mail:
		a, err := mail.ParseAddress(v)
		if err != nil || a.Address != v || len(v) > 254 || strings.ToLower(v) != v || strings.ContainsAny(v, " \t\"") {
			wrong = append(wrong, fmt.Errorf("%q is no mail address in small letters", v))
		}
	case Telegram:
		if n, err := strconv.ParseInt(v, 10, 64); err != nil || n == 0 || strconv.FormatInt(n, 10) != v {
			wrong = append(wrong, fmt.Errorf("%q is no id of a Telegram chat, such as -1001234567890", v))
		}
	default:
		wrong = append(wrong, fmt.Errorf("%q is no kind of address: tel, email or telegram", c.Address.Kind))
	}
	return errors.Join(wrong...)
}

// Set keeps a contact. One of the same agency with the same address takes its step and language.
func (b *Book) Set(ctx context.Context, c Contact) error {
	if err := c.Check(); err != nil {
		return fmt.Errorf("setting who is on call: %w", err)
	}
	err := b.store.Write(ctx, func(x tickets.Tx) error {
		// Whoever sets an address says that it works.
		if _, err := x.Exec(`UPDATE notice_address SET state = '', reason = '', message_id = 0 WHERE kind = ? AND value = ?`, c.Address.Kind, c.Address.Value); err != nil {
			return err
		}
		_, err := x.Exec(`INSERT INTO oncall (agency, step, kind, value, language, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (agency, kind, value) DO UPDATE SET step = excluded.step, language = excluded.language, set_by = excluded.set_by`,
			c.Agency, c.Step, c.Address.Kind, c.Address.Value, c.Language, tickets.Clean(c.By), tickets.Micros(b.store.Now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("setting who is on call: %w", err)
	}
	return nil
}

// Drop forgets an address of an agency; tickets.ErrNotFound where it is not on call.
func (b *Book) Drop(ctx context.Context, agency string, a tickets.Address) error {
	err := b.store.Write(ctx, func(x tickets.Tx) error {
		n, err := x.Exec(`DELETE FROM oncall WHERE agency = ? AND kind = ? AND value = ?`, agency, a.Kind, a.Value)
		if err == nil && n == 0 {
			err = tickets.ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("dropping who is on call: %w", err)
	}
	return nil
}

// Contacts are all, by agency and step.
func (b *Book) Contacts(ctx context.Context) ([]Contact, error) {
	var all []Contact
	err := b.store.Rows(ctx, func(rows *sql.Rows) error {
		var c Contact
		err := rows.Scan(&c.Agency, &c.Step, &c.Address.Kind, &c.Address.Value, &c.Language, &c.By, tickets.Stamp(&c.At))
		all = append(all, c)
		return err
	}, `SELECT agency, step, kind, value, language, set_by, set_at FROM oncall ORDER BY agency, step, kind, value`)
	if err != nil {
		return nil, fmt.Errorf("reading who is on call: %w", err)
	}
	return all, nil
}
