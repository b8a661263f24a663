package oauth

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tanggap/channels"
)

// grant is a provider's answer, good (RFC 6749, 5.1) or bad (5.2).
type grant struct {
	AccessToken  string  `json:"access_token"`
	TokenType    string  `json:"token_type"`
	ExpiresIn    seconds `json:"expires_in"`
	RefreshToken string  `json:"refresh_token"`
	Error        string  `json:"error"`
}

// seconds is a number; some providers write it as a text.
type seconds int64

// UnmarshalJSON takes what is no number for none.
func (s *seconds) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	if err == nil && n > 0 && n < 1e9 {
		*s = seconds(n)
	}
	return nil
}

// answerMost is how many bytes of an answer are read.
const answerMost = 1 << 18

// ask posts form to the provider. Its errors hold nothing of the form and no words of the provider's, which
// name people.
func (s *Source) ask(ctx context.Context, form url.Values) (grant, error) {
	var g grant
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.provider.TokenURL, strings.NewReader(form.Encode()))
	if err != nil {
		return g, channels.Errorf(channels.Suspended, "oauth", "the address of the token endpoint cannot be used")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return g, channels.Errorf(channels.Temporary, "oauth", "the token endpoint cannot be reached")
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, answerMost))
	if err != nil {
		return g, channels.Errorf(channels.Temporary, "oauth", "the token endpoint's answer broke off")
	}
	broken := json.Unmarshal(body, &g) != nil
	switch {
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode >= 500:
		e := channels.Errorf(channels.Temporary, fmt.Sprintf("oauth %d", res.StatusCode), "the token endpoint asks to try again later")
		if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
			e.RetryAfter = time.Duration(min(n, 3600)) * time.Second
		}
		return g, e
	case g.Error != "":
		return g, refusal(g.Error, form.Get("grant_type"))
	case res.StatusCode != http.StatusOK || broken:
		return g, channels.Errorf(channels.Temporary, fmt.Sprintf("oauth %d", res.StatusCode), "the token endpoint's answer is none of OAuth's")
	case !usable.MatchString(g.AccessToken) || g.TokenType != "" && !strings.EqualFold(g.TokenType, "bearer"):
		return g, channels.Errorf(channels.Suspended, "oauth", "the token endpoint gave no access token of type Bearer")
	}
	return g, nil
}

var (
	// usable is a token that fits into a login: RFC 6750, 2.1, and nothing that could end a field there.
	usable = regexp.MustCompile(`^[!-~]+$`)
	// code is an error code as RFC 6749 has them.
	code = regexp.MustCompile(`^[a-z_]{1,40}$`)
)

// refusedGrant is the code of a refresh token that is not taken any more.
const refusedGrant = "oauth invalid_grant"

// refusal says in words what an error code of RFC 6749, 5.2, asks somebody to mend.
func refusal(name, grantType string) *channels.Error {
	if !code.MatchString(name) {
		name = "error"
	}
	kind, words := channels.Suspended, "the token endpoint refuses: look at the program's registration there"
	switch name {
	case "invalid_grant":
		words = "the refresh token has expired or was revoked: get a new one by `tanggap mailbox consent`"
		if grantType == "authorization_code" {
			words = "the code is used up or too old, or is another program's: begin again"
		}
	case "invalid_client", "unauthorized_client":
		words = "client_id or client_secret is wrong or has expired, or the program may not ask in this way"
	case "invalid_scope":
		words = "the program was not given the right to this scope: grant it IMAP and SMTP"
	case "invalid_request", "unsupported_grant_type":
		words = "the token endpoint does not understand the request: look at token_url and tenant"
	case "interaction_required", "consent_required", "login_required":
		words = "the provider wants a person to agree again: get a new refresh token by `tanggap mailbox consent`"
	case "temporarily_unavailable", "server_error", "slow_down":
		kind, words = channels.Temporary, "the token endpoint asks to try again later"
	}
	return channels.Errorf(kind, "oauth "+name, "%s", words)
}
