package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tanggap/bot"
	"tanggap/tickets"
)

// bearer names the security scheme.
const bearer = "bearer"

// The scopes of tokens.
const (
	readTickets    = "tickets:read"
	writeTickets   = "tickets:write"
	readAccounts   = "accounts:read"
	readQuarantine = "quarantine:read"
)

type tokenKey struct{}

// tokenOf is the token of the call; authenticate let none through without.
func tokenOf(ctx context.Context) tickets.Token {
	t, _ := ctx.Value(tokenKey{}).(tickets.Token)
	return t
}

// authenticate lets a call through whose token has the operation's scope.
func (a *api) authenticate(h huma.API) func(huma.Context, func(huma.Context)) {
	return func(c huma.Context, next func(huma.Context)) {
		scheme, secret, _ := strings.Cut(c.Header("Authorization"), " ")
		if !strings.EqualFold(scheme, "bearer") || secret == "" {
			a.refuse(h, c, problem(http.StatusUnauthorized, "token", "The call needs a token: Authorization: Bearer …"))
			return
		}
		token, err := a.store.Token(c.Context(), strings.TrimSpace(secret))
		switch {
		case errors.Is(err, tickets.ErrToken):
			a.refuse(h, c, problem(http.StatusUnauthorized, "token", "The token is not valid."))
			return
		case err != nil:
			a.refuse(h, c, a.unexpected(err))
			return
		}
		for _, scope := range c.Operation().Security[0][bearer] {
			if !token.May(scope) {
				a.refuse(h, c, problem(http.StatusForbidden, "scope", "The token does not have the scope "+scope+"."))
				return
			}
		}
		next(huma.WithValue(c, tokenKey{}, token))
	}
}

func (a *api) refuse(h huma.API, c huma.Context, p *huma.ErrorModel) {
	if p.Status == http.StatusUnauthorized {
		c.SetHeader("WWW-Authenticate", `Bearer realm="tanggap"`)
	}
	c.SetHeader("Content-Type", "application/problem+json")
	c.SetStatus(p.Status)
	if err := h.Marshal(c.BodyWriter(), "application/json", p); err != nil {
		a.log.Debug("the caller hung up", "kind", "http")
	}
}

// agencies are those that the token sees; nil means all.
func (a *api) agencies(t tickets.Token) []string {
	if t.Agency == "*" {
		return nil
	}
	return append([]string{}, a.city().Children(t.Agency)...)
}

// sees tells whether the token's agency may see the ticket.
func (a *api) sees(t tickets.Token, k *tickets.Ticket) bool {
	return t.Agency == "*" || bot.MaySee(a.city(), k, t.Agency)
}

// ticket finds a ticket that the caller may see; what he may not see is not there.
func (a *api) ticket(ctx context.Context, reference string) (tickets.Ticket, error) {
	none := problem(http.StatusNotFound, "not-found", "There is no such ticket.")
	ref, ok := tickets.ParseReference(reference)
	if !ok {
		return tickets.Ticket{}, none
	}
	k, err := a.store.Ticket(ctx, ref)
	switch {
	case errors.Is(err, tickets.ErrNotFound):
		return k, none
	case err != nil:
		return k, a.unexpected(err)
	case !a.sees(tokenOf(ctx), &k):
		return tickets.Ticket{}, none
	}
	return k, nil
}
