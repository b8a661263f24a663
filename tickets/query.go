package tickets

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Ticket finds a ticket by its reference.
func (s *Store) Ticket(ctx context.Context, ref Reference) (Ticket, error) {
	return s.ticketWhere(ctx, "reference = ?", string(ref))
}

// TicketByID finds a ticket by its row id.
func (s *Store) TicketByID(ctx context.Context, id int64) (Ticket, error) {
	return s.ticketWhere(ctx, "id = ?", id)
}

func (s *Store) ticketWhere(ctx context.Context, where string, arg any) (Ticket, error) {
	var t Ticket
	row := s.read.QueryRowContext(ctx, s.dialect.bind(`SELECT `+ticketTable.names("")+` FROM ticket WHERE `+where), arg)
	if err := row.Scan(t.targets()...); err != nil {
		return t, fmt.Errorf("finding a ticket: %w", notFound(err))
	}
	return t, nil
}

// Sent is how far an outbound message got: the least of its parts.
type Sent struct {
	State      string // queued, sent, delivered, failed, uncertain
	Reason     string
	Code       string
	ExternalID string
	At         time.Time // when its last part went out, zero before
	Parts      int
	Segments   int
	Doubts     int // times that a part may have arrived twice
}

// Line is one message of a thread, with its delivery where it is outbound.
type Line struct {
	Message
	Purpose string
	Sent    Sent
}

const readThread = `SELECT %s, COALESCE(o.purpose, ''), COALESCE(o.state, ''), COALESCE(o.reason, ''),
	COALESCE((SELECT max(p.code) FROM outbox_part p WHERE p.outbox_id = o.id), ''),
	COALESCE((SELECT min(p.external_id) FROM outbox_part p WHERE p.outbox_id = o.id AND p.n = 1), ''),
	COALESCE((SELECT count(*) FROM outbox_part p WHERE p.outbox_id = o.id), 0),
	COALESCE((SELECT sum(p.segments) FROM outbox_part p WHERE p.outbox_id = o.id), 0),
	COALESCE((SELECT sum(p.doubts) FROM outbox_part p WHERE p.outbox_id = o.id), 0),
	CASE WHEN o.state IN ('sent', 'delivered') THEN COALESCE((SELECT max(p.done_at) FROM outbox_part p WHERE p.outbox_id = o.id), 0) ELSE 0 END
	FROM message m LEFT JOIN outbox o ON o.id = m.id WHERE m.ticket_id = ? ORDER BY m.id LIMIT 1000`

