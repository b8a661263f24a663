package wire

import (
	"io"
	"net"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"tanggap/channels"
)

// tokenServer is a mail server of another hand that takes OAUTHBEARER alone, and one token of one user.
type tokenServer struct{ taken chan string }

func (s tokenServer) NewSession(*smtp.Conn) (smtp.Session, error) {
	return tokenSession{taken: s.taken}, nil
}

type tokenSession struct {
	smtp.Session
	taken chan string
}

func (s tokenSession) AuthMechanisms() []string { return []string{sasl.OAuthBearer} }

func (s tokenSession) Auth(string) (sasl.Server, error) {
	return sasl.NewOAuthBearerServer(func(o sasl.OAuthBearerOptions) *sasl.OAuthBearerError {
		if o.Username != "lapor@kota.test" || o.Token != "t2" {
			return &sasl.OAuthBearerError{Status: "invalid_token", Schemes: "bearer"}
		}
		return nil
	}), nil
}

func (tokenSession) Mail(string, *smtp.MailOptions) error { return nil }
func (tokenSession) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (tokenSession) Reset()                               {}
func (tokenSession) Logout() error                        { return nil }

func (s tokenSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	s.taken <- string(raw)
	return err
}

func TestAMailGoesOutByAnAccessToken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	taken := make(chan string, 1)
	other := smtp.NewServer(tokenServer{taken})
	other.Domain, other.AllowInsecureAuth = "kota.test", true
	go other.Serve(l)
	t.Cleanup(func() { other.Close() })
	s := server(t, "smtp://"+l.Addr().String(), "smtp")
	from := &tokens{}
	s.Username, s.Tokens = "lapor@kota.test", from
	conn, err := s.Submit(t.Context(), "kota.test") // t1 is refused
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Transfer("warga@kampung.test", []byte("Subject: halo\r\n\r\nhalo\r\n"), "lapor@kota.test"); err != nil {
		t.Fatal(err)
	}
	conn.Quit()
	if got := <-taken; got != "Subject: halo\r\n\r\nhalo\r\n" || from.refused != 1 {
		t.Errorf("took %q after %d refusals", got, from.refused)
	}
	s.Username = "orang@kota.test"
	if _, err := s.Submit(t.Context(), "kota.test"); channels.KindOf(err) != channels.Suspended {
		t.Errorf("another's mailbox: %v", err)
	}
}
