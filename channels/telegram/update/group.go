package update

import (
	"strings"
	"unicode/utf16"

	"tanggap/channels"
)

// groupTalk is what people say to each other. That it came is written down, and not a word of it: none of them has
// turned to us.
const groupTalk = "talk in a group, not addressed to us"

// entity marks a part of a text, in UTF-16 units.
type entity struct {
	Type   string `json:"type"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
	User   *user  `json:"user"`
}

// spoken are the words of a message with what marks their parts.
func (m *message) spoken() (string, []entity) {
	if m.Text != "" {
		return m.Text, m.Entities
	}
	return m.Caption, m.CaptionMarks
}

// addressed reports whether a message in a group is for the bot: it names it, or answers it. Commands that name no
// bot may be for any other in the group.
func (b Reader) addressed(m *message) (yes, unsure bool) {
	if !m.Chat.group() {
		return true, false
	}
	if to := m.ReplyTo; to != nil && to.From != nil && b.Bot != 0 && to.From.ID == b.Bot {
		return true, false
	}
	text, marks := m.spoken()
	units := utf16.Encode([]rune(text))
	for _, e := range marks {
		if e.Type == "text_mention" && e.User != nil && b.Bot != 0 && e.User.ID == b.Bot {
			return true, false
		}
		_, name, at := strings.Cut(e.of(units), "@")
		if !at || e.Type != "mention" && e.Type != "bot_command" {
			continue
		}
		if b.Name == "" {
			unsure = true
		} else if strings.EqualFold(name, b.Name) {
			return true, false
		}
	}
	return false, unsure
}

// of is the part of a text, "" where the mark lies beside it.
func (e entity) of(units []uint16) string {
	if e.Offset < 0 || e.Length <= 0 || e.Length > len(units) || e.Offset > len(units)-e.Length {
		return ""
	}
	return string(utf16.Decode(units[e.Offset : e.Offset+e.Length]))
}

// unnamed is the text without the bot's own name: "/status@our_bot 482…" says no more than "/status 482…".
func (b Reader) unnamed(text string, marks []entity) string {
	if b.Name == "" {
		return text
	}
	units := utf16.Encode([]rune(text))
	var kept []uint16
	from := 0
	for _, e := range marks { // in the order of their places
		part := e.of(units)
		before, name, at := strings.Cut(part, "@")
		if !at || e.Type != "mention" && e.Type != "bot_command" || !strings.EqualFold(name, b.Name) || e.Offset < from {
			continue
		}
		kept = append(kept, units[from:e.Offset+len(utf16.Encode([]rune(before)))]...)
		from = e.Offset + e.Length
		if len(kept) == 0 || kept[len(kept)-1] == ' ' {
			for from < len(units) && (units[from] == ' ' || len(kept) == 0 && (units[from] == ',' || units[from] == ':')) {
				from++
			}
		}
	}
	return string(utf16.Decode(append(kept, units[from:]...)))
}

// overhear takes out of a message what was said to others. The pieces of an album carry their caption on one of
// them, and whoever mends a message may take our name out: the bot decides about both.
func overhear(in *channels.Inbound) {
	if in.Kind == channels.Edit || in.Album != "" {
		in.Overheard = true
		return
	}
	*in = channels.Inbound{
		Kind: channels.Ignored, Matter: groupTalk, EventID: in.EventID, MessageID: in.MessageID, From: in.From,
		Thread: in.Thread, Group: true, SentAt: in.SentAt,
	}
}
