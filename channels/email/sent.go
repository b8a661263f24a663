package email

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/letter"
	"tanggap/channels/email/wire"
)

// How often the Sent folder is looked at, at least, and after how long one that cannot be opened is tried again.
const (
	sentEvery = time.Minute
	sentAgain = 10 * time.Minute
)

// sentReader reads the folder in which staff's mail program keeps what they answered past us.
type sentReader struct {
	reader
	not time.Time // before then
}

// sentReader is nil where no folder is configured, or the Inbox can mark no place in it.
func (a *Adapter) sentReader(marker channels.Marker) *sentReader {
	if a.config.Sent == "" || marker == nil {
		return nil
	}
	own := *a
	own.config.ImportPast = false
	box := sentBox{marker}
	return &sentReader{reader: reader{Adapter: &own, in: box, marker: box, read: a.copied}}
}

// visit reads on in the Sent folder, over the connection that has just read the inbox: so what staff answer comes
// before their answer, after whatever outage. Then it opens the inbox again, and reports whether anything came there
// in between. That there is no such folder stops nothing else.
func (r *sentReader) visit(ctx context.Context, s *wire.Mailbox, inbox wire.Box) (more bool, err error) {
	if time.Now().Before(r.not) {
		return false, nil
	}
	b, err := s.Visit(r.config.Sent)
	switch {
	case err == nil:
		var p position
		if p, err = r.position(ctx, s, b); err == nil {
			_, err = r.take(ctx, s, p, b)
		}
		if err != nil {
			return false, err
		}
	case channels.KindOf(err) == channels.Suspended:
		r.log.Warn("the folder of what was sent cannot be opened", "kind", channels.Suspended, "code", "sent", "wait", sentAgain)
		r.not = time.Now().Add(sentAgain)
	default:
		return false, err
	}
	back, err := s.Open()
	return back != inbox, err
}

// sentMark makes of an account's name that under which its place in the Sent folder is kept.
const sentMark = "/sent"

// sentBox is the Inbox as the Sent folder sees it: with a cursor of its own, marked when the messages are safe.
type sentBox struct{ channels.Marker }

func (b sentBox) Cursor(ctx context.Context, account string) (string, error) {
	return b.Marker.Cursor(ctx, account+sentMark)
}

func (b sentBox) Mark(ctx context.Context, account, cursor string) error {
	return b.Marker.Mark(ctx, account+sentMark, cursor)
}

func (b sentBox) Accept(ctx context.Context, in ...channels.Inbound) error {
	account, cursor := in[len(in)-1].Account, in[len(in)-1].Cursor
	in = slices.Clone(in)
	for i := range in {
		in[i].Cursor = ""
	}
	if err := b.Marker.Accept(ctx, in...); err != nil {
		return err
	}
	return b.Mark(ctx, account, cursor)
}

// copied makes of a mail in the Sent folder what the Inbox takes: one message for each whom it went to, for which of
// them has a ticket is not known here. What we sent ourselves, and what no person wrote, is none.
func (a *Adapter) copied(m wire.Mail) []channels.Inbound {
	l, err := letter.Read(m.Raw)
	_, own, _ := a.ours(l.MessageID)
	if err != nil || own || l.Bounce != nil || l.Robot != "" || l.Has("X-Loop", a.config.Address) {
		return nil
	}
	var all []channels.Inbound
	for i, to := range l.Recipients() {
		if to == a.config.Address {
			continue
		}
		in := a.inbound(m)
		in.Kind, in.EventID = channels.Copied, fmt.Sprintf("sent:%s:%d", l.Digest[:40], i)
		in.From, in.Name, in.Unverified = channels.Address{Kind: channels.Mail, Value: to}, "", false
		if in.MessageID = l.MessageID; in.MessageID == "" {
			in.MessageID = in.EventID
		}
		all = append(all, in)
	}
	return all
}
