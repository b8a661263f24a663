package fetch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// Past is what lay in a mailbox before the account's first start. Nobody is answered on it, and it is not taken
// before people have said that it should be.
type Past struct {
	Validity uint32    `json:"validity"`
	Next     uint32    `json:"next"` // the UID to go on with
	Last     uint32    `json:"last"`
	Messages int       `json:"messages"` // how many there were
	Oldest   time.Time `json:"oldest"`   // when the first of them arrived; zero where the server does not say
	Taken    int       `json:"taken"`    // how many have been imported
}

// Done reports whether there is nothing left to take.
func (p Past) Done() bool { return p.Next > p.Last }

// Answer is what people want done with the past. Its zero value is none.
type Answer struct {
	Given  bool      `json:"given"`
	Import bool      `json:"import"`
	From   time.Time `json:"from"` // of an import: what arrived or was written earlier is left; zero for all
	By     string    `json:"by"`
	At     time.Time `json:"at"`
}

// Books keep texts by name: the store, and an Inbox that is a channels.Marker.
type Books interface {
	Cursor(ctx context.Context, name string) (string, error)
	Mark(ctx context.Context, name, text string) error
}

// The names, in the books, of an account's past and of the answer to it. One is written by who reads the mailbox, the
// other by people: neither overwrites the other. No account can be called so.
const (
	pastMark   = "/past"
	answerMark = "/past-answer"
	againMark  = "/again" // a Past, of what has to be looked at once more
)

// ReadPast is what lay in an account's mailbox, and what people have said to it. asked is false where the account was
// not started yet, or nothing lay there.
func ReadPast(ctx context.Context, books Books, account string) (p Past, a Answer, asked bool, err error) {
	if asked, err = read(ctx, books, account+pastMark, &p); err != nil || !asked {
		return p, a, false, err
	}
	_, err = read(ctx, books, account+answerMark, &a)
	return p, a, true, err
}

func read(ctx context.Context, books Books, name string, into any) (found bool, err error) {
	text, err := books.Cursor(ctx, name)
	if err != nil || text == "" {
		return false, err
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return false, fmt.Errorf("reading about the past of a mailbox: %w", err)
	}
	return true, nil
}

// AnswerPast makes an answer durable. Who reads the mailbox goes by it within minutes.
func AnswerPast(ctx context.Context, books Books, account string, a Answer) error {
	return write(ctx, books, account+answerMark, a)
}

func write(ctx context.Context, books Books, name string, what any) error {
	text, err := json.Marshal(what)
	if err != nil {
		return err
	}
	return books.Mark(ctx, name, string(text))
}

// ask notes what lies in the mailbox at an account's first start, when p begins after it.
func (r *run) ask(ctx context.Context, s *wire.Mailbox, p position, b wire.Box) error {
	newer := 0
	if p.uid < p.base {
		uids, err := s.Between(p.uid+1, p.base)
		if err != nil {
			return err
		}
		newer = len(uids)
	}
	return r.askAbout(ctx, s, p, int(b.Messages)-newer)
}

// askLate asks where mail turned out to be from before the first start only when it was looked at; before its place
// is marked, or nobody would know of it.
func (r *run) askLate(ctx context.Context, s *wire.Mailbox, p position, b wire.Box) error {
	if !r.left || !r.asks {
		return nil
	}
	r.left = false
	if _, _, asked, err := ReadPast(ctx, r.marker, r.Account); err != nil || asked {
		return err
	}
	return r.askAbout(ctx, s, p, int(b.Messages))
}

func (r *run) askAbout(ctx context.Context, s *wire.Mailbox, p position, messages int) (err error) {
	past := Past{Validity: p.validity, Next: 1, Last: p.base, Messages: messages}
	if past.Messages <= 0 {
		return nil
	}
	if past.Oldest, err = s.Oldest(); err != nil {
		return err
	}
	if !r.Past.Given {
		r.Log.Warn("mail from before the first start is not taken until somebody says what to do with it: tanggap mailbox past", "messages", past.Messages, "oldest", past.Oldest)
	}
	return write(ctx, r.marker, r.Account+pastMark, past)
}

// pastAgain is how long the reading of old mail waits after the connection broke in it, while new mail goes on.
const pastAgain = time.Minute

