package fetch

import (
	"context"
	"fmt"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// How many mails go to the Inbox at once, at most, and how many bytes before it is asked to take them.
const (
	batchMails = 32
	batchBytes = 4 << 20
)

// How many UIDs are asked about at once: wider where few are in use, so that neither a mailbox of a hundred
// thousand mails nor a gap of a billion numbers is a long list or a long walk.
const (
	leastSpan = 1 << 10
	mostSpan  = 1 << 24
	fewUIDs   = 1 << 8
	manyUIDs  = 1 << 11
)

// take delivers what came after p, and reports whether it got any further.
func (r *run) take(ctx context.Context, s *wire.Mailbox, p position, b wire.Box) (got bool, err error) {
	batch := &batch{run: r, folder: s, box: b, p: p}
	span := uint32(leastSpan)
	for p.uid+1 < b.Next {
		last := b.Next - 1
		if last-p.uid > span {
			last = p.uid + span
		}
		uids, err := s.Between(p.uid+1, last)
		if err != nil {
			return batch.got, err
		}
		if err := r.each(ctx, s, batch, uids); err != nil {
			return batch.got, err
		}
		p.uid = last
		span = wider(span, len(uids))
	}
	return batch.got, nil
}

// wider is the next span, after one in which n UIDs were in use.
func wider(span uint32, n int) uint32 {
	switch {
	case n < fewUIDs:
		return min(4*span, mostSpan)
	case n > manyUIDs:
		return max(span/4, leastSpan)
	}
	return span
}

// each brings the mails of uids to the Inbox.
func (r *run) each(ctx context.Context, s *wire.Mailbox, b *batch, uids []uint32) error {
	var broken error
	for i, uid := range uids {
		var m wire.Mail
		var found bool
		if m, found, broken = r.bring(s, &r.bad, uid, after(uids, i)); broken != nil {
			break
		}
		m.UID = uid
		b.p.done(m)
		if found {
			b.add(m)
		}
		if len(b.mails) >= batchMails || b.bytes >= batchBytes {
			if err := b.deliver(ctx); err != nil {
				return err
			}
		}
	}
	// Also what came before the line broke: over one that breaks again and again nothing else would get further.
	if err := b.deliver(ctx); err != nil {
		return err
	}
	return broken
}

// batch is what goes to the Inbox at once.
type batch struct {
	*run
	folder *wire.Mailbox
	box    wire.Box
	p      position // of the last mail that was looked at
	mails  []brought
	bytes  int
	got    bool // something is durable that was not before
}

func (b *batch) add(m wire.Mail) {
	b.mails = append(b.mails, brought{Mail: m, at: b.p})
	b.bytes += len(m.Raw)
}

// judge is what the Inbox takes of a mail, by its age.
func (r *run) judge(p position, m wire.Mail) []channels.Inbound {
	messages := r.inbound(m, p.validity)
	for i := range messages {
		past, left := p.age(m, messages[i].SentAt)
		if left && r.marker != nil {
			r.left = true
			return nil
		}
		messages[i].Mute = messages[i].Mute || past
	}
	return messages
}

func (b *batch) deliver(ctx context.Context) error {
	if len(b.mails) == 0 {
		return b.askLate(ctx, b.folder, b.p, b.box)
	}
	messages, err := b.readAll(ctx, b.mails)
	if err != nil {
		return err
	}
	if err := b.askLate(ctx, b.folder, b.p, b.box); err != nil {
		return err
	}
	if len(messages) > 0 {
		if err := b.in.Accept(ctx, messages...); err != nil {
			return fmt.Errorf("handing mail to the inbox: %w", err)
		}
	}
	if last := b.mails[len(b.mails)-1].at.String(); len(messages) == 0 || messages[len(messages)-1].Cursor != last {
		if err := b.mark(ctx, b.p); err != nil { // further than what the Inbox knows
			return err
		}
	}
	if err := b.release(ctx, b.mails); err != nil {
		return err
	}
	b.mails, b.bytes, b.got = nil, 0, true
	return nil
}
