package sim

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

// Open makes a citizen's chat with the bot without a message in it, as after pressing Start.
func (t *Telegram) Open(u TelegramUser) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chat(u.ID).Title = u.Name
}

// Write does what the draft says, and returns the message's id in its chat.
func (t *Telegram) Write(d TelegramDraft) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	in := TelegramChat{ID: d.From.ID, Title: d.From.Name}
	if d.Group != nil {
		in = *d.Group
	}
	chat := t.chat(in.ID)
	chat.Title = in.Title
	m := TelegramMessage{
		Chat: chat.ID, From: d.From, Text: d.Text, Location: d.Location,
		ReplyTo: d.ReplyTo, At: time.Now(), album: d.Album,
	}
	if d.Photo != nil {
		m.Files = append(m.Files, t.files.keep(TelegramFile{Name: "photo.jpg", Type: "image/jpeg", Data: d.Photo}))
	}
	if d.Document != nil {
		m.Files = append(m.Files, t.files.keep(*d.Document))
	}
	m = t.show(chat, m)
	t.deliver("message", m.update)
	return m.ID
}

// Edit gives a citizen's message a new text.
func (t *Telegram) Edit(chatID int64, messageID int, text string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.find(chatID, messageID)
	if m == nil || m.FromBot {
		return errNoTelegramMessage
	}
	m.Text, m.Edited = text, true
	m.update = t.render(*m)
	t.deliver("edited_message", m.update)
	return nil
}

// Press presses the button with data under a message of the bot.
func (t *Telegram) Press(by TelegramUser, chatID int64, messageID int, data string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.find(chatID, messageID)
	if m == nil || !slices.ContainsFunc(slices.Concat(m.Buttons...), func(b TelegramButton) bool { return b.Data == data }) {
		return errNoTelegramMessage
	}
	t.seq++
	id := strconv.Itoa(8_000_000 + t.seq)
	t.queries[id] = true
	t.deliver("callback_query", tgObject{
		"id": id, "from": tgUser(by), "chat_instance": "1", "data": data, "message": m.update,
	})
	return nil
}

// Block shuts the bot out of a citizen's chat, or lets it in again.
func (t *Telegram) Block(by TelegramUser, blocked bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	chat := t.chat(by.ID)
	chat.blocked = blocked
	was, is := "member", "kicked"
	if !blocked {
		was, is = is, was
	}
	bot := t.self()
	t.deliver("my_chat_member", tgObject{
		"chat": tgChat(chat.TelegramChat), "from": tgUser(by), "date": time.Now().Unix(),
		"old_chat_member": tgObject{"user": bot, "status": was},
		"new_chat_member": tgObject{"user": bot, "status": is},
	})
}

// Deliver puts an update of any kind into the bot's queue.
func (t *Telegram) Deliver(kind string, content json.RawMessage) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.deliver(kind, content)
}

// Redeliver delivers a citizen's message once more, under a new update id.
func (t *Telegram) Redeliver(chatID int64, messageID int) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	m := t.find(chatID, messageID)
	if m == nil {
		return errNoTelegramMessage
	}
	t.deliver("message", m.update)
	return nil
}

// Renumber makes the next update id n, as Telegram does from a random place after a week of silence.
func (t *Telegram) Renumber(n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.updateID = n - 1
}

// Chat is what a chat shows, oldest first.
func (t *Telegram) Chat(id int64) []TelegramMessage {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.chats[id]; c != nil {
		return slices.Clone(c.messages)
	}
	return nil
}

// Sent is what the bot has sent to anybody, oldest first.
func (t *Telegram) Sent() []TelegramMessage {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.sent)
}

// Commands is the bot's menu in a language, "" for the default one.
func (t *Telegram) Commands(language string) []TelegramCommand {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.commands[language])
}

// Pending is how many updates the bot has not confirmed.
func (t *Telegram) Pending() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.pending)
}

// Answered are the ids of the callback queries that the bot has answered.
func (t *Telegram) Answered() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.answered)
}

// File is the content of a file that a message shows.
func (t *Telegram) File(id string) ([]byte, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f, ok := t.files.byID[id]
	return f.Data, ok
}