// lookMails is how many old mails are looked at, at most, before new mail is looked for; batchBytes are too.
const lookMails = 4 * batchMails

// recall takes some of what does not lie ahead: of a mailbox that was renumbered what is left to look at, and of the
// past what people want, mute. It reports whether there is more. Its places are its own: new mail is looked for in
// between.
func (r *run) recall(ctx context.Context, s *wire.Mailbox, p position, b wire.Box) (more bool, err error) {
	if r.marker == nil || time.Now().Before(r.recallAt) {
		return false, nil
	}
	defer func() {
		if err != nil {
			r.recallAt = time.Now().Add(pastAgain)
		}
	}()
	var again Past
	if _, err := read(ctx, r.marker, r.Account+againMark, &again); err != nil {
		return false, err
	}
	if again.Validity == b.Validity && !again.Done() {
		err := r.recallSome(ctx, s, p, &again, againMark, reason{Aside: true}, func() error { return r.askLate(ctx, s, p, b) })
		return true, err
	}
	past, answer, asked, err := ReadPast(ctx, r.marker, r.Account)
	if r.Past.Given {
		answer = r.Past
	}
	if err != nil || !asked || !answer.Import {
		return false, err
	}
	if past.Validity != b.Validity { // all have new numbers, and what was taken is known
		past.Validity, past.Next, past.Last = b.Validity, 1, p.base
	}
	if past.Done() {
		return false, nil
	}
	if past.Next == 1 && !answer.From.IsZero() {
		first, err := s.Since(answer.From)
		if err != nil {
			return false, err
		}
		if past.Next = first; first == 0 {
			past.Next = past.Last + 1
		}
	}
	err = r.recallSome(ctx, s, p, &past, pastMark, reason{Aside: true, Past: true, From: answer.From}, func() error { return nil })
	return err == nil && !past.Done(), err
}

// wanted is what people want of a mail that may be from before our time: mute.
func (r *run) wanted(p position, m wire.Mail, from time.Time) []channels.Inbound {
	var wanted []channels.Inbound
	for _, in := range r.inbound(m, p.validity) {
		if old, _ := p.age(m, in.SentAt); old && !m.Arrived.Before(from) && (in.SentAt.IsZero() || !in.SentAt.Before(from)) {
			in.Mute = true
			wanted = append(wanted, in)
		}
	}
	return wanted
}

// recallSome takes one batch of the past for that reason, and notes under name how far it got, after before.
func (r *run) recallSome(ctx context.Context, s *wire.Mailbox, p position, past *Past, name string, why reason, before func() error) error {
	last := past.Last
	r.recallSpan = max(r.recallSpan, leastSpan)
	if !past.Done() && last-past.Next >= r.recallSpan {
		last = past.Next + r.recallSpan - 1
	}
	uids, err := s.Between(past.Next, last)
	if err != nil {
		return err
	}
	r.recallSpan = wider(r.recallSpan, len(uids))
	var batch []brought
	var broken error
	size := 0
	for i, uid := range uids {
		if i >= lookMails || len(batch) >= batchMails || size >= batchBytes {
			last = uid - 1
			break
		}
		var m wire.Mail
		var found bool
		if m, found, broken = r.bring(s, &r.badPast, uid, after(uids, i)); broken != nil {
			last = uid - 1
			break
		}
		if found {
			at := p
			at.validity = past.Validity
			batch, size = append(batch, brought{Mail: m, at: at, why: why}), size+len(m.Raw)
		}
	}
	messages, err := r.readAll(ctx, batch)
	if err != nil {
		return err
	}
	if len(messages) > 0 {
		if err := r.in.Accept(ctx, messages...); err != nil {
			return fmt.Errorf("handing mail to the inbox: %w", err)
		}
	}
	if err := before(); err != nil {
		return err
	}
	past.Next, past.Taken = last+1, past.Taken+len(messages)
	if err := write(ctx, r.marker, r.Account+name, past); err != nil {
		return err
	}
	return errors.Join(broken, r.release(ctx, batch))
}

// after is the UID that follows the one at i, 0 for none.
func after(uids []uint32, i int) uint32 {
	if i+1 < len(uids) {
		return uids[i+1]
	}
	return 0
}
