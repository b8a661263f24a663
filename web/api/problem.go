package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tanggap/tickets"
)

// problemType is the beginning of every problem's type: what follows is a word to act on.
const problemType = "urn:tanggap:problem:"

// problem is an answer of RFC 9457. detail never quotes what was sent.
func problem(status int, code, detail string) *huma.ErrorModel {
	return &huma.ErrorModel{Type: problemType + code, Title: http.StatusText(status), Status: status, Detail: detail}
}

// invalid is a problem with one field of the body.
func invalid(field, detail string) *huma.ErrorModel {
	p := problem(http.StatusUnprocessableEntity, "invalid", "The request cannot be used as it is.")
	p.Errors = []*huma.ErrorDetail{{Location: "body." + field, Message: detail}}
	return p
}

// storeRefusals are the errors that package tickets has a name for.
func storeRefusals() []Refusal {
	return []Refusal{
		{tickets.ErrStale, http.StatusConflict, "stale", "The ticket changed meanwhile: read it again."},
		{tickets.ErrMove, http.StatusConflict, "move", "The ticket's state does not allow this."},
		{tickets.ErrReused, http.StatusUnprocessableEntity, "key-reused", "The Idempotency-Key came with another request before."},
		{tickets.ErrNotFound, http.StatusNotFound, "not-found", "There is no such ticket."},
		{tickets.ErrCursor, http.StatusUnprocessableEntity, "cursor", "The cursor is none of ours."},
	}
}

// refusal turns an error into the answer to it. Only those with a name are explained.
func (a *api) refusal(err error) error {
	for _, r := range a.refusals {
		if errors.Is(err, r.Err) {
			return problem(r.Status, r.Code, r.Detail)
		}
	}
	return a.unexpected(err)
}

// unexpected keeps an error to the log, without its text, which may quote a value.
func (a *api) unexpected(err error) *huma.ErrorModel {
	if errors.Is(err, context.Canceled) {
		return problem(http.StatusServiceUnavailable, "cancelled", "The call was ended.")
	}
	a.log.Error("a call of the API failed", "kind", "store")
	return problem(http.StatusServiceUnavailable, "unavailable", "The call could not be carried out now: try again.")
}

// silence takes out of Huma's validation errors the values that it quotes, and gives them our types.
func silence(_ huma.Context, _ string, v any) (any, error) {
	p, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	if p.Type == "" {
		p.Type = problemType + word(p.Status)
	}
	for _, e := range p.Errors {
		e.Value = nil
	}
	return p, nil
}

func word(status int) string {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return "too-large"
	case http.StatusUnsupportedMediaType:
		return "media-type"
	case http.StatusRequestTimeout:
		return "timeout"
	}
	return "invalid"
}

// writeProblem answers where Huma does not.
func writeProblem(w http.ResponseWriter, p *huma.ErrorModel) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p) // an error is the caller's hanging up
}