// Thread returns the messages of a ticket, oldest first, at most 1,000, with their files.
func (s *Store) Thread(ctx context.Context, ticket int64) ([]Line, error) {
	rows, err := s.read.QueryContext(ctx, s.dialect.bind(fmt.Sprintf(readThread, messageTable.names("m."))), ticket)
	if err != nil {
		return nil, fmt.Errorf("reading a thread: %w", err)
	}
	var lines []Line
	index := map[int64]int{}
	err = drain(rows, func() error {
		var l Line
		err := rows.Scan(append(l.targets(), &l.Purpose, &l.Sent.State, &l.Sent.Reason, &l.Sent.Code, &l.Sent.ExternalID, &l.Sent.Parts, &l.Sent.Segments, &l.Sent.Doubts, stamp{&l.Sent.At})...)
		index[l.ID] = len(lines)
		lines = append(lines, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading a thread: %w", err)
	}
	rows, err = s.read.QueryContext(ctx, s.dialect.bind(`SELECT `+attachmentColumns+` FROM attachment
		WHERE message_id IN (SELECT id FROM message WHERE ticket_id = ?) ORDER BY id LIMIT 5000`), ticket)
	if err != nil {
		return nil, fmt.Errorf("reading a thread: %w", err)
	}
	return lines, drain(rows, func() error {
		var a Attachment
		err := rows.Scan(a.targets()...)
		if i, ok := index[a.MessageID]; ok {
			lines[i].Files = append(lines[i].Files, a)
		}
		return err
	})
}

// Events returns a ticket's history, oldest first, at most 5,000.
func (s *Store) Events(ctx context.Context, ticket int64) ([]Event, error) {
	rows, err := s.read.QueryContext(ctx, s.dialect.bind(`SELECT `+eventTable.names("")+` FROM event WHERE ticket_id = ? ORDER BY id LIMIT 5000`), ticket)
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	var events []Event
	err = drain(rows, func() error {
		var e Event
		err := rows.Scan(e.targets()...)
		events = append(events, e)
		return err
	})
	return events, err
}

// References returns the platform's names of a ticket's messages on an account, oldest first, the
// last 50: what a reply in the same thread refers to.
func (s *Store) References(ctx context.Context, ticket int64, account string) ([]string, error) {
	var ids []string
	err := s.read.SelectContext(ctx, &ids, s.dialect.bind(`SELECT external_id FROM (
		SELECT m.id AS id, m.external_id AS external_id FROM message m WHERE m.ticket_id = ? AND m.account = ? AND m.external_id <> ''
		UNION ALL SELECT p.id, p.external_id FROM message o JOIN outbox_part p ON p.outbox_id = o.id WHERE o.ticket_id = ? AND o.account = ? AND p.external_id <> ''
		) x ORDER BY id DESC LIMIT 50`), ticket, account, ticket, account)
	if err != nil {
		return nil, fmt.Errorf("reading references: %w", err)
	}
	slices.Reverse(ids)
	return ids, nil
}

// Fate tells what became of an inbox row: "" while it waits.
func (s *Store) Fate(ctx context.Context, account, eventID string) (became string, ticket int64, err error) {
	var f struct {
		Outcome string `db:"outcome"`
		Ticket  int64  `db:"ticket_id"`
	}
	err = s.read.GetContext(ctx, &f, s.dialect.bind(`SELECT w.outcome, w.ticket_id FROM inbox i JOIN inbox_work w ON w.id = i.id WHERE i.account = ? AND i.event_id = ?`), account, name(eventID))
	if err != nil {
		return "", 0, fmt.Errorf("looking up an inbox row: %w", notFound(err))
	}
	return f.Outcome, f.Ticket, nil
}

// Quarantined is an inbox row that nothing could be made of.
type Quarantined struct {
	ID         int64     `db:"id"`
	Account    string    `db:"account"`
	EventID    string    `db:"event_id"`
	Kind       string    `db:"kind"`
	Reason     string    `db:"reason"`
	Bytes      int       `db:"bytes"`
	ReceivedAt time.Time `db:"-"`
	Ignored    bool      `db:"-"` // not set aside, but found to be for nobody
}

// Quarantine lists set-aside rows, newest first, with the cursor of the next page.
func (s *Store) Quarantine(ctx context.Context, limit int, after string) ([]Quarantined, string, error) {
	before := int64(1<<63 - 1)
	if after != "" {
		var err error
		if before, err = strconv.ParseInt(after, 36, 64); err != nil {
			return nil, "", ErrCursor
		}
	}
	var found []struct {
		Quarantined
		At int64 `db:"received_at"`
	}
	err := s.read.SelectContext(ctx, &found, s.dialect.bind(`SELECT i.id, i.account, i.event_id, i.kind, w.reason, length(i.raw) AS bytes, i.received_at
		FROM inbox_work w JOIN inbox i ON i.id = w.id WHERE w.state = 2 AND w.id < ? ORDER BY w.id DESC LIMIT ?`), before, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("reading the quarantine: %w", err)
	}
	var list []Quarantined
	for _, q := range found[:min(limit, len(found))] {
		q.ReceivedAt = fromMicros(q.At)
		list = append(list, q.Quarantined)
	}
	if len(found) <= limit {
		return list, "", nil
	}
	return list, strconv.FormatInt(list[limit-1].ID, 36), nil
}

// Raw returns the bytes of an inbox row as the platform delivered them.
func (s *Store) Raw(ctx context.Context, account, eventID string) ([]byte, error) {
	var raw []byte
	err := s.read.GetContext(ctx, &raw, s.dialect.bind(`SELECT raw FROM inbox WHERE account = ? AND event_id = ?`), account, name(eventID))
	if err != nil {
		return nil, fmt.Errorf("reading raw bytes: %w", notFound(err))
	}
	return raw, nil
}
