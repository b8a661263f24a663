package console

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tanggap/channels"
	"tanggap/tickets"
	"tanggap/tickets/staff"
)

const (
	// perAside is how many rows a page of the quarantine shows.
	perAside = 30
	// mostRaw is how much of a row's bytes is shown.
	mostRaw = 64 << 10
)

type quarantinePage struct {
	Robots bool // those that are for nobody, not those that nobody understood
	Rows   []asideRow
	Next   string
	First  string
}

// asideRow is one row that nothing could be made of. Its event's id is not shown: it may hold an address.
type asideRow struct {
	Path, Account string
	Kind          string // of the family "inbound"
	Cause         string // of the family "aside_cause", "" for one without words
	Reason        string
	Bytes         int
	At            time.Time
}

// asidePage is one row, with its bytes for whom they were opened to.
type asidePage struct {
	asideRow
	Works   bool     // the person may replay and read
	Robot   bool     // it is not in the quarantine, but was ignored
	Reasons []string // of staff.AsideReasons
	Refused bool     // for want of a reason
	Read    bool
	Raw     string
	Cut     bool
}

// inboundKinds are the kinds that the family "inbound" has words for.
var inboundKinds = []string{"message", "edit", "button", "bounce", "robot", "copied", "unknown", "other"}

// asideCauses are the reasons that the family "aside_cause" has words for; others are shown as they stand.
func asideCauses() map[string]string {
	all := map[string]string{
		"without a sender":              "no_sender",
		"not understood by the channel": "channel",
		"of an unknown kind":            "kind",

		"an automatic message":                         "robot",
		"a message of ours came back":                  "bounce",
		"a returned message that is not known as ours": "foreign",
		"said in an agency's chat":                     "chat",
		"neither a word nor a file":                    "empty",
		"a button that we do not have":                 "button",

		"an answer to a notice to an agency: no citizen's report": "notice",
	}
	for _, sign := range channels.Signs() {
		all["an automatic message: "+string(sign)] = string(sign)
	}
	return all
}

var (
	sampleAside      = asideRow{"/", "x", "unknown", "kind", "x", 1, time.Unix(1, 0)}
	sampleQuarantine = quarantinePage{true, []asideRow{sampleAside}, "/", "/"}
	sampleAsidePage  = asidePage{asideRow: sampleAside, Works: true, Robot: true, Reasons: staff.AsideReasons(), Refused: true, Read: true, Raw: "x", Cut: true}
)

func (c *console) showQuarantine(v *visit) {
	after := v.r.URL.Query().Get("after")
	home, list := "/console/quarantine?", c.Store.Quarantine
	p := quarantinePage{Robots: v.r.URL.Query().Get("of") == "robots"}
	if p.Robots {
		home, list = home+"of=robots&", c.Staff.Ignored
	}
	found, next, err := list(v.r.Context(), perAside, after)
	if c.failed(v, err) {
		return
	}
	for i := range found {
		p.Rows = append(p.Rows, newAside(&found[i]))
	}
	if next != "" {
		p.Next = home + "after=" + next
	}
	if after != "" {
		p.First = strings.TrimRight(home, "?&")
	}
	c.pages.quarantine.Write(v.w, v.r, c.frame(v, "quarantine"), p)
}

func newAside(q *tickets.Quarantined) asideRow {
	r := asideRow{"/console/quarantine/" + strconv.FormatInt(q.ID, 36), q.Account, "other", asideCauses()[q.Reason], q.Reason, q.Bytes, q.ReceivedAt}
	for _, k := range inboundKinds {
		if q.Kind == k {
			r.Kind = k
		}
	}
	return r
}

// aside finds the row of the call, which may have gone on since its page was shown.
func (c *console) aside(v *visit) (tickets.Quarantined, bool) {
	id, err := strconv.ParseInt(v.r.PathValue("row"), 36, 64)
	if err != nil {
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
		return tickets.Quarantined{}, false
	}
	q, err := c.Staff.Aside(v.r.Context(), id)
	switch {
	case errors.Is(err, tickets.ErrNotFound) && v.r.Method == http.MethodPost:
		c.UI.Redirect(v.w, v.r, "/console/quarantine", "aside_gone")
	case errors.Is(err, tickets.ErrNotFound):
		c.UI.Fail(v.w, v.r, http.StatusNotFound)
	case err != nil:
		c.UI.Unexpected(v.w, v.r, err)
	}
	return q, err == nil
}

// asidePage is the row without its bytes.
func (v *visit) asidePage(q *tickets.Quarantined) asidePage {
	p := asidePage{asideRow: newAside(q), Works: v.leads(), Robot: q.Ignored}
	if p.Works {
		p.Reasons = staff.AsideReasons()
	}
	return p
}

func (c *console) showAside(v *visit) {
	if q, ok := c.aside(v); ok {
		c.pages.aside.Write(v.w, v.r, c.frame(v, ""), v.asidePage(&q))
	}
}

// replay lets the row be processed once more.
func (c *console) replay(v *visit) {
	q, ok := c.aside(v)
	if !ok {
		return
	}
	flash := "replayed"
	switch err := c.Staff.Replay(v.r.Context(), v.who.Login, q.ID); {
	case errors.Is(err, tickets.ErrNotFound):
		flash = "aside_gone"
	case err != nil:
		c.UI.Unexpected(v.w, v.r, err)
		return
	}
	c.UI.Redirect(v.w, v.r, "/console/quarantine", flash)
}

// readAside shows the row's bytes on the answer to the form, and nowhere else: who wants to see them again
// says again why.
func (c *console) readAside(v *visit) {
	q, ok := c.aside(v)
	if !ok {
		return
	}
	p := v.asidePage(&q)
	frame := c.frame(v, "")
	raw, err := c.Staff.ReadAside(v.r.Context(), v.who.Login, q.ID, v.r.PostFormValue("reason"))
	switch {
	case errors.Is(err, staff.ErrReason):
		p.Refused, frame.Status = true, http.StatusUnprocessableEntity
	case errors.Is(err, tickets.ErrNotFound):
		c.UI.Redirect(v.w, v.r, "/console/quarantine", "aside_gone")
		return
	case err != nil:
		c.UI.Unexpected(v.w, v.r, err)
		return
	default:
		p.Read, p.Cut = true, len(raw) > mostRaw
		p.Raw = printable(raw[:min(len(raw), mostRaw)])
	}
	c.pages.aside.Write(v.w, v.r, frame, p)
}

// printable is bytes as text that only letters come of: what else would act on the page or its reader,
// such as a change of the direction of writing, is a sign of its own.
func printable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
			return r
		}
		if r == '\r' {
			return -1
		}
		return unicode.ReplacementChar
	}, strings.ToValidUTF8(string(b), string(unicode.ReplacementChar)))
}
