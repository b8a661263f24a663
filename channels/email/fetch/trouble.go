package fetch

import (
	"fmt"

	"tanggap/channels"
	"tanggap/channels/email/wire"
)

// A mail is asked for until these weigh enough for one that the server cannot give: five times where nothing of it
// came, twenty where the line broke within it. Between them are the waits of Poll.
const (
	enough     = 20
	nothing    = 4
	brokeInMid = 1
)

// trouble is a mail that does not come.
type trouble struct {
	uid      uint32
	weight   int
	headless bool // its header does not come either
}

// bring fetches a mail. One that the server cannot give must not keep the others waiting for ever: it is set
// aside with its header, or without where other mail does come; next is such a one, 0 for none.
func (r *run) bring(s *wire.Mailbox, bad *trouble, uid, next uint32) (m wire.Mail, found bool, err error) {
	if bad.uid != uid {
		*bad = trouble{uid: uid}
	}
	if bad.weight < enough {
		m, found, err = s.Fetch(uid, r.MaxMessage)
		switch {
		case err == nil:
		case found:
			bad.weight += brokeInMid
		default:
			bad.weight += nothing
		}
		return m, found, err
	}
	if !bad.headless {
		head, found, err := s.Head(uid)
		bad.headless = err != nil
		if err != nil || !found {
			return head, found, err
		}
		return r.lastTry(s, head)
	}
	if next == 0 {
		*bad = trouble{uid: uid} // it may be the server: nobody is kept waiting
		return m, false, channels.Errorf(channels.Temporary, "fetch", "the mail server does not give a mail")
	}
	if _, _, err := s.Head(next); err != nil {
		bad.headless = false // it is the server
		return m, false, err
	}
	return r.lastTry(s, wire.Mail{UID: uid})
}

// lastTry asks for a mail again now that the server was seen to give something: it may have been ill until now.
// What is set aside where the mail does not come is instead.
func (r *run) lastTry(s *wire.Mailbox, instead wire.Mail) (wire.Mail, bool, error) {
	if m, found, err := s.Fetch(instead.UID, r.MaxMessage); err == nil {
		return m, found, nil
	}
	r.Log.Warn("a mail that the server does not give is set aside", "uid", instead.UID, "header", len(instead.Raw) > 0)
	return instead, true, nil
}

// inbound is for mails that came, as far as they did.
func (r *run) inbound(m wire.Mail, validity uint32) []channels.Inbound {
	if len(m.Raw) > 0 || !m.Arrived.IsZero() {
		return r.read(m)
	}
	return []channels.Inbound{{
		Account: r.Account, Kind: channels.Unknown, EventID: fmt.Sprintf("mail-kept-back:%d:%d", validity, m.UID),
		RawType: "text/plain; charset=utf-8",
		Raw:     fmt.Appendf(nil, "The mail server does not give the mail with UID %d of this mailbox. Look at it there.\n", m.UID),
	}}
}
