package email

import (
	"bytes"
	"context"
	"io"
	"time"

	"tanggap/channels"
	"tanggap/channels/email/letter"
	"tanggap/channels/email/trust"
	"tanggap/channels/email/wire"
)

// inbound makes of a mail what the Inbox takes: always something.
func (a *Adapter) inbound(m wire.Mail) channels.Inbound {
	l, err := letter.Read(m.Raw)
	in := channels.Inbound{
		Account:   a.name,
		Kind:      channels.Message,
		EventID:   "mail:" + l.Digest[:40],
		MessageID: l.MessageID,
		Name:      l.Name,
		Subject:   l.Subject,
		Text:      l.Text,
		Quoted:    l.Quoted,
		SentAt:    sentAt(l.Date, m.Arrived),
		Raw:       m.Raw,
		RawType:   "message/rfc822",
	}
	in.ReplyTo, in.Claims = a.thread(l.Answers)
	if l.From != "" {
		in.From = channels.Address{Kind: channels.Mail, Value: trust.Address(l.From)}
	}
	if in.MessageID == "" {
		in.MessageID = in.EventID
	}
	for _, part := range l.Attached {
		in.Media = append(in.Media, channels.Media{
			Ref: part.Ref, Name: part.Name, Type: part.Type, Size: int64(len(part.Data)), // in Raw: twice would be too much of a large one
		})
	}
	sign := a.sign(l)
	switch {
	case l.Bounce != nil:
		in.Kind = channels.Bounce
		in.Bounced = a.bounced(l.Bounce, in)
	case err != nil || m.Truncated:
		in.Kind = channels.Unknown
	case sign != "":
		in.Kind, in.Sign = channels.Robot, sign
		a.judged(&in) // staff may say that a person wrote it
	default:
		a.judged(&in)
	}
	return in
}

// judged notes whether in's author wrote it, as far as that is known.
func (a *Adapter) judged(in *channels.Inbound) {
	found := a.judge.Of(context.Background(), in.Raw, in.From.Value) // which waits no longer than it says
	in.Unverified, in.Unproven = found.Verdict == trust.Failed, found.Verdict == trust.Silent
	if found.Posing {
		in.Name = ""
	}
}

// sentAt trusts the author's clock unless it is ahead of the mailbox's.
func sentAt(date, arrived time.Time) time.Time {
	if date.IsZero() || !arrived.IsZero() && date.After(arrived.Add(24*time.Hour)) {
		return arrived
	}
	return date
}

// Extract opens the attachment that ref names in raw.
func (a *Adapter) Extract(raw []byte, ref string) (io.ReadCloser, error) {
	part, ok := letter.Part(raw, ref)
	if !ok {
		return nil, channels.Errorf(channels.Rejected, "mime", "the mail has no such attachment")
	}
	return io.NopCloser(bytes.NewReader(part.Data)), nil
}
