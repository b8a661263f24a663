package tickets

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strconv"
	"strings"
	"time"
)

// AgencyContact is where an agency hears of its work, as a person set it. It stands for all that the
// city pack says: an empty Mail is no mailbox.
type AgencyContact struct {
	Agency   string
	Mail     string // in small letters
	Chat     string // a Telegram chat's id, that of a group below 0
	Language string // "id" or "en"
	By       string // who set it
	At       time.Time
}

// Check is what is wrong with the addresses, nil for nothing. Either may be empty.
func (c AgencyContact) Check() error {
	var wrong []error
	if c.Mail != "" {
		a, err := mail.ParseAddress(c.Mail)
		if err != nil || a.Address != c.Mail || len(c.Mail) > 254 || strings.ToLower(c.Mail) != c.Mail || strings.ContainsAny(c.Mail, " \t\"") {
			wrong = append(wrong, fmt.Errorf("%q is no mail address in small letters", c.Mail))
		}
	}
	if c.Chat != "" {
		if n, err := strconv.ParseInt(c.Chat, 10, 64); err != nil || n == 0 || strconv.FormatInt(n, 10) != c.Chat {
			wrong = append(wrong, fmt.Errorf("%q is no id of a Telegram chat, such as -1001234567890", c.Chat))
		}
	}
	return errors.Join(wrong...)
}

// addresses are those of the contact that are not empty.
func (c AgencyContact) addresses() (all []Address) {
	if c.Mail != "" {
		all = append(all, Address{Kind: "email", Value: c.Mail})
	}
	if c.Chat != "" {
		all = append(all, Address{Kind: "telegram", Value: c.Chat})
	}
	return all
}

const setContact = `INSERT INTO agency_contact (agency, mail, chat, language, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?)
	ON CONFLICT (agency) DO UPDATE SET mail = excluded.mail, chat = excluded.chat, language = excluded.language, set_by = excluded.set_by, set_at = excluded.set_at`

// SetAgencyContact keeps where an agency hears of its work. What was known to be wrong with the addresses
// is forgotten: whoever sets them says that they work.
func (s *Store) SetAgencyContact(ctx context.Context, c AgencyContact) error {
	if err := c.Check(); err != nil {
		return fmt.Errorf("setting an agency's contact: %w", err)
	}
	err := s.inTx(ctx, person, func(x *tx) error {
		for _, a := range c.addresses() {
			if _, err := x.exec(`UPDATE notice_address SET state = '', reason = '', message_id = 0 WHERE kind = ? AND value = ?`, a.Kind, a.Value); err != nil {
				return err
			}
		}
		_, err := x.exec(setContact, c.Agency, c.Mail, c.Chat, c.Language, clean(c.By), micros(s.now()))
		return err
	})
	if err != nil {
		return fmt.Errorf("setting an agency's contact: %w", err)
	}
	return nil
}

// DropAgencyContact takes away what was set, so that the city pack's word counts again; ErrNotFound
// where nothing was.
func (s *Store) DropAgencyContact(ctx context.Context, agency string) error {
	err := s.inTx(ctx, person, func(x *tx) error {
		n, err := x.exec(`DELETE FROM agency_contact WHERE agency = ?`, agency)
		if err == nil && n == 0 {
			err = ErrNotFound
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("dropping an agency's contact: %w", err)
	}
	return nil
}

// AgencyContacts returns what was set, by agency.
func (s *Store) AgencyContacts(ctx context.Context) (map[string]AgencyContact, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT agency, mail, chat, language, set_by, set_at FROM agency_contact`)
	all := map[string]AgencyContact{}
	if err == nil {
		err = drain(rows, func() error {
			var c AgencyContact
			err := rows.Scan(&c.Agency, &c.Mail, &c.Chat, &c.Language, &c.By, stamp{&c.At})
			all[c.Agency] = c
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("reading agencies' contacts: %w", err)
	}
	return all, nil
}

// NoticeAddress is what became of an address that agencies hear through.
type NoticeAddress struct {
	State  string // "" works as far as we know; unreachable; stopped: it shut us out; failed: the last message did not go out
	Reason string
	At     time.Time // of the last message to it, or of the news that it cannot be reached
}

const noticeAddresses = `SELECT notice_address.kind, notice_address.value, notice_address.at,
	CASE WHEN COALESCE(a.state, '') <> '' THEN a.state WHEN notice_address.state <> '' THEN notice_address.state WHEN COALESCE(o.state, '') = 'failed' THEN 'failed' ELSE '' END,
	CASE WHEN COALESCE(a.state, '') <> '' THEN a.reason WHEN notice_address.state <> '' THEN notice_address.reason WHEN COALESCE(o.state, '') = 'failed' THEN o.reason ELSE '' END
	FROM notice_address LEFT JOIN outbox o ON o.id = notice_address.message_id LEFT JOIN address a ON a.kind = notice_address.kind AND a.value = notice_address.value`

// NoticeAddresses tells of every address that notices went to what became of it.
func (s *Store) NoticeAddresses(ctx context.Context) (map[Address]NoticeAddress, error) {
	rows, err := s.read.QueryContext(ctx, noticeAddresses)
	all := map[Address]NoticeAddress{}
	if err == nil {
		err = drain(rows, func() error {
			var a Address
			var n NoticeAddress
			err := rows.Scan(&a.Kind, &a.Value, stamp{&n.At}, &n.State, &n.Reason)
			all[a] = n
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("reading agencies' addresses: %w", err)
	}
	return all, nil
}
