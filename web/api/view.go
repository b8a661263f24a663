package api

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tanggap/router"
	"tanggap/tickets"
	"tanggap/web/discreet"
)

// Ticket is one case. It names neither the citizen nor his address; see viewOf for what he wrote himself.
type Ticket struct {
	Reference   string               `json:"reference" doc:"Ten digits."`
	Version     int64                `json:"version" doc:"Counts the changes; send it back with a move."`
	Kind        string               `json:"kind" enum:"complaint,information,suggestion,misconduct"`
	State       string               `json:"state"`
	Outcome     string               `json:"outcome,omitempty" doc:"Of a closed one: confirmed, unanswered or not_reached."`
	Agency      string               `json:"agency" doc:"The id of the agency that holds it."`
	Category    string               `json:"category"`
	Channel     string               `json:"channel" doc:"By which an answer goes: telegram, sms, whatsapp, email, messenger, x, phone, web."`
	Account     string               `json:"account"`
	Language    string               `json:"language"`
	Subject     string               `json:"subject"`
	Area        *router.RenderedArea `json:"area"`
	Point       *router.Point        `json:"point"`
	ExternalIDs map[string]string    `json:"external_ids"`
	Emergency   bool                 `json:"emergency"`
	Sealed      bool                 `json:"sealed"`
	Unverified  bool                 `json:"unverified" doc:"The platform does not vouch for the sender."`
	Test        bool                 `json:"test"`
	CreatedAt   string               `json:"created_at" format:"date-time"`
	UpdatedAt   string               `json:"updated_at" format:"date-time"`
	DueAt       *string              `json:"due_at" format:"date-time"`
	ResolvedAt  *string              `json:"resolved_at" format:"date-time"`
	ClosedAt    *string              `json:"closed_at" format:"date-time"`
	Decision    *router.Rendered     `json:"decision" doc:"The router's, with its reasons in words."`
}

// Detail is a ticket with its thread and history, the newest first.
type Detail struct {
	Ticket
	Messages []Message `json:"messages"`
	Events   []Event   `json:"events"`
}

// Message is one text of a thread.
type Message struct {
	ID          string `json:"id"`
	Direction   string `json:"direction" enum:"in,out,note"`
	Channel     string `json:"channel"`
	Account     string `json:"account"`
	ExternalID  string `json:"external_id"`
	Author      string `json:"author" doc:"citizen, bot, mailbox (staff with a mail program), or who wrote it."`
	Subject     string `json:"subject,omitempty"`
	Text        string `json:"text"`
	Quoted      string `json:"quoted,omitempty" doc:"What was recognised as quotation or signature."`
	SentAt      string `json:"sent_at" format:"date-time" doc:"Of one that is not out yet: when it was written."`
	State       string `json:"state" enum:"received,queued,sent,delivered,failed,uncertain"`
	Reason      string `json:"reason,omitempty" doc:"Why it is late or failed."`
	Code        string `json:"code,omitempty" doc:"The platform's code for that."`
	Repeated    bool   `json:"repeated,omitempty" doc:"It may have arrived twice."`
	Parts       int    `json:"parts,omitempty"`
	Segments    int    `json:"segments,omitempty"`
	Attachments []File `json:"attachments"`
}

// File is an attachment of a message.
type File struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size" doc:"In bytes, 0 while unknown."`
}

// Event is one line of a ticket's history; its data holds texts as hashes, and those for a token for all agencies
// only.
type Event struct {
	ID    string          `json:"id"`
	At    string          `json:"at" format:"date-time"`
	Actor string          `json:"actor"`
	Type  string          `json:"type"`
	Data  json.RawMessage `json:"data"`
}

// view renders for one call: in the city's zone, and in the caller's language where he names one.
type view struct {
	city *router.City
	zone *time.Location
	lang string
	// veils hide who wrote a ticket, by its id; nil for a caller who sees texts as they were written.
	veils map[int64]*discreet.Veil
}

// over is a text of a ticket as the caller may see it. Nothing of a ticket without a veil of its own is
// shown to whom veils are held before.
func (v view) over(ticket int64, text string) string {
	veil := v.veils[ticket]
	if v.veils == nil {
		return text
	}
	if veil == nil {
		veil = &discreet.Veil{}
	}
	return veil.Text(text)
}

// viewOf is a view of tickets for the caller. What citizens wrote tells the token of an agency neither their
// names nor how they are reached; only a token for all agencies, which is the city's own, gets it as it came.
func (a *api) viewOf(ctx context.Context, accept string, found ...tickets.Ticket) (view, error) {
	v := a.view(accept)
	if tokenOf(ctx).Agency == "*" {
		return v, nil
	}
	v.veils = map[int64]*discreet.Veil{}
	citizens := make([]int64, 0, len(found))
	for i := range found {
		citizens = append(citizens, found[i].CitizenID)
	}
	names, err := a.names(ctx, citizens)
	if err != nil {
		return v, err
	}
	for i := range found {
		veil := discreet.New(names[found[i].CitizenID], found[i].Return.Address)
		v.veils[found[i].ID] = &veil
	}
	return v, nil
}

func (a *api) view(accept string) view {
	city := a.city()
	zone, err := time.LoadLocation(city.Facts().Zone)
	if err != nil {
		zone = time.UTC
	}
	v := view{city: city, zone: zone}
	switch first, _, _ := strings.Cut(strings.ToLower(accept), ","); {
	case strings.HasPrefix(first, "id"):
		v.lang = "id"
	case strings.HasPrefix(first, "en"):
		v.lang = "en"
	}
	return v
}

