package bot

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tanggap/bot/command"
	"tanggap/channels"
	"tanggap/tickets"
)

// receiver is what an Inbox needs of the store.
type receiver interface {
	Receive(context.Context, ...tickets.Incoming) error
	Report(context.Context, tickets.Report) error
	Cursor(context.Context, string) (string, error)
	Mark(ctx context.Context, account, cursor string) error
}

// Inbox takes what adapters deliver and makes it durable in the store. It is safe for concurrent use.
type Inbox struct {
	store receiver
	now   func() time.Time
}

// NewInbox is the Inbox in front of a store.
func NewInbox(store receiver) *Inbox { return &Inbox{store: store, now: time.Now} }

// albumPause is how long the pieces of an album wait for each other.
const albumPause = 2 * time.Second

// Accept makes messages durable, whatever they are: what nobody understands, or came without an event
// id of its own, goes to quarantine later, with its bytes.
func (i *Inbox) Accept(ctx context.Context, in ...channels.Inbound) error {
	rows := make([]tickets.Incoming, 0, len(in))
	for k := range in {
		row, err := i.row(&in[k])
		if err != nil {
			return fmt.Errorf("accepting: %w", err)
		}
		rows = append(rows, row)
	}
	return i.store.Receive(ctx, rows...)
}

func (i *Inbox) row(in *channels.Inbound) (tickets.Incoming, error) {
	if in.Account == "" {
		return tickets.Incoming{}, errors.New("a message without account")
	}
	shape := *in
	payload, err := json.Marshal(shape)
	if err != nil {
		// A coordinate that is no number: the bytes are kept for a person to look at.
		shape = channels.Inbound{Account: in.Account, Kind: channels.Unknown, EventID: in.EventID, From: in.From, RawType: in.RawType}
		if payload, err = json.Marshal(shape); err != nil {
			return tickets.Incoming{}, err
		}
	}
	if shape.EventID == "" {
		h := sha256.New()
		h.Write(payload)
		h.Write(in.Raw)
		shape.Kind, shape.EventID = channels.Unknown, "sha256:"+hex.EncodeToString(h.Sum(nil))
		if payload, err = json.Marshal(shape); err != nil {
			return tickets.Incoming{}, err
		}
	}
	row := tickets.Incoming{
		Account: shape.Account, EventID: shape.EventID, Kind: string(shape.Kind), Sender: sender(&shape),
		Payload: payload, Raw: in.Raw, Cursor: in.Cursor,
	}
	if shape.Album != "" && shape.Parts == 0 {
		row.Hold = i.now().Add(albumPause)
	}
	return row, nil
}

// sender is the key by which rows of one citizen stay in order. What has no sender waits behind its
// own account alone.
func sender(in *channels.Inbound) string {
	if in.From.Kind == "" || in.From.Value == "" {
		return "account:" + in.Account
	}
	return string(in.From.Kind) + ":" + in.From.Value
}

// Cursor is the account's last committed cursor.
func (i *Inbox) Cursor(ctx context.Context, account string) (string, error) {
	return i.store.Cursor(ctx, account)
}

// Mark makes cursor the account's committed one, without a message.
func (i *Inbox) Mark(ctx context.Context, account, cursor string) error {
	return i.store.Mark(ctx, account, cursor)
}

// Report takes a delivery receipt.
func (i *Inbox) Report(ctx context.Context, r channels.Report) error {
	return i.store.Report(ctx, report(r))
}

func report(r channels.Report) tickets.Report {
	return tickets.Report{
		Account: r.Account, EventID: r.EventID, MessageID: r.MessageID, Key: r.Key,
		State: string(r.State), Kind: string(r.Kind), Code: r.Code, Reason: r.Reason, At: r.At,
	}
}

// mostMentions bounds what one row may make the store look up.
const mostMentions = 10

// Mentions reads from an inbox row which earlier messages it answers, edits or presses a button of.
func Mentions(r tickets.Row) []tickets.Mention {
	own := r.Kind == string(channels.Edit) || r.Kind == string(channels.Button)
	if !own && !slices.ContainsFunc(pointing, func(name []byte) bool { return bytes.Contains(r.Payload, name) }) {
		return nil // by far the most, and not worth decoding twice
	}
	var in struct {
		MessageID string   `json:"message_id"`
		ReplyTo   []string `json:"reply_to"`
		Claims    []string `json:"claims"`
		Subject   string   `json:"subject"`
		Text      string   `json:"text"`
	}
	if json.Unmarshal(r.Payload, &in) != nil {
		return nil // Decide sets it aside
	}
	var all []tickets.Mention
	if own && in.MessageID != "" {
		all = append(all, tickets.Mention{Account: r.Account, ExternalID: in.MessageID})
	}
	for _, ids := range [][]string{in.ReplyTo, in.Claims} {
		for _, id := range ids[:min(len(ids), mostMentions)] {
			all = append(all, mention(r.Account, id))
		}
	}
	if in.Subject != "" {
		for _, ref := range command.References(in.Subject + "\n" + in.Text) {
			all = append(all, tickets.Mention{ExternalID: string(ref)})
		}
	}
	return all
}

// mention is what an entry in the ReplyTo of a message to account speaks of.
func mention(account, entry string) (m tickets.Mention) {
	m.Account, m.ExternalID = channels.Whose(account, entry)
	return m
}

// pointing are the fields of an Inbound that may lead to an older message or ticket. A number in a text does so only
// where there is a subject: anybody can write under another's name there, so staff are shown whose case it is.
var pointing = [][]byte{[]byte(`"reply_to"`), []byte(`"claims"`), []byte(`"subject"`)}
