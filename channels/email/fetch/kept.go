package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// brought is a mail as it came, and what has to be known to read it.
type brought struct {
	wire.Mail
	at   position
	kept channels.Kept
	why  reason
}

// reason is why a mail is read.
type reason struct {
	Aside bool      `json:"aside,omitempty"` // it does not lie ahead: no place is marked with it
	Past  bool      `json:"past,omitempty"`  // people want what is from before our time, since From
	From  time.Time `json:"from,omitzero"`
}

// note is what of a brought mail stands beside its bytes, until it is read.
type note struct {
	Position  string    `json:"position"`
	UID       uint32    `json:"uid"`
	Arrived   time.Time `json:"arrived"`
	Truncated bool      `json:"truncated,omitempty"`
	Why       reason    `json:"why"`
}

// readAll makes of mails what the Inbox takes, when they lie on the shelf of an Inbox that has one: reading one that
// ends the process is tried so often, and no other is lost or kept waiting by it.
func (r *run) readAll(ctx context.Context, mails []brought) ([]channels.Inbound, error) {
	if err := r.keep(ctx, mails); err != nil {
		return nil, err
	}
	var all []channels.Inbound
	for i := range mails {
		all = append(all, r.readOne(&mails[i])...)
	}
	return all, nil
}

// readOne makes of a mail what the Inbox takes, maybe nothing.
func (r *run) readOne(m *brought) []channels.Inbound {
	if m.kept.Tried > channels.MostTries {
		r.Log.Error("a mail is set aside unread: reading it has ended the process again and again", "uid", m.UID)
		digest := sha256.Sum256(m.Raw)
		return []channels.Inbound{{
			Account: r.Account, Kind: channels.Unknown, EventID: "mail-unread:" + hex.EncodeToString(digest[:20]),
			Raw: m.Raw, RawType: "message/rfc822",
		}}
	}
	if m.why.Past {
		return r.wanted(m.at, m.Mail, m.why.From)
	}
	messages := r.judge(m.at, m.Mail)
	for i := range messages {
		if !m.why.Aside {
			messages[i].Cursor = m.at.String()
		}
	}
	return messages
}

// keep puts mails on the shelf, where there is one.
func (r *run) keep(ctx context.Context, mails []brought) error {
	if r.keeper == nil || len(mails) == 0 {
		return nil
	}
	all := make([]channels.Kept, len(mails))
	for i := range mails {
		m := &mails[i]
		text, err := json.Marshal(note{Position: m.at.String(), UID: m.UID, Arrived: m.Arrived, Truncated: m.Truncated, Why: m.why})
		if err != nil {
			return err
		}
		all[i] = channels.Kept{Note: string(text), Raw: m.Raw}
	}
	if err := r.keeper.Keep(ctx, r.shelf, all); err != nil {
		return fmt.Errorf("keeping mail: %w", err)
	}
	for i := range mails {
		mails[i].kept = all[i]
	}
	return nil
}

// release takes mails off the shelf.
func (r *run) release(ctx context.Context, mails []brought) error {
	if r.keeper == nil || len(mails) == 0 {
		return nil
	}
	all := make([]channels.Kept, len(mails))
	for i := range mails {
		all[i] = mails[i].kept
	}
	if err := r.keeper.Release(ctx, r.shelf, all); err != nil {
		return fmt.Errorf("letting go of mail: %w", err)
	}
	return nil
}

// leftovers brings to the Inbox what lies on the shelf: who was reading it did not come to an end. One by one, since
// one of them may be why.
func (r *run) leftovers(ctx context.Context) error {
	if r.keeper == nil || r.clear {
		return nil
	}
	all, err := r.keeper.Kept(ctx, r.shelf)
	if err != nil {
		return fmt.Errorf("looking for mail that was kept: %w", err)
	}
	for _, k := range all {
		if err := r.leftover(ctx, k); err != nil {
			return err
		}
	}
	r.clear = true
	return nil
}

func (r *run) leftover(ctx context.Context, k channels.Kept) error {
	var n note
	if err := json.Unmarshal([]byte(k.Note), &n); err != nil {
		return errors.New("reading what was noted of a mail: it is no JSON")
	}
	at, err := parsePosition(n.Position)
	if err != nil {
		return err
	}
	one := []brought{{Mail: wire.Mail{UID: n.UID, Raw: k.Raw, Arrived: n.Arrived, Truncated: n.Truncated}, at: at, why: n.Why}}
	messages, err := r.readAll(ctx, one)
	if err != nil {
		return err
	}
	if len(messages) > 0 {
		if err := r.in.Accept(ctx, messages...); err != nil {
			return fmt.Errorf("handing mail to the inbox: %w", err)
		}
	}
	return r.release(ctx, one)
}
