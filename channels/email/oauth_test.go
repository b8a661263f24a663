package email

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tanggap/channels"
	"tanggap/channels/channeltest"
	"tanggap/channels/email/oauth"
	"tanggap/internal/dovecot"
	"tanggap/internal/sim"
)

// tokenMailbox is a real server that takes nothing but the tokens of a provider.
func tokenMailbox(t *testing.T) (*sim.Tokens, *dovecot.Server, Config) {
	provider := sim.NewTokens(sim.TokensOptions{ClientID: "tanggap", ClientSecret: "rahasia-program", Username: dovecot.Address, Expires: time.Hour, Rotates: true})
	t.Cleanup(provider.Close)
	server := dovecot.StartTokens(t, provider.URL("introspect"))
	return provider, server, Config{
		Address: dovecot.Address, ReplySecret: "kunci", IMAP: Server{URL: server.IMAPURL()}, SMTP: Server{URL: "smtp://127.0.0.1:1"},
		OAuth: oauth.Config{Provider: "other", TokenURL: provider.URL("token"), ClientID: "tanggap", ClientSecret: "rahasia-program", RefreshToken: provider.Refresh()},
	}
}

func TestDovecotByAccessToken(t *testing.T) {
	provider, server, c := tokenMailbox(t)
	kept := make(chan string, 100)
	c.OAuth.Keep = func(token string) error { kept <- token; return nil }
	var logged bytes.Buffer
	a, err := New("mail", c, nil, slog.New(slog.NewTextHandler(&logged, nil)))
	if err != nil {
		t.Fatal(err)
	}
	a.reader.Retry = 20 * time.Millisecond
	in := channeltest.NewInbox()
	stop := poll(t, a, in)
	arrive := func(n int) {
		t.Helper()
		if err := server.Deliver(plainMail("warga@kampung.test", fmt.Sprint(n, "@x.test"), "halo")); err != nil {
			t.Fatal(err)
		}
		await(t, in, "a mail", func() bool { return len(in.Messages()) == n })
	}
	arrive(1)
	if err := server.Cut(); err != nil {
		t.Fatal(err)
	}
	arrive(2) // with the same token
	if got := len(provider.Grants()); got != 1 {
		t.Errorf("%d tokens were asked for, want 1 while it lasts", got)
	}
	secrets := provider.Secrets()
	provider.Revoke(false)
	if err := server.Cut(); err != nil {
		t.Fatal(err)
	}
	arrive(3) // with a new one, since the old one is refused
	secrets = append(secrets, provider.Secrets()...)
	if first, second := <-kept, <-kept; first == second || first == "" {
		t.Errorf("refresh tokens %q and %q were kept, want two", first, second)
	}
	older := c
	host := strings.TrimSuffix(strings.TrimPrefix(c.IMAP.URL, "imap://"), "/INBOX")
	older.IMAP.URL = "imap://" + filter(t, host, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(" AUTH=OAUTHBEARER"), nil) })
	older.OAuth.RefreshToken = provider.Refresh()
	arrived := channeltest.NewInbox()
	poll(t, newAdapter(t, older), arrived) // by XOAUTH2
	await(t, arrived, "the mails by the older mechanism", func() bool { return len(arrived.Messages()) == 3 })
	provider.Revoke(true)
	if err := enter(t, a); channels.KindOf(err) != channels.Suspended || !strings.Contains(err.Error(), "tanggap mailbox consent") {
		t.Errorf("after the consent was taken back: %v", err)
	}
	stop()
	for _, secret := range secrets {
		if strings.Contains(logged.String(), secret) {
			t.Error("a token is in the log")
		}
	}
}

func TestDovecotRefusesAnothersToken(t *testing.T) {
	provider, _, c := tokenMailbox(t)
	stranger := sim.NewTokens(sim.TokensOptions{ClientID: "tanggap", ClientSecret: "rahasia-program"})
	t.Cleanup(stranger.Close)
	c.OAuth.TokenURL, c.OAuth.RefreshToken = stranger.URL("token"), stranger.Refresh()
	err := enter(t, newAdapter(t, c))
	if channels.KindOf(err) != channels.Suspended || !strings.Contains(err.Error(), "refused the access token") {
		t.Errorf("%v, want a refusal in words", err)
	}
	if got := len(stranger.Grants()); got != 2 {
		t.Errorf("%d tokens were tried, want one more after the first was refused", got)
	}
	older := c
	host := strings.TrimSuffix(strings.TrimPrefix(c.IMAP.URL, "imap://"), "/INBOX")
	older.IMAP.URL = "imap://" + filter(t, host, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(" AUTH=OAUTHBEARER"), nil) })
	if err := enter(t, newAdapter(t, older)); channels.KindOf(err) != channels.Suspended || !strings.Contains(err.Error(), "refused the access token") {
		t.Errorf("by XOAUTH2: %v, want a refusal in words", err)
	}
	c.IMAP.URL = strings.Replace(c.IMAP.URL, "INBOX", "Arsip", 1)
	c.OAuth.TokenURL, c.OAuth.RefreshToken = provider.URL("token"), provider.Refresh()
	if err := enter(t, newAdapter(t, c)); channels.KindOf(err) != channels.Suspended || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

// enter logs in and opens the folder.
func enter(t *testing.T, a *Adapter) error {
	t.Helper()
	m, err := a.imap.Login(t.Context())
	if err != nil {
		return err
	}
	defer m.Close()
	_, err = m.Open()
	return err
}
