// Package api is the JSON API for programs: what staff do in the console can be done through it, and
// other programs (a hotline's screen, an app) bring reports in. Its OpenAPI description is served at
// /api/v1/openapi.json; errors are problems of RFC 9457.
//
// Every call but the description needs a token, which has scopes and an agency: it sees what that agency
// and those below it hold, and everything else is as if it did not exist.
package api

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tanggap/channels"
	"tanggap/router"
	"tanggap/tickets"
	"tanggap/web/discreet"
)

// reader is what the API reads of the store.
type reader interface {
	Token(ctx context.Context, secret string) (tickets.Token, error)
	List(ctx context.Context, f tickets.Filter) ([]tickets.Ticket, string, error)
	Ticket(ctx context.Context, ref tickets.Reference) (tickets.Ticket, error)
	Thread(ctx context.Context, ticket int64) ([]tickets.Line, error)
	Events(ctx context.Context, ticket int64) ([]tickets.Event, error)
}

// store is the reader with what operators see, and the writes that are not staff's work.
type store interface {
	reader
	Quarantine(ctx context.Context, limit int, after string) ([]tickets.Quarantined, string, error)
	Accounts(ctx context.Context) ([]tickets.Account, error)
	Work(ctx context.Context, act tickets.Act, f tickets.Decide) (tickets.Result, bool, error)
	Reserve(ctx context.Context, o tickets.Once) error
}

// desk is the work of staff and programs; package bot implements it.
type desk interface {
	Reply(ctx context.Context, act tickets.Act, text string) (int64, error)
	Note(ctx context.Context, act tickets.Act, text string) (int64, error)
	Transfer(ctx context.Context, act tickets.Act, agency, reason string) error
	Move(ctx context.Context, act tickets.Act, step tickets.Step) error
	Report(ctx context.Context, by string, once tickets.Once, in channels.Inbound) (tickets.Ticket, error)
}

// Account is a configured account, as far as programs may know it.
type Account struct {
	Name         string
	Capabilities channels.Capabilities
}

// Refusal says how an error of the desk is answered: with the status, a word that programs can act
// on, and a sentence for people.
type Refusal struct {
	Err    error
	Status int
	Code   string
	Detail string
}

// Options of New.
type Options struct {
	Log      *slog.Logger
	Version  string           // of the program, for the description
	Accounts func() []Account // the configured ones; nil is none
	Refusals []Refusal        // of the desk, beside those of package tickets
	// Names are the citizens' names by their ids, to hide them in texts; nil knows none.
	Names func(ctx context.Context, citizens []int64) (map[int64]string, error)
}

// api serves the routes.
type api struct {
	store    store
	desk     desk
	city     func() *router.City
	log      *slog.Logger
	accounts func() []Account
	refusals []Refusal
	names    func(context.Context, []int64) (map[int64]string, error)
}

// prefix of every route.
const prefix = "/api/v1"

// New is the handler of everything under /api/v1/. city is asked at each call, so that a reload of the
// pack takes effect.
func New(s store, d desk, city func() *router.City, o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Accounts == nil {
		o.Accounts = func() []Account { return nil }
	}
	if o.Names == nil {
		o.Names = func(context.Context, []int64) (map[int64]string, error) { return nil, nil }
	}
	a := &api{store: s, desk: d, city: city, log: o.Log, accounts: o.Accounts, refusals: append(o.Refusals, storeRefusals()...), names: o.Names}
	mux := http.NewServeMux()
	h := humago.New(mux, a.config(o.Version))
	h.UseMiddleware(a.authenticate(h))
	a.routes(h)

	// Huma's own route makes the description at its first call without a lock.
	description := sync.OnceValues(func() ([]byte, error) { return json.Marshal(h.OpenAPI()) })
	mux.HandleFunc("GET "+prefix+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		text, err := description()
		if err != nil {
			writeProblem(w, a.unexpected(err))
			return
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Write(text)
	})
	mux.HandleFunc(prefix+"/", func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, problem(http.StatusNotFound, "not-found", "There is no such resource, or no such method on it."))
	})
	return a.guarded(mux)
}

func (a *api) config(version string) huma.Config {
	if version == "" {
		version = "dev"
	}
	c := huma.DefaultConfig("tanggap", version)
	c.Info.Description = "Reports of citizens, and the work on them. Times are RFC 3339 in the city's zone; lists and threads are newest first; " +
		"every POST takes an Idempotency-Key, so that it can be repeated without harm. For the token of an agency, the citizen's name and whatever looks like " +
		"a number or address of somebody is hidden in texts (" + discreet.Hidden + "); a token for all agencies gets texts as they came."
	// The documentation page would load from a CDN; schema links are noise in every answer.
	c.OpenAPIPath, c.DocsPath, c.SchemasPath, c.CreateHooks = "", "", "", nil
	c.RejectUnknownQueryParameters = true
	c.Transformers = []huma.Transformer{silence}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bearer: {Type: "http", Scheme: "bearer", Description: "A token of `tanggap token create`."},
	}
	return c
}

// guarded keeps a mistake in one call from ending the connection without an answer.
func (a *api) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if recovered := recover(); recovered != nil && recovered != http.ErrAbortHandler {
				a.log.Error("a call of the API broke down", "code", r.Pattern)
				writeProblem(w, problem(http.StatusInternalServerError, "internal", "The call failed."))
			}
		}()
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

const (
	smallBody   = 64 << 10
	readTimeout = 15 * time.Second
)

// operation is a route: its scope, and what it may answer beside success.
func operation(method, path, scope, summary string, status int) huma.Operation {
	errors := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity}
	if path != "/tickets" && path != "/accounts" && path != "/quarantine" && path != "/reports" {
		errors = append(errors, http.StatusNotFound)
	}
	if method == http.MethodPost {
		errors = append(errors, http.StatusConflict, http.StatusRequestEntityTooLarge)
	}
	return huma.Operation{
		OperationID: summary, Method: method, Path: prefix + path, Summary: summary, DefaultStatus: status, Errors: errors,
		Security:     []map[string][]string{{bearer: {scope}}},
		MaxBodyBytes: smallBody, BodyReadTimeout: readTimeout,
	}
}

// routes is the whole table.
func (a *api) routes(h huma.API) {
	get, post := http.MethodGet, http.MethodPost
	huma.Register(h, operation(get, "/tickets", readTickets, "list-tickets", 200), a.list)
	huma.Register(h, operation(get, "/tickets/{reference}", readTickets, "get-ticket", 200), a.get)
	huma.Register(h, operation(post, "/reports", writeTickets, "report", 201), a.report)
	huma.Register(h, operation(post, "/tickets/{reference}/replies", writeTickets, "reply", 202), a.reply)
	huma.Register(h, operation(post, "/tickets/{reference}/notes", writeTickets, "note", 201), a.note)
	huma.Register(h, operation(post, "/tickets/{reference}/transfer", writeTickets, "transfer", 200), a.transfer)
	huma.Register(h, operation(post, "/tickets/{reference}/state", writeTickets, "move", 200), a.move)
	huma.Register(h, operation(get, "/accounts", readAccounts, "list-accounts", 200), a.listAccounts)
	huma.Register(h, operation(get, "/quarantine", readQuarantine, "list-quarantine", 200), a.quarantine)
}
