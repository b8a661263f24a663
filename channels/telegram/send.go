package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"tanggap/channels"
	"tanggap/channels/telegram/update"
)

// Send makes one attempt. The text is sent as it is, without a parse mode, so nothing in it is markup.
// Files go with it as photo, document or album; the text under them is at most 1,024 UTF-16 units, and
// an album carries no choices.
func (b *bot) Send(ctx context.Context, out channels.Outbound) (channels.Receipt, error) {
	if err := ctx.Err(); err != nil {
		return channels.Receipt{}, &channels.Error{Kind: channels.Temporary, Reason: "out of time", Err: err}
	}
	params, refusal := address(out)
	if refusal == nil {
		refusal = fits(out)
	}
	if refusal != nil {
		return channels.Receipt{}, refusal
	}
	if len(out.Choices) > 0 {
		params["reply_markup"] = keyboard(out.Choices)
	}
	if len(out.Attachments) > 0 {
		return b.sendFiles(ctx, params, out)
	}
	params["text"] = out.Text
	params["link_preview_options"] = `{"is_disabled":true}` // a preview would open the link before the citizen does
	c := b.newCall(ctx)
	resp, err := c.api().MakeRequest("sendMessage", params)
	if err != nil {
		return channels.Receipt{}, c.failure(err, true)
	}
	return receipt(resp)
}

// address makes the parameters that say where a message goes.
func address(out channels.Outbound) (tgbotapi.Params, *channels.Error) {
	where := out.Thread
	if where == "" {
		where = out.To.Value
	}
	chat, topic, _ := strings.Cut(where, "/")
	if _, err := strconv.ParseInt(chat, 10, 64); err != nil || out.To.Kind != channels.TelegramID {
		return nil, channels.Errorf(channels.Rejected, "", "the address is no Telegram chat")
	}
	params := tgbotapi.Params{"chat_id": chat}
	params.AddNonEmpty("message_thread_id", topic)
	if to, id, ok := strings.Cut(out.ReplyTo, ":"); ok && to == chat {
		n, err := strconv.Atoi(id)
		if err != nil {
			return nil, channels.Errorf(channels.Rejected, "", "the message to answer is none of Telegram's")
		}
		params["reply_parameters"] = fmt.Sprintf(`{"message_id":%d,"allow_sending_without_reply":true}`, n)
	}
	return params, nil
}

// fits refuses what Telegram would cut or refuse.
func fits(out channels.Outbound) *channels.Error {
	limit, choices := maxText, maxChoices
	if len(out.Attachments) > 0 {
		limit = maxCaption
	}
	if len(out.Attachments) > 1 {
		choices = 0
	}
	switch n := channels.UTF16Len(out.Text); {
	case n > limit:
		return channels.Errorf(channels.Rejected, "", "the text has %d characters, at most %d fit", n, limit)
	case len(out.Attachments) == 0 && strings.TrimSpace(out.Text) == "":
		return channels.Errorf(channels.Rejected, "", "the text is empty")
	case len(out.Attachments) > maxAlbum:
		return channels.Errorf(channels.Rejected, "", "%d files, at most %d fit", len(out.Attachments), maxAlbum)
	case len(out.Choices) > choices:
		return channels.Errorf(channels.Rejected, "", "%d choices, at most %d fit", len(out.Choices), choices)
	}
	for _, c := range out.Choices {
		if c.ID == "" || len(c.ID) > maxChoice || c.Label == "" {
			return channels.Errorf(channels.Rejected, "", "a choice is empty or too long")
		}
	}
	for _, a := range out.Attachments {
		if a.Size > maxUpload {
			return channels.Errorf(channels.Rejected, "", "a file has %d bytes, at most %d fit", a.Size, maxUpload)
		}
	}
	return nil
}

// keyboard shows one choice a row: labels are sentences more often than words.
func keyboard(choices []channels.Choice) string {
	rows := make([][]map[string]string, len(choices))
	for i, c := range choices {
		rows[i] = []map[string]string{{"text": c.Label, "callback_data": c.ID}}
	}
	return rendered(map[string]any{"inline_keyboard": rows})
}

// rendered is JSON of maps, slices and strings, which cannot fail.
func rendered(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("telegram: rendering an argument: %v", err))
	}
	return string(data)
}

// sendFiles sends attachments, with the text under the first.
func (b *bot) sendFiles(ctx context.Context, params tgbotapi.Params, out channels.Outbound) (channels.Receipt, error) {
	method, photos := "sendPhoto", true
	for _, a := range out.Attachments {
		photos = photos && (a.Type == "image/jpeg" || a.Type == "image/png") && a.Size <= maxPhoto
	}
	kind := "photo"
	if !photos {
		method, kind = "sendDocument", "document"
	}
	album := len(out.Attachments) > 1
	if album {
		method = "sendMediaGroup"
	} else {
		params.AddNonEmpty("caption", out.Text)
	}
	var files []tgbotapi.RequestFile
	media := make([]map[string]string, len(out.Attachments))
	for i, a := range out.Attachments {
		r, err := a.Open()
		if err != nil {
			return channels.Receipt{}, &channels.Error{Kind: channels.Temporary, Reason: "a file cannot be opened", Err: err}
		}
		defer r.Close()
		field := kind
		if album {
			field = "file" + strconv.Itoa(i)
		}
		files = append(files, tgbotapi.RequestFile{Name: field, Data: uploadOf(a, r)})
		media[i] = map[string]string{"type": kind, "media": "attach://" + field}
	}
	if album {
		if out.Text != "" {
			media[0]["caption"] = out.Text
		}
		params["media"] = rendered(media)
	}
	c := b.newCall(ctx)
	resp, err := c.api().UploadFiles(method, params, files)
	if err != nil {
		return channels.Receipt{}, c.failure(err, true)
	}
	return receipt(resp)
}

// uploadOf hides the file's Close from the library, which forgets it after an error.
func uploadOf(a channels.Attachment, r io.Reader) tgbotapi.RequestFileData {
	name := a.Name
	if name == "" {
		name = "lampiran"
	}
	return tgbotapi.FileReader{Name: name, Reader: struct{ io.Reader }{r}}
}

// receipt names the message that Telegram made, the first one of an album.
func receipt(resp *tgbotapi.APIResponse) (channels.Receipt, error) {
	type sent struct {
		ID   int64 `json:"message_id"`
		Chat struct {
			ID int64 `json:"id"`
		} `json:"chat"`
	}
	album := make([]sent, 1)
	err := json.Unmarshal(resp.Result, &album[0])
	if err != nil {
		err = json.Unmarshal(resp.Result, &album)
	}
	if err != nil || len(album) == 0 || album[0].ID == 0 {
		return channels.Receipt{}, channels.Errorf(channels.UnknownSent, "", "Telegram took the message and did not name it")
	}
	return channels.Receipt{MessageID: update.MessageID(album[0].Chat.ID, album[0].ID), State: channels.Sent}, nil
}
