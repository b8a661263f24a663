package tickets

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// The tables that are written in bulk, and how their rows are made of values and read back.
var (
	inboxTable   = newTable("inbox", "", "id bigint, account text, event_id text, kind text, received_at bigint, payload text, raw bytea")
	workTable    = newTable("inbox_work", "", "id bigint, state smallint, outcome text, ticket_id bigint, message_id bigint, reason text")
	waitTable    = newTable("inbox_work", "", "id bigint, hold_until bigint")
	citizenTable = newTable("citizen", "", "id bigint, name text, language text, quiet boolean, created_at bigint")
	contactTable = newTable("address", "", "id bigint, citizen_id bigint, kind text, value text, state text, reason text, last_in_at bigint, account text, thread text")
	ticketTable  = newTable("ticket", "version", "id bigint, reference text, version bigint, kind text, state text, state_before text, outcome text, "+
		"agency text, category text, area text, lat float8, lng float8, located boolean, citizen_id bigint, channel text, account text, "+
		"address_kind text, address text, thread text, reply_to text, mute boolean, language text, subject text, sealed boolean, emergency boolean, "+
		"unverified boolean, test boolean, question text, questions int, rejections int, rating int, decision text, external_ids text, chain bytea, "+
		"created_at bigint, updated_at bigint, due_at bigint, resolved_at bigint, closed_at bigint, paused_at bigint, told_at bigint")
	messageTable = newTable("message", "", "id bigint, ticket_id bigint, citizen_id bigint, direction text, channel text, account text, external_id text, "+
		"replaces bigint, author text, subject text, text text, quoted text, point text, sent_at bigint, created_at bigint")
	attachmentTable = newTable("attachment", "", "id bigint, message_id bigint, ticket_id bigint, account text, inbox_id bigint, ref text, name text, type text, size bigint, "+
		"state text, sha256 text, tries int, next_at bigint")
	eventTable  = newTable("event", "", "id bigint, ticket_id bigint, at bigint, actor text, type text, data text, hash bytea")
	noticeTable = newTable("notice", "", "id bigint, agency text, ticket_id bigint, what text")
	outboxTable = newTable("outbox", "", "id bigint, ticket_id bigint, purpose text, account text, address_kind text, address text, thread text, reply_to text, "+
		"choices text, automatic boolean, tell text, state text, reason text, next_at bigint, lease_until bigint, holder bigint, done_at bigint")
	partTable = newTable("outbox_part", "", "id bigint, outbox_id bigint, n int, account text, key text, text text, state text, tries int, doubts int, "+
		"external_id text, segments int, kind text, code text, reason text, first_at bigint, done_at bigint")
)

func tables() []*table {
	return []*table{inboxTable, workTable, waitTable, citizenTable, contactTable, ticketTable, messageTable, attachmentTable, eventTable, noticeTable, outboxTable, partTable}
}

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// stamp scans a time column into a time.Time.
type stamp struct{ t *time.Time }

// Scan takes microseconds.
func (s stamp) Scan(v any) error {
	us, _ := v.(int64)
	*s.t = fromMicros(us)
	return nil
}

// asJSON scans a JSON column; an empty or broken one leaves the value as it is, so that one bad row
// does not keep everything beside it from being read.
type asJSON struct{ v any }

// Scan takes text.
func (j asJSON) Scan(v any) error {
	switch s := v.(type) {
	case string:
		_ = json.Unmarshal([]byte(s), j.v)
	case []byte:
		_ = json.Unmarshal(s, j.v)
	}
	return nil
}

// toJSON is for values that always marshal: strings, numbers and maps of them.
func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("tickets: marshalling plain data: " + err.Error())
	}
	return string(b)
}

// longest is how many bytes of a platform's name of something are kept as they are: PostgreSQL's indexes
// take 2,704 bytes a row, and no platform comes near that in good faith.
const longest = 512

// name makes a name fit for an index: clean, and of one that is too long the beginning and its hash.
func name(s string) string {
	s = clean(s)
	if len(s) <= longest {
		return s
	}
	h := sha256.Sum256([]byte(s))
	return strings.ToValidUTF8(s[:longest-70], "") + "~" + hex.EncodeToString(h[:])
}

// clean makes text fit for both databases: PostgreSQL takes neither NUL nor invalid UTF-8.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

