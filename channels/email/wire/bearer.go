package wire

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tanggap/channels"
)

// Tokens hands out access tokens.
type Tokens interface {
	// Token is one that lasts for a while yet, or an *channels.Error.
	Token(ctx context.Context) (string, error)
	// Refused says that a server did not take it: the next one is to be new.
	Refused(ctx context.Context, token string)
}

// bearer logs in with an access token, by OAUTHBEARER (RFC 7628) or by XOAUTH2, which came before it
// (developers.google.com/workspace/gmail/imap/xoauth2-protocol). For one login; it is a sasl.Client.
type bearer struct {
	mechanism   string
	user, token string
	refused     []byte // what the server said of the token
}

const (
	oauthBearer = "OAUTHBEARER"
	xoauth2     = "XOAUTH2"
)

// newBearer chooses by what the server offers; nil where it takes no tokens.
func newBearer(offered []string, user, token string) *bearer {
	for _, mechanism := range []string{oauthBearer, xoauth2} {
		if slices.ContainsFunc(offered, func(o string) bool { return strings.EqualFold(o, mechanism) }) {
			return &bearer{mechanism: mechanism, user: user, token: token}
		}
	}
	return nil
}

func noTokens() *channels.Error {
	return channels.Errorf(channels.Suspended, "login", "the mail server takes no access tokens (%s, %s)", oauthBearer, xoauth2)
}

// escapes are those of a name in the head of OAUTHBEARER (RFC 5801, 4).
var escapes = strings.NewReplacer("=", "=3D", ",", "=2C")

// Start gives the mechanism and the first response.
func (b *bearer) Start() (mechanism string, first []byte, err error) {
	if b.mechanism == oauthBearer {
		return b.mechanism, fmt.Appendf(nil, "n,a=%s,\x01auth=Bearer %s\x01\x01", escapes.Replace(b.user), b.token), nil
	}
	return b.mechanism, fmt.Appendf(nil, "user=%s\x01auth=Bearer %s\x01\x01", b.user, b.token), nil
}

// Next is called where the token was refused: the server says why, and wants an answer before it ends.
func (b *bearer) Next(challenge []byte) ([]byte, error) {
	b.refused = append([]byte{}, challenge...)
	return []byte{1}, nil
}

// plainScope is a scope that can be repeated: no more than names and URLs.
var plainScope = regexp.MustCompile(`^[A-Za-z0-9:/._ -]{1,200}$`)

// refusal says in words why the server refused the token, by what it said itself or, where it said nothing,
// by how it ended the login.
func (b *bearer) refusal(ended *channels.Error) *channels.Error {
	if b.refused == nil {
		if ended.Kind == channels.Suspended {
			ended.Reason = "the mail server refused the access token, or does not let its owner into this mailbox: look at username, and whether IMAP and SMTP are switched on for it"
		}
		return ended
	}
	var said struct {
		Status any    `json:"status"` // a number in quotes at Google, a word in RFC 7628
		Scope  string `json:"scope"`
	}
	words, code := "the mail server refused the access token: it has expired, was revoked, or is another mailbox's", "login"
	if json.Unmarshal(b.refused, &said) == nil {
		if status := fmt.Sprint(said.Status); statusCode.MatchString(status) {
			code = "login " + status
		}
		if code == "login insufficient_scope" {
			words = "the mail server refused the access token: the consent does not reach to this mailbox"
		}
		if plainScope.MatchString(said.Scope) {
			words += ", or lacks the scope " + said.Scope
		}
	}
	return channels.Errorf(channels.Suspended, code, "%s", words)
}

var statusCode = regexp.MustCompile(`^[a-z0-9_]{1,30}$`)

// withToken logs in by try, with a new token once where the first is refused: it may have been revoked
// before its time.
func withToken[T any](ctx context.Context, tokens Tokens, try func(token string) (T, error)) (T, error) {
	var none T
	for again := true; ; again = false {
		token, err := tokens.Token(ctx)
		if err != nil {
			return none, err
		}
		got, err := try(token)
		if err == nil || channels.KindOf(err) != channels.Suspended || ctx.Err() != nil {
			return got, err
		}
		tokens.Refused(ctx, token)
		if !again {
			return none, err
		}
	}
}
