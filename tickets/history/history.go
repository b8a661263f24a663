// Package history keeps closed reports of other systems beside a city's own: found by search, examples for
// the router, and nobody's work. Nothing is sent on their account, and no citizen stands behind them.
package history

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tanggap/tickets"
)

// Imported is the type of the one event of an imported ticket; its data names the system and the number there.
const Imported = "imported"

// Channel is the one that imported tickets carry: it carries nothing.
const Channel = "import"

// Most is how many reports Add takes at once.
const Most = 500

// Store keeps the history in the database of a tickets.Store. It is safe for concurrent use.
type Store struct{ db *tickets.Store }

// New is the history of a database.
func New(db *tickets.Store) *Store { return &Store{db: db} }

// Report is one that was closed elsewhere. It has no room for who wrote it.
type Report struct {
	Number     string // the other system's, at most 200 bytes
	At         time.Time
	Title      string
	Text       string
	Agency     string
	Category   string // "" unknown
	Kind       tickets.Kind
	Area       string
	Language   string
	Sealed     bool
	Decision   tickets.Decision // the router's, of a sealed one: it tells whom the report accuses
	Answer     string
	AnsweredAt time.Time // zero unknown
	ClosedAt   time.Time // zero unknown
}

// Known tells which of the numbers of an account are imported already.
func (s *Store) Known(ctx context.Context, account string, numbers []string) (map[string]bool, error) {
	known := make(map[string]bool, len(numbers))
	if len(numbers) == 0 {
		return known, nil
	}
	args := []any{account}
	for _, n := range numbers {
		args = append(args, n)
	}
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var n string
		err := rows.Scan(&n)
		known[n] = true
		return err
	}, `SELECT number FROM imported WHERE account = ? AND number IN (?`+strings.Repeat(", ?", len(numbers)-1)+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("looking what is imported: %w", err)
	}
	return known, nil
}

// Add keeps the reports that are not there yet, at most Most, in one transaction, and returns how many those
// were. by is who imports.
func (s *Store) Add(ctx context.Context, by, account string, reports []Report) (added int, err error) {
	if len(reports) > Most {
		return 0, fmt.Errorf("importing: more than %d reports at once", Most)
	}
	reports = slices.Clone(reports)
	for i := range reports {
		if reports[i].Number = tickets.Clean(reports[i].Number); reports[i].Number == "" || len(reports[i].Number) > longestNumber {
			return 0, errors.New("importing: a report without a number, or with one that is too long")
		}
	}
	// Ids and references are drawn at random, and another import may add the same numbers meanwhile.
	for try := 1; ; try++ {
		added, err = s.add(ctx, by, account, reports)
		if err == nil || !errors.Is(err, errTaken) || try == 8 {
			break
		}
	}
	if err != nil {
		return 0, fmt.Errorf("importing: %w", err)
	}
	return added, nil
}

const longestNumber = 200

var errTaken = errors.New("a number is taken")

func (s *Store) add(ctx context.Context, by, account string, reports []Report) (int, error) {
	numbers := make([]string, len(reports))
	for i := range reports {
		numbers[i] = reports[i].Number
	}
	known, err := s.Known(ctx, account, numbers)
	if err != nil {
		return 0, err
	}
	b := &batch{store: s, by: by, account: account, now: s.db.Now()}
	for i := range reports {
		if r := &reports[i]; !known[r.Number] {
			known[r.Number] = true
			b.put(r)
		}
	}
	if len(b.tickets) == 0 {
		return 0, nil
	}
	err = s.db.Write(ctx, func(x tickets.Tx) error {
		q := `INSERT INTO imported (id, account, number, ticket_id) VALUES (?, ?, ?, ?)` + strings.Repeat(", (?, ?, ?, ?)", len(b.tickets)-1)
		_, err := x.Exec(q, b.imported...)
		if err == nil {
			err = x.File(b.tickets, b.messages, b.events)
		}
		if tickets.Taken(err) {
			return errTaken
		}
		return err
	})
	return len(b.tickets), err
}

// batch gathers the rows of one transaction.
type batch struct {
	store    *Store
	by       string
	account  string
	now      time.Time
	imported []any
	tickets  []tickets.Ticket
	messages []tickets.Message
	events   []tickets.Event
}

// idOf draws the id of a report of a time. Lists go by ids, from the newest, and whoever counts what came in
// counts by ids. The ids of reports that came in here begin with the milliseconds since 2026, so that the past
// finds room below the first two weeks of that: hours since 1970, then chance. The last two bits are for its messages.
func idOf(at time.Time) int64 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand, Go 1.24)
	hours := min(max(at.Unix()/3600, 1), 1<<20-1)
	return hours<<33 | int64(binary.BigEndian.Uint32(b[:])>>1)<<2
}

