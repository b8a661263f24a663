package fetch

import (
	"errors"
	"fmt"
	"time"

	"tanggap/channels/email/wire"
)

// clockSkew is how far our clock and the mailbox's may be apart, and longWay how long a mail may be on its way.
const (
	clockSkew = 24 * time.Hour
	longWay   = 7 * 24 * time.Hour
)

// position is how far the mailbox has been read. Its text is the account's cursor.
type position struct {
	validity uint32
	uid      uint32 // the last that is done
	// base is the last UID that was there when this numbering was first seen, and since when the account
	// was first started: what is up to base and from before since is from before our time.
	base    uint32
	since   time.Time
	arrived time.Time // when the newest arrived that is done; zero for none
}

// String is "UIDVALIDITY:UID:base:since:arrived", padded so that later ones compare greater.
func (p position) String() string {
	return fmt.Sprintf("%010d:%010d:%010d:%010d:%010d", p.validity, p.uid, p.base, p.since.Unix(), max(0, p.arrived.Unix()))
}

// parsePosition also reads what has no arrived, as it was written once.
func parsePosition(s string) (position, error) {
	var p position
	var since, arrived int64
	if n, err := fmt.Sscanf(s, "%d:%d:%d:%d:%d", &p.validity, &p.uid, &p.base, &since, &arrived); err != nil && n < 4 {
		return position{}, errors.New("reading the cursor: it is not one of a mailbox")
	}
	p.since = time.Unix(since, 0).UTC()
	if arrived > 0 {
		p.arrived = time.Unix(arrived, 0).UTC()
	}
	return p, nil
}

// done moves p on to m.
func (p *position) done(m wire.Mail) {
	if p.uid = m.UID; m.Arrived.After(p.arrived) {
		p.arrived = m.Arrived
	}
}

// age says whether m, which its author wrote at written (zero for unknown), is from before our time: then nobody is
// answered. Where it is so beyond doubt it is left to the people who are asked about the past. A mailbox that was
// restored may have all its mails arrive today: only their authors' dates tell then.
func (p position) age(m wire.Mail, written time.Time) (past, left bool) {
	if m.UID > p.base {
		return false, false
	}
	if written.IsZero() {
		written = m.Arrived
	}
	past = m.Arrived.Before(p.since) || written.Before(p.since.Add(-clockSkew))
	left = m.Arrived.Before(p.since.Add(-clockSkew)) || written.Before(p.since.Add(-longWay))
	return past, left
}
