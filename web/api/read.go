package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"tanggap/tickets"
	"tanggap/web/discreet"
)

type listInput struct {
	Language string    `header:"Accept-Language" doc:"id or en, for the reasons of decisions; without it the report's own."`
	State    []string  `query:"state" doc:"One or more states, with commas between."`
	Agency   []string  `query:"agency" doc:"One or more ids of agencies that hold the tickets."`
	Q        string    `query:"q" maxLength:"200" doc:"A reference, or words of subject or messages."`
	Channel  string    `query:"channel" maxLength:"40"`
	Since    time.Time `query:"since" doc:"Created at or after, RFC 3339."`
	Limit    int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After    string    `query:"after" maxLength:"64" doc:"next of the page before."`
}

type listOutput struct {
	Body struct {
		Tickets []Ticket `json:"tickets"`
		Next    *string  `json:"next" doc:"Cursor of the next page, null at the end."`
	}
}

func cursor(next string) *string {
	if next == "" {
		return nil
	}
	return &next
}

// list is GET /tickets.
func (a *api) list(ctx context.Context, in *listInput) (*listOutput, error) {
	f := tickets.Filter{Agencies: a.agencies(tokenOf(ctx)), Channel: tickets.Clean(in.Channel), Since: in.Since, Text: in.Q, Limit: in.Limit, After: in.After}
	for _, s := range in.State {
		if !tickets.State(s).Valid() {
			return nil, problem(http.StatusUnprocessableEntity, "invalid", "There is a state asked for that no ticket can have.")
		}
		f.States = append(f.States, tickets.State(s))
	}
	if len(in.Agency) > 0 {
		seen := f.Agencies
		f.Agencies = []string{}
		for _, id := range in.Agency {
			id = tickets.Clean(id)
			if (seen == nil || slices.Contains(seen, id)) && !slices.Contains(f.Agencies, id) {
				f.Agencies = append(f.Agencies, id)
			}
		}
	}
	found, next, err := a.found(ctx, f)
	if err != nil {
		return nil, a.refusal(err)
	}
	out := &listOutput{}
	v, err := a.viewOf(ctx, in.Language, found...)
	if err != nil {
		return nil, a.unexpected(err)
	}
	out.Body.Tickets = make([]Ticket, 0, len(found))
	for i := range found {
		out.Body.Tickets = append(out.Body.Tickets, v.ticket(&found[i]))
	}
	out.Body.Next = cursor(next)
	return out, nil
}

// found is a page of what the caller may see; its words find what he can read.
func (a *api) found(ctx context.Context, f tickets.Filter) ([]tickets.Ticket, string, error) {
	t := tokenOf(ctx)
	if t.Agency == "*" {
		return a.store.List(ctx, f)
	}
	s := discreet.Search{Store: a.store, Names: a.names, Sees: func(k *tickets.Ticket) bool { return a.sees(t, k) }}
	return s.List(ctx, f)
}

type getInput struct {
	Language  string `header:"Accept-Language" doc:"id or en, for the reasons of the decision; without it the report's own."`
	Reference string `path:"reference"`
}

type getOutput struct{ Body Detail }

// get is GET /tickets/{reference}.
func (a *api) get(ctx context.Context, in *getInput) (*getOutput, error) {
	k, err := a.ticket(ctx, in.Reference)
	if err != nil {
		return nil, err
	}
	lines, err := a.store.Thread(ctx, k.ID)
	if err != nil {
		return nil, a.unexpected(err)
	}
	events, err := a.store.Events(ctx, k.ID)
	if err != nil {
		return nil, a.unexpected(err)
	}
	v, err := a.viewOf(ctx, in.Language, k)
	if err != nil {
		return nil, a.unexpected(err)
	}
	return &getOutput{Detail{Ticket: v.ticket(&k), Messages: v.messages(k.ID, lines), Events: v.events(events)}}, nil
}

type pageInput struct {
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	After string `query:"after" maxLength:"64" doc:"next of the page before."`
}

// Quarantined is something a platform delivered that nothing could be made of.
type Quarantined struct {
	ID         string `json:"id"`
	Account    string `json:"account"`
	Kind       string `json:"kind"`
	Reason     string `json:"reason"`
	Size       int    `json:"size" doc:"Bytes as delivered, which are kept."`
	ReceivedAt string `json:"received_at" format:"date-time"`
}

type quarantineOutput struct {
	Body struct {
		Quarantine []Quarantined `json:"quarantine"`
		Next       *string       `json:"next"`
	}
}

// quarantine is GET /quarantine. What lies there is no agency's yet, and so the root desk's.
func (a *api) quarantine(ctx context.Context, in *pageInput) (*quarantineOutput, error) {
	if t := tokenOf(ctx); t.Agency != "*" && t.Agency != a.city().Root().ID {
		return nil, problem(http.StatusForbidden, "agency", "The quarantine is for the root desk.")
	}
	found, next, err := a.store.Quarantine(ctx, in.Limit, in.After)
	if err != nil {
		return nil, a.refusal(err)
	}
	out := &quarantineOutput{}
	v := a.view("")
	out.Body.Quarantine = make([]Quarantined, 0, len(found))
	for _, q := range found {
		out.Body.Quarantine = append(out.Body.Quarantine, Quarantined{
			ID: id(q.ID), Account: q.Account, Kind: q.Kind, Reason: q.Reason, Size: q.Bytes, ReceivedAt: v.at(q.ReceivedAt),
		})
	}
	out.Body.Next = cursor(next)
	return out, nil
}
