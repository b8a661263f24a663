package fetch

import (
	"context"
	"slices"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// How often the Sent folder is looked at, at least, and after how long one that cannot be opened is tried again.
const (
	sentEvery = time.Minute
	sentAgain = 10 * time.Minute
)

// sentReader reads the folder in which staff's mail program keeps what they answered past us.
type sentReader struct {
	run
	not time.Time // before then
}

// sentReader is nil where no folder is configured, or the Inbox can mark no place in it.
func (r *Reader) sentReader(marker channels.Marker) *sentReader {
	if r.Sent == "" || marker == nil {
		return nil
	}
	o := r.Options
	o.Past = Answer{}
	box := sentBox{marker}
	s := &sentReader{run: run{Reader: New(o), in: box, marker: box, read: r.Copied, shelf: r.Account + sentMark}}
	s.keeper, _ = marker.(channels.Keeper)
	return s
}

// visit reads on in the Sent folder, over the connection that has just read the inbox: so what staff answer comes
// before their answer, after whatever outage. Then it opens the inbox again, and reports whether anything came there
// in between. That there is no such folder stops nothing else.
func (r *sentReader) visit(ctx context.Context, s *wire.Mailbox, inbox wire.Box) (more bool, err error) {
	if time.Now().Before(r.not) {
		return false, nil
	}
	b, err := s.Visit(r.Sent)
	switch {
	case err == nil:
		var p position
		if err = r.leftovers(ctx); err != nil {
			return false, err
		}
		if p, err = r.position(ctx, s, b); err == nil {
			_, err = r.take(ctx, s, p, b)
		}
		if err != nil {
			return false, err
		}
	case channels.KindOf(err) == channels.Suspended:
		r.Log.Warn("the folder of what was sent cannot be opened", "kind", channels.Suspended, "code", "sent", "wait", sentAgain)
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
