package console

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tanggap/tickets"
)

// line is one message of a thread.
type line struct {
	ID         string
	Who        string // of the family "who": citizen, bot, staff, note
	Author     string // of the staff
	At         time.Time
	Subject    string
	Text       string
	Quoted     string
	Place      *point
	Files      []file
	State      string // of the family "sent", "" for what is not ours
	Reason     string
	Code       string
	Repeated   bool
	Segments   int
	Edit, Kept bool   // it replaces an earlier one; it was replaced
	Mail       bool   // it came as a mail that is kept
	Original   string // the path of that, "" while it is closed
}

// file is an attachment.
type file struct {
	Name    string
	Path    string // "" while it is not here
	Picture bool
	Gone    bool
}

var sampleLine = line{
	"1", "staff", "x", time.Unix(1, 0), "x", "x", "x", &point{"1", "1"},
	[]file{{"x", "/", true, false}, {"x", "/", false, false}, {"x", "", false, true}, {"x", "", false, false}},
	"queued", "x", "x", true, 2, true, true, true, "/",
}

func (c *console) lines(lang string, t *tickets.Ticket, all []tickets.Line, over *veil) []line {
	replaced := map[int64]bool{}
	for i := range all {
		replaced[all[i].Replaces] = true
	}
	out := make([]line, 0, len(all))
	for i := range all {
		l := &all[i]
		x := line{
			ID: strconv.FormatInt(l.ID, 10), Who: "citizen", At: l.CreatedAt,
			// Ours too: a subject is the citizen's, a greeting or a note may name him.
			Subject: over.text(l.Subject), Text: over.text(l.Text), Quoted: over.text(l.Quoted),
			Edit: l.Replaces != 0, Kept: replaced[l.ID],
		}
		switch {
		case l.Direction == tickets.Note:
			x.Who, x.Author = "note", l.Author
		case l.Direction == tickets.Out && l.Author == "bot":
			x.Who = "bot"
		case l.Direction == tickets.Out && l.Sent.State == "":
			x.Who = "mailbox"
			if !l.SentAt.IsZero() {
				x.At = l.SentAt // it was read in the folder some time after that
			}
		case l.Direction == tickets.Out:
			x.Who, x.Author = "staff", l.Author
		default:
			x.Place = pointOf(l.Point)
		}
		if l.Direction == tickets.Out {
			x.State, x.Reason, x.Code, x.Repeated, x.Segments = l.Sent.State, over.text(c.reasons.In(lang, l.Sent.Reason)), over.text(l.Sent.Code), l.Sent.Doubts > 0, l.Sent.Segments
		}
		if x.State == "failed" && strings.HasPrefix(l.Sent.Reason, "may have arrived") {
			x.State = "unknown" // it was given up, and may be there all the same
		}
		for j := range l.Files {
			x.Files = append(x.Files, fileOf(t, &l.Files[j], over))
		}
		out = append(out, x)
	}
	return out
}

func fileOf(t *tickets.Ticket, a *tickets.Attachment, over *veil) file {
	f := file{Name: over.text(a.Name), Picture: isPicture(a), Gone: a.State == "gone"}
	if a.State == "stored" {
		f.Path = ticketPath(t) + "/files/" + strconv.FormatInt(a.ID, 10)
	}
	return f
}

// pointOf reads the place that a message brought.
func pointOf(text string) *point {
	var p struct {
		Lat, Lng float64
	}
	if text == "" || json.Unmarshal([]byte(text), &p) != nil || p.Lat == 0 && p.Lng == 0 {
		return nil
	}
	return &point{strconv.FormatFloat(p.Lat, 'f', 5, 64), strconv.FormatFloat(p.Lng, 'f', 5, 64)}
}

// event is one line of the history.
type event struct {
	At     time.Time
	Actor  string
	Type   string // of the family "event"
	Detail string
}

// events are the newest first, in words.
func (c *console) events(v *visit, all []tickets.Event) []event {
	out := make([]event, 0, len(all))
	for i := len(all) - 1; i >= 0; i-- {
		e := &all[i]
		var d struct {
			To, From, State, Agency, Reason, Area string
		}
		_ = json.Unmarshal(e.Data, &d) // an event without data has none of these
		x := event{At: e.At, Actor: e.Actor, Type: e.Type}
		if !slices.Contains(eventTypes, e.Type) {
			x.Type = "other"
		}
		if slices.Contains(actors, e.Actor) {
			x.Actor = c.UI.Say(v.lang, "actor."+e.Actor)
		}
		switch e.Type {
		case "moved":
			x.Detail = c.UI.Say(v.lang, "state."+d.To)
		case "transferred":
			x.Detail = c.agency(d.To)
		case "returned":
			x.Detail = c.agency(d.From)
		case "routed", "reopened":
			x.Detail = c.agency(d.Agency)
		case "located":
			x.Detail = c.area(d.Area)
		case tickets.IdentityOpened:
			x.Detail = c.UI.Say(v.lang, "open_reason."+d.Reason)
		}
		out = append(out, x)
	}
	return out
}

// showFile is one attachment of the ticket: ?as=thumb for a small picture, ?as=file to keep it.
func (c *console) showFile(v *visit, t *tickets.Ticket) {
	lines, err := c.Store.Thread(v.r.Context(), t.ID)
	if c.failed(v, err) {
		return
	}
	for i := range lines {
		for j := range lines[i].Files {
			a := &lines[i].Files[j]
			if strconv.FormatInt(a.ID, 10) != v.r.PathValue("file") {
				continue
			}
			longest := 0
			if v.r.URL.Query().Get("as") == "thumb" {
				longest = thumbnail
			}
			who, err := c.Staff.Identity(v.r.Context(), t)
			if c.failed(v, err) {
				return
			}
			over := newVeil(who, false)
			named := *a
			named.Name = over.text(a.Name)
			if status := c.shown.write(v.w, v.r, &named, longest, v.r.URL.Query().Get("as") == "file"); status != 0 {
				c.UI.Fail(v.w, v.r, status)
			}
			return
		}
	}
	c.UI.Fail(v.w, v.r, http.StatusNotFound)
}
