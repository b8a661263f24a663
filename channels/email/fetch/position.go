package fetch

import (
	"errors"
	"fmt"
	"time"

	"tanggap/channels/email/wire"
)

// clockSkew is how far our clock and the mailbox's may be apart.
const clockSkew = 24 * time.Hour

// position is how far the mailbox has been read. Its text is the account's cursor.
type position struct {
	validity uint32
	uid      uint32 // the last that is done
	// base is the last UID that was there when this numbering was first seen, and since when the account
	// was first started: what is up to base and arrived before since is from before our time.
	base  uint32
	since time.Time
}

// String is "UIDVALIDITY:UID:base:since", padded so that later ones compare greater.
func (p position) String() string {
	return fmt.Sprintf("%010d:%010d:%010d:%010d", p.validity, p.uid, p.base, p.since.Unix())
}

func parsePosition(s string) (position, error) {
	var p position
	var since int64
	if _, err := fmt.Sscanf(s, "%d:%d:%d:%d", &p.validity, &p.uid, &p.base, &since); err != nil {
		return position{}, errors.New("reading the cursor: it is not one of a mailbox")
	}
	p.since = time.Unix(since, 0).UTC()
	return p, nil
}

// past reports whether m lay in the mailbox before our time.
func (p position) past(m wire.Mail, skew time.Duration) bool {
	return m.UID <= p.base && m.Arrived.Before(p.since.Add(-skew))
}
