package oauth

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tanggap/channels"
	"tanggap/internal/sim"
)

func start(t *testing.T, o sim.TokensOptions) *sim.Tokens {
	o.ClientID, o.ClientSecret = "tanggap", "rahasia"
	p := sim.NewTokens(o)
	t.Cleanup(p.Close)
	return p
}

func source(t *testing.T, p *sim.Tokens, c Config) *Source {
	t.Helper()
	c.TokenURL, c.ClientID, c.ClientSecret = p.URL("token"), "tanggap", "rahasia"
	s, err := New(c, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestATokenIsAskedForOnceWhileItLasts(t *testing.T) {
	p := start(t, sim.TokensOptions{Expires: time.Hour})
	s := source(t, p, Config{Provider: "other", RefreshToken: p.Refresh()})
	var asking sync.WaitGroup
	for range 20 {
		asking.Go(func() {
			if _, err := s.Token(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	asking.Wait()
	first, _ := s.Token(t.Context())
	s.Refused(t.Context(), "another")
	if again, _ := s.Token(t.Context()); again != first || len(p.Grants()) != 1 {
		t.Errorf("%d tokens for 22 questions", len(p.Grants()))
	}
	s.Refused(t.Context(), first)
	if again, err := s.Token(t.Context()); again == first || err != nil {
		t.Errorf("the token that was refused is given again, %v", err)
	}
}

// answers is a token endpoint without a network, for a time that can be moved.
type answers func(*http.Request) (*http.Response, error)

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

func TestATokenIsReplacedBeforeItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		client := &http.Client{Transport: answers(func(*http.Request) (*http.Response, error) {
			asked++
			w := httptest.NewRecorder()
			w.WriteString(`{"access_token":"abc","token_type":"bearer","expires_in":"3600"}`)
			return w.Result(), nil
		})}
		s, err := New(Config{Provider: "google", ClientID: "c", RefreshToken: "r"}, client, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			after time.Duration
			asked int
		}{{0, 1}, {54 * time.Minute, 1}, {2 * time.Minute, 2}, {54 * time.Minute, 2}, {10 * time.Hour, 3}} {
			time.Sleep(step.after)
			if _, err := s.Token(t.Context()); err != nil || asked != step.asked {
				t.Errorf("%s later: asked %d times, %v, want %d", step.after, asked, err, step.asked)
			}
		}
	})
}

func TestAReplacedRefreshTokenIsKept(t *testing.T) {
	p := start(t, sim.TokensOptions{Expires: time.Hour, Rotates: true})
	var kept []string
	var log bytes.Buffer
	s := source(t, p, Config{Provider: "other", RefreshToken: p.Refresh(), Keep: func(r string) error {
		kept = append(kept, r)
		return errors.New("the folder is read-only")
	}})
	s.log = slog.New(slog.NewTextHandler(&log, nil))
	for range 3 {
		token, err := s.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		s.Refused(t.Context(), token)
	}
	if len(kept) != 3 || kept[0] == kept[2] {
		t.Errorf("%d refresh tokens were kept of 3", len(kept))
	}
	if !strings.Contains(log.String(), "read-only") {
		t.Error("nobody is told that it could not be kept")
	}
	for _, secret := range append(p.Secrets(), kept...) {
		if strings.Contains(log.String(), secret) {
			t.Error("a secret is in the log")
		}
	}
	// The next start has the last one.
	if _, err := source(t, p, Config{Provider: "other", RefreshToken: kept[2]}).Token(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestTwoProcesses share a refresh token that lasts only once, such as a server and a check beside it.
func TestTwoProcesses(t *testing.T) {
	p := start(t, sim.TokensOptions{Expires: time.Hour, Rotates: true})
	file := p.Refresh()
	c := Config{Provider: "other", RefreshToken: file, Keep: func(r string) error { file = r; return nil }, Newest: func() string { return file }}
	server, check := source(t, p, c), source(t, p, c)
	for range 3 {
		for _, s := range []*Source{server, check} {
			token, err := s.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			s.Refused(t.Context(), token)
		}
	}
	p.Revoke(true)
	if _, err := server.Token(t.Context()); channels.KindOf(err) != channels.Suspended {
		t.Errorf("after the consent was taken back: %v", err)
	}
	file = p.Refresh() // by `tanggap mailbox consent`, while the server runs
	if _, err := server.Token(t.Context()); err != nil {
		t.Errorf("after a new consent: %v", err)
	}
}

func TestTheProgramInItsOwnName(t *testing.T) {
	const scope = "https://outlook.office365.com/.default"
	p := start(t, sim.TokensOptions{Expires: time.Hour, Own: true, Scope: scope})
	s := source(t, p, Config{Provider: "microsoft", Tenant: "kota.onmicrosoft.com"})
	if token, err := s.Token(t.Context()); err != nil || token == "" || p.Grants()[0] != "client_credentials" {
		t.Errorf("%v by %v", err, p.Grants())
	}
	if s.provider.IMAP != "imaps://outlook.office365.com:993/INBOX" {
		t.Errorf("mail is read at %s", s.provider.IMAP)
	}
}

func TestRefusalsAreWords(t *testing.T) {
	p := start(t, sim.TokensOptions{Expires: time.Hour})
	s := source(t, p, Config{Provider: "other", RefreshToken: "ditarik"})
	for _, c := range []struct {
		status     int
		body, want string
		kind       channels.ErrorKind
	}{
		{0, "", "has expired or was revoked", channels.Suspended}, // as the provider itself says it
		{401, `{"error":"invalid_client","error_description":"Budi"}`, "client_secret is wrong", channels.Suspended},
		{400, `{"error":"invalid_scope"}`, "grant it IMAP and SMTP", channels.Suspended},
		{400, `{"error":"<b>Budi</b>"}`, "registration", channels.Suspended},
		{503, "Budi is away", "later", channels.Temporary},
		{429, `{"error":"slow_down"}`, "later", channels.Temporary},
		{200, "<html>Budi", "none of OAuth's", channels.Temporary},
		{404, "{}", "none of OAuth's", channels.Temporary},
		{302, "", "none of OAuth's", channels.Temporary},
		{200, `{"access_token":"a b","token_type":"bearer"}`, "no access token", channels.Suspended},
		{200, `{"access_token":"ab","token_type":"mac"}`, "no access token", channels.Suspended},
		{200, `{"token_type":"bearer"}`, "no access token", channels.Suspended},
		{200, `{"access_token":"` + strings.Repeat("x", answerMost) + `"}`, "none of OAuth's", channels.Temporary},
	} {
		if c.status > 0 {
			p.Fail(1, c.status, c.body)
		}
		_, err := s.Token(t.Context())
		if channels.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "Budi") {
			t.Errorf("%d %.60s: %v, want %s that says: %s", c.status, c.body, err, c.kind, c.want)
		}
	}
	p.Close()
	if _, err := s.Token(t.Context()); channels.KindOf(err) != channels.Temporary {
		t.Errorf("where nobody answers: %v", err)
	}
}

func TestWhatNoTokenComesOf(t *testing.T) {
	for _, c := range []Config{
		{Provider: "yahoo", ClientID: "c", RefreshToken: "r"},
		{Provider: "google", RefreshToken: "r"},
		{Provider: "google", ClientID: "c", ClientSecret: "s"},
		{Provider: "microsoft", ClientID: "c", RefreshToken: "r"},
		{Provider: "microsoft", Tenant: "a/../b", ClientID: "c", RefreshToken: "r"},
		{Provider: "microsoft", Tenant: "t", ClientID: "c"},
		{Provider: "other", ClientID: "c", RefreshToken: "r"},
		{Provider: "other", TokenURL: "http://login.kota.test/token", ClientID: "c", RefreshToken: "r"},
		{Provider: "other", TokenURL: "https://u:p@login.kota.test/token", ClientID: "c", RefreshToken: "r"},
	} {
		if _, err := New(c, nil, slog.New(slog.DiscardHandler)); err == nil {
			t.Errorf("%+v is taken", c)
		}
	}
}
