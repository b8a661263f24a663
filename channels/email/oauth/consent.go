package oauth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tanggap/channels"
)

// returnTo is where the browser is sent after the consent. Nobody need listen there: its address holds the
// code, and is given to Finish. Google and Microsoft take it from programs on a desk.
const returnTo = "http://localhost"

// Consent is one question to the owner of a mailbox, whose answer is a refresh token (RFC 6749, 4.1, with the
// proof of RFC 7636).
type Consent struct {
	source          *Source
	state, verifier string
}

// Begin prepares the question; c needs no refresh token.
func Begin(c Config, client *http.Client) (*Consent, error) {
	p, err := provider(c)
	switch {
	case err != nil:
		return nil, err
	case p.ConsentURL == "" || !closed(p.ConsentURL) || !closed(p.TokenURL):
		return nil, errors.New("the provider has no page for a consent that is known: use its own way to a refresh token")
	case c.ClientID == "":
		return nil, errors.New("client_id is missing")
	}
	own := http.Client{Timeout: patience}
	if client != nil {
		own.Transport = client.Transport
	}
	return &Consent{
		source: &Source{config: c, provider: p, client: &own},
		state:  rand.Text(), verifier: rand.Text() + rand.Text(),
	}, nil
}

// Page is the address that the owner of the mailbox opens in a browser.
func (q *Consent) Page(mailbox string) string {
	sum := sha256.Sum256([]byte(q.verifier))
	values := url.Values{
		"client_id": {q.source.config.ClientID}, "response_type": {"code"}, "redirect_uri": {returnTo},
		"state": {q.state}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
		"access_type": {"offline"}, "prompt": {"consent"}, // or Google gives no refresh token
	}
	if q.source.provider.Scope != "" {
		values.Set("scope", q.source.provider.Scope)
	}
	if mailbox != "" {
		values.Set("login_hint", mailbox)
	}
	return q.source.provider.ConsentURL + "?" + values.Encode()
}

// Finish makes a refresh token of the address that the browser was sent to. Its errors do not repeat it.
func (q *Consent) Finish(ctx context.Context, address string) (refreshToken string, err error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return "", errors.New("this is no address of a page")
	}
	answer := u.Query()
	if refused := answer.Get("error"); refused != "" {
		if !code.MatchString(refused) {
			refused = "error"
		}
		return "", errors.New("the provider gave no consent: " + refused)
	}
	if subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(q.state)) != 1 {
		return "", errors.New("this is not the address that this question was answered with: begin again, and copy the whole of it")
	}
	form := url.Values{
		"client_id": {q.source.config.ClientID}, "grant_type": {"authorization_code"}, "code": {answer.Get("code")},
		"redirect_uri": {returnTo}, "code_verifier": {q.verifier},
	}
	if secret := q.source.config.ClientSecret; secret != "" {
		form.Set("client_secret", secret)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	g, err := q.source.ask(ctx, form)
	if err != nil {
		return "", err
	}
	if !usable.MatchString(g.RefreshToken) {
		return "", channels.Errorf(channels.Suspended, "oauth", "the provider gave no refresh token: its scope must allow for one")
	}
	return g.RefreshToken, nil
}
