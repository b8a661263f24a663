package update

import (
	"math"
	"strconv"
	"strings"

	"tanggap/channels"
)

// message has what we read of a Message.
type message struct {
	ID           *int64    `json:"message_id"`
	Topic        int64     `json:"message_thread_id"`
	InTopic      bool      `json:"is_topic_message"`
	From         *user     `json:"from"`
	SenderChat   *chat     `json:"sender_chat"`
	Chat         chat      `json:"chat"`
	Date         int64     `json:"date"`
	EditDate     int64     `json:"edit_date"`
	AutoForward  bool      `json:"is_automatic_forward"`
	ReplyTo      *message  `json:"reply_to_message"`
	MediaGroupID string    `json:"media_group_id"`
	Text         string    `json:"text"`
	Caption      string    `json:"caption"`
	Photo        []file    `json:"photo"`
	Document     *file     `json:"document"`
	Animation    *file     `json:"animation"`
	Video        *file     `json:"video"`
	VideoNote    *file     `json:"video_note"`
	Voice        *file     `json:"voice"`
	Audio        *file     `json:"audio"`
	Sticker      *sticker  `json:"sticker"`
	Contact      *contact  `json:"contact"`
	Location     *location `json:"location"`
	Venue        *venue    `json:"venue"`
}

// file has what PhotoSize, Document, Video, Voice … share.
type file struct {
	ID     string `json:"file_id"`
	Unique string `json:"file_unique_id"`
	Name   string `json:"file_name"`
	Type   string `json:"mime_type"`
	Size   int64  `json:"file_size"`
	Width  int64  `json:"width"`
	Height int64  `json:"height"`
}

type sticker struct {
	file
	Emoji    string `json:"emoji"`
	Animated bool   `json:"is_animated"`
	Video    bool   `json:"is_video"`
}

type contact struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Phone     string `json:"phone_number"`
}

type location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Accuracy  float64 `json:"horizontal_accuracy"`
}

type venue struct {
	Location location `json:"location"`
	Title    string   `json:"title"`
	Address  string   `json:"address"`
}

// inbound is a message or its new version; of kind Unknown where nothing in it can be shown.
func (m *message) inbound(raw []byte) channels.Inbound {
	if m.Chat.missing() || m.ID == nil {
		return unknown(raw)
	}
	in := channels.Inbound{
		Kind:      channels.Message,
		MessageID: MessageID(m.Chat.ID, *m.ID),
		Album:     m.MediaGroupID,
		Text:      m.words(),
		Point:     m.point(),
		Media:     m.media(),
		SentAt:    date(m.Date),
	}
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
	switch {
	case in.From.Value == "" || in.Text == "" && in.Point == nil && len(in.Media) == 0:
		in.Kind = channels.Unknown
	case m.AutoForward || m.SenderChat == nil && m.From != nil && m.From.IsBot:
		in.Kind = channels.Robot
	}
	return in
}

// sender: an anonymous administrator or a channel writes under the id of its chat, as Telegram lends
// all of them the same user.
func (m *message) sender(in *channels.Inbound) {
	sender(in, m.From)
	if m.SenderChat != nil && m.SenderChat.ID != 0 {
		in.From = channels.Address{Kind: channels.TelegramID, Value: strconv.FormatInt(m.SenderChat.ID, 10)}
	} else if m.From == nil && m.Chat.Type == "private" {
		in.From = channels.Address{Kind: channels.TelegramID, Value: strconv.FormatInt(m.Chat.ID, 10)}
	}
}

// place says which conversation an answer belongs into.
func (m *message) place(in *channels.Inbound) {
	in.Group = m.Chat.Type != "private" && m.Chat.Type != ""
	if in.Group {
		in.Thread = strconv.FormatInt(m.Chat.ID, 10)
	}
	if m.InTopic && m.Topic != 0 {
		in.Thread = strconv.FormatInt(m.Chat.ID, 10) + "/" + strconv.FormatInt(m.Topic, 10)
	}
}

// words are the text, the caption, or what stands for either.
func (m *message) words() string {
	switch {
	case m.Text != "":
		return channels.Clean(m.Text)
	case m.Caption != "":
		return channels.Clean(m.Caption)
	case m.Contact != nil:
		name := strings.TrimSpace(m.Contact.FirstName + " " + m.Contact.LastName)
		return channels.Clean(name + "\n" + m.Contact.Phone)
	case m.Sticker != nil:
		return channels.Clean(m.Sticker.Emoji)
	}
	return ""
}

func (m *message) point() *channels.Point {
	at, label := m.Location, ""
	if m.Venue != nil {
		at, label = &m.Venue.Location, strings.TrimSpace(m.Venue.Title+"\n"+m.Venue.Address)
	}
	if at == nil || math.Abs(at.Latitude) > 90 || math.Abs(at.Longitude) > 180 {
		return nil
	}
	return &channels.Point{
		Lat: at.Latitude, Lng: at.Longitude, Accuracy: max(at.Accuracy, 0), Label: channels.Clean(label),
	}
}

// media are references to the files of the message; of the sizes of a photo only the largest.
func (m *message) media() []channels.Media {
	var list []channels.Media
	add := func(f *file, otherwise string) {
		if f == nil || f.ID == "" {
			return
		}
		media := channels.Media{
			Ref: f.ID, Unique: f.Unique, Name: channels.Clean(f.Name), Type: channels.Clean(f.Type), Size: max(f.Size, 0),
		}
		if media.Type == "" {
			media.Type = otherwise
		}
		list = append(list, media)
	}
	var largest *file
	for i, f := range m.Photo {
		if largest == nil || f.Width*f.Height > largest.Width*largest.Height {
			largest = &m.Photo[i]
		}
	}
	add(largest, "image/jpeg")
	if m.Animation != nil { // Telegram repeats it as a document
		add(m.Animation, "video/mp4")
	} else {
		add(m.Document, "application/octet-stream")
	}
	add(m.Video, "video/mp4")
	add(m.VideoNote, "video/mp4")
	add(m.Voice, "audio/ogg")
	add(m.Audio, "audio/mpeg")
	if s := m.Sticker; s != nil {
		kind := "image/webp"
		if s.Animated {
			kind = "application/x-tgsticker"
		} else if s.Video {
			kind = "video/webm"
		}
		add(&s.file, kind)
	}
	return list
}
