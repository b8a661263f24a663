package console

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tanggap/tickets"
	"tanggap/tickets/breaker"
)

// heldRow is what one storm of automatic answers held back.
type heldRow struct {
	ID      string // names it in forms, and no address
	Account string
	Scope   string // of the family "held"
	Whom    string // whose it is, hidden where it is a citizen's
	Since   time.Time
	LastAt  time.Time
	Count   int
}

var sampleHeld = heldRow{"x", "x", "address", "x", time.Unix(1, 0), time.Unix(1, 0), 1}

// heldScopes are the family "held".
var heldScopes = []string{string(breaker.Address), string(breaker.Domain), string(breaker.Account)}

func newHeld(s *breaker.Storm) heldRow {
	r := heldRow{ID: stormID(s), Account: s.Account, Scope: string(s.Scope), Since: s.Since, LastAt: s.LastAt, Count: s.Held}
	switch s.Scope {
	case breaker.Domain:
		r.Whom = s.Whom
	case breaker.Address:
		r.Whom = veiled(s.Whom)
	}
	return r
}

// veiled is a mail address by which a colleague can tell two of them apart, and write to nobody.
func veiled(address string) string {
	_, domain, mail := strings.Cut(address, "@")
	first, _ := utf8.DecodeRuneInString(address)
	if !mail || first == utf8.RuneError {
		return "…"
	}
	return string(first) + "…@" + domain
}

func stormID(s *breaker.Storm) string {
	sum := sha256.Sum256([]byte(s.Name))
	return hex.EncodeToString(sum[:8])
}

// held sends what a storm held back, or gives it up.
func (c *console) held(v *visit) {
	storms, err := c.Breaker.Storms(v.r.Context())
	if c.failed(v, err) {
		return
	}
	at := slices.IndexFunc(storms, func(s breaker.Storm) bool { return stormID(&s) == v.r.PathValue("storm") })
	if at < 0 {
		c.UI.Redirect(v.w, v.r, "/console/accounts", "held_gone")
		return
	}
	act, flash := c.Breaker.Drop, "held_dropped"
	switch v.r.PostFormValue("do") {
	case "send":
		act, flash = c.Breaker.Release, "held_sent"
	case "drop":
	default:
		c.UI.Fail(v.w, v.r, http.StatusBadRequest)
		return
	}
	switch err := act(v.r.Context(), v.who.Login, storms[at].Name); {
	case errors.Is(err, tickets.ErrNotFound):
		flash = "held_gone"
	case err != nil:
		c.UI.Unexpected(v.w, v.r, err)
		return
	}
	c.UI.Redirect(v.w, v.r, "/console/accounts", flash)
}
