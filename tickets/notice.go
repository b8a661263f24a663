package tickets

import (
	"context"
	"fmt"
	"time"
)

// ToAgency is the purpose of a message that tells an agency of its work, and no citizen anything.
const ToAgency = "agency"

// News says why an agency hears of a ticket.
type News string

// The kinds of news.
const (
	NewsNew      News = "new"      // it came in
	NewsMoved    News = "moved"    // it came from another agency
	NewsReopened News = "reopened" // it was done with, and is not
	NewsUrgent   News = "urgent"   // an emergency, however it came
)

// Notice is a ticket as its agency is told of it: no word, name or number of a citizen is in it.
type Notice struct {
	Ticket    int64
	News      News
	Reference Reference
	Agency    string
	State     State
	Category  string
	Area      string
	Sealed    bool
	Emergency bool
	Test      bool
	DueAt     time.Time
}

// noticeColumns are those of a Notice, for Scan into its targets.
const noticeColumns = "t.id, t.reference, t.agency, t.state, t.category, t.area, t.sealed, t.emergency, t.test, t.due_at"

func (n *Notice) targets() []any {
	return []any{&n.Ticket, &n.Reference, &n.Agency, &n.State, &n.Category, &n.Area, &n.Sealed, &n.Emergency, &n.Test, stamp{&n.DueAt}}
}

// NoticeMark is how far an agency was told of its work.
type NoticeMark struct {
	Agency string
	Upto   int64     // of new tickets, those up to this id
	ToldAt time.Time // when it was last written to
	Listed int       // the day of its last daily list, as 20261125; 0 for none
}

// Bulletin is what there is to tell an agency.
type Bulletin struct {
	Agency  string
	Notices []Notice
	Cut     bool // there is more than was read
	mark    NoticeMark
	upto    int64
	rows    []int64 // of table notice, that are done with when this is told
}

// Announcement is a bulletin and what is made of it.
type Announcement struct {
	Bulletin Bulletin
	Listed   int      // the day of the daily list that it holds; 0 for none
	Say      []Intent // one for each address of the agency; none where there is nothing to tell after all
}

// addNotice notes what the agency of a changed ticket is to hear of. What is new it hears of without a
// row, by the ticket's id, so that opening tickets costs nothing more; but for emergencies, which are rare.
func (p *plan) addNotice(before, t *Ticket) {
	var news News
	switch {
	case !t.State.Open():
		return
	case before == nil && t.Emergency, before != nil && t.Emergency && !before.Emergency:
		news = NewsUrgent
	case before == nil:
		return
	case before.State == Merged:
		news = NewsMoved // out of an incident, or for all of it
	case !before.State.Open():
		news = NewsReopened
	case before.Agency != t.Agency:
		news = NewsMoved
	default:
		return
	}
	if t.Emergency {
		news = NewsUrgent
	}
	p.notices = append(p.notices, []any{p.store.ids.next(), t.Agency, t.ID, string(news)})
}

const (
	keepMark = `INSERT INTO notice_mark (agency, ticket_id, told_at, listed) VALUES (?, ?, ?, ?)
		ON CONFLICT (agency) DO UPDATE SET ticket_id = excluded.ticket_id, told_at = excluded.told_at, listed = excluded.listed
		WHERE notice_mark.told_at = ? AND notice_mark.ticket_id = ?`
	keepAddress = `INSERT INTO notice_address (kind, value, message_id, state, reason, at) VALUES (?, ?, ?, '', '', ?)
		ON CONFLICT (kind, value) DO UPDATE SET message_id = excluded.message_id, state = '', reason = '', at = excluded.at`
	dropNotice = `DELETE FROM notice WHERE id = ?`
)

// Announce writes the messages of an announcement into the outbox and moves the agency's mark on, in one
// transaction, so that nothing is told twice or not at all. Only the holder of the lease "processor" may
// call it, as it may Bulletins: ErrLost where another holds it, ErrStale where the agency was told meanwhile.
func (s *Store) Announce(ctx context.Context, lease Lease, a Announcement) error {
	p := &plan{store: s, now: s.now()}
	err := s.announce(ctx, p, a.Say, func(x *tx) error {
		if err := x.moveMark(a, p.now); err != nil {
			return err
		}
		for _, id := range a.Bulletin.rows {
			if _, err := x.exec(dropNotice, id); err != nil {
				return err
			}
		}
		return x.renew(lease, p.now)
	})
	if err != nil {
		return fmt.Errorf("announcing: %w", err)
	}
	return nil
}

// Tell writes messages that tell an agency's people of their work, and no citizen anything, into the outbox,
// and what f writes, in one transaction: an error of f undoes it all.
func (s *Store) Tell(ctx context.Context, say []Intent, f func(Tx) error) error {
	return s.announce(ctx, &plan{store: s, now: s.now()}, say, func(x *tx) error { return f(Tx{x}) })
}

func (s *Store) announce(ctx context.Context, p *plan, say []Intent, note func(*tx) error) error {
	sent := make([]int64, len(say))
	for i := range say {
		say[i].Purpose, say[i].Automatic = ToAgency, true
		sent[i] = p.say(&Situation{}, &Change{}, &say[i])
	}
	err := s.inTx(ctx, machine, func(x *tx) error {
		if err := note(x); err != nil {
			return err
		}
		if err := p.write(x); err != nil {
			return err
		}
		for i, id := range sent {
			to := say[i].Via.Address
			if _, err := x.exec(keepAddress, to.Kind, to.Value, id, micros(p.now)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil && len(sent) > 0 {
		hint(s.dirty)
	}
	return err
}

func (x *tx) moveMark(a Announcement, now time.Time) error {
	was := a.Bulletin.mark
	next := was
	next.Upto = max(was.Upto, a.Bulletin.upto)
	if a.Listed != 0 {
		next.Listed = a.Listed
	}
	if len(a.Say) > 0 {
		next.ToldAt = now
	}
	n, err := x.exec(keepMark, was.Agency, next.Upto, micros(next.ToldAt), next.Listed, micros(was.ToldAt), was.Upto)
	if err == nil && n != 1 {
		err = ErrStale
	}
	return err
}

// NoticeMarks tells how far each of the agencies was told.
func (s *Store) NoticeMarks(ctx context.Context, agencies []string) (map[string]NoticeMark, error) {
	var since int64
	if err := s.read.GetContext(ctx, &since, `SELECT value FROM meta WHERE name = 'notices'`); err != nil {
		return nil, fmt.Errorf("reading how far agencies were told: %w", err)
	}
	marks := make(map[string]NoticeMark, len(agencies))
	for _, id := range agencies {
		marks[id] = NoticeMark{Agency: id, Upto: since}
	}
	rows, err := s.read.QueryContext(ctx, `SELECT agency, ticket_id, told_at, listed FROM notice_mark`)
	if err == nil {
		err = drain(rows, func() error {
			var m NoticeMark
			err := rows.Scan(&m.Agency, &m.Upto, stamp{&m.ToldAt}, &m.Listed)
			if _, asked := marks[m.Agency]; asked {
				marks[m.Agency] = m
			}
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("reading how far agencies were told: %w", err)
	}
	return marks, nil
}

// keepNotices is how long an agency without an address may still be told of what moved to it.
const keepNotices = 30 * 24 * time.Hour
