package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"tanggap/bot"
	"tanggap/channels/email"
	"tanggap/channels/email/oauth"
	"tanggap/internal/config"
	"tanggap/internal/dbtest"
	"tanggap/internal/sim"
	"tanggap/tickets"
)

// consent runs the command beside an owner whose browser opens the page that it names, and who pastes what
// change makes of the address it ends on.
func consent(t *testing.T, p *sim.Tokens, change func(string) string, more ...string) (status int, out, told string) {
	t.Helper()
	fromOwner, toCommand := io.Pipe()
	fromCommand, toOwner := io.Pipe()
	var heard, printed bytes.Buffer
	owner := make(chan struct{})
	go func() {
		defer close(owner)
		page, buf := regexp.MustCompile(`(?m)^http\S+$`), make([]byte, 4096)
		for page.Find(heard.Bytes()) == nil {
			n, err := fromCommand.Read(buf)
			if err != nil {
				return
			}
			heard.Write(buf[:n])
		}
		go io.Copy(io.Discard, fromCommand)
		browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := browser.Get(string(page.Find(heard.Bytes())))
		if err != nil {
			t.Error(err)
			return
		}
		res.Body.Close()
		io.WriteString(toCommand, change(res.Header.Get("Location"))+"\n")
	}()
	args := append([]string{"mailbox", "consent", "--provider", "other", "--client-id", "tanggap", "--token-url", p.URL("token"), "--consent-url", p.URL("consent")}, more...)
	status = run(context.Background(), args, fromOwner, &printed, io.MultiWriter(toOwner))
	toOwner.Close()
	<-owner
	return status, printed.String(), heard.String()
}

func TestMailboxConsent(t *testing.T) {
	p := sim.NewTokens(sim.TokensOptions{ClientID: "tanggap", ClientSecret: "rahasia", Expires: time.Hour})
	t.Cleanup(p.Close)
	dir := t.TempDir()
	secret, saved := filepath.Join(dir, "secret"), filepath.Join(dir, "token")
	if err := os.WriteFile(secret, []byte("rahasia\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole := func(address string) string { return address }
	status, out, told := consent(t, p, whole, "--client-secret-file", secret, "--save", saved)
	if status != done || out != "" {
		t.Fatalf("status %d, printed %q", status, out)
	}
	token, err := os.ReadFile(saved)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(saved); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's rights are %v, %v", info.Mode(), err)
	}
	if strings.Contains(told, strings.TrimSpace(string(token))) || strings.Contains(told, "rahasia") {
		t.Error("a secret was told")
	}
	source, err := oauth.New(oauth.Config{Provider: "other", ClientID: "tanggap", ClientSecret: "rahasia", RefreshToken: strings.TrimSpace(string(token)), TokenURL: p.URL("token")}, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Token(t.Context()); err != nil {
		t.Errorf("the refresh token gets no access token: %v", err)
	}
	for what, change := range map[string]func(string) string{
		"another question's answer": func(a string) string { return strings.Replace(a, "state=", "state=x", 1) },
		"a wrong code":              func(a string) string { return strings.Replace(a, "code=", "code=x", 1) },
		"nothing":                   func(string) string { return "" },
	} {
		if status, out, _ := consent(t, p, change, "--client-secret-file", secret); status != failed || out != "" {
			t.Errorf("%s: status %d, printed %q", what, status, out)
		}
	}
}

// The configurations of the guide are such as the program takes.
func TestTheOAuthGuidesConfigurations(t *testing.T) {
	guide, err := os.ReadFile("../../docs/oauth.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```toml\n(.*?)```").FindAllStringSubmatch(string(guide), -1)
	if len(blocks) != 2 {
		t.Fatalf("the guide has %d configurations, want Google's and Microsoft's", len(blocks))
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	head, _, _ := strings.Cut(blocks[0][1], "[channels.mail.oauth]")
	for _, text := range []string{blocks[0][1], head + blocks[1][1]} {
		text = "[database]\nurl = \"sqlite:x.db\"\n[attachments]\nurl = \"file:x\"\n[city]\npack = \"jakarta\"\n" + regexp.MustCompile(`"/(?:etc|var)/[^"]*"`).ReplaceAllString(text, `"`+secret+`"`)
		c, err := config.Parse("guide", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(c.Accounts) != 1 {
			t.Errorf("%d accounts", len(c.Accounts))
		}
	}
}

// TestMailboxPast: what lay in a mailbox is asked about, answered on the command line, and taken by who reads it.
func TestMailboxPast(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		server := sim.NewMail(sim.MailOptions{Address: "lapor@kota.test", Password: "rahasia"})
		if err := server.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { server.Close() })
		now := time.Now()
		for _, years := range []int{5, 3, 1} {
			at := now.AddDate(-years, 0, 0)
			server.WriteOld(fmt.Appendf(nil, "From: warga@kampung.test\r\nDate: %s\r\nMessage-ID: <%d@x.test>\r\n\r\nlama\r\n", at.Format(time.RFC1123Z), years), at)
		}
		store, err := tickets.Open(t.Context(), url, tickets.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		a, err := email.New("mail", email.Config{
			Address: "lapor@kota.test", IdleFor: 20 * time.Millisecond,
			IMAP: email.Server{URL: server.IMAPURL(), Username: "lapor@kota.test", Password: "rahasia"}, SMTP: email.Server{URL: server.SMTPURL()},
		}, nil, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.Poll(ctx, bot.NewInbox(store)) }()
		t.Cleanup(func() {
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
		path := configFile(t, url, "[channels.mail]\ntype = \"email\"\naddress = \"lapor@kota.test\"\nimap = { url = \"imap://127.0.0.1:1\", username = \"u\", password = \"p\" }\nsmtp = { url = \"smtp://127.0.0.1:1\" }\n")
		says := func(want string, more ...string) {
			t.Helper()
			var status int
			var out, errs string
			for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
				if status, out, errs = tanggap(t, append([]string{"mailbox", "past", "--config", path, "mail"}, more...)...); strings.Contains(out, want) {
					return
				}
			}
			t.Fatalf("status %d, says %q %q, want %q", status, out, errs, want)
		}
		says("3 messages from before the first start, the oldest of " + now.AddDate(-5, 0, 0).UTC().Format(time.DateOnly) + ", wait for an answer")
		if _, out, _ := tanggap(t, "check", "--offline", "--config", path); !strings.Contains(out, "todo go-live, old mail, mail: 3 messages") {
			t.Errorf("check says %s", out)
		}
		says("2 were taken since", "--from", now.AddDate(-4, 0, 0).Format(time.DateOnly))
		says("are left alone", "--none")
		for _, wrong := range [][]string{{"mail", "--from", "kemarin"}, {"mail", "--all", "--none"}, {"surat"}} {
			if status, _, _ := tanggap(t, append([]string{"mailbox", "past", "--config", path}, wrong...)...); status != 2 {
				t.Errorf("%q: status %d", wrong, status)
			}
		}
	})
}
