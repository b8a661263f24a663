package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tanggap/channels/sms"
	"tanggap/internal/sim"
)

// phone is what a citizen holds in the hand for one channel.
type phone interface {
	Name() string // the account's
	Title() (title, hint string)
	Write(context.Context, letter) error
	Lines() []line
}

type letter struct{ Text, Subject, Press string }

type line struct {
	Ours    bool // from tanggap
	Subject string
	Text    string
	Note    string // time, segments
	Choices []choice
	at      time.Time
}

type choice struct{ Label, Press string }

const (
	citizenPhone  = "+6281234567890"
	citizenMobile = "+6285711112222"
	citizenMail   = "siti@warga.test"
)

type telegramPhone struct{ sim *sim.Telegram }

func (*telegramPhone) user() sim.TelegramUser {
	return sim.TelegramUser{ID: 7001, Name: "Siti", Language: "id"}
}

func (*telegramPhone) Name() string { return "bot" }

func (*telegramPhone) Title() (string, string) { return "Telegram", "Siti, obrolan dengan bot" }

// Write writes, or presses a button: "message id:data".
func (p *telegramPhone) Write(_ context.Context, l letter) error {
	if l.Press == "" {
		p.sim.Write(sim.TelegramDraft{From: p.user(), Text: l.Text})
		return nil
	}
	var id int
	data := ""
	if _, err := fmt.Sscanf(l.Press, "%d:%s", &id, &data); err != nil {
		return fmt.Errorf("no such button")
	}
	return p.sim.Press(p.user(), p.user().ID, id, data)
}

func (p *telegramPhone) Lines() []line {
	var lines []line
	for _, m := range p.sim.Chat(p.user().ID) {
		l := line{Ours: m.FromBot, Text: m.Text, Note: m.At.Format("15:04:05")}
		for _, row := range m.Buttons {
			for _, b := range row {
				l.Choices = append(l.Choices, choice{b.Text, fmt.Sprintf("%d:%s", m.ID, b.Data)})
			}
		}
		lines = append(lines, l)
	}
	return lines
}

type twilioPhone struct{ sim *sim.Twilio }

func (*twilioPhone) Name() string { return "sms" }

func (*twilioPhone) Title() (string, string) {
	return "SMS (Twilio)", "telepon " + citizenMobile + " ke " + twilioNumber
}

func (p *twilioPhone) Write(ctx context.Context, l letter) error {
	_, err := p.sim.Write(ctx, citizenMobile, l.Text)
	return err
}

func (p *twilioPhone) Lines() []line {
	var lines []line
	for _, m := range p.sim.Messages() {
		note := m.At.Format("15:04:05")
		if !m.Inbound {
			note += " · " + segments(m.Body) + " · " + m.Status
		}
		lines = append(lines, line{Ours: !m.Inbound, Text: m.Body, Note: note})
	}
	return lines
}

func segments(text string) string {
	n, encoding := sms.Count(text)
	return fmt.Sprintf("%d SMS (%v)", n, encoding)
}

type gatewayPhone struct{ sim *sim.Gateway }

func (*gatewayPhone) Name() string { return "smsc" }

func (*gatewayPhone) Title() (string, string) {
	return "SMS (gateway kota)", "telepon " + citizenPhone + " ke " + shortCode
}

func (p *gatewayPhone) Write(ctx context.Context, l letter) error {
	_, err := p.sim.Write(ctx, citizenPhone, l.Text)
	return err
}

func (p *gatewayPhone) Lines() []line {
	var lines []line
	for _, m := range p.sim.Messages() {
		note := m.At.Format("15:04:05")
		if !m.Inbound {
			note += " · " + segments(m.Text)
		}
		lines = append(lines, line{Ours: !m.Inbound, Text: m.Text, Note: note})
	}
	return lines
}

type mailPhone struct {
	sim *sim.Mail

	mu   sync.Mutex
	mine []line // the citizen's own, which no mailbox of ours shows
}

func (*mailPhone) Name() string { return "mail" }

func (*mailPhone) Title() (string, string) { return "E-mail", citizenMail + " ke " + mailbox }

// Write answers the last mail where no subject is given.
func (p *mailPhone) Write(_ context.Context, l letter) error {
	m := sim.MailLetter{From: citizenMail, Name: "Siti Aminah", Subject: l.Subject, Text: l.Text}
	if got := p.sim.Mailbox(citizenMail); l.Subject == "" && len(got) > 0 {
		last := got[len(got)-1]
		m.ReplyTo, m.References = last.MessageID, append(last.References, last.MessageID)
		m.Subject = "Re: " + strings.TrimPrefix(last.Subject, "Re: ")
	}
	if _, err := p.sim.Write(m); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.mine = append(p.mine, line{Subject: m.Subject, Text: m.Text, Note: now.Format("15:04:05"), at: now})
	p.mine = p.mine[max(0, len(p.mine)-200):]
	return nil
}

func (p *mailPhone) Lines() []line {
	p.mu.Lock()
	lines := slices.Clone(p.mine)
	p.mu.Unlock()
	for _, m := range p.sim.Mailbox(citizenMail) {
		lines = append(lines, line{Ours: true, Subject: m.Subject, Text: m.Text, Note: m.At.Format("15:04:05"), at: m.At})
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	return lines
}