func (c *Citizen) row() []any {
	return []any{c.ID, clean(c.Name), c.Language, c.Quiet, micros(c.CreatedAt)}
}

func (t *Ticket) row() []any {
	ext := ""
	if len(t.ExternalIDs) > 0 {
		ext = toJSON(t.ExternalIDs)
	}
	return []any{
		t.ID, string(t.Reference), t.Version, string(t.Kind), string(t.State), string(t.StateBefore), string(t.Outcome),
		t.Agency, t.Category, t.Area, t.Lat, t.Lng, t.Located, t.CitizenID, t.Return.Channel, t.Return.Account,
		t.Return.Address.Kind, clean(t.Return.Address.Value), clean(t.Return.Thread), clean(t.Return.ReplyTo), t.Return.Mute,
		t.Language, clean(t.Subject), t.Sealed, t.Emergency, t.Unverified, t.Test,
		string(t.Question), int64(t.Questions), int64(t.Rejections), int64(t.Rating), clean(toJSON(t.Decision)), clean(ext), t.chain,
		micros(t.CreatedAt), micros(t.UpdatedAt), micros(t.DueAt), micros(t.ResolvedAt), micros(t.ClosedAt), micros(t.PausedAt), micros(t.ToldAt),
	}
}

// targets is the counterpart of row, for Scan.
func (t *Ticket) targets() []any {
	return []any{
		&t.ID, &t.Reference, &t.Version, &t.Kind, &t.State, &t.StateBefore, &t.Outcome,
		&t.Agency, &t.Category, &t.Area, &t.Lat, &t.Lng, &t.Located, &t.CitizenID, &t.Return.Channel, &t.Return.Account,
		&t.Return.Address.Kind, &t.Return.Address.Value, &t.Return.Thread, &t.Return.ReplyTo, &t.Return.Mute,
		&t.Language, &t.Subject, &t.Sealed, &t.Emergency, &t.Unverified, &t.Test,
		&t.Question, &t.Questions, &t.Rejections, &t.Rating,
		asJSON{&t.Decision},
		asJSON{&t.ExternalIDs},
		&t.chain,
		stamp{&t.CreatedAt},
		stamp{&t.UpdatedAt},
		stamp{&t.DueAt},
		stamp{&t.ResolvedAt},
		stamp{&t.ClosedAt},
		stamp{&t.PausedAt},
		stamp{&t.ToldAt},
	}
}

func (m *Message) row() []any {
	return []any{
		m.ID, m.TicketID, m.CitizenID, string(m.Direction), m.Channel, m.Account, name(m.ExternalID), m.Replaces, clean(m.Author),
		clean(m.Subject), clean(m.Text), clean(m.Quoted), clean(m.Point), micros(m.SentAt), micros(m.CreatedAt),
	}
}

func (m *Message) targets() []any {
	return []any{
		&m.ID, &m.TicketID, &m.CitizenID, &m.Direction, &m.Channel, &m.Account, &m.ExternalID, &m.Replaces, &m.Author,
		&m.Subject, &m.Text, &m.Quoted, &m.Point,
		stamp{&m.SentAt},
		stamp{&m.CreatedAt},
	}
}

func (a *Attachment) row(nextAt time.Time) []any {
	return []any{
		a.ID, a.MessageID, a.TicketID, a.Account, a.InboxID, clean(a.Ref), clean(a.Name), clean(a.Type), a.Size, a.State, a.SHA256, int64(a.Tries), micros(nextAt),
	}
}

const attachmentColumns = "id, message_id, ticket_id, account, inbox_id, ref, name, type, size, state, sha256, tries"

func (a *Attachment) targets() []any {
	return []any{&a.ID, &a.MessageID, &a.TicketID, &a.Account, &a.InboxID, &a.Ref, &a.Name, &a.Type, &a.Size, &a.State, &a.SHA256, &a.Tries}
}

func (e *Event) row() []any {
	return []any{e.ID, e.TicketID, micros(e.At), e.Actor, e.Type, string(e.Data), e.Hash}
}

func (e *Event) targets() []any {
	return []any{&e.ID, &e.TicketID, stamp{&e.At}, &e.Actor, &e.Type, asJSON{&e.Data}, &e.Hash}
}
