package config

import (
	"fmt"
	"time"
)

// PastMail is what to do with what lay in a mailbox before the account's first start: "none" of it is taken, "all", or
// what came since a day (2026-01-31, UTC). Not Given, people are asked.
type PastMail struct {
	Given, Import bool
	From          time.Time
}

// UnmarshalText reads none, all or a day; "" is not given.
func (p *PastMail) UnmarshalText(text []byte) error {
	*p = PastMail{Given: len(text) > 0}
	switch s := string(text); s {
	case "", "none":
	case "all":
		p.Import = true
	default:
		day, err := time.Parse(time.DateOnly, s)
		if err != nil {
			return fmt.Errorf("%q is none of none, all and a day such as 2026-01-31", s)
		}
		p.Import, p.From = true, day
	}
	return nil
}
