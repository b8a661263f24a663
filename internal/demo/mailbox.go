package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tanggap/internal/sim"
)

// mailView is the mailbox of a citizen.
type mailView struct {
	Address string
	Letters []bubble // the newest first, as mailboxes show them
	Threads []thread // that can be answered
}

// thread is a conversation, named by the last mail that came.
type thread struct{ ID, Subject string }

// sentMail is a mail of a citizen, which no mailbox of ours shows.
type sentMail struct {
	id, from, subject, text string
	files                   []picked
	at                      time.Time
}

// drawer keeps what citizens have sent by mail. It is safe for concurrent use.
type drawer struct {
	mu   sync.Mutex
	sent []sentMail
}

const mostSent = 300

func (k *drawer) add(m sentMail) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.sent = append(k.sent, m)
	k.sent = k.sent[max(0, len(k.sent)-mostSent):]
}

func (k *drawer) of(from string) []sentMail {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(k.sent), func(m sentMail) bool { return m.from != from })
}

// mailWrite sends a new mail, or an answer to one that came.
func (d *Demo) mailWrite(_ context.Context, c citizen, w draft) error {
	m := sim.MailLetter{From: c.Mail, Name: c.Name, Subject: w.Subject, Text: w.Text}
	for _, got := range d.mail.Mailbox(c.Mail) {
		if w.Reply != "" && got.MessageID == w.Reply {
			m.ReplyTo, m.References = got.MessageID, append(slices.Clone(got.References), got.MessageID)
			m.Subject = "Re: " + strings.TrimPrefix(got.Subject, "Re: ")
		}
	}
	var files []picked
	if w.Picture != nil {
		m.Files = []sim.MailFile{{Name: "foto.jpg", Type: typeOf(w.Picture), Data: w.Picture}}
		files = []picked{{Name: "foto.jpg"}}
	}
	id, err := d.mail.Write(m)
	if err != nil {
		return err
	}
	if d.switches.on("twice") {
		if err := d.mail.Redeliver(id); err != nil {
			return err
		}
	}
	d.drawer.add(sentMail{id: id, from: c.Mail, subject: m.Subject, text: m.Text, files: files, at: time.Now()})
	d.note(c, written{Account: "mail", Event: id, Text: w.Text})
	return nil
}

func (d *Demo) mailbox(c citizen) mailView {
	v := mailView{Address: c.Mail}
	type dated struct {
		bubble
		at time.Time
	}
	var all []dated
	for _, m := range d.drawer.of(c.Mail) {
		b := bubble{ID: "mail-" + m.id, Subject: m.subject, Text: m.text, At: d.clock(m.at), Files: m.files}
		all = append(all, dated{b, m.at})
	}
	for _, m := range d.mail.Mailbox(c.Mail) {
		b := bubble{ID: "mail-" + m.MessageID, Ours: true, Subject: m.Subject, Text: m.Text, At: d.clock(m.At)}
		for i, f := range m.Files {
			b.Files = append(b.Files, picked{Name: f.Name, Path: fmt.Sprintf("/playground/mail/%s/%d", m.MessageID, i), Picture: isPicture(f.Type)})
		}
		all = append(all, dated{b, m.At})
		plain := strings.TrimPrefix(m.Subject, "Re: ")
		v.Threads = slices.DeleteFunc(v.Threads, func(t thread) bool { return t.Subject == plain })
		v.Threads = append(v.Threads, thread{ID: m.MessageID, Subject: plain})
	}
	slices.SortStableFunc(all, func(a, b dated) int { return b.at.Compare(a.at) })
	for _, m := range all[:min(len(all), mostShown)] {
		v.Letters = append(v.Letters, m.bubble)
	}
	slices.Reverse(v.Threads)
	return v
}
