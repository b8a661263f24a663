package email

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"tanggap/channels"
	"tanggap/channels/email/letter"
	"tanggap/channels/email/wire"
)

// copied makes of a mail in the Sent folder what the Inbox takes: one message for each whom it went to, for which of
// them has a ticket is not known here. What we sent ourselves, and what no person wrote, is none.
func (a *Adapter) copied(m wire.Mail) []channels.Inbound {
	l, err := letter.Read(m.Raw)
	_, own, _ := a.ours(l.MessageID)
	if err != nil || own || l.Bounce != nil || l.Robot != "" || l.Has("X-Loop", a.config.Address) {
		return nil
	}
	// A program and its server may each keep a copy, with other bytes. Nobody else writes here, so the name tells.
	name := l.Digest
	if l.MessageID != "" {
		sum := sha256.Sum256([]byte(l.MessageID))
		name = hex.EncodeToString(sum[:])
	}
	var all []channels.Inbound
	for i, to := range l.Recipients() {
		if to == a.config.Address {
			continue
		}
		in := a.inbound(m)
		in.Kind, in.EventID = channels.Copied, fmt.Sprintf("sent:%s:%d", name[:40], i)
		in.From, in.Name, in.Unverified = channels.Address{Kind: channels.Mail, Value: to}, "", false
		if in.MessageID = l.MessageID; in.MessageID == "" {
			in.MessageID = in.EventID
		}
		all = append(all, in)
	}
	return all
}
