package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"tanggap/tickets"
)

// Target is what every piece of work on a ticket is addressed with.
type Target struct {
	Language  string `header:"Accept-Language" doc:"id or en, for the reasons of the decision; without it the report's own."`
	Key       string `header:"Idempotency-Key" maxLength:"200" doc:"The same key with the same request has an effect once."`
	Reference string `path:"reference"`
}

type textInput struct {
	Target
	Body struct {
		Text    string `json:"text" minLength:"1" maxLength:"10000"`
		Version int64  `json:"version,omitempty" minimum:"0" doc:"That you saw: 409 where the ticket has changed since."`
	}
}

type messageOutput struct{ Body Message }

type ticketOutput struct{ Body Ticket }

// once names a request of a token: digest is equal for a repetition, and for nothing else.
func once(t tickets.Token, key, route string, parts ...any) tickets.Once {
	if key == "" {
		return tickets.Once{}
	}
	h := sha256.New()
	encoder := json.NewEncoder(h)
	for _, p := range append([]any{route}, parts...) {
		if err := encoder.Encode(p); err != nil {
			panic("api: a request that does not marshal: " + err.Error())
		}
	}
	return tickets.Once{Scope: "token:" + id(t.ID), Key: key, Request: hex.EncodeToString(h.Sum(nil))}
}

// act is the piece of work that a call asks for, on a ticket that the caller sees.
func (a *api) act(ctx context.Context, in *Target, route string, version int64, body any) (tickets.Ticket, tickets.Act, error) {
	k, err := a.ticket(ctx, in.Reference)
	t := tokenOf(ctx)
	return k, tickets.Act{Ticket: k.ID, By: by(t), Version: version, Once: once(t, in.Key, route, k.ID, body)}, err
}

// by is how a program's work is signed.
func by(t tickets.Token) string { return "api:" + t.Name }

// reply is POST /tickets/{reference}/replies.
func (a *api) reply(ctx context.Context, in *textInput) (*messageOutput, error) {
	return a.write(ctx, in, "reply", a.desk.Reply)
}

// note is POST /tickets/{reference}/notes.
func (a *api) note(ctx context.Context, in *textInput) (*messageOutput, error) {
	return a.write(ctx, in, "note", a.desk.Note)
}

func (a *api) write(ctx context.Context, in *textInput, route string, do func(context.Context, tickets.Act, string) (int64, error)) (*messageOutput, error) {
	k, act, err := a.act(ctx, &in.Target, route, in.Body.Version, in.Body)
	if err != nil {
		return nil, err
	}
	if blank(in.Body.Text) {
		return nil, invalid("text", "must not be blank")
	}
	message, err := do(ctx, act, in.Body.Text)
	if err != nil {
		return nil, a.refusal(err)
	}
	lines, err := a.store.Thread(ctx, k.ID)
	if err != nil {
		return nil, a.unexpected(err)
	}
	v, err := a.viewOf(ctx, in.Language, k)
	if err != nil {
		return nil, a.unexpected(err)
	}
	for i := range lines {
		if lines[i].ID == message {
			return &messageOutput{v.message(k.ID, &lines[i])}, nil
		}
	}
	// It is written, beyond what a thread shows.
	return &messageOutput{Message{ID: id(message), Text: in.Body.Text, State: "queued", SentAt: v.at(k.UpdatedAt), Attachments: []File{}}}, nil
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

type transferInput struct {
	Target
	Body struct {
		Agency  string `json:"agency" minLength:"1" maxLength:"100"`
		Reason  string `json:"reason" minLength:"1" maxLength:"4000" doc:"For colleagues."`
		Version int64  `json:"version,omitempty" minimum:"0" doc:"That you saw: 409 where the ticket has changed since."`
	}
}

// transfer is POST /tickets/{reference}/transfer. A ticket that goes to where the caller sees no further
// is answered with its reference and agency alone.
func (a *api) transfer(ctx context.Context, in *transferInput) (*ticketOutput, error) {
	k, act, err := a.act(ctx, &in.Target, "transfer", in.Body.Version, in.Body)
	if err != nil {
		return nil, err
	}
	if blank(in.Body.Reason) {
		return nil, invalid("reason", "must not be blank")
	}
	if _, known := a.city().Agency(in.Body.Agency); !known {
		return nil, invalid("agency", "there is no such agency")
	}
	if err := a.desk.Transfer(ctx, act, in.Body.Agency, in.Body.Reason); err != nil {
		return nil, a.refusal(err)
	}
	return a.after(ctx, &k, in.Language)
}

type moveInput struct {
	Target
	Body struct {
		To      string `json:"to" enum:"triage,assigned,in_progress,pending,resolved,closed,rejected,withdrawn,merged"`
		Reason  string `json:"reason,omitempty" maxLength:"4000" doc:"For colleagues. Needed to reject, withdraw or merge."`
		Text    string `json:"text,omitempty" maxLength:"10000" doc:"For the citizen. Needed to resolve, to reject, and to ask (pending)."`
		Version int64  `json:"version,omitempty" minimum:"0" doc:"That you saw: 409 where the ticket has changed since."`
	}
}

// move is POST /tickets/{reference}/state.
func (a *api) move(ctx context.Context, in *moveInput) (*ticketOutput, error) {
	k, act, err := a.act(ctx, &in.Target, "move", in.Body.Version, in.Body)
	if err != nil {
		return nil, err
	}
	step := tickets.Step{To: tickets.State(in.Body.To), Reason: in.Body.Reason, Text: in.Body.Text}
	if err := a.desk.Move(ctx, act, step); err != nil {
		return nil, a.refusal(err)
	}
	return a.after(ctx, &k, in.Language)
}

// after is the ticket as the work left it.
func (a *api) after(ctx context.Context, k *tickets.Ticket, language string) (*ticketOutput, error) {
	now, err := a.store.Ticket(ctx, k.Reference)
	if err != nil {
		return nil, a.unexpected(err)
	}
	v, err := a.viewOf(ctx, language, now)
	if err != nil {
		return nil, a.unexpected(err)
	}
	if t := tokenOf(ctx); !a.sees(t, &now) {
		agency := now.Agency
		if now.Sealed {
			agency = ""
		}
		gone := tickets.Ticket{Reference: k.Reference, Kind: k.Kind, Agency: agency, CreatedAt: k.CreatedAt, UpdatedAt: now.UpdatedAt}
		return &ticketOutput{v.ticket(&gone)}, nil
	}
	return &ticketOutput{v.ticket(&now)}, nil
}
