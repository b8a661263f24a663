package bot

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"tanggap/channels"
	"tanggap/tickets"
)

// message is one thing that a citizen did: one inbox row, or several that are one in pieces.
type message struct {
	channels.Inbound
	rows       []int64
	files      []tickets.Attachment
	receivedAt time.Time // of the first piece
	broken     string    // why no Inbound could be read
	elsewhere  string    // what became of the same message in another account of ours
	fragment   bool      // pieces are missing, and the wait for them is over
}

const (
	albumLongest = 20 * time.Second // however many pieces come
	partPause    = 45 * time.Second // how long the parts of a long SMS wait for one that is missing
	partLongest  = 3 * time.Minute
)

// piece is an inbox row with what it says.
type piece struct {
	row    tickets.Row
	in     channels.Inbound
	broken string
}

func read(r tickets.Row) piece {
	p := piece{row: r}
	if err := json.Unmarshal(r.Payload, &p.in); err != nil {
		p.broken = "the stored form cannot be read"
	}
	p.in.Account, p.in.EventID = r.Account, r.EventID
	if r.Person {
		p.in.Kind = channels.Message
	}
	return p
}

// next is the oldest message of the rows whose pieces are all there, or waited for long enough. A
// missing part of a long SMS holds up no later message; an album does, for it is a matter of seconds.
// Where nothing is ready, until says when to look again.
func next(rows []tickets.Row, now time.Time) (m message, until time.Time) {
	if first := read(rows[0]); first.alone() {
		return first.message(), time.Time{} // the common case, without looking at what is behind it
	}
	pieces := make([]piece, len(rows))
	for i, r := range rows {
		pieces[i] = read(r)
	}
	taken := make([]bool, len(pieces))
	for i := range pieces {
		switch {
		case taken[i]:
			continue
		case pieces[i].alone():
			return pieces[i].message(), time.Time{}
		}
		group := together(pieces, taken, i)
		ready, complete := wait(group)
		if complete || !ready.After(now) {
			return join(group, complete), time.Time{}
		}
		if until.IsZero() || ready.Before(until) {
			until = ready
		}
		if group[0].in.Parts == 0 {
			break
		}
	}
	return message{}, until
}

func (p *piece) alone() bool { return p.broken != "" || p.in.Album == "" || p.in.Parts == 1 }

func (p *piece) message() message {
	return message{Inbound: p.in, rows: []int64{p.row.ID}, files: p.files(), receivedAt: p.row.ReceivedAt, broken: p.broken, elsewhere: p.row.Elsewhere}
}

func (p *piece) files() []tickets.Attachment {
	var files []tickets.Attachment
	for _, m := range p.in.Media {
		if onPage(p.row.EventID) {
			// The file was stored before the row that names it, by the name of its content.
			files = append(files, tickets.Attachment{Account: Web, InboxID: p.row.ID, Name: m.Name, Type: m.Type, Size: m.Size, State: "stored", SHA256: m.Ref})
			continue
		}
		files = append(files, tickets.Attachment{Account: p.row.Account, InboxID: p.row.ID, Ref: m.Ref, Name: m.Name, Type: m.Type, Size: m.Size})
	}
	return files
}

// together gathers the pieces that belong to the first one. Gateways number long messages from 0 to
// 255 over and over: a second piece with the same number is of another message, unless it says the
// same.
func together(pieces []piece, taken []bool, first int) []piece {
	var group []piece
	head := &pieces[first].in
	for i := first; i < len(pieces); i++ {
		p := &pieces[i]
		if taken[i] || p.alone() || p.in.Album != head.Album || p.in.Account != head.Account || p.in.Parts != head.Parts || p.in.Kind != head.Kind {
			continue
		}
		if p.in.Parts > 0 && slices.ContainsFunc(group, func(g piece) bool { return g.in.Part == p.in.Part && g.in.Text != p.in.Text }) {
			continue
		}
		taken[i] = true
		group = append(group, *p)
	}
	return group
}

// wait says when a group is to be taken as it is, and whether it is complete already.
func wait(group []piece) (ready time.Time, complete bool) {
	first, last := group[0].row.ReceivedAt, group[len(group)-1].row.ReceivedAt
	pause, longest := albumPause, albumLongest
	if parts := group[0].in.Parts; parts > 0 {
		seen := map[int]bool{}
		for _, p := range group {
			seen[p.in.Part] = true
		}
		if len(seen) >= parts {
			return last, true
		}
		pause, longest = partPause, partLongest
	}
	ready = last.Add(pause)
	if limit := first.Add(longest); ready.After(limit) {
		ready = limit
	}
	return ready, false
}

// join makes one message of the pieces: in the order of their numbers where they have such.
func join(group []piece, complete bool) message {
	slices.SortStableFunc(group, func(a, b piece) int { return cmp.Compare(a.in.Part, b.in.Part) })
	m := group[0].message()
	long := m.Parts > 0
	m.fragment = long && !complete
	texts := []string{m.Text}
	for k := 1; k < len(group); k++ {
		p := &group[k]
		m.rows = append(m.rows, p.row.ID)
		if p.row.ReceivedAt.Before(m.receivedAt) {
			m.receivedAt = p.row.ReceivedAt
		}
		if long && p.in.Part == group[k-1].in.Part {
			continue // the same part, delivered twice
		}
		m.files = append(m.files, p.files()...)
		m.ReplyTo = append(m.ReplyTo, p.in.ReplyTo...)
		m.Overheard = m.Overheard && p.in.Overheard
		if m.Point == nil {
			m.Point = p.in.Point
		}
		if long || p.in.Text != "" && !slices.Contains(texts, p.in.Text) {
			texts = append(texts, p.in.Text)
		}
	}
	if long {
		m.Text = strings.Join(texts, "")
	} else {
		m.Text = strings.TrimSpace(strings.Join(texts, "\n"))
	}
	return m
}

// stored is the message as the ticket keeps it.
func (m *message) stored() *tickets.Message {
	in := &tickets.Message{
		Direction: tickets.In, Account: m.Account, ExternalID: m.MessageID, Author: citizenActor,
		Subject: m.Subject, Text: m.Text, Quoted: m.Quoted, SentAt: m.SentAt, Files: m.files,
	}
	if m.Forwarded != nil {
		in.Quoted = strings.TrimSpace(forwarded(m.Forwarded) + "\n" + m.Quoted)
	}
	if m.Kind == channels.Button {
		in.ExternalID = "" // it names our message, not the citizen's
	}
	if m.Point != nil {
		if b, err := json.Marshal(m.Point); err == nil { // it came out of JSON
			in.Point = string(b)
		}
	}
	return in
}

// forwarded says to staff that the words are not the citizen's own. Another person is not named: he has turned to
// nobody, and his words are what counts.
func forwarded(f *channels.Forwarded) string {
	switch f.Kind {
	case "group":
		return "Diteruskan dari grup: " + f.Name
	case "channel":
		return "Diteruskan dari kanal: " + f.Name
	}
	return "Diteruskan dari orang lain"
}

// empty reports whether there is no word in the message.
func (m *message) empty() bool {
	return strings.TrimSpace(m.Text) == "" && strings.TrimSpace(m.Subject) == ""
}
