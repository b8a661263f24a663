package update

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"tanggap/channels"
)

// content is what can be in a message.
type content struct {
	Photo     []file          `json:"photo"`
	LivePhoto *file           `json:"live_photo"` // the moving part; Telegram gives the still one as photo
	Document  *file           `json:"document"`
	Animation *file           `json:"animation"`
	Video     *file           `json:"video"`
	VideoNote *file           `json:"video_note"`
	Voice     *file           `json:"voice"`
	Audio     *file           `json:"audio"`
	PaidMedia *paid           `json:"paid_media"`
	Sticker   *sticker        `json:"sticker"`
	Contact   *contact        `json:"contact"`
	Dice      *dice           `json:"dice"`
	Poll      *poll           `json:"poll"`
	Checklist *checklist      `json:"checklist"`
	Game      *titled         `json:"game"`
	Story     *story          `json:"story"`
	Location  *location       `json:"location"`
	Venue     *venue          `json:"venue"`
	Rich      json.RawMessage `json:"rich_message"`
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

type paid struct {
	Media []struct {
		Photo     []file `json:"photo"`
		Video     *file  `json:"video"`
		LivePhoto *struct {
			file
			Photo []file `json:"photo"`
		} `json:"live_photo"`
	} `json:"paid_media"`
}

type sticker struct {
	Emoji string `json:"emoji"`
	Set   string `json:"set_name"`
}

type contact struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Phone     string `json:"phone_number"`
	UserID    int64  `json:"user_id"`
}

type dice struct {
	Emoji string `json:"emoji"`
	Value int64  `json:"value"`
}

type poll struct {
	Question string `json:"question"`
	Options  []struct {
		Text string `json:"text"`
	} `json:"options"`
}

type checklist struct {
	Title string `json:"title"`
	Tasks []struct {
		Text string `json:"text"`
		Done int64  `json:"completion_date"`
	} `json:"tasks"`
}

type titled struct {
	Title string `json:"title"`
}

type story struct {
	Chat chat `json:"chat"`
}

type location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Accuracy  float64 `json:"horizontal_accuracy"`
	Live      int64   `json:"live_period"`
}

type venue struct {
	Location location `json:"location"`
	Title    string   `json:"title"`
	Address  string   `json:"address"`
}

// words are the text, the caption, or what stands for either; described where they only say what was sent.
func (b Reader) words(m *message) (text string, described bool) {
	if said, marks := m.spoken(); said != "" {
		if text = channels.Clean(b.unnamed(said, marks)); text == "" {
			text = channels.Clean(said) // our name, and no more
		}
		return text, false
	}
	text, described = m.content.words()
	if described && m.own() != nil {
		return "", false
	}
	return text, described
}

func (c *content) words() (text string, described bool) {
	switch {
	case len(c.Rich) > 0:
		return richWords(c.Rich), false
	case c.Poll != nil:
		lines := []string{c.Poll.Question}
		for _, o := range c.Poll.Options {
			lines = append(lines, "- "+o.Text)
		}
		text = strings.Join(lines, "\n")
	case c.Checklist != nil:
		lines := []string{c.Checklist.Title}
		for _, o := range c.Checklist.Tasks {
			box := "☐ "
			if o.Done > 0 {
				box = "☑ "
			}
			lines = append(lines, box+o.Text)
		}
		text = strings.Join(lines, "\n")
	case c.Sticker != nil && c.Sticker.Emoji != "":
		text = c.Sticker.Emoji // it says what the emoji would
	default:
		text = channels.Clean(c.described())
		return text, text != ""
	}
	return channels.Clean(text), false
}

// described says what was sent where that is neither words nor a file that staff can open.
func (c *content) described() string {
	switch {
	case c.Contact != nil:
		return strings.TrimSpace(c.Contact.FirstName+" "+c.Contact.LastName) + "\n" + c.Contact.Phone
	case c.Sticker != nil:
		return strings.TrimSpace("[sticker] " + c.Sticker.Set)
	case c.Dice != nil:
		return c.Dice.Emoji + " " + strconv.FormatInt(c.Dice.Value, 10)
	case c.Game != nil:
		return "[game] " + c.Game.Title
	case c.Story != nil:
		return "[story] " + c.Story.Chat.Title + c.Story.Chat.First
	}
	return ""
}

// own is the sender's own phone number, which Telegram knows: it fills in whose a shared number is. What was
// forwarded, or came out of another bot, is anybody's
// (https://core.telegram.org/bots/api#contact).
func (m *message) own() []channels.Address {
	c := m.Contact
	if c == nil || m.From == nil || m.From.IsBot || m.From.ID == 0 || c.UserID != m.From.ID || m.SenderChat != nil || m.Origin != nil || m.ViaBot != nil {
		return nil
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, c.Phone)
	if len(digits) < 8 || len(digits) > 15 || digits[0] == '0' { // E.164, as Telegram writes it, with or without its plus
		return nil
	}
	return []channels.Address{{Kind: channels.Tel, Value: "+" + digits}}
}

func (c *content) point() *channels.Point {
	at, label := c.Location, ""
	if c.Venue != nil {
		at, label = &c.Venue.Location, strings.TrimSpace(c.Venue.Title+"\n"+c.Venue.Address)
	}
	if at == nil {
		at = richPlace(c.Rich)
	}
	if at == nil || math.Abs(at.Latitude) > 90 || math.Abs(at.Longitude) > 180 {
		return nil
	}
	return &channels.Point{
		Lat: at.Latitude, Lng: at.Longitude, Accuracy: max(at.Accuracy, 0), Label: channels.Clean(label),
	}
}

// files gathers references to files.
type files []channels.Media

func (l *files) add(f *file, otherwise string) {
	if f == nil || f.ID == "" {
		return
	}
	media := channels.Media{
		Ref: f.ID, Unique: f.Unique, Name: channels.Clean(f.Name), Type: channels.Clean(f.Type), Size: max(f.Size, 0),
	}
	if media.Type == "" {
		media.Type = otherwise
	}
	*l = append(*l, media)
}

// photo adds the largest of the sizes of one photo.
func (l *files) photo(sizes []file) {
	var largest *file
	for i, f := range sizes {
		if largest == nil || f.Width*f.Height > largest.Width*largest.Height {
			largest = &sizes[i]
		}
	}
	l.add(largest, "image/jpeg")
}

// media are references to the files of the message; of the sizes of a photo only the largest. A sticker is said in
// words: no complaint has its proof in one.
func (c *content) media() []channels.Media {
	var list files
	list.photo(c.Photo)
	list.add(c.LivePhoto, "video/mp4")
	if c.Animation != nil { // Telegram repeats it as a document
		list.add(c.Animation, "video/mp4")
	} else {
		list.add(c.Document, "application/octet-stream")
	}
	list.add(c.Video, "video/mp4")
	list.add(c.VideoNote, "video/mp4")
	list.add(c.Voice, "audio/ogg")
	list.add(c.Audio, "audio/mpeg")
	if c.PaidMedia != nil {
		for _, m := range c.PaidMedia.Media {
			list.photo(m.Photo)
			list.add(m.Video, "video/mp4")
			if m.LivePhoto != nil {
				list.photo(m.LivePhoto.Photo)
				list.add(&m.LivePhoto.file, "video/mp4")
			}
		}
	}
	richFiles(c.Rich, &list)
	return list
}
