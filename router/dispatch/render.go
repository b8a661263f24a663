package dispatch

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"tanggap/channels"
	"tanggap/channels/sms"
	"tanggap/internal/language"
	"tanggap/tickets"
)

// texts fits a text to the account: one text for each platform message, in order, at least one. Joined
// they hold all of it. Parts of an SMS are numbered, since a phone may get them in any order.
func texts(text string, limit channels.Limit) []string {
	var parts []string
	switch {
	case limit.Max <= 0:
		parts = []string{text}
	case limit.Unit == channels.Segments:
		parts = numbered(text, limit.Max)
	default:
		parts = channels.Split(text, limit.Max, channels.Counter(limit.Unit))
	}
	if len(parts) == 0 {
		return []string{""}
	}
	return parts
}

func numbered(text string, segments int) []string {
	parts := sms.Split(text, segments)
	if len(parts) < 2 {
		return parts
	}
	text = sms.Fit(text)
	for total := len(parts); ; total = len(parts) {
		room := number(total, total)
		parts = channels.Split(text, segments, func(s string) int { return sms.Segments(room + s) })
		if len(strconv.Itoa(len(parts))) <= len(strconv.Itoa(total)) {
			break
		}
	}
	for i, p := range parts {
		parts[i] = number(i+1, len(parts)) + p
	}
	return parts
}

func number(n, of int) string { return fmt.Sprintf("(%d/%d) ", n, of) }

// refusal says why a parcel must not be sent at all, "" where it may. Answers to a command that
// the citizen has just sent go out even to an address that is stopped.
func (l *line) refusal(p *tickets.Parcel, now time.Time) (kind channels.ErrorKind, reason string) {
	switch {
	case l.caps.Mute:
		return channels.Unreachable, "this account cannot write to anyone"
	case l.o.Allow != nil && !l.o.Allow(p.Via.Address):
		return channels.Rejected, "pilot mode: the address is not on the list"
	case p.Barred == "stopped" && !answersCommand(p.Purpose):
		return channels.Unreachable, "the citizen has stopped messages to this address"
	case p.Barred != "" && p.Barred != "stopped":
		return channels.Unreachable, "this address cannot be reached"
	case l.caps.ReplyWindow > 0 && !p.LastInAt.IsZero() && now.After(p.LastInAt.Add(l.caps.ReplyWindow)):
		return channels.Rejected, "the time in which this platform lets us answer freely has passed"
	}
	if p.Text == "" && len(p.Files) == 0 {
		return channels.Rejected, "there is nothing to send"
	}
	for _, f := range p.Files {
		switch {
		case l.caps.Attachments == 0 || l.o.Open == nil:
			return channels.Rejected, "this channel carries no attachments"
		case f.State != "stored":
			return channels.Rejected, "an attachment is not stored"
		case f.Size > l.caps.Attachments:
			return channels.Rejected, "an attachment is larger than this channel carries"
		}
	}
	return "", ""
}

func answersCommand(purpose string) bool {
	switch purpose {
	case "status", "menu", "language":
		return true
	}
	return false
}

// tellingWords of a text tell its language.
const tellingWords = 200

// message is the platform message of a part, at every attempt the same. Choices and attachments go with the last part; choices
// are short cuts for words that the text tells, so a channel without them loses nothing.
func (l *line) message(ctx context.Context, p *tickets.Parcel, part *tickets.Part) (channels.Outbound, error) {
	out := channels.Outbound{
		Key: part.Key, To: channels.Address{Kind: channels.AddressKind(p.Via.Address.Kind), Value: p.Via.Address.Value},
		Thread: p.Via.Thread, Text: part.Text, Language: language.Detect(language.Tokens(part.Text, tellingWords), ""), Automatic: p.Automatic, Notice: p.Purpose == tickets.ToAgency,
		First: part.FirstAt.UTC().Truncate(time.Microsecond),
	}
	if l.caps.Subject {
		out.Subject = p.Subject
	}
	if l.caps.Threads && (part.N == 1 || l.caps.Subject) {
		out.ReplyTo = p.Via.ReplyTo
	}
	if l.caps.Threads && l.caps.Subject && p.TicketID != 0 {
		chain, err := l.store.Chain(ctx, p, part)
		if err != nil {
			return out, err
		}
		out.References = chain
	}
	if part.N < len(p.Parts) {
		return out, nil
	}
	if len(p.Choices) <= l.caps.Choices {
		for _, c := range p.Choices {
			out.Choices = append(out.Choices, channels.Choice{ID: c.ID, Label: c.Label})
		}
	}
	for _, f := range p.Files {
		out.Attachments = append(out.Attachments, channels.Attachment{
			Name: f.Name, Type: f.Type, Size: f.Size,
			Open: func() (io.ReadCloser, error) { return l.o.Open(ctx, f) },
		})
	}
	return out, nil
}
