package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"tanggap/cities"
	"tanggap/internal/config"
	"tanggap/migrations"
	"tanggap/tickets"
)

// token makes, lists and ends the tokens of the JSON API.
type token struct {
	Create tokenCreate `cmd:"" help:"Make a token; it is printed once, alone on the last line."`
	List   tokenList   `cmd:"" help:"List the tokens; what opens them is not kept."`
	Revoke tokenRevoke `cmd:"" help:"End every token of a name, at once."`
}

// scopes are what a token may be for.
var scopes = []string{"tickets:read", "tickets:write", "accounts:read", "quarantine:read"}

// tokenCreate makes a token.
type tokenCreate struct {
	configured
	Name        string   `required:"" help:"What the token is for; it signs what is done with it."`
	Scope       []string `required:"" help:"One or more of tickets:read, tickets:write, accounts:read, quarantine:read, with commas between."`
	Agency      string   `xor:"agencies" required:"" placeholder:"ID" help:"See what this agency and those below it hold."`
	AllAgencies bool     `xor:"agencies" required:"" help:"See what all agencies hold; texts reach it as citizens wrote them, with names and numbers."`
	Expires     string   `placeholder:"90d" help:"How long it is valid, in days (90d) or hours (12h). Without it: until it is revoked."`
	JSON        bool     `help:"Print JSON."`
}

// Run prints the token alone on the last line; what else there is to say goes to standard error.
func (c tokenCreate) Run(ctx context.Context, s streams) error {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	t, err := c.token(cfg, time.Now())
	if err != nil {
		return &usageError{err}
	}
	var secret string
	err = withStore(ctx, cfg, func(store *tickets.Store) error {
		secret, err = store.CreateToken(ctx, t)
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(map[string]string{"name": t.Name, "token": secret})
	}
	fmt.Fprintln(s.Err, "tanggap: keep the token safe: it cannot be shown again")
	fmt.Fprintln(s.Out, secret)
	return nil
}

// token checks what was asked for; every mistake is told at once.
func (c tokenCreate) token(cfg *config.Config, now time.Time) (tickets.Token, error) {
	t := tickets.Token{Name: strings.TrimSpace(c.Name), Agency: c.Agency}
	var wrong []error
	if t.Name == "" {
		wrong = append(wrong, errors.New("--name: is empty"))
	}
	for _, scope := range c.Scope {
		if !slices.Contains(scopes, scope) {
			wrong = append(wrong, fmt.Errorf("--scope: no such scope %q; there are %s", scope, strings.Join(scopes, ", ")))
		} else if !slices.Contains(t.Scopes, scope) {
			t.Scopes = append(t.Scopes, scope)
		}
	}
	if len(c.Scope) == 0 {
		wrong = append(wrong, errors.New("--scope: names no scope"))
	}
	if c.AllAgencies {
		t.Agency = "*"
	} else if err := knownAgency(cfg.City.Pack, c.Agency); err != nil {
		wrong = append(wrong, err)
	}
	if c.Expires != "" {
		valid, err := lifetime(c.Expires)
		if err != nil {
			wrong = append(wrong, err)
		}
		t.ExpiresAt = now.Add(valid)
	}
	return t, errors.Join(wrong...)
}

func knownAgency(name, id string) error {
	pack, err := cities.Load(name)
	if err != nil {
		return err
	}
	if _, known := pack.City.Agency(id); !known {
		return fmt.Errorf("--agency: the city pack %s has no agency %q", name, id)
	}
	return nil
}

// lifetime reads "90d", or what time.ParseDuration reads.
func lifetime(text string) (time.Duration, error) {
	const day = 24 * time.Hour
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 36500 {
			return time.Duration(n) * day, nil
		}
	} else if d, err := time.ParseDuration(text); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("--expires %q: wants a time such as 90d or 12h", text)
}

// withStore runs f on the database, brought up to date, also beside a server that is running on it.
func withStore(ctx context.Context, cfg *config.Config, f func(*tickets.Store) error) error {
	url := cfg.Database.URL.Reveal()
	state, err := schema(ctx, cfg)
	if err != nil {
		return err
	}
	if len(state.Pending) > 0 {
		if err := migrations.UpURL(ctx, url); err != nil {
			return err
		}
	}
	store, err := tickets.Open(ctx, url, tickets.Options{Beside: true, MaxConns: 2})
	if err != nil {
		return err
	}
	return errors.Join(f(store), store.Close())
}

// tokenList lists tokens.
type tokenList struct {
	configured
	JSON bool `help:"Print JSON."`
}

// tokenLine is a token as it is listed.
type tokenLine struct {
	Name    string     `json:"name"`
	Scopes  []string   `json:"scopes"`
	Agency  string     `json:"agency"` // "*" is all
	State   string     `json:"state"`  // valid, expired, revoked
	Created time.Time  `json:"created_at"`
	Expires *time.Time `json:"expires_at"`
}

// Run prints a line each.
func (l tokenList) Run(ctx context.Context, s streams) error {
	cfg, err := l.load()
	if err != nil {
		return err
	}
	lines := []tokenLine{}
	err = withStore(ctx, cfg, func(store *tickets.Store) error {
		all, err := store.Tokens(ctx)
		for _, t := range all {
			lines = append(lines, lineOf(t, time.Now()))
		}
		return err
	})
	if err != nil {
		return err
	}
	if l.JSON {
		return json.NewEncoder(s.Out).Encode(lines)
	}
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, t := range lines {
		until := "until revoked"
		if t.Expires != nil {
			until = "until " + t.Expires.Format(time.DateOnly)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.Name, t.State, t.Agency, strings.Join(t.Scopes, ","), until)
	}
	return w.Flush()
}

func lineOf(t tickets.Token, now time.Time) tokenLine {
	l := tokenLine{Name: t.Name, Scopes: t.Scopes, Agency: t.Agency, State: "valid", Created: t.CreatedAt}
	if !t.ExpiresAt.IsZero() {
		l.Expires = &t.ExpiresAt
		if now.After(t.ExpiresAt) {
			l.State = "expired"
		}
	}
	if !t.RevokedAt.IsZero() {
		l.State = "revoked"
	}
	return l
}

// tokenRevoke ends tokens.
type tokenRevoke struct {
	configured
	Name string `arg:"" help:"The name they were made with."`
}

// Run ends them.
func (r tokenRevoke) Run(ctx context.Context, s streams) error {
	cfg, err := r.load()
	if err != nil {
		return err
	}
	err = withStore(ctx, cfg, func(store *tickets.Store) error { return store.RevokeToken(ctx, r.Name) })
	if errors.Is(err, tickets.ErrNotFound) {
		return fmt.Errorf("revoking: no valid token is named %q", r.Name)
	}
	if err == nil {
		fmt.Fprintf(s.Err, "tanggap: the tokens named %q are no longer valid\n", r.Name)
	}
	return err
}
