package wire

import (
	"errors"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"tanggap/channels"
)

// login chooses a mechanism that the SMTP server offers.
type login struct {
	user, password string
	token          string // in place of the password; "" for none
	open           bool   // the connection is encrypted or local, though the library does not know
	chosen         smtp.Auth
	bearer         *bearer // that the token was shown by
}

var (
	errNoLogin  = errors.New("no login that we know is offered")
	errNoTokens = errors.New("no login by a token is offered")
)

func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS && !l.open {
		return "", nil, errNoLogin
	}
	if l.token != "" {
		if l.bearer = newBearer(server.Auth, l.user, l.token); l.bearer == nil {
			return "", nil, errNoTokens
		}
		return l.bearer.Start()
	}
	for _, mechanism := range server.Auth {
		switch strings.ToUpper(mechanism) {
		case "PLAIN":
			l.chosen = smtp.PlainAuth("", l.user, l.password, server.Name, true)
			return l.chosen.Start(server)
		case "LOGIN":
			l.chosen = smtp.LoginAuth(l.user, l.password, server.Name, true)
		}
	}
	if l.chosen == nil {
		return "", nil, errNoLogin
	}
	return l.chosen.Start(server)
}

// failure says what err, which ended the connecting or the login, asks for.
func (l *login) failure(err error) *channels.Error {
	switch {
	case errors.Is(err, errNoTokens):
		return noTokens()
	case l.bearer != nil:
		return l.bearer.refusal(connectError(err))
	default:
		return connectError(err)
	}
}

func (l *login) Next(challenge []byte, more bool) ([]byte, error) {
	switch {
	case l.bearer == nil:
		return l.chosen.Next(challenge, more)
	case more:
		return l.bearer.Next(challenge)
	default:
		return nil, nil
	}
}
