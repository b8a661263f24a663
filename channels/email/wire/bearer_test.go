package wire

import (
	"context"
	"encoding/base64"
	"strings"
	"testing"

	"tanggap/channels"
)

// tokens hands out t1, t2 …, each once.
type tokens struct{ given, refused int }

func (t *tokens) Token(context.Context) (string, error) {
	t.given++
	return "t" + string(rune('0'+t.given)), nil
}

func (t *tokens) Refused(context.Context, string) { t.refused++ }

const xoauth2Reason = `{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}`

// TestSMTPByAccessToken: a provider's server shows why it refuses a token, and takes the next one.
func TestSMTPByAccessToken(t *testing.T) {
	for mechanism, want := range map[string]string{
		"XOAUTH2":             "user=u=1,@kota.test\x01auth=Bearer t2\x01\x01",
		"XOAUTH2 OAUTHBEARER": "n,a=u=3D1=2C@kota.test,\x01auth=Bearer t2\x01\x01",
	} {
		said := make(chan string, 10)
		s := server(t, "smtp://"+speak(t, nil, "220 ready\r\n", func(l string) string {
			switch verb, rest, _ := strings.Cut(l, " "); verb {
			case "EHLO":
				return "250-hello\r\n250 AUTH PLAIN " + mechanism + "\r\n"
			case "AUTH":
				first, _ := base64.StdEncoding.DecodeString(rest[strings.LastIndexByte(rest, ' ')+1:])
				if strings.Contains(string(first), "Bearer t1") {
					return "334 " + base64.StdEncoding.EncodeToString([]byte(xoauth2Reason)) + "\r\n"
				}
				said <- string(first)
				return "235 2.7.0 Accepted\r\n"
			case "AQ==":
				return "535 5.7.8 Username and Password not accepted\r\n"
			}
			return "250 done\r\n"
		}), "smtp")
		from := &tokens{}
		s.Username, s.Tokens = "u=1,@kota.test", from
		conn, err := s.Submit(t.Context(), "kota.test")
		if err != nil {
			t.Fatalf("%s: %v", mechanism, err)
		}
		conn.Quit()
		if got := <-said; got != want || from.refused != 1 {
			t.Errorf("%s: logged in by %q after %d refusals, want %q after 1", mechanism, got, from.refused, want)
		}
	}
}

func TestARefusedTokenIsPutIntoWords(t *testing.T) {
	refusing := func(challenge string) Server {
		s := server(t, "imap://"+speak(t, nil, "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready\r\n", func(l string) string {
			tag, command, _ := strings.Cut(l, " ")
			switch {
			case strings.HasPrefix(command, "AUTHENTICATE") && challenge != "":
				return "+ " + base64.StdEncoding.EncodeToString([]byte(challenge)) + "\r\n"
			case l == "AQ==":
				return "T1 NO [AUTHENTICATIONFAILED] Invalid credentials for warga@kota.test\r\n"
			}
			return tag + " NO AUTHENTICATE failed.\r\n"
		}), "imap")
		s.Tokens = &tokens{}
		return s
	}
	for challenge, want := range map[string]string{
		xoauth2Reason: "lacks the scope https://mail.google.com/",
		`{"status":"insufficient_scope","scope":"x"}`:         "does not reach to this mailbox",
		`{"status":"invalid_token","scope":"<a href=\"x\">"}`: "has expired, was revoked",
		"no JSON": "has expired, was revoked",
		"":        "look at username",
	} {
		_, err := refusing(challenge).Login(t.Context())
		if channels.KindOf(err) != channels.Suspended || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "href") || strings.Contains(err.Error(), "warga") {
			t.Errorf("%s: %v, want a refusal that says: %s", challenge, err, want)
		}
	}
}

func TestAServerThatTakesNoTokens(t *testing.T) {
	s := server(t, "imap://"+speak(t, nil, imapGreeting, imapAnswer), "imap")
	s.Tokens = &tokens{}
	if _, err := s.Login(t.Context()); channels.KindOf(err) != channels.Suspended || !strings.Contains(err.Error(), "takes no access tokens") {
		t.Errorf("IMAP: %v", err)
	}
	s = server(t, "smtp://"+speak(t, nil, "220 ready\r\n", func(l string) string {
		if strings.HasPrefix(l, "EHLO") {
			return "250-hello\r\n250 AUTH PLAIN\r\n"
		}
		return "250 done\r\n"
	}), "smtp")
	s.Tokens = &tokens{}
	if _, err := s.Submit(t.Context(), "kota.test"); channels.KindOf(err) != channels.Suspended || !strings.Contains(err.Error(), "takes no access tokens") {
		t.Errorf("SMTP: %v", err)
	}
}
