package update

import (
	"strings"

	"tanggap/channels"
)

// origin says whose message was forwarded: https://core.telegram.org/bots/api#messageorigin.
type origin struct {
	Type       string `json:"type"`
	User       *user  `json:"sender_user"`
	UserName   string `json:"sender_user_name"`
	SenderChat *chat  `json:"sender_chat"`
	Chat       *chat  `json:"chat"`
}

type externalReply struct {
	Origin origin `json:"origin"`
	content
}

type quote struct {
	Text string `json:"text"`
}

// from is an origin as everybody understands it. Kinds to come are of somebody, too.
func (o *origin) from() *channels.Forwarded {
	f := &channels.Forwarded{Kind: "person"}
	switch {
	case o.User != nil:
		f.Name = o.User.name()
	case o.Type == "hidden_user" || o.UserName != "":
		f.Kind, f.Name = "hidden", o.UserName
	case o.SenderChat != nil:
		f.Kind, f.Name = "group", o.SenderChat.Title+o.SenderChat.First
	case o.Chat != nil:
		f.Kind, f.Name = "channel", o.Chat.Title+o.Chat.First
	}
	f.Name = channels.Clean(f.Name)
	return f
}

// forwarded says whose the words are; nil where the sender forwards his own.
func (b Reader) forwarded(m *message) *channels.Forwarded {
	o := m.Origin
	if o == nil || o.User != nil && m.From != nil && o.User.ID == m.From.ID ||
		o.SenderChat != nil && m.SenderChat != nil && o.SenderChat.ID == m.SenderChat.ID {
		return nil
	}
	return o.from()
}

// quoted is what the sender points at and staff would not see otherwise: the words that he chose, a message of
// another chat, and in a group what somebody else has said. What we or he said here is on record.
func (b Reader) quoted(m *message) string {
	var lines []string
	if x := m.ExternalReply; x != nil {
		lines = append(lines, x.Origin.from().Name)
		if text, _ := x.content.words(); m.Quote == nil {
			lines = append(lines, text)
		}
	}
	to := m.ReplyTo
	switch {
	case m.Quote != nil:
		lines = append(lines, m.Quote.Text)
	case to != nil && m.Chat.group() && to.From != nil && to.From.ID != b.Bot && (m.From == nil || to.From.ID != m.From.ID):
		said, _ := to.spoken()
		lines = append(lines, said)
	}
	return channels.Clean(strings.Join(lines, "\n"))
}
