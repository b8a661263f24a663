package update

import (
	"encoding/json"
	"strconv"

	"tanggap/channels"
)

// message has what we read of a Message.
type message struct {
	ID            *int64         `json:"message_id"`
	Topic         int64          `json:"message_thread_id"`
	InTopic       bool           `json:"is_topic_message"`
	From          *user          `json:"from"`
	SenderChat    *chat          `json:"sender_chat"`
	ViaBot        *user          `json:"via_bot"`
	Chat          chat           `json:"chat"`
	Date          int64          `json:"date"`
	EditDate      int64          `json:"edit_date"`
	AutoForward   bool           `json:"is_automatic_forward"`
	Origin        *origin        `json:"forward_origin"`
	ReplyTo       *message       `json:"reply_to_message"`
	ExternalReply *externalReply `json:"external_reply"`
	Quote         *quote         `json:"quote"`
	MediaGroupID  string         `json:"media_group_id"`
	Text          string         `json:"text"`
	Entities      []entity       `json:"entities"`
	Caption       string         `json:"caption"`
	CaptionMarks  []entity       `json:"caption_entities"`
	content
}

// inbound is a message or its new version; of kind Unknown where nothing in it can be shown, and Ignored where
// it is known to be nobody's report. unsure is said of one that only the bot's name can tell.
func (b Reader) message(m *message, raw []byte) (in channels.Inbound, unsure bool) {
	if m.Chat.missing() || m.ID == nil {
		return unknown(raw), false
	}
	addressed, unsure := b.addressed(m)
	in = channels.Inbound{
		Kind:      channels.Message,
		MessageID: MessageID(m.Chat.ID, *m.ID),
		Album:     m.MediaGroupID,
		Point:     m.point(),
		Media:     m.media(),
		Forwarded: b.forwarded(m),
		Quoted:    b.quoted(m),
		SentAt:    date(m.Date),
	}
	in.Text, in.Described = b.words(m)
	// No other place can be edited, and the last word on a live one no longer says for how long.
	in.Live = m.Location != nil && m.Venue == nil && (m.Location.Live > 0 || m.EditDate > 0)
	in.EventID = in.MessageID
	if m.EditDate > 0 {
		in.Kind = channels.Edit
		in.EventID += ":" + strconv.FormatInt(m.EditDate, 10)
	}
	m.sender(&in)
	m.place(&in)
	if m.ReplyTo != nil && m.ReplyTo.ID != nil {
		in.ReplyTo = []string{MessageID(m.Chat.ID, *m.ReplyTo.ID)}
	}
	in.Own = m.own()
	switch {
	case empty(&in):
		bare(&in, fieldsOf(raw))
	case m.AutoForward || m.SenderChat == nil && m.From != nil && m.From.IsBot:
		in.Kind = channels.Robot
	case m.Chat.Type == "channel":
		in.Kind, in.Matter = channels.Ignored, irrelevant["channel_post"]
	case in.From.Value == "":
		in.Kind = channels.Unknown
	case in.Group && !addressed:
		overhear(&in)
	}
	return in, unsure
}

func empty(in *channels.Inbound) bool {
	return in.Text == "" && in.Point == nil && len(in.Media) == 0 && len(in.Own) == 0
}

// sender: an anonymous administrator or a channel writes under the id of its chat, as Telegram lends
// all of them the same user.
func (m *message) sender(in *channels.Inbound) {
	sender(in, m.From)
	if m.SenderChat != nil && m.SenderChat.ID != 0 {
		in.From = channels.Address{Kind: channels.TelegramID, Value: strconv.FormatInt(m.SenderChat.ID, 10)}
		in.Name, in.Language = channels.Clean(m.SenderChat.Title), ""
	} else if m.From == nil && m.Chat.Type == "private" {
		in.From = channels.Address{Kind: channels.TelegramID, Value: strconv.FormatInt(m.Chat.ID, 10)}
	}
}

// place says which conversation an answer belongs into.
func (m *message) place(in *channels.Inbound) {
	in.Group = m.Chat.group()
	if in.Group {
		in.Thread = strconv.FormatInt(m.Chat.ID, 10)
	}
	if m.InTopic && m.Topic != 0 {
		in.Thread = strconv.FormatInt(m.Chat.ID, 10) + "/" + strconv.FormatInt(m.Topic, 10)
	}
}

