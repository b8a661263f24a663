package sim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// tgObject is a JSON object of the Bot API.
type tgObject = map[string]any

// chat finds or opens a chat; the oldest one is forgotten when there are too many.
func (t *Telegram) chat(id int64) *telegramChat {
	if c := t.chats[id]; c != nil {
		return c
	}
	if len(t.order) >= tgKeepChats {
		delete(t.chats, t.order[0])
		t.order = t.order[1:]
	}
	c := &telegramChat{TelegramChat: TelegramChat{ID: id}, last: t.options.Before}
	t.chats[id] = c
	t.order = append(t.order, id)
	return c
}

func (t *Telegram) find(chatID int64, messageID int) *TelegramMessage {
	c := t.chats[chatID]
	if c == nil {
		return nil
	}
	i := slices.IndexFunc(c.messages, func(m TelegramMessage) bool { return m.ID == messageID })
	if i < 0 {
		return nil
	}
	return &c.messages[i]
}

// show gives m its id and its place in the chat.
func (t *Telegram) show(c *telegramChat, m TelegramMessage) TelegramMessage {
	c.last++
	m.ID = c.last
	m.update = t.render(m)
	c.messages = append(c.messages, m)
	if extra := len(c.messages) - t.options.Keep; extra > 0 {
		c.messages = slices.Delete(c.messages, 0, extra)
	}
	return m
}

// deliver queues an update and wakes whoever waits for one.
func (t *Telegram) deliver(kind string, content any) {
	t.updateID++
	body, err := json.Marshal(tgObject{"update_id": t.updateID, kind: content})
	if err != nil {
		panic(fmt.Sprintf("an update that is no JSON: %v", err))
	}
	t.pending = append(t.pending, telegramUpdate{id: t.updateID, body: body})
	if len(t.pending) > tgKeepPending {
		t.pending = t.pending[1:]
	}
	t.rouse()
}

func (t *Telegram) rouse() {
	close(t.wake)
	t.wake = make(chan struct{})
}

func (t *Telegram) self() tgObject {
	return tgObject{"id": 7001, "is_bot": true, "first_name": "Tanggap", "username": t.options.Username}
}

// render is m as the Bot API's Message.
func (t *Telegram) render(m TelegramMessage) json.RawMessage {
	chat := t.chats[m.Chat].TelegramChat
	o := tgObject{"message_id": m.ID, "date": m.At.Unix(), "chat": tgChat(chat), "from": tgUser(m.From)}
	if m.FromBot {
		o["from"] = t.self()
	}
	if m.Edited {
		o["edit_date"] = time.Now().Unix()
	}
	if m.album != "" {
		o["media_group_id"] = m.album
	}
	if m.ReplyTo != 0 {
		if to := t.find(m.Chat, m.ReplyTo); to != nil {
			plain := *to // Telegram nests no further
			plain.ReplyTo = 0
			o["reply_to_message"] = t.render(plain)
		}
	}
	text := "text"
	for _, f := range m.Files {
		text = "caption"
		if f.Type == "image/jpeg" || f.Type == "image/png" {
			o["photo"] = []tgObject{
				{"file_id": f.ID + "s", "file_unique_id": "u" + f.ID + "s", "width": 90, "height": 60, "file_size": min(f.Size, 900)},
				{"file_id": f.ID, "file_unique_id": "u" + f.ID, "width": 1280, "height": 853, "file_size": f.Size},
			}
			continue
		}
		o["document"] = tgObject{
			"file_id": f.ID, "file_unique_id": "u" + f.ID, "file_name": f.Name, "mime_type": f.Type, "file_size": f.Size,
		}
	}
	if m.Text != "" {
		o[text] = m.Text
	}
	if l := m.Location; l != nil {
		pin := tgObject{"latitude": l.Lat, "longitude": l.Lng}
		o["location"] = pin
		if l.Title != "" {
			o["venue"] = tgObject{"location": pin, "title": l.Title, "address": l.Address}
		}
	}
	if len(m.Buttons) > 0 {
		o["reply_markup"] = tgObject{"inline_keyboard": m.Buttons}
	}
	body, err := json.Marshal(o)
	if err != nil {
		panic(fmt.Sprintf("a message that is no JSON: %v", err))
	}
	return body
}

func tgUser(u TelegramUser) tgObject {
	o := tgObject{"id": u.ID, "is_bot": false, "first_name": u.Name}
	if u.Language != "" {
		o["language_code"] = u.Language
	}
	return o
}

func tgChat(c TelegramChat) tgObject {
	if c.ID < 0 {
		return tgObject{"id": c.ID, "type": "supergroup", "title": c.Title}
	}
	return tgObject{"id": c.ID, "type": "private", "first_name": c.Title}
}

// telegramFiles are the files of all messages; the oldest make room.
type telegramFiles struct {
	byID  map[string]telegramStored
	order []string
	size  int
	most  int
	seq   int
}

type telegramStored struct {
	TelegramFile
	path string
}

// keep stores f, and returns it with its id and without its bytes.
func (s *telegramFiles) keep(f TelegramFile) TelegramFile {
	s.seq++
	f.ID = "AgAC" + strconv.Itoa(s.seq)
	f.Size = len(f.Data)
	path := fmt.Sprintf("documents/file_%d", s.seq)
	if f.Type == "image/jpeg" || f.Type == "image/png" {
		path = fmt.Sprintf("photos/file_%d.jpg", s.seq)
	}
	s.byID[f.ID] = telegramStored{TelegramFile: f, path: path}
	s.order = append(s.order, f.ID)
	for s.size += f.Size; s.size > s.most && len(s.order) > 1; s.order = s.order[1:] {
		s.size -= s.byID[s.order[0]].Size
		delete(s.byID, s.order[0])
	}
	f.Data = nil
	return f
}
