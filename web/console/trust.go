package console

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"tanggap/tickets/edits"
	"tanggap/tickets/quality"
)

// trusted is how sure the router must be, as it is in force.
type trusted struct {
	Confidence int // percent
	Accuracy   int // of 100, 0 where nobody said
	By         string
	At         time.Time
	Seen       int64
	Sets       bool // the person may set it
}

// The family "trust": why an accuracy is not saved.
var trustFaults = []string{"few", "stale"}

// mostWanted is the greatest accuracy that can be saved, of 100: of nothing more can be said how sure it takes.
const mostWanted = 99

func (c *console) trusted(v *visit) (trusted, error) {
	t, err := c.Rules.Trust(v.r.Context())
	return trusted{above(t.Threshold), percent(t.Accuracy), t.By, t.At, t.Seen, v.leads()}, err
}

// above is a confidence in percent, rounded up.
func above(share float64) int { return int(math.Ceil(100*share - 1e-6)) }

// saveWanted makes the router leave to a person what it is not sure enough of for the accuracy that is wanted,
// by what was right in the days that the page shows; or returns to the pack.
func (c *console) saveWanted(v *visit) {
	seen, _ := strconv.ParseInt(v.r.PostFormValue("seen"), 10, 64)
	days, all, err := c.judgedIn(v, v.r.PostFormValue("days"))
	if c.failed(v, err) {
		return
	}
	accuracy, confidence := 0.0, 0.0
	if v.r.PostFormValue("back") == "" {
		wanted, _ := strconv.Atoi(v.r.PostFormValue("wanted"))
		accuracy = float64(wanted) / 100
		t := quality.Wanted(all, accuracy)
		if confidence = t.Confidence; !t.Found || confidence <= 0 || confidence >= 1 || wanted < 50 || wanted > mostWanted {
			c.writeQuality(v, http.StatusUnprocessableEntity, days, all, wanted, "few")
			return
		}
	}
	switch err := c.Rules.SetTrust(v.r.Context(), v.who.Login, seen, accuracy, confidence); {
	case errors.Is(err, edits.ErrStale):
		c.writeQuality(v, http.StatusConflict, days, all, int(100*accuracy+0.5), "stale")
	case err != nil:
		c.UI.Unexpected(v.w, v.r, err)
	default:
		c.UI.Redirect(v.w, v.r, "/console/quality?days="+strconv.Itoa(days), "trust_saved")
	}
}
