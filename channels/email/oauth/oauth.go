// Package oauth gets the access tokens with which a mailbox is logged in to where a password is not taken:
// by the refresh token that a person's consent gave (RFC 6749, 6), or as the program itself (RFC 6749, 4.4).
package oauth

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"tanggap/channels"
)

// Config says who gives out tokens, and by what right.
type Config struct {
	Provider     string // google, microsoft or other
	Tenant       string // of Microsoft: the directory's id or domain
	ClientID     string // of the program, as it is registered there
	ClientSecret string // "" for a program that has none
	// RefreshToken came from a person's consent. Without one the program asks in its own name.
	RefreshToken string
	TokenURL     string // "" is the provider's own; other has none
	ConsentURL   string // as TokenURL; for Begin alone
	Scope        string // "" is the provider's own
	// Keep makes a new refresh token durable, where the provider gave one in place of the old. nil: it lasts
	// as long as the program does, and the old one is used again then.
	Keep func(refreshToken string) error
	// Newest is the refresh token as it is kept by now, "" where that is not known: another process, or a person's new
	// consent, may have replaced it. nil: nobody else does.
	Newest func() string
}

const (
	patience = 30 * time.Second // for one answer of the provider
	early    = 5 * time.Minute  // before its end a token is replaced
	assumed  = time.Hour        // how long a token lasts whose provider does not say
)

// Source hands out access tokens. It is safe for concurrent use.
type Source struct {
	config   Config
	provider Provider
	client   *http.Client
	log      *slog.Logger

	turn chan struct{} // held by who asks the provider, and for what follows
	// refresh is the newest refresh token; token the newest access token, "" for none, used until until.
	refresh, token string
	until          time.Time
}

// New checks c and does no I/O.
func New(c Config, client *http.Client, log *slog.Logger) (*Source, error) {
	p, err := provider(c)
	switch {
	case err != nil:
		return nil, err
	case !closed(p.TokenURL):
		return nil, errors.New("token_url is no https:// URL")
	case c.ClientID == "":
		return nil, errors.New("client_id is missing")
	case c.RefreshToken == "" && c.ClientSecret == "":
		return nil, errors.New("refresh_token and client_secret are missing: one is needed")
	case c.RefreshToken == "" && c.Provider == "google":
		return nil, errors.New("refresh_token is missing: a program of Google's has no mailbox of its own")
	}
	own := http.Client{Timeout: patience}
	if client != nil {
		own.Transport = client.Transport
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // it would take the secrets along
	return &Source{config: c, provider: p, client: &own, log: log, refresh: c.RefreshToken, turn: make(chan struct{}, 1)}, nil
}

// Provider is who gives the tokens out.
func (s *Source) Provider() Provider { return s.provider }

// Token is an access token that lasts for a while yet, or an *channels.Error: Suspended where a person has
// to mend something, Temporary where waiting may.
func (s *Source) Token(ctx context.Context) (string, error) {
	if err := s.lock(ctx); err != nil {
		return "", err
	}
	defer func() { <-s.turn }()
	if s.token != "" && time.Now().Before(s.until) {
		return s.token, nil
	}
	asked := time.Now()
	g, err := s.ask(ctx, s.form())
	if e, ours := errors.AsType[*channels.Error](err); ours && e.Code == refusedGrant && s.renewed() {
		g, err = s.ask(ctx, s.form())
	}
	if err != nil {
		return "", err
	}
	life := assumed
	if g.ExpiresIn > 0 {
		life = min(time.Duration(g.ExpiresIn)*time.Second, 24*time.Hour)
	}
	s.token, s.until = g.AccessToken, asked.Add(life-min(early, life/4))
	if g.RefreshToken != "" && g.RefreshToken != s.refresh && s.refresh != "" {
		s.refresh = g.RefreshToken
		s.keep()
	}
	return s.token, nil
}

// Refused forgets a token that a server did not take: the next one is new.
func (s *Source) Refused(ctx context.Context, token string) {
	if s.lock(ctx) != nil {
		return
	}
	defer func() { <-s.turn }()
	if s.token == token {
		s.token = ""
	}
}

func (s *Source) lock(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return channels.Errorf(channels.Temporary, "oauth", "no access token came in time")
	}
}

func (s *Source) form() url.Values {
	form := url.Values{"client_id": {s.config.ClientID}}
	if s.config.ClientSecret != "" {
		form.Set("client_secret", s.config.ClientSecret)
	}
	scope := s.config.Scope // a refreshed token has that of the consent
	if s.refresh != "" {
		form.Set("grant_type", "refresh_token")
		form.Set("refresh_token", s.refresh)
	} else {
		form.Set("grant_type", "client_credentials")
		scope = s.provider.OwnScope
	}
	if scope != "" {
		form.Set("scope", scope)
	}
	return form
}

// renewed reports whether somebody else has kept a refresh token that is newer than ours, and takes it.
func (s *Source) renewed() bool {
	if s.config.Newest == nil || s.refresh == "" {
		return false
	}
	newest := s.config.Newest()
	if newest == "" || newest == s.refresh {
		return false
	}
	s.refresh = newest
	return true
}

// keep makes the newest refresh token durable. Where that fails the program goes on with it, and the old
// one, which may have an end, is what the next start has.
func (s *Source) keep() {
	if s.config.Keep == nil {
		s.log.Warn("the mailbox's refresh token was replaced, and there is no file to keep the new one in: set refresh_token_file")
		return
	}
	if err := s.config.Keep(s.refresh); err != nil {
		s.log.Warn("the mailbox's new refresh token could not be kept", "cause", err)
	}
}
