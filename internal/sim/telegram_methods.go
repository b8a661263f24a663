package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Limits of https://core.telegram.org/bots/api#sendmessage, #sendphoto, #getfile and
// https://core.telegram.org/bots/api#inlinekeyboardbutton.
const (
	telegramText    = 4096 // UTF-16 code tgUnits
	telegramCaption = 1024
	telegramData    = 64 // bytes of callback_data
	telegramGetFile = 20 << 20
	telegramPhoto   = 10 << 20
	telegramGroup   = 10 // files of an album
)

// do does what a checked call asks for.
func (t *Telegram) do(r *http.Request, method string, args telegramCallArguments) (any, *telegramError) {
	switch method {
	case "getUpdates":
		return t.getUpdates(r, args.values)
	case "setWebhook":
		t.hook.start(t, args.values["url"], args.values["secret_token"])
		return true, nil
	case "deleteWebhook":
		t.hook.stop()
		return true, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	switch method {
	case "getMe":
		return t.self(), nil
	case "getWebhookInfo":
		return tgObject{"url": t.hook.target(), "has_custom_certificate": false, "pending_update_count": len(t.pending)}, nil
	case "answerCallbackQuery":
		id := args.values["callback_query_id"]
		if !t.queries[id] {
			return nil, tgBad("query is too old and response timeout expired or query ID is invalid")
		}
		delete(t.queries, id)
		t.answered = append(t.answered, id)
		if len(t.answered) > tgKeepSent {
			t.answered = t.answered[1:]
		}
		return true, nil
	case "setMyCommands":
		var list []TelegramCommand
		json.Unmarshal([]byte(args.values["commands"]), &list)
		for _, c := range list {
			if c.Command == "" || len(c.Command) > 32 || strings.ToLower(c.Command) != c.Command || c.Description == "" {
				return nil, tgBad("BOT_COMMAND_INVALID")
			}
		}
		t.commands[args.values["language_code"]] = list
		return true, nil
	case "getFile":
		return t.getFile(args.values["file_id"])
	default:
		return t.send(method, args)
	}
}

// getUpdates confirms what is before offset and waits up to timeout seconds for what is after it. As
// at Telegram, only the latest of several concurrent calls is served.
func (t *Telegram) getUpdates(r *http.Request, values map[string]string) (any, *telegramError) {
	offset, _ := strconv.ParseInt(values["offset"], 10, 64)
	seconds, _ := strconv.Atoi(values["timeout"])
	limit, _ := strconv.Atoi(values["limit"])
	if limit <= 0 || limit > 100 {
		limit = 100
	}
	if t.hook.target() != "" {
		return nil, &telegramError{
			status:      http.StatusConflict,
			description: "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
		}
	}
	timeout := time.NewTimer(time.Duration(seconds) * time.Second)
	defer timeout.Stop()
	t.mu.Lock()
	t.polls++
	mine := t.polls
	t.pending = slices.DeleteFunc(t.pending, func(u telegramUpdate) bool { return u.id < offset })
	t.rouse()
	for {
		if t.polls != mine {
			t.mu.Unlock()
			return nil, &telegramError{
				status:      http.StatusConflict,
				description: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
			}
		}
		out := []json.RawMessage{}
		for _, u := range t.pending[:min(limit, len(t.pending))] {
			out = append(out, u.body)
		}
		wake := t.wake
		t.mu.Unlock()
		if len(out) > 0 || seconds == 0 {
			return out, nil
		}
		select {
		case <-wake:
		case <-timeout.C:
			return out, nil
		case <-r.Context().Done():
			return out, nil
		}
		t.mu.Lock()
	}
}

func (t *Telegram) getFile(id string) (any, *telegramError) {
	f, ok := t.files.byID[strings.TrimSuffix(id, "s")]
	if !ok {
		return nil, tgBad("wrong file_id or the file is temporarily unavailable")
	}
	if f.Size > telegramGetFile {
		return nil, tgBad("file is too big")
	}
	return tgObject{"file_id": id, "file_unique_id": "u" + id, "file_size": f.Size, "file_path": f.path}, nil
}

// send shows the bot's message in its chat.
func (t *Telegram) send(method string, args telegramCallArguments) (any, *telegramError) {
	id, err := strconv.ParseInt(args.values["chat_id"], 10, 64)
	chat := t.chats[id]
	if err != nil || chat == nil {
		return nil, tgBad("chat not found")
	}
	if chat.blocked {
		return nil, &telegramError{status: http.StatusForbidden, description: "Forbidden: bot was blocked by the user"}
	}
	m := TelegramMessage{Chat: id, FromBot: true, At: time.Now()}
	if refusal := t.replyTo(&m, args.values["reply_parameters"]); refusal != nil {
		return nil, refusal
	}
	if refusal := tgKeyboard(&m, args.values["reply_markup"]); refusal != nil {
		return nil, refusal
	}
	switch method {
	case "sendMessage":
		m.Text = strings.TrimSpace(args.values["text"])
		if m.Text == "" {
			return nil, tgBad("message text is empty")
		}
		if tgUnits(m.Text) > telegramText {
			return nil, tgBad("message is too long")
		}
	case "sendMediaGroup":
		return t.sendGroup(chat, m, args)
	default:
		f, refusal := tgUpload(args, map[string]string{"sendPhoto": "photo", "sendDocument": "document"}[method])
		if refusal != nil {
			return nil, refusal
		}
		if m.Text = args.values["caption"]; tgUnits(m.Text) > telegramCaption {
			return nil, tgBad("message caption is too long")
		}
		m.Files = []TelegramFile{t.files.keep(f)}
	}
	return t.post(chat, m), nil
}

// post shows m, remembers it as sent, and returns its Message.
func (t *Telegram) post(chat *telegramChat, m TelegramMessage) json.RawMessage {
	m = t.show(chat, m)
	t.sent = append(t.sent, m)
	if len(t.sent) > tgKeepSent {
		t.sent = t.sent[1:]
	}
	return m.update
}

// sendGroup shows an album: one message for each file.
func (t *Telegram) sendGroup(chat *telegramChat, m TelegramMessage, args telegramCallArguments) (any, *telegramError) {
	var media []struct{ Type, Media, Caption string }
	json.Unmarshal([]byte(args.values["media"]), &media)
	if len(media) < 2 || len(media) > telegramGroup {
		return nil, tgBad("wrong number of media in the group")
	}
	t.seq++
	m.album = strconv.Itoa(t.seq)
	var album []TelegramMessage
	for _, item := range media {
		name, ok := strings.CutPrefix(item.Media, "attach://")
		if !ok || item.Type != media[0].Type {
			return nil, tgBad("wrong media in the group")
		}
		f, refusal := tgUpload(args, name)
		if refusal != nil {
			return nil, refusal
		}
		if tgUnits(item.Caption) > telegramCaption {
			return nil, tgBad("message caption is too long")
		}
		one := m
		one.Text, one.Files = item.Caption, []TelegramFile{t.files.keep(f)}
		album = append(album, one)
	}
	var out []json.RawMessage
	for _, one := range album {
		out = append(out, t.post(chat, one))
	}
	return out, nil
}

func tgUpload(args telegramCallArguments, name string) (TelegramFile, *telegramError) {
	f, ok := args.files[name]
	if !ok || len(f.Data) == 0 {
		return f, tgBad("file must be non-empty")
	}
	if name == "photo" && len(f.Data) > telegramPhoto {
		return f, tgBad("file is too big for a photo")
	}
	if name == "photo" && !strings.HasPrefix(f.Type, "image/") {
		return f, tgBad("IMAGE_PROCESS_FAILED")
	}
	return f, nil
}

func (t *Telegram) replyTo(m *TelegramMessage, parameters string) *telegramError {
	if parameters == "" {
		return nil
	}
	var p struct {
		MessageID int  `json:"message_id"`
		Without   bool `json:"allow_sending_without_reply"`
	}
	json.Unmarshal([]byte(parameters), &p)
	if t.find(m.Chat, p.MessageID) != nil {
		m.ReplyTo = p.MessageID
	} else if !p.Without {
		return tgBad("message to be replied not found")
	}
	return nil
}

func tgKeyboard(m *TelegramMessage, markup string) *telegramError {
	if markup == "" {
		return nil
	}
	var k struct {
		Rows [][]TelegramButton `json:"inline_keyboard"`
	}
	json.Unmarshal([]byte(markup), &k)
	for _, b := range slices.Concat(k.Rows...) {
		if b.Text == "" || b.Data == "" || len(b.Data) > telegramData {
			return tgBad("BUTTON_DATA_INVALID")
		}
	}
	m.Buttons = k.Rows
	return nil
}

func tgUnits(s string) int { return len(utf16.Encode([]rune(s))) }