// at is a time in the city's zone; a fixed number of digits suits those who parse by hand.
func (v view) at(t time.Time) string { return t.In(v.zone).Format("2006-01-02T15:04:05.000Z07:00") }

func (v view) maybe(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := v.at(t)
	return &s
}

func (v view) ticket(t *tickets.Ticket) Ticket {
	out := Ticket{
		Reference: string(t.Reference), Version: t.Version, Kind: string(t.Kind), State: string(t.State), Outcome: string(t.Outcome),
		Agency: t.Agency, Category: t.Category, Channel: t.Return.Channel, Account: t.Return.Account, Language: t.Language, Subject: v.over(t.ID, t.Subject),
		ExternalIDs: t.ExternalIDs, Emergency: t.Emergency, Sealed: t.Sealed, Unverified: t.Unverified, Test: t.Test,
		CreatedAt: v.at(t.CreatedAt), UpdatedAt: v.at(t.UpdatedAt), DueAt: v.maybe(t.DueAt), ResolvedAt: v.maybe(t.ResolvedAt), ClosedAt: v.maybe(t.ClosedAt),
	}
	if out.ExternalIDs == nil {
		out.ExternalIDs = map[string]string{}
	}
	if t.Located {
		out.Point = &router.Point{Lat: t.Lat, Lng: t.Lng}
	}
	var d router.Decision
	if len(t.Decision.Data) > 2 && json.Unmarshal(t.Decision.Data, &d) == nil {
		lang := v.lang
		if lang == "" {
			lang = d.Language
		}
		if v.veils[t.ID] != nil { // the model may quote a word of a name, by which the veil knows none
			d.Reasons = slices.DeleteFunc(d.Reasons, func(r router.Reason) bool { return r.Code == "learned" })
		}
		r := d.Rendered(lang)
		for i := range r.Reasons {
			r.Reasons[i] = v.over(t.ID, r.Reasons[i])
		}
		out.Decision = &r
	}
	out.Area = v.area(t.Area, out.Decision)
	return out
}

// area is the decision's where the ticket still lies there; else it was set by a person.
func (v view) area(code string, d *router.Rendered) *router.RenderedArea {
	if code == "" {
		return nil
	}
	if d != nil && d.Area != nil && d.Area.Code == code {
		return d.Area
	}
	if a, ok := v.city.Area(code); ok {
		return a.Rendered(v.lang)
	}
	return nil
}

func (v view) message(ticket int64, l *tickets.Line) Message {
	m := Message{
		ID: strconv.FormatInt(l.ID, 10), Direction: string(l.Direction), Channel: l.Channel, Account: l.Account, ExternalID: l.ExternalID,
		Author: l.Author, Subject: v.over(ticket, l.Subject), Text: v.over(ticket, l.Text), Quoted: v.over(ticket, l.Quoted), State: "received", Attachments: []File{},
	}
	at := l.CreatedAt
	switch {
	case l.Direction == tickets.Out:
		if l.Sent.State == "" { // staff wrote it past us
			m.State = "sent"
			if !l.SentAt.IsZero() {
				at = l.SentAt
			}
			break
		}
		m.State, m.Reason, m.Code, m.ExternalID = l.Sent.State, v.over(ticket, l.Sent.Reason), v.over(ticket, l.Sent.Code), l.Sent.ExternalID // a platform's words too
		m.Repeated, m.Parts, m.Segments = l.Sent.Doubts > 0, l.Sent.Parts, l.Sent.Segments
		if !l.Sent.At.IsZero() {
			at = l.Sent.At
		}
	case !l.SentAt.IsZero():
		at = l.SentAt
	}
	m.SentAt = v.at(at)
	m.ExternalID = v.over(ticket, m.ExternalID) // a chat's id is a part of it on some platforms
	for _, f := range l.Files {
		m.Attachments = append(m.Attachments, File{Name: v.over(ticket, f.Name), Type: f.Type, Size: f.Size})
	}
	return m
}

func (v view) messages(ticket int64, lines []tickets.Line) []Message {
	all := make([]Message, 0, len(lines))
	for i := range lines {
		all = append(all, v.message(ticket, &lines[i]))
	}
	slices.Reverse(all)
	return all
}

func (v view) events(events []tickets.Event) []Event {
	all := make([]Event, 0, len(events))
	for _, e := range events {
		data := json.RawMessage(e.Data)
		if v.veils != nil {
			data = hashless(data)
		}
		all = append(all, Event{ID: strconv.FormatInt(e.ID, 10), At: v.at(e.At), Actor: e.Actor, Type: e.Type, Data: data})
	}
	slices.Reverse(all)
	return all
}

// hashless is an event's data without the hashes of texts: beside a text in which a number is hidden, one would
// tell which number it is to who tries them all.
func hashless(data json.RawMessage) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return json.RawMessage("{}")
	}
	maps.DeleteFunc(fields, func(_ string, value json.RawMessage) bool {
		return len(value) == 2+2*sha256.Size && strings.Trim(string(value), `"0123456789abcdef`) == ""
	})
	kept, err := json.Marshal(fields)
	if err != nil {
		return json.RawMessage("{}")
	}
	return kept
}
