// Package update tells what an Update of Telegram's Bot API means
// (https://core.telegram.org/bots/api#update), without asking anybody.
package update

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"tanggap/channels"
)

// Reading is what one update means.
type Reading struct {
	Next     int64              // the offset that confirms it, 0 where it has no number
	Inbounds []channels.Inbound // one, or none for what is nobody's complaint: posts in channels
	Query    string             // of a pressed button, to be answered
}

// update has only what we read of an Update, and so have the types below: a field that we do not need
// and that one day has another type must not cost us the message.
type update struct {
	ID                *int64          `json:"update_id"`
	Message           *message        `json:"message"`
	EditedMessage     *message        `json:"edited_message"`
	ChannelPost       json.RawMessage `json:"channel_post"`
	EditedChannelPost json.RawMessage `json:"edited_channel_post"`
	CallbackQuery     *query          `json:"callback_query"`
	MyChatMember      *membership     `json:"my_chat_member"`
}

type query struct {
	ID      string   `json:"id"`
	From    *user    `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

type membership struct {
	Chat chat  `json:"chat"`
	From *user `json:"from"`
	Date int64 `json:"date"`
	New  struct {
		Status string `json:"status"`
	} `json:"new_chat_member"`
}

type chat struct {
	ID   int64  `json:"id"`
	Type string `json:"type"`
}

// MessageID names a message: Telegram's own ids are unique only within a chat.
func MessageID(chat, message int64) string {
	return strconv.FormatInt(chat, 10) + ":" + strconv.FormatInt(message, 10)
}

type user struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name"`
	LanguageCode string `json:"language_code"`
}

func (c chat) missing() bool { return c.ID == 0 && c.Type == "" }

// Read makes Inbounds of account of one update. What it does not understand is of kind Unknown, with its bytes.
func Read(account string, raw []byte) Reading {
	var u update
	err := json.Unmarshal(raw, &u)
	if err != nil { // its number may be readable all the same
		u = update{}
		var number struct {
			ID *int64 `json:"update_id"`
		}
		if json.Unmarshal(raw, &number) == nil {
			u.ID = number.ID
		}
	}
	r := Reading{}
	if u.ID != nil && *u.ID >= 0 && *u.ID < math.MaxInt64 {
		r.Next = *u.ID + 1
	}
	var in channels.Inbound
	switch {
	case err != nil:
		in = unknown(raw)
	case u.Message != nil:
		in = u.Message.inbound(raw)
	case u.EditedMessage != nil:
		in = u.EditedMessage.inbound(raw)
	case u.CallbackQuery != nil:
		in = u.CallbackQuery.inbound(raw)
		r.Query = u.CallbackQuery.ID
	case u.MyChatMember != nil:
		in = u.MyChatMember.inbound(raw)
	case u.ChannelPost != nil || u.EditedChannelPost != nil:
		return r
	default:
		in = unknown(raw)
	}
	in.Account, in.Raw, in.RawType = account, raw, "application/json"
	if r.Next > 0 {
		in.Cursor = strconv.FormatInt(r.Next, 10)
	}
	r.Inbounds = []channels.Inbound{in}
	return r
}

// unknown is an update of which only the bytes are known; they are its name.
func unknown(raw []byte) channels.Inbound {
	sum := sha256.Sum256(raw)
	return channels.Inbound{Kind: channels.Unknown, EventID: "raw:" + hex.EncodeToString(sum[:16])}
}

// inbound is a pressed button. Choice is what Send put under it, MessageID our message that carried it.
func (q *query) inbound(raw []byte) channels.Inbound {
	if q.ID == "" || q.From == nil || q.From.ID == 0 {
		return unknown(raw)
	}
	in := channels.Inbound{
		Kind: channels.Button, EventID: q.ID, Choice: channels.Clean(q.Data),
	}
	sender(&in, q.From)
	if m := q.Message; m != nil && !m.Chat.missing() && m.ID != nil {
		in.MessageID = MessageID(m.Chat.ID, *m.ID)
		m.place(&in)
	}
	if in.Choice == "" {
		in.Kind = channels.Unknown
	}
	return in
}

// inbound says that a chat has shut us out or let us in; From is that chat, be it a citizen's or a group.
func (m *membership) inbound(raw []byte) channels.Inbound {
	if m.Chat.missing() {
		return unknown(raw)
	}
	in := channels.Inbound{
		Kind:    channels.Unblocked,
		EventID: "member:" + strconv.FormatInt(m.Chat.ID, 10) + ":" + strconv.FormatInt(m.Date, 10) + ":" + m.New.Status,
		SentAt:  date(m.Date),
	}
	if m.Chat.Type == "private" {
		sender(&in, m.From)
	} else {
		in.Thread, in.Group = strconv.FormatInt(m.Chat.ID, 10), true
	}
	in.From = channels.Address{Kind: channels.TelegramID, Value: strconv.FormatInt(m.Chat.ID, 10)}
	switch m.New.Status {
	case "kicked", "left":
		in.Kind = channels.Blocked
	case "member", "administrator", "creator":
	default:
		in.Kind = channels.Unknown
	}
	return in
}

// sender fills in who did it.
func sender(in *channels.Inbound, u *user) {
	if u == nil {
		return
	}
	in.From = channels.Address{Kind: channels.TelegramID, Value: strconv.FormatInt(u.ID, 10)}
	in.Name = channels.Clean(strings.TrimSpace(u.FirstName + " " + u.LastName))
	in.Language = channels.Clean(u.LanguageCode)
}

func date(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