func (b *batch) put(r *Report) {
	closed := firstOf(r.ClosedAt, r.AnsweredAt, r.At)
	t := tickets.Ticket{
		ID: idOf(r.At), Reference: tickets.DrawReference(), Version: 1, Kind: r.Kind, State: tickets.Closed,
		Agency: r.Agency, Category: r.Category, Area: r.Area, Language: r.Language, Sealed: r.Sealed, Decision: r.Decision,
		Return:      tickets.Return{Channel: Channel, Account: b.account, Mute: true},
		Subject:     heading(b.account, r),
		ExternalIDs: map[string]string{b.account: r.Number},
		CreatedAt:   r.At, UpdatedAt: closed, ResolvedAt: firstOf(r.AnsweredAt, closed), ClosedAt: closed,
	}
	b.tickets = append(b.tickets, t)
	b.imported = append(b.imported, b.store.db.NewID(), b.account, r.Number, t.ID)
	b.messages = append(b.messages, tickets.Message{
		ID: t.ID, TicketID: t.ID, Direction: tickets.In, Channel: Channel, Account: b.account, ExternalID: r.Number, Author: "citizen",
		Subject: r.Title, Text: r.Text, SentAt: r.At, CreatedAt: r.At,
	})
	if r.Answer != "" {
		at := firstOf(r.AnsweredAt, closed)
		b.messages = append(b.messages, tickets.Message{
			ID: t.ID + 1, TicketID: t.ID, Direction: tickets.Out, Channel: Channel, Account: b.account, Author: b.account, Text: r.Answer, SentAt: at, CreatedAt: at,
		})
	}
	b.events = append(b.events, tickets.Event{
		ID: b.store.db.NewID(), TicketID: t.ID, At: b.now.Truncate(time.Microsecond), Actor: tickets.Clean(b.by), Type: Imported, Data: data(b.account, r),
	})
}

// data of the event: where the report comes from, and its texts as hashes.
func data(account string, r *Report) json.RawMessage {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(tickets.Clean(text)))
		return hex.EncodeToString(sum[:])
	}
	d := map[string]string{"from": account, "number": r.Number, "text": hash(r.Text)}
	if r.Answer != "" {
		d["answer"] = hash(r.Answer)
	}
	b, err := json.Marshal(d)
	if err != nil {
		panic("history: marshalling strings: " + err.Error())
	}
	return json.RawMessage(tickets.Clean(string(b)))
}

const longestHeading = 120

// heading is the ticket's subject: by it a search finds the number that the report had.
func heading(account string, r *Report) string {
	about := strings.Join(strings.Fields(r.Title), " ")
	if about == "" {
		about = strings.Join(strings.Fields(r.Text), " ")
	}
	if runes := []rune(about); len(runes) > longestHeading {
		about = string(runes[:longestHeading-1]) + "…"
	}
	return strings.ToUpper(account) + " " + r.Number + ": " + about
}

func firstOf(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// Example is an imported report that the router may learn from.
type Example struct {
	ID       int64 // grows with each import
	Text     string
	Agency   string
	Category string // "" unknown
	At       time.Time
}

// A sealed report is nobody's example.
const examples = `SELECT i.id, m.subject, m.text, t.agency, t.category, t.created_at FROM imported i
	JOIN ticket t ON t.id = i.ticket_id JOIN message m ON m.id = i.ticket_id
	WHERE i.id > ? AND NOT t.sealed ORDER BY i.id LIMIT ?`

// Examples returns imported reports whose id is greater than after, by id, at most n. Who asks again for
// what came since should go back by a minute, as with all ids: those of two processes become visible in any order.
func (s *Store) Examples(ctx context.Context, after int64, n int) ([]Example, error) {
	var all []Example
	err := s.db.Rows(ctx, func(rows *sql.Rows) error {
		var e Example
		var title string
		err := rows.Scan(&e.ID, &title, &e.Text, &e.Agency, &e.Category, tickets.Stamp(&e.At))
		if title != "" {
			e.Text = title + "\n" + e.Text
		}
		all = append(all, e)
		return err
	}, examples, after, n)
	if err != nil {
		return nil, fmt.Errorf("reading imported examples: %w", err)
	}
	return all, nil
}

// Newest is the greatest id of an example, 0 where there is none.
func (s *Store) Newest(ctx context.Context) (id int64, err error) {
	if err := s.db.Row(ctx, `SELECT coalesce(max(id), 0) FROM imported`).Scan(&id); err != nil {
		return 0, fmt.Errorf("looking for imports: %w", tickets.Found(err))
	}
	return id, nil
}
