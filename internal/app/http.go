package app

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"tanggap/bot"
	"tanggap/channels"
	"tanggap/tickets/staff"
	"tanggap/web/api"
)

// Handler serves everything public: platforms' calls, the JSON API, and the signs of life.
func (a *App) Handler() http.Handler {
	mux := http.NewServeMux()
	for name, ad := range a.adapters {
		if w, ok := ad.(channels.Webhook); ok && !a.polls(name) {
			h := a.meters.webhook(name, relative("/channels/"+name, w.Handler(a.inbox)))
			mux.Handle("/channels/"+name, h)
			mux.Handle("/channels/"+name+"/", h)
		}
	}
	mux.Handle("/api/v1/", a.jsonAPI())
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if _, ok := a.readiness(r.Context()); !ok { // who is outside learns no more
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		io.WriteString(w, "ready\n")
	})
	a.pages(mux)
	return a.guarded(headers(mux))
}

// guarded keeps a mistake in one call from ending its connection without an answer, and what it was about
// from the server's own log.
func (a *App) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &codeWriter{ResponseWriter: w}
		defer func() {
			if recovered := recover(); recovered == nil || recovered == http.ErrAbortHandler {
				return
			}
			a.log.Error("a call broke down", "code", r.Pattern)
			if c.code == 0 {
				http.Error(c, "the call failed", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(c, r)
	})
}

// jsonAPI tells programs what the desk refuses, and why.
func (a *App) jsonAPI() http.Handler {
	refusals := []api.Refusal{
		{Err: bot.ErrSealed, Status: http.StatusConflict, Code: "sealed", Detail: "A sealed ticket goes to the inspectorate or the root desk only."},
		{Err: bot.ErrAgency, Status: http.StatusUnprocessableEntity, Code: "agency", Detail: "There is no such agency."},
		{Err: bot.ErrText, Status: http.StatusUnprocessableEntity, Code: "text", Detail: "A text for the citizen is needed."},
		{Err: bot.ErrReason, Status: http.StatusUnprocessableEntity, Code: "reason", Detail: "A reason is needed."},
		{Err: bot.ErrAsk, Status: http.StatusConflict, Code: "ask", Detail: "The citizen cannot be asked: no answer can reach us."},
		{Err: bot.ErrNoTicket, Status: http.StatusServiceUnavailable, Code: "no_ticket", Detail: "The report is safe, but no ticket came of it yet. Ask again with the same Idempotency-Key."},
	}
	accounts := func() (all []api.Account) {
		for name, ad := range a.adapters {
			all = append(all, api.Account{Name: name, Capabilities: ad.Capabilities()})
		}
		return all
	}
	return api.New(a.store, bot.NewDesk(a.bot, a.store), a.City, api.Options{Log: a.log, Version: a.version, Accounts: accounts, Refusals: refusals, Names: staff.New(a.store).Names})
}

// headers are what every answer carries.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

// relative strips a prefix so that the prefix itself is "/".
func relative(prefix string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := r.Clone(r.Context())
		c.URL.Path = "/" + strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, prefix), "/")
		c.URL.RawPath = ""
		h.ServeHTTP(w, c)
	})
}

// adminHandler serves what only operators may see.
func (a *App) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.meters.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		details, ok := a.readiness(r.Context())
		a.describe(r.Context(), details)
		w.Header().Set("Content-Type", "application/json")
		if !ok {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		json.NewEncoder(w).Encode(details)
	})
	return mux
}

func (a *App) readiness(ctx context.Context) (map[string]string, bool) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	details := map[string]string{"database": "ok", "started": strconv.FormatBool(a.ready.Load()), "accounts": strconv.Itoa(len(a.adapters))}
	ok := a.ready.Load()
	if err := a.store.Ping(ctx); err != nil {
		details["database"], ok = "does not answer", false
	}
	return details, ok
}

// describe adds what an operator looks for first. None of it keeps the program from being ready: an account
// that is refused is no reason to take the others away.
func (a *App) describe(ctx context.Context, details map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	for name := range a.adapters {
		details["account "+name] = "working"
	}
	known, err := a.store.Accounts(ctx)
	if err != nil {
		return // readiness has said so
	}
	for _, acc := range known {
		if _, configured := a.adapters[acc.Name]; configured && acc.State != "" {
			details["account "+acc.Name] = acc.State + ": " + acc.Error
		}
	}
	if q, err := a.store.InboxQueue(ctx); err == nil {
		details["inbox"] = strconv.Itoa(q.Waiting) + " waiting"
	}
}
