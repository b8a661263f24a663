package email

import (
	"slices"

	"tanggap/channels"
	"tanggap/channels/email/letter"
)

// bounced is what the returned mail says about a message of ours; nil where it names none that we made,
// for anybody can write a bounce.
func (a *Adapter) bounced(b *letter.Bounce, in channels.Inbound) *channels.Report {
	if !b.Failed {
		return nil
	}
	for _, id := range b.IDs {
		key, genuine, _ := a.ours(id)
		if !genuine {
			continue
		}
		r := &channels.Report{
			Account: a.name, EventID: in.EventID, MessageID: a.messageID(key), Key: key,
			State: channels.Failed, Kind: channels.Temporary, Code: b.Status,
			Reason: "the mail came back, the mailbox may take another one", At: in.SentAt,
		}
		if b.Hard {
			r.Kind, r.Reason = channels.Unreachable, "the mail came back, there is no such mailbox"
		}
		if b.Words != "" {
			r.Reason += ": " + b.Words
		}
		return r
	}
	return nil
}

// sign is by which the mail is known to be no person's, "" where one may have written it. What comes from a mailbox
// of ours, or went through one, is never a citizen's: two of them would write to each other for ever.
func (a *Adapter) sign(l *letter.Letter) channels.Sign {
	if _, own, _ := a.ours(l.MessageID); own {
		return channels.SignOurs
	}
	for _, address := range append(slices.Clip(a.config.Siblings), a.config.Address) {
		if l.From == address || l.Has("X-Loop", address) {
			return channels.SignOurs
		}
	}
	return l.Robot
}
