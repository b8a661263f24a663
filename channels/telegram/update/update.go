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

// Reader reads the updates of one bot.
type Reader struct {
	Account string
	Bot     int64  // its user id
	Name    string // its user name without @, "" where that is not known yet
}

// Reading is what one update means.
type Reading struct {
	Next     int64              // the offset that confirms it, 0 where it has no number
	Inbounds []channels.Inbound // one
	Query    string             // of a pressed button, to be answered
	// Unsure says that only the bot's user name can tell whether the message is for it: to be read again with that.
	Unsure bool
}

// update has only what we read of an Update, and so have the types below: a field that we do not need
// and that one day has another type must not cost us the message.
type update struct {
	ID            *int64      `json:"update_id"`
	Message       *message    `json:"message"`
	EditedMessage *message    `json:"edited_message"`
	CallbackQuery *query      `json:"callback_query"`
	MyChatMember  *membership `json:"my_chat_member"`
}

// irrelevant are the fields of an Update that hold what is nobody's report, and what each is. We ask for none of
// them, and Telegram may all the same give those from before it was told so.
var irrelevant = map[string]string{
	"channel_post": "a post in a channel", "edited_channel_post": "a post in a channel",
	"business_connection": "of a business account", "business_message": "of a business account",
	"edited_business_message": "of a business account", "deleted_business_messages": "of a business account",
	"guest_message":    "from a chat that the bot is not in",
	"message_reaction": "a reaction", "message_reaction_count": "a reaction",
	"inline_query": "a query from another chat", "chosen_inline_result": "a query from another chat",
	"shipping_query": "of a payment", "pre_checkout_query": "of a payment", "purchased_paid_media": "of a payment",
	"poll": "a vote", "poll_answer": "a vote",
	"chat_member": "who is in a group", "chat_join_request": "who is in a group",
	"chat_boost": "a boost", "removed_chat_boost": "a boost",
	"managed_bot": "of another bot",
}

type query struct {
	ID      string   `json:"id"`
	From    *user    `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
	Game    string   `json:"game_short_name"`
}

type membership struct {
	Chat chat  `json:"chat"`
	From *user `json:"from"`
	Date int64 `json:"date"`
	New  struct {
		Status string `json:"status"`
		Writes bool   `json:"can_send_messages"` // of a restricted one
	} `json:"new_chat_member"`
}

type chat struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"`
	Title string `json:"title"`
	First string `json:"first_name"`
}

func (c chat) missing() bool { return c.ID == 0 && c.Type == "" }

// group reports whether others can read the chat.
func (c chat) group() bool { return c.Type != "private" && c.Type != "" }

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

func (u *user) name() string {
	return channels.Clean(strings.TrimSpace(u.FirstName + " " + u.LastName))
}

// Read makes an Inbound of one update. What it does not understand is of kind Unknown, with its bytes.
func (b Reader) Read(raw []byte) Reading {
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
		in, r.Unsure = b.message(u.Message, raw)
	case u.EditedMessage != nil:
		in, r.Unsure = b.message(u.EditedMessage, raw)
	case u.CallbackQuery != nil:
		in = u.CallbackQuery.inbound(raw)
		r.Query = u.CallbackQuery.ID
	case u.MyChatMember != nil:
		in = u.MyChatMember.inbound(raw)
	default:
		in = other(raw)
	}
	in.Account = b.Account
	if !in.Overheard && in.Matter != groupTalk {
		in.Raw, in.RawType = raw, "application/json"
	}
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

// other is an update of a kind that concerns nobody's report, or that came into the world after us.
func other(raw []byte) channels.Inbound {
	in := unknown(raw)
	var fields map[string]any
	if json.Unmarshal(raw, &fields) != nil {
		return in
	}
	matter := ""
	for name, value := range fields {
		switch what, known := irrelevant[name]; {
		case name == "update_id" || zero(value):
		case !known:
			return in
		case matter == "" || what < matter:
			matter = what
		}
	}
	if matter != "" {
		in.Kind, in.Matter = channels.Ignored, matter
	}
	return in
}

// inbound is a pressed button. Choice is what Send put under it, MessageID our message that carried it, which
// Telegram names also where it no longer shows it.
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
	switch {
	case in.Choice != "":
	case q.Game != "":
		in.Kind, in.Matter = channels.Ignored, "a button of a game"
	default:
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
		EventID: "member:" + strconv.FormatInt(m.Chat.ID, 10) + ":" + strconv.FormatInt(m.Date, 10) + ":" + channels.Clean(m.New.Status),
		SentAt:  date(m.Date),
	}
	if m.Chat.Type == "private" {
		sender(&in, m.From)
	} else {
		in.Thread, in.Group = strconv.FormatInt(m.Chat.ID, 10), true
	}
	if m.Chat.Type == "channel" {
		in.Kind, in.Matter = channels.Ignored, "who is in a channel"
		return in
	}
	in.From = channels.Address{Kind: channels.TelegramID, Value: strconv.FormatInt(m.Chat.ID, 10)}
	switch m.New.Status {
	case "kicked", "left":
		in.Kind = channels.Blocked
	case "restricted":
		if !m.New.Writes {
			in.Kind = channels.Blocked
		}
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
	in.Name = u.name()
	in.Language = channels.Clean(u.LanguageCode)
}

func date(seconds int64) time.Time {
	if seconds <= 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
