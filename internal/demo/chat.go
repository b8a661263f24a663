package demo

import (
	"context"
	"fmt"

	"tanggap/internal/sim"
)

// bubble is one message as a device shows it.
type bubble struct {
	ID      string
	Ours    bool // the city's
	Subject string
	Text    string
	Quote   string // the beginning of what it answers
	Files   []picked
	Place   *place
	Buttons [][]key
	At      string // clock time
	Taken   bool   // a citizen's: tanggap has it

	Segments int    // of an SMS
	Encoding string // of the family playground.encoding
}

// picked is a file that a message shows.
type picked struct {
	Name, Path string
	Picture    bool
}

// key is a button under a message.
type key struct{ Label, Press string }

// chatView is the Telegram chat of a citizen.
type chatView struct {
	Bubbles []bubble
	Blocked bool
}

// draft is what a citizen is about to send on any device.
type draft struct {
	Text, Subject string
	Reply         string // the mail that a mail answers, "" for a new one
	Picture       []byte // JPEG or PNG
	Place         *place
}

// chatWrite sends what the draft holds, as people do: a picture with its caption, a place for itself.
func (d *Demo) chatWrite(_ context.Context, c citizen, w draft) error {
	if d.switches.isBlocked(c) {
		return errBlocked
	}
	var last int
	send := func(t sim.TelegramDraft) {
		t.From = c.telegram()
		last = d.telegram.Write(t)
		if d.switches.on("twice") {
			_ = d.telegram.Redeliver(c.Chat, last) // it is there: it was written a moment ago
		}
	}
	if w.Text != "" || w.Picture != nil {
		send(sim.TelegramDraft{Text: w.Text, Photo: w.Picture})
		d.note(c, written{Account: "bot", Event: fmt.Sprintf("%d:%d", c.Chat, last), Text: w.Text})
	}
	if w.Place != nil {
		send(sim.TelegramDraft{Location: &sim.TelegramLocation{Lat: w.Place.Lat, Lng: w.Place.Lng}})
		d.note(c, written{Account: "bot", Event: fmt.Sprintf("%d:%d", c.Chat, last), Text: w.Place.Name})
	}
	return nil
}

// press presses a button: "message id:data".
func (d *Demo) press(c citizen, pressed string) error {
	var id int
	data := ""
	if _, err := fmt.Sscanf(pressed, "%d:%s", &id, &data); err != nil {
		return errButton
	}
	return d.telegram.Press(c.telegram(), c.Chat, id, data)
}

func (d *Demo) chat(ctx context.Context, c citizen) chatView {
	v := chatView{Blocked: d.switches.isBlocked(c)}
	shown := map[int]string{}
	for _, m := range latest(d.telegram.Chat(c.Chat)) {
		shown[m.ID] = m.Text
		b := bubble{ID: fmt.Sprintf("chat-%d", m.ID), Ours: m.FromBot, Text: m.Text, At: d.clock(m.At), Quote: short(shown[m.ReplyTo], 60)}
		for _, f := range m.Files {
			b.Files = append(b.Files, picked{Name: f.Name, Path: "/playground/file/" + f.ID, Picture: isPicture(f.Type)})
		}
		if m.Location != nil {
			b.Place = &place{Lat: m.Location.Lat, Lng: m.Location.Lng, Name: nameOf(m.Location.Lat, m.Location.Lng)}
		}
		for _, row := range m.Buttons {
			var keys []key
			for _, k := range row {
				keys = append(keys, key{k.Text, fmt.Sprintf("%d:%s", m.ID, k.Data)})
			}
			b.Buttons = append(b.Buttons, keys)
		}
		if !m.FromBot {
			b.Taken = d.taken(ctx, "bot", fmt.Sprintf("%d:%d", c.Chat, m.ID))
		}
		v.Bubbles = append(v.Bubbles, b)
	}
	return v
}

// mostShown is how many messages a device keeps on its screen.
const mostShown = 40

func latest[T any](all []T) []T { return all[max(0, len(all)-mostShown):] }

// short is the beginning of a text, in one line.
func short(text string, most int) string {
	r := []rune(text)
	for i, c := range r {
		if c == '\n' || c == '\r' {
			r[i] = ' '
		}
	}
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most-1]) + "…"
}
