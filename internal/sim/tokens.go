package sim

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// TokensOptions is what a provider of access tokens knows of one program and one mailbox.
type TokensOptions struct {
	ClientID, ClientSecret string
	Username               string // of the mailbox, whose owner agrees to everything
	Scope                  string // that there is; another one is refused
	Expires                time.Duration
	Rotates                bool // a refresh token is replaced whenever it is used, and lasts only once
	Own                    bool // the program may ask in its own name
}

// Tokens is a provider of access tokens, by the letter of RFC 6749 (token endpoint, consent), RFC 7636 (PKCE)
// and RFC 7662 (introspection). It is safe for concurrent use.
type Tokens struct {
	options TokensOptions
	server  *httptest.Server

	mu      sync.Mutex
	refresh map[string]bool
	access  map[string]time.Time  // until when
	codes   map[string]url.Values // the request for consent that a code came from
	grants  []string              // grant types that were asked for
	fail    []tokensFailure
}

type tokensFailure struct {
	status int
	body   string
}

// NewTokens starts a provider on loopback.
func NewTokens(o TokensOptions) *Tokens {
	p := &Tokens{options: o, refresh: map[string]bool{}, access: map[string]time.Time{}, codes: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("POST /introspect", p.introspect)
	mux.HandleFunc("GET /consent", p.consent)
	p.server = httptest.NewServer(mux)
	return p
}

// Close ends it.
func (p *Tokens) Close() { p.server.Close() }

// URL is where it is: path is "token", "introspect" or "consent".
func (p *Tokens) URL(path string) string { return p.server.URL + "/" + path }

// Refresh gives out a refresh token, as after a consent.
func (p *Tokens) Refresh() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := rand.Text()
	p.refresh[t] = true
	return t
}

// Revoke ends all access tokens, and with refresh all refresh tokens too.
func (p *Tokens) Revoke(refresh bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.access)
	if refresh {
		clear(p.refresh)
	}
}

// Fail answers the next n requests for a token with a status and a body.
func (p *Tokens) Fail(n, status int, body string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range n {
		p.fail = append(p.fail, tokensFailure{status, body})
	}
}

// Grants are the grant types that were asked for so far.
func (p *Tokens) Grants() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.grants)
}

// Secrets are all the tokens that must not be seen anywhere.
func (p *Tokens) Secrets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := append(slices.Collect(maps.Keys(p.access)), slices.Collect(maps.Keys(p.refresh))...)
	return append(all, p.options.ClientSecret)
}

func tokensAnswer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

func tokensRefuse(w http.ResponseWriter, status int, code string) {
	tokensAnswer(w, status, map[string]string{"error": code, "error_description": "for " + "people, with a name in it"})
}

func (p *Tokens) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.fail) > 0 {
		f := p.fail[0]
		p.fail = p.fail[1:]
		w.WriteHeader(f.status)
		w.Write([]byte(f.body))
		return
	}
	if r.ParseForm() != nil || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" || r.URL.RawQuery != "" || tokensRepeats(r.PostForm) {
		tokensRefuse(w, http.StatusBadRequest, "invalid_request")
		return
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	if id != p.options.ClientID || secret != p.options.ClientSecret {
		tokensRefuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	scope := r.PostForm.Get("scope")
	if scope != "" && scope != p.options.Scope {
		tokensRefuse(w, http.StatusBadRequest, "invalid_scope")
		return
	}
	p.grants = append(p.grants, r.PostForm.Get("grant_type"))
	answer := map[string]any{"access_token": rand.Text(), "token_type": "Bearer"}
	if p.options.Expires > 0 {
		answer["expires_in"] = int(p.options.Expires.Seconds())
	}
	switch r.PostForm.Get("grant_type") {
	case "refresh_token":
		old := r.PostForm.Get("refresh_token")
		if !p.refresh[old] {
			tokensRefuse(w, http.StatusBadRequest, "invalid_grant")
			return
		}
		if p.options.Rotates {
			delete(p.refresh, old)
			answer["refresh_token"] = p.newRefresh()
		}
	case "client_credentials":
		if !p.options.Own || secret == "" {
			tokensRefuse(w, http.StatusBadRequest, "unauthorized_client")
			return
		}
	case "authorization_code":
		if !p.redeem(r.PostForm) {
			tokensRefuse(w, http.StatusBadRequest, "invalid_grant")
			return
		}
		answer["refresh_token"] = p.newRefresh()
	default:
		tokensRefuse(w, http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	p.access[answer["access_token"].(string)] = time.Now().Add(max(p.options.Expires, time.Minute))
	tokensAnswer(w, http.StatusOK, answer)
}

// newRefresh needs mu.
func (p *Tokens) newRefresh() string {
	t := rand.Text()
	p.refresh[t] = true
	return t
}

// redeem takes a code, once, from who can prove that it was his.
func (p *Tokens) redeem(form url.Values) bool {
	asked, ok := p.codes[form.Get("code")]
	if !ok {
		return false
	}
	delete(p.codes, form.Get("code"))
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	return asked.Get("redirect_uri") == form.Get("redirect_uri") && asked.Get("code_challenge") == base64.RawURLEncoding.EncodeToString(sum[:])
}

// tokensRepeats reports a parameter that is there twice, which RFC 6749, 3.2, forbids.
func tokensRepeats(form url.Values) bool {
	for _, values := range form {
		if len(values) > 1 {
			return true
		}
	}
	return false
}

// consent is the page on which the mailbox's owner agrees: he does so at once.
func (p *Tokens) consent(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != p.options.ClientID || q.Get("response_type") != "code" || !strings.HasPrefix(back.Host, "127.0.0.1") && back.Hostname() != "localhost" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer := url.Values{"state": {q.Get("state")}}
	if q.Get("scope") == p.options.Scope && q.Get("code_challenge_method") == "S256" {
		code := rand.Text()
		p.codes[code] = q
		answer.Set("code", code)
	} else {
		answer.Set("error", "invalid_scope")
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

func (p *Tokens) introspect(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	until, ok := p.access[r.PostFormValue("token")]
	if !ok || time.Now().After(until) {
		tokensAnswer(w, http.StatusOK, map[string]any{"active": false})
		return
	}
	tokensAnswer(w, http.StatusOK, map[string]any{"active": true, "username": p.options.Username, "scope": p.options.Scope, "token_type": "Bearer"})
}