// services are the fields of a Message that tell what happened to a chat, or what is dealt with between its
// members: nobody says anything in them.
var services = map[string]string{
	"new_chat_members": "who is in a group", "left_chat_member": "who is in a group",
	"chat_owner_left": "who is in a group", "chat_owner_changed": "who is in a group",
	"new_chat_title": "how a chat looks", "new_chat_photo": "how a chat looks", "delete_chat_photo": "how a chat looks",
	"chat_background_set": "how a chat looks", "message_auto_delete_timer_changed": "how a chat looks",
	"group_chat_created": "a new chat", "supergroup_chat_created": "a new chat", "channel_chat_created": "a new chat",
	"migrate_to_chat_id": "a group with a new id", "migrate_from_chat_id": "a group with a new id",
	"pinned_message": "a pinned message",
	"invoice":        "of a payment", "successful_payment": "of a payment", "refunded_payment": "of a payment",
	"paid_message_price_changed": "of a payment", "direct_message_price_changed": "of a payment",
	"gift": "a gift", "unique_gift": "a gift", "gift_upgrade_sent": "a gift",
	"giveaway_created": "a giveaway", "giveaway": "a giveaway", "giveaway_winners": "a giveaway", "giveaway_completed": "a giveaway",
	"users_shared": "asked for by no button of ours", "chat_shared": "asked for by no button of ours",
	"connected_website": "asked for by no button of ours", "write_access_allowed": "asked for by no button of ours",
	"passport_data": "asked for by no button of ours", "web_app_data": "asked for by no button of ours",
	"managed_bot_created":       "of another bot",
	"proximity_alert_triggered": "two live locations", "boost_added": "a boost",
	"checklist_tasks_done": "a list that changed", "checklist_tasks_added": "a list that changed",
	"poll_option_added": "a vote", "poll_option_deleted": "a vote",
	"forum_topic_created": "a topic of a group", "forum_topic_edited": "a topic of a group", "forum_topic_closed": "a topic of a group",
	"forum_topic_reopened": "a topic of a group", "general_forum_topic_hidden": "a topic of a group", "general_forum_topic_unhidden": "a topic of a group",
	"suggested_post_approved": "a post in a channel", "suggested_post_approval_failed": "a post in a channel", "suggested_post_declined": "a post in a channel",
	"suggested_post_paid": "a post in a channel", "suggested_post_refunded": "a post in a channel",
	"video_chat_scheduled": "a call", "video_chat_started": "a call", "video_chat_ended": "a call", "video_chat_participants_invited": "a call",
}

// about are the fields of a Message that say something of it, and hold nothing that was sent.
var about = map[string]bool{
	"message_id": true, "message_thread_id": true, "direct_messages_topic": true, "from": true, "sender_chat": true, "sender_boost_count": true,
	"sender_business_bot": true, "sender_tag": true, "date": true, "guest_query_id": true, "business_connection_id": true, "chat": true,
	"forward_origin": true, "is_topic_message": true, "is_automatic_forward": true, "reply_to_message": true, "external_reply": true,
	"quote": true, "reply_to_story": true, "reply_to_checklist_task_id": true, "reply_to_poll_option_id": true, "via_bot": true,
	"guest_bot_caller_user": true, "guest_bot_caller_chat": true, "edit_date": true, "has_protected_content": true, "is_from_offline": true,
	"is_paid_post": true, "media_group_id": true, "author_signature": true, "paid_star_count": true, "entities": true,
	"link_preview_options": true, "suggested_post_info": true, "effect_id": true, "caption_entities": true,
	"show_caption_above_media": true, "has_media_spoiler": true, "reply_markup": true,
	// As older servers have it.
	"forward_from": true, "forward_from_chat": true, "forward_from_message_id": true, "forward_signature": true,
	"forward_sender_name": true, "forward_date": true,
}

// fieldsOf are the fields of the message in an update.
func fieldsOf(raw []byte) map[string]any {
	var top map[string]json.RawMessage
	if json.Unmarshal(raw, &top) != nil {
		return nil
	}
	for _, name := range []string{"message", "edited_message"} {
		var fields map[string]any
		if json.Unmarshal(top[name], &fields) == nil && fields != nil {
			return fields
		}
	}
	return nil
}

// bare is said of a message in which we found nothing: it is a chat's own affair, or of tomorrow.
func bare(in *channels.Inbound, fields map[string]any) {
	matter := ""
	for name, value := range fields {
		switch what, known := services[name]; {
		case about[name] || zero(value):
		case !known:
			in.Kind = channels.Unknown
			return
		case matter == "" || what < matter:
			matter = what
		}
	}
	in.Kind = channels.Unknown
	if matter != "" {
		in.Kind, in.Matter = channels.Ignored, matter
	}
}

func zero(value any) bool {
	switch v := value.(type) {
	case nil:
		return true
	case bool:
		return !v
	case float64:
		return v == 0
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}
